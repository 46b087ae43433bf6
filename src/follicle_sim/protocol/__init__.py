"""What will be done, decided once: the scenario resolved into plans that only travel downwards."""
