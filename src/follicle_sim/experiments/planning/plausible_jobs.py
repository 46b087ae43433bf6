"""Which studies have to be simulated for a question, and what is done to each of them."""

from __future__ import annotations

from dataclasses import dataclass

from follicle_sim.experiments.planning import arm_differences as differ
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    ALONE,
    APART,
    DRIFT,
    LEAVING,
    NEEDLE,
    NOTHING,
    READING,
    SEASON,
    SPOT,
    SURROUNDED,
    TOGETHER,
)
from follicle_sim.experiments.planning.power_plan import without_drug
from follicle_sim.experiments.planning.published_outcome import View
from follicle_sim.experiments.planning.question import Question
from follicle_sim.experiments.planning.trial_sources import Trials
from follicle_sim.experiments.scoreboard.designs import Offset, offset_of
from follicle_sim.scenario.model import Scenario

FEWEST = 20
"""Fewest trials that are run for a month, and for a potency with all circumstances added."""

MONTH_SHARE = 5
"""A month gets one in this many of the trials: only the mean and the worst month are reported."""


@dataclass(frozen=True)
class Job:
    """Scenarios to simulate (the spots of one), and the rows that come out of them."""

    scenarios: tuple[Scenario, ...]
    trials: int
    potency: float | None
    views: tuple[View, ...]


def list_jobs(question: Question) -> list[Job]:
    """Return what has to be simulated, the quickest answers first.

    A trial with a control has season, spot and needle in both arms: they drop out. It is asked
    what may differ between its arms.
    """
    return _with_control(question) if question.controlled else _without_control(question)


def _with_control(question: Question) -> list[Job]:
    scenario, plan, drug = question.scenario, question.plan, question.treatment
    treated = tuple(dict.fromkeys(label for label, _ in plan.pairs))
    tested = tuple(7.0 * week for week in plan.weeks)
    drift = offset_of(plan.endpoint)
    without = without_drug(scenario, plan)

    def view(name: str, *causes: str) -> View:
        def change(trials: Trials, names: range) -> Trials:
            where = differ.treated_cells(trials.trial, treated)
            if APART in causes and drift is not None:
                trials = differ.with_arms_apart(trials, names, where, drift)
            if READING in causes:
                trials = differ.with_reader_who_knows(trials, where)
            # who leaves does so after being counted
            return differ.with_leavers(trials, where, tested) if LEAVING in causes else trials

        return name, change

    causes = [APART] * (drift is not None) + [LEAVING, READING]
    plain = (view(NOTHING), *(view(cause, cause) for cause in causes))
    jobs = [Job((without,), question.replicates, None, plain)]
    dummy = without
    if differ.needle_of_one_arm(scenario, plan, drug):
        dummy = made.with_needle(scenario, drug)
        jobs.append(Job((dummy,), question.replicates, None, (view(NEEDLE),)))
    jobs.append(Job((dummy,), question.replicates, None, (view(ALL, *causes),)))
    both = view(ALONE), view(SURROUNDED, *causes)
    for potency in (value for value in question.potencies if value):
        with_drug = made.with_potency(scenario, drug, potency)
        jobs.append(Job((with_drug,), question.replicates, potency, both))
    return jobs


def _without_control(question: Question) -> list[Job]:
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

    def off(study: Scenario) -> Scenario:
        return without_drug(study, plan)

    def dummy(study: Scenario) -> Scenario:
        return made.with_needle(study, drug) if needle else off(study)

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
    jobs = [Job(made.spot_scenarios(off(still), choice), replicates, None, tuple(plain))]
    if needle:
        jobs.append(Job((dummy(still),), replicates, None, (view(NEEDLE),)))
    if opens is not None:
        jobs.append(Job((off(here),), replicates, None, (view(SEASON),)))
        some = max(FEWEST, replicates // MONTH_SHARE)
        for month, day in made.MONTHS:
            jobs.append(Job((off(made.with_season(scenario, day)),), some, None, (view(month),)))
    jobs.append(Job(made.spot_scenarios(dummy(here), choice), replicates, None, tuple(both)))
    half = max(FEWEST, replicates // 2)
    surrounded = (view(SURROUNDED, thin=True, moved=True),)
    for potency in (value for value in question.potencies if value):
        with_drug = made.with_potency(still, drug, potency)
        jobs.append(Job((with_drug,), replicates, potency, (view(ALONE),)))
        with_drug = made.with_potency(here, drug, potency)
        jobs.append(Job(made.spot_scenarios(with_drug, choice), half, potency, surrounded))
    return jobs
