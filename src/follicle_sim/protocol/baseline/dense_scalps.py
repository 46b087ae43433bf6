"""Scalps with more follicles than people have: met as stated, and said to be doubtful."""

from __future__ import annotations

from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.people_spread import typical_spread

DEVIATIONS = 3.0
"""Standard deviations between people above the healthy mean that one person in 700 exceeds under a
normal law; the mean of a trial lies far below."""


def most_follicles() -> float:
    """Return follicles per area, cm-2, above which the mean of a population is doubtful.

    Mean and spread of the healthy scalp are those set to Loussouarn 2005: 226 (SD 73) hairs/cm2.

    Examples
    --------
    >>> round(most_follicles())
    470
    """
    spread = typical_spread("healthy")["follicle_density"].value
    return load_condition("healthy").follicle_density * (1.0 + DEVIATIONS * spread)


def doubt_of(follicle_density: float) -> str:
    """Return why a scalp with so many follicles is doubtful; "" where it is not."""
    most = most_follicles()
    if follicle_density <= most:
        return ""
    healthy = load_condition("healthy").follicle_density
    return (
        f"so many follicles are doubtful: the healthy mean is {healthy:g}/cm2, and mean + "
        f"{DEVIATIONS:g} SD between people {most:.0f}/cm2 (Loussouarn 2005: 226 (SD 73) hairs/cm2);"
        " is the count per cm2, and the area right?"
    )
