"""Every published study as a design, and how well it is predicted."""
