"""How strong a treatment is that is made of a person's own blood: by their age and health."""

from __future__ import annotations

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.pharmacology.donor import health_multipliers
from follicle_sim.pharmacology.exposure import made_of_patients
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.enrolment import health_of


def donor_strengths(protocol: Protocol, arm: PlannedArm, cohort: Cohort) -> dict[str, Floats]:
    """Return the multiplier of the effect (S,) of each treatment that goes with its donor.

    Empty where none of the arm's treatments is made of its people, or none says that it matters.
    """
    return {
        name: donor_strength(protocol, treatment, cohort)
        for name, treatment in made_of_patients(arm, protocol.treatments).items()
    }


def donor_strength(protocol: Protocol, treatment: Treatment, cohort: Cohort) -> Floats:
    """Return the multiplier of the effect (S,) of one treatment made of a cohort's own blood."""
    strength = np.ones(cohort.subject.size)
    if treatment.donor_age is not None:
        assert cohort.age is not None  # `protocol.own_blood` refuses a population without ages
        strength = strength * treatment.donor_age.multipliers(cohort.age)
    if treatment.donor_health:
        has = {state: health_of(protocol, cohort, state) for state in treatment.donor_health}
        strength = strength * health_multipliers(treatment.donor_health, has)
    return strength
