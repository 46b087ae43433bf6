"""The profile of a log-likelihood that adds up over people, from few evaluations of it.

It is worked out on a lattice of logarithms of the value around the present one: uphill in coarse
steps, then in steps half as long until one is below half a standard error, then outwards until the
rise has passed the limit. Between values a cubic spline is followed. The interval holds the values
at which -2 log-likelihood lies within the chi-squared quantile of its least (Wilks 1938,
doi:10.1214/aoms/1177732360).

The follicles of a person are alike in more than a typical subject tells. With s_p the slope of each
person's log-likelihood at the best fit and H the curvature of their sum, the rise is divided by
max(1, sum s_p^2 / H): the adjustment of Chandler and Bate (2007, Biometrika 94:167) for clusters,
which here only ever widens.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.stats import chi2

from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats

COARSE = math.log(2.0) / 2.0
"""First step of the logarithm of a value."""

HALVINGS = 6
"""Times a step is halved at most: to half a percent."""

REACH = 12
"""Coarse steps that the search goes either way: a factor of 64, or to the bounds."""

MARGIN = 2.0
"""How far beyond the limit the rise is worked out, so that a spline knows where it is going."""

SAME_STEPS = 4
"""Steps outwards before they double."""

FEW_PEOPLE = 5
"""Below so many, how people differ cannot be told and the rise is left as it is."""

FINE = 2001
USUAL_RUNS = 30
"""For progress: a profile usually takes about as many evaluations."""


@dataclass(frozen=True)
class PeopleProfile:
    """A profile.

    Parameters
    ----------
    best, low, high
        Value of the greatest likelihood, and the ends of the interval; None where the search ends
        first.
    values, rise : (p,)
        What was worked out: values, and -2 log-likelihood above its least, divided by `between`.
    curve : (2, m)
        Values and rise between them.
    between
        By what the rise is divided because people differ.
    """

    best: float
    low: float | None
    high: float | None
    values: Floats
    rise: Floats
    curve: Floats
    between: float


def find_profile(
    of_people: Callable[[float], Floats],
    bounds: tuple[float, float, float],
    level: float = 0.90,
    report: Report | None = None,
) -> PeopleProfile | None:
    """Return the profile of a number, None where its likelihood is zero all over.

    Parameters
    ----------
    of_people
        From a value to the log-likelihood (P,) of each person.
    bounds
        Present value, and the lowest and highest allowed.
    level
        Of the interval.
    report
        Called with a stage, evaluations done and expected.
    """
    lattice = _Lattice(of_people, bounds, report)
    limit = float(chi2.ppf(level, 1))
    best, step = _climb(lattice)
    if not math.isfinite(lattice.at(best)):
        return None
    between, step = _between(lattice, best, step)
    for sign in (-1, 1):
        _outwards(lattice, best, step, sign, limit * between)
    places = np.array([k for k in sorted(lattice.people) if math.isfinite(lattice.at(k))])
    return _read_off(lattice, places, limit, between)


class _Lattice:
    """Log-likelihoods at places, whole multiples of the finest step of the logarithm."""

    def __init__(
        self,
        of_people: Callable[[float], Floats],
        bounds: tuple[float, float, float],
        report: Report | None,
    ) -> None:
        self.of_people, self.report = of_people, report
        self.present, self.lower, self.upper = bounds
        self.fine = COARSE / 2**HALVINGS
        self.people: dict[int, Floats] = {}

    def value(self, place: int) -> float:
        return float(self.present * math.exp(place * self.fine))

    def inside(self, place: int) -> bool:
        near = abs(place) <= REACH * 2**HALVINGS
        return near and self.lower <= self.value(place) <= self.upper

    def at(self, place: int) -> float:
        if place not in self.people:
            self.people[place] = self.of_people(self.value(place))
            if self.report is not None:
                count = len(self.people)
                self.report("calibrating", count, max(USUAL_RUNS, count))
        # exact, so that the order of people cannot matter
        values = self.people[place].tolist()
        return -math.inf if -math.inf in values else math.fsum(values)


def _climb(lattice: _Lattice) -> tuple[int, int]:
    """Return the highest place found, and the step at which nothing near is higher."""
    best, step = 0, 2**HALVINGS
    if not math.isfinite(lattice.at(best)):
        places = [k for n in range(1, REACH + 1) for k in (-n * step, n * step)]
        best = max((k for k in places if lattice.inside(k)), key=lattice.at, default=0)
    while True:
        near = [k for k in (best - step, best + step) if lattice.inside(k)]
        higher = max(near, key=lattice.at, default=best)
        if lattice.at(higher) > lattice.at(best):
            best = higher
            continue
        curvature, size = _curvature(lattice, best, step)
        if step == 1 or (curvature > 0.0 and 4.0 * size**2 * curvature < 1.0):
            return best, step
        step //= 2


def _curvature(lattice: _Lattice, best: int, step: int) -> tuple[float, float]:
    """Return the curvature of minus the log-likelihood at a place, and the step; 0 at an edge."""
    size = step * lattice.fine
    if not (lattice.inside(best - step) and lattice.inside(best + step)):
        return 0.0, size
    down, top, up = (lattice.at(best + k) for k in (-step, 0, step))
    return (2.0 * top - down - up) / size**2, size


def _between(lattice: _Lattice, best: int, step: int) -> tuple[float, int]:
    """Return by what the rise is divided because people differ, and the step to go on with."""
    curvature, size = _curvature(lattice, best, step)
    if not (curvature > 0.0 and math.isfinite(curvature)):
        return 1.0, 2 ** (HALVINGS - 2)
    slopes = (lattice.people[best + step] - lattice.people[best - step]) / (2.0 * size)
    slopes = np.sort(slopes[lattice.people[best] != 0.0])
    if slopes.size < FEW_PEOPLE:
        return 1.0, step
    spread = math.fsum(np.square(slopes - slopes.mean()).tolist())
    return max(1.0, spread * slopes.size / (slopes.size - 1.0) / curvature), step


def _outwards(lattice: _Lattice, best: int, step: int, sign: int, limit: float) -> None:
    """Work out values outwards from the best until the rise has passed the limit, or to the end."""
    place, count = best, 0
    while lattice.inside(place + sign * step):
        place += sign * step
        if 2.0 * (lattice.at(best) - lattice.at(place)) > limit * (1.0 + MARGIN):
            return
        count += 1
        if count % SAME_STEPS == 0:
            step = min(2 * step, 2**HALVINGS)


def _read_off(lattice: _Lattice, places: np.ndarray, limit: float, between: float) -> PeopleProfile:
    logs = places * lattice.fine
    total = np.array([lattice.at(int(k)) for k in places])
    axis = np.unique(np.concatenate([np.linspace(logs[0], logs[-1], FINE), logs]))
    course = CubicSpline(logs, total)(axis) if logs.size > 3 else np.interp(axis, logs, total)
    top = int(np.argmax(course))
    rise = 2.0 * (course[top] - course) / between
    ends = [_end(axis, rise - limit, top, sign) for sign in (-1, 1)]
    low, high = (None if end is None else _rounded(lattice, end) for end in ends)
    return PeopleProfile(
        best=_rounded(lattice, float(axis[top])),
        low=low,
        high=high,
        values=lattice.present * np.exp(logs),
        rise=2.0 * (course[top] - total) / between,
        curve=np.array([lattice.present * np.exp(axis), rise]),
        between=between,
    )


def _rounded(lattice: _Lattice, log_value: float) -> float:
    return float(f"{lattice.present * math.exp(log_value):.4g}")


def _end(axis: Floats, beyond: Floats, top: int, sign: int) -> float | None:
    """Return where the rise first passes the limit, from the best outwards."""
    last = 0 if sign < 0 else len(axis) - 1
    for k in range(top, last, sign):
        if beyond[k + sign] > 0.0:
            share = -beyond[k] / (beyond[k + sign] - beyond[k])
            return float(axis[k] + share * (axis[k + sign] - axis[k]))
    return None
