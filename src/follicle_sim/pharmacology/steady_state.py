"""How many doses lead to a steady state: what NONMEM's SS leaves to the reader.

A record with SS and II says that doses have been given for ever, every II, up to its time. Here
people have a history that begins somewhere, so "for ever" is as many doses as leave the level at
the site of effect, and the enzyme behind it, within `LEFT` of where they would settle.
"""

from __future__ import annotations

import math

from follicle_sim.pharmacology.disposition import LN2
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.pharmacology.treatment_parts import EnzymeTurnover

LEFT = 1e-3
"""Share of the way to steady state that may be missing: about ten half-lives, 2^-10."""


def slowest_half_life(treatment: Treatment) -> float:
    """Return the half-life (day) of what settles last: drug, site of effect or enzyme; 0 for none.

    An enzyme that is inactivated settles faster than it is renewed, so its renewal is an upper
    limit. The hair's own answer is not meant: it takes months, whatever the treatment.

    Examples
    --------
    >>> from follicle_sim.pharmacology.library import load_treatment
    >>> slowest_half_life(load_treatment("dutasteride_oral")) >= 20.0
    True
    >>> slowest_half_life(load_treatment("vehicle"))
    0.0
    """
    if treatment.effect is None:
        return 0.0
    rates = list(treatment.response().rates)
    if isinstance(treatment.effect, EnzymeTurnover):
        rates.append(treatment.effect.k_deg.value)
    return LN2 / min(rates)


def doses_to_steady_state(treatment: Treatment, interval: float, since: float = 0.0) -> int:
    """Return how many doses before a steady-state record stand for those given for ever; 1 or more.

    Of doses that go on, exp(-k n interval) of the way to steady state is missing after n of them,
    k being the slowest rate.

    Parameters
    ----------
    interval
        Between doses, day, above 0.
    since
        Days over which they are given at least, where the hair is meant to have settled too.
    """
    half_lives = -math.log(LEFT) / LN2
    needed = max(half_lives * slowest_half_life(treatment), since)
    # 26 weeks of weekly doses are 26, whatever the rounding
    return max(1, math.ceil(needed / interval - 1e-9))
