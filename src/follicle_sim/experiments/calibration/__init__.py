"""Fits of biology and potencies to published numbers, repeatable by one command."""
