"""The best schedule for the money: search, front, winner, and both tried again on fresh people.

The best of many noisy numbers is too good on average, however it was found: the winner's curse. So
what a search says of its winner is only a promise; it and the front are tried again on more people
whom the search has never seen, and the difference is shown as luck.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from follicle_sim.base.arguments import check_call, check_threads, check_whole
from follicle_sim.base.errors import Interrupted
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.schedules.candidates import Schedule, Space, make_space
from follicle_sim.experiments.schedules.gain import Gain, Trials, mean_gain, prices, score
from follicle_sim.experiments.schedules.search import SEARCHING, Searched, Tried, search, search_key
from follicle_sim.pharmacology.prices import Bill
from follicle_sim.scenario.load import check_scenario, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.search import EVERYBODY

MOST_SEEDS = 2**32
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


@dataclass(frozen=True)
class ClassRow:
    """The best schedule of a class, and what the schedule that is best for everybody loses in it.

    loss : gain of the class's own schedule less that of the common one, the same fresh people; for
    an objective of cost_per_hair what a hair costs more with the common one, USD
    """

    label: str
    best: Best
    common: Gain
    common_bill: Bill
    loss: Gain


@dataclass(frozen=True)
class Optimised:
    """Everything a search for a schedule found."""

    scenario: Scenario
    best: Best
    classes: tuple[ClassRow, ...]
    seed: int
    retest_seed: int
    trials: int
    seconds: float = field(default=0.0, compare=False)


def make_spaces(scenario: Scenario) -> dict[str, Space]:
    """Return what is searched among everybody and in each class, by label.

    Raises
    ------
    InputError
        As `make_space`, or if a class changes something it cannot.
    """
    spaces = {EVERYBODY: make_space(scenario)}
    for group in spaces[EVERYBODY].search.classes:
        spaces[group.label] = make_space(with_overrides(scenario, group.changes))
    return spaces


def optimise(
    scenario: Scenario,
    *,
    trials: int | None = None,
    folder: Path | None = None,
    resume: bool = False,
    threads: int | None = None,
    report: Report | None = None,
) -> Optimised:
    """Search the schedules of a scenario's `[optimise]` table.

    Parameters
    ----------
    scenario : with an `[optimise]` table; its seed is that of the search
    trials : schedules to simulate, those of the table by default
    folder : where to keep what is found, for `resume`; nowhere by default
    threads : processors; the result does not depend on them
    report : told the stage, what is done of it and what there is

    Raises
    ------
    InputError
        If no schedule meets the budget or the limits, or a class changes something it cannot.
    MissingExtraError
        If optuna is needed and not installed.
    Interrupted
        On Ctrl-C; what was found is kept in the folder.
    """
    began = time.perf_counter()
    scenario = check_scenario("optimise", scenario)
    if trials is not None:
        check_whole("optimise", "trials", trials)
    check_threads("optimise", threads)
    check_call("optimise", "report", report)
    spaces = make_spaces(scenario)
    table = spaces[EVERYBODY].search
    limit = trials or table.trials
    seed = scenario.run.seed
    fresh_seed = (seed + 1) % MOST_SEEDS
    best: dict[str, Best] = {}
    fresh: dict[str, Trials] = {}
    for number, (label, space) in enumerate(spaces.items()):
        stage = SEARCHING if number == 0 else f"{SEARCHING}: {label}"
        people = Trials(space, table.subjects, seed, threads)
        fresh[label] = Trials(space, table.retest_subjects, fresh_seed, threads)
        path = None if folder is None else folder / f"evaluations_{number}.npz"
        place = Checkpoint(path, search_key(people), resume)
        searched = search(people, limit, place, report, stage)
        with _explain_interrupt(path):
            best[label] = _retest(label, people, fresh[label], searched, report)
    common = best[EVERYBODY].winner.schedule
    with _explain_interrupt(folder):
        rows = [
            _class_row(best[label], fresh[label], common) for label in spaces if label != EVERYBODY
        ]
    seconds = time.perf_counter() - began
    return Optimised(scenario, best[EVERYBODY], tuple(rows), seed, fresh_seed, limit, seconds)


@contextmanager
def _explain_interrupt(path: Path | None) -> Iterator[None]:
    """Say what Ctrl-C leaves of a search that was already done."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted):
        what_is_kept = (
            "what was searched is kept; go on with --resume" if path else "nothing is kept"
        )
        raise Interrupted(f"stopped while schedules were tried again; {what_is_kept}") from None


def front_of(tried: Sequence[Tried]) -> tuple[Tried, ...]:
    """Return the schedules that nothing cheaper equals, by rising cost.

    Examples
    --------
    >>> front_of(())
    ()
    """
    best_mean, front = -math.inf, []
    for schedule in sorted(tried, key=lambda t: (t.bill.cost, -t.mean)):
        if schedule.mean > best_mean:
            best_mean = schedule.mean
            front.append(schedule)
    return tuple(front)


def winner_of(tried: Sequence[Tried], objective: str) -> Tried:
    """Return the schedule with the best objective, of equal ones the cheapest."""
    return max(tried, key=lambda t: (score(objective, t.mean, t.bill.cost), -t.bill.cost))


def _retest(
    label: str, people: Trials, fresh: Trials, searched: Searched, report: Report | None
) -> Best:
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
        fresh_gain, before = mean_gain(gains[schedule]), tried_before.get(schedule)
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


def _class_row(best: Best, fresh: Trials, common: Schedule) -> ClassRow:
    common_gains = fresh.gains(common)
    own_gains = fresh.gains(best.winner.schedule)
    common_bill, loss = best.space.bill(common), own_gains - common_gains
    if best.space.search.objective == "cost_per_hair":
        loss = prices(common_gains, common_bill.cost) - prices(own_gains, best.winner.bill.cost)
    return ClassRow(
        label=best.label,
        best=best,
        common=mean_gain(common_gains),
        common_bill=common_bill,
        loss=mean_gain(loss),
    )
