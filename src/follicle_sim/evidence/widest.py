"""The widest that was ever published of each endpoint: what a believable run stays within.

Nothing is chosen by hand: a limit is the largest number of the registry, whatever its grade, and it
moves when a study is added. So it is generous: much of what lies within is not believable either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.observed import observations

What = Literal["level", "change", "relative_change"]

WATCHED: Mapping[str, tuple[What, ...]] = {
    "hair_density": ("level", "change"),
    "terminal_density": ("change",),
    "shaft_calibre": ("level", "change"),
    "growth_rate": ("level",),
    "hair_weight": ("relative_change",),
}
"""What of each endpoint has a limit. Of terminal hairs few series tell a level, and none of dense
scalps, so that a healthy one would be beyond them; weight has no unit that trials share."""

_KINDS: Mapping[What, tuple[str, ...]] = {
    "level": ("level",),
    "change": ("change", "difference"),
    "relative_change": ("percent_change", "percent_difference"),
}
_FIGURES = ("mean", "geometric mean", "median", "maximum")


@dataclass(frozen=True, slots=True)
class Widest:
    """The largest published number of one endpoint.

    Parameters
    ----------
    endpoint, what
        What it is: a level, a change from baseline (or a difference from control), or such a change
        as a share of the baseline.
    value, unit
        Canonical; a share is a share, not per cent.
    observation, study, arm, week
        Where it stands in the registry; `week` is None where the source names none.
    """

    endpoint: str
    what: What
    value: float
    unit: str
    observation: str
    study: str
    arm: str
    week: float | None


@cache
def widest_published() -> tuple[Widest, ...]:
    """Return the largest published level and gain of each watched endpoint.

    Examples
    --------
    >>> [row.observation for row in widest_published() if row.endpoint == "hair_weight"]
    ['price_2002:4']
    """
    rows = [row for row in observations() if row.statistic in _FIGURES and not row.duplicate_of]
    found = [
        _largest(what, [row for row in rows if row.endpoint == endpoint])
        for endpoint, kinds in WATCHED.items()
        for what in kinds
    ]
    return tuple(row for row in found if row is not None)


def _largest(what: What, rows: list[Observation]) -> Widest | None:
    of_kind = [row for row in rows if row.kind in _KINDS[what]]
    if not of_kind:
        return None
    row = max(of_kind, key=lambda row: (row.value, row.id))
    return Widest(row.endpoint, what, row.value, row.unit, row.id, row.study, row.arm, row.week)
