"""What is measured of follicles in a dish: how many still grow, and how much longer they became.

The follicles of a culture are those that were in anagen when they were cut out, on day 0. Those of
the scalp that were not are in no dish, and none of them is counted (the condition's kenogen clock
stands still, so that none begins a new anagen).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.types import Floats


@dataclass(frozen=True)
class Dish:
    """Follicles of S donors in a dish, seen at V visits.

    Parameters
    ----------
    anagen : (S, V)
        Follicles in anagen.
    growth : (S,)
        Growth of a shaft in the dish while it is in anagen, mm/day.
    days : (V,)
        Since they were cut out; increasing.
    """

    anagen: Floats
    growth: Floats
    days: Floats


def retention_of(dish: Dish, baseline: NDArray[np.int64]) -> Floats:
    """Return the share (S, V) of cultured follicles still in anagen; NaN before they were cut out.

    Parameters
    ----------
    baseline : (1,) number of the visit at day 0; (0,) without one, and nothing is known

    Examples
    --------
    >>> dish = Dish(np.array([[20.0, 15.0, 10.0]]), np.array([0.1]), np.array([0.0, 6.0, 12.0]))
    >>> retention_of(dish, np.array([0])).tolist()
    [[1.0, 0.75, 0.5]]
    """
    if baseline.size == 0:
        return np.full(dish.anagen.shape, np.nan)
    with np.errstate(invalid="ignore"):  # a donor without a growing follicle has no share
        share = dish.anagen / dish.anagen[:, baseline]
    return np.where(dish.days < 0.0, np.nan, share)


def elongation_of(dish: Dish, baseline: NDArray[np.int64]) -> Floats:
    """Return by how much shafts grew per day since day 0 (S, V), mm/day; NaN up to day 0.

    The mean is over all cultured follicles, those that have stopped among them, so it is the growth
    of an anagen shaft times the mean share in anagen up to then. Between two visits that share is
    linear: follicles leave evenly.

    Examples
    --------
    >>> dish = Dish(np.array([[20.0, 10.0, 0.0]]), np.array([0.1]), np.array([0.0, 5.0, 10.0]))
    >>> elongation_of(dish, np.array([0])).round(4).tolist()
    [[nan, 0.075, 0.05]]
    """
    share = retention_of(dish, baseline)
    cells = np.diff(dish.days) * 0.5 * (share[:, 1:] + share[:, :-1])  # NaN before day 0
    grown = np.nancumsum(np.concatenate([np.zeros((len(share), 1)), cells], axis=1), axis=1)
    with np.errstate(invalid="ignore"):  # on day 0 nothing has grown in no time
        mean = dish.growth[:, None] * grown / dish.days
    return np.where(np.isnan(share), np.nan, mean)
