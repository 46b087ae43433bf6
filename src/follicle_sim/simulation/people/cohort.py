"""People drawn from a protocol: who is in an arm, and how they differ.

Every trait is a pure function of the seed and the person's name, so neither the number of subjects
nor the other arms have any influence on it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Floats, Names
from follicle_sim.base.units import YEAR
from follicle_sim.protocol.baseline.people import EvenDraws
from follicle_sim.protocol.follicles import count_follicles
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.streams import POOL, stream_of
from follicle_sim.protocol.traits import Draws, grade_of


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
    def draw_names(self) -> DrawNames:
        """What names the draws of these persons, as apart from those of their follicles."""
        return DrawNames(self.seed, self.replicate, self.person_stream, self.subject)

    @property
    def person(self) -> NDArray[np.int64]:
        """Return the name (S,) of each person in the draws: equal in two arms, the same person."""
        # 24 bits and 29: the name survives a turn into a float
        return np.asarray(self.person_stream * 2**29 + self.subject)


def draw_cohort(
    protocol: Protocol, arm: PlannedArm, replicate: int, subject: Names | None = None
) -> Cohort:
    """Draw the subjects of one arm of a protocol.

    In a stratified trial the people are first allocated in blocks, and those of the arm kept.

    subject : names of the people of the arm's source; by default 0, 1, ... as many as are sought.

    Raises
    ------
    InputError
        If nobody is allocated to the arm.
    """
    if subject is None:
        subject = np.arange(arm.sought)
    people = draw_people(protocol, arm, replicate, subject)
    if protocol.conduct.stratify is None:
        return people
    condition = protocol.condition
    grades = list(condition.severities)
    classes = np.array([grades.index(grade) for grade in grade_of(condition, people.severity)])
    mine = allocate(classes, protocol.sizes, seed=protocol.seed, replicate=replicate) == arm.index
    if not mine.any():
        message = (
            f"nobody was allocated to arms[{arm.index}] in replicate {replicate}; raise the number"
        )
        raise InputError(protocol.source.origin, [Problem("population.subjects", message)])
    return keep_people(people, mine)


def draw_people(protocol: Protocol, arm: PlannedArm, replicate: int, subject: Names) -> Cohort:
    """Draw people by name, candidates for one of the arms of a protocol.

    Traits are log-normal around the population's values, with its coefficients of variation. For
    expected values people are spread evenly over them instead, and no longer drawn.

    subject : (S,) names of the people.
    """
    population, seed = protocol.population, protocol.seed
    names = (population, seed, replicate, arm.streams.person, subject)
    draws = EvenDraws(*names, shift=True) if protocol.on_average else Draws(*names)
    density = population.scalp_density * draws.multiplier("follicle_density")
    follicles, area = count_follicles(population, density)
    return Cohort(
        seed=seed,
        replicate=replicate,
        stream=arm.streams.follicle,
        subject=subject,
        follicles=follicles.astype(np.int64),
        area=area,
        severity=draws.severity(protocol.condition),
        progression=draws.multiplier("progression"),
        growth=draws.multiplier("growth"),
        potency=draws.multiplier("potency"),
        pace=draws.pace(),
        age=draws.age(),
        sex=draws.sex(),
        person_stream=arm.streams.person,
        calendar=recruited(protocol, arm, replicate, subject),
    )


def recruited(protocol: Protocol, arm: PlannedArm, replicate: int, subject: Names) -> Floats | None:
    """Return the day of the year of each baseline visit, 1 January being 0; None without dates.

    Evenly between the opening of recruitment and its closing, in years of 365.25 days.
    """
    calendar = protocol.conduct.recruitment
    if calendar is None:
        return None
    where = (protocol.seed, replicate, arm.streams.person)
    u = uniforms(*where, subject, SUBJECT_LEVEL, 0, int(Decision.RECRUITED))
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
    for key in np.unique(classes):
        members = np.flatnonzero(classes == key)
        block = np.arange(-(-members.size // places.size))[:, None]
        place = np.arange(places.size)[None, :]
        name = (stream_of(POOL), block, int(key), place, int(Decision.ALLOCATION))
        order = np.argsort(uniforms(seed, replicate, *name), axis=1, kind="stable")
        arms[members] = places[order].ravel()[: members.size]
    return arms


def keep_people(cohort: Cohort, which: NDArray[np.bool_]) -> Cohort:
    """Return the people of a cohort that a mask (S,) picks; their names stay theirs."""
    people = cohort.subject.size
    picked: dict[str, Any] = {
        field.name: value[which]
        for field in fields(cohort)
        if isinstance(value := getattr(cohort, field.name), np.ndarray) and len(value) == people
    }
    return replace(cohort, **picked)
