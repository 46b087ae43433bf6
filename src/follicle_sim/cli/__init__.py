"""The command line: `follicle-sim`. One file a command: what it asks, and what it prints."""
