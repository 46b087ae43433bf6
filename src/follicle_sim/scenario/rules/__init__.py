"""What tables must be to each other: designs, searches, labels, people who can be found."""
