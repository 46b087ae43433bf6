"""What only the whole of a scenario can be checked for: every rule that looks at two tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.units import format_quantity
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.labels import label_problems
from follicle_sim.scenario.fields.methods import EXTRA_VARIABLES
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.fields.unjudged import attempt, judge
from follicle_sim.scenario.rules.before import before_problems
from follicle_sim.scenario.rules.design import arm_problems, calendar_problems
from follicle_sim.scenario.rules.eligible import eligibility_problems
from follicle_sim.scenario.rules.scalp import scalp_problems
from follicle_sim.scenario.rules.search import cost_problems, search_problems
from follicle_sim.scenario.tables.analysis import plan_problems
from follicle_sim.scenario.tables.instrument import unseen
from follicle_sim.scenario.tables.population import screening_problems

Problem = tuple[Path, str]
Problems = Iterator[Problem]
Names = Callable[[], Known]

MOST_FOLLICLES = 5_000_000_000
MOST_NODES = 1_000_000


def whole_problems(scenario: Any, names: Names) -> list[tuple[Path, str]]:
    """Return what is wrong between the tables of a scenario.

    Parameters
    ----------
    scenario
        A scenario, or the tables of one of which some values were refused
        (`follicle_sim.scenario.fields.unjudged`): rules that need these are passed over.
    names
        Returns the names a scenario may use; called only where they matter, as they take a while.
    """
    return [problem for rule in RULES for problem in judge(rule, scenario, names)]


def _labels(scenario: Any, names: Names) -> Iterable[Problem]:
    return label_problems(
        [arm.label for arm in scenario.arms],
        [comparison.simulated for comparison in scenario.compare],
        [arm.id for arm in scenario.arms],
    )


def _moments(scenario: Any, names: Names) -> Problems:
    last = scenario.design.end(len(scenario.arms)) if scenario.compare else 0.0
    for index, comparison in enumerate(scenario.compare):
        labels = [arm.label for arm in scenario.arms]
        if comparison.of and comparison.of not in labels:
            message = f"unknown arm of this scenario{did_you_mean(comparison.of, labels)}"
            yield ("compare", index, "of"), message
        if comparison.moments and not comparison.of and len(labels) > 1:
            yield ("compare", index, "of"), "missing; whose moments: the label of an arm"
        for name, day in comparison.moments.items():
            if day > last:
                found, end = (format_quantity(time, "time") for time in (day, last))
                message = f"found {found}; allowed: up to the last visit, {end}"
                yield ("compare", index, "moments", name), message


def _follicles(scenario: Any, names: Names) -> Problems:
    subjects, replicates = scenario.population.subjects, scenario.run.replicates
    follicles = scenario.population.follicles_per_subject * scenario.population.pieces
    arms = sum(scenario.design.ratio(arm.label) for arm in scenario.arms)
    total = arms * subjects * follicles * replicates
    if total > MOST_FOLLICLES:
        product = (
            f"{arms} arms x {subjects:,} subjects x {follicles:,} follicles "
            f"x {replicates:,} replicates"
        )
        limit = f"allowed: {MOST_FOLLICLES:,}; lower one of them"
        yield ("population",), f"{product} = {total:,} follicles; {limit}"


def _no_follicle(scenario: Any, names: Names) -> Problems:
    who = scenario.population
    if who.follicles is None and who.scalp_density * who.target_area < 0.5:
        message = "density times area gives less than one follicle; raise one of them"
        yield ("population", "follicle_density"), message


def _steps(scenario: Any, names: Names) -> Problems:
    end = scenario.design.end(len(scenario.arms))
    nodes = (scenario.run.history + end) / scenario.run.forcing_step
    if nodes > MOST_NODES:
        limit = f"allowed: {MOST_NODES:,}; use a longer step or a shorter history"
        yield ("run", "forcing_step"), f"{nodes:,.0f} steps in the run; {limit}"


def _sight(scenario: Any, names: Names) -> Problems:
    # what older scenarios record is there whatever the instrument
    for index, name in enumerate(scenario.record.variables or ()):
        if name in EXTRA_VARIABLES and (message := unseen(name, scenario.instrument)):
            yield ("record", "variables", index), message


def _scalp(scenario: Any, names: Names) -> Iterable[Problem]:
    return scalp_problems(scenario)


def _stated(scenario: Any, names: Names) -> Problems:
    stated = scenario.population.stated
    if stated is not None and scenario.population.disease.before_baseline:
        yield (
            ("population", stated.key),
            f"{scenario.population.condition} changes the number of hairs before baseline, so a "
            "count cannot be met by severity and follicles alone; give follicle_density",
        )
    if stated is not None and (message := unseen(stated.variable, scenario.instrument)):
        yield ("population", stated.key), message


def _draws(scenario: Any, names: Names) -> Problems:
    if scenario.run.uncertainty == "none":
        return
    # As in `known`: only a number comes up, and only when it is asked for.
    from follicle_sim.biology.posterior import load_posterior

    replicates, most = scenario.run.replicates, len(load_posterior())
    if not 2 <= replicates <= most:
        message = (
            f'found {replicates}; with uncertainty = "posterior" each replicate takes a draw of '
            f"its own, and the sample has {most}; allowed: 2 to {most}"
        )
        yield ("run", "replicates"), message


def _average(scenario: Any, names: Names) -> Problems:
    if scenario.run.engine != "expected":
        return
    ways = 'allowed with engine = "agents"'
    for key in ("follicles", "tracked_follicles"):
        if getattr(scenario.record, key):
            yield ("record", key), f"an expected value has no single follicles; {ways}"
    inclusion = scenario.population.inclusion
    if inclusion is not None and inclusion.hair_density is not None:
        message = f"who is let in by a count is let in by luck, which no expected value has; {ways}"
        yield ("population", "inclusion", "hair_density"), message


def _screening(scenario: Any, names: Names) -> Iterable[Problem]:
    inclusion, run_in = scenario.population.inclusion, scenario.design.run_in
    return screening_problems(inclusion, run_in, scenario.run.history)


def _eligible(scenario: Any, names: Names) -> Iterable[Problem]:
    early = any(dose.start < 0.0 for arm in scenario.arms for dose in arm.doses)
    dosed = scenario.design.run_in_arm is not None or early
    return eligibility_problems(scenario.population, scenario.instrument, dosed)


def _plan(scenario: Any, names: Names) -> Iterable[Problem]:
    return plan_problems(
        scenario.analysis,
        attempt(lambda: [arm.label for arm in scenario.arms]),
        attempt(lambda: scenario.design.visits),
        scenario.instrument,
    )


def _costs(scenario: Any, names: Names) -> Iterable[Problem]:
    return cost_problems(scenario)


def _search(scenario: Any, names: Names) -> Iterable[Problem]:
    return search_problems(scenario)


def _arms(scenario: Any, names: Names) -> Iterable[Problem]:
    design = scenario.design
    # Only where they matter: the names of this installation take a while to read.
    routes = names().routes if design.kind == "split_scalp" else {}
    return arm_problems(design, scenario.arms, scenario.population.subjects, routes)


def _calendar(scenario: Any, names: Names) -> Iterable[Problem]:
    return calendar_problems(scenario.design, scenario.run.history, scenario.biology)


def _before(scenario: Any, names: Names) -> Problems:
    yield from before_problems(scenario)


RULES = (
    _labels,
    _moments,
    _follicles,
    _no_follicle,
    _steps,
    _sight,
    _scalp,
    _stated,
    _draws,
    _average,
    _screening,
    _eligible,
    _plan,
    _costs,
    _search,
    _arms,
    _calendar,
    _before,
)
"""In the order in which their problems are told."""
