"""The tables of a scenario file, one module a table."""
