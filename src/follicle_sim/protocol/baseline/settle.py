"""Find the severity, or the number of follicles, that gives the baseline a scenario states.

Severity comes first: between the mildest and the worst grade of the condition it is the natural
difference between people with fewer hairs and with more. Where the scenario gives a severity, where
the condition has no grades, or where no grade shows so many hairs or so few, it is the follicles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from follicle_sim.base.units import format_quantity
from follicle_sim.biology.condition import Condition
from follicle_sim.protocol.baseline.criteria import contradiction, too_rare
from follicle_sim.protocol.baseline.expect import (
    Question,
    Sample,
    count_baseline,
    mean_baseline,
    sample_of,
)
from follicle_sim.scenario.fields.baseline import Stated
from follicle_sim.scenario.tables.population import Population

DIGITS = 4
"""Significant digits of what is set, so that machines whose logarithms differ agree."""

SEVERITY_TOLERANCE = 2e-4
"""Of the logarithm of severity at which the search ends; a count then moves by 0.02 %."""

FEWEST, MOST = 1.0, 2000.0
"""Follicles per area that may be set, cm-2; a scenario file allows the same most."""


@dataclass(frozen=True)
class Met:
    """A baseline met.

    Parameters
    ----------
    stated
        What the scenario says was counted.
    severity
        What was set, a multiple; None where it is the scenario's own.
    follicle_density
        Follicles per area, cm-2, set or not.
    set_density
        Whether follicles were set.
    expected
        Mean count at baseline with these, cm-2.
    operators
        Mean factor of the trial's own operators on counts; 1 where they were not looked at.
    """

    stated: Stated
    severity: float | None
    follicle_density: float
    set_density: bool
    expected: float
    operators: float = 1.0

    def population(self, who: Population) -> Population:
        """Return a population with what was set in its places."""
        changes: dict[str, object] = {"follicle_density": self.follicle_density}
        if self.severity is not None:
            changes["severity"] = self.severity
        return who.model_copy(update=changes)


def search(question: Question, stated: Stated) -> Met:
    """Return what is to be set for a stated baseline.

    Raises
    ------
    ValueError
        With what is wrong, in plain words.
    """
    if reason := contradiction(question, stated):
        raise ValueError(reason)
    met, eligible = _settle(question, stated)
    if reason := too_rare(question, stated, eligible):
        raise ValueError(reason)
    return met


def _settle(question: Question, stated: Stated) -> tuple[Met, float]:
    """Return what is set, and the share of people who then meet a criterion of hair density."""
    who, condition = question.population, question.condition
    density = who.scalp_density
    if who.severity is not None or not _has_grades(condition):
        if who.follicle_density is not None:
            raise ValueError(
                f"found beside follicle_density; {condition.name} has no grades, so follicles "
                "settle how many hairs are counted; leave one of them out"
            )
        return _by_follicles(question, stated, None, sample_of(question, None))
    for ends in (_mildest_and_worst(condition), _mildest_and_worst_eligible(question)):
        samples = [sample_of(question, severity) for severity in ends]
        counts = [mean_baseline(question, sample, density, stated.variable) for sample in samples]
        if not any(math.isnan(count) for count in counts):
            break
    else:
        raise ValueError(
            "nobody meets the criteria of inclusion at the mildest or the worst severity; widen one"
        )
    if counts[0] > stated.density > counts[1]:
        return _by_severity(question, stated, density, ends)
    if who.follicle_density is not None:
        raise ValueError(_out_of_reach(question, stated, counts))
    worst = stated.density <= counts[1]
    return _by_follicles(question, stated, ends[worst], samples[worst])


def _by_severity(
    question: Question, stated: Stated, density: float, ends: tuple[float, float]
) -> tuple[Met, float]:
    def excess(log_severity: float) -> float:
        sample = sample_of(question, math.exp(log_severity))
        return mean_baseline(question, sample, density, stated.variable) - stated.density

    root = _root(excess, math.log(ends[0]), math.log(ends[1]), xtol=SEVERITY_TOLERANCE)
    severity = _rounded(math.exp(root))
    counted = count_baseline(question, sample_of(question, severity), density, stated.variable)
    return Met(stated, severity, density, False, counted.mean), counted.eligible


def _by_follicles(
    question: Question, stated: Stated, severity: float | None, sample: Sample
) -> tuple[Met, float]:
    def count(density: float) -> float:
        return mean_baseline(question, sample, density, stated.variable)

    # how many follicles there are moves who is let in at a count, so this is no mere proportion
    most = stated.density
    while most < MOST and not count(most) >= stated.density:
        most = min(MOST, 1.5 * most)
    if not count(most) >= stated.density:
        raise ValueError(
            f"no scalp of up to {format_quantity(MOST, 'density')} follicles shows so many hairs: "
            f"{question.instrument.method} counts at most {count(MOST):.4g} cm-2"
        )
    density = _rounded(_crossing(count, stated.density, most))
    counted = count_baseline(question, sample, density, stated.variable)
    return Met(stated, severity, density, True, counted.mean), counted.eligible


def _crossing(count: Callable[[float], float], target: float, most: float) -> float:
    """Return the follicles per area, at most `most`, at which a count meets the target."""

    def excess(density: float) -> float:
        number = count(density)
        return -target if math.isnan(number) else number - target

    least = most
    while least > FEWEST and excess(least) > 0.0:
        least = max(FEWEST, 0.5 * least)
    if excess(least) > 0.0:
        raise ValueError("no scalp shows so few hairs to those who are let in; widen the criteria")
    return _root(excess, least, most, rtol=1e-6) if least < most else most


def _root(function: Callable[[float], float], low: float, high: float, **ends: float) -> float:
    # a fifth of a second to import, which scenarios that state no baseline are spared
    from scipy.optimize import brentq

    return float(brentq(function, low, high, **ends))


def _out_of_reach(question: Question, stated: Stated, counts: list[float]) -> str:
    condition, who = question.condition, question.population
    names = sorted(condition.severities, key=lambda name: condition.severities[name])
    assert who.follicle_density is not None
    return (
        f"with {format_quantity(who.follicle_density, 'density')} follicles {names[0]} shows "
        f"{counts[0]:.4g} cm-2 and {names[-1]} {counts[1]:.4g} cm-2; allowed: a count between, "
        "or leave out follicle_density, which is then set too"
    )


def _has_grades(condition: Condition) -> bool:
    low, high = _mildest_and_worst(condition)
    return condition.androgen_sensitive and 0.0 < low < high


def _mildest_and_worst(condition: Condition) -> tuple[float, float]:
    values = condition.severities.values()
    return min(values), max(values)


def _mildest_and_worst_eligible(question: Question) -> tuple[float, float]:
    """Return the mildest and the worst of the grades that may take part."""
    condition, inclusion = question.condition, question.population.inclusion
    if inclusion is None or inclusion.severity is None:
        return _mildest_and_worst(condition)
    grades = list(condition.severities)
    first, last = (grades.index(grade) for grade in inclusion.severity)
    values = [condition.severities[grade] for grade in grades[first : last + 1]]
    return min(values), max(values)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
