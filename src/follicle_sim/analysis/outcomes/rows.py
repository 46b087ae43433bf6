"""What a plan asks for beside hair: how people find it, and side effects, as rows of a result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.analysis.outcomes.adverse import (
    NOT_KNOWN,
    AdverseRow,
    reactions,
)
from follicle_sim.analysis.outcomes.reactions.exposed import unreported, ways_given
from follicle_sim.analysis.outcomes.responders import rate_difference, wilson
from follicle_sim.analysis.outcomes.satisfaction import (
    answers,
    compare_answers,
    compare_occasions,
    load_scales,
)
from follicle_sim.analysis.result import Question, TrialRow, known
from follicle_sim.analysis.sets import Rules, members_at
from follicle_sim.analysis.statistics.effects import Alternative, Effect
from follicle_sim.analysis.statistics.ordinal import proportional_odds
from follicle_sim.analysis.tests import Test
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import read_trial, scenario_of
from follicle_sim.base.types import Floats
from follicle_sim.scenario.tables.analysis import Analysis


@dataclass(frozen=True)
class Outcomes:
    """Answers and side effects of a dataset, as far as its plan asks for them.

    Parameters
    ----------
    answers : (R, A, S, T)
        None where nobody is asked.
    events
        None where nobody counts.
    notes
        What is missing.
    """

    answers: Floats | None
    events: tuple[AdverseRow, ...] | None
    notes: tuple[str, ...]


def ask(dataset: xr.Dataset, plan: Analysis) -> Outcomes:
    """Return what a plan asks for beside hair, for all replicates.

    Raises
    ------
    InputError
        No hair density to be satisfied with, or no scenario to know the doses from.
    """
    given_answers = None
    events = None
    notes = []
    if plan.satisfaction is not None:
        scale = load_scales()[plan.satisfaction]
        given_answers = answers(read_trial(dataset, "hair_density"), scale)
        notes.append(
            f"satisfaction: {scale.question}, 1 ({scale.answers[0]}) to "
            f"{len(scale.answers)} ({scale.answers[-1]}), driven by the counted change alone"
        )
    if plan.adverse_events:
        arms = reactions(dataset, plan.level)
        events = tuple(row for arm in arms for row in arm.rows)
        notes += _event_notes(dataset, events)
    return Outcomes(given_answers, events, tuple(notes))


def _event_notes(dataset: xr.Dataset, events: tuple[AdverseRow, ...]) -> list[str]:
    """Return what a reader must know of the side effects told."""
    scenario = scenario_of(dataset)
    assert scenario is not None  # `reactions` has refused it
    ways, without = ways_given(scenario), unreported(scenario)
    notes = []
    if by_way := [name for name in without if name in ways]:
        given = ", ".join(f"{name} ({ways[name]})" for name in by_way)
        notes.append(f"side effects of the way of giving alone, none counted by product: {given}")
    if nothing := [name for name in without if name not in ways]:
        notes.append(f"no reported rate of side effects: {', '.join(nothing)}")
    doubts = dict.fromkeys(
        f"{row.treatment}, {row.event}: {row.unverified}" for row in events if row.unverified
    )
    return [NOT_KNOWN, *notes, *doubts]


def outcome_rows(
    outcomes: Outcomes, trial: Trial, test: Test, plan: Analysis, replicate: int
) -> list[TrialRow]:
    """Return what was asked beside hair, of one primary comparison in one replicate."""
    rows = []
    if outcomes.answers is not None and trial.kind != "crossover":
        rows += _satisfaction_rows(outcomes.answers[replicate], trial, test, plan, replicate)
    for event in outcomes.events or ():
        if event.arm == test.treatment and event.replicate == replicate:
            rows.append(_side_effect_row(event, outcomes.events or (), trial, test, plan))
    return rows


def _satisfaction_rows(
    given_answers: Floats, trial: Trial, test: Test, plan: Analysis, replicate: int
) -> list[TrialRow]:
    visit = trial.visit(test.day)
    keep = members_at(plan.set, trial, test.day, Rules(plan.least_doses, plan.most_late))[replicate]
    given_answers = np.where(keep[..., None], given_answers, np.nan)
    treated = given_answers[trial.arm(test.treatment)]

    def row(effect: Effect, statistic: str, control: Floats | None) -> TrialRow:
        means = (_mean(treated[:, visit]), None if control is None else _mean(control))
        name = f"satisfaction ({plan.satisfaction})"
        return _row("satisfaction", name, test, plan, replicate, effect, means, statistic)

    # Better answers are what treatment is for, also where less of the endpoint is.
    side: Alternative = "greater" if plan.sided == 1 else "two_sided"
    if test.control:
        control = given_answers[trial.arm(test.control)][:, visit]
        if trial.paired:
            effect = compare_occasions(control, treated[:, visit], plan.level, side)
            return [row(effect, "difference of answers", control)]
        chance = compare_answers(treated[:, visit], control, plan.level, side)
        odds = proportional_odds(treated[:, visit], control, plan.level)
        return [
            row(chance, "chance of a better answer", control),
            row(odds, "odds ratio of a better answer", control),
        ]
    later = np.flatnonzero(trial.days > 0.0)
    first = int(later[0])
    if first == visit:
        return []
    effect = compare_occasions(treated[:, first], treated[:, visit], plan.level, side)
    return [row(effect, "change of answers between visits", None)]


def _side_effect_row(
    event: AdverseRow, events: tuple[AdverseRow, ...], trial: Trial, test: Test, plan: Analysis
) -> TrialRow:
    share = event.affected / event.people if event.people else float("nan")
    name = f"{event.treatment}: {event.event}"
    if not test.control:
        nan = float("nan")
        limits = wilson(event.affected, event.people, plan.level)
        effect = Effect(share, nan, *limits, nan, nan, event.people, 0, "wilson")
        alone = (known(share), None)
        return _row("adverse_events", name, test, plan, event.replicate, effect, alone, "rate")
    counts = [
        row.affected
        for row in events
        if (row.arm, row.replicate, row.event) == (test.control, event.replicate, event.event)
    ]
    # An arm in which it is not reported to happen: nobody had it.
    affected = sum(counts)
    people = int(trial.enrolled[event.replicate, trial.arm(test.control)].sum())
    groups = [_marks(event.affected, event.people), _marks(affected, people)]
    effect = rate_difference(groups[0], groups[1], plan.level)
    shares = (known(share), affected / people if people else None)
    return _row(
        "adverse_events", name, test, plan, event.replicate, effect, shares, "difference of rates"
    )


def _marks(affected: int, people: int) -> Floats:
    return np.repeat([1.0, 0.0], [affected, people - affected])


def _mean(values: Floats) -> float | None:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else None


def _row(
    purpose: str,
    endpoint: str,
    test: Test,
    plan: Analysis,
    replicate: int,
    effect: Effect,
    means: tuple[float | None, float | None],
    statistic: str,
) -> TrialRow:
    return TrialRow.of(
        effect,
        test,
        Question(replicate, purpose, endpoint, "1", statistic),
        means=means,
        method=effect.method,
        set=plan.set if purpose == "satisfaction" else "intention_to_treat",
        missing="available",
    )
