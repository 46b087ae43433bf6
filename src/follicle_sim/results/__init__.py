"""What a finished result means: its variables, endpoints, provenance and place on disk."""
