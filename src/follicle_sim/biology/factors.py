"""Signalling factors: how treatments move them, and how they move phase clocks and calibre.

Everything is computed as a deviation from the untreated level, so a factor that nothing acts on is
exactly 1.0 and its logarithm exactly 0.0, whatever else is going on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from follicle_sim import biology
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.numerics import decay_sum, log_array
from follicle_sim.base.quantity import Rate, Share, Signed, read_toml
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import SignalChange

Channel = Literal["anagen", "telogen", "kenogen", "calibre"]
CHANNELS: tuple[Channel, ...] = ("anagen", "telogen", "kenogen", "calibre")

FLOOR = 0.05
"""Lowest level a factor can be driven to, relative to untreated.

Drives add up, so strong or many inhibitors could ask for a level of zero or less, which has no
logarithm. A twentieth is below what any treatment here reaches on average (finasteride leaves a
third of scalp DHT, dutasteride a fifth); it binds only for a person with an extreme response. A
factor that enters no logarithm (it is only looked at, or acts through a hazard) may give a `floor`
of its own.
"""

FACTOR_FILE = Path(biology.__file__).parent / "factors.toml"


class Factor(BaseModel):
    """One factor: kind, turnover (1/d) and elasticity on each channel it touches."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["promoter", "inhibitor", "endocrine", "immune", "physical"]
    direction: str = Field(min_length=1)
    turnover: Rate
    floor: Share | None = None
    anagen: Signed | None = None
    telogen: Signed | None = None
    kenogen: Signed | None = None
    calibre: Signed | None = None

    def elasticity(self, channel: Channel) -> float:
        """Return d ln(channel) / d ln(level), 0 where the factor does not touch the channel."""
        entry = getattr(self, channel)
        return 0.0 if entry is None else float(entry.value)

    @model_validator(mode="after")
    def _direction_fits_kind(self) -> "Factor":
        sign = {"promoter": 1.0, "inhibitor": -1.0}.get(self.kind)
        # Leaving anagen later is good for hair, leaving rest earlier is.
        good = {"anagen": -1.0, "kenogen": 1.0, "calibre": 1.0}
        for channel in CHANNELS:
            if sign and channel in good and self.elasticity(channel) * good[channel] * sign < 0:
                raise ValueError(f"{channel}: sign does not fit the kind ({self.kind})")
        return self


@dataclass(frozen=True)
class FactorTable:
    """Factors in the order of the `factor` dimension."""

    factors: Mapping[str, Factor]

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(self.factors)

    def index(self, name: str) -> int:
        """Return the position of a factor."""
        return self.names.index(name)

    def elasticities(self, channel: Channel) -> Floats:
        """Return (F,) elasticities of one channel."""
        return np.array([f.elasticity(channel) for f in self.factors.values()])


def parse_factors(tables: Mapping[str, Any], source: str) -> FactorTable:
    """Check a factor table as read from TOML.

    Raises
    ------
    InputError
        With every problem of the file.
    """
    factors = {}
    problems = []
    for name, table in tables.items():
        try:
            factors[name] = Factor.model_validate(table)
        except ValidationError as error:
            problems += [
                Problem(".".join([name, *map(str, e["loc"])]), e["msg"]) for e in error.errors()
            ]
    if problems:
        raise InputError(source, problems)
    return FactorTable(factors)


@cache
def load_factors() -> FactorTable:
    """Return the packaged factor table (`biology/factors.toml`)."""
    return parse_factors(read_toml(FACTOR_FILE), FACTOR_FILE.name)


def factor_levels(
    effects: Mapping[str, Floats],
    signatures: Mapping[str, Mapping[str, float]],
    potency: Floats,
    grid: Floats,
    table: FactorTable,
) -> Floats:
    """Return factor levels relative to untreated: dF/dt = k_F (drive_F - F), F = 1 at grid[0].

    drive_F = max(floor, 1 + m * sum over treatments of (potency S_F) E), m the person's multiplier.

    Parameters
    ----------
    effects : treatment name to (S, T - 1) or (1, T - 1) mean effect in each grid cell
    signatures : treatment name to {factor name: potency times S_F}
    potency : (S,) multiplier of each person
    grid : (T,) day
    table : factors and their turnover

    Returns
    -------
    (S, F, T), above 0; exactly 1.0 where nothing has acted
    """
    levels = np.ones((len(potency), len(table.names), grid.size))
    for i, (name, factor) in enumerate(table.factors.items()):
        acting = [(t, s[name]) for t, s in signatures.items() if s.get(name) and t in effects]
        if not acting:
            continue
        drive = np.zeros((len(potency), grid.size - 1))
        for treatment, size in acting:
            drive += size * effects[treatment]
        floor = FLOOR if factor.floor is None else factor.floor.value
        drive = np.maximum(potency[:, None] * drive, floor - 1.0)
        levels[:, i] = np.maximum(1.0 + _follow(drive, factor.turnover.value, grid), floor)
    return levels


def _follow(drive: Floats, rate: float, grid: Floats) -> Floats:
    """Solve y' = rate (drive - y), y(grid[0]) = 0, drive (S, T - 1) constant in each cell: (S, T).

    Each change of the drive is a step, and the answer to a step is the step less its decay.
    """
    steps = np.diff(drive, axis=1, prepend=0.0)
    decays, _ = decay_sum(grid[:-1], steps, rate, grid)
    # At a node y is continuous: take drive and decays both just before the step made there.
    out = np.zeros((len(drive), grid.size))
    out[:, 1:] = drive - decays[:, 1:]
    out[:, 1:-1] += steps[:, 1:]
    return out


def with_changes(
    levels: Floats, changes: Sequence[SignalChange], grid: Floats, table: FactorTable
) -> Floats:
    """Return levels (S or 1, F, T) of people whose condition changes some: each a multiple.

    What a treatment leaves of a factor and what a condition adds to it multiply.
    """
    for change in changes:
        if change.factor not in table.names:
            continue  # a table older than the factor: nothing has moved it
        acting = change.course.around(grid, np.zeros(1))[0]
        levels = levels.copy()
        levels[:, table.index(change.factor)] *= 1.0 + acting * (change.level - 1.0)
    return levels


def channel(levels: Floats, name: Channel, table: FactorTable) -> Floats:
    """Return the log effect of all factors on one channel: sum over F of elasticity ln F.

    Parameters
    ----------
    levels : (S, F, T) relative levels, above 0
    name : "anagen", "telogen" or "kenogen" (log clock speed), "calibre" (log relative calibre)

    Returns
    -------
    (S, T), exactly 0.0 where every factor that touches the channel is at 1.0
    """
    total = np.zeros((levels.shape[0], levels.shape[2]))
    for i, elasticity in enumerate(table.elasticities(name)):
        if elasticity != 0.0 and (levels[:, i] != 1.0).any():
            total += elasticity * log_array(levels[:, i])
    return total
