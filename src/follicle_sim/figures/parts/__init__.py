"""What several figures share: style, labels, doses, published points."""
