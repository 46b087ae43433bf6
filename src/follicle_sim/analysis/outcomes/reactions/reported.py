"""Side effects as studies counted them: how often, with which treatment, and who said so."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from follicle_sim.analysis.outcomes.reactions.counts import Count
from follicle_sim.analysis.outcomes.reactions.entries import AtAmount, Entry
from follicle_sim.analysis.outcomes.reactions.kinds import Kind, kind_named
from follicle_sim.base.entries import read_entry
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.quantity import read_toml
from follicle_sim.base.types import Floats

BY_TREATMENT = Path(__file__).parent / "by_treatment.toml"
PLACEBO = "placebo"
WEEK = 7.0


@dataclass(frozen=True)
class Reported:
    """A side effect as a study counted it.

    Parameters
    ----------
    treatment, event
        Name in the library (or "placebo", or a way of giving), and what happened.
    kind
        What it is like; `group` is its name.
    counts
        By amount of a dose, in the unit of the treatment; an amount of infinity where it does not
        matter.
    sessions, weeks
        Sessions of each person, or time they used it; the other is None.
    source, grade
        Where from.
    unverified
        Why to doubt it; empty where there is no reason.
    """

    treatment: str
    event: str
    group: str
    kind: Kind
    counts: tuple[tuple[float, Count], ...]
    source: str
    grade: str
    sessions: int | None = None
    weeks: float | None = None
    unverified: str = ""

    @property
    def by_amount(self) -> bool:
        """Tell whether it hangs on the amount."""
        return math.isfinite(self.counts[0][0])

    def shares(self, u: float, amounts: Floats) -> Floats:
        """Return the share of people with it at some amounts, for one draw of what is not known.

        Between two amounts it is linear, nothing gives 0, no amount more than the highest one, and
        more never less.

        Parameters
        ----------
        u : in (0, 1), the same for all amounts
        amounts : (...) per dose

        Returns
        -------
        As `amounts`.
        """
        drawn = np.maximum.accumulate([count.quantile(u) for _, count in self.counts])
        if not self.by_amount:
            return np.full(np.shape(amounts), drawn[0])
        known = [0.0, *(amount for amount, _ in self.counts)]
        return np.asarray(np.interp(amounts, known, [0.0, *drawn]))

    def per_session(self, u: float, amounts: Floats) -> Floats:
        """Return the chance at one session, as `shares`; each session adds the same."""
        assert self.sessions is not None
        return np.asarray(-np.expm1(np.log1p(-self.shares(u, amounts)) / self.sessions))

    def per_day(self, u: float, amount: float) -> float:
        """Return the rate of a treatment in use, 1/day."""
        assert self.weeks is not None
        share = float(self.shares(u, np.array([amount]))[0])
        return -math.log1p(-share) / (WEEK * self.weeks)

    def nearest(self, amount: float) -> Count:
        """Return the count of the amount that lies nearest to one."""
        return min(self.counts, key=lambda pair: abs(pair[0] - amount))[1]

    def course(self, amount: float, size: float, level: float) -> tuple[float, float, float]:
        """Return the chance of it in a course, and its limits.

        Parameters
        ----------
        amount : of a dose; where it matters, the nearest that was counted stands for it
        size : sessions, or weeks of use
        level : of the limits

        Returns
        -------
        Mean over what the count leaves open, and the limits of the count carried over; 0 for a
        course of nothing.
        """
        times = size / float(self.sessions if self.sessions is not None else self.weeks or 1.0)
        count = self.nearest(amount)
        low, high = (1.0 - (1.0 - end) ** times for end in count.limits(level))
        return 1.0 - count.survives(times), low, high


def parse_reported(treatment: str, tables: Mapping[str, Any], source: str) -> tuple[Reported, ...]:
    """Return the side effects of one treatment from its table.

    Raises
    ------
    InputError
        With every problem of the first event that has any.
    """
    found = []
    for event, rows in tables.items():
        where = f"{source}, {treatment}.{event}"
        if not isinstance(rows, Mapping):
            raise InputError(where, [Problem("", "must be a table")])
        entry = read_entry(Entry, event, rows, where, below=AtAmount)
        kind = kind_named(entry.kind, "kind", where)
        kind = kind.changed(severity=entry.severity, onset=entry.onset, duration=entry.duration)
        try:
            counts = entry.counts
        except ValueError as error:
            text = str(error).partition("Value error, ")[2].partition(" [type")[0]
            raise InputError(where, [Problem("", text or str(error))]) from None
        about = (entry.source, entry.grade, entry.sessions, entry.weeks, entry.unverified)
        found.append(Reported(treatment, event, entry.kind, kind, counts, *about))
    return tuple(found)


@cache
def load_reported() -> dict[str, tuple[Reported, ...]]:
    """Return the reported side effects by treatment."""
    return {
        treatment: parse_reported(treatment, rows, BY_TREATMENT.name)
        for treatment, rows in read_toml(BY_TREATMENT).items()
    }
