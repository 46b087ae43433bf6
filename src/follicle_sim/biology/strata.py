"""Follicles of one scalp differ in how sensitive they are to androgens: strata of equal size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from follicle_sim.biology.conditions import Condition

STRATA = 32


def sensitivities(condition: Condition, shape: float) -> NDArray[np.float64]:
    """Return the androgen sensitivity a_g of each stratum: mean-1 gamma quantiles (model 5.2).

    One insensitive stratum where the condition does not respond to androgens. Rounded to 12
    decimals, so that another version of the special function gives the same bits.
    """
    if not condition.androgen_sensitive:
        return np.zeros(1)
    quantile = gammaincinv(shape, (np.arange(STRATA) + 0.5) / STRATA)
    return np.asarray(np.round(quantile / quantile.mean(), 12))
