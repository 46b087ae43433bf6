"""Whom a treatment is not for, as its label, a review or a clinic says; nothing of it acts."""

from pydantic import Field

from follicle_sim.base.quantity import Grade
from follicle_sim.pharmacology.treatment_parts import FrozenTable


class Contraindication(FrozenTable):
    """Why people with a state of health are not given a treatment, and where that was read."""

    reason: str = Field(min_length=1)
    source: str = Field(min_length=1)
    grade: Grade
