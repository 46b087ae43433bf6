"""Scenarios of people who differ, shared by tests."""

from follicle_sim import parse_scenario
from follicle_sim.scenario import Scenario

PEOPLE = """
schema_version = 1
title = "people"
arms = [{{ label = "nobody treated", role = "untreated" }}]
design = {{ kind = "{kind}", visits = {visits} }}
run = {{ seed = {seed}, history = "{history}" }}
instrument = {{ reader_error = {error} }}
[population]
subjects = {subjects}
follicles = {follicles}
target_area = "1 cm2"
follicle_density = "{density} cm-2"
condition = "{condition}"
{more}
"""


def people(
    more: str = "",
    *,
    subjects: int = 200,
    follicles: int = 1,
    density: float = 250.0,
    condition: str = "aga_male",
    kind: str = "parallel",
    visits: str = '["0 days"]',
    seed: int = 1,
    history: str = "30 days",
    error: float = 0.0,
) -> Scenario:
    """Return a scenario; `more` are further lines of the population table and tables below it."""
    return parse_scenario(
        PEOPLE.format(
            more=more,
            subjects=subjects,
            follicles=follicles,
            density=density,
            condition=condition,
            kind=kind,
            visits=visits,
            seed=seed,
            history=history,
            error=error,
        )
    )
