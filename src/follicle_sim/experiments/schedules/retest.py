"""The front and the winner of a search, tried again on people whom the search has never seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.schedules.candidates import Schedule, Space
from follicle_sim.experiments.schedules.gain import Gain, Trials, mean_gain, score
from follicle_sim.experiments.schedules.search import Searched, Tried
from follicle_sim.pharmacology.bills import Bill
from follicle_sim.scenario.rules.search import EVERYBODY

MOST_RETESTED = 10
"""Schedules of a front that are tried again, spread evenly over it."""

COURSES = (("monthly x 3", 3, 28.0), ("weekly x 12", 12, 7.0))
"""Courses people know, shown for orientation: name, doses, days between them."""


@dataclass(frozen=True)
class Retested:
    """One schedule on fresh people.

    searched : what the search had said of it, None of a course that it did not try
    luck : searched less retested, with the standard error of the two, None likewise
    behind : what it gains less than the winner, the same people with both
    """

    name: str
    schedule: Schedule
    bill: Bill
    fresh: Gain
    searched: Gain | None
    luck: float | None
    luck_se: float | None
    behind: Gain
    refused: str


@dataclass(frozen=True)
class Best:
    """The search in one class of people: all that was tried, its front and winner, tried again."""

    label: str
    space: Space
    searched: Searched
    front: tuple[Tried, ...]
    winner: Tried
    retested: tuple[Retested, ...]  # the winner first, then others by cost
    courses: tuple[Retested, ...]
    subjects: int
    retest_subjects: int

    @property
    def again(self) -> Retested:
        """Return the winner on fresh people."""
        return self.retested[0]

    @property
    def as_good(self) -> Retested:
        """Return the cheapest schedule that fresh people do not tell from the winner."""
        if self.space.search.objective == "cost_per_hair":
            return self.again  # a cheaper hair is what was searched for
        level = [row for row in self.retested if row.behind.low <= 0.0]
        return min(level or [self.again], key=lambda row: row.bill.cost)


def front_of(tried: Sequence[Tried]) -> tuple[Tried, ...]:
    """Return the schedules that nothing cheaper equals, by rising cost.

    Examples
    --------
    >>> front_of(())
    ()
    """
    best_mean = -math.inf
    front = []
    for schedule in sorted(tried, key=lambda t: (t.bill.cost, -t.mean)):
        if schedule.mean > best_mean:
            best_mean = schedule.mean
            front.append(schedule)
    return tuple(front)


def winner_of(tried: Sequence[Tried], objective: str) -> Tried:
    """Return the schedule with the best objective, of equal ones the cheapest."""
    return max(tried, key=lambda t: (score(objective, t.mean, t.bill.cost), -t.bill.cost))


def retest_search(
    label: str, people: Trials, fresh: Trials, searched: Searched, report: Report | None
) -> Best:
    """Return a search with its front and winner, and what fresh people gain from each of them."""
    space = people.space
    front = front_of(searched.tried)
    winner = winner_of(searched.tried, space.search.objective)
    others = [tried for tried in _spread(front, MOST_RETESTED) if tried is not winner]
    courses = _courses(space)
    title = "trying again" if label == EVERYBODY else f"trying again: {label}"
    schedules = [winner.schedule, *(t.schedule for t in others), *courses.values()]
    schedules = list(dict.fromkeys(schedules))
    gains: dict[Schedule, Floats] = {}
    for count, schedule in enumerate(schedules, 1):
        gains[schedule] = fresh.gains(schedule)
        if report is not None:
            report(title, count, len(schedules))
    winner_gains = gains[winner.schedule]
    tried_before = {tried.schedule: tried for tried in searched.tried}

    def row(name: str, schedule: Schedule) -> Retested:
        fresh_gain = mean_gain(gains[schedule])
        before = tried_before.get(schedule)
        searched_gain = None if before is None else mean_gain(before.gains)
        bill = space.bill(schedule)
        return Retested(
            name=name,
            schedule=schedule,
            bill=bill,
            fresh=fresh_gain,
            searched=searched_gain,
            luck=None if searched_gain is None else searched_gain.value - fresh_gain.value,
            luck_se=None if searched_gain is None else math.hypot(searched_gain.se, fresh_gain.se),
            behind=mean_gain(winner_gains - gains[schedule]),
            refused=space.refusal(schedule, bill),
        )

    return Best(
        label=label,
        space=space,
        searched=searched,
        front=front,
        winner=winner,
        retested=(row("winner", winner.schedule), *(row("front", t.schedule) for t in others)),
        courses=tuple(row(name, schedule) for name, schedule in courses.items()),
        subjects=people.subjects,
        retest_subjects=fresh.subjects,
    )


def _spread(front: Sequence[Tried], most: int) -> list[Tried]:
    """Return at most `most` schedules of a front, spread evenly, both ends among them."""
    if len(front) <= most:
        return list(front)
    return [front[round(i * (len(front) - 1) / (most - 1))] for i in range(most)]


def _courses(space: Space) -> dict[str, Schedule]:
    """Return the scenario's own course, and, of something given in a clinic, those people know."""
    as_written = space.as_written()
    courses = {"as in the scenario": as_written}
    varied = [dimension.dose for dimension in space.dimensions if dimension.dose >= 0]
    if not varied or space.prices[as_written.doses[varied[0]].treatment].visits == 0.0:
        return courses
    for name, count, every in COURSES:
        changes = {"count": count, "every": every, "until": None}
        doses = list(as_written.doses)
        doses[varied[0]] = doses[varied[0]].model_copy(update=changes)
        schedule = Schedule(tuple(doses), as_written.factors)
        if schedule == as_written:
            courses = {name: as_written} | {k: v for k, v in courses.items() if v != as_written}
        else:
            courses[name] = schedule
    return courses
