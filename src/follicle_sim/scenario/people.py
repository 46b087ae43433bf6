"""The `[population]` table: who is simulated, and how much they differ."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from follicle_sim.scenario.fields import Severity
from follicle_sim.scenario.quantities import Name, Quantity, Whole, one_of
from follicle_sim.scenario.table import YEAR, Table, Variation

Sex = Literal["male", "female"]


class Spread(Table):
    """How much subjects differ: coefficients of variation between subjects, 0 for none."""

    follicle_density: Variation = Field(default=0.0, description="of follicle density")
    severity: Variation = Field(default=0.0, description="of the severity at baseline")
    progression: Variation = Field(default=0.0, description="of the speed of progression")
    potency: Variation = Field(default=0.0, description="of the response to treatment")
    growth: Variation = Field(default=0.0, description="of the hair growth rate")


class Population(Table):
    """Who is simulated, and on which patch of scalp."""

    subjects: Annotated[int, Whole(1, 1_000_000)] = Field(
        description="subjects per arm, a whole number"
    )
    target_area: Annotated[float, Quantity("area", upper=2000.0, positive=True)] = Field(
        description='area counted, for example "5.067 cm2"'
    )
    follicle_density: Annotated[float, Quantity("density", upper=2000.0, positive=True)] = Field(
        description='follicles (not hairs) per area, for example "300 cm-2"'
    )
    follicles: Annotated[int, Whole(1, 1_000_000)] | None = Field(
        default=None, description="follicles per subject; default: density times area"
    )
    condition: Annotated[str, Name("condition", lambda known: known.conditions)] = Field(
        description='the state of the scalp, for example "aga_male"'
    )
    severity: Annotated[float | str, Severity()] | None = Field(
        default=None,
        description="a number or a grade of the condition; default: the condition's own",
    )
    sex: Annotated[Sex, one_of(Sex)] | None = Field(default=None, description="male or female")
    age: Annotated[float, Quantity("time", upper=120 * YEAR)] | None = Field(
        default=None, description='age at baseline, for example "35 years"'
    )
    spread: Spread = Field(default=Spread(), description="differences between subjects")

    @property
    def follicles_per_subject(self) -> int:
        """Follicles simulated in each subject (before spread in density)."""
        if self.follicles is not None:
            return self.follicles
        return max(1, round(self.follicle_density * self.target_area))
