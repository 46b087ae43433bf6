"""What a virtual trial looks at, when it calls that an effect, and what a trial without one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.groups import Alternative
from follicle_sim.analysis.methods import METHODS
from follicle_sim.errors import InputError, Problem, did_you_mean
from follicle_sim.inference.trial_sources import check_endpoint
from follicle_sim.scenario.model import Scenario

SMALLER_IS_BETTER = frozenset({"shed_rate", "telogen_fraction", "vellus_density"})


@dataclass(frozen=True)
class Plan:
    """What a trial looks at, and when it calls that an effect.

    Parameters
    ----------
    endpoint
        See `follicle_sim.inference.trial_sources.endpoint_names`.
    weeks
        Visits to test; several are also asked for together. Empty: the last visit.
    method
        One of `follicle_sim.analysis.methods.METHODS`. Empty: analysis of covariance against a
        control arm, a paired t test within persons.
    alpha
        Significance is p below this.
    sided
        2, or 1 for an effect in the direction that is good for hair.
    control
        Label of the arm the others are held against. Empty: the first placebo arm, else untreated,
        else active control; without any, every arm is held against its own baseline.
    own_change
        Test every arm's own change from baseline even where there is a control arm.
    """

    endpoint: str = "hair_density"
    weeks: tuple[float, ...] = ()
    method: str = ""
    alpha: float = 0.05
    sided: int = 2
    control: str = ""
    own_change: bool = False

    @property
    def alternative(self) -> Alternative:
        """Return the direction tested."""
        if self.sided == 2:
            return "two_sided"
        return "less" if self.endpoint in SMALLER_IS_BETTER else "greater"


def comparisons(
    arms: Sequence[str], roles: Sequence[str], plan: Plan
) -> dict[str, tuple[int, int | None]]:
    """Return what is compared, by name: the arm, and the control arm or None for own change."""
    control = control_label(arms, roles, plan)
    if not control:
        return {f"{arm}, own change": (a, None) for a, arm in enumerate(arms)}
    c = list(arms).index(control)
    return {f"{arm} minus {control}": (a, c) for a, arm in enumerate(arms) if a != c}


def control_label(arms: Sequence[str], roles: Sequence[str], plan: Plan) -> str:
    """Return the label of the control arm; empty where arms are held against their own baseline."""
    if plan.own_change or len(arms) == 1:
        return ""
    if plan.control:
        return plan.control
    found = [
        label
        for wanted in ("placebo", "untreated", "active_control")
        for label, role in zip(arms, roles, strict=True)
        if role == wanted
    ]
    return found[0] if found else ""


def without_drug(scenario: Scenario, plan: Plan) -> Scenario:
    """Return the scenario with every arm taking what its control arm takes.

    Nothing where there is no control arm, or where arms are held against their own baseline.
    """
    control = control_label(*labels_and_roles(scenario), plan)
    doses = next((arm.doses for arm in scenario.arms if arm.label == control), ())
    arms = tuple(arm.model_copy(update={"doses": doses}) for arm in scenario.arms)
    return scenario.model_copy(update={"arms": arms})


def labels_and_roles(scenario: Scenario) -> tuple[list[str], list[str]]:
    """Return labels and roles of the arms."""
    return [arm.label for arm in scenario.arms], [arm.role for arm in scenario.arms]


COUNTERFACTUAL = (
    'found "counterfactual": all arms then hold the same people with the same luck, so the spread '
    "between repeated trials is that of a causal contrast and not of a trial, and power would come "
    'out far too high; write kind = "parallel" (or split_scalp)'
)


def complete_plan(scenario: Scenario, plan: Plan, sizes: Sequence[int], replicates: int) -> Plan:
    """Return a plan with nothing left open, or say all that is wrong with the question.

    Raises
    ------
    InputError
        With every problem.
    """
    problems = []
    kind = str(scenario.design.kind)
    if kind == "counterfactual":
        problems.append(Problem("design.kind", COUNTERFACTUAL))
    elif kind not in ("parallel", "split_scalp", "delayed_start"):
        message = f'found "{kind}"; power is known for parallel, split_scalp and delayed_start'
        problems.append(Problem("design.kind", message))
    arms, roles = labels_and_roles(scenario)
    if plan.control and plan.control not in arms:
        tail = did_you_mean(plan.control, arms)
        problems.append(Problem("control", f'no arm "{plan.control}"{tail}'))
    control = control_label(arms, roles, plan)
    own = not control
    within = own or kind == "split_scalp"
    method = plan.method or ("paired_t" if within else "ancova")
    if method not in METHODS:
        problems.append(Problem("method", f'unknown "{method}"{did_you_mean(method, METHODS)}'))
    elif METHODS[method].within != within:
        fitting = ", ".join(name for name, each in METHODS.items() if each.within == within)
        why = (
            "an arm is held against its own baseline"
            if own
            else "both arms are sides of one person"
            if within
            else "arms hold different people"
        )
        problems.append(Problem("method", f'"{method}" does not fit: {why}; allowed: {fitting}'))
    if not 0.0 < plan.alpha < 0.5:
        problems.append(Problem("alpha", f"found {plan.alpha:g}; allowed: above 0, below 0.5"))
    if plan.sided not in (1, 2):
        problems.append(Problem("sided", f"found {plan.sided}; allowed: 1 or 2"))
    for n in sizes:
        if n < 2:
            problems.append(Problem("n", f"found {n}; a spread needs 2 people an arm or more"))
    if not sizes:
        problems.append(Problem("n", "no number of people given"))
    if replicates < 2:
        problems.append(Problem("replicates", f"found {replicates}; allowed: 2 or more"))
    weeks = plan.weeks or (scenario.design.visits[-1] / 7.0,)
    try:
        check_endpoint(scenario, plan.endpoint, weeks)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(scenario.title, problems)
    visits = np.array(scenario.design.visits) / 7.0
    exact = tuple(float(visits[np.argmin(np.abs(visits - week))]) for week in weeks)
    return Plan(plan.endpoint, exact, method, plan.alpha, plan.sided, control, own)
