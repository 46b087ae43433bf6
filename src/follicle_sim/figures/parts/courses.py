"""The simulated courses that figures draw: mean, interval and people, arm by arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray, change_mean, estimate, level_mean
from follicle_sim.results.endpoints import arm_roles, draws_of, people_last, usual_level


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


def courses_of(data: xr.Dataset, variable: str, change: bool) -> tuple[list[Course], FloatArray]:
    """Return the course of every arm, levels or changes from baseline, and the visits in weeks.

    Raises
    ------
    InputError
        No such variable, or a change without a visit at baseline.
    """
    plain = {"replicate", "arm", "subject", "time"}
    fitting = [
        str(name)
        for name, values in data.data_vars.items()
        if {"arm", "subject", "time"} <= set(values.dims) <= plain
    ]
    if variable not in fitting:
        message = f'no variable "{variable}" to draw{did_you_mean(variable, fitting)}'
        raise InputError("figure", [Problem("variable", message)])
    days = np.asarray(data["time"].values, dtype=np.float64)
    values = people_last(data[variable], "arm", "time")
    zero = np.flatnonzero(days == 0.0)[:1]
    if change and not zero.size:
        raise InputError("figure", [Problem("change", "the run has no visit at baseline, 0 days")])
    courses, draws, share = [], draws_of(data), usual_level(data)
    for label, now in zip(arm_roles(data)[0], values, strict=True):
        alone = [(1.0, now, np.zeros_like(now[:1]))]
        level = found = estimate(level_mean, alone, paired=True, draws=draws)
        if change:
            found = estimate(change_mean, [(1.0, now, now[zero])], paired=True, draws=draws)
        people = now - now[zero] if change else now
        start = float(level.value[zero[0]]) if zero.size else np.nan
        drawn: tuple[FloatArray, ...] = (found.value, *found.interval(share), people)
        if days.size == 1:
            drawn = tuple(np.repeat(part, 2, axis=0) for part in drawn)
        mean, low, high, everyone = drawn
        courses.append(Course(label, mean, low, high, everyone, start))
    return courses, days / 7.0
