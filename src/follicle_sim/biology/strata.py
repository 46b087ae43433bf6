"""Follicles of one scalp differ in how sensitive they are to androgens: strata of equal size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from follicle_sim.base.types import Floats
from follicle_sim.biology.condition import Condition

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


def fewer_strata(sensitivity: Floats, most: int) -> tuple[Floats, Floats]:
    """Return a few strata of unequal size that stand for many equal ones, and their shares.

    Gauss's rule for the root of the sensitivity, on which the clocks depend smoothly: means of
    polynomials in it are the same up to degree 2 x most - 1 (Golub and Welsch 1969, Math Comp
    23:221, doi:10.1090/S0025-5718-69-99647-1).

    Examples
    --------
    >>> few, shares = fewer_strata(np.arange(1.0, 33.0), 4)
    >>> len(few), round(float(few @ shares), 9), round(float(shares.sum()), 9)
    (4, 16.5, 1.0)
    """
    if not sensitivity.any():
        return sensitivity[:1], np.ones(1)
    if sensitivity.size <= most:
        return sensitivity, np.full(sensitivity.size, 1.0 / sensitivity.size)
    root = np.sqrt(sensitivity)
    before, here = np.zeros_like(root), np.full_like(root, 1.0 / np.sqrt(root.size))
    middle, beside = np.zeros(most), np.zeros(most)
    for k in range(most):
        middle[k] = here @ (root * here)
        rest = (root - middle[k]) * here - (beside[k - 1] if k else 0.0) * before
        beside[k] = np.sqrt(rest @ rest)
        before, here = here, rest / beside[k]
    jacobi = np.diag(middle) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    return np.square(nodes), np.square(vectors[0])
