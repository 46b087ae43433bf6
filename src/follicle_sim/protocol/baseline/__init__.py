"""A baseline as it was counted: which severity, or how many follicles, would be counted so."""
