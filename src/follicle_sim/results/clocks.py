"""From when the weeks of a published number count: from baseline, or from the end of treatment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from follicle_sim.base.estimates import FloatArray
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.results.recipe import Clock


def clock_starts(dataset: xr.Dataset, clock: Clock) -> FloatArray:
    """Return the day (arm,) since baseline from which weeks count.

    Parameters
    ----------
    dataset
        Result of `simulate`. One that does not say what made it was dosed at baseline.
    clock
        "last_dose" for the end of the last dose that falls within the run; an arm without doses
        counts from that of the arm dosed longest, as controls of one trial do.
    """
    labels = [str(label) for label in dataset["arm"].values]
    if clock == "baseline" or "provenance" not in dataset.attrs:
        return np.zeros(len(labels))
    return _last_doses(dataset, labels)


def _last_doses(dataset: xr.Dataset, labels: Sequence[str]) -> FloatArray:
    last = float(dataset["time"].values[-1])
    scenario = stored_scenario(dataset.attrs, "dataset")
    ends = {arm.label: 0.0 for arm in scenario.arms}
    for arm in scenario.arms:
        for dose in arm.doses:
            events = expand(dose, last)
            if events.times.size:
                ends[arm.label] = max(ends[arm.label], float(events.times[-1] + dose.duration))
    latest = max(ends.values(), default=0.0)
    return np.array([ends.get(label, 0.0) or latest for label in labels])
