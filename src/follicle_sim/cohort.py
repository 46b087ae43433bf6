"""People drawn from a scenario: who is in an arm, and how they differ.

Every trait is a pure function of the seed and the person's name, so neither the number of subjects
nor the other arms have any influence on it.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.biology.conditions import load_condition
from follicle_sim.codes import SUBJECT_LEVEL, Decision
from follicle_sim.errors import InputError, Problem
from follicle_sim.numerics import uniforms
from follicle_sim.scenario.arrangement import arm_sizes, arrange
from follicle_sim.scenario.model import Scenario
from follicle_sim.traits import Draws, grade_of

Floats = NDArray[np.float64]
Names = NDArray[np.int64]

SHARED = ("counterfactual", "split_scalp")
"""Kinds in which every arm holds the same people."""

POOL = ""
"""Name, in the draws, of the candidates of a stratified trial; no arm can have it."""

YEAR = 365.25


@dataclass(frozen=True)
class Cohort:
    """The subjects of one arm in one replicate; arrays are (S,) unless they say more."""

    seed: int
    replicate: int
    stream: int  # of the follicles; 0 when all arms hold the same, else a name of the arm
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
    person_stream: int = 0  # as `stream`, for traits, drug response and visits of the person
    calendar: Floats | None = None  # day of the year of each baseline visit; None: no season

    @property
    def person(self) -> NDArray[np.int64]:
        """Return the name (S,) of each person in the draws: equal in two arms, the same person."""
        # 24 bits and 29: the name survives a turn into a float
        return np.asarray(self.person_stream * 2**29 + self.subject)


def stream_of(label: str) -> int:
    """Return the 24-bit name of an arm in the random draws; 0 is kept for shared subjects.

    label : `Arm.drawn_as` of the arm: its id, else its label
    """
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:3], "big") or 1


def check_streams(labels: tuple[str, ...]) -> None:
    """Refuse arm labels whose 24-bit names coincide (one pair in sixteen million)."""
    seen: dict[int, str] = {}
    for index, label in enumerate((POOL, *labels), start=-1):
        other = seen.setdefault(stream_of(label), label)
        if other != label:
            message = f'"{label}" and "{other}" would share their random draws; rename one'
            raise InputError("scenario", [Problem(f"arms[{index}].label", message)])


def streams(scenario: Scenario, arm: int) -> tuple[int, int]:
    """Return the streams of the persons and of the follicles of one of the arranged arms.

    In a counterfactual design every arm holds the same people; in a split scalp too, but each half
    has follicles of its own; otherwise each arm has people of its own. In a stratified trial all
    candidates come from one pool.
    """
    arranged = arrange(scenario)
    if arranged.design.kind == "counterfactual":
        return 0, 0
    if arranged.design.stratify is not None:
        return stream_of(POOL), stream_of(POOL)
    own = stream_of(arranged.arms[arm].drawn_as)
    return (0 if arranged.design.kind in SHARED else own), own


def wanted(scenario: Scenario, arm: int) -> int:
    """Return how many people the source of an arm's people is asked for."""
    sizes = arm_sizes(scenario)
    return sum(sizes) if scenario.design.stratify is not None else sizes[arm]


def draw_cohort(
    scenario: Scenario, arm: int, replicate: int, seed: int, subject: Names | None = None
) -> Cohort:
    """Draw the subjects of one arm, as numbered among the arranged arms.

    In a stratified trial the people are first allocated in blocks, and those of the arm kept.

    subject : names of the people of the arm's source; by default 0, 1, ... as many as are wanted.

    Raises
    ------
    InputError
        If nobody is allocated to the arm.
    """
    arranged = arrange(scenario)
    if subject is None:
        subject = np.arange(wanted(arranged, arm))
    people = draw_people(arranged, arm, replicate, seed, subject)
    if arranged.design.stratify is None:
        return people
    condition = load_condition(arranged.population.condition)
    grades = list(condition.severities)
    classes = np.array([grades.index(grade) for grade in grade_of(condition, people.severity)])
    mine = allocate(classes, arm_sizes(arranged), seed=seed, replicate=replicate) == arm
    if not mine.any():
        message = f"nobody was allocated to arms[{arm}] in replicate {replicate}; raise the number"
        raise InputError(scenario.origin, [Problem("population.subjects", message)])
    return chosen(people, mine)


def draw_people(scenario: Scenario, arm: int, replicate: int, seed: int, subject: Names) -> Cohort:
    """Draw people by name, candidates for one of the arranged arms.

    Traits are log-normal around the scenario's values, with the coefficients of variation of
    `population.spread`.

    subject : (S,) names of the people.
    """
    population = scenario.population
    person_stream, stream = streams(scenario, arm)
    draws = Draws(population, seed, replicate, person_stream, subject)
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
        person_stream=person_stream,
        calendar=recruited(scenario, subject, replicate, seed, person_stream),
    )


def recruited(
    scenario: Scenario, subject: NDArray[np.int64], replicate: int, seed: int, person_stream: int
) -> Floats | None:
    """Return the day of the year of each baseline visit, 1 January being 0; None without dates.

    Evenly between the opening of recruitment and its closing, in years of 365.25 days.
    """
    calendar = scenario.design.recruitment
    if calendar is None:
        return None
    u = uniforms(seed, replicate, person_stream, subject, SUBJECT_LEVEL, 0, int(Decision.RECRUITED))
    return np.asarray((calendar.opens + calendar.lasts * u) % YEAR)


def allocate(
    classes: NDArray[np.int64], weights: Sequence[int], *, seed: int, replicate: int
) -> NDArray[np.int64]:
    """Allocate candidates to arms by permuted blocks within each class.

    Who is in which arm depends on the candidates before, never on those after. In every class an
    arm has its share of all full blocks and at most one block's share more.

    Parameters
    ----------
    classes : (N,) class of each candidate, in the order they come
    weights : places of each arm in a block, before common factors are taken out

    Returns
    -------
    (N,) number of the arm
    """
    least = math.gcd(*weights)
    places = np.repeat(np.arange(len(weights)), [weight // least for weight in weights])
    arms = np.empty(classes.size, np.int64)
    for each in np.unique(classes):
        members = np.flatnonzero(classes == each)
        block = np.arange(-(-members.size // places.size))[:, None]
        place = np.arange(places.size)[None, :]
        name = (stream_of(POOL), block, int(each), place, int(Decision.ALLOCATION))
        order = np.argsort(uniforms(seed, replicate, *name), axis=1, kind="stable")
        arms[members] = places[order].ravel()[: members.size]
    return arms


def chosen(cohort: Cohort, which: NDArray[np.bool_]) -> Cohort:
    """Return the people of a cohort that a mask (S,) picks; their names stay theirs."""
    people = cohort.subject.size
    picked: dict[str, Any] = {
        field.name: value[which]
        for field in fields(cohort)
        if isinstance(value := getattr(cohort, field.name), np.ndarray) and len(value) == people
    }
    return replace(cohort, **picked)
