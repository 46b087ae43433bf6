"""Whose data count: the analysis sets a plan may name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.statistics.effects import unknown
from follicle_sim.analysis.trial import Trial
from follicle_sim.base.types import Flags


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
        Takes a trial, the position of the endpoint visit, the rules, and the day of the baseline
        that belongs to the visit; returns (R, A, S).
    description
        For tables.
    """

    members: Callable[[Trial, int, Rules, float], Flags]
    description: str


def _everybody(trial: Trial, visit: int, rules: Rules, start: float = 0.0) -> Flags:
    return trial.enrolled


def _per_protocol(trial: Trial, visit: int, rules: Rules, start: float = 0.0) -> Flags:
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
    # Whose baseline was missed has no change, and did not keep the protocol either.
    inside &= np.isfinite(trial.values[..., trial.visit(start)])
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


def members(
    name: str, trial: Trial, visit: int, rules: Rules | None = None, start: float = 0.0
) -> Flags:
    """Return who belongs to an analysis set, (R, A, S).

    Parameters
    ----------
    visit
        Position of the endpoint visit.
    start
        Day of the baseline it is held against; in a crossover that of its period.

    Raises
    ------
    InputError
        An unknown name.
    """
    if name not in SETS:
        raise unknown("set", "analysis set", name, tuple(SETS))
    return SETS[name].members(trial, visit, rules or Rules(), start)


def members_at(name: str, trial: Trial, day: float, rules: Rules | None = None) -> Flags:
    """Return who belongs to an analysis set for an endpoint on a day, (R, A, S).

    In a crossover the day counts from the start of a period, and whoever keeps the protocol does so
    in all periods. Tests, pages and tables all take the members from here.

    Raises
    ------
    InputError
        An unknown name, no visit on that day.
    """
    if trial.kind != "crossover":
        return members(name, trial, trial.visit(day), rules)
    by_period = [
        members(name, trial, trial.visit(start + day), rules, start) for start, _ in trial.periods
    ]
    return np.asarray(np.all(by_period, axis=0))
