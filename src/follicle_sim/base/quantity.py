"""Numbers that carry their unit, source and grade, and the kinds of number that tables ask for.

A number in a treatment or factor file is a table `{ value, unit, source, grade }`.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from follicle_sim.base.errors import InputError, Problem

Grade = Literal[
    "journal", "abstract", "review", "secondary", "assumption", "definition", "fitted", "user"
]
"""Where a number was read. `definition`: true by convention (5 % is 50 mg/mL), not a finding;
`user`: stated by whoever wrote a scenario of their own."""


class Quantity(BaseModel):
    """One number with its unit, where it comes from, and how far to trust it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: FiniteFloat
    unit: str
    source: str = Field(min_length=1)
    grade: Grade

    @property
    def written(self) -> str:
        """The value in words."""
        return _with_unit(self.value, self.unit)


def _with_unit(value: float, unit: str) -> str:
    return f"{value:.6g}" if unit == "1" else f"{value:.6g} {unit}"


OLDEST_AGE = 120.0
"""Years."""


class ByAge(BaseModel):
    """A number that follows a person's age: values at some ages (year), linear between them.

    Before the first age and after the last it stays what it is there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ages: tuple[FiniteFloat, ...] = Field(min_length=2)
    values: tuple[FiniteFloat, ...]
    unit: str
    source: str = Field(min_length=1)
    grade: Grade

    @property
    def written(self) -> str:
        """The values in words."""
        pairs = zip(self.values, self.ages, strict=True)
        return ", ".join(f"{_with_unit(value, self.unit)} at {age:g} years" for value, age in pairs)

    @model_validator(mode="after")
    def _rising(self) -> "ByAge":
        ages = self.ages
        if len(self.values) != len(ages):
            raise ValueError(
                f"values: found {len(self.values)} for {len(ages)} ages; one for each is needed"
            )
        if list(ages) != sorted(set(ages)):
            raise ValueError(
                f"ages: found {', '.join(f'{age:g}' for age in ages)}; each must be above the one "
                "before"
            )
        if ages[0] < 0.0 or ages[-1] > OLDEST_AGE:
            raise ValueError(
                f"ages: found {ages[0]:g} to {ages[-1]:g} years; allowed: 0 to {OLDEST_AGE:g}"
            )
        return self


Sourced = Quantity | ByAge


def _checked(unit: str, lower: float, strict: bool, upper: float) -> Any:
    def check(quantity: Sourced) -> Sourced:
        if quantity.unit != unit:
            raise ValueError(f'unit is "{quantity.unit}"; this number is kept in "{unit}"')
        values = quantity.values if isinstance(quantity, ByAge) else (quantity.value,)
        for value in values:
            if value < lower or (strict and value == lower) or value > upper:
                sign = ">" if strict else ">="
                raise ValueError(
                    f"{value:g} {unit} is out of bounds: {sign} {lower:g}, <= {upper:g}"
                )
        return quantity

    return AfterValidator(check)


Day = Annotated[Quantity, _checked("d", -36525.0, False, 36525.0)]
Days = Annotated[Quantity, _checked("d", 0.0, True, 36525.0)]
Age = Annotated[Quantity, _checked("year", 0.0, False, 120.0)]
Rate = Annotated[Quantity, _checked("1/d", 0.0, True, 1e5)]
Speed = Annotated[Quantity, _checked("mm/d", 0.0, True, 10.0)]
Millimetres = Annotated[Quantity, _checked("mm", 0.0, True, 200.0)]
PerArea = Annotated[Quantity, _checked("1/cm2", 0.0, True, 2000.0)]
Nanometres = Annotated[Quantity, _checked("nm", 0.0, True, 1e6)]
Concentration = Annotated[Quantity, _checked("particles/mL", 0.0, True, 1e18)]
Purity = Annotated[Quantity, _checked("particles/ug", 0.0, True, 1e18)]
Area = Annotated[Quantity, _checked("cm2", 0.0, True, 2000.0)]
Litres = Annotated[Quantity, _checked("L", 0.0, True, 1e6)]
Share = Annotated[Quantity, _checked("1", 0.0, False, 1.0)]
Positive = Annotated[Quantity, _checked("1", 0.0, True, 1e6)]
Multiple = Annotated[Quantity, _checked("1", 1.0, False, 1e6)]
Signed = Annotated[Quantity, _checked("1", -1e6, False, 1e6)]
Potency = Annotated[Quantity, _checked("1", 0.0, False, 1e6)]
Variation = Annotated[Quantity, _checked("1", 0.0, False, 10.0)]
Years = Annotated[Quantity, _checked("year", 0.0, True, OLDEST_AGE)]
Micrometres = Annotated[Quantity, _checked("um", 0.0, True, 1000.0)]
PositiveByAge = Annotated[ByAge, _checked("1", 0.0, True, 1e6)]
ThinningByAge = Annotated[ByAge, _checked("um/year", -20.0, False, 20.0)]


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file; a file that is not TOML is an InputError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            str(path), [Problem("file", f"cannot be read as TOML: {error}")]
        ) from error
