"""What a published outcome says: how probable it is at each potency, and with no effect at all.

A study reports an event, such as "a significant rise at every visit", and perhaps nothing else. The
same study is simulated many times at each potency: the share in which the event happens is the
likelihood of the potency. Simulated without the drug, it is how often luck, season, the choice of
the spot, the needle and a trial's own drift bring it about. All use the same people and luck, so
differences between them are not luck.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from follicle_sim.base.arguments import check_kind, check_threads, check_whole
from follicle_sim.base.errors import InputError, Interrupted, Problem
from follicle_sim.base.progress import Parts, Report
from follicle_sim.base.types import Flags, Floats
from follicle_sim.experiments.forecast import START_UP, predict_cost
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    ALONE,
    DRIFT,
    NEEDLE,
    NOTHING,
    SEASON,
    SPOT,
    SURROUNDED,
    TOGETHER,
    ChanceRow,
    RatioRow,
    chance_row,
    likelihood_ratio,
    without_the_drug,
    words_of,
)
from follicle_sim.experiments.planning.power_plan import Plan, complete_plan, without_drug
from follicle_sim.experiments.planning.published_outcome import Memory, View, outcome
from follicle_sim.experiments.planning.trial_sources import (
    SimulatedTrials,
    Trials,
    trials_at_once,
    with_people,
)
from follicle_sim.experiments.running.checkpoint import Checkpoint, Kept, fingerprint
from follicle_sim.experiments.scoreboard.designs import Offset, offset_of
from follicle_sim.protocol.headcount import people_of
from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario

POTENCIES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0)
"""Tried where none are given; none at all, 0, always is."""

SPOTS = 2
"""Areas looked at in each place, of which the thinnest is counted (assumption: a choice of two is
the least that is a choice)."""

MOST_SPOTS = 10

PERSON = 1.5e-4
"""Seconds a person costs beside events and tables, as measured: few follicles each, but traits, a
season of one's own and readings."""

FEWEST = 20
"""Trials of a month at least."""

MONTH_SHARE = 5
"""A month of the year gets a trial in so many: only the mean and the worst are asked for."""


@dataclass(frozen=True)
class Plausible:
    """What was found; see `ChanceRow`.

    Parameters
    ----------
    alone, surrounded
        Over potencies: with nothing but the drug, and with everything else as well. At potency 0
        stands the study without the drug: with nothing, and with all else, the needle included.
    nulls
        Without the drug, circumstance by circumstance.
    months
        Opening in each month; empty without a calendar.
    """

    plan: Plan
    subjects: int
    treatment: str
    default: float
    alone: tuple[ChanceRow, ...]
    surrounded: tuple[ChanceRow, ...]
    nulls: tuple[ChanceRow, ...]
    months: tuple[ChanceRow, ...]
    ratios: tuple[RatioRow, ...]
    seconds: float

    def likely(self, least: float = 0.147) -> tuple[float, ...]:
        """Return the potencies above 0 that the outcome leaves plausible.

        Those, of the drug alone, with a likelihood of at least `least` times the largest: 0.147 is
        exp(-3.84 / 2), the 95 % likelihood interval.
        """
        most = max(row.chance for row in self.alone)
        return tuple(
            row.potency for row in self.alone if row.potency and row.chance >= least * most
        )


@dataclass(frozen=True)
class _Job:
    """Scenarios to simulate (the spots of one), and the rows that come out of them."""

    scenarios: tuple[Scenario, ...]
    trials: int
    potency: float | None
    views: tuple[View, ...]


@dataclass(frozen=True)
class Question:
    """What is asked of a study, with nothing left open; made by `make_question`.

    Parameters
    ----------
    scenario
        The study as it was run, with its number of people.
    plan
        What it tested.
    treatment
        Whose potency is asked for.
    potencies
        To try, in rising order; 0 is the study without the drug.
    replicates
        Studies simulated at each potency and in each circumstance. Half as many at potencies where
        all else is added, a fifth for each month of the year.
    spots
        Areas of which the thinnest is counted, in the circumstances with a choice.
    """

    scenario: Scenario
    plan: Plan
    treatment: str
    potencies: tuple[float, ...]
    replicates: int
    spots: int

    @property
    def key(self) -> str:
        """Return the name of the question for its checkpoint."""
        return fingerprint(
            {
                "scenario": scenario_hash(self.scenario),
                "plan": vars(self.plan) | {"table": self.plan.table.model_dump(mode="json")},
                "treatment": self.treatment,
                "potencies": list(self.potencies),
                "replicates": self.replicates,
                "spots": self.spots,
                "version": package_version(),
            }
        )


def make_question(
    scenario: Scenario,
    potencies: Sequence[float] = POTENCIES,
    replicates: int = 500,
    plan: Plan | None = None,
    *,
    treatment: str = "",
    spots: int = SPOTS,
) -> Question:
    """Return what is asked of a study, after making sure that it can be.

    Parameters
    ----------
    scenario, potencies, replicates, spots
        As in `Question`.
    plan
        Default: every visit after baseline, the rest as the `[analysis]` table of the study.
    treatment
        Default: the only drug of the treatment arms.

    Raises
    ------
    InputError
        Everything `power` refuses, potencies below 0, no visit after baseline, no or several
        treatments to choose from.
    """
    scenario = check_scenario("plausible", scenario)
    check_whole("plausible", "replicates", replicates, None)
    check_whole("plausible", "spots", spots, None)
    plan = _complete(scenario, plan, potencies, replicates, spots)
    drug = made.find_treatment(scenario, treatment)
    return Question(scenario, plan, drug, tuple(sorted(set(potencies))), replicates, spots)


def plausible(
    question: Question,
    *,
    threads: int | None = None,
    report: Report | None = None,
    checkpoint: Checkpoint | None = None,
) -> Plausible:
    """Find how probable a significant gain at every visit is, with the drug and without.

    Parameters
    ----------
    question
        From `make_question`.
    threads
        As for `simulate`; results do not depend on it.
    report
        Called with stage, people done and people in all.
    checkpoint
        Where finished studies are kept, under the key of the question, and taken from.

    Raises
    ------
    InputError
        A checkpoint of another question.
    Interrupted
        On Ctrl-C; what was finished is in the checkpoint.
    """
    began = time.perf_counter()
    check_kind("plausible", "question", question, Question, "a Question")
    check_threads("plausible", threads)
    rows = _chances(question, threads, report, checkpoint)
    nulls, months = without_the_drug(rows)
    by_cause = {row.cause: row for row in nulls}
    curves = {}
    ratios: list[RatioRow] = []
    # with all else added, the study without the drug still has its needle
    for curve, without in ((ALONE, by_cause[NOTHING]), (SURROUNDED, by_cause[ALL])):
        given = tuple(row for row in rows if row.cause == curve)
        ratios += [likelihood_ratio(row, without) for row in given]
        curves[curve] = (replace(without, cause=curve, text=curve, potency=0.0), *given)
    return Plausible(
        question.plan,
        question.scenario.population.subjects,
        question.treatment,
        made.default_potency(question.scenario, question.treatment),
        curves[ALONE],
        curves[SURROUNDED],
        nulls,
        months,
        tuple(ratios),
        time.perf_counter() - began,
    )


def _chances(
    question: Question, threads: int | None, report: Report | None, checkpoint: Checkpoint | None
) -> list[ChanceRow]:
    """Simulate every study of a question; return how often the outcome happened in each."""
    scenario, plan = question.scenario, question.plan
    n = scenario.population.subjects
    jobs = _jobs(question)
    people = [sum(people_of(each).total for each in job.scenarios) for job in jobs]
    whole = sum(job.trials * each for job, each in zip(jobs, people, strict=True))
    parts, kept = Parts("studies", whole, report), Kept(checkpoint)
    memories = [Memory(kept, k, each, parts) for k, each in enumerate(people)]
    words = words_of(scenario, plan, question.treatment, question.spots)
    rows: list[ChanceRow] = []
    try:
        for job, memory in zip(jobs, memories, strict=True):
            found = _run(job, plan, n, threads, memory)
            for name, (gained, changes) in found.items():
                text = words.get(name, name)
                rows.append(chance_row(name, text, job.potency, gained, changes))
            kept.save()
    except (KeyboardInterrupt, Interrupted):
        done = sum(memory.done for memory in memories)
        raise kept.stopped(done, sum(job.trials for job in jobs), "studies") from None
    return rows


def _complete(
    scenario: Scenario, plan: Plan | None, potencies: Sequence[float], replicates: int, spots: int
) -> Plan:
    """Return the plan with nothing left open; refuses what cannot be asked."""
    problems = []
    if not potencies:
        problems.append(Problem("potency", "none given"))
    problems += [
        Problem("potency", f"found {each:g}; allowed: 0 or more")
        for each in potencies
        if not (math.isfinite(each) and each >= 0.0)
    ]
    if not 1 <= spots <= MOST_SPOTS:
        problems.append(Problem("spots", f"found {spots}; allowed: 1 (no choice) to {MOST_SPOTS}"))
    plan = plan or Plan()
    weeks = plan.weeks or tuple(day / 7.0 for day in scenario.design.visits if day > 0.0)
    if not weeks:
        problems.append(Problem("design.visits", "no visit after baseline: nothing to be found"))
    if problems:
        raise InputError(scenario.origin, problems)
    return complete_plan(
        scenario, replace(plan, weeks=weeks), (scenario.population.subjects,), replicates
    )


def expected_seconds(question: Question) -> float:
    """Return how long `plausible` will take, once compiled."""
    endpoint, n = question.plan.endpoint, question.scenario.population.subjects
    seconds = 0.0
    for job in _jobs(question):
        for each in job.scenarios:
            one = with_people(each, endpoint, n, 1)
            people = sum(size for _, size in people_of(each).arms)
            seconds += job.trials * (predict_cost(one).seconds - START_UP + PERSON * people)
    return seconds


def _run(
    job: _Job, plan: Plan, n: int, threads: int | None, memory: Memory
) -> dict[str, tuple[Flags, Floats]]:
    at_once = trials_at_once(job.scenarios[0], plan.endpoint, n)
    sources = [
        SimulatedTrials(each, plan.endpoint, threads, memory.parts) for each in job.scenarios
    ]
    spots = made.SpotTrials(tuple(sources))
    return outcome(spots, plan, job.trials, n, job.views, at_once, memory)


def _jobs(question: Question) -> list[_Job]:
    """Return what has to be simulated, the quickest answers first."""
    scenario, plan, drug = question.scenario, question.plan, question.treatment
    replicates = question.replicates
    arms = len(scenario.arms)
    own = scenario.design.recruitment
    opens = None if own is None else own.opens
    still = made.with_season(scenario, None)
    here = made.with_season(scenario, opens)
    drift = offset_of(plan.endpoint)
    choice = question.spots if made.can_choose_spots(scenario) else 1
    needle = made.needle_of(scenario, drug) if plan.own_change else ""

    def off(each: Scenario) -> Scenario:
        return without_drug(each, plan)

    def dummy(each: Scenario) -> Scenario:
        return made.with_needle(each, drug) if needle else off(each)

    def view(name: str, *, thin: bool = False, moved: bool = False) -> View:
        offset: Offset | None = drift if moved else None

        def change(trials: Trials, names: range) -> Trials:
            picked = made.choose_spot(trials, arms, choice, thinnest=thin)
            return picked if offset is None else made.with_drift(picked, names, offset)

        return name, change

    plain: list[View] = [view(NOTHING)]
    plain += [view(SPOT, thin=True)] * (choice > 1)
    plain += [view(DRIFT, moved=True)] * (drift is not None)
    both = [view(TOGETHER, thin=True), view(ALL, thin=True, moved=True)]
    jobs = [_Job(made.spot_scenarios(off(still), choice), replicates, None, tuple(plain))]
    if needle:
        jobs.append(_Job((dummy(still),), replicates, None, (view(NEEDLE),)))
    if opens is not None:
        jobs.append(_Job((off(here),), replicates, None, (view(SEASON),)))
        some = max(FEWEST, replicates // MONTH_SHARE)
        for month, day in made.MONTHS:
            jobs.append(_Job((off(made.with_season(scenario, day)),), some, None, (view(month),)))
    jobs.append(_Job(made.spot_scenarios(dummy(here), choice), replicates, None, tuple(both)))
    half = max(FEWEST, replicates // 2)
    surrounded = (view(SURROUNDED, thin=True, moved=True),)
    for potency in (each for each in question.potencies if each):
        given = made.with_potency(still, drug, potency)
        jobs.append(_Job((given,), replicates, potency, (view(ALONE),)))
        given = made.with_potency(here, drug, potency)
        jobs.append(_Job(made.spot_scenarios(given, choice), half, potency, surrounded))
    return jobs
