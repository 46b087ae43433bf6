"""Of whose blood or cells a treatment is made, and what that person's age and health do to it.

Made of the patient's own blood it is as old and as healthy as the patient; made on stock it has a
donor of its own, who stays the same whoever the patient is.
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
from pydantic import model_validator

from follicle_sim.base.numerics import exp_array, log_array
from follicle_sim.base.quantity import Age, Positive, Signed
from follicle_sim.base.types import Flags, Floats
from follicle_sim.base.units import YEAR
from follicle_sim.pharmacology.treatment_parts import FrozenTable

Donor = Literal["self", "other"]
DONORS = {"self": "the person's own blood", "other": "a donor's cells, the same for everybody"}
"""What a treatment is made of, in words."""

Health = Mapping[str, Positive]
"""Effect of what people with a state of health give, relative to what others give, by state."""


class DonorAge(FrozenTable):
    """How the effect changes with the donor's age: (1 + per_decade)^((age - reference) / 10).

    At `reference` years it is what the potency says.
    """

    per_decade: Signed
    reference: Age

    @model_validator(mode="after")
    def _something_is_left(self) -> "DonorAge":
        if not -1.0 < self.per_decade.value <= 1.0:
            raise ValueError("per_decade is a share: above -1 and at most 1")
        return self

    def multipliers(self, age: Floats) -> Floats:
        """Return the multiplier of the effect (S,) for ages (S,) in days."""
        decades = (age / YEAR - self.reference.value) / 10.0
        return exp_array(log_array(1.0 + self.per_decade.value) * decades)


def health_multipliers(effects: Health, has: Mapping[str, Flags]) -> Floats:
    """Return the multiplier of the effect (S,) by states of health.

    has : who (S,) has each state named in `effects`
    """
    out = np.ones(1)
    for state, effect in effects.items():
        out = out * np.where(has[state], effect.value, 1.0)
    return out
