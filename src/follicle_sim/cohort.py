"""People drawn from a scenario: who is in an arm, and how they differ.

Every trait is a pure function of the seed and the person's name, so neither the number of subjects
nor the other arms have any influence on it.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.biology.conditions import load_condition
from follicle_sim.errors import InputError, Problem
from follicle_sim.scenario.model import Scenario
from follicle_sim.traits import Draws

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cohort:
    """The subjects of one arm in one replicate; arrays are (S,) unless they say more."""

    seed: int
    replicate: int
    stream: int  # 0 when all arms hold the same people, else a name of the arm
    subject: NDArray[np.int64]
    follicles: NDArray[np.int64]
    area: Floats  # of the patch that holds these follicles, cm2
    severity: Floats  # multiple of the fitted baseline miniaturisation
    progression: Floats  # multiple of the mean progression
    growth: Floats  # multiple of the mean growth rate
    potency: Floats  # multiple of every effect of a treatment
    pace: Floats  # (S, 3) log speed added to the anagen, telogen and kenogen clocks
    age: Floats | None = None  # at baseline, day
    sex: NDArray[np.str_] | None = None
    calendar: Floats | None = None  # day of the year of each baseline visit; None: no season


def stream_of(label: str) -> int:
    """Return the 24-bit name of an arm in the random draws; 0 is kept for shared subjects."""
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:3], "big") or 1


def check_streams(labels: tuple[str, ...]) -> None:
    """Refuse arm labels whose 24-bit names coincide (one pair in sixteen million)."""
    seen: dict[int, str] = {}
    for index, label in enumerate(labels):
        other = seen.setdefault(stream_of(label), label)
        if other != label:
            message = f'"{label}" and "{other}" would share their random draws; rename one'
            raise InputError("scenario", [Problem(f"arms[{index}].label", message)])


def draw_cohort(
    scenario: Scenario,
    arm: int,
    replicate: int,
    seed: int,
    subject: NDArray[np.int64] | None = None,
) -> Cohort:
    """Draw the subjects of one arm.

    In a counterfactual design every arm holds the same people; in a parallel design each arm has
    people of its own. Traits are log-normal around the scenario's values, with the coefficients of
    variation of `population.spread`.

    subject : (S,) names of the people; by default 0, 1, ... as many as the scenario has subjects.
    """
    population = scenario.population
    parallel = scenario.design.kind == "parallel"
    stream = stream_of(scenario.arms[arm].label) if parallel else 0
    if subject is None:
        subject = np.arange(population.subjects)
    draws = Draws(population, seed, replicate, stream, subject)
    density = population.follicle_density * draws.multiplier("follicle_density")
    if population.follicles is None:
        counted = np.maximum(1.0, np.rint(density * population.target_area))
        area = np.full(subject.size, population.target_area)
    else:
        counted = np.full(subject.size, float(population.follicles))
        area = counted / density
    return Cohort(
        seed=seed,
        replicate=replicate,
        stream=stream,
        subject=subject,
        follicles=counted.astype(np.int64),
        area=area,
        severity=draws.severity(load_condition(population.condition)),
        progression=draws.multiplier("progression"),
        growth=draws.multiplier("growth"),
        potency=draws.multiplier("potency"),
        pace=draws.pace(),
        age=draws.age(),
        sex=draws.sex(),
    )
