"""From the `[analysis]` table to a list of tests: which arms, which endpoint, which visit, how."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from follicle_sim.analysis import crossover
from follicle_sim.analysis.imputation import POOLED
from follicle_sim.analysis.measures import misfit, rate_test
from follicle_sim.analysis.methods import METHODS
from follicle_sim.analysis.statistics.effects import Alternative, direction, refuse
from follicle_sim.analysis.trial import Trial
from follicle_sim.base.errors import did_you_mean
from follicle_sim.scenario.rules.design import CONTROLS
from follicle_sim.scenario.tables.analysis import Analysis

COMPARATORS = (*CONTROLS, "active_control")
"""Roles an arm may have to be the control, the first found."""

Reader = Callable[[str], Trial]


@dataclass(frozen=True)
class Test:
    """One question to the data.

    Parameters
    ----------
    purpose
        primary, secondary or after_switch.
    treatment, control
        Labels; `control` is empty for a change from baseline.
    endpoint
        Name of a result variable.
    day
        Of the endpoint visit; in a crossover since the start of the period.
    method
        One of `METHODS`.
    alternative
        Direction tested.
    measure
        One of `follicle_sim.analysis.measures.MEASURES`.
    """

    purpose: str
    treatment: str
    control: str
    endpoint: str
    day: float
    method: str
    alternative: Alternative
    measure: str = "change"


def tests_of(plan: Analysis, read_endpoint: Reader, roles: Mapping[str, str]) -> tuple[Test, ...]:
    """Return the tests of a plan in their order: primary comparisons, then secondary endpoints.

    Parameters
    ----------
    plan
        The table.
    read
        Gives the trial of an endpoint.
    roles
        Role of each arm of the scenario by label; in a crossover the dataset's arms are sequences.

    Raises
    ------
    InputError
        Arms, endpoints or visits that are not there; a test that does not fit the design.
    """
    trial = read_endpoint(plan.endpoint)
    main = _tests_on(plan, trial, roles, "primary", plan.at, plan.method, plan.measure)
    tests = list(main)
    for secondary in plan.secondary:
        at = plan.at if secondary.at is None else secondary.at
        method = secondary.method or plan.method
        tests += _tests_on(plan, read_endpoint(secondary.endpoint), roles, "secondary", at, method)
    if not math.isnan(trial.switch) and plan.at is None:
        # What an early start left, once everybody is treated.
        last = float(trial.days[-1])
        # An average up to then would be one of both times.
        if last > trial.switch and plan.measure != "average":
            tests += [replace(test, purpose="after_switch", day=last) for test in main]
    return tuple(tests)


def _tests_on(
    plan: Analysis,
    trial: Trial,
    roles: Mapping[str, str],
    purpose: str,
    at: float | None,
    method: str | None,
    measure: str = "change",
) -> list[Test]:
    turns = trial.kind == "crossover"
    arms = crossover.labels(trial) if turns else trial.arms
    pairs = _pairs(plan, arms, roles)
    if method is None:
        method = "t_test" if turns else "ancova"
        if (pairs and trial.paired) or not pairs:
            method = "paired_t"
    if METHODS[method].within and not trial.paired:
        pairs = []
    method_named = "" if measure == "responders" and plan.method is None else method
    key, message = misfit(measure, method_named, plan.missing, trial.kind, own=not pairs)
    if message:
        raise refuse(key, message)
    _check_method(plan, trial, method, bool(pairs))
    day = _day(trial, at)
    gained = trial.larger_is_better or measure == "responders"
    alternative = direction(plan.sided, gains_rise=gained)
    if measure == "responders":
        method = rate_test(trial.kind)
    alone = [(arm, "") for arm in arms]
    return [
        Test(purpose, treatment, control, trial.endpoint, day, method, alternative, measure)
        for treatment, control in pairs or alone
    ]


def _pairs(plan: Analysis, arms: Sequence[str], roles: Mapping[str, str]) -> list[tuple[str, str]]:
    if plan.comparisons:
        pairs = [(pair.treatment, pair.control) for pair in plan.comparisons]
        for label in (label for pair in pairs for label in pair):
            if label not in arms:
                raise refuse("comparisons", f'no arm "{label}"{did_you_mean(label, arms)}')
        return pairs
    control = control_of(arms, roles)
    return [(arm, control) for arm in arms if arm != control] if control else []


def control_of(arms: Sequence[str], roles: Mapping[str, str]) -> str:
    """Return the first arm whose role makes it a control, "" where there is none to compare."""
    for role in COMPARATORS:
        for arm in arms:
            if roles.get(arm) == role and len(arms) > 1:
                return arm
    return ""


def _check_method(plan: Analysis, trial: Trial, method: str, compared: bool) -> None:
    if trial.kind == "crossover":
        if not compared:
            roles = ", ".join(COMPARATORS)
            message = f"a crossover compares treatments, and no arm is a control ({roles})"
            raise refuse("comparisons", f"{message}; name two arms in [[analysis.comparisons]]")
        allowed = crossover.methods_for(len(trial.arms))
        if method not in allowed:
            trial_text = f"a crossover of {len(trial.arms)} treatments"
            message = f"found {method}; {trial_text} is analysed between its sequences"
            raise refuse("method", f"{message} by {', '.join(allowed)}")
        if plan.missing != "available":
            raise refuse("missing", f"found {plan.missing}; in a crossover only available")
        return
    if trial.paired and compared and not METHODS[method].within:
        inside = ", ".join(name for name, other in METHODS.items() if other.within)
        message = f"{trial.kind} arms hold the same people, {method} needs different ones"
        raise refuse("method", f"{message}; allowed: {inside}")
    if not compared and not METHODS[method].within:
        inside = ", ".join(name for name, other in METHODS.items() if other.within)
        raise refuse("method", f"{method} needs a control arm; without one: {inside}")
    if plan.missing == "jump_to_reference" and not (compared and method in POOLED):
        message = "jump_to_reference needs a control arm of other people and one of"
        raise refuse("missing", f"{message} {', '.join(POOLED)}; the test is {method}")


def _day(trial: Trial, at: float | None) -> float:
    if at is not None:
        if trial.kind == "crossover":
            crossover.check_day(trial, at)
        trial.visit(at)
        return at
    if trial.kind == "crossover":
        return crossover.last_day(trial)
    days = trial.days[trial.days > 0.0]
    if days.size == 0:
        raise refuse("at", "no visit after baseline")
    if not math.isnan(trial.switch):
        before = days[days <= trial.switch]
        return float(before[-1]) if before.size else float(days[0])
    return float(days[-1])
