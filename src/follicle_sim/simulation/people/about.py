"""What a result says of its people: names in the draws, ages, severities, grades and sex.

Only what the scenario lets differ, or asks of its candidates, is said; a result of people without
such traits holds no such variable.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.protocol.traits import grade_of
from follicle_sim.results.expected import donors_of, mixture_of, variables_of
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.own_blood import donor_strength


def describe_people(
    protocol: Protocol, cohorts: Sequence[Cohort]
) -> dict[str, list[NDArray[np.generic]]]:
    """Return each variable that `variables_of` names as one array (S,) a cohort."""
    variables: dict[str, list[NDArray[np.generic]]] = {}
    for name in variables_of(protocol):
        if name == "person":
            variables[name] = [cohort.person for cohort in cohorts]
        elif name == "age":
            variables[name] = [_known(cohort.age) / YEAR for cohort in cohorts]
        elif name == "sex":
            variables[name] = [_known(cohort.sex) for cohort in cohorts]
        elif name == "severity":
            variables[name] = [cohort.severity for cohort in cohorts]
        elif name == "responder":
            variables[name] = [_responds(protocol, cohort) for cohort in cohorts]
        elif name == "duration":
            variables[name] = [_lasted(protocol, cohort) for cohort in cohorts]
        elif name == "donor":
            variables[name] = [_donor(protocol, cohort) for cohort in cohorts]
        elif name in ("progression", "growth", "potency"):
            variables[name] = [getattr(cohort, name) for cohort in cohorts]
        else:
            variables[name] = [grade_of(protocol.condition, cohort.severity) for cohort in cohorts]
    return variables


def _responds(protocol: Protocol, cohort: Cohort) -> NDArray[np.int8]:
    """Return 1 or 0 (S,); the trait is a person's own, with the treatment or without."""
    mixture = mixture_of(protocol)
    assert mixture is not None
    return (mixture.draw(cohort.draw_names) < mixture.share.value).astype(np.int8)


def _lasted(protocol: Protocol, cohort: Cohort) -> Floats:
    """Return how long (S,) miniaturisation has taken to grow to what it is at baseline, years.

    M(0) / (progression of the person): it grows linearly at an untreated DHT (model 5.2).
    """
    start = protocol.parameters["severity"] * cohort.severity
    return np.asarray(start / (protocol.parameters["progression"] * cohort.progression) / YEAR)


def _donor(protocol: Protocol, cohort: Cohort) -> Floats:
    """Return the strength (S,) of what is made of each person's blood, treated with it or not."""
    strength = np.ones(cohort.subject.size)
    for treatment in list(donors_of(protocol).values())[:1]:
        strength = strength * donor_strength(protocol, treatment, cohort)
    return strength


def _known(values: NDArray | None) -> NDArray:  # type: ignore[type-arg]
    assert values is not None
    return values
