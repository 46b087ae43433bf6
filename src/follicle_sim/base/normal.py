"""Half widths of two-sided intervals of the normal law, in standard errors."""

NORMAL_90 = 1.6448536269514722

NORMAL_95 = 1.96
"""Rounded as in print, where 95 % intervals of published numbers come from."""
