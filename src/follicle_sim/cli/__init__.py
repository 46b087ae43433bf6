"""The command line: `follicle-sim`."""
