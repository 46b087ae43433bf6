"""The plan of a scenario, and the people it draws, for tests of what comes after it."""

import numpy as np

from follicle_sim.protocol.resolve import resolve
from follicle_sim.simulation.people.cohort import draw_cohort, draw_people


def planned(scenario, seed=None):
    """Return the protocol of a scenario's first replicate."""
    return resolve(scenario, seed=seed)[0]


def drawn_people(scenario, arm=0, replicate=0, seed=None):
    """Return the people of one arm of a scenario."""
    protocol = planned(scenario, seed)
    return draw_cohort(protocol, protocol.arms[arm], replicate)


def drawn_by_name(scenario, count, arm=0, replicate=0, seed=None):
    """Return people 0, 1, ... of the source of an arm, candidates of no trial yet."""
    protocol = planned(scenario, seed)
    return draw_people(protocol, protocol.arms[arm], replicate, np.arange(count))
