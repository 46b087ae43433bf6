"""What stands in for values nobody measured: the missing-data rules a plan may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from follicle_sim.analysis.statistics.effects import unknown
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.base.types import Floats

Filler = Callable[[Floats], Floats]
"""Takes baseline and follow-up values side by side, (..., n, 1 + V), and fills or empties them."""


@dataclass(frozen=True)
class Rule:
    """A way to deal with missing values.

    Parameters
    ----------
    fill
        None for a rule that imputes many times (`follicle_sim.analysis.imputation`).
    description
        For tables.
    """

    fill: Filler | None
    description: str


def _as_seen(values: Floats) -> Floats:
    return values


def _complete(values: Floats) -> Floats:
    complete = np.isfinite(values).all(axis=-1, keepdims=True)
    return np.where(complete, values, np.nan)


def _last(values: Floats) -> Floats:
    filled = values.copy()
    for visit in range(1, values.shape[-1]):
        gone = np.isnan(filled[..., visit])
        filled[..., visit] = np.where(gone, filled[..., visit - 1], filled[..., visit])
    return filled


def _baseline(values: Floats) -> Floats:
    return np.where(np.isnan(values), values[..., :1], values)


MISSING: Mapping[str, Rule] = {
    "available": Rule(
        _as_seen,
        "values as seen; mmrm then assumes them missing at random, others leave people out",
    ),
    "complete_cases": Rule(_complete, "only people seen at every visit up to the endpoint's"),
    "last_observation_carried_forward": Rule(_last, "the last value before stands in"),
    "baseline_observation_carried_forward": Rule(_baseline, "no change from baseline stands in"),
    "jump_to_reference": Rule(
        None, "multiple imputation: from leaving on, as the control arm given what was seen before"
    ),
}


def check_rule(name: str) -> Rule:
    """Return a rule by name; refuses an unknown one with the nearest."""
    if name not in MISSING:
        raise unknown("missing", "missing-data rule", name, tuple(MISSING))
    return MISSING[name]


def filled(group: Group, rule: str) -> Group:
    """Return a group after a rule that fills or leaves out.

    Raises
    ------
    InputError
        An unknown rule.
    """
    entry = check_rule(rule)
    if entry.fill is None:
        return group
    values = np.concatenate([group.baseline[..., None], group.followed], axis=-1)
    values = entry.fill(values)
    return replace(group, baseline=values[..., 0], followed=values[..., 1:])
