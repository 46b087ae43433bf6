"""Maps of the scalp: the pieces that a whole scalp is simulated in, read from scalps.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np

from follicle_sim.base.types import Floats

MOST_PIECES = 120
"""Each has 2^24 names of follicles below those of grafts."""

NAMES_PER_PIECE = 1 << 24


@dataclass(frozen=True)
class Scalp:
    """A scalp in R pieces.

    Parameters
    ----------
    title, source
        Of the map.
    pieces
        Names, such as "top 3".
    share : (R,)
        Of the whole scalp; they add up to 1.
    """

    title: str
    source: str
    pieces: tuple[str, ...]
    share: tuple[float, ...]

    @property
    def weight(self) -> Floats:
        """Return (R,) the share of each piece."""
        return np.array(self.share)

    def first_name(self, piece: int) -> int:
        """Return the name, in the draws, of the first follicle of a piece."""
        return piece * NAMES_PER_PIECE


@cache
def load_scalps() -> Mapping[str, Scalp]:
    """Return every map of the scalp by name.

    Examples
    --------
    >>> scalp = load_scalps()["salt"]
    >>> len(scalp.pieces), round(sum(scalp.share), 12)
    (20, 1.0)
    """
    text = files("follicle_sim.biology").joinpath("scalps.toml").read_text("utf-8")
    return MappingProxyType({name: _scalp(row) for name, row in tomllib.loads(text).items()})


def _scalp(row: Mapping[str, object]) -> Scalp:
    names: list[str] = []
    shares: list[float] = []
    areas = row["areas"]
    assert isinstance(areas, list)
    for area in areas:
        count = area["pieces"]
        names += [f"{area['name']} {number}" for number in range(1, count + 1)]
        shares += [area["share"] / count] * count
    assert len(names) <= MOST_PIECES
    return Scalp(str(row["title"]), str(row["source"]), tuple(names), tuple(shares))


TARGET_AREA = Scalp("one target area", "", ("target area",), (1.0,))
"""What a trial simulates that counts hairs in one place."""
