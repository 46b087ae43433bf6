"""The parts of a treatment file that act: how a dose becomes a level, and a level an effect."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from follicle_sim.base.quantity import Days, Litres, Positive, Quantity, Rate, Share
from follicle_sim.pharmacology.disposition import LN2, Response, one_compartment, two_compartments

AMOUNT_UNITS = {
    "mass": "mg",
    "volume": "mL",
    "particles": "particles/cm2",
    "sessions": "sessions",
    "grafts": "grafts/cm2",
}


class FrozenTable(BaseModel):
    """A table of a treatment file: no unknown key, and nobody changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Disposition(FrozenTable):
    """How a dose becomes a level: strength, fraction, volume and linear kinetics.

    The level is an amount, or a concentration (per L) where `volume` is given. With
    `absorption_rate` the dose enters through a depot, without it at once. `to_peripheral` and
    `from_peripheral` (k12, k21) add a second compartment; `half_life` is then that of elimination
    from the central one.
    """

    strength: Quantity | None = None
    fraction: Share | None = None
    volume: Litres | None = None
    half_life: Days
    absorption_rate: Rate | None = None
    to_peripheral: Rate | None = None
    from_peripheral: Rate | None = None

    @model_validator(mode="after")
    def _both_or_neither(self) -> "Disposition":
        if (self.to_peripheral is None) != (self.from_peripheral is None):
            raise ValueError("to_peripheral and from_peripheral go together")
        if self.strength is not None and self.strength.value <= 0:
            raise ValueError("strength must be above 0")
        return self

    def response(self) -> Response:
        """Return the level after a unit dose in the canonical unit of the amount."""
        elimination = LN2 / self.half_life.value
        if self.to_peripheral is not None and self.from_peripheral is not None:
            response = two_compartments(
                elimination, self.to_peripheral.value, self.from_peripheral.value
            )
        else:
            response = one_compartment(elimination)
        if self.absorption_rate is not None:
            response = response.through(self.absorption_rate.value)
        content = 1.0
        for factor in (self.strength, self.fraction):
            content *= 1.0 if factor is None else factor.value
        return response.scaled(content if self.volume is None else content / self.volume.value)


class Emax(FrozenTable):
    """E = maximum C^h / (ec50^h + C^h), through an effect compartment if it has a half-life."""

    kind: Literal["emax"]
    ec50: Quantity
    hill: Positive
    maximum: Positive
    equilibration_half_life: Days | None = None


class EnzymeTurnover(FrozenTable):
    """Inactivation of an enzyme that is renewed: dE/dt = k_deg (1 - E) - k_inact C E."""

    kind: Literal["enzyme"]
    k_deg: Rate
    k_inact: Quantity


Effect = Annotated[Emax | EnzymeTurnover, Field(discriminator="kind")]
