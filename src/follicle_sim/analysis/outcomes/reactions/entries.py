"""One side effect as a row of a data file: how often, at which amounts, and who said so."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field, model_validator

from follicle_sim.analysis.outcomes.reactions.counts import Count
from follicle_sim.analysis.outcomes.reactions.kinds import Days, Severities
from follicle_sim.base import units
from follicle_sim.base.errors import UnitError
from follicle_sim.base.quantity import Grade
from follicle_sim.pharmacology.treatment_parts import FrozenTable

ReportGrade = Grade | Literal["label"]
"""Where a count was read; `label`: what a regulator let a maker print."""


class AtAmount(Count):
    """A share of people at one amount of a dose, such as "1 mg"."""

    amount: str

    @property
    def parsed(self) -> float:
        """The amount in the canonical unit of its dimension."""
        return units.parse_amount(self.amount)[0]


class Entry(FrozenTable):
    """One side effect of a data file."""

    kind: str
    events: int | None = None
    of: int | None = None
    share: float | None = None
    low: float | None = None
    high: float | None = None
    at_most: float | None = None
    by_amount: tuple[AtAmount, ...] = ()
    sessions: int | None = Field(default=None, ge=1, le=1000)
    weeks: float | None = Field(default=None, gt=0.0, le=2000.0)
    severity: Severities | None = None
    onset: Days | None = None
    duration: Days | None = None
    source: str = Field(min_length=20)
    grade: ReportGrade
    unverified: str = ""

    @model_validator(mode="after")
    def _told_once(self) -> Entry:
        if (self.sessions is None) == (self.weeks is None):
            raise ValueError("give sessions (of each person) or weeks (of use), and not both")
        if self.grade in ("abstract", "assumption") and not self.unverified:
            raise ValueError(f"unverified: missing; an {self.grade} leaves something to doubt")
        if self.by_amount:
            try:
                amounts = [row.parsed for row in self.by_amount]
            except UnitError as error:
                raise ValueError(f"by_amount: {error}") from None
            if amounts != sorted(set(amounts)) or amounts[0] <= 0.0:
                raise ValueError("by_amount: amounts must rise from above 0")
        plain = any(getattr(self, name) is not None for name in Count.model_fields)
        if plain == bool(self.by_amount):
            raise ValueError("give one count, or by_amount, and not both")
        return self

    @property
    def counts(self) -> tuple[tuple[float, Count], ...]:
        """Amount and count of each; an amount of infinity where it does not matter."""
        if self.by_amount:
            return tuple((row.parsed, row) for row in self.by_amount)
        fields = {name: getattr(self, name) for name in Count.model_fields}
        return ((math.inf, Count(**fields)),)
