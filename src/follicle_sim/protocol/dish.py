"""What goes with a dish and what with a person: a medium is no treatment, a treatment no medium."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from follicle_sim.base.errors import Problem
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.model import Scenario

MEDIUM = "medium"
"""Route of what is given in the medium of a dish."""


def medium_problems(scenario: Scenario, treatments: Mapping[str, Treatment]) -> Iterator[Problem]:
    """Yield doses that do not fit what is dosed: follicles in a dish, or people.

    A medium that is changed holds its concentration, and one dose stands for all of it: doses of
    one thing would add up.
    """
    dish = scenario.population.disease.elongation is not None
    for i, arm in enumerate(scenario.arms):
        seen: set[str] = set()
        for j, dose in enumerate(arm.doses):
            place, name = f"arms[{i}].doses[{j}]", dose.treatment
            medium = treatments[name].route == MEDIUM
            if medium and not dish:
                message = (
                    f'found "{name}", which is given in the medium of a dish; allowed with '
                    'population.condition = "organ_culture"'
                )
                yield Problem(f"{place}.treatment", message)
            elif dish and not medium:
                message = (
                    f'found "{name}", which people are given ({treatments[name].route}); a dish is '
                    'dosed by its medium: a [treatments.NAME] of your own with route = "medium"'
                )
                yield Problem(f"{place}.treatment", message)
            elif dish and (dose.every is not None or name in seen):
                message = (
                    f'"{name}" would add up; a medium that is changed holds its concentration: '
                    "give one dose, without `every`"
                )
                yield Problem(place, message)
            seen.add(name)
