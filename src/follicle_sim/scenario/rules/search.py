"""What is wrong with a search given the rest of its scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from follicle_sim.base import units
from follicle_sim.base.errors import did_you_mean
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.rules.design import CONTROLS
from follicle_sim.scenario.tables.arms import Arm
from follicle_sim.scenario.tables.search import Optimise, TreatmentCost, VariedDose

Problems = list[tuple[Path, str]]
EVERYBODY = "everybody"
"""The class of people of a search that no class changes."""


class Searched(Protocol):
    """What these rules look at of a scenario."""

    @property
    def arms(self) -> Sequence[Arm]: ...
    @property
    def costs(self) -> Sequence[TreatmentCost]: ...
    @property
    def optimise(self) -> Optimise | None: ...
    @property
    def treatments(self) -> Mapping[str, Mapping[str, Any]]: ...
    @property
    def end(self) -> float: ...


def control_of(scenario: Searched, search: Optimise) -> Arm | None:
    """Return the arm a search is held against: the one named, else a placebo, else untreated."""
    arms = [arm for arm in scenario.arms if arm.label != search.arm]
    if search.control is not None:
        return next((arm for arm in arms if arm.label == search.control), None)
    return next((arm for role in CONTROLS for arm in arms if arm.role == role), None)


def cost_problems(scenario: Searched) -> Problems:
    """Return what is wrong with the [[costs]] tables."""
    problems: Problems = []
    names = [cost.treatment for cost in scenario.costs]
    for index, name in enumerate(names):
        if name in names[:index]:
            first = names.index(name)
            message = f'found "{name}", already priced in costs[{first}]; keep one'
            problems.append((("costs", index, "treatment"), message))
    return problems


def search_problems(scenario: Searched) -> Problems:
    """Return what is wrong with the [optimise] table, given arms, doses and prices."""
    search = scenario.optimise
    if search is None:
        return []
    here = "optimise"
    labels = [arm.label for arm in scenario.arms]
    problems: Problems = []
    if search.at > scenario.end:
        day, last = (units.format_quantity(x, "time") for x in (search.at, scenario.end))
        message = f"found {day}; allowed: until the last visit ({last})"
        problems.append(((here, "at"), message))
    for key, label in (("arm", search.arm), ("control", search.control)):
        if label is not None and label not in labels:
            message = f"unknown arm of this scenario{did_you_mean(label, labels)}"
            problems.append(((here, key), message))
    if search.control == search.arm:
        problems.append(((here, "control"), "is the arm itself; name another one"))
    elif control_of(scenario, search) is None and search.control is None:
        message = 'no arm to hold it against; add one of role "untreated" or "placebo"'
        problems.append(((here, "control"), message))
    if search.objective == "cost_per_hair" and search.second is not None:
        message = "cost_per_hair holds the cost already; leave second out"
        problems.append(((here, "second"), message))
    if not search.doses and search.cocktail is None:
        message = "nothing to vary; add an [[optimise.doses]] or an [optimise.cocktail] table"
        problems.append(((here, "doses"), message))
    classes = [group.label for group in search.classes]
    for index, label in enumerate(classes):
        if label == EVERYBODY:
            message = f'found "{label}", which stands for the scenario itself; choose another'
            problems.append(((here, "classes", index, "label"), message))
        if label in classes[:index]:
            message = f'found "{label}" twice; labels must differ'
            problems.append(((here, "classes", index, "label"), message))
    if search.arm in labels:
        problems += _dose_problems(scenario, search, scenario.arms[labels.index(search.arm)])
    return problems + _cocktail_problems(scenario, search)


def _dose_problems(scenario: Searched, search: Optimise, arm: Arm) -> Problems:
    problems: Problems = []
    varied_doses: set[int] = set()
    for index, varied in enumerate(search.doses):
        place: Path = ("optimise", "doses", index)
        if varied.dose >= len(arm.doses):
            message = f"found {varied.dose}; {arm.label} has {len(arm.doses)}, counted from 0"
            problems.append(((*place, "dose"), message))
            continue
        if varied.dose in varied_doses:
            problems.append(((*place, "dose"), f"found {varied.dose} twice; keep one table"))
        varied_doses.add(varied.dose)
        problems += _one_dose(place, varied, arm)
    priced = _priced(scenario)
    for number, dose in enumerate(arm.doses):
        if dose.treatment not in priced:
            where: Path = ("arms", scenario.arms.index(arm), "doses", number, "treatment")
            message = f'"{dose.treatment}" has no price; give one in a [[costs]] table'
            problems.append((where, message))
    return problems


def _one_dose(place: Path, varied: VariedDose, arm: Arm) -> Problems:
    dose = arm.doses[varied.dose]
    problems: Problems = []
    if not any((varied.count, varied.every, varied.start, varied.amount)):
        message = "nothing to vary; allowed: count, every, start, amount"
        problems.append((place, message))
    several = varied.count is not None and varied.count.most > 1
    if several and dose.every is None and varied.every is None:
        message = 'needs "every", the time between doses, here or in the dose'
        problems.append(((*place, "count"), message))
    if varied.every is not None and dose.every is None and varied.count is None:
        message = "the dose is given once; vary its count too"
        problems.append(((*place, "every"), message))
    if varied.amount is not None and varied.amount.dimension != dose.amount_dimension:
        example = units.example(dose.amount_dimension)
        message = f'{dose.treatment} is dosed by {dose.amount_dimension} here, as in "{example}"'
        problems.append(((*place, "amount"), message))
    return problems


def _cocktail_problems(scenario: Searched, search: Optimise) -> Problems:
    cocktail = search.cocktail
    if cocktail is None or cocktail.treatment not in scenario.treatments:
        return []
    signature = scenario.treatments[cocktail.treatment].get("signature", {})
    place: Path = ("optimise", "cocktail", "factors")
    problems: Problems = [
        (
            (*place, name),
            f"not in that treatment's signature{did_you_mean(name, signature)}",
        )
        for name in cocktail.factors
        if name not in signature
    ]
    arm = next((arm for arm in scenario.arms if arm.label == search.arm), None)
    if arm is not None and all(dose.treatment != cocktail.treatment for dose in arm.doses):
        message = f"{arm.label} is not given {cocktail.treatment}"
        problems.append((("optimise", "cocktail", "treatment"), message))
    return problems


def _priced(scenario: Searched) -> set[str]:
    # inside, as in `known`: only a scenario that searches needs the price list
    from follicle_sim.pharmacology.prices import load_costs

    return {*load_costs(), *(cost.treatment for cost in scenario.costs)}
