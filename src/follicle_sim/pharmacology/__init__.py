"""Treatments: from a dosing schedule to the levels of signalling factors."""
