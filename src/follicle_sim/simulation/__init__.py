"""From protocols to a dataset: people recruited, hair lived through, counts recorded."""
