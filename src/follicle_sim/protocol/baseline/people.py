"""People who stand for all that a population may hold: evenly spread over the laws of its traits.

The traits are those of every run (`protocol.traits`); only the standard normal draws are others.
They are the points of a lattice, which average a smooth function far better than chance does: 256
of them are worth some hundred thousand people drawn at random, and they are always the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Flags, Floats, Names
from follicle_sim.base.units import YEAR
from follicle_sim.biology.condition import Condition
from follicle_sim.protocol.traits import Draws, grade_of
from follicle_sim.scenario.fields.correlation import correlated
from follicle_sim.scenario.rules.eligible import sexes_of
from follicle_sim.scenario.tables.design import Recruitment
from follicle_sim.scenario.tables.population import Population

PEOPLE = 256
"""People who stand for a population; a test shows that 30 times as many move no mean by 0.2 %."""

COPIES = 16
"""Copies of each person, with other density and luck, where a count decides who is let in."""


CANDIDATES = 1 << 15
"""People among whom those who meet the criteria of inclusion are looked for."""

DIMENSIONS = {
    Decision.SEVERITY: 2,
    Decision.SEVERITY_GRADE: 3,
    Decision.FOLLICLE_DENSITY: 5,
    Decision.PROGRESSION: 7,
    Decision.ANAGEN_LENGTH: 11,
    Decision.TELOGEN_LENGTH: 13,
    Decision.KENOGEN_LENGTH: 17,
    Decision.GROWTH: 19,
    Decision.AGE: 23,
    Decision.POTENCY: 29,
    Decision.RECRUITED: 31,
    Decision.READER: 37,
    Decision.HEALTH: 41,
}
"""A prime number for each draw: its root steps through the unit interval evenly, and the roots of
all of them through the cube (Niederreiter 1992, Random Number Generation and Quasi-Monte Carlo
Methods, section 3.1)."""


@dataclass(frozen=True)
class EvenDraws(Draws):
    """Draws of people that are spread evenly; person i is point i of the lattice.

    With copies, several in a row are the same person but for density and luck.
    """

    copies: int = 1
    shift: bool = False  # by a random part of the interval, which the seed and replicate name

    def normal(self, decision: Decision) -> Floats:
        """Return (S,) standard normal scores."""
        return np.asarray(ndtri(self.uniform(decision)))

    def uniform(self, decision: Decision) -> Floats:
        """Return (S,) numbers between 0 and 1."""
        step = np.sqrt(DIMENSIONS[decision])
        own = decision in (Decision.FOLLICLE_DENSITY, Decision.READER)
        point = self.subject if own else self.subject // self.copies
        turn = (point + 1.0) * step
        if self.shift:
            name = (self.seed, self.replicate, 0, 0, SUBJECT_LEVEL, int(decision))
            turn = turn + uniforms(*name, int(Decision.LATTICE))
        turn = turn % 1.0
        # folded, so that both ends of the lattice meet: even for means of what is not periodic
        return np.asarray(np.clip(np.abs(2.0 * turn - 1.0), 1e-9, 1.0 - 1e-9))


@dataclass(frozen=True)
class EvenPeople:
    """Traits of people who stand for a population, arrays (S,) as in a cohort.

    So many in a row as there are copies differ in density and luck alone.
    """

    copies: int
    severity: Floats
    density: Floats  # multiple of the population's follicles per area
    progression: Floats
    growth: Floats
    pace: Floats  # (S, 3)
    calendar: Floats | None
    potency: Floats  # multiple of every effect
    luck: Floats  # standard normal: how many of a person's follicles happen to show a hair
    age: Floats | None = None  # day, at baseline


def even_people(
    population: Population,
    condition: Condition,
    recruitment: Recruitment | None,
    *,
    differ: bool = False,
) -> EvenPeople:
    """Return people who meet the criteria on traits; none where nobody does.

    differ : whether they differ in what doses before baseline do to them, whatever their traits
    """
    inclusion = population.inclusion
    screened = inclusion is not None and inclusion.hair_density is not None
    linked = "follicle_density" in correlated(population.correlation)
    size = PEOPLE if inclusion is None else CANDIDATES
    of_all_ages = condition.follows_age and population.varies("age")
    if _alike(population, recruitment) and not (of_all_ages or differ):
        size = 1
    first = _draws(population, np.arange(size, dtype=np.int64))
    eligible = np.flatnonzero(_eligible(population, condition, first))[:PEOPLE]
    copies = COPIES if screened and not linked else 1
    several = (eligible[:, None] * copies + np.arange(copies)).ravel()
    draws = _draws(population, several, copies)
    calendar = None
    if recruitment is not None:
        day = recruitment.opens + recruitment.lasts * draws.uniform(Decision.RECRUITED)
        calendar = np.asarray(day % YEAR)
    # where density goes with nothing, its mean is all that counts, and that is exact
    matters = screened or linked
    return EvenPeople(
        copies=copies,
        severity=draws.severity(condition),
        density=draws.multiplier("follicle_density") if matters else np.ones(several.size),
        progression=draws.multiplier("progression"),
        growth=draws.multiplier("growth"),
        pace=draws.pace(),
        calendar=calendar,
        potency=draws.multiplier("potency"),
        luck=draws.normal(Decision.READER),
        age=draws.age(),
    )


def _draws(population: Population, people: Names, copies: int = 1) -> EvenDraws:
    return EvenDraws(population, seed=0, replicate=0, stream=0, subject=people, copies=copies)


def _alike(population: Population, recruitment: Recruitment | None) -> bool:
    """Tell whether everybody of a population is the same."""
    varied = [trait for trait in population.variation if population.varies(trait)]
    dated = recruitment is not None and recruitment.lasts > 0.0
    return not varied and not dated


def _eligible(population: Population, condition: Condition, draws: EvenDraws) -> Flags:
    """Tell who meets the criteria of age, health and grade (S,).

    Sex goes with no trait of the scalp, but what keeps people out goes with sex and age.
    """
    fits = np.ones(draws.subject.size, np.bool_)
    inclusion = population.inclusion
    if inclusion is None:
        return fits
    if inclusion.age is not None:
        age = draws.age()
        assert age is not None
        fits &= (age >= inclusion.age[0]) & (age <= inclusion.age[1])
    if inclusion.exclude:
        fits &= draws.uniform(Decision.HEALTH) < _healthy(population, draws)
    if inclusion.severity is not None:
        grades = list(condition.severities)
        first, last = (grades.index(grade) for grade in inclusion.severity)
        fits &= np.isin(grade_of(condition, draws.severity(condition)), grades[first : last + 1])
    return fits


def _healthy(population: Population, draws: EvenDraws) -> Floats:
    """Return how likely each person (S,) has none of the states of health that keep people out.

    Of the sex that is let in; people of both have the same scalps.
    """
    inclusion, age = population.inclusion, draws.age()
    assert inclusion is not None
    shares = {sex: w for sex, w in sexes_of(population).items() if inclusion.sex in (None, sex)}
    total = np.zeros(draws.subject.size)
    for sex, weight in shares.items():
        sexes = np.full(draws.subject.size, sex) if sex else None
        none = np.full(draws.subject.size, weight / sum(shares.values()))
        for state in inclusion.exclude:
            none = none * (1.0 - population.prevalence(state, age, sexes))
        total = total + none
    return total
