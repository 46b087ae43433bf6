"""A scenario made ready to run: what its arms share, and each arm on its way through the engine."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from follicle_sim.attendance import habit_of, last_day, visit_days
from follicle_sim.biology.conditions import Condition, load_condition
from follicle_sim.codes import CYCLE, NO_FOLLICLE
from follicle_sim.cohort import Cohort, check_streams, draw_cohort
from follicle_sim.dataset import ArmResult
from follicle_sim.engine.clocks import Rules
from follicle_sim.engine.grafts import Grafts
from follicle_sim.engine.kernel import run_block
from follicle_sim.engine.run import Job, Stop, blocks
from follicle_sim.engine.sight import TALLY_COLUMNS
from follicle_sim.engine.state import STATE
from follicle_sim.errors import InputError, Problem
from follicle_sim.forcing import (
    Drive,
    block_of,
    engine_rules,
    integrate,
    sensitivities,
    time_grid,
)
from follicle_sim.grafting import Session, grafts_of, sessions, undergone
from follicle_sim.pharmacology.dosing import Habit
from follicle_sim.pharmacology.exposure import acting_doses, arm_factors, people_differ
from follicle_sim.pharmacology.factors import FactorTable
from follicle_sim.pharmacology.library import Treatment, potency_overrides
from follicle_sim.scenario.arrangement import Arranged, arrange
from follicle_sim.scenario.model import Arm, Scenario
from follicle_sim.scenario.numbers import biology_of, factors_of, treatments_of

Floats = NDArray[np.float64]
Names = NDArray[np.int64]


SHORTEST_CYCLE = 1.0
"""Days; a cycle without length would turn for ever at one instant."""


@dataclass(frozen=True)
class Study:
    """What all arms of a scenario have in common."""

    scenario: Arranged
    condition: Condition
    parameters: Mapping[str, float]
    rules: Rules
    sensitivity: Floats  # (G,)
    grid: Floats  # (T,) day
    treatments: Mapping[str, Treatment]  # all that are given, read once
    factors: FactorTable

    def arm(self, index: int, replicate: int, subject: Names | None = None) -> "ArmRun":
        """Draw the people of one arm, (S,) by name, and make room for its results."""
        cohort = draw_cohort(self.scenario, index, replicate, self.scenario.run.seed, subject)
        return self.ready(index, cohort)

    def ready(self, index: int, cohort: Cohort) -> "ArmRun":
        """Make room for the results of people already drawn."""
        arm = self.scenario.arms[index]
        days = visit_days(self.scenario, cohort)
        surgery = sessions(arm, float(self.grid[-1]), self.condition, self.treatments)
        habit = habit_of(self.scenario, cohort)
        grafts = grafts_of(surgery, cohort.area, None if habit is None else habit.stops)
        widest = int((cohort.follicles + grafts.number.sum(axis=1)).max())
        people, visits = cohort.subject.size, days.shape[1]
        follicles = widest if self.scenario.record.follicles else 0
        result = ArmResult(
            cohort=cohort,
            visits=days,
            tally=np.empty((people, visits, TALLY_COLUMNS)),
            factors=np.empty((people, visits, len(self.factors.names))),
            phase=np.full((people, visits, follicles), NO_FOLLICLE, np.uint8),
            calibre=np.zeros((people, visits, follicles), np.float32),
        )
        return ArmRun(self, arm, cohort, surgery, grafts, result, habit)


@dataclass(frozen=True)
class ArmRun:
    """One arm of one replicate on its way through the engine."""

    study: Study
    arm: Arm
    cohort: Cohort
    surgery: tuple[Session, ...]
    grafts: Grafts
    result: ArmResult
    habit: Habit | None = None

    def jobs(self) -> Iterator[Job]:
        """Yield work on blocks of subjects; forcing that all of them share is made once."""
        potency_cv = self.study.scenario.population.variation["potency"]
        shared = None
        if not people_differ(self.arm, potency_cv, self.study.treatments, self.habit):
            shared = self.drive(slice(0, 1))
        nodes = 0 if shared and not self.own_seasons else self.study.grid.size
        for people in blocks(self.cohort.subject.size, int(self.cohort.follicles.max()), nodes):
            yield partial(self.run, people, shared)

    @property
    def own_seasons(self) -> bool:
        """True where baselines fall on several days of the year: forcing is then each person's."""
        calendar = self.cohort.calendar
        return calendar is not None and bool((calendar != calendar[0]).any())

    def drive(self, people: slice) -> tuple[Floats, Drive]:
        """Return factor levels (S or 1, F, T) of a slice of subjects, and the forcing they make."""
        cohort, study = self.cohort, self.study
        levels = arm_factors(
            self.arm,
            study.grid,
            seed=cohort.seed,
            replicate=cohort.replicate,
            stream=cohort.person_stream,
            subjects=cohort.subject[people],
            habit=None if self.habit is None else self.habit.of(people),
            potency_cv=study.scenario.population.variation["potency"],
            potency=cohort.potency[people],
            overrides=potency_overrides(study.scenario.biology),
            treatments=study.treatments,
            table=study.factors,
        )
        return levels, integrate(levels, study.grid, study.parameters, study.factors)

    def run(self, people: slice, shared: tuple[Floats, Drive] | None, stop: Stop) -> int:
        """Live the subjects of a slice and write their rows of the result; return how many."""
        study, cohort, result = self.study, self.cohort, self.result
        levels, drive = shared or self.drive(people)
        shock, had = [session.shock for session in self.surgery], None
        if shock and self.habit is not None:
            had = undergone(self.surgery, self.habit.stops[people])
        parameters, sensitivity = study.parameters, study.sensitivity
        block = block_of(cohort, people, drive, study.grid, study.condition, parameters, shock, had)
        if self.surgery:
            sensitivity = np.append(sensitivity, 0.0)  # grafts
        follicles, planted = cohort.follicles[people], self.grafts.number[people]
        visits = result.visits if len(result.visits) == 1 else result.visits[people]
        run_block(
            block,
            sensitivity,
            study.rules,
            np.array([cohort.seed, cohort.replicate, cohort.stream]),
            cohort.subject[people],
            follicles,
            visits,
            self.grafts._replace(number=planted),
            np.empty((1, int((follicles + planted.sum(axis=1)).max())), STATE),
            result.tally[people],
            result.phase[people],
            result.calibre[people],
            stop,
        )
        result.factors[people] = at_visits(levels, study.grid, visits)
        return follicles.size


def prepare_all(scenarios: Sequence[Scenario]) -> list[Study]:
    """Return `prepare` of each; replicates that share a scenario share what it needs."""
    made: dict[int, Study] = {}
    return [made.setdefault(id(each), made.get(id(each)) or prepare(each)) for each in scenarios]


def prepare(scenario: Scenario) -> Study:
    """Collect what all arms of a scenario have in common.

    Raises
    ------
    InputError
        What cannot be given or lived: see `check_doses`; a cycle without length.
    """
    check_doses(scenario)
    scenario = arrange(scenario)
    if scenario.design.kind != "counterfactual":
        check_streams(tuple(arm.drawn_as for arm in scenario.arms))
    condition = load_condition(scenario.population.condition)
    parameters = biology_of(scenario)
    if sum(parameters[f"{phase.name.lower()}_mean"] for phase in CYCLE) < SHORTEST_CYCLE:
        message = f"the mean durations of the phases add up to less than {SHORTEST_CYCLE:g} day"
        raise InputError(scenario.origin, [Problem("biology", message)])
    return Study(
        scenario=scenario,
        condition=condition,
        parameters=parameters,
        rules=engine_rules(parameters, scenario.instrument),
        sensitivity=sensitivities(condition, parameters["sensitivity_shape"]),
        grid=time_grid(
            scenario.run.history,
            last_day(scenario),
            scenario.run.forcing_step,
            scenario.design.run_in or 0.0,
        ),
        treatments=treatments_of(scenario),
        factors=factors_of(scenario),
    )


def check_doses(scenario: Scenario) -> None:
    """Refuse doses that nobody can be given, whoever is drawn; every arm's first problem at once.

    Raises
    ------
    InputError
        A treatment under two sets of hypotheses in one person, transplants beyond what a scalp
        takes or in a condition that attacks growing hair.
    """
    known, condition = treatments_of(scenario), load_condition(scenario.population.condition)
    end = last_day(scenario) + scenario.run.forcing_step
    problems = []
    for index, arm in enumerate(scenario.arms):
        problems += _dose_problems(f"arms[{index}]", arm, end, condition, known)
    if not problems:
        # what people get one after the other may not go together either
        for arm in arrange(scenario).arms:
            problems += _dose_problems(f'arms, "{arm.label}"', arm, end, condition, known)
    if problems:
        raise InputError(scenario.origin, problems)


def _dose_problems(
    place: str, arm: Arm, end: float, condition: Condition, known: Mapping[str, Treatment]
) -> list[Problem]:
    try:
        sessions(arm, end, condition, known)
        acting_doses(arm, end, treatments=known)
    except InputError as error:
        below = error.source.removeprefix(arm.label)
        return [each.below(f"{place}{below}") for each in error.problems]
    return []


def at_visits(levels: Floats, grid: Floats, visits: Floats) -> Floats:
    """Return factor levels at the visits, linear between grid times.

    levels : (S or 1, F, T); visits : (S or 1, V) day. Returns (S or 1, V, F).
    """
    cell = np.clip(np.searchsorted(grid, visits, side="right") - 1, 0, grid.size - 2)
    share = ((visits - grid[cell]) / (grid[cell + 1] - grid[cell]))[:, :, None]
    person = np.arange(len(levels))[:, None]
    low, high = levels[person, :, cell], levels[person, :, cell + 1]
    return np.asarray(low + share * (high - low))
