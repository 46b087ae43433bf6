"""What must be known of people where a treatment is made of their own blood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.model import Scenario


def donor_problems(scenario: Scenario, treatments: Mapping[str, Treatment]) -> Iterator[Problem]:
    """Yield doses whose effect depends on an age or a state of health that nobody is given."""
    who = scenario.population
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            place = f"arms[{i}].doses[{j}].treatment"
            try:
                treatment = treatments[dose.treatment].with_variants(dose.variants)
            except InputError:
                continue  # told where the dose is read
            if treatment.donor_age is not None and who.age is None:
                yield Problem(
                    place,
                    f"{dose.treatment} is made of the person's own blood and goes with their age "
                    "here; give population.age",
                )
            for state in treatment.donor_health or ():
                if problem := who.health_problem(state):
                    yield Problem(place, f"{dose.treatment} goes with {state}, and {problem}")
