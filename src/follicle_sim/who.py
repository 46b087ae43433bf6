"""What a result says of its people: names in the draws, ages, severities, grades and sex.

Only what the scenario lets differ, or asks of its candidates, is said; a result of people without
such traits holds no such variable.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.cohort import Cohort
from follicle_sim.pharmacology.exposure import mixtures
from follicle_sim.pharmacology.variability import Responders
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.scenario.correlation import correlated
from follicle_sim.scenario.frozen import FrozenMap
from follicle_sim.scenario.table import YEAR
from follicle_sim.traits import grade_of

MEANING = {
    "person": ("1", "name of the person in the random draws"),
    "age": ("year", "age at baseline"),
    "sex": ("1", "female or male"),
    "severity": ("1", "miniaturisation at baseline, in multiples of the fitted one"),
    "severity_class": ("1", "grade nearest to the severity"),
    "responder": ("1", "1 for people with the trait that lets them respond, else 0"),
}
"""Units and long name of every variable."""


def variables_of(protocol: Protocol) -> tuple[str, ...]:
    """Return the names of the variables that a result has about its people."""
    who = protocol.population
    chosen = who.inclusion is not None
    mixed = protocol.conduct.stratify is not None
    mixed |= isinstance(who.severity, FrozenMap) or "severity" in correlated(who.correlation)
    asked = {
        "person": chosen,
        "age": who.varies("age") or (chosen and who.age is not None),
        "sex": isinstance(who.sex, FrozenMap),
        "severity": chosen or mixed,
        "severity_class": chosen or mixed,
        "responder": _mixture(protocol) is not None,
    }
    return tuple(name for name in MEANING if asked[name])


def describe_people(
    protocol: Protocol, cohorts: Sequence[Cohort]
) -> dict[str, list[NDArray[np.generic]]]:
    """Return each variable that `variables_of` names as one array (S,) a cohort."""
    found: dict[str, list[NDArray[np.generic]]] = {}
    for name in variables_of(protocol):
        if name == "person":
            found[name] = [cohort.person for cohort in cohorts]
        elif name == "age":
            found[name] = [_known(cohort.age) / YEAR for cohort in cohorts]
        elif name == "sex":
            found[name] = [_known(cohort.sex) for cohort in cohorts]
        elif name == "severity":
            found[name] = [cohort.severity for cohort in cohorts]
        elif name == "responder":
            found[name] = [_responds(protocol, cohort) for cohort in cohorts]
        else:
            found[name] = [grade_of(protocol.condition, cohort.severity) for cohort in cohorts]
    return found


def _mixture(protocol: Protocol) -> Responders | None:
    """Return what makes responders in this trial; None where nothing does, or several things."""
    found = mixtures(protocol.arms, protocol.treatments)
    return next(iter(found.values())) if len(found) == 1 else None


def _responds(protocol: Protocol, cohort: Cohort) -> NDArray[np.int8]:
    """Return 1 or 0 (S,); the trait is a person's own, with the treatment or without."""
    mixture = _mixture(protocol)
    assert mixture is not None
    names = (cohort.seed, cohort.replicate, cohort.person_stream, cohort.subject)
    return (mixture.drawn(*names) < mixture.share.value).astype(np.int8)


def _known(values: NDArray | None) -> NDArray:  # type: ignore[type-arg]
    assert values is not None
    return values
