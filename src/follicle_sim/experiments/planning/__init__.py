"""How large and how certain a trial must be: power, chance, predictive checks."""
