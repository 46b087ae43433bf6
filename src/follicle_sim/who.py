"""What a result says of its people: names in the draws, ages, severities, grades and sex.

Only what the scenario lets differ, or asks of its candidates, is said; a result of people without
such traits holds no such variable.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.biology.conditions import load_condition
from follicle_sim.cohort import Cohort
from follicle_sim.scenario.correlation import correlated
from follicle_sim.scenario.frozen import FrozenMap
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.table import YEAR
from follicle_sim.traits import grade_of

MEANING = {
    "person": ("1", "name of the person in the random draws"),
    "age": ("year", "age at baseline"),
    "sex": ("1", "female or male"),
    "severity": ("1", "miniaturisation at baseline, in multiples of the fitted one"),
    "severity_class": ("1", "grade nearest to the severity"),
}
"""Units and long name of every variable."""


def told(scenario: Scenario) -> tuple[str, ...]:
    """Return the names of the variables that a result of a scenario has about its people."""
    who = scenario.population
    chosen = who.inclusion is not None
    mixed = scenario.design.stratify is not None
    mixed |= isinstance(who.severity, FrozenMap) or "severity" in correlated(who.correlation)
    asked = {
        "person": chosen,
        "age": who.varies("age") or (chosen and who.age is not None),
        "sex": isinstance(who.sex, FrozenMap),
        "severity": chosen or mixed,
        "severity_class": chosen or mixed,
    }
    return tuple(name for name in MEANING if asked[name])


def about(scenario: Scenario, cohorts: Sequence[Cohort]) -> dict[str, list[NDArray[np.generic]]]:
    """Return each variable that `told` names as one array (S,) a cohort."""
    condition = load_condition(scenario.population.condition)
    found: dict[str, list[NDArray[np.generic]]] = {}
    for name in told(scenario):
        if name == "person":
            found[name] = [cohort.person for cohort in cohorts]
        elif name == "age":
            found[name] = [_known(cohort.age) / YEAR for cohort in cohorts]
        elif name == "sex":
            found[name] = [_known(cohort.sex) for cohort in cohorts]
        elif name == "severity":
            found[name] = [cohort.severity for cohort in cohorts]
        else:
            found[name] = [grade_of(condition, cohort.severity) for cohort in cohorts]
    return found


def _known(values: NDArray | None) -> NDArray:  # type: ignore[type-arg]
    assert values is not None
    return values
