"""Everything a trial's page, figures and files are made of, from a dataset and a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import xarray as xr

from follicle_sim.analysis.analyse import analyse
from follicle_sim.analysis.measures import misfit, threshold_of
from follicle_sim.analysis.methods import METHODS
from follicle_sim.analysis.outcomes.adverse import AdverseRow, ArmReactions, reactions
from follicle_sim.analysis.outcomes.exposures import Exposure, exposures
from follicle_sim.analysis.outcomes.flow import SubjectFlow, subject_flow
from follicle_sim.analysis.result import TrialResult
from follicle_sim.analysis.tests import Test, control_of, tests_of
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import read_trial
from follicle_sim.base.attributes import source_of
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.figures.parts.style import unit_of
from follicle_sim.reporting.page.money import ArmCost, arm_costs
from follicle_sim.reporting.page.words import plain
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.luck import luck_problems
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.analysis import Analysis

SAME_PEOPLE = (
    "every arm of a counterfactual design holds the same people, with and without the treatment at "
    "once. A trial's arms hold different people, and what it concludes hangs on how they differ; "
    'use kind = "parallel" (or split_scalp, crossover, delayed_start), or follicle-sim run for the '
    "effect itself"
)
ONE_TRIAL = (
    'a trial is one; use run.replicates = 1 (with uncertainty = "none"), or follicle-sim power for '
    "many trials at once"
)


@dataclass(frozen=True)
class TrialReport:
    """One trial, analysed.

    Parameters
    ----------
    dataset, scenario, plan
        What was simulated and how it was analysed.
    tests, result, flow
        What was asked, what was found, and who it was found in.
    costs
        By arm of the scenario, up to the primary visit.
    given
        Doses and who took them, arm by arm of the dataset.
    reactions
        Side effects, arm by arm; empty where the plan does not ask for them.
    """

    dataset: xr.Dataset
    scenario: Scenario
    plan: Analysis
    tests: tuple[Test, ...]
    result: TrialResult
    flow: SubjectFlow
    costs: Mapping[str, ArmCost]
    given: list[list[Exposure]]
    reactions: tuple[ArmReactions, ...]

    @cached_property
    def events(self) -> tuple[AdverseRow, ...]:
        """One row a side effect and arm."""
        return tuple(row for arm in self.reactions for row in arm.rows)

    @property
    def primary(self) -> Test:
        """The first primary comparison."""
        return self.tests[0]

    @cached_property
    def study(self) -> str:
        """Name of the trial: equal scenarios and seeds have the same."""
        return f"FS-{scenario_hash(self.scenario)[:8].upper()}"

    @cached_property
    def gain(self) -> str:
        """What makes a responder of the primary endpoint, such as "10 hairs/cm2"."""
        trial = self.trial(self.primary.endpoint)
        limit = threshold_of(self.plan, trial)
        if limit.level:
            return f"{limit.least:g} {plain(unit_of(trial.endpoint, trial.unit))} or less"
        if limit.relative:
            return f"{100 * limit.least:g} % of the baseline"
        return f"{limit.least:g} {plain(unit_of(trial.endpoint, trial.unit))}"

    def trial(self, endpoint: str) -> Trial:
        """Return an endpoint of the dataset."""
        return read_trial(self.dataset, endpoint)


def check_trial(scenario: Scenario) -> None:
    """Refuse a scenario that is no single trial of different people.

    Raises
    ------
    InputError
        A counterfactual design, several replicates, or expected values.
    """
    problems = []
    if scenario.design.kind == "counterfactual":
        problems.append(Problem("design.kind", SAME_PEOPLE))
    if scenario.run.replicates > 1:
        message = f"found {scenario.run.replicates}; {ONE_TRIAL}"
        problems.append(Problem("run.replicates", message))
    problems += luck_problems(scenario)
    if problems:
        raise InputError(scenario.origin, problems)


def check_measure(scenario: Scenario) -> None:
    """Refuse a measure that does not fit the design, before anything is simulated.

    Raises
    ------
    InputError
        With what is allowed.
    """
    plan, kind = scenario.analysis, scenario.design.kind
    roles = {arm.label: arm.role for arm in scenario.arms}
    within = plan.method is not None and METHODS[plan.method].within and kind != "split_scalp"
    own = within or not (plan.comparisons or control_of(list(roles), roles))
    where, message = misfit(plan.measure, plan.method or "", plan.missing, kind, own=own)
    if message:
        raise InputError(scenario.origin, [Problem(f"analysis.{where}", message)])


def make_report(dataset: xr.Dataset, plan: Analysis | None = None) -> TrialReport:
    """Analyse one trial for its readers; nothing is simulated again.

    Parameters
    ----------
    dataset
        What `simulate` returned, or a stored result.
    plan
        Default: the `[analysis]` table of the scenario that made it.

    Raises
    ------
    InputError
        As `check_trial` and `analyse`; a dataset that does not say what made it.
    """
    scenario = stored_scenario(dataset.attrs, source_of(dataset, "result.nc"))
    check_trial(scenario)
    if "replicate" in dataset.dims:
        dataset = dataset.isel(replicate=0, drop=True)
    plan = scenario.analysis if plan is None else plan
    result = analyse(dataset, plan)
    roles = {arm.label: arm.role for arm in scenario.arms}
    tests = tests_of(plan, lambda endpoint: read_trial(dataset, endpoint), roles)
    return TrialReport(
        dataset,
        scenario,
        plan,
        tests,
        result,
        subject_flow(dataset, plan, tests[0]),
        arm_costs(scenario, tests[0].day),
        exposures(dataset, scenario),
        reactions(dataset, plan.level) if plan.adverse_events else (),
    )
