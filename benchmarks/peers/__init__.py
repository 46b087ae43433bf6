"""The same biology written in other ways, to compare speed and results with the engine."""
