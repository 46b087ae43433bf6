"""Loops around `simulate`: fits, scores, planning, schedules, explanations."""
