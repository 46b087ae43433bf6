"""A scar that works from a hairline backwards, and how far from the line each follicle stands.

The follicles of a band behind the line are lost in the order of their distance from it. The engine
spends a unit-exponential budget per follicle (model section 5.6), so the budget is the distance: a
follicle with budget E stands D (1 - exp(-E)) from the line of a band D deep, which is even over the
band, and a line at p has spent the budget -ln(1 - p/D). What is behind the line is so lost at the
hazard v/(D - p) of a line that moves at speed v, and the follicle lost next is the nearest one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from follicle_sim.base.codes import Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import exp_array, log_array, uniforms
from follicle_sim.base.types import Floats

CERTAIN = 0.999999
"""Largest share of a band that is lost: the budget of the last follicle has no bound."""


@dataclass(frozen=True, slots=True)
class Hairline:
    """The band that is followed: from the line to `depth` (mm) behind it."""

    depth: float


def distance_of(budget: Floats, depth: float) -> Floats:
    """Return how far from the line follicles with these budgets stand, in the unit of `depth`.

    Examples
    --------
    >>> distance_of(np.array([0.0, np.log(2.0)]), 30.0).tolist()
    [0.0, 15.0]
    """
    return np.asarray(depth * (1.0 - exp_array(-np.asarray(budget, np.float64))))


def distances(who: DrawNames, follicles: ArrayLike, depth: float) -> Floats:
    """Return the distance (S, N) of follicles by name from each person's line, mm.

    The line is where it stands at the start of the history, before anything is lost.
    """
    names = (*who.keys, who.column, np.atleast_1d(follicles), 0, int(Decision.DESTRUCTION))
    return distance_of(-log_array(uniforms(*names)), depth)


def hazard_behind(pace: Floats, grid: Floats) -> Floats:
    """Return the hazard (S, T - 1) per day of those behind a line that moves.

    Parameters
    ----------
    pace : (S, T - 1)
        Share of the whole band that the line passes per day, in each cell.
    grid : (T,)
        Day; the line stands at 0 at the first.
    """
    steps = np.diff(grid)
    passed = np.zeros((len(pace), grid.size))
    np.cumsum(pace * steps, axis=1, out=passed[:, 1:])
    spent = -log_array(1.0 - np.minimum(passed, CERTAIN))
    return np.asarray(np.diff(spent, axis=1) / steps)
