"""A scenario of three or twelve untreated people, seen by an instrument."""

from follicle_sim import parse_scenario
from follicle_sim.scenario import Scenario

TEXT = """
schema_version = 1
title = "seen"
arms = [{{ label = "nobody", role = "untreated" }}]
[instrument]
{instrument}
[population]
subjects = {subjects}
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[run]
history = "{history}"
{more}
"""


def seen_by(
    instrument: str = "", more: str = "", *, subjects: int = 12, history: str = "1 year"
) -> Scenario:
    """Return a scenario; `instrument` are lines of its table, `more` lines and tables below."""
    return parse_scenario(
        TEXT.format(instrument=instrument, more=more, subjects=subjects, history=history)
    )
