"""The simulated courses that figures draw: mean, interval and people; arms, and pairs of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray, change_mean, estimate, level_mean
from follicle_sim.results.endpoints import (
    arm_roles,
    control_arm,
    draws_of,
    is_paired,
    people_last,
    usual_level,
)


@dataclass(frozen=True, slots=True)
class Course:
    """One arm over the visits; `people` is (visit, people), `start` the mean level at baseline."""

    label: str
    mean: FloatArray
    low: FloatArray
    high: FloatArray
    people: FloatArray
    start: float


def band_name(data: xr.Dataset) -> str:
    """Return what the band of a mean is, for a legend."""
    level = f"{100 * usual_level(data):g} %"
    if draws_of(data) == 1:
        return f"mean and its {level} interval"
    return f"mean and its {level} credible interval: fitted parameters and potency"


def compares_within(data: xr.Dataset) -> bool:
    """Tell whether arms can be held against a control person by person."""
    return is_paired(data) and data.sizes["arm"] > 1 and bool(control_arm(data))


def courses_of(data: xr.Dataset, variable: str, change: bool) -> tuple[list[Course], FloatArray]:
    """Return the course of every arm, levels or changes from baseline, and the visits in weeks.

    Raises
    ------
    InputError
        No such variable, or a change without a visit at baseline.
    """
    _check_variable(data, variable)
    days = np.asarray(data["time"].values, dtype=np.float64)
    values = people_last(data[variable], "arm", "time")
    zero = np.flatnonzero(days == 0.0)[:1]
    if change and not zero.size:
        raise InputError("figure", [Problem("change", "the run has no visit at baseline, 0 days")])
    courses, draws, share = [], draws_of(data), usual_level(data)
    for label, now in zip(arm_roles(data)[0], values, strict=True):
        alone = [(1.0, now, np.zeros_like(now[:1]))]
        level = estimated = estimate(level_mean, alone, paired=True, draws=draws)
        if change:
            estimated = estimate(change_mean, [(1.0, now, now[zero])], paired=True, draws=draws)
        people = now - now[zero] if change else now
        start = float(level.value[zero[0]]) if zero.size else np.nan
        lines: tuple[FloatArray, ...] = (estimated.value, *estimated.interval(share), people)
        if days.size == 1:
            lines = tuple(np.repeat(part, 2, axis=0) for part in lines)
        mean, low, high, everyone = lines
        courses.append(Course(label, mean, low, high, everyone, start))
    return courses, days / 7.0


def differences_of(data: xr.Dataset, variable: str) -> tuple[list[Course], FloatArray]:
    """Return every arm minus the control, person by person, and the visits in weeks.

    Differences of changes from baseline, as of two sides that do not start alike; of levels where
    the run has no visit at baseline.

    Raises
    ------
    InputError
        No such variable, or arms that do not hold the same people, or no control.
    """
    _check_variable(data, variable)
    if not compares_within(data):
        message = "arms do not hold the same people, or none of them is a control"
        raise InputError("figure", [Problem("difference", message)])
    days = np.asarray(data["time"].values, dtype=np.float64)
    values = people_last(data[variable], "arm", "time")
    labels = arm_roles(data)[0]
    zero = np.flatnonzero(days == 0.0)[:1]
    starts = values[:, zero] if zero.size else np.zeros_like(values[:, :1])
    control = labels.index(control_arm(data))
    courses = []
    for arm, label in enumerate(labels):
        if arm == control:
            continue
        groups = [(sign, values[i], starts[i]) for sign, i in ((1.0, arm), (-1.0, control))]
        estimated = estimate(change_mean, groups, paired=True, draws=draws_of(data))
        people = values[arm] - starts[arm] - (values[control] - starts[control])
        lines: tuple[FloatArray, ...] = (
            estimated.value,
            *estimated.interval(usual_level(data)),
            people,
        )
        if days.size == 1:
            lines = tuple(np.repeat(part, 2, axis=0) for part in lines)
        mean, low, high, everyone = lines
        courses.append(Course(label, mean, low, high, everyone, 0.0))
    return courses, days / 7.0


def _check_variable(data: xr.Dataset, variable: str) -> None:
    plain = {"replicate", "arm", "subject", "time"}
    fitting = [
        str(name)
        for name, values in data.data_vars.items()
        if {"arm", "subject", "time"} <= set(values.dims) <= plain
    ]
    if variable not in fitting:
        message = f'no variable "{variable}" to draw{did_you_mean(variable, fitting)}'
        raise InputError("figure", [Problem("variable", message)])
