"""A trial's data to a trial's result: every test of the plan, and what describes it further."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from follicle_sim.analysis import crossover
from follicle_sim.analysis.imputation import Imputations, jump_to_reference
from follicle_sim.analysis.measures import (
    AS_NONE,
    arm_group,
    averaged,
    compare_rates,
    final_response,
)
from follicle_sim.analysis.methods import METHODS, compare_many
from follicle_sim.analysis.outcomes.description import further_rows
from follicle_sim.analysis.outcomes.rows import ask, outcome_rows
from follicle_sim.analysis.result import Question, TrialResult, TrialRow, known, unique
from follicle_sim.analysis.sets import Rules, members_at
from follicle_sim.analysis.statistics.effects import Effect, Effects, stacked
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.analysis.statistics.multiplicity import adjusted
from follicle_sim.analysis.tests import Test, tests_of
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import read_trial, scenario_of
from follicle_sim.base.arguments import check_dataset
from follicle_sim.base.types import Flags, Floats
from follicle_sim.protocol.streams import stream_of
from follicle_sim.scenario.tables.analysis import Analysis


def analyse(dataset: xr.Dataset, plan: Analysis | None = None) -> TrialResult:
    """Analyse a simulated trial as planned; nothing is simulated again.

    Parameters
    ----------
    dataset
        What `simulate` returns; with several replicates each is a trial of its own.
    plan
        Default: the `[analysis]` table of the scenario the dataset was made from.

    Raises
    ------
    InputError
        An endpoint, arm or visit the data do not have (with the nearest that it has), a test that
        does not fit the design.

    Examples
    --------
    >>> from follicle_sim import analyse, load_scenario, simulate
    >>> few = ["population.subjects=6", "design.kind=parallel", "run.history=30 days"]
    >>> result = analyse(simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", few)))
    >>> result.rows[0].purpose, result.rows[0].method
    ('primary', 'ancova')
    """
    check_dataset("analyse", dataset, ("arm", "subject", "time"))
    scenario = scenario_of(dataset)
    if plan is None:
        plan = Analysis() if scenario is None else scenario.analysis
    trials: dict[str, Trial] = {}

    def read_endpoint(endpoint: str) -> Trial:
        if endpoint not in trials:
            trials[endpoint] = read_trial(dataset, endpoint)
        return trials[endpoint]

    primary = read_endpoint(plan.endpoint)
    roles = dict(zip(primary.arms, primary.roles, strict=True))
    if scenario is not None:
        roles |= {arm.label: arm.role for arm in scenario.arms}
    tests = tests_of(plan, read_endpoint, roles)
    answers = [answer(read_endpoint(test.endpoint), test, plan) for test in tests]
    outcomes = ask(dataset, plan)
    rows: list[TrialRow] = []
    for replicate in range(len(primary.values)):
        part = [
            _row(read_endpoint(test.endpoint), test, result, plan, replicate)
            for test, result in zip(tests, answers, strict=True)
        ]
        judged = adjusted([np.nan if row.p is None else row.p for row in part], plan.multiplicity)
        rows += [
            replace(row, p_adjusted=known(p), effect=bool(p < plan.alpha))
            for row, p in zip(part, judged.tolist(), strict=True)
        ]
        for test in tests:
            if test.purpose == "primary":
                rows += further_rows(primary, test, plan, replicate)
                rows += outcome_rows(outcomes, primary, test, plan, replicate)
    notes = [
        note for test in tests for note in _note_design(read_endpoint(test.endpoint), test, plan)
    ]
    notes += [
        note
        for test, result in zip(tests, answers, strict=True)
        for note in _note_unanswered(test, result.effects)
    ]
    notes += [*_note_undescribed(rows), *_note_intervals(plan, len(tests)), *outcomes.notes]
    notes = [note for note in notes if note]
    return TrialResult(tuple(rows), plan.level, plan.alpha, plan.multiplicity, unique(notes))


@dataclass(frozen=True)
class Answer:
    """Effects of R trials, and the plain mean changes (R,)."""

    effects: Effects
    treated: Floats
    control: Floats


def answer(trial: Trial, test: Test, plan: Analysis) -> Answer:
    """Return what the data say to one test, in all R trials."""
    rules = Rules(plan.least_doses, plan.most_late)
    if trial.kind == "crossover":
        keep = members_at(plan.set, trial, test.day, rules)
        pair = crossover.pair_of(trial, test.treatment, test.control, test.day, keep)
        effects = crossover.compare(pair, test.method, plan.level, test.alternative)
        flat = (len(trial.values), -1)
        return Answer(effects, _mean(pair.treated.reshape(flat)), _mean(pair.control.reshape(flat)))
    visit = trial.visit(test.day)
    keep = members_at(plan.set, trial, test.day, rules)
    if test.measure == "responders":
        return _compare_responders(trial, test, plan, visit, keep)
    treated = arm_group(trial, test.treatment, visit, keep, plan)
    control = arm_group(trial, test.control, visit, keep, plan) if test.control else None
    if test.measure == "average":
        days = trial.days[(trial.days > 0.0) & (trial.days <= trial.days[visit])]
        treated = averaged(treated, days)
        control = None if control is None else averaged(control, days)
    if control is not None and plan.missing == "jump_to_reference":
        effects = _impute_and_compare(trial, test, plan, treated, control)
    else:
        effects = compare_many(
            test.method, treated, control, level=plan.level, alternative=test.alternative
        )
    return Answer(
        effects,
        _mean(treated.change[..., -1]),
        np.full(len(treated.baseline), np.nan)
        if control is None
        else _mean(control.change[..., -1]),
    )


def _compare_responders(
    trial: Trial, test: Test, plan: Analysis, visit: int, keep: Flags
) -> Answer:
    sides = []
    for label in (test.treatment, test.control):
        group = arm_group(trial, label, visit, keep, plan, "available")
        sides.append(final_response(group, keep[:, trial.arm(label)], plan, trial))
    effects = compare_rates(sides[0], sides[1], trial, plan.level, test.alternative)
    return Answer(effects, _mean(sides[0]), _mean(sides[1]))


def leavers(trial: Trial, label: str, visit: int) -> Flags:
    """Return who of an arm left before a visit, (R, S), and did not merely miss it.

    Nobody of them is seen at it or later. Where the data say when people left, they did; data that
    tell who came but of nobody that they left are of a design without dropout.
    """
    arm = trial.arm(label)
    gone: Flags = np.asarray(np.isnan(trial.values[:, arm, :, visit:]).all(axis=-1))
    if "left_day" in trial.known:
        gone = gone & np.isfinite(trial.known["left_day"][:, arm])
    elif "attended" in trial.known:
        gone = np.zeros_like(gone)
    return gone


def _impute_and_compare(
    trial: Trial, test: Test, plan: Analysis, treated: Group, control: Group
) -> Effects:
    gone = leavers(trial, test.treatment, trial.visit(test.day))
    persons = trial.known.get("person")
    arms = [trial.arm(label) for label in (test.treatment, test.control)]
    stream = stream_of(f"{trial.name(test.treatment)} - {trial.name(test.control)}")
    effects: list[Effect] = [
        jump_to_reference(
            test.method,
            treated[replicate],
            control[replicate],
            Imputations(plan.imputations, trial.seed, replicate, stream),
            level=plan.level,
            alternative=test.alternative,
            left=gone[replicate],
            names=None
            if persons is None
            else (persons[replicate, arms[0]], persons[replicate, arms[1]]),
        )
        for replicate in range(len(treated.baseline))
    ]
    return stacked(effects, test.method)


def _mean(values: Floats) -> Floats:
    finite = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(finite, values, 0.0).sum(axis=-1) / finite.sum(axis=-1)
    return np.asarray(mean)


def _row(trial: Trial, test: Test, answer: Answer, plan: Analysis, replicate: int) -> TrialRow:
    effect = answer.effects[replicate]
    unit = "1" if test.measure == "responders" else trial.unit
    return TrialRow.of(
        effect,
        test,
        Question(replicate, test.purpose, test.endpoint, unit, _statistic(test)),
        means=(known(float(answer.treated[replicate])), known(float(answer.control[replicate]))),
        method=test.method,
        set=plan.set,
        missing=AS_NONE if _strict(test, plan) else plan.missing,
    )


def _strict(test: Test, plan: Analysis) -> bool:
    return test.measure == "responders" and plan.set == "intention_to_treat"


def _statistic(test: Test) -> str:
    if test.measure == "responders":
        return "difference of rates"
    quantity = "average change" if test.measure == "average" else "change"
    return f"difference of {quantity}s" if test.control else quantity


DESIGN_NOTES: Mapping[str, str] = {
    "counterfactual": "every arm holds the same people, which no real trial can do: the interval "
    "is that of the model, not of a trial",
    "crossover": "half the difference between a person's two periods, compared between the two "
    "sequences; nothing is taken to carry over the washout",
    "delayed_start": "controls are treated too from week {switch:g} on; a difference after it is "
    "what the early start left",
}


MANY_TURNS = (
    "differences between a person's periods under the two treatments, averaged over the sequences, "
    "so that what is common to a period cancels; nothing is taken to carry over the washout"
)


def _note_unanswered(test: Test, effects: Effects) -> list[str]:
    """Return a note for each reason why tests have no answer."""
    label = f"{test.endpoint} at week {test.day / 7.0:g}, {test.treatment}: {test.method}"
    counts = Counter(why for why in effects.why.tolist() if why)
    trials = len(effects)
    return [
        f"{label} could not be computed{f' in {lost} of {trials} trials' if trials > 1 else ''}: "
        f"{why}"
        for why, lost in counts.items()
    ]


def _note_undescribed(rows: Sequence[TrialRow]) -> list[str]:
    """Return a note for each describing number that could not be computed, with the reason."""
    return [
        f"{row.statistic}, {row.endpoint}, {row.arm}: {row.why}"
        for row in rows
        if row.why and row.p_adjusted is None and row.effect is None
    ]


def _note_intervals(plan: Analysis, tests: int) -> list[str]:
    """Return notes on where an interval and the decision beside it may differ."""
    notes = []
    if plan.sided == 1:
        notes.append("p is one-sided and intervals are two-sided: that of an effect may hold 0")
    elif abs(plan.level + plan.alpha - 1.0) > 1e-9:
        notes.append(f"intervals hold {plan.level:.4g}, decisions are made at p < {plan.alpha:g}")
    if tests > 1 and plan.multiplicity != "none":
        notes.append(f"p is adjusted for {tests} tests ({plan.multiplicity}), intervals are not")
    return notes


def _note_design(trial: Trial, test: Test, plan: Analysis) -> list[str]:
    notes = []
    if trial.kind == "crossover" and len(trial.arms) > 2:
        notes.append(MANY_TURNS)
    elif trial.kind in DESIGN_NOTES:
        notes.append(DESIGN_NOTES[trial.kind].format(switch=trial.switch / 7.0))
    if not test.control:
        notes.append(
            "a change from baseline without a control arm holds whatever else changed: season, "
            "regression to the mean, the procedure itself"
        )
    method = METHODS.get(test.method)
    if method is None:  # rates: nobody's change is adjusted or filled
        return notes
    if method.caution:
        notes.append(method.caution)
    if method.adjusts and plan.missing == "last_observation_carried_forward":
        notes.append("values carried forward make intervals too narrow")
    return notes
