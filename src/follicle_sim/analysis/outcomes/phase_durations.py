"""How long phases last in tracked follicles, by arm: mean, quantiles, curve, difference to control.

What is averaged are spells, each counted once however long it lasts. In an arm that is treated
they are those under observation from the first visit on, begun before the treatment or under it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from scipy.special import ndtri

from follicle_sim.analysis.statistics.durations import (
    LAST_BITS,
    DurationCurve,
    Mean,
    duration_curve,
    error_of,
    mean_until,
)
from follicle_sim.base.arguments import check_number
from follicle_sim.base.codes import CYCLE
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.results.endpoints import arm_roles, control_arm, is_paired
from follicle_sim.results.origin import Origin, origin_of, write_rows_of_run
from follicle_sim.results.spells import SpellList, spells_of


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """The durations of one phase in one arm, day.

    Parameters
    ----------
    arm, role, phase
        What the row is about.
    people, spells, ended, entered_late
        People with a spell; spells under observation; those seen to end; those that ran already
        when they came under observation.
    fewest
        Spells under observation where they were fewest, of the times up to the upper quartile at
        which one ended: the curve is no better than the part of it that fewest carry.
    mean, mean_low, mean_high
        With its interval over people; where `mean_until` is given, the mean up to that age, since
        the curve does not reach zero. None where no spell ended.
    lower_quartile, median, median_low, median_high, upper_quartile
        None where the curve does not reach them.
    difference, difference_low, difference_high
        Mean minus that of the control arm, both up to `difference_until`. None in the control arm.
    """

    arm: str
    role: str
    phase: str
    people: int
    spells: int
    ended: int
    entered_late: int
    fewest: int | None
    mean: float | None
    mean_low: float | None
    mean_high: float | None
    mean_until: float | None
    lower_quartile: float | None
    median: float | None
    median_low: float | None
    median_high: float | None
    upper_quartile: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    difference_until: float | None


@dataclass(frozen=True)
class PhaseDurations:
    """The table, and the curves by arm and phase.

    Parameters
    ----------
    rows
        Arm by arm, phase by phase.
    curves
        Of the same arms and phases.
    level
        Of the intervals.
    origin
        The run.
    """

    rows: tuple[PhaseRow, ...]
    curves: Mapping[tuple[str, str], DurationCurve]
    level: float
    origin: Origin

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table; raises OutputError where it cannot be written."""
        write_rows_of_run(path, PhaseRow, self.rows, self.origin)


def phase_durations(dataset: xr.Dataset, level: float = 0.95) -> PhaseDurations:
    """Return how long each phase lasts in the tracked follicles of each arm.

    Phases that ran already at the first visit enter late, those that run on at the last are cut
    (`results/spells.py`); errors are over people (`statistics/durations.py`).

    Parameters
    ----------
    dataset
        Result of `simulate` with ``record.tracked_follicles``.
    level
        Of the intervals, 0 to 1.

    Raises
    ------
    InputError
        No follicle was tracked; a level outside 0 to 1.

    Examples
    --------
    >>> from follicle_sim import load_scenario, simulate
    >>> few = ["population.subjects=4", "record.tracked_follicles=50"]
    >>> found = phase_durations(simulate(load_scenario("scenarios/healthy_scalp.toml", few)))
    >>> [row.phase for row in found.rows]
    ['anagen', 'catagen', 'telogen', 'kenogen']
    """
    if not 0.0 <= check_number("phase_durations", "level", level) < 1.0:
        message = f"found {level:g}; allowed: from 0 to below 1"
        raise InputError("phase_durations", [Problem("level", message)])
    every = spells_of(dataset, "phase_durations")
    labels, roles = arm_roles(dataset)
    control, paired = control_arm(dataset), is_paired(dataset)
    parts = {
        (label, phase.name.lower()): every.of(arm, int(phase))
        for arm, label in enumerate(labels)
        for phase in CYCLE
    }
    curves = {
        key: duration_curve(part.entry, part.exit, part.ended, part.person)
        for key, part in parts.items()
    }
    z = float(ndtri(0.5 + level / 2))
    rows = []
    for (label, phase), part in parts.items():
        curve, versus = curves[label, phase], (control, phase)
        row = _described(part, curve, z, level)
        if control and label != control:
            row |= _difference(part, curve, parts[versus], curves[versus], z, paired=paired)
        role = roles[labels.index(label)]
        rows.append(PhaseRow(arm=label, role=role, phase=phase, **{**_NO_DIFFERENCE, **row}))
    return PhaseDurations(tuple(rows), curves, level, origin_of(dataset))


_NO_DIFFERENCE: Mapping[str, Any] = dict.fromkeys(
    ("difference", "difference_low", "difference_high", "difference_until")
)


def _described(part: SpellList, curve: DurationCurve, z: float, level: float) -> dict[str, Any]:
    upper = curve.quantile(0.75)
    early = curve.at_risk[curve.time <= (math.inf if upper is None else upper)]
    low, high = curve.quantile_limits(0.5, level)
    row: dict[str, Any] = {
        "people": np.unique(part.person).size,
        "spells": part.exit.size,
        "ended": int(part.ended.sum()),
        "entered_late": int((part.entry > 0.0).sum()),
        "fewest": int(early.min()) if early.size else None,
        "mean": None, "mean_low": None, "mean_high": None, "mean_until": None,
        "lower_quartile": curve.quantile(0.25),
        "median": curve.quantile(0.5), "median_low": low, "median_high": high,
        "upper_quartile": upper,
    }  # fmt: skip
    if curve.time.size:
        mean = _mean(part, curve, curve.longest)
        whole = curve.survival[-1] <= LAST_BITS
        row |= {"mean": mean.value, "mean_until": None if whole else curve.longest}
        row |= _interval("mean", mean.value, mean.error, z)
    return row


def _difference(
    part: SpellList, curve: DurationCurve, other: SpellList, control: DurationCurve, z: float,
    *, paired: bool,
) -> dict[str, Any]:  # fmt: skip
    if not (curve.time.size and control.time.size):
        return {}
    until = min(curve.longest, control.longest)
    mean, versus = _mean(part, curve, until), _mean(other, control, until)
    influence = np.zeros((2, max(mean.influence.size, versus.influence.size)))
    influence[0, : mean.influence.size] = mean.influence
    influence[1, : versus.influence.size] = versus.influence
    if paired:  # the same people, and what they have in common cancels
        error = error_of(influence[0] - influence[1])
    else:
        error = math.hypot(error_of(influence[0]), error_of(influence[1]))
    value = mean.value - versus.value
    return {"difference": value, "difference_until": until} | _interval(
        "difference", value, error, z
    )


def _mean(part: SpellList, curve: DurationCurve, until: float) -> Mean:
    return mean_until(curve, until, part.entry, part.exit, part.ended, part.person)


def _interval(name: str, value: float, error: float, z: float) -> dict[str, Any]:
    if not math.isfinite(error):
        return {f"{name}_low": None, f"{name}_high": None}
    return {f"{name}_low": value - z * error, f"{name}_high": value + z * error}
