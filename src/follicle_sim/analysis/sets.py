"""Whose data count: the analysis sets a plan may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.groups import unknown
from follicle_sim.analysis.people import Flags, Trial


@dataclass(frozen=True)
class Rules:
    """What following the protocol means.

    Parameters
    ----------
    least_doses
        Share of doses that must have been taken.
    most_late
        Days the endpoint visit may lie off its nominal day.
    """

    least_doses: float = 0.8
    most_late: float = 14.0


@dataclass(frozen=True)
class AnalysisSet:
    """People chosen by a rule.

    Parameters
    ----------
    members
        Takes a trial, the position of the endpoint visit and the rules; returns (R, A, S).
    description
        For tables.
    """

    members: Callable[[Trial, int, Rules], Flags]
    description: str


def _everybody(trial: Trial, visit: int, rules: Rules) -> Flags:
    return trial.enrolled


def _per_protocol(trial: Trial, visit: int, rules: Rules) -> Flags:
    inside = trial.enrolled & np.isfinite(trial.values[..., visit])
    day = trial.days[visit]
    if "attended" in trial.known:
        inside &= trial.known["attended"][..., visit] == 1
    if "doses_taken" in trial.known:
        # NaN: nothing was due, so nothing was missed.
        inside &= ~(trial.known["doses_taken"] < rules.least_doses)
    if "stopped_day" in trial.known:
        inside &= ~(trial.known["stopped_day"] < day)
    if "visit_day" in trial.known:
        inside &= ~(np.abs(trial.known["visit_day"][..., visit] - day) > rules.most_late)
    if trial.paired:
        # One side of a head cannot keep the protocol alone.
        inside = np.broadcast_to(inside.all(axis=1, keepdims=True), inside.shape)
    return inside


SETS: Mapping[str, AnalysisSet] = {
    "intention_to_treat": AnalysisSet(
        _everybody, "everybody enrolled, in the arm they were allocated to"
    ),
    "per_protocol": AnalysisSet(
        _per_protocol,
        "seen at the endpoint visit and within its window, took enough doses, did not stop early",
    ),
}


def members(name: str, trial: Trial, visit: int, rules: Rules | None = None) -> Flags:
    """Return who belongs to an analysis set, (R, A, S).

    Raises
    ------
    InputError
        An unknown name.
    """
    if name not in SETS:
        raise unknown("set", "analysis set", name, tuple(SETS))
    return SETS[name].members(trial, visit, rules or Rules())
