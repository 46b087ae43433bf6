"""Outcomes beside the main comparison: responders, adverse events, costs, flow of people."""
