"""From a dosing schedule to dose events, and which of them each person takes.

A schedule is a dose with `treatment, amount, start, every, count, until, duration, adherence`, as
in pharmacometric dosing records. Times are days since the baseline visit.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from follicle_sim.base.codes import Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.numerics import uniforms

MAX_EVENTS = 100_000
"""More events than this in one schedule is taken for a typing error (137 years twice daily)."""

MINUTES = 1440
# A schedule of 12 weeks every week must not gain or lose a dose to rounding of 12 * 7 / 7.
ROUNDING = 1e-9


class DoseLike(Protocol):
    """What this module reads of a dose; the scenario's `Dose` has it."""

    @property
    def treatment(self) -> str: ...
    @property
    def amount(self) -> float: ...
    @property
    def start(self) -> float: ...
    @property
    def every(self) -> float | None: ...
    @property
    def count(self) -> int | None: ...
    @property
    def until(self) -> float | None: ...
    @property
    def duration(self) -> float: ...
    @property
    def adherence(self) -> float: ...


@dataclass(frozen=True)
class Habit:
    """How each person keeps to the doses, beside what the schedule itself says.

    odds : (S,) multiplier of the odds that a dose is taken; stops : (S,) day from which no dose is
    taken any more, infinity for never.
    """

    odds: NDArray[np.float64]
    stops: NDArray[np.float64]

    def of(self, people: slice) -> "Habit":
        """Return the habit of some of the people."""
        return Habit(self.odds[people], self.stops[people])

    def chance(self, adherence: ArrayLike) -> NDArray[np.float64]:
        """Return the probability (S,) that each person takes a dose of a given adherence.

        The odds are multiplied, so that `adherence` is the median person's and 1 stays 1.
        """
        share = np.asarray(adherence, dtype=np.float64)
        return np.asarray(share * self.odds / (share * self.odds + (1.0 - share)))


@dataclass(frozen=True)
class DoseEvents:
    """Dose events in time order.

    times : (K,) day; amounts : (K,) in the canonical unit of the treatment's amount;
    durations : (K,) day, 0 for a dose given at once.
    """

    times: NDArray[np.float64]
    amounts: NDArray[np.float64]
    durations: NDArray[np.float64]


def expand(
    dose: DoseLike, end: float, where: str = "dose", *, begin: float = -math.inf
) -> DoseEvents:
    """Return the events of one schedule that fall before `end`, and not before `begin`.

    Doses are given at `start`, `start + every`, ... `until` is the end of treatment: a dose that
    would fall on it is not given, so "every 1 week until 12 weeks" is the same 12 doses as
    "count 12". Without `every` there is one dose. `end` is exclusive for the same reason.

    Parameters
    ----------
    dose : schedule; amount in its canonical unit, times in days
    end : end of the simulated time, day
    where : path of the dose in its file, for messages
    begin : day before which doses are left out: a trial knows of none before its first visit

    Raises
    ------
    InputError
        If the schedule is impossible or has more than `MAX_EVENTS` doses.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> weekly = SimpleNamespace(treatment="x", amount=1.0, start=0.0, every=7.0, count=None,
    ...                          until=28.0, duration=0.0, adherence=1.0)
    >>> expand(weekly, end=365.0).times
    array([ 0.,  7., 14., 21.])
    """
    if dose.every is None:
        if (dose.count or 1) > 1:
            raise InputError(where, [Problem("count", "more than one dose needs `every`")])
        planned = 1.0 if dose.until is None or dose.until > dose.start else 0.0
    elif dose.every <= 0 or not math.isfinite(dose.every):
        raise InputError(where, [Problem("every", f"{dose.every} d; it must be above 0 d")])
    elif dose.count is not None:
        planned = float(dose.count)
    elif dose.until is not None:
        planned = _doses_before(dose.until, dose.start, dose.every)
    else:
        raise InputError(where, [Problem("every", "a repeated dose needs `count` or `until`")])
    if planned > MAX_EVENTS:
        message = f"{planned:.6g} doses; at most {MAX_EVENTS}; check every, count and until"
        raise InputError(where, [Problem("count" if dose.count else "every", message)])
    step = dose.every or 0.0
    # One more than fits, then cut on the times themselves: no dose depends on rounding of `end`.
    number = min(planned, _doses_before(end, dose.start, step) + 1 if step else planned)
    times = dose.start + step * np.arange(int(number), dtype=np.float64)
    times = times[(times < end) & (times >= begin)]
    ones = np.ones_like(times)
    return DoseEvents(times, dose.amount * ones, dose.duration * ones)


def delivered(events: DoseEvents, dose: DoseLike) -> DoseEvents:
    """Return events with what stays of each dose after what is done then (its aftercare)."""
    share = getattr(dose, "delivered", 1.0)
    return events if share == 1.0 else replace(events, amounts=share * events.amounts)


def _doses_before(limit: float, start: float, interval: float) -> float:
    return max(0.0, math.ceil((limit - start) / interval - ROUNDING))


def word(name: str) -> int:
    """Return the 32-bit word that stands for a name in the counter of a random draw."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


def minutes(times: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return (1, K) the minutes at which doses are due: what names them in a draw."""
    # through signed integers: doses and visits of a run-in have negative times
    rounded = np.floor(times * MINUTES + 0.5).astype(np.int64)
    return rounded.astype(np.uint32).reshape(1, -1)


def doses_taken(
    treatment: str,
    times: NDArray[np.float64],
    who: DrawNames,
    *,
    adherence: ArrayLike,
    habit: Habit | None = None,
) -> NDArray[np.bool_]:
    """Return which dose events each person takes.

    The draw is named by the person, the treatment and the minute the dose is due, so it does not
    depend on other people, other doses, or the order of the file; doses of one treatment due at the
    same minute are taken or missed together, and two arms see the same forgetfulness.

    Parameters
    ----------
    times : (K,) day
    who : names of the draws of S people
    adherence : scalar or (S,) probability that a dose is taken
    habit : of these people, where they differ

    Returns
    -------
    (S, K) bool
    """
    ids = who.column
    adherences = np.asarray(
        adherence if habit is None else habit.chance(adherence), dtype=np.float64
    )
    chance = np.broadcast_to(adherences, (len(ids),)).reshape(-1, 1)
    name = word(treatment)
    minute = minutes(times)
    u = uniforms(*who.keys, ids, name, minute, int(Decision.ADHERENCE))
    due = np.ones(u.shape, np.bool_) if habit is None else times < habit.stops[:, None]
    return np.asarray((u < chance) & due)


def last_due(doses: Iterable[DoseLike], ends: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the day (S,) of the last dose due before each person's end, (S,) day.

    Minus infinity where none was due.
    """
    last = np.full(len(ends), -np.inf)
    for dose in doses:
        times = expand(dose, float(np.max(ends))).times
        before = np.searchsorted(times, ends, side="left")
        last = np.maximum(last, np.concatenate([[-np.inf], times])[before])
    return last


def share_taken(
    doses: Iterable[DoseLike],
    ends: NDArray[np.float64],
    who: DrawNames,
    *,
    habit: Habit | None = None,
    begin: float = -math.inf,
) -> NDArray[np.float64]:
    """Return the share (S,) of the doses due before each person's end, (S,) day, that were taken.

    NaN where none was due. Doses before day `begin` do not count. Other parameters as in
    `doses_taken`.
    """
    due_doses, taken_doses = np.zeros(len(ends)), np.zeros(len(ends))
    for dose in doses:
        times = expand(dose, float(np.max(ends)), begin=begin).times
        before = times < ends[:, None]
        took = doses_taken(dose.treatment, times, who, adherence=dose.adherence, habit=habit)
        due_doses += before.sum(axis=1)
        taken_doses += (before & took).sum(axis=1)
    return np.asarray(
        np.divide(taken_doses, due_doses, out=np.full(len(ends), np.nan), where=due_doses > 0)
    )
