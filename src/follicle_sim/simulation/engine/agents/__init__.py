"""The event-driven engine: every follicle on its own clock. Compiled."""
