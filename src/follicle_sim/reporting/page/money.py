"""What each arm of a trial costs: per session, per person, and for each hair it added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scipy.special import ndtri

from follicle_sim.analysis.outcomes.cost_per_hair import CostPerHair, cost_per_added_hair
from follicle_sim.analysis.result import TrialRow
from follicle_sim.base.errors import InputError
from follicle_sim.pharmacology.bills import Bill, bill, shared_bill
from follicle_sim.pharmacology.prices import CostLike, price_list
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.arms import Arm


@dataclass(frozen=True)
class ArmCost:
    """What a person of one arm is charged up to the primary visit.

    Parameters
    ----------
    arm
        Label.
    doses, visits
        Given, and times in a clinic.
    person
        USD; None where a treatment has no price.
    session
        USD for each dose given at a clinic visit; None where it is all taken at home.
    reason
        Why there is no price.
    """

    arm: str
    doses: int
    visits: float
    person: float | None
    session: float | None
    reason: str = ""


def arm_costs(scenario: Scenario, end: float) -> dict[str, ArmCost]:
    """Return the costs of every arm of a scenario up to a day, by label; in a crossover a period's.

    Doses are paid for whether or not they are taken; prices are those of `[[costs]]` and the
    library.
    """
    prices = price_list({cost.treatment: cost for cost in scenario.costs})
    return {arm.label: _cost(arm, end, prices) for arm in scenario.arms}


def both_halves(scenario: Scenario, end: float) -> ArmCost | None:
    """Return what a person of a split-scalp trial is charged for both halves; None in other trials.

    One session treats both: the sum over the arms would charge it twice.
    """
    if scenario.design.kind != "split_scalp":
        return None
    prices = price_list({cost.treatment: cost for cost in scenario.costs})
    schedules = [arm.doses for arm in scenario.arms]
    return _priced("both halves", lambda: shared_bill(schedules, end, prices))


def _cost(arm: Arm, end: float, prices: Mapping[str, CostLike]) -> ArmCost:
    return _priced(arm.label, lambda: bill(arm.doses, end, prices))


def _priced(label: str, add_up: Callable[[], Bill]) -> ArmCost:
    try:
        billed = add_up()
    except InputError as error:
        problem = error.problems[0]
        return ArmCost(label, 0, 0.0, None, None, f"{problem.where} {problem.message}")
    session = billed.cost / billed.doses if billed.visits and billed.doses else None
    return ArmCost(label, billed.doses, billed.visits, billed.cost, session)


def per_added_hair(
    row: TrialRow, costs: Mapping[str, ArmCost], level: float
) -> tuple[float, CostPerHair] | None:
    """Return what the treatment costs more than the control, and that over the gain.

    None where the endpoint is no density, a price or the estimate is missing, or nothing is paid.
    The cost is exact, so Fieller's limits are the cost over those of the gain.
    """
    treated = costs.get(row.arm)
    control = costs.get(row.control) if row.control else ArmCost("", 0, 0.0, 0.0, None)
    if row.unit != "cm-2" or row.estimate is None or row.low is None or row.high is None:
        return None
    if treated is None or control is None or treated.person is None or control.person is None:
        return None
    more = treated.person - control.person
    if more <= 0.0:
        return None
    se = (row.high - row.low) / 2.0 / float(ndtri(0.5 + level / 2.0))
    return more, cost_per_added_hair(more, row.estimate, se, level=level)
