"""A researcher's own numbers: read from a table, checked, and held like a published study."""
