"""What treatments cost and ask of people: prices with their sources, and the bill of a schedule.

A treatment costs `once` (a device), `per_dose` (a visit or a tablet, whatever its size) and
`per_amount` (what grows with the size of the dose). Doses are paid for whether or not they are
taken. Prices are those of the United States without insurance, and differ by a factor of two from
one clinic to the next: see `costs.toml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.pharmacology.dosing import DoseLike, expand
from follicle_sim.pharmacology.library import AMOUNT_UNITS, load_treatment, treatment_names

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


class PricedDose(DoseLike, Protocol):
    """A dose whose amount knows its dimension; the scenario's `Dose` does."""

    @property
    def amount_dimension(self) -> str: ...


@dataclass(frozen=True)
class Numbers:
    """One treatment's prices, USD: once, per dose, per `PRICED` amount; clinic visits per dose."""

    once: float
    per_dose: float
    per_amount: float
    visits: float


@dataclass(frozen=True)
class Bill:
    """What a schedule costs and asks for: USD, times in a clinic, doses."""

    cost: float
    visits: float
    doses: int


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


def bill(
    doses: Iterable[PricedDose], end: float, prices: Mapping[str, CostLike] | None = None
) -> Bill:
    """Return what the doses before `end` cost and how many visits to a clinic they take.

    Doses due at the same time share a visit; of two that need several the larger number counts.

    Parameters
    ----------
    doses : an arm's schedule
    end : day; what would be given on it or later is not bought
    prices : by treatment, from `price_list`, whose default they are

    Raises
    ------
    InputError
        If a treatment given has no price.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> weekly = SimpleNamespace(treatment="prp_injection", amount=1.0, start=0.0, every=7.0,
    ...     count=3, until=None, duration=0.0, adherence=1.0, amount_dimension="sessions")
    >>> bill([weekly], end=365.0)
    Bill(cost=3750.0, visits=3.0, doses=3)
    """
    price_of = price_list() if prices is None else prices
    cost, dose_count = 0.0, 0
    bought: set[str] = set()
    visits: dict[float, float] = {}
    for dose in doses:
        if dose.treatment not in price_of:
            raise InputError("costs", [no_price(dose.treatment, price_of)])
        price = price_of[dose.treatment]
        times = expand(dose, end).times.tolist()
        if not times:
            continue
        amount = dose.amount / PRICED.get(dose.amount_dimension, 1.0)
        cost += len(times) * (price.per_dose + amount * price.per_amount)
        cost += 0.0 if dose.treatment in bought else price.once
        bought.add(dose.treatment)
        dose_count += len(times)
        if price.visits > 0.0:
            for time in times:
                visits[time] = max(visits.get(time, 0.0), price.visits)
    return Bill(cost, sum(visits.values()), dose_count)


def no_price(treatment: str, priced: Iterable[str]) -> Problem:
    """Return the problem of a treatment that the price list lacks."""
    hint = did_you_mean(treatment, priced) if treatment else ""
    hint = hint if "did you mean" in hint else ""
    message = f"has no price{hint}; give one in a [[costs]] table"
    return Problem(treatment, message)
