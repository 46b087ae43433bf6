"""How likely a person of a population meets each criterion of inclusion, from the laws alone.

Nobody is drawn. Each criterion is looked at by itself: a correlation moves how often several are
met together, never how often one is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from statistics import NormalDist

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.base.units import format_quantity
from follicle_sim.biology.condition import Condition
from follicle_sim.scenario.fields.laws import OLDEST, Age, AgeLaw
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.scenario.tables.population import Population

RARE = 1e-6
"""Smallest share of eligible people for which a screening is begun; fewer are hardly ever found."""

AGES = 400
"""Ages that stand for a law of ages, where how many people have a state of health goes with age."""

FARTHEST = 8.5
"""No standard normal draw of 53 bits lies farther out."""


def eligibility_problems(
    who: Population, instrument: Instrument, dosed: bool
) -> list[tuple[Path, str]]:
    """Return the criteria that nobody, or hardly anybody, of a population can meet.

    Parameters
    ----------
    who, instrument
        Parts of a scenario.
    dosed
        Whether people may be given something before they are counted.
    """
    problems: list[tuple[Path, str]] = []
    for name, share in shares_eligible(who, instrument, dosed).items():
        if share >= RARE:
            continue
        often = "nobody" if share == 0.0 else f"about one person in {1.0 / share:.2g}"
        message = f"{often} of this population meets it: {_law(who, name)}; widen one of the two"
        excluded = who.inclusion is not None and name in who.inclusion.exclude
        place = ("exclude",) if excluded else (name,)
        problems.append((("population", "inclusion", *place), message))
    return problems


def shares_eligible(who: Population, instrument: Instrument, dosed: bool) -> dict[str, float]:
    """Return the share of people that meets each criterion in use, 0 to 1.

    That of hair density is an upper limit: a scalp shows no more hairs than it has follicles.
    """
    inclusion, shares = who.inclusion, dict[str, float]()
    if inclusion is None:
        return shares
    if inclusion.age is not None and who.age is not None:
        shares["age"] = share_of_ages(who.age, *inclusion.age)
    if inclusion.sex is not None and who.sex is not None:
        one = isinstance(who.sex, str)
        shares["sex"] = float(who.sex == inclusion.sex) if one else who.sex.get(inclusion.sex, 0.0)  # type: ignore[union-attr]
    for name in inclusion.exclude:
        if not who.health_problem(name):
            shares[name] = share_without(who, name)
    condition = who.disease
    sought = who.stated is not None  # severity or follicles are set later
    if (
        inclusion.severity is not None
        and condition.patches is None
        and not (sought and not who.severity)
    ):
        shares["severity"] = share_of_grades(who, condition, inclusion.severity)
    dense = inclusion.hair_density is not None and not (sought and who.follicle_density is None)
    if dense and not dosed and not may_add(instrument):
        assert inclusion.hair_density is not None
        shares["hair_density"] = _share_dense(who, instrument, inclusion.hair_density[0])
    return shares


def share_of_ages(law: AgeLaw, low: float, high: float) -> float:
    """Return the share of ages between two, ends included, day.

    Examples
    --------
    >>> share_of_ages((20.0, 40.0), 30.0, 60.0), share_of_ages(35.0, 36.0, 40.0)
    (0.5, 0.0)
    """
    if isinstance(law, tuple) and law[0] < law[1]:
        inside = min(high, law[1]) - max(low, law[0])
        return max(0.0, inside) / (law[1] - law[0])
    if isinstance(law, Mapping) and law["sd"] > 0.0:
        # ages below birth and above the oldest are moved to these
        below = -math.inf if low <= 0.0 else (low - law["mean"]) / law["sd"]
        above = math.inf if high >= OLDEST else (high - law["mean"]) / law["sd"]
        return _between(below, above)
    one = law["mean"] if isinstance(law, Mapping) else law[0] if isinstance(law, tuple) else law
    return float(low <= min(one, OLDEST) <= high)


def share_without(who: Population, name: str) -> float:
    """Return the share of people who do not have a state of health, of all ages and both sexes."""
    ages = None if who.age is None else even_ages(who.age)
    people = 1 if ages is None else ages.size
    total = 0.0
    for sex, weight in sexes_of(who).items():
        sexes = np.full(people, sex) if sex else None
        total += weight * float(np.mean(1.0 - who.prevalence(name, ages, sexes)))
    return total


def sexes_of(who: Population) -> Mapping[str, float]:
    """Return the share of each sex; one without a name where the population says nothing."""
    return who.sex if isinstance(who.sex, Mapping) else {who.sex or "": 1.0}


def even_ages(law: AgeLaw) -> Floats:
    """Return ages (`AGES`,) that stand for a law of ages, each for as many people, day."""
    middle = (np.arange(AGES) + 0.5) / AGES
    if isinstance(law, tuple):
        return np.asarray(law[0] + (law[1] - law[0]) * middle)
    if isinstance(law, Mapping):
        normal = NormalDist()
        scores = np.array([normal.inv_cdf(share) for share in middle])
        return np.clip(law["mean"] + law["sd"] * scores, 0.0, OLDEST)
    return np.full(AGES, law)


def share_of_grades(who: Population, condition: Condition, bounds: tuple[str, str]) -> float:
    """Return the share of people whose severity is nearest to one of the grades asked for."""
    names = list(condition.severities)
    if not set(bounds) <= set(names):
        return 1.0  # refused elsewhere
    allowed = names[names.index(bounds[0]) : names.index(bounds[1]) + 1]
    order = sorted(names, key=lambda name: condition.severities[name])
    edges = [
        math.sqrt(condition.severities[one] * condition.severities[two])
        for one, two in pairwise(order)
    ]
    ends = [0.0, *edges, math.inf]
    laws = {None: 1.0} if not isinstance(who.severity, Mapping) else who.severity
    total = 0.0
    for grade, weight in laws.items():
        mean = condition.severity(who.severity if grade is None else grade)
        for (low, high), name in zip(pairwise(ends), order, strict=True):
            if name in allowed:
                total += weight * _share_lognormal(mean, who.variation["severity"], low, high)
    return min(1.0, total)


def may_add(instrument: Instrument) -> bool:
    """Return whether a count may show hairs that are not there, but for a reader's error."""
    return (
        instrument.false_hairs > 0.0
        or instrument.count_bias > 1.0
        or instrument.border == "touching"
        or instrument.relocation > 0.0
        or instrument.operator_error > 0.0
        or instrument.match_error > 0.0
    )


def _share_dense(who: Population, instrument: Instrument, least: float) -> float:
    """Return the largest share of people that can show so many hairs per area, cm-2."""
    needed = least / (1.0 + FARTHEST * instrument.reader_error)
    if who.follicles is None:
        if needed <= 1.0 / who.target_area:
            return 1.0  # everybody has a follicle
        needed -= 0.5 / who.target_area  # follicles are whole
    cv = who.variation["follicle_density"]
    return _share_lognormal(who.scalp_density * who.local_density, cv, needed, math.inf)


def _share_lognormal(mean: float, cv: float, low: float, high: float) -> float:
    """Return the share of log-normal values from `low` up to, and not at, `high`."""
    if cv == 0.0 or mean <= 0.0:
        return float(low <= mean < high)
    sigma = math.sqrt(math.log1p(cv * cv))
    middle = math.log(mean) - sigma * sigma / 2

    def score(value: float) -> float:
        if value <= 0.0 or math.isinf(value):
            return -math.inf if value <= 0.0 else math.inf
        return (math.log(value) - middle) / sigma

    return _between(score(low), score(high))


def _between(low: float, high: float) -> float:
    """Return the share of standard normal values between two, 0 beyond what can be drawn."""
    if low >= FARTHEST or high <= -FARTHEST or high <= low:
        return 0.0
    if low > 0.0:
        low, high = -high, -low  # the tail that a double can tell from 0
    return 0.5 * (math.erfc(-high / math.sqrt(2.0)) - math.erfc(-low / math.sqrt(2.0)))


def _law(who: Population, name: str) -> str:
    """Return what a population is like in the trait that a criterion asks about, in words."""
    if name == "age":
        law = Age().write(who.age) if who.age is not None else ""
        if isinstance(law, list):
            return f"ages are {law[0]} to {law[1]}"
        if isinstance(law, Mapping):
            return f"ages have a mean of {law['mean']} and an SD of {law['sd']}"
        return f"everybody is {law} old"
    if name == "sex":
        words = {who.sex: 1.0} if isinstance(who.sex, str) else dict(who.sex or {})
        return "people are " + ", ".join(
            f"{100 * share:.3g} % {sex}" for sex, share in words.items()
        )
    if who.inclusion is not None and name in who.inclusion.exclude:
        return f"{100 * (1.0 - share_without(who, name)):.3g} % of people have {name}"
    trait = "severity" if name == "severity" else "follicle_density"
    cv = who.variation[trait]
    spread = f", varying by {100 * cv:.3g} %" if cv else ", the same for everybody"
    if trait == "severity":
        grades = who.severity if isinstance(who.severity, Mapping) else [who.severity]
        text = ", ".join(str(grade) for grade in grades if grade is not None)
        return f"severity is {text or 'that of the condition'}{spread}"
    density = format_quantity(float(f"{who.scalp_density * who.local_density:.4g}"), "density")
    return f"a scalp has {density} follicles{spread}"
