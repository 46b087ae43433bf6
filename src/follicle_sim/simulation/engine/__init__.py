"""Engines: from people and forcing to tallies of their follicles."""
