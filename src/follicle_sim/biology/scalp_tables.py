"""A map of the scalp as its file holds it: areas, what each is like, severities by grade."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.quantity import Area, Grade, Positive, Share
from follicle_sim.biology.cause_tables import FrozenTable, Text

MOST_PIECES = 120
"""Each has 2^24 names of follicles below those of grafts."""

NEAR_ONE = 0.002
"""By how much the mean density over the scalp may miss 1: densities are written with few digits."""

Point = tuple[FiniteFloat, FiniteFloat]
Relative = Annotated[FiniteFloat, Field(ge=0.0, le=20.0)]
Lies = Literal["middle", "both sides", "left", "right"]


class AreaTable(FrozenTable):
    """One area: its share of the scalp, its hair, and its place in the picture of a head.

    `density` is relative to the mean of the scalp, `sensitivity` to the region of reference.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    pieces: Annotated[int, Field(ge=1, le=MOST_PIECES, strict=True)]
    share: Share
    density: Positive | None = None
    sensitivity: Share | None = None
    lies: Lies
    outline: Annotated[tuple[Point, ...], Field(min_length=3)]


class DonorTable(FrozenTable):
    """The area that grafts are taken from, and which share of it can be taken and not be seen."""

    area: str
    safe_share: Share


class SeverityTable(FrozenTable):
    """How far each area is miniaturised at each grade, on the scale of a condition's severities."""

    source: Text
    grade: Grade
    grades: Mapping[str, Mapping[str, Relative]]


class ScalpTable(FrozenTable):
    """One map: areas alone, or regions with hair and severities of their own."""

    title: Text
    source: Text
    areas: Annotated[tuple[AreaTable, ...], Field(min_length=1)]
    reference: str | None = None
    surface: Area | None = None
    donor: DonorTable | None = None
    severity: SeverityTable | None = None

    @model_validator(mode="after")
    def _areas_make_a_scalp(self) -> ScalpTable:
        names = [area.name for area in self.areas]
        if len(set(names)) < len(names):
            raise ValueError("areas: two have the same name")
        total = sum(area.share.value for area in self.areas)
        if not math.isclose(total, 1.0, abs_tol=1e-9):
            raise ValueError(f"areas: the shares add up to {total:g}; needed: 1")
        pieces = sum(area.pieces for area in self.areas)
        if pieces > MOST_PIECES:
            raise ValueError(f"areas: {pieces} pieces; allowed: up to {MOST_PIECES}")
        if self.donor is not None:
            _one_of("donor.area", [self.donor.area], names)
        return self

    @model_validator(mode="after")
    def _regions_are_whole(self) -> ScalpTable:
        if self.reference is None:
            for area in self.areas:
                if area.density is not None or area.sensitivity is not None:
                    raise ValueError(f"reference is missing: {area.name} is relative to which area")
            if self.severity is not None or self.donor is not None:
                raise ValueError("reference is missing: the area that the target area stands for")
            return self
        _one_of("reference", [self.reference], [area.name for area in self.areas])
        mean = 0.0
        for area in self.areas:
            if area.density is None or area.sensitivity is None:
                raise ValueError(f"areas, {area.name}: density and sensitivity are needed")
            mean += area.share.value * area.density.value
            if area.name == self.reference and area.sensitivity.value != 1.0:
                raise ValueError(f"areas, {area.name}: the reference has a sensitivity of 1")
        if abs(mean - 1.0) > NEAR_ONE:
            raise ValueError(
                f"areas: densities have a mean of {mean:.4g} over the scalp; needed: 1"
            )
        if self.donor is not None and self.surface is None:
            raise ValueError("surface is missing: how large the donor area is")
        return self

    @model_validator(mode="after")
    def _every_area_has_a_severity(self) -> ScalpTable:
        if self.severity is None:
            return self
        known = {area.name: area for area in self.areas}
        for grade, row in self.severity.grades.items():
            where = f"severity.grades.{grade}"
            _one_of(where, row, known)
            for name, area in known.items():
                if name not in row:
                    raise ValueError(f"{where}: {name} is missing")
                if area.sensitivity is not None and not area.sensitivity.value and row[name]:
                    raise ValueError(
                        f"{where}.{name}: found {row[name]:g}; allowed: 0, as androgens do not "
                        "reach an area with a sensitivity of 0"
                    )
        return self


def _one_of(where: str, names: Iterable[str], known: Iterable[str]) -> None:
    every = list(known)
    for name in names:
        if name not in every:
            raise ValueError(f'{where}: no area "{name}"{did_you_mean(name, every)}')
