"""The plan of a scenario, and the people it draws, for tests of what comes after it."""

from follicle_sim.cohort import draw_cohort
from follicle_sim.protocol.resolve import resolve


def planned(scenario, seed=None):
    """Return the protocol of a scenario's first replicate."""
    return resolve(scenario, seed=seed)[0]


def drawn_people(scenario, arm=0, replicate=0):
    """Return the people of one arm of a scenario."""
    protocol = planned(scenario)
    return draw_cohort(protocol, protocol.arms[arm], replicate)
