"""What people are like: traits drawn from the laws of a population, each by its person's name.

Every trait has a standard normal draw of its own, named by the person and the trait. Correlated
traits mix these draws (`scenario.correlation`); the marginal law of each stays what it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.numerics import log_array, lognormal_multipliers, normals, uniforms
from follicle_sim.base.types import Flags, Floats, Names
from follicle_sim.biology.causes import Patches
from follicle_sim.biology.condition import Condition
from follicle_sim.pharmacology.dosing import word
from follicle_sim.scenario.fields.correlation import mixing
from follicle_sim.scenario.fields.laws import OLDEST
from follicle_sim.scenario.tables.population import Population

DECISIONS = {
    "age": Decision.AGE,
    "severity": Decision.SEVERITY,
    "follicle_density": Decision.FOLLICLE_DENSITY,
    "progression": Decision.PROGRESSION,
    "potency": Decision.POTENCY,
    "growth": Decision.GROWTH,
    "anagen": Decision.ANAGEN_LENGTH,
    "telogen": Decision.TELOGEN_LENGTH,
    "kenogen": Decision.KENOGEN_LENGTH,
}
"""The draw of each trait, in the order of `scenario.correlation.TRAITS`."""

PACED = ("anagen", "telogen", "kenogen")


@dataclass(frozen=True)
class Draws:
    """Standard normal draws of people by trait, correlated as a population says."""

    population: Population
    seed: int
    replicate: int
    stream: int
    subject: Names  # (S,)

    def normal(self, decision: Decision) -> Floats:
        """Return (S,) independent standard normal draws."""
        names = (self.seed, self.replicate, self.stream, self.subject, SUBJECT_LEVEL, 0)
        return normals(*names, int(decision))

    def score(self, trait: str) -> Floats:
        """Return (S,) standard normal scores of a trait."""
        traits, factor = mixing(self.population.correlation)
        if trait not in traits:
            return self.normal(self._decision(trait))
        row = factor[traits.index(trait)]
        total = np.zeros(self.subject.size)
        for other, weight in zip(traits, row, strict=True):
            if weight != 0.0:
                total = total + weight * self.normal(self._decision(other))
        return total

    def multiplier(self, trait: str) -> Floats:
        """Return (S,) log-normal multipliers of mean 1; exactly 1 where the trait has no spread."""
        cv = self.population.variation[trait]
        if cv == 0.0:
            return np.ones(self.subject.size)
        return lognormal_multipliers(cv, self.score(trait))

    def _decision(self, trait: str) -> Decision:
        # A mixture of grades is drawn by a score of its own, and that is the one that correlates:
        # the spread within a grade is luck.
        if trait == "severity" and isinstance(self.population.severity, FrozenMap):
            return Decision.SEVERITY_GRADE
        return DECISIONS[trait]

    def severity(self, condition: Condition) -> Floats:
        """Return (S,) multiples of the fitted baseline miniaturisation.

        Of a condition with patches, the percentage of the scalp that they cover: even within a
        grade.
        """
        shares = self.population.severity
        if condition.patches is not None:
            return self._extent(condition, condition.patches)
        if not isinstance(shares, FrozenMap):
            return condition.severity(shares) * self.multiplier("severity")
        severity = condition.grades
        grades = [name for name in severity if shares.get(name, 0.0) > 0.0]
        ends = np.cumsum([shares[name] for name in grades])
        which = np.searchsorted(ends[:-1], probability(self.score("severity")))
        middle = np.array([severity[name] for name in grades])[which]
        within = lognormal_multipliers(
            self.population.variation["severity"], self.normal(Decision.SEVERITY)
        )
        return np.asarray(middle * within)

    def _extent(self, condition: Condition, patches: Patches) -> Floats:
        """Return (S,) percentages of the scalp that are bare."""
        law = self.population.severity
        if isinstance(law, (int, float)):
            return np.minimum(100.0, float(law) * self.multiplier("severity"))
        grades = list(condition.severities)
        one = condition.default_severity if law is None else law
        mixture: Mapping[str, float] = {one: 1.0} if isinstance(one, str) else one
        ends = np.cumsum([mixture.get(grade, 0.0) for grade in grades])
        which = np.searchsorted(ends[:-1], probability(self.score("severity")), side="right")
        # grades that nobody has end where the one before does: the last of equal ends is not theirs
        low = np.array(patches.least)
        high = np.append(low[1:], 100.0)
        within = probability(self.normal(Decision.SEVERITY))
        return np.asarray(low[which] + (high - low)[which] * within)

    def age(self) -> Floats | None:
        """Return (S,) ages at baseline, day, or None where the population gives none."""
        law = self.population.age
        if law is None:
            return None
        if isinstance(law, FrozenMap):
            return np.clip(law["mean"] + law["sd"] * self.score("age"), 0.0, OLDEST)
        if isinstance(law, tuple):
            return law[0] + (law[1] - law[0]) * probability(self.score("age"))
        return np.full(self.subject.size, law)

    def sex(self) -> NDArray[np.str_] | None:
        """Return (S,) "male" or "female", or None where the population does not say."""
        law: str | Mapping[str, float] | None = self.population.sex
        if law is None:
            return None
        share = law.get("female", 0.0) if isinstance(law, Mapping) else float(law == "female")
        names = (self.seed, self.replicate, self.stream, self.subject, SUBJECT_LEVEL, 0)
        return np.where(uniforms(*names, int(Decision.SEX)) < share, "female", "male")

    def has(self, state: str) -> Flags:
        """Return who (S,) has a state of health, by name; each is drawn by itself."""
        share = self.population.prevalence(state, self.age(), self.sex())
        names = (self.seed, self.replicate, self.stream, self.subject, SUBJECT_LEVEL)
        return np.asarray(uniforms(*names, word(state), int(Decision.HEALTH)) < share)

    def pace(self) -> Floats:
        """Return (S, 3) log speed of the anagen, telogen and kenogen clocks of each person.

        Their mean durations are log-normal with mean 1: a clock that runs slower lasts longer.
        """
        out = np.zeros((self.subject.size, len(PACED)))
        for column, trait in enumerate(PACED):
            cv = self.population.variation[trait]
            if cv > 0.0:
                out[:, column] = -log_multipliers(cv, self.score(trait))
        return out


def log_multipliers(cv: float, z: Floats) -> Floats:
    """Return the logarithms of log-normal multipliers of mean 1 and coefficient of variation cv."""
    variance = log_array(1.0 + cv * cv)
    return np.asarray(z * np.sqrt(variance) - 0.5 * variance)


def probability(score: Floats) -> Floats:
    """Return the share of people below a standard normal score.

    Rounded to 12 decimals, so that another version of the special function gives the same bits.
    """
    return np.asarray(np.round(ndtr(score), 12))


def grade_of(condition: Condition, severity: Floats) -> NDArray[np.str_]:
    """Return the grade each person would be given: the nearest one on a scale of ratios.

    Of a condition with patches, the grade that its percentage of the scalp lies in.

    Between two grades lies the geometric mean of their multiples, as severity multiplies.

    Parameters
    ----------
    severity : (S,) multiples, as `Draws.severity`
    """
    names = np.array(list(condition.severities))
    if condition.patches is not None:
        return np.asarray(names[condition.patches.grade(severity)])
    values = np.array([condition.severities[name] for name in names])
    order = np.argsort(values, kind="stable")
    ends = np.sqrt(values[order][1:] * values[order][:-1])
    return names[order][np.searchsorted(ends, severity, side="right")]
