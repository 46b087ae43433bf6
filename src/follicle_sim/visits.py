"""When each person is really seen: the one place that knows of late visits."""

import numpy as np
from numpy.typing import NDArray

from follicle_sim.cohort import Cohort
from follicle_sim.scenario.model import Arm, Scenario

Floats = NDArray[np.float64]


def visit_days(scenario: Scenario, arm: Arm, cohort: Cohort) -> Floats:
    """Return the day of each visit of each person of an arm: (S, V), or (1, V) where all share it.

    Days do not decrease along a row, are not before the start of natural history, and are at most
    `last_day`. Everybody comes on the nominal days.
    """
    return np.array(scenario.design.visits)[None, :]


def last_day(scenario: Scenario) -> float:
    """Return a day that no visit of anybody passes: the forcing is known up to there."""
    return scenario.end
