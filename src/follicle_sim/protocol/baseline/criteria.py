"""A criterion of hair density beside a stated count: can both be true of the same people?"""

from __future__ import annotations

from follicle_sim.base.units import format_quantity
from follicle_sim.protocol.baseline.expect import Question
from follicle_sim.scenario.fields.baseline import Stated

FEWEST_ELIGIBLE = 1e-3
"""Share of people let in below which a search for them is refused: a trial screens no thousand
candidates for each person it takes."""


def contradiction(question: Question, stated: Stated) -> str:
    """Return why people whose hairs meet the criterion cannot be counted as stated; "" if they can.

    Between screening and baseline counts hardly move, unless something is given or breaks out.
    """
    inclusion = question.population.inclusion
    if inclusion is None or inclusion.hair_density is None:
        return ""
    if question.before.arm.doses or not question.condition.quiet:
        return ""
    least, most = inclusion.hair_density
    too_few = stated.variable == "hair_density" and stated.density < least
    if least <= stated.density <= most or not (too_few or stated.density > most):
        return ""
    return (
        f"found {_text(stated.density)}, outside of population.inclusion.hair_density "
        f"({_text(least)} to {_text(most)}): those who are let in have counts within the "
        "criterion, so their mean lies there too; change one of the two"
    )


def too_rare(question: Question, stated: Stated, eligible: float) -> str:
    """Return why a baseline that was met is refused: nearly nobody would be let in; "" if enough
    are.
    """
    inclusion = question.population.inclusion
    if eligible >= FEWEST_ELIGIBLE or inclusion is None or inclusion.hair_density is None:
        return ""
    least, most = inclusion.hair_density
    often = "nobody" if eligible < 1e-6 else f"about one person in {1.0 / eligible:.2g}"
    return (
        f"{_text(stated.density)} is met only by a population of which {often} meets "
        f"population.inclusion.hair_density ({_text(least)} to {_text(most)}); change one of the "
        "two, or give people a spread"
    )


def _text(density: float) -> str:
    return format_quantity(density, "density")
