"""What treatments cost and ask of people: prices with their sources.

A treatment costs `once` (a device), `per_dose` (a visit or a tablet, whatever its size) and
`per_amount` (what grows with the size of the dose). Prices are those of the United States without
insurance, and differ by a factor of two from one clinic to the next: see `costs.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS

COSTS = Path(__file__).with_name("costs.toml")

PRICED = {"mass": 1.0, "volume": 1.0, "particles": 1e9, "sessions": 1.0}
"""The amount that `per_amount` is the price of, in the canonical unit of each dimension."""

CURRENCY = "USD"


class Price(Quantity):
    """One price: the middle of the range it was read from, and the year of the page."""

    low: float | None = Field(default=None, ge=0.0)
    high: float | None = None
    year: int | None = Field(default=None, ge=2000, le=2100)

    @model_validator(mode="after")
    def _in_order(self) -> Price:
        low, high = self.low, self.high
        least = self.value if low is None else low
        most = self.value if high is None else high
        if self.value < 0.0 or not least <= self.value <= most:
            raise ValueError("a price is 0 or more, and lies within its low and high")
        return self


class Cost(BaseModel):
    """What one treatment costs, and how often one must come to a clinic for a dose of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    once: Price | None = None
    per_dose: Price | None = None
    per_amount: Price | None = None
    visits: Quantity


class CostLike(Protocol):
    """A price list's entry as `bill` reads it: plain numbers, US dollars."""

    @property
    def once(self) -> float: ...
    @property
    def per_dose(self) -> float: ...
    @property
    def per_amount(self) -> float: ...
    @property
    def visits(self) -> float: ...


@dataclass(frozen=True)
class Numbers:
    """One treatment's prices, USD: once, per dose, per `PRICED` amount; clinic visits per dose."""

    once: float
    per_dose: float
    per_amount: float
    visits: float


@cache
def load_costs(path: Path = COSTS) -> Mapping[str, Cost]:
    """Return the price list by treatment, each number with its source.

    Raises
    ------
    InputError
        If the file is wrong; the one that comes with the package is not.
    """
    costs = {}
    for name, tables in read_toml(path).items():
        try:
            costs[name] = Cost.model_validate(tables)
        except ValidationError as error:
            problems = [
                Problem(".".join([name, *map(str, e["loc"])]), e["msg"]) for e in error.errors()
            ]
            raise InputError(str(path), problems) from None
        _check_units(name, costs[name], path)
    return costs


def _check_units(name: str, cost: Cost, path: Path) -> None:
    unit = CURRENCY
    for key, price in (("once", cost.once), ("per_dose", cost.per_dose)):
        if price is not None and price.unit != unit:
            raise InputError(str(path), [Problem(f"{name}.{key}.unit", f'allowed: "{unit}"')])
    if cost.per_amount is None or name not in treatment_names():
        return
    unit = f"{CURRENCY}/{priced_unit(load_treatment(name).amount)}"
    if cost.per_amount.unit != unit:
        raise InputError(str(path), [Problem(f"{name}.per_amount.unit", f'allowed: "{unit}"')])


def priced_unit(dimension: str) -> str:
    """Return the amount that `per_amount` is the price of, in words.

    Examples
    --------
    >>> priced_unit("mass"), priced_unit("particles")
    ('mg', '1e9 particles/cm2')
    """
    size = PRICED.get(dimension, 1.0)
    return AMOUNT_UNITS[dimension] if size == 1.0 else f"1e9 {AMOUNT_UNITS[dimension]}"


def price_list(overrides: Mapping[str, CostLike] | None = None) -> dict[str, CostLike]:
    """Return the prices of the library, those of `overrides` put in their place.

    Parameters
    ----------
    overrides : by treatment; an entry replaces the library's as a whole
    """
    numbers: dict[str, CostLike] = {
        name: Numbers(
            once=_value(cost.once),
            per_dose=_value(cost.per_dose),
            per_amount=_value(cost.per_amount),
            visits=cost.visits.value,
        )
        for name, cost in load_costs().items()
    }
    return numbers | dict(overrides or {})


def _value(price: Price | None) -> float:
    return 0.0 if price is None else price.value
