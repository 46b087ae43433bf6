"""The kinds of value that tables are made of: quantities, ranges, laws of traits."""
