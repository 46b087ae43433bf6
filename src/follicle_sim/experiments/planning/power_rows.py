"""What many trials say, size by size: power, what significant results exaggerate, people needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.base.types import Floats
from follicle_sim.experiments.planning.power_curve import (
    PowerCurve,
    SmallestSize,
    fit_curve,
    wilson,
)
from follicle_sim.protocol.headcount import Headcount

ON, OFF = "on", "off"
"""Entries of the dimension `drug`."""

ALL_WEEKS = "all"
"""Week of a row about being significant at every week of the plan."""

TARGETS = (0.8, 0.9)


@dataclass(frozen=True, slots=True)
class PowerRow:
    """One comparison at one week in trials of one size.

    Parameters
    ----------
    drug
        "on"; "off" is type-I error.
    comparison
        Which arms.
    week
        In words; "all" is about significance at all weeks of the plan.
    n, people, people_in_words
        Of the trial; see `follicle_sim.protocol.headcount`. `people` are all of them, and the words
        say how many are in each arm.
    trials
        Trials behind it; `failed` of them could not be analysed and count as not significant.
    power, power_low, power_high
        Share of trials with p (adjusted) below alpha, and its 95 % Monte Carlo interval (Wilson).
    estimate, estimate_se, estimate_sd
        Mean of the trials' estimates, its Monte Carlo error, and their SD: in the unit of the
        endpoint, of responders a difference of shares.
    width
        Mean width of the trials' confidence intervals, whose level is that of the `[analysis]`
        table (95 % unless it says otherwise) and does not follow alpha.
    exaggeration
        Mean size of significant estimates over the mean of all (type M); None without any, and
        where there is no effect to exaggerate.
    wrong_sign
        Share of significant estimates with the other sign (type S); None likewise.
    """

    drug: str
    comparison: str
    week: str
    n: int
    people: int
    people_in_words: str
    trials: int
    failed: int
    power: float
    power_low: float
    power_high: float
    estimate: float | None
    estimate_se: float | None
    estimate_sd: float | None
    width: float | None
    exaggeration: float | None
    wrong_sign: float | None


@dataclass(frozen=True, slots=True)
class SmallestRow:
    """People needed by one comparison at one week; see `SmallestSize`.

    `people`, their interval and their words are of all arms in a trial of n.
    """

    comparison: str
    week: str
    target: float
    n: int | None
    people: int | None
    low: int | None
    high: int | None
    extrapolated: bool
    note: str
    people_low: int | None
    people_high: int | None
    people_in_words: str


@dataclass(frozen=True)
class PowerLine:
    """The curve of one comparison at one week, for drawing; arrays over the size of a trial.

    Parameters
    ----------
    comparison, week
        As in `PowerRow`.
    n, power, low, high
        The fitted curve with its 95 % Monte Carlo band.
    """

    comparison: str
    week: str
    n: Floats
    power: Floats
    low: Floats
    high: Floats


def power_rows(data: xr.Dataset, alpha: float, one: Headcount) -> tuple[PowerRow, ...]:
    """Summarise trials; see `follicle_sim.experiments.planning.power.PowerResult`.

    one : people for an n of 1
    """
    return tuple(
        _row(part, significant, drug, comparison, week, one.times(int(n)))
        for drug, comparison, week, whole, every in _questions(data, alpha)
        for j, n in enumerate(whole["size"].values)
        for part, significant in [(whole.isel(size=j), every[:, j])]
    )


def smallest_rows(
    data: xr.Dataset, alpha: float, sided: int, one: Headcount
) -> tuple[SmallestRow, ...]:
    """Return the people needed for 80 and 90 %; see `PowerCurve.smallest`."""
    sizes = tuple(int(n) for n in data["size"].values)
    rows = []
    for comparison, week, significant, curve in _curves(data, alpha, sided):
        for target in TARGETS:
            size = (
                _without_curve(significant, target, sizes, one.total)
                if curve is None
                else curve.smallest(target, sizes, one.total)
            )
            rows.append(_smallest_row(comparison, week, size, one))
    return tuple(rows)


def _smallest_row(comparison: str, week: str, size: SmallestSize, one: Headcount) -> SmallestRow:
    people = None if size.n is None else one.times(size.n)
    low, high = (None if end is None else end * one.total for end in (size.low, size.high))
    return SmallestRow(
        comparison=comparison,
        week=week,
        target=size.target,
        n=size.n,
        people=None if people is None else people.total,
        low=size.low,
        high=size.high,
        extrapolated=size.extrapolated,
        note=size.note,
        people_low=low,
        people_high=high,
        people_in_words="" if people is None else people.text(),
    )


def power_lines(data: xr.Dataset, alpha: float, sided: int, last: float) -> tuple[PowerLine, ...]:
    """Return the fitted curves from 2 to `last` people; none where every trial agrees."""
    n = np.linspace(2.0, last, 200)
    return tuple(
        PowerLine(comparison, week, n, curve.at(n), *curve.band(n))
        for comparison, week, _, curve in _curves(data, alpha, sided)
        if curve is not None
    )


Curve = tuple[str, str, NDArray[np.bool_], PowerCurve | None]


def _curves(data: xr.Dataset, alpha: float, sided: int) -> Iterator[Curve]:
    """Yield comparison, week, which trials were significant (R, N) and the curve through them."""
    sizes = tuple(int(n) for n in data["size"].values)
    before: dict[str, list[tuple[int, PowerCurve | None]]] = {}
    for drug, comparison, week, _, significant in _questions(data, alpha):
        if drug != ON:
            continue
        start = None
        singles = before.setdefault(comparison, [])
        if week == ALL_WEEKS:
            # All weeks at once are no easier than the hardest: that one's curve is where to start.
            hardest = min(singles, key=lambda single: single[0])[1]
            start = None if hardest is None else hardest.start
        curve = fit_curve(significant, sizes, alpha, sided, start)
        singles.append((int(significant.sum()), curve))
        yield comparison, week, significant, curve


def _without_curve(
    significant: NDArray[np.bool_], target: float, sizes: tuple[int, ...], people: int
) -> SmallestSize:
    if significant.all():
        note = f"at most {people * sizes[0]:,}: every trial of every size was significant"
        return SmallestSize(target, None, None, sizes[0], True, note)
    note = f"more than {people * sizes[-1]:,}: no trial of any size was significant"
    return SmallestSize(target, None, sizes[-1], None, True, note)


Question = tuple[str, str, str, xr.Dataset, NDArray[np.bool_]]


def _questions(data: xr.Dataset, alpha: float) -> Iterator[Question]:
    """Yield drug, comparison, week, the trials done and which were significant (R, N)."""
    for drug in (str(value) for value in data["drug"].values):
        for comparison in (str(value) for value in data["comparison"].values):
            part = data.sel(drug=drug, comparison=comparison)
            # a stopped run has fewer trials of one kind; a trial that failed still has its number
            done = part.isel(replicate=np.arange(int(data["done"].sel(drug=drug))))
            p = done["p_adjusted"].transpose("replicate", "size", "week").values
            with np.errstate(invalid="ignore"):
                significant = p < alpha
            for w, week in enumerate(done["week"].values):
                yield drug, comparison, f"{week:g}", done.isel(week=w), significant[..., w]
            if done.sizes["week"] > 1:
                every = np.asarray(significant.all(axis=-1))
                yield drug, comparison, ALL_WEEKS, done.isel(week=-1), every


def _row(
    part: xr.Dataset,
    significant: NDArray[np.bool_],
    drug: str,
    comparison: str,
    week: str,
    people: Headcount,
) -> PowerRow:
    trials, successes = significant.size, int(significant.sum())
    low, high = wilson(successes, trials)
    failed = int(np.isnan(part["p"].values).sum())
    share = successes / trials
    n = int(part["size"])
    size = (n, people.total, people.text())
    start = (drug, comparison, week, *size, trials, failed, share, low, high)
    if week == ALL_WEEKS:  # several estimates have no mean to speak of
        return PowerRow(*start, None, None, None, None, None, None)
    estimates = part["estimate"].values
    known = estimates[np.isfinite(estimates)]
    if known.size < 2:
        return PowerRow(*start, None, None, None, None, None, None)
    mean, sd = float(known.mean()), float(known.std(ddof=1))
    error = sd / float(np.sqrt(known.size))
    width = (part["high"] - part["low"]).values
    width = width[np.isfinite(width)]
    exaggeration = wrong = None
    # Where luck alone explains the mean there is no true sign or size to hold estimates against.
    if drug == ON and abs(mean) > 3.0 * error and successes:
        significant_estimates = estimates[significant]
        exaggeration = float(np.abs(significant_estimates).mean() / abs(mean))
        wrong = float((significant_estimates * mean < 0.0).mean())
    return PowerRow(
        *start,
        mean,
        error,
        sd,
        float(width.mean()) if width.size else None,
        exaggeration,
        wrong,
    )
