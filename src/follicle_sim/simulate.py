"""The way through the house: scenario, cohort, exposure, factors, clocks, engine, dataset."""

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim import units
from follicle_sim.attendance import habit_of, last_day, visit_days
from follicle_sim.biology.conditions import Condition, load_condition
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.codes import CYCLE, NO_FOLLICLE
from follicle_sim.cohort import Cohort, check_streams, draw_cohort, streams, wanted
from follicle_sim.dataset import ArmResult, to_dataset
from follicle_sim.engine.clocks import Rules
from follicle_sim.engine.kernel import run_block
from follicle_sim.engine.run import Job, Progress, Stop, blocks, run_jobs
from follicle_sim.engine.sight import TALLY_COLUMNS
from follicle_sim.engine.state import STATE
from follicle_sim.enrolment import Enrolled, enrol, flow_text, joined
from follicle_sim.errors import InputError, Problem
from follicle_sim.forcing import (
    Drive,
    block_of,
    engine_rules,
    integrate,
    sensitivities,
    time_grid,
)
from follicle_sim.instrument import SCREENING, read
from follicle_sim.pharmacology.dosing import Habit
from follicle_sim.pharmacology.exposure import arm_factors, people_differ
from follicle_sim.pharmacology.factors import load_factors
from follicle_sim.pharmacology.library import (
    POTENCY_PREFIX,
    Treatment,
    load_treatment,
    potency_overrides,
)
from follicle_sim.provenance import result_attrs
from follicle_sim.scenario.arrangement import Arranged, arm_sizes, arrange
from follicle_sim.scenario.load import parse_scenario, with_overrides
from follicle_sim.scenario.model import Arm, Design, Scenario
from follicle_sim.scenario.own import parse_own
from follicle_sim.uncertainty import all_drawn, with_draws

Floats = NDArray[np.float64]
Names = NDArray[np.int64]

SHORTEST_CYCLE = 1.0
"""Days; a cycle without length would turn for ever at one instant."""

SMALLEST = """
schema_version = 1
title = "one person, one visit"
[population]
subjects = 1
follicles = 1
target_area = "1 cm2"
follicle_density = "1 cm-2"
condition = "healthy"
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 days"]
[run]
history = "0 days"
"""


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    first_replicate: int = 0,
) -> xr.Dataset:
    """Run a scenario and return what a clinician would have measured.

    Parameters
    ----------
    scenario : from `load_scenario`
    seed : replaces the scenario's, 0 to 2^32 - 1
    threads : processors to use; default all. The result does not depend on it.
    progress : called with subjects done and subjects in all
    first_replicate : name of the first replicate in the draws: many trials can be run in parts, and
        are the same trials however they are cut

    Returns
    -------
    Dataset with dimensions arm, subject, time (days since baseline), phase and factor, and
    `follicle` or `replicate` where asked for; see `follicle_sim.dataset.MEANING` for variables and
    units.

    Raises
    ------
    InputError
        If the record asked for would not fit in `record.memory_limit`, or for a bad seed or number
        of threads.
    Interrupted
        On Ctrl-C.

    Examples
    --------
    >>> from follicle_sim import parse_scenario, simulate
    >>> scenario = parse_scenario('''
    ... schema_version = 1
    ... title = "ten people"
    ... arms = [{ label = "nobody treated", role = "untreated" }]
    ... [population]
    ... subjects = 10
    ... target_area = "1 cm2"
    ... follicle_density = "250 cm-2"
    ... condition = "healthy"
    ... [design]
    ... kind = "counterfactual"
    ... visits = ["0 days", "12 weeks"]
    ... ''')
    >>> result = simulate(scenario)
    >>> dict(result.hair_density.sizes)
    {'arm': 1, 'subject': 10, 'time': 2}
    """
    if seed is not None:
        scenario = with_overrides(scenario, [f"run.seed={operator.index(seed)}"])
    if threads is not None and threads < 1:
        raise InputError("simulate", [Problem("threads", f"found {threads}; allowed: 1 or more")])
    check_memory(scenario)
    draws = all_drawn(scenario, first_replicate)
    studies = prepare_all(draws)
    enrolled = enrol_all(studies, threads, first_replicate)
    arms = [
        [study.arm(index, replicate, each) for index, each in enumerate(row)]
        for replicate, (study, row) in enumerate(
            zip(studies, enrolled.people, strict=True), start=first_replicate
        )
    ]
    total = sum(arm.cohort.subject.size for row in arms for arm in row)
    jobs = (job for row in arms for arm in row for job in arm.jobs())
    run_jobs(jobs, total, threads=threads, progress=progress)
    results = [[arm.result for arm in row] for row in arms]
    attrs = result_attrs(scenario) | enrolled.attrs
    data = to_dataset(studies[0].scenario, results, load_factors().names, attrs)
    return with_draws(data, scenario, draws)


def warm_up() -> None:
    """Load the compiled engine, or compile it where it is not on disk yet (about 20 s)."""
    scenario = parse_scenario(SMALLEST, "<warm-up>")
    study = prepare(scenario)
    # in this thread, where Ctrl-C is heard even by the compiler
    for job in study.arm(0, 0).jobs():
        job(np.zeros(1, np.uint8))


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

    def arm(self, index: int, replicate: int, subject: Names | None = None) -> "ArmRun":
        """Draw the people of one arm, (S,) by name, and make room for its results."""
        cohort = draw_cohort(self.scenario, index, replicate, self.scenario.run.seed, subject)
        return self.ready(index, cohort)

    def ready(self, index: int, cohort: Cohort) -> "ArmRun":
        """Make room for the results of people already drawn."""
        days = visit_days(self.scenario, cohort)
        people, visits = cohort.subject.size, days.shape[1]
        follicles = int(cohort.follicles.max()) if self.scenario.record.follicles else 0
        result = ArmResult(
            cohort=cohort,
            visits=days,
            tally=np.empty((people, visits, TALLY_COLUMNS)),
            factors=np.empty((people, visits, len(load_factors().names))),
            phase=np.full((people, visits, follicles), NO_FOLLICLE, np.uint8),
            calibre=np.zeros((people, visits, follicles), np.float32),
        )
        habit = habit_of(self.scenario, cohort)
        return ArmRun(self, self.scenario.arms[index], cohort, result, habit)


@dataclass(frozen=True)
class ArmRun:
    """One arm of one replicate on its way through the engine."""

    study: Study
    arm: Arm
    cohort: Cohort
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
        )
        return levels, integrate(levels, study.grid, study.parameters)

    def run(self, people: slice, shared: tuple[Floats, Drive] | None, stop: Stop) -> int:
        """Live the subjects of a slice and write their rows of the result; return how many."""
        study, cohort, result = self.study, self.cohort, self.result
        levels, drive = shared or self.drive(people)
        block = block_of(cohort, people, drive, study.grid, study.condition, study.parameters)
        follicles = cohort.follicles[people]
        visits = result.visits if len(result.visits) == 1 else result.visits[people]
        run_block(
            block,
            study.sensitivity,
            study.rules,
            np.array([cohort.seed, cohort.replicate, cohort.stream]),
            cohort.subject[people],
            follicles,
            visits,
            np.empty((1, int(follicles.max())), STATE),
            result.tally[people],
            result.phase[people],
            result.calibre[people],
            stop,
        )
        result.factors[people] = at_visits(levels, study.grid, visits)
        return follicles.size


@dataclass(frozen=True)
class Everybody:
    """Who takes part: names of the people, by replicate and arm, and what is told of the search."""

    people: list[list[Names | None]]  # None: the people 0, 1, 2, ...
    attrs: dict[str, str]


def enrol_all(
    studies: Sequence[Study], threads: int | None = None, first_replicate: int = 0
) -> Everybody:
    """Find the people of every arm and replicate; those of arms that share people are found once.

    Raises
    ------
    InputError
        If too few candidates are eligible.
    """
    scenario = studies[0].scenario
    arms = range(len(scenario.arms))
    if scenario.population.inclusion is None:
        return Everybody([[None for _ in arms] for _ in studies], {})
    seed = scenario.run.seed
    rows: list[list[Names | None]] = []
    flows = []
    for replicate, study in enumerate(studies, start=first_replicate):
        found: dict[int, Enrolled] = {}
        row: list[Names | None] = []
        for arm in arms:
            stream, _ = streams(scenario, arm)
            if stream not in found:
                # on a split scalp the half of the first arm is the one counted
                count = partial(screening_count, study, arm, threads)
                number = wanted(scenario, arm)
                found[stream] = enrol(scenario, arm, replicate, seed, number, count)
            row.append(found[stream].subject)
        rows.append(row)
        flows.append(joined([each.flow for each in found.values()]))
    return Everybody(rows, {"flow": flow_text(flows)})


def screening_count(study: Study, arm: int, threads: int | None, cohort: Cohort) -> Floats:
    """Return the hairs per area (S,) that the screening visit of candidates reads.

    They live the natural history they would live as subjects, with the same draws, up to that
    visit; nothing has been given yet.
    """
    asked, scenario = study.scenario.population.inclusion, study.scenario
    assert asked is not None
    visits = (0.0 - asked.screening,)
    arms = list(scenario.arms)
    arms[arm] = arms[arm].model_copy(update={"doses": ()})
    update = {
        "arms": tuple(arms),
        "design": Design.model_construct(kind=scenario.design.kind, visits=visits),
        "record": scenario.record.model_copy(update={"follicles": False}),
    }
    early = replace(
        study,
        scenario=scenario.model_copy(update=update),
        grid=time_grid(scenario.run.history, 0.0, scenario.run.forcing_step),
    )
    run = early.ready(arm, cohort)
    run_jobs(run.jobs(), cohort.subject.size, threads=threads)
    people, tally = run.result.cohort, run.result.tally
    # a reading of its own also where screening and baseline fall on one day
    found = read(early.scenario, arms[arm].label, people, tally, reading=SCREENING)
    return found["hair_density"][:, 0]


def prepare_all(scenarios: Sequence[Scenario]) -> list[Study]:
    """Return `prepare` of each; replicates that share a scenario share what it needs."""
    made: dict[int, Study] = {}
    return [made.setdefault(id(each), made.get(id(each)) or prepare(each)) for each in scenarios]


def prepare(scenario: Scenario) -> Study:
    """Collect what all arms of a scenario have in common."""
    scenario = arrange(scenario)
    if scenario.design.kind != "counterfactual":
        check_streams(tuple(arm.label for arm in scenario.arms))
    condition = load_condition(scenario.population.condition)
    changes = scenario.biology.items()
    parameters = load_parameters(
        {name: value for name, value in changes if not name.startswith(POTENCY_PREFIX)}
    )
    if sum(parameters[f"{phase.name.lower()}_mean"] for phase in CYCLE) < SHORTEST_CYCLE:
        message = f"the mean durations of the phases add up to less than {SHORTEST_CYCLE:g} day"
        raise InputError(scenario.title, [Problem("biology", message)])
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
    )


def treatments_of(scenario: Scenario) -> dict[str, Treatment]:
    """Return the treatments that arms are given and the scenario's own, by name."""
    found = parse_own(scenario.treatments)
    given = {dose.treatment for arm in scenario.arms for dose in arm.doses}
    return {name: load_treatment(name) for name in sorted(given - set(found))} | dict(found)


def at_visits(levels: Floats, grid: Floats, visits: Floats) -> Floats:
    """Return factor levels at the visits, linear between grid times.

    levels : (S or 1, F, T); visits : (S or 1, V) day. Returns (S or 1, V, F).
    """
    cell = np.clip(np.searchsorted(grid, visits, side="right") - 1, 0, grid.size - 2)
    share = ((visits - grid[cell]) / (grid[cell + 1] - grid[cell]))[:, :, None]
    person = np.arange(len(levels))[:, None]
    low, high = levels[person, :, cell], levels[person, :, cell + 1]
    return np.asarray(low + share * (high - low))


def memory_needed(scenario: Scenario) -> int:
    """Return the bytes that the results of a scenario will take."""
    scenario = arrange(scenario)
    people = scenario.run.replicates * sum(arm_sizes(scenario))
    rows = people * len(scenario.design.visits)
    # tallies and factor levels, and the dataset's copies of them
    per_row = 8 * 2 * (TALLY_COLUMNS + len(load_factors().names))
    if scenario.record.follicles:
        # records are as wide as the densest scalp, and are padded and stacked
        widest = int(draw_cohort(scenario, 0, 0, scenario.run.seed).follicles.max())
        per_row += 3 * 5 * widest
    return rows * per_row


def check_memory(scenario: Scenario) -> None:
    """Refuse a scenario whose results would pass its memory limit.

    Raises
    ------
    InputError
        With the estimate, the limit and what to change.
    """
    needed, limit = memory_needed(scenario), scenario.record.memory_limit
    if needed > limit:
        found, allowed = (units.format_quantity(float(x), "memory") for x in (needed, limit))
        message = (
            f"the results need about {found}, more than the {allowed} allowed; record fewer visits "
            "or subjects, switch record.follicles off, or raise the limit"
        )
        raise InputError(scenario.title, [Problem("record.memory_limit", message)])
