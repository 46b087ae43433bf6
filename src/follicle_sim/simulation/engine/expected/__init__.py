"""The expected value of the same model: follicles by their number, without the luck of each."""
