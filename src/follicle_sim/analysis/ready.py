"""Whether a scenario can be analysed as it plans to be, before anything is simulated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from follicle_sim.analysis.statistics.effects import refuse
from follicle_sim.analysis.tests import Test, tests_of
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import named_arms
from follicle_sim.base.errors import InputError, did_you_mean
from follicle_sim.protocol.unfold import unfold
from follicle_sim.results.counterparts import RECIPES
from follicle_sim.results.variables import FURTHER
from follicle_sim.scenario.fields.methods import EXTRA_VARIABLES
from follicle_sim.scenario.fields.parts import VARIABLES
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.analysis import Analysis
from follicle_sim.scenario.tables.instrument import unseen

OF_OTHERS = tuple(FURTHER)
"""Variables with a dimension more than arm, subject and time: no endpoints."""


def planned_tests(scenario: Scenario) -> tuple[Test, ...]:
    """Return the tests that a scenario's `[analysis]` table asks for, as `analyse` will do them.

    Raises
    ------
    InputError
        What `analyse` would refuse whatever the data are: an endpoint that is not recorded, a visit
        nobody comes to, a test that does not fit the design, side effects of a crossover.
    """
    plan = scenario.analysis
    roles = {arm.label: arm.role for arm in scenario.arms}
    if plan.adverse_events and scenario.design.kind == "crossover":
        raise refuse("adverse_events", "not offered in a crossover")
    if plan.satisfaction is not None:
        check_recorded(scenario, "hair_density")
    return tests_of(plan, lambda endpoint: blank_trial(scenario, endpoint), roles)


def why_not(scenario: Scenario) -> str:
    """Return why the statistics of a scenario cannot be done, "" where they can."""
    try:
        planned_tests(scenario)
    except InputError as error:
        return "; ".join(f"{problem.where}: {problem.message}" for problem in error.problems)
    return ""


def check_analysis(scenario: Scenario, source: str, *, required: bool = False) -> None:
    """Refuse a scenario that plans an analysis of its own which cannot be done.

    A table left at its defaults plans nothing: such a scenario may be run and looked at, unless the
    analysis is `wanted` all the same.

    Raises
    ------
    InputError
        As `planned_tests`, naming the source.
    """
    if scenario.analysis == Analysis() and not required:
        return
    try:
        planned_tests(scenario)
    except InputError as error:
        problems = [problem.below("analysis") for problem in error.problems]
        raise InputError(source, problems) from None


def blank_trial(scenario: Scenario, endpoint: str) -> Trial:
    """Return one endpoint of a scenario's trial with nobody in it.

    Raises
    ------
    InputError
        The run will not hold the endpoint, with the nearest it will.
    """
    if message := unseen(endpoint, scenario.instrument):
        raise refuse("endpoint", message)
    check_recorded(scenario, endpoint)
    lived = unfold(scenario)
    arms = tuple(arm.label for arm in lived.arms)
    switch = scenario.design.switch
    starts = lived.visits.starts
    periods = starts if len(starts) > 1 else ()
    return Trial(
        arms=arms,
        roles=tuple(arm.role for arm in lived.arms),
        endpoint=endpoint,
        unit="",
        kind=scenario.design.kind,
        days=np.array(lived.visits.days),
        values=np.full((1, len(arms), 1, len(lived.visits.days)), np.nan),
        known={},
        periods=tuple(
            (start, {arm: turns[k] for arm, turns in zip(arms, lived.given, strict=True)})
            for k, start in enumerate(periods)
        ),
        switch=float("nan") if switch is None else switch,
        seed=scenario.run.seed,
        stratified=scenario.design.stratify is not None,
        drawn_as=named_arms(arms, scenario),
    )


def check_recorded(scenario: Scenario, endpoint: str) -> None:
    """Refuse an endpoint that a run will not hold, with the nearest it will.

    Raises
    ------
    InputError
        As said.
    """
    variables = recorded(scenario)
    recipe = RECIPES.get(endpoint)
    needs = (endpoint,) if recipe is None else recipe.needs
    if endpoint in OF_OTHERS or not set(needs) <= set(variables) or (recipe and recipe.factor):
        endpoints = [name for name in variables if name not in OF_OTHERS]
        hint = did_you_mean(endpoint, endpoints)
        raise refuse("endpoint", f'the run has no endpoint "{endpoint}"{hint}')


def recorded(scenario: Scenario) -> Sequence[str]:
    """Return the names of the variables that a run of a scenario will hold."""
    extra = [name for name in EXTRA_VARIABLES if name in scenario.instrument.measures]
    return scenario.record.variables or [*VARIABLES, *extra]
