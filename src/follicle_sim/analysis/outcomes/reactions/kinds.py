"""What a side effect of each kind is like: severity, onset, duration, and days of downtime."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import Field, model_validator

from follicle_sim.base.entries import read_entry
from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown
from follicle_sim.base.quantity import Grade, read_toml
from follicle_sim.pharmacology.treatment_parts import FrozenTable

KINDS = Path(__file__).parent / "kinds.toml"
BASE = "any"
"""Kind that says what the others leave out."""

EXACT = 1e-6


class Severity(IntEnum):
    """How severe an event is: the grades 1 to 3 of CTCAE 5.0."""

    MILD = 1
    MODERATE = 2
    SEVERE = 3


SEVERITY_OF: Mapping[str, Severity] = MappingProxyType(
    {severity.name.lower(): severity for severity in Severity}
)


class Severities(FrozenTable):
    """Shares of events that are mild, moderate and severe."""

    mild: float = Field(ge=0.0, le=1.0)
    moderate: float = Field(ge=0.0, le=1.0)
    severe: float = Field(ge=0.0, le=1.0)
    source: str = Field(min_length=1)
    grade: Grade

    @model_validator(mode="after")
    def _shares_of_one(self) -> Severities:
        total = self.mild + self.moderate + self.severe
        if abs(total - 1.0) > EXACT:
            raise ValueError(f"mild, moderate and severe add up to {total:g}; they must make 1")
        return self


class Days(FrozenTable):
    """A log-normal time: its median, day, and the standard deviation of its natural logarithm."""

    median: float = Field(gt=0.0, le=36525.0)
    spread: float = Field(ge=0.0, le=3.0)
    unit: Literal["d"]
    source: str = Field(min_length=1)
    grade: Grade


class Downtime(FrozenTable):
    """From which severity on the days of an event keep a person from work or company."""

    begins: Literal["mild", "moderate", "severe", "never"] = Field(alias="from")
    source: str = Field(min_length=1)
    grade: Grade

    @property
    def least(self) -> int:
        """Lowest severity whose days count; above all of them where none does."""
        return SEVERITY_OF.get(self.begins, len(Severity) + 1)


class Kind(FrozenTable):
    """One kind of side effect.

    `term` stands in a table of adverse events (AETERM); `duration` is None where it lasts as long
    as the treatment is used.
    """

    title: str = Field(min_length=1)
    term: str = Field(min_length=1)
    severity: Severities
    onset: Days
    duration: Days | None
    downtime: Downtime

    def changed(self, **parts: Severities | Days | None) -> Kind:
        """Return the same with some parts replaced; what is None stays."""
        given = {name: part for name, part in parts.items() if part is not None}
        return self.model_copy(update=given)


def parse_kinds(tables: Mapping[str, Any], source: str) -> Mapping[str, Kind]:
    """Return every kind by name, what it leaves out filled in from `BASE`.

    `use = true` says that it lasts as long as the treatment is used.

    Raises
    ------
    InputError
        With every problem of the first kind that has any.
    """
    if BASE not in tables:
        raise InputError(source, [Problem(BASE, "missing; it says what the others leave out")])
    kinds = {}
    for name, rows in tables.items():
        whole = {**tables[BASE], **rows}
        in_use = whole.pop("use", False)
        if not isinstance(in_use, bool):
            message = f"found {shown(in_use)}; allowed: true or false"
            raise InputError(source, [Problem(f"{name}.use", message)])
        if in_use and "duration" in rows:
            message = "excludes duration: one of them says how long it lasts"
            raise InputError(source, [Problem(f"{name}.use", message)])
        kinds[name] = read_entry(
            Kind, name, {**whole, "duration": None} if in_use else whole, f"{source}, {name}"
        )
    return MappingProxyType(kinds)


@cache
def load_kinds() -> Mapping[str, Kind]:
    """Return the kinds of side effects by name.

    Examples
    --------
    >>> load_kinds()["granuloma"].onset.median
    35.0
    """
    return parse_kinds(read_toml(KINDS), KINDS.name)


def kind_named(name: str, where: str, source: str) -> Kind:
    """Return a kind; refuses one that is not there, with the nearest."""
    kinds = load_kinds()
    if name not in kinds:
        message = f"found {shown(name)}{did_you_mean(name, kinds)}"
        raise InputError(source, [Problem(where, message)])
    return kinds[name]
