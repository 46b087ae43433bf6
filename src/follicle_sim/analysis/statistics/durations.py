"""Durations with delayed entry and right censoring: Kaplan and Meier, and errors over people.

The curve is the product limit of Kaplan and Meier (1958, JASA 53:457) with delayed entry, that of
statsmodels. A person brings many follicles, and these may be alike: errors are those of Williams
(1995, Biometrics 51:244), with influences added up within each person:

    u_p(t) = sum over spells i of p of  integral to t of (dN_i - R_i dN / Y) / Y
    Var log S(t) = n / (n - 1) sum_p u_p(t)^2,     Var mean = n / (n - 1) sum_p (sum A du_p)^2

R_i tells whether the spell is under observation, Y is the sum of R_i, and A(t) the area under the
curve from t on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from follicle_sim.base.types import Flags, Floats

AT_ONCE = 512
"""Times whose influences (person, time) are held together."""

LAST_BITS = 1e-12
"""A curve that meets a quantile within its last bits has reached it."""


@dataclass(frozen=True)
class DurationCurve:
    """A curve of survival at the K times at which a spell ended.

    Parameters
    ----------
    time, survival, at_risk : (K,)
        Day since the phase began; share that lasts longer; spells under observation just before.
    log_error : (K,)
        Standard error of log survival over people; NaN with one person.
    longest
        Greatest age under observation.
    """

    time: Floats
    survival: Floats
    at_risk: Floats
    log_error: Floats
    longest: float

    def quantile(self, share: float) -> float | None:
        """Return the age by which a share of the spells has ended, None if it is not reached."""
        return _reached(self.time, self.survival, 1.0 - share)

    def quantile_limits(self, share: float, level: float) -> tuple[float | None, float | None]:
        """Return the interval of a quantile: where those of the curve pass it.

        Brookmeyer and Crowley (1982, Biometrics 38:29), on the scale log(-log S).
        """
        low, high = self.limits(level)
        return _reached(self.time, low, 1.0 - share), _reached(self.time, high, 1.0 - share)

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Return the interval (K,), (K,) of the curve at each time, on the scale log(-log S)."""
        inside = (self.survival > 0.0) & (self.survival < 1.0)
        log_s = np.where(inside, np.log(np.where(inside, self.survival, 0.5)), -1.0)
        wide = np.exp(float(ndtri(0.5 + level / 2)) * self.log_error / -log_s)
        return tuple(
            np.where(inside, np.exp(log_s * power), self.survival) for power in (wide, 1.0 / wide)
        )  # type: ignore[return-value]


@dataclass(frozen=True)
class Mean:
    """Mean duration up to an age, and what each person adds to its error.

    Parameters
    ----------
    value
        Day: the area under the curve up to `until`.
    until
        Age.
    influence : (P,)
        Of each person, day; zero for people without a spell.
    """

    value: float
    until: float
    influence: Floats

    @property
    def error(self) -> float:
        """Standard error over people, NaN with fewer than two."""
        return error_of(self.influence)


def error_of(influence: Floats) -> float:
    """Return the standard error that the influences of people (P,) come to; NaN with one."""
    there = influence[influence != 0.0]
    if there.size < 2:
        return float("nan")
    factor = there.size / (there.size - 1.0)
    return float(np.sqrt(factor * np.sum(np.sort(np.square(there)))))


def duration_curve(
    entry: Floats, exit: Floats, ended: Flags, person: NDArray[np.int64]
) -> DurationCurve:
    """Return the curve of N spells.

    Parameters
    ----------
    entry, exit : (N,)
        Days since the phase began; ``entry < exit``.
    ended : (N,)
        Whether the spell ended at `exit`, or was cut.
    person : (N,)
        Number of the person, 0 or more.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    longest = float(exit.max(initial=0.0))
    if not ended.any():
        nothing = np.empty(0)
        return DurationCurve(nothing, nothing, nothing, nothing, longest)
    found = SurvfuncRight(exit, ended.astype(np.float64), entry=entry)
    time, at_risk = found.surv_times, found.n_risk.astype(np.float64)
    squares, before = np.empty(time.size), np.zeros((1, 1))
    people = np.unique(person)
    for start in range(0, time.size, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        steps = _influences(entry, exit, ended, person, time[part], at_risk[part])
        sums = before + np.cumsum(steps, axis=1)
        before = sums[:, -1:]
        squares[part] = np.sum(np.square(sums), axis=0)
    factor = people.size / (people.size - 1.0) if people.size > 1 else np.nan
    return DurationCurve(time, found.surv_prob, at_risk, np.sqrt(factor * squares), longest)


def mean_until(
    curve: DurationCurve,
    until: float,
    entry: Floats,
    exit: Floats,
    ended: Flags,
    person: NDArray[np.int64],
) -> Mean:
    """Return the mean duration up to an age: the area under the curve, with its errors.

    Parameters
    ----------
    curve
        Of these spells.
    until
        Age, day.
    entry, exit, ended, person : (N,)
        As for `duration_curve`; `influence` is by number of the person.
    """
    inside = curve.time < until
    edges = np.concatenate([[0.0], curve.time[inside], [until]])
    areas = np.diff(edges) * np.concatenate([[1.0], curve.survival[inside]])
    beyond = areas[::-1].cumsum()[::-1][1:]  # area from each time on
    influence = np.zeros(int(person.max(initial=-1)) + 1)
    time, at_risk = curve.time[inside], curve.at_risk[inside]
    for start in range(0, time.size, AT_ONCE):
        part = slice(start, start + AT_ONCE)
        steps = _influences(entry, exit, ended, person, time[part], at_risk[part])
        influence -= steps @ beyond[part]
    return Mean(float(areas.sum()), until, influence)


def _influences(
    entry: Floats,
    exit: Floats,
    ended: Flags,
    person: NDArray[np.int64],
    time: Floats,
    at_risk: Floats,
) -> Floats:
    """Return the steps (P, K) of every person's influence on the cumulative hazard."""
    people, count = int(person.max()) + 1, time.size
    change, ends = np.zeros((people, count + 1)), np.zeros((people, count + 1))
    # under observation after the entry and up to the exit
    np.add.at(change, (person, np.searchsorted(time, entry, side="right")), 1.0)
    np.add.at(change, (person, np.searchsorted(time, exit, side="right")), -1.0)
    under = np.cumsum(change, axis=1)[:, :count]
    at = np.searchsorted(time, exit)
    here = ended & (at < count) & (time[np.minimum(at, count - 1)] == exit)
    np.add.at(ends, (person[here], at[here]), 1.0)
    ends = ends[:, :count]
    total = ends.sum(axis=0)
    return np.asarray((ends - under * total / at_risk) / at_risk)


def _reached(time: Floats, survival: Floats, share: float) -> float | None:
    below = np.flatnonzero(survival <= share + LAST_BITS)
    return float(time[below[0]]) if below.size else None
