"""Who responds: how the gain of each person goes with a trait of theirs.

In a design that holds the same people in every arm, gain is a person's change less that of the same
person in the control arm: nothing but the treatment is in it. In any other it is the change from
baseline, in which the natural course and regression to the mean are too, in the control arm as in
the others.

Everything here is a plain sum over people, added exactly (`math.fsum`), so that their order moves
nothing; traits are rounded to `DIGITS` before they are ranked, so that the last bit moves nobody
from one group to the next.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from follicle_sim.base.arguments import check_dataset, check_number, check_text
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.types import Floats
from follicle_sim.results.endpoints import arm_roles, control_arm, is_paired, people_last
from follicle_sim.results.origin import UNKNOWN, Origin, origin_of, write_rows_of_run

TRAITS = (
    "age",
    "sex",
    "duration",
    "severity",
    "progression",
    "growth",
    "donor",
    "potency",
    "responder",
)
"""Variables of a result that say what people are like, in the order in which they are shown."""

KINDS = {"sex": ("male", "female"), "responder": ("no", "yes")}
"""Traits of two kinds of people, coded 0 and 1."""

FEWEST = 10
"""People of an arm with fewer of which nothing is said of it."""

DIGITS = 9
"""Significant digits of a trait that count: far more than anybody measures."""

_GROUP, _GROUPS = 20, 8
"""People that a group should have, and groups at most."""


@dataclass(frozen=True, slots=True)
class Group:
    """People alike in a trait: their mean trait, their mean gain and its interval."""

    trait: float
    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class TraitRow:
    """How the gain of an arm goes with one trait.

    Parameters
    ----------
    arm, trait, trait_unit, endpoint, unit, week
        What the row is about.
    against
        Label of the arm that gains are held against, person by person; empty where a gain is the
        change from baseline.
    n
        People with a gain and the trait.
    slope, slope_low, slope_high
        Gain per unit of the trait, by least squares, with its interval over people (of two kinds:
        the difference between them).
    per_sd, per_sd_low, per_sd_high
        The same per standard deviation of the trait among these people.
    explained
        Share of the variance of the gain that goes with the trait in a straight line.
    level
        Of the intervals.
    """

    arm: str
    against: str
    trait: str
    trait_unit: str
    endpoint: str
    unit: str
    week: float
    n: int
    slope: float
    slope_low: float
    slope_high: float
    per_sd: float
    per_sd_low: float
    per_sd_high: float
    explained: float
    level: float


@dataclass(frozen=True, slots=True)
class WhoResponds:
    """Rows of the table, the groups behind them, and what a gain is here.

    `groups` is by (arm, trait), from the lowest trait to the highest.
    """

    rows: tuple[TraitRow, ...]
    groups: dict[tuple[str, str], tuple[Group, ...]]
    against: str
    control: str
    endpoint: str
    unit: str
    week: float
    level: float
    origin: Origin = UNKNOWN

    @property
    def traits(self) -> tuple[str, ...]:
        """Traits that somebody differs in, in the order in which they are shown."""
        return tuple(dict.fromkeys(row.trait for row in self.rows))

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line a row, in the last columns of each which run it is from.

        Raises OutputError and leaves an earlier file where it cannot.
        """
        write_rows_of_run(path, TraitRow, self.rows, self.origin)


def who_responds(
    data: xr.Dataset,
    variable: str = "hair_density",
    *,
    week: float | None = None,
    level: float = 0.9,
) -> WhoResponds:
    """Return how people's gains go with their traits.

    Parameters
    ----------
    data
        Result of `simulate`, with traits of people: those that are screened or mixed, and all that
        vary where the scenario has `[record] traits = true`.
    variable
        Any variable with one number per subject and visit.
    week
        Of the visit; None for the last one.
    level
        Of the intervals: of the mean of a group by Student's t, of a slope by errors that hold
        where people scatter unequally (HC3; MacKinnon and White 1985, J Econometrics 29:305).

    Raises
    ------
    InputError
        No such variable or visit, no visit at baseline, a level that is none.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> age, gain = np.arange(20.0, 60.0), np.arange(40.0)
    >>> hairs = np.stack([np.full(40, 150.0), 150.0 + 2.0 * gain], axis=-1)[None]
    >>> data = xr.Dataset(
    ...     {
    ...         "hair_density": (("arm", "subject", "time"), hairs),
    ...         "age": (("arm", "subject"), age[None]),
    ...     },
    ...     coords={"arm": ["drug"], "role": ("arm", ["treatment"]), "time": [0.0, 84.0]},
    ... )
    >>> row = who_responds(data).rows[0]
    >>> row.trait, round(row.slope, 6), row.n
    ('age', 2.0, 40)
    """
    check_dataset("who_responds", data, ("arm", "subject", "time"))
    check_text("who_responds", "variable", variable)
    week = None if week is None else check_number("who_responds", "week", week)
    level = check_number("who_responds", "level", level)
    if not 0.5 <= level < 1.0:
        raise InputError("who_responds", [Problem("level", f"found {level:g}; allowed: 0.5 to 1")])
    gains, against, day = _gains(data, variable, week)
    labels, _ = arm_roles(data)
    rows: list[TraitRow] = []
    groups: dict[tuple[str, str], tuple[Group, ...]] = {}
    unit = str(data[variable].attrs.get("units", ""))
    for trait in TRAITS:
        if trait not in data.data_vars:
            continue
        values = _values(data, trait)
        for arm, label in enumerate(labels):
            if label == against:
                continue
            known = np.isfinite(gains[arm]) & np.isfinite(values[arm])
            x, y = rounded(values[arm][known]), gains[arm][known]
            line = straight_line(x, y, level)
            if line is None:
                continue
            about = (label, against, trait, str(data[trait].attrs.get("units", "")))
            rows.append(TraitRow(*about, variable, unit, day / 7.0, x.size, *line, level))
            groups[label, trait] = group_means(x, y, level)
    control = control_arm(data)
    return WhoResponds(
        tuple(rows), groups, against, control, variable, unit, day / 7.0, level, origin_of(data)
    )


def _gains(data: xr.Dataset, variable: str, week: float | None) -> tuple[Floats, str, float]:
    """Return gains (arm, people), the arm they are held against ("" for none), and the day."""
    plain = {"replicate", "arm", "subject", "time"}
    fitting = [
        str(name)
        for name, values in data.data_vars.items()
        if {"arm", "subject", "time"} <= set(values.dims) <= plain
    ]
    if variable not in fitting:
        message = f'no variable "{variable}" with a number per person and visit'
        hint = did_you_mean(variable, fitting)
        raise InputError("who_responds", [Problem("variable", f"{message}{hint}")])
    days = np.asarray(data["time"].values, dtype=np.float64)
    zero = np.flatnonzero(days == 0.0)
    if not zero.size:
        message = "the run has no visit at baseline, 0 days"
        raise InputError("who_responds", [Problem("data", message)])
    day = float(days[-1]) if week is None else 7.0 * week
    at = np.flatnonzero(np.abs(days - day) < 1e-6)
    if not at.size or at[0] == zero[0]:
        after = ", ".join(f"{each / 7.0:g}" for each in days[days > 0.0][:12])
        message = f"no visit after baseline at week {day / 7.0:g}; there are: {after}"
        raise InputError("who_responds", [Problem("week", message)])
    values = people_last(data[variable], "arm", "time")
    change = values[:, at[0]] - values[:, zero[0]]
    against = control_arm(data) if is_paired(data) and data.sizes["arm"] > 1 else ""
    if against:
        change = change - change[arm_roles(data)[0].index(against)]
    return change, against, day


def _values(data: xr.Dataset, trait: str) -> Floats:
    """Return a trait (arm, people) as numbers: of two kinds 0 and 1, NaN where nobody is."""
    values = data[trait]
    if trait in KINDS and values.dtype.kind in "UO":
        kinds = np.asarray(values.values)
        codes = np.full(kinds.shape, np.nan)
        for code, kind in enumerate(KINDS[trait]):
            codes[kinds == kind] = code
        values = values.copy(data=codes)
    return people_last(values, "arm")


def rounded(values: Floats) -> Floats:
    """Return values to `DIGITS` significant digits of the largest of them."""
    most = float(np.sort(np.abs(values))[-1]) if values.size else 0.0
    if most == 0.0:
        return values
    return np.round(values, DIGITS - 1 - math.floor(math.log10(most)))


class Line(NamedTuple):
    """A slope with its interval, the same per SD of the trait, and the share explained."""

    slope: float
    low: float
    high: float
    per_sd: float
    per_sd_low: float
    per_sd_high: float
    explained: float


def straight_line(x: Floats, y: Floats, level: float) -> Line | None:
    """Return slope with interval, the same per SD of `x`, and the share explained.

    Least squares; the error of the slope by HC3, which holds where people scatter unequally:
    sum (x_i - m)^2 e_i^2 / (1 - h_i)^2 / (sum (x_i - m)^2)^2, with n - 2 degrees of freedom.

    Returns
    -------
    None where fewer than `FEWEST` people are there, or all but one of them are alike
    """
    n = x.size
    if n < FEWEST or np.unique(x).size < 2:
        return None
    off_x, off_y = x - math.fsum(x) / n, y - math.fsum(y) / n
    squares = math.fsum(off_x * off_x)
    leverage = 1.0 / n + off_x * off_x / squares
    if (leverage > 1.0 - 1e-9).any():
        return None
    slope = math.fsum(off_x * off_y) / squares
    left = (off_y - slope * off_x) / (1.0 - leverage)
    error = math.sqrt(math.fsum(off_x * off_x * left * left)) / squares
    half = float(stdtrit(n - 2, 0.5 + 0.5 * level)) * error
    sd = math.sqrt(squares / (n - 1))
    low, high = slope - half, slope + half
    total = math.fsum(off_y * off_y)
    explained = min(1.0, slope * slope * squares / total) if total > 0.0 else 0.0
    return Line(slope, low, high, sd * slope, sd * low, sd * high, explained)


def group_means(x: Floats, y: Floats, level: float) -> tuple[Group, ...]:
    """Return means of people alike in a trait, each kind by itself where there are few kinds.

    Otherwise groups of as many people each as can be, `_GROUP` or more; people with the same trait
    are never parted.
    """
    kinds, which, counts = np.unique(x, return_inverse=True, return_counts=True)
    if kinds.size <= _GROUPS // 2:
        number = which
    else:
        count = max(2, min(_GROUPS, x.size // _GROUP))
        # the middle rank of everybody with the same trait
        middle = (np.cumsum(counts) - 0.5 * counts) / x.size
        number = np.minimum((middle * count).astype(np.int64), count - 1)[which]
    out = []
    for group in np.unique(number):
        some = y[number == group]
        mean = math.fsum(some) / some.size
        half = math.inf
        if some.size > 1:
            variance = math.fsum((some - mean) ** 2) / (some.size - 1)
            quantile = float(stdtrit(some.size - 1, 0.5 + 0.5 * level))
            half = quantile * math.sqrt(variance / some.size)
        trait = math.fsum(x[number == group]) / some.size
        out.append(Group(trait, mean, mean - half, mean + half, some.size))
    return tuple(out)


MANY = 40
"""People of an arm with fewer of which no figure is drawn unasked: nothing would be seen in it."""


def is_telling(data: xr.Dataset, variable: str, week: float | None = None) -> bool:
    """Return whether a result can tell who responds: traits that vary, people enough, a visit.

    A crossover is no such result: everybody gets everything, and gains are of periods.
    """
    days = np.asarray(data["time"].values, dtype=np.float64)
    later = days > 0.0 if week is None else (days > 0.0) & (np.abs(days - 7.0 * week) < 1e-6)
    plain = variable in data.data_vars and {*data[variable].dims} <= {
        *("replicate", "arm", "subject", "time")
    }
    return (
        plain
        and data.sizes.get("subject", 0) >= MANY
        and bool((days == 0.0).any() and later.any())
        and data.attrs.get("design_kind") != "crossover"
        and bool(differing(data))
    )


def differing(data: xr.Dataset) -> Sequence[str]:
    """Return the traits of a result in which people of some arm differ, as far as it holds any."""
    return [
        trait
        for trait in TRAITS
        if trait in data.data_vars
        and any(np.unique(row[np.isfinite(row)]).size > 1 for row in _values(data, trait))
    ]
