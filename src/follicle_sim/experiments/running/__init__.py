"""How long runs go on after an interruption."""
