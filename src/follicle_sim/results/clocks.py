"""From when the weeks of a published number count: baseline, or the end of chemotherapy."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from follicle_sim.base.estimates import FloatArray
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.results.recipe import Clock
from follicle_sim.scenario.tables.arms import Arm


def clock_starts(dataset: xr.Dataset, clock: Clock) -> FloatArray:
    """Return the day (arm,) since baseline from which weeks count.

    Parameters
    ----------
    dataset
        Result of `simulate`. One that does not say what made it was treated at baseline.
    clock
        "chemotherapy_end" for the end of the last attack of the condition that has a date; where it
        has none, for the end of the last dose that falls within the run. An arm without doses then
        counts from the end of the arm dosed longest, as controls of one trial do.
    """
    labels = [str(label) for label in dataset["arm"].values]
    if clock == "baseline" or "provenance" not in dataset.attrs:
        return np.zeros(len(labels))
    last = float(dataset["time"].values[-1])
    scenario = stored_scenario(dataset.attrs, "dataset")
    attacked = last_attack(getattr(scenario.population, "disease", None), last)
    if attacked is not None:
        return np.full(len(labels), attacked)
    ends = {arm.label: last_dose(arm, last) for arm in scenario.arms}
    latest = max(ends.values(), default=0.0)
    return np.array([ends.get(label, 0.0) or latest for label in labels])


def last_dose(arm: Arm, before: float) -> float:
    """Return the end of an arm's last dose that begins before a day; 0 without one, day."""
    end = 0.0
    for dose in arm.doses:
        events = expand(dose, before)
        if events.times.size:
            end = max(end, float(events.times[-1] + events.durations[-1]))
    return end


def last_attack(disease: Any, before: float) -> float | None:
    """Return the end of the last attack of a condition that has a date, None without one, day.

    Parameters
    ----------
    disease
        What acts on the follicles: `attacks`, each with a `course` of `start`, `duration`, `every`
        and `count`.
    before
        Attacks that go on after this day have no end within the run.
    """
    attacks: Iterable[Any] = getattr(disease, "attacks", ())
    courses = [attack.course for attack in attacks]
    ends = [
        course.start + (course.count - 1) * course.every + course.duration
        for course in courses
        if math.isfinite(course.start) and math.isfinite(course.duration)
    ]
    within = [end for end in ends if 0.0 < end <= before]
    return max(within, default=None)
