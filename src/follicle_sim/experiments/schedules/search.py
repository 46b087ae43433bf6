"""The search itself: propose schedules, leave out what cannot be followed, simulate the rest once.

A search that was stopped is not loaded but repeated: proposals depend on the seed and on what was
found so far, and what was found is in the checkpoint, so the repetition takes seconds and then goes
on. It cannot differ from a search that was never stopped.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from follicle_sim.base.errors import InputError, Interrupted, Problem
from follicle_sim.base.extras import need
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.running.checkpoint import Checkpoint, fingerprint
from follicle_sim.experiments.schedules.candidates import Point, Schedule
from follicle_sim.experiments.schedules.gain import Trials, score
from follicle_sim.pharmacology.bills import Bill
from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash

SEARCHING = "searching"
"""Stage of a search: counts schedules that were simulated."""

SMALL_GRID = 5000
"""Up to so many points of a grid are looked at one by one, to find out how many can be followed."""

PROPOSALS = 30
"""At most so many proposals are looked at for each schedule wanted."""

MOST_KNOWN = 300
"""So many proposals in a row that are known or cannot be followed end a search."""

SAVE_EVERY = 16

GENERATION = 20
"""Schedules of one generation of NSGA-II: ten generations in a search of usual length."""


@dataclass(frozen=True)
class Tried:
    """One schedule that was simulated; gains (S,) person by person."""

    schedule: Schedule
    bill: Bill
    gains: Floats

    @property
    def mean(self) -> float:
        """Return the mean gain."""
        return float(self.gains.mean())


@dataclass(frozen=True)
class Searched:
    """What a search tried, in order; `left_out` counts other schedules proposed, by reason."""

    tried: tuple[Tried, ...]
    left_out: dict[str, int]
    method: str
    whole: bool  # every schedule that can be followed was tried


@dataclass
class Notebook:
    """What is known so far, with the checkpoint it is kept in."""

    trials: Trials
    place: Checkpoint
    limit: int
    report: Report | None = None
    stage: str = SEARCHING
    known: dict[Schedule, Floats] = field(default_factory=dict)
    points: dict[Schedule, Point] = field(default_factory=dict)
    tried: dict[Schedule, Tried] = field(default_factory=dict)
    left_out: dict[str, set[Schedule]] = field(default_factory=dict)

    def open(self) -> None:
        """Read what an earlier search left."""
        stored = self.place.load()
        for point, gains in zip(stored.get("points", ()), stored.get("gains", ()), strict=True):
            at = tuple(int(index) for index in point)
            schedule = self.trials.space.schedule(at)
            self.known[schedule], self.points[schedule] = gains, at

    def save(self) -> None:
        """Write what is known."""
        if self.known:
            points = np.array([self.points[schedule] for schedule in self.known])
            self.place.save(points=points, gains=np.array(list(self.known.values())))

    def refused(self, schedule: Schedule) -> str:
        """Return why a schedule is left out, empty if it is not; keeps count."""
        space = self.trials.space
        reason = space.refusal(schedule, space.bill(schedule))
        if reason:
            self.left_out.setdefault(reason, set()).add(schedule)
        return reason

    def at(self, point: Point, schedule: Schedule) -> Tried:
        """Return what a schedule gains, simulated unless it is known."""
        if schedule not in self.tried:
            if schedule not in self.known:
                self.known[schedule] = self.trials.gains(schedule)
                self.points[schedule] = point
                if len(self.known) % SAVE_EVERY == 0:
                    self.save()
            bill = self.trials.space.bill(schedule)
            self.tried[schedule] = Tried(schedule, bill, self.known[schedule])
            if self.report is not None:
                self.report(self.stage, len(self.tried), self.limit)
        return self.tried[schedule]


def search(
    trials: Trials,
    limit: int,
    place: Checkpoint | None = None,
    report: Report | None = None,
    stage: str = SEARCHING,
) -> Searched:
    """Try up to `limit` schedules, all of them where there are no more that can be followed.

    With a second objective schedules are bred by NSGA-II, else proposed by a tree-structured Parzen
    estimator; both are optuna's and follow from the seed of the scenario's run.

    Raises
    ------
    MissingExtraError
        optuna is needed and not installed.
    InputError
        No schedule proposed can be followed.
    Interrupted
        On Ctrl-C; what was found is in the checkpoint.
    """
    notes = Notebook(trials, place or Checkpoint(None, ""), limit, report, stage)
    notes.open()
    try:
        every_schedule = _list_small_grid(notes)
        if every_schedule:
            notes.limit = len(every_schedule)
            for schedule, point in every_schedule.items():
                notes.at(point, schedule)
            method = "every schedule"
        else:
            method = _propose(notes)
    except (KeyboardInterrupt, Interrupted):
        notes.save()
        advice = "; go on with --resume" if notes.place.path is not None else ""
        message = f"stopped after {len(notes.tried)} of {notes.limit} schedules{advice}"
        raise Interrupted(message) from None
    notes.save()
    if report is not None and 0 < len(notes.tried) < notes.limit:
        report(stage, len(notes.tried), len(notes.tried))  # there proved to be no more
    if not notes.tried:
        refusals = ", ".join(f"{reason}: {len(s)}" for reason, s in notes.left_out.items())
        message = f"no schedule proposed can be followed ({refusals}); widen a range or a limit"
        raise InputError(trials.space.scenario.origin, [Problem("optimise", message)])
    left_out = {reason: len(schedules) for reason, schedules in notes.left_out.items()}
    return Searched(tuple(notes.tried.values()), left_out, method, bool(every_schedule))


def _list_small_grid(notes: Notebook) -> dict[Schedule, Point]:
    """Return every schedule that can be followed where they are few enough, else nothing."""
    space = notes.trials.space
    if space.size > SMALL_GRID:
        return {}
    schedules: dict[Schedule, Point] = {}
    for point in space.points():
        schedule = space.schedule(point)
        if schedule not in schedules and not notes.refused(schedule):
            schedules[schedule] = point
    if not schedules or len(schedules) > notes.limit:
        # refusals of a search are those of its proposals
        if schedules:
            notes.left_out.clear()
        return {}
    return schedules


def _propose(notes: Notebook) -> str:
    if notes.left_out:  # a small grid of which nothing can be followed
        return "every schedule"
    optuna = need("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space, seed = notes.trials.space, notes.trials.seed
    two_objectives = space.search.second is not None
    if two_objectives:
        sampler = optuna.samplers.NSGAIISampler(population_size=GENERATION, seed=seed)
    else:
        sampler = optuna.samplers.TPESampler(seed=seed)
    directions = ["maximize", "minimize"] if two_objectives else ["maximize"]
    study = optuna.create_study(directions=directions, sampler=sampler)
    names = [f"{i} {dimension.name}" for i, dimension in enumerate(space.dimensions)]
    study.enqueue_trial(dict(zip(names, space.cheapest(), strict=True)))
    pruned = optuna.trial.TrialState.PRUNED
    idle = 0
    for _ in range(PROPOSALS * notes.limit):
        if len(notes.tried) >= notes.limit or idle >= MOST_KNOWN:
            break
        proposal = study.ask()
        point = tuple(
            proposal.suggest_int(name, 0, dimension.grid.size - 1)
            for name, dimension in zip(names, space.dimensions, strict=True)
        )
        schedule = space.schedule(point)
        idle += 1
        if notes.refused(schedule):
            study.tell(proposal, state=pruned)
            continue
        if schedule not in notes.tried:
            idle = 0
        tried = notes.at(point, schedule)
        value = score(space.search.objective, tried.mean, tried.bill.cost)
        study.tell(proposal, [value, tried.bill.cost] if two_objectives else value)
    return "NSGA-II" if two_objectives else "TPE"


def search_key(trials: Trials) -> str:
    """Return the name of what a checkpoint holds: people, luck, grid; not budget or length."""
    search = trials.space.search
    return fingerprint(
        {
            "scenario": scenario_hash(trials.small),
            "arm": trials.space.arm.label,
            "control": trials.space.control.label,
            "at": search.at,
            "area": trials.area,
            "follicles": search.follicles,
            "grid": [
                (d.name, d.dose, d.field, d.grid.least, d.grid.most, d.grid.step, d.grid.dimension)
                for d in trials.space.dimensions
            ],
            "version": package_version(),
        }
    )
