"""What people do after a session, and what it leaves of the dose and of its effect."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import Field, model_validator

from follicle_sim.base.entries import read_entry
from follicle_sim.base.quantity import Positive, Quantity, Share, read_toml
from follicle_sim.pharmacology.treatment_parts import FrozenTable

FILE = Path(__file__).parent / "aftercare.toml"


class Aftercare(FrozenTable):
    """One thing that is done after a session.

    `delivered` is the share of the dose that stays, `effect` what is left of the effect of that
    session while its dose acts; `routes` are those it can follow.
    """

    title: str = Field(min_length=1)
    routes: tuple[str, ...] = Field(min_length=1)
    delivered: Share | None = None
    effect: Positive | None = None

    @model_validator(mode="after")
    def _something_changes(self) -> "Aftercare":
        if self.delivered is None and self.effect is None:
            raise ValueError("delivered or effect is needed; without both it changes nothing")
        return self

    @property
    def numbers(self) -> dict[str, Quantity]:
        """Return the numbers it has, by name."""
        pairs = {"delivered": self.delivered, "effect": self.effect}
        return {name: number for name, number in pairs.items() if number is not None}


def share_of_all(cares: Iterable[Aftercare], number: str) -> float:
    """Return the product of "delivered" or "effect" over several; 1 where none has it."""
    product = 1.0
    for care in cares:
        if number in care.numbers:
            product *= care.numbers[number].value
    return product


def parse_aftercare(name: str, tables: Mapping[str, Any], source: str) -> Aftercare:
    """Return what is done after a session from the tables of its entry.

    Raises
    ------
    InputError
        With every problem of the entry.
    """
    return read_entry(Aftercare, name, tables, source)


@cache
def load_aftercare() -> Mapping[str, Aftercare]:
    """Return everything of the library that may be done after a session, by name.

    Examples
    --------
    >>> load_aftercare()["early_washing"].delivered.grade
    'assumption'
    """
    return MappingProxyType(
        {name: parse_aftercare(name, rows, FILE.name) for name, rows in read_toml(FILE).items()}
    )
