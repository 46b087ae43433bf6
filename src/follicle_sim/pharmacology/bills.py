"""The bill of a schedule: what its doses cost, and how often they take people to a clinic.

Doses are paid for whether or not they are taken. Those before baseline are not: nobody who plans
a trial, or chooses a treatment today, pays for what was taken before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.pharmacology.dosing import DoseLike, expand
from follicle_sim.pharmacology.prices import PRICED, CostLike, price_list


class PricedDose(DoseLike, Protocol):
    """A dose whose amount knows its dimension; the scenario's `Dose` does."""

    @property
    def amount_dimension(self) -> str: ...


@dataclass(frozen=True)
class Bill:
    """What a schedule costs and asks for: USD, times in a clinic, doses."""

    cost: float
    visits: float
    doses: int


def bill(
    doses: Iterable[PricedDose], end: float, prices: Mapping[str, CostLike] | None = None
) -> Bill:
    """Return what the doses before `end` cost and how many visits to a clinic they take.

    Doses due at the same time share a visit; of two that need several the larger number counts.

    Parameters
    ----------
    doses : an arm's schedule; doses before day 0 are not counted
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
    cost = 0.0
    dose_count = 0
    given = tuple(doses)
    # a device that was used before baseline is not bought again
    owned = {dose.treatment for dose in given if dose.start < 0.0}
    visits: dict[float, float] = {}
    for dose in given:
        if dose.treatment not in price_of:
            raise InputError("costs", [no_price(dose.treatment, price_of)])
        price = price_of[dose.treatment]
        times = expand(dose, end, begin=0.0).times.tolist()
        if not times:
            continue
        amount = dose.amount / PRICED.get(dose.amount_dimension, 1.0)
        cost += len(times) * (price.per_dose + amount * price.per_amount)
        cost += 0.0 if dose.treatment in owned else price.once
        owned.add(dose.treatment)
        dose_count += len(times)
        if price.visits > 0.0:
            for time in times:
                visits[time] = max(visits.get(time, 0.0), price.visits)
    return Bill(cost, sum(visits.values()), dose_count)


def shared_bill(
    schedules: Sequence[Iterable[PricedDose]],
    end: float,
    prices: Mapping[str, CostLike] | None = None,
) -> Bill:
    """Return the bill of one person whose halves of the scalp have a schedule each.

    One session treats both halves: a treatment that both get at the same time is paid for once, at
    the larger amount, and asks for one visit. Parameters and errors as `bill`.
    """
    once: dict[tuple[str, float], PricedDose] = {}
    for doses in schedules:
        for dose in doses:
            for time in expand(dose, end).times.tolist():
                same = once.get((dose.treatment, time))
                if same is None or dose.amount > same.amount:
                    once[dose.treatment, time] = dose
    parts = [
        _At(name, dose.amount, dose.amount_dimension, time, dose.duration, dose.adherence)
        for (name, time), dose in once.items()
    ]
    return bill(sorted(parts, key=lambda part: (part.treatment, part.start)), end, prices)


@dataclass(frozen=True)
class _At:
    """One dose of a schedule, given by itself."""

    treatment: str
    amount: float
    amount_dimension: str
    start: float
    duration: float
    adherence: float
    every: float | None = None
    until: float | None = None
    count: int | None = None


def no_price(treatment: str, priced: Iterable[str]) -> Problem:
    """Return the problem of a treatment that the price list lacks."""
    hint = did_you_mean(treatment, priced) if treatment else ""
    hint = hint if "did you mean" in hint else ""
    message = f"has no price{hint}; give one in a [[costs]] table"
    return Problem(treatment, message)
