"""Numbers that come from a person's whole course and not from one visit: when hair fell or came.

Courses are (..., T) over T visits from the baseline visit on, the first of which is the baseline.
Between visits a course is linear. Who never comes to the event has no time (NaN) and is left out of
means and medians, as papers leave them out; a run that ends early so makes times too short.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from follicle_sim.base.estimates import FloatArray
from follicle_sim.results.recipe import Span

EFFLUVIUM = 1.5
"""Rate of shedding, in multiples of the person's own at baseline, above which hair is said to fall
out (assumption: papers ask people and give no figure).

People judge by their whole scalp. On a small target area the few hairs shed in a week pass this by
luck: in 60 people with telogen effluvium, seen every week, the mean onset was day 80 (SD 3) on
25 cm2, day 75 (18) on 5 cm2 and day 63 (32) on 1 cm2."""

NOTICED = 0.2266
"""Share of the hairs whose loss is noticed: three of four dermatologists saw it in photographs
(Buontempo, Defining Perceptual Thresholds for Hair Density Changes; summary at tressless.com)."""

REGROWN = 0.1
"""Share of the hairs at baseline that must have come back before regrowth is said to have begun
(assumption: papers ask people and give no figure)."""

DUST = 1e-9
"""Share of a level by which rounding may miss it: 90 % of 70 points is not 63 to the last bit."""

PRESERVED = 0.5
"""Share of the hairs at baseline that is never lost by who keeps the hair through chemotherapy:
loss under 50 % (CTCAE grade 0 to 1)."""


def first_crossing(
    values: FloatArray,
    days: FloatArray,
    level: FloatArray,
    direction: Literal["above", "down_to"],
    after: FloatArray | float = 0.0,
) -> FloatArray:
    """Return the first day (...,) on which courses are above a level, or down to it; NaN for never.

    Parameters
    ----------
    values : (..., T)
        A visit without a value is passed over: the course is linear between its neighbours.
    days : (T,)
        Increasing.
    level : (...,)
        NaN gives NaN.
    direction
        Above the level, or at it and below.
    after : (...,)
        Day of the visit from which on it is looked for; who is beyond the level then, was so then.

    Examples
    --------
    >>> first_crossing(np.array([1.0, 1.0, 3.0]), np.array([0.0, 10.0, 20.0]), 2.0, "above").item()
    15.0
    """
    values = filled(values, days)
    level = np.broadcast_to(np.asarray(level, np.float64), values.shape[:-1])
    after = np.broadcast_to(np.asarray(after, np.float64), values.shape[:-1])
    day = np.full(values.shape[:-1], np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        limit = level[..., None]
        low = values <= limit + DUST * np.abs(limit)
        beyond = low if direction == "down_to" else np.isfinite(values) & np.isfinite(limit) & ~low
        for k in range(days.size - 1, -1, -1):  # the earliest is written last
            now = beyond[..., k] & (days[k] == after)
            day = np.where(now, days[k], day)
            if k == 0:
                break
            start, end = values[..., k - 1], values[..., k]
            share = np.clip((level - start) / (end - start), 0.0, 1.0)
            met = beyond[..., k] & ~beyond[..., k - 1] & np.isfinite(start)
            met &= days[k - 1] >= after
            day = np.where(met, days[k - 1] + share * (days[k] - days[k - 1]), day)
    return day


def filled(values: FloatArray, days: FloatArray) -> FloatArray:
    """Return courses (..., T) whose gaps between visits are linear; before and after them NaN."""
    if np.isfinite(values).all():
        return values
    rows = values.reshape(-1, days.size).copy()
    for row in rows:
        seen = np.isfinite(row)
        if seen.any() and not seen.all():
            row[:] = np.interp(days, days[seen], row[seen], left=np.nan, right=np.nan)
    return rows.reshape(values.shape)


def onset(rate: FloatArray, days: FloatArray) -> FloatArray:
    """Return the day (...,) on which shedding rises above `EFFLUVIUM` times that of baseline."""
    return first_crossing(rate, days, _threshold(rate), "above")


def peak(rate: FloatArray, days: FloatArray) -> FloatArray:
    """Return the day (...,) of the visit with the fastest shedding, of who has an onset."""
    highest = np.argmax(np.where(np.isfinite(rate), rate, -np.inf), axis=-1)
    return np.where(np.isfinite(onset(rate, days)), days[highest], np.nan)


def end(rate: FloatArray, days: FloatArray) -> FloatArray:
    """Return the day (...,) on which shedding, after its peak, is down to the threshold again."""
    return first_crossing(rate, days, _threshold(rate), "down_to", after=peak(rate, days))


def duration(rate: FloatArray, days: FloatArray) -> FloatArray:
    """Return the days (...,) between onset and end of shedding."""
    return end(rate, days) - onset(rate, days)


def _threshold(rate: FloatArray) -> FloatArray:
    base = rate[..., 0]
    return np.where(base > 0.0, EFFLUVIUM * base, np.nan)  # of nothing there is no multiple


def loss_day(density: FloatArray, days: FloatArray) -> FloatArray:
    """Return the day (...,) on which density has fallen by `NOTICED` of that at baseline."""
    return first_crossing(density, days, (1.0 - NOTICED) * density[..., 0], "down_to")


def regrowth_day(density: FloatArray, days: FloatArray) -> FloatArray:
    """Return the day (...,) on which hair has begun to come back, of people who lost it.

    Density is then `REGROWN` of that at baseline above its lowest, which is that of the last visit
    where several are equally low.
    """
    known = np.where(np.isfinite(density), density, np.inf)
    lowest = days.size - 1 - np.argmin(known[..., ::-1], axis=-1)
    depth = np.take_along_axis(known, lowest[..., None], axis=-1)[..., 0]
    level = np.where(
        np.isfinite(loss_day(density, days)), depth + REGROWN * density[..., 0], np.nan
    )
    return first_crossing(density, days, level, "above", after=days[lowest])


def preserved(density: FloatArray, days: FloatArray) -> FloatArray:
    """Return 1 (...,) for people who at every visit had more than `PRESERVED` of their hair."""
    known = np.where(np.isfinite(density), density, np.inf)
    kept = known.min(axis=-1) > PRESERVED * density[..., 0]
    seen = np.isfinite(density[..., 0]) & np.isfinite(density[..., 1:]).any(axis=-1)
    return np.where(seen, kept.astype(np.float64), np.nan)


def from_salt30_to_salt20(salt: FloatArray, days: FloatArray) -> FloatArray:
    """Return the days (...,) from a score 30 % below baseline to one of 20 points or less."""
    base = np.where(salt[..., 0] > 0.0, salt[..., 0], np.nan)
    fell = first_crossing(salt, days, 0.7 * base, "down_to")
    low = first_crossing(salt, days, np.full(base.shape, 20.0), "down_to")
    return np.maximum(0.0, low - fell)


SPANS: Mapping[str, Span] = {
    "effluvium_onset": Span("shed_rate", onset),
    "effluvium_peak": Span("shed_rate", peak),
    "effluvium_end": Span("shed_rate", end),
    "effluvium_duration": Span("shed_rate", duration),
    "hair_loss_time": Span("hair_density", loss_day),
    "regrowth_time": Span("hair_density", regrowth_day, clock="chemotherapy_end"),
    "hair_preservation": Span("hair_density", preserved),
    "salt30_to_salt20_time": Span("salt", from_salt30_to_salt20),
}
"""The trigger of an effluvium is the baseline visit, and so is the first dose of chemotherapy."""
