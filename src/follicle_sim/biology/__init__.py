"""What is known of hair: parameters, conditions, factors, and how they drive the clocks."""
