"""Loops around `simulate`: fits that find the default parameters, repeatable by one command."""
