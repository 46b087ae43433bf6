"""What a virtual trial looks at, when it calls that an effect, and what a trial without one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from follicle_sim.analysis import crossover
from follicle_sim.analysis.imputation import POOLED
from follicle_sim.analysis.measures import MEASURES, misfit, rate_test
from follicle_sim.analysis.methods import METHODS
from follicle_sim.analysis.statistics.effects import Alternative, direction
from follicle_sim.analysis.tests import Test, control_of
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.biology.posterior import load_posterior
from follicle_sim.experiments.planning.trial_sources import check_endpoint
from follicle_sim.scenario.fields.methods import SMALLER_IS_BETTER
from follicle_sim.scenario.luck import luck_problems
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.analysis import REPEATED, Analysis
from follicle_sim.scenario.vary import with_other_arms


@dataclass(frozen=True)
class Plan:
    """What a trial looks at, and when it calls that an effect.

    What is left open is that of the scenario's `[analysis]` table, as are the analysis set, the
    rule for missing data, strata and multiplicity.

    Parameters
    ----------
    endpoint
        See `follicle_sim.experiments.planning.trial_sources.endpoint_names`.
    weeks
        Visits to test; several are also asked for together. Empty: that of the table, else the
        last visit (in a delayed start the last before the switch).
    method
        One of `follicle_sim.analysis.methods.METHODS`. Empty: analysis of covariance against a
        control arm, a paired t test within persons, a t test in a crossover. Responders have a test
        of their own: of Miettinen and Nurminen, in a split scalp of McNemar.
    alpha
        Significance is p below this.
    sided
        2, or 1 for an effect in the direction that is good for hair.
    control
        Label of the arm the others are held against. Empty: the first placebo arm, else untreated,
        else active control; without any, every arm is held against its own baseline.
    own_change
        Test every arm's own change from baseline even where there is a control arm.
    measure
        One of `follicle_sim.analysis.measures.MEASURES`: what is tested of the endpoint.
    table
        The rest of the analysis.
    pairs
        What is compared, (treatment, control) by label; filled in by `complete_plan`.
    """

    endpoint: str = ""
    weeks: tuple[float, ...] = ()
    method: str = ""
    alpha: float | None = None
    sided: int | None = None
    control: str = ""
    own_change: bool = False
    measure: str = ""
    table: Analysis = field(default_factory=Analysis)
    pairs: tuple[tuple[str, str], ...] = ()

    @property
    def level_of_error(self) -> float:
        """Return alpha, the table's where the plan leaves it open."""
        return self.table.alpha if self.alpha is None else self.alpha

    @property
    def sides(self) -> int:
        """Return 1 or 2, likewise."""
        return self.table.sided if self.sided is None else self.sided

    @property
    def measured(self) -> str:
        """Return the measure, likewise."""
        return self.measure or self.table.measure

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what whoever chose the test must know."""
        known = METHODS.get(self.method)
        return (known.caution,) if known is not None and known.caution else ()

    @property
    def gains_rise(self) -> bool:
        """Tell whether what is tested rises where hair gains."""
        return self.measured == "responders" or self.endpoint not in SMALLER_IS_BETTER

    @property
    def alternative(self) -> Alternative:
        """Return the direction tested."""
        return direction(self.sides, gains_rise=self.gains_rise)

    def tests(self) -> dict[str, list[Test]]:
        """Return the tests of a complete plan, one a week, by the name of the comparison."""
        return {
            name_of_pair(treatment, control): [
                Test(
                    "primary",
                    treatment,
                    control,
                    self.endpoint,
                    7.0 * week,
                    self.method,
                    self.alternative,
                    self.measured,
                )
                for week in self.weeks
            ]
            for treatment, control in self.pairs
        }


def name_of_pair(treatment: str, control: str) -> str:
    """Return a comparison in words.

    Examples
    --------
    >>> name_of_pair("drug", "dummy"), name_of_pair("drug", "")
    ('drug minus dummy', 'drug, own change')
    """
    return f"{treatment} minus {control}" if control else f"{treatment}, own change"


def compared(arms: Sequence[str], roles: Sequence[str], plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return what is compared: each arm and its control, "" for its own baseline."""
    if plan.table.comparisons and not plan.control and not plan.own_change:
        return tuple((pair.treatment, pair.control) for pair in plan.table.comparisons)
    control = control_label(arms, roles, plan)
    if not control:
        return tuple((arm, "") for arm in arms)
    return tuple((arm, control) for arm in arms if arm != control)


def control_label(arms: Sequence[str], roles: Sequence[str], plan: Plan) -> str:
    """Return the label of the control arm; empty where arms are held against their own baseline."""
    if plan.own_change:
        return ""
    return plan.control or control_of(arms, dict(zip(arms, roles, strict=True)))


def without_drug(scenario: Scenario, plan: Plan) -> Scenario:
    """Return the scenario with every arm taking what its control arm takes.

    Nothing where there is no control arm, or where arms are held against their own baseline.
    """
    control = control_label(*labels_and_roles(scenario), plan)
    doses = next((arm.doses for arm in scenario.arms if arm.label == control), ())
    arms = tuple(arm.model_copy(update={"doses": doses}) for arm in scenario.arms)
    return with_other_arms(scenario, arms)


def labels_and_roles(scenario: Scenario) -> tuple[list[str], list[str]]:
    """Return labels and roles of the arms."""
    return [arm.label for arm in scenario.arms], [arm.role for arm in scenario.arms]


COUNTERFACTUAL = (
    'found "counterfactual": all arms then hold the same people with the same luck, so the spread '
    "between repeated trials is that of a causal contrast and not of a trial, and power would come "
    'out far too high; write kind = "parallel" (or split_scalp, crossover, delayed_start)'
)


def complete_plan(scenario: Scenario, plan: Plan, sizes: Sequence[int], replicates: int) -> Plan:
    """Return a plan with nothing left open, or say all that is wrong with the question.

    Raises
    ------
    InputError
        With every problem.
    """
    problems = []
    if scenario.design.kind == "counterfactual":
        problems.append(Problem("design.kind", COUNTERFACTUAL))
    problems += luck_problems(scenario)
    plan = replace(plan, table=scenario.analysis)
    plan = replace(plan, endpoint=plan.endpoint or plan.table.endpoint)
    if _within_persons(scenario, plan):
        plan = replace(plan, own_change=True)
    arms, roles = labels_and_roles(scenario)
    if plan.control and plan.control not in arms:
        tail = did_you_mean(plan.control, arms)
        problems.append(Problem("control", f'no arm "{plan.control}"{tail}'))
    pairs = compared(arms, roles, plan)
    own = not any(control for _, control in pairs)
    method, where, refused = _method_of(scenario, plan, own)
    problems += [Problem(where, refused)] * bool(refused)
    if not refused and (message := _missing(scenario, plan, method, own)):
        problems.append(Problem("analysis.missing", message))
    if not 0.0 < plan.level_of_error < 0.5:
        problems.append(
            Problem("alpha", f"found {plan.level_of_error:g}; allowed: above 0, below 0.5")
        )
    if plan.sides not in (1, 2):
        problems.append(Problem("sided", f"found {plan.sided}; allowed: 1 or 2"))
    for n in sizes:
        if n < 2:
            problems.append(Problem("n", f"found {n}; a spread needs 2 people an arm or more"))
    if not sizes:
        problems.append(Problem("n", "no number of people given"))
    if replicates < 2:
        problems.append(Problem("replicates", f"found {replicates}; allowed: 2 or more"))
    draws = len(load_posterior()) if scenario.run.uncertainty != "none" else replicates
    if replicates > draws:
        message = f"found {replicates}; each trial takes a draw of what is not known: {draws} exist"
        problems.append(Problem("replicates", message))
    visits = np.array(scenario.design.visits) / 7.0
    weeks = plan.weeks or (_last_week(scenario, plan.table),)
    try:
        check_endpoint(scenario, plan.endpoint, weeks)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(scenario.origin, problems)
    return replace(
        plan,
        weeks=tuple(float(visits[np.argmin(np.abs(visits - week))]) for week in weeks),
        method=method,
        alpha=plan.level_of_error,
        sided=plan.sides,
        control=next((control for _, control in pairs), ""),
        own_change=own,
        measure=plan.measured,
        pairs=pairs,
    )


def _within_persons(scenario: Scenario, plan: Plan) -> bool:
    """Return whether the table's test looks at each arm's own change, as `analyse` then does."""
    method, kind = plan.table.method, scenario.design.kind
    if plan.method or plan.control or method is None or kind in ("split_scalp", "crossover"):
        return False
    return METHODS[method].within


def _last_week(scenario: Scenario, table: Analysis) -> float:
    if table.at is not None:
        return table.at / 7.0
    switch = scenario.design.switch
    visits = [day for day in scenario.design.visits if day > 0.0]
    early = [day for day in visits if switch is None or day <= switch]
    return (early or visits or [0.0])[-1] / 7.0


def _method_of(scenario: Scenario, plan: Plan, own: bool) -> tuple[str, str, str]:
    """Return the test of a plan, and where and why it does not fit; "" where it does."""
    if plan.measured not in MEASURES:
        unknown = f'unknown "{plan.measured}"{did_you_mean(plan.measured, MEASURES)}'
        return plan.method, "measure", unknown
    kind, table = scenario.design.kind, plan.table
    if plan.measured != table.measure and not plan.method:
        # The test of the table is that of another measure.
        left = plan.measured == "responders" or table.method in REPEATED
        plan = replace(plan, table=table.model_copy(update={"method": None})) if left else plan
    named_method = plan.method or plan.table.method or ""
    where, refused = misfit(plan.measured, named_method, table.missing, kind, own=own)
    if refused:
        return named_method, "analysis.missing" if where == "missing" else where, refused
    if plan.measured == "responders":
        return rate_test(kind), "", ""
    method, refused = _method(scenario, plan, own)
    return method, "method", refused


def _method(scenario: Scenario, plan: Plan, own: bool) -> tuple[str, str]:
    """Return the test of a plan, and why it does not fit the design; "" where it does."""
    kind = scenario.design.kind
    turns = kind == "crossover" and not own
    within = own or kind == "split_scalp"
    default = "paired_t" if within else "t_test" if turns else "ancova"
    method = plan.method or plan.table.method or default
    if kind == "crossover" and own:
        return method, "a crossover is compared between treatments, not with its baseline"
    if method not in METHODS:
        return method, f'unknown "{method}"{did_you_mean(method, METHODS)}'
    fitting = [name for name, test in METHODS.items() if test.within == within]
    if turns:
        fitting = list(crossover.methods_for(len(scenario.arms)))
    if method in fitting:
        return method, ""
    why = "arms hold different people"
    if within:
        why = "an arm is held against its own baseline" if own else "arms are sides of one person"
    if turns:
        why = "a crossover is analysed between its sequences"
    return method, f'"{method}" does not fit: {why}; allowed: {", ".join(fitting)}'


def _missing(scenario: Scenario, plan: Plan, method: str, own: bool) -> str:
    """Return why the rule for missing values does not fit the test; "" where it does."""
    rule = plan.table.missing
    if scenario.design.kind == "crossover" and rule != "available":
        return f"found {rule}; in a crossover only available"
    if rule == "jump_to_reference" and (own or method not in POOLED):
        allowed = ", ".join(POOLED)
        return f"{rule} needs a control arm of other people and one of {allowed}; found {method}"
    return ""
