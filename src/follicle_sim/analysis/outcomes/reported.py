"""Side effects as studies counted them: how often, with which treatment, and who said so."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from follicle_sim.base import units

WEEK = 7.0


@dataclass(frozen=True)
class Reported:
    """A side effect as a study counted it.

    Parameters
    ----------
    treatment, event
        Name in the library (or "placebo"), and what happened.
    events, of
        People with it, among so many; 0 where shares were printed and no counts.
    sessions, weeks
        Sessions of each, or time they used it; the other is None.
    source, grade
        Where from.
    unverified
        Why to doubt it; empty where there is no reason.
    shares
        (amount, share of people with it) by the amount of a session, in the unit of the treatment,
        where it depends on that.
    amount
        Of a session here.
    """

    treatment: str
    event: str
    events: int
    of: int
    source: str
    grade: str
    sessions: int | None = None
    weeks: float | None = None
    unverified: str = ""
    shares: tuple[tuple[float, float], ...] = ()
    amount: float = 0.0

    def at(self, amount: float) -> Reported:
        """Return the same where a session has another amount."""
        return replace(self, amount=amount)

    @property
    def share(self) -> float:
        """Share of people with it: mean of Jeffreys' posterior, or as printed for the amount.

        Between two amounts it is linear, nothing gives 0, and no amount more than the highest one.
        """
        if self.shares:
            amounts, shares = zip((0.0, 0.0), *self.shares, strict=True)
            return float(np.interp(self.amount, amounts, shares))
        return (self.events + 0.5) / (self.of + 1.0)

    @property
    def per_session(self) -> float:
        """Chance at one session; 0 for a treatment in use."""
        return 0.0 if self.sessions is None else 1.0 - (1.0 - self.share) ** (1.0 / self.sessions)

    @property
    def per_day(self) -> float:
        """Rate of a treatment in use, 1/day; 0 for one given in sessions."""
        return 0.0 if self.weeks is None else -math.log1p(-self.share) / (WEEK * self.weeks)


@cache
def load_reported() -> dict[str, tuple[Reported, ...]]:
    """Return the reported side effects by treatment."""
    text = files(__package__).joinpath("adverse_events.toml").read_text("utf-8")
    return {
        treatment: tuple(_read(treatment, event, row) for event, row in rows.items())
        for treatment, rows in tomllib.loads(text).items()
    }


def _read(treatment: str, event: str, row: Mapping[str, Any]) -> Reported:
    shares = {units.parse_amount(text)[0]: share for text, share in row.get("shares", {}).items()}
    counts: Mapping[str, Any] = {"events": 0, "of": 0} if shares else {}
    return Reported(treatment, event, **{**counts, **row, "shares": tuple(sorted(shares.items()))})
