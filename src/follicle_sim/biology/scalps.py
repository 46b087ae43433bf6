"""Maps of the scalp: the pieces that a whole scalp is simulated in, one file a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import ValidationError

from follicle_sim import biology
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.quantity import read_toml
from follicle_sim.base.types import Floats
from follicle_sim.biology.scalp_tables import ScalpTable

FOLDER = Path(biology.__file__).parent / "scalps"
"""Of the maps: one file each."""

FIRST_MAP = "regions"
"""The map whose regions can be named without it."""

NAMES_PER_PIECE = 1 << 24

Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Donor:
    """What grafts are taken from: an area, and the share of it that can go without being seen."""

    area: str
    safe_share: float


@dataclass(frozen=True)
class Scalp:
    """A scalp in R pieces.

    Parameters
    ----------
    title, source
        Of the map.
    pieces
        Names, such as "top 3"; that of its area where an area is one piece.
    share : (R,)
        Of the whole scalp; they add up to 1.
    areas : (R,)
        Name of the area that each piece is of; () where there are none.
    density, sensitivity : (R,)
        Follicles per area and androgen sensitivity of each piece, relative to the area that a
        target area stands for; () where all pieces are like it.
    severity
        Of each piece (R,) by grade, on the scale of a condition's severities.
    surface
        Of the whole scalp, cm2; NaN where the map does not say.
    donor
        What grafts are taken from.
    outlines
        Polygons by area, for pictures: see `biology/scalps/regions.toml`.
    """

    title: str
    source: str
    pieces: tuple[str, ...]
    share: tuple[float, ...]
    areas: tuple[str, ...] = ()
    density: tuple[float, ...] = ()
    sensitivity: tuple[float, ...] = ()
    severity: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    surface: float = float("nan")
    donor: Donor | None = None
    outlines: Mapping[str, tuple[Polygon, ...]] = field(default_factory=dict)

    @property
    def weight(self) -> Floats:
        """Return (R,) the share of each piece."""
        return np.array(self.share)

    @property
    def regional(self) -> bool:
        """True where pieces differ in hair, androgens or severity."""
        return bool(self.sensitivity)

    def first_name(self, piece: int) -> int:
        """Return the name, in the draws, of the first follicle of a piece."""
        return piece * NAMES_PER_PIECE

    def density_of(self, piece: int) -> float:
        """Return follicles per area of a piece, relative to a target area."""
        return self.density[piece] if self.density else 1.0

    def sensitivity_of(self, piece: int) -> float:
        """Return the androgen sensitivity of a piece, relative to a target area."""
        return self.sensitivity[piece] if self.sensitivity else 1.0

    def share_of(self, area: str) -> float:
        """Return the share of the scalp that an area is."""
        return sum(
            share for share, name in zip(self.share, self.areas, strict=True) if name == area
        )

    def density_in(self, area: str) -> float:
        """Return follicles per area of an area, relative to a target area."""
        return self.density_of(self.areas.index(area))

    def only(self, area: str) -> Scalp:
        """Return one area as the only piece: a target area that lies in it."""
        piece = self.areas.index(area)
        return Scalp(
            title=f"target area in the {area} region",
            source=self.source,
            pieces=("target area",),
            share=(1.0,),
            areas=(area,),
            density=(self.density_of(piece),),
            sensitivity=(self.sensitivity_of(piece),),
            severity={grade: (row[piece],) for grade, row in self.severity.items()},
        )


TARGET_AREA = Scalp("one target area", "", ("target area",), (1.0,))
"""What a trial simulates that counts hairs in one place."""


@cache
def load_scalps() -> Mapping[str, Scalp]:
    """Return every map of the scalp by name.

    Examples
    --------
    >>> scalp = load_scalps()["salt"]
    >>> len(scalp.pieces), round(sum(scalp.share), 12)
    (20, 1.0)
    """
    return MappingProxyType(
        {
            path.stem: parse_scalp(read_toml(path), path.name)
            for path in sorted(FOLDER.glob("*.toml"))
        }
    )


@cache
def load_regions() -> Mapping[str, Scalp]:
    """Return a target area in each region of every map that has regions, by name.

    Those of `FIRST_MAP` have their own name, others that of their map in front.

    Examples
    --------
    >>> load_regions()["occipital"].sensitivity
    (0.0,)
    """
    found: dict[str, Scalp] = {}
    for name, scalp in load_scalps().items():
        for area in dict.fromkeys(scalp.areas) if scalp.regional else ():
            found[area if name == FIRST_MAP else f"{name}.{area}"] = scalp.only(area)
    return MappingProxyType(found)


def map_of(region: str | None) -> str | None:
    """Return the name of the map that a region of `load_regions` is of; None of none."""
    if region is None:
        return None
    return region.rpartition(".")[0] or FIRST_MAP


def scalp_table(name: str) -> ScalpTable:
    """Return a map of the library with the source of each number.

    Raises
    ------
    InputError
        As `parse_scalp`.
    """
    path = FOLDER / f"{name}.toml"
    return _table(read_toml(path), path.name)


def parse_scalp(tables: Mapping[str, Any], source: str) -> Scalp:
    """Return a map of the scalp from the tables of its file.

    Raises
    ------
    InputError
        With every problem: what is missing, unknown, out of bounds or does not fit together.
    """
    return _scalp(_table(tables, source))


def _table(tables: Mapping[str, Any], source: str) -> ScalpTable:
    try:
        return ScalpTable.model_validate(dict(tables))
    except ValidationError as error:
        problems = [
            Problem(
                ".".join(map(str, row["loc"])) or "map",
                str(row["msg"]).removeprefix("Value error, "),
            )
            for row in error.errors()
        ]
        raise InputError(source, problems) from None


def _scalp(table: ScalpTable) -> Scalp:
    names: list[str] = []
    areas: list[str] = []
    shares: list[float] = []
    for area in table.areas:
        count = area.pieces
        numbered = [f"{area.name} {number}" for number in range(1, count + 1)]
        names += numbered if count > 1 else [area.name]
        areas += [area.name] * count
        shares += [area.share.value / count] * count
    by_name = {area.name: area for area in table.areas}
    density: tuple[float, ...] = ()
    sensitivity: tuple[float, ...] = ()
    if table.reference is not None:
        usual = _value(by_name[table.reference].density)
        density = tuple(_value(by_name[name].density) / usual for name in areas)
        sensitivity = tuple(_value(by_name[name].sensitivity) for name in areas)
    grades = {} if table.severity is None else table.severity.grades
    return Scalp(
        title=table.title,
        source=table.source,
        pieces=tuple(names),
        share=tuple(shares),
        areas=tuple(areas),
        density=density,
        sensitivity=sensitivity,
        severity={grade: tuple(row[name] for name in areas) for grade, row in grades.items()},
        surface=float("nan") if table.surface is None else table.surface.value,
        donor=None
        if table.donor is None
        else Donor(table.donor.area, table.donor.safe_share.value),
        outlines={area.name: _whole(area.outline, area.lies) for area in table.areas},
    )


def _value(quantity: Any) -> float:
    return float(quantity.value)


def _whole(half: Polygon, lies: str) -> tuple[Polygon, ...]:
    """Return the polygons of an area from the half of it that a file holds, x to the right."""
    mirrored = tuple((-x, y) for x, y in reversed(half))
    if lies == "middle":
        return (half + mirrored,)
    return {"right": (half,), "left": (mirrored,), "both sides": (half, mirrored)}[lies]
