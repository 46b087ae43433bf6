"""What can only be asked of people with luck: how much trials differ, and what a test says."""

from __future__ import annotations

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.scenario.model import Scenario


def luck_problems(scenario: Scenario) -> list[Problem]:
    """Return what keeps a scenario from being a trial with luck: nothing, or its engine."""
    if scenario.run.engine == "agents":
        return []
    message = 'found "expected", which has no luck; trials differ by it alone; allowed: "agents"'
    return [Problem("run.engine", message)]


def check_luck(scenario: Scenario) -> None:
    """Refuse a scenario of expected values.

    Raises
    ------
    InputError
        Its `run.engine` is not "agents".
    """
    if problems := luck_problems(scenario):
        raise InputError(scenario.origin, problems)
