"""P values of several tests, adjusted so that the chance of any false finding stays at alpha."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from follicle_sim.analysis.statistics.effects import unknown
from follicle_sim.base.types import Floats

RULES = ("none", "bonferroni", "holm", "hochberg", "hierarchical")


def adjusted(p: Sequence[float], rule: str) -> Floats:
    """Return adjusted p values: below alpha exactly where the rule rejects at alpha.

    Parameters
    ----------
    p
        In the order of the plan, which only `hierarchical` (fixed sequence) looks at: there every
        test needs all before it. NaN, a test that could not be done, never rejects; it counts as
        one of the tests and stops a hierarchy.
    rule
        One of `RULES`; Holm 1979, Hochberg 1988.

    Raises
    ------
    InputError
        An unknown rule.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03], "holm").tolist()
    [0.03, 0.06, 0.06]
    """
    if rule not in RULES:
        raise unknown("multiplicity", "rule", rule, RULES)
    values = np.asarray(p, dtype=np.float64)
    undone = np.isnan(values)
    filled = np.where(undone, 1.0, values)
    m = filled.size
    if rule == "none":
        corrected = filled
    elif rule == "bonferroni":
        corrected = filled * m
    elif rule == "hierarchical":
        corrected = np.maximum.accumulate(filled)
    else:
        order = np.argsort(filled, kind="stable")
        weighted = filled[order] * np.arange(m, 0, -1)
        if rule == "holm":
            ordered = np.maximum.accumulate(weighted)
        else:
            ordered = np.minimum.accumulate(weighted[::-1])[::-1]
        corrected = np.empty(m)
        corrected[order] = ordered
    return np.where(undone, np.nan, np.minimum(corrected, 1.0))
