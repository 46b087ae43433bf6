"""What a series of photographs sees of tracked follicles: the phase of each at each visit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from follicle_sim.base.codes import CYCLE, Phase
from follicle_sim.results.spells import recorded_spells, visit_days


def phases_on_visits(dataset: xr.Dataset) -> Iterator[tuple[str, int, int, float, str]]:
    """Yield what a photo series sees of the tracked follicles, for a table of one's own.

    Yields
    ------
    label of the arm, person, follicle, day of a visit the person came to, and name of the phase
    """
    onset, phase = recorded_spells(dataset, "phases")
    days = visit_days(dataset)
    labels = [str(label) for label in dataset["arm"].values]
    for arm, person, follicle in np.ndindex(*onset.shape[:3]):
        if not np.isfinite(onset[arm, person, follicle, 0]):
            continue
        for day in days[arm, person][np.isfinite(days[arm, person])].tolist():
            at = int((onset[arm, person, follicle] <= day).sum()) - 1
            code = int(phase[arm, person, follicle, max(at, 0)])
            if code < len(CYCLE):
                yield labels[arm], person, follicle, day, Phase(code).name.lower()
