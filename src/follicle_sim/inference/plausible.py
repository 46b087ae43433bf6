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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from follicle_sim.errors import InputError, Problem
from follicle_sim.given import check_threads, check_whole
from follicle_sim.inference import circumstances as made
from follicle_sim.inference.designs import Offset
from follicle_sim.inference.plausible_rows import (
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
from follicle_sim.inference.power import analyse
from follicle_sim.inference.power_plan import Plan, complete_plan, without_drug
from follicle_sim.inference.trial_sources import (
    SimulatedTrials,
    Trials,
    TrialSource,
    sized,
    trials_at_once,
)
from follicle_sim.predict import START_UP, predict_cost
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Report = Callable[[str, int, int], None]
"""Called with the name of a stage, what of it is done and what there is in all."""

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


View = tuple[str, Callable[[Trials, range], Trials]]
"""Name of a circumstance, and what it makes of the trials of these replicates."""


@dataclass(frozen=True)
class _Job:
    """Scenarios to simulate (the spots of one), and the rows that come out of them."""

    scenarios: tuple[Scenario, ...]
    trials: int
    potency: float | None
    views: tuple[View, ...]


def outcome(
    source: TrialSource,
    plan: Plan,
    replicates: int,
    n: int,
    views: Sequence[View],
    at_once: int = 50,
) -> dict[str, tuple[Flags, Floats]]:
    """Draw studies of n people and tell in which the outcome happened.

    Parameters
    ----------
    source
        Of studies; see `follicle_sim.inference.trial_sources`.
    plan
        Complete: the outcome is a significant gain at all its weeks.
    views
        What is done to the drawn studies before they are analysed.

    Returns
    -------
    By view: significant gains (R, comparison, week) and mean estimates (week,).
    """
    good = 1.0 if plan.gains_rise else -1.0
    parts: dict[str, list[tuple[Flags, Floats]]] = {}
    for low in range(0, replicates, at_once):
        names = range(low, min(low + at_once, replicates))
        drawn = source.draw(names, n)
        for name, change in views:
            found = analyse(change(drawn, names), (n,), plan, names).isel(size=0)
            estimate = found["estimate"].values
            with np.errstate(invalid="ignore"):
                gained = (found["p"].values < plan.level_of_error) & (good * estimate > 0.0)
            parts.setdefault(name, []).append((gained, estimate))
    return {
        name: (
            np.concatenate([gained for gained, _ in each]),
            np.asarray(np.concatenate([part for _, part in each]).mean(axis=(0, 1))),
        )
        for name, each in parts.items()
    }


def plausible(
    scenario: Scenario,
    potencies: Sequence[float] = POTENCIES,
    replicates: int = 500,
    plan: Plan | None = None,
    *,
    treatment: str = "",
    spots: int = SPOTS,
    threads: int | None = None,
    report: Report | None = None,
) -> Plausible:
    """Find how probable a significant gain at every visit is, with the drug and without.

    Parameters
    ----------
    scenario
        The study as it was run, with its number of people.
    potencies
        Of the treatment.
    replicates
        Studies simulated at each potency and in each circumstance. Half as many at potencies where
        all else is added, a fifth for each month of the year.
    plan
        What the study tested. Default: every visit after baseline, the rest as its `[analysis]`.
    treatment
        Whose potency; default: the only drug of the treatment arms.
    spots
        Areas of which the thinnest is counted, in the circumstances with a choice.
    threads
        As for `simulate`; results do not depend on it.
    report
        Called with stage, people done and people in all.

    Raises
    ------
    InputError
        Everything `power` refuses, potencies below 0, no visit after baseline, no or several
        treatments to choose from.
    """
    began = time.perf_counter()
    scenario = check_scenario("plausible", scenario)
    check_whole("plausible", "replicates", replicates, None)
    check_whole("plausible", "spots", spots, None)
    check_threads("plausible", threads)
    plan = the_plan(scenario, plan, potencies, replicates, spots)
    drug = made.the_treatment(scenario, treatment)
    jobs = _jobs(scenario, plan, drug, sorted(set(potencies)), replicates, spots)
    n = scenario.population.subjects
    people = [job.trials * sum(len(each.arms) for each in job.scenarios) * n for job in jobs]
    words = words_of(scenario, plan, drug, spots)
    rows: list[ChanceRow] = []
    for k, job in enumerate(jobs):

        def seen(done: int, of: int, before: int = sum(people[:k])) -> None:
            if report is not None:
                report("studies", before + done, sum(people))

        found = _run(job, plan, n, threads, seen)
        for name, (gained, changes) in found.items():
            text = words.get(name, name)
            rows.append(chance_row(name, text, job.potency, gained, changes))
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
        plan,
        n,
        drug,
        made.default_potency(scenario, drug),
        curves[ALONE],
        curves[SURROUNDED],
        nulls,
        months,
        tuple(ratios),
        time.perf_counter() - began,
    )


def the_plan(
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


def expected_seconds(
    scenario: Scenario,
    potencies: Sequence[float],
    replicates: int,
    plan: Plan,
    treatment: str,
    spots: int = SPOTS,
) -> float:
    """Return how long `plausible` will take, once compiled; `plan` as of `the_plan`."""
    seconds = 0.0
    for job in _jobs(scenario, plan, treatment, sorted(set(potencies)), replicates, spots):
        for each in job.scenarios:
            one = sized(each, plan.endpoint, scenario.population.subjects, 1)
            people = len(each.arms) * scenario.population.subjects
            seconds += job.trials * (predict_cost(one).seconds - START_UP + PERSON * people)
    return seconds


def _run(
    job: _Job, plan: Plan, n: int, threads: int | None, seen: Callable[[int, int], None]
) -> dict[str, tuple[Flags, Floats]]:
    at_once = trials_at_once(job.scenarios[0], plan.endpoint, n)
    done = 0

    def progress(now: int, of: int) -> None:
        nonlocal done
        seen(done + now, of)
        if now == of:
            done += of

    sources = [SimulatedTrials(each, plan.endpoint, threads, progress) for each in job.scenarios]
    return outcome(made.SpotTrials(tuple(sources)), plan, job.trials, n, job.views, at_once)


def _jobs(
    scenario: Scenario,
    plan: Plan,
    drug: str,
    potencies: Sequence[float],
    replicates: int,
    spots: int,
) -> list[_Job]:
    """Return what has to be simulated, the quickest answers first."""
    arms = len(scenario.arms)
    own = scenario.design.recruitment
    opens = None if own is None else own.opens
    still = made.at_season(scenario, None)
    here = made.at_season(scenario, opens)
    drift = made.drift_of(plan.endpoint)
    choice = spots if made.can_choose_spots(scenario) else 1
    needle = made.needle_of(scenario, drug) if plan.own_change else ""

    def off(each: Scenario) -> Scenario:
        return without_drug(each, plan)

    def dummy(each: Scenario) -> Scenario:
        return made.needled(each, drug) if needle else off(each)

    def view(name: str, *, thin: bool = False, moved: bool = False) -> View:
        offset: Offset | None = drift if moved else None

        def change(trials: Trials, names: range) -> Trials:
            picked = made.chosen_spot(trials, arms, choice, thinnest=thin)
            return picked if offset is None else made.drifted(picked, names, offset)

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
            jobs.append(_Job((off(made.at_season(scenario, day)),), some, None, (view(month),)))
    jobs.append(_Job(made.spot_scenarios(dummy(here), choice), replicates, None, tuple(both)))
    half = max(FEWEST, replicates // 2)
    surrounded = (view(SURROUNDED, thin=True, moved=True),)
    for potency in (each for each in potencies if each):
        given = made.with_potency(still, drug, potency)
        jobs.append(_Job((given,), replicates, potency, (view(ALONE),)))
        given = made.with_potency(here, drug, potency)
        jobs.append(_Job(made.spot_scenarios(given, choice), half, potency, surrounded))
    return jobs
