"""Field types of a search: `{ least = ..., most = ..., step = ... }`, a grid of values to try."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base import units
from follicle_sim.base.errors import UnitError, did_you_mean, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.likeness import nearest
from follicle_sim.scenario.fields.quantities import FieldType, Quantity, Whole, read, within
from follicle_sim.scenario.fields.refusals import Collector, known_names, refuse

MOST_VALUES = 1000
_KEYS = ("least", "most", "step")
WHOLE = "whole"
AMOUNT = "amount"


@dataclass(frozen=True)
class Grid:
    """Values from `least` to at most `most`, `step` apart, in the canonical unit of a dimension."""

    least: float
    most: float
    step: float
    dimension: str

    @property
    def size(self) -> int:
        """Return how many values there are."""
        # a whole number of steps may fall a rounding error short of `most`
        return int((self.most - self.least) / self.step + 1e-9) + 1

    def value(self, index: int) -> float:
        """Return one value.

        Examples
        --------
        >>> Grid(0.0, 0.3, 0.1, "number").value(3)
        0.3
        """
        return float(f"{self.least + index * self.step:.12g}")

    def text(self, index: int) -> str:
        """Return one value as a file holds it."""
        value = self.value(index)
        if self.dimension == WHOLE:
            return str(int(value))
        return units.format_quantity(value, self.dimension)


@dataclass(frozen=True)
class SearchRange(FieldType):
    """A grid of values of one dimension; `amount` takes that of the unit found."""

    dimension: str
    lower: float = 0.0
    upper: float = math.inf
    positive: bool = False

    def check(self, value: object, info: ValidationInfo) -> Grid:
        return self.grid(value)

    def grid(self, value: object) -> Grid:
        """Return the grid a table stands for, or refuse it."""
        if not isinstance(value, Mapping):
            refuse(f"found {shown(value)}; allowed: {self.example()}")
        parts = Collector()
        meant = {nearest(str(key), _KEYS) for key in value}
        for key in value:
            if key not in _KEYS:
                parts.problems.append(((str(key),), f"unknown key{did_you_mean(str(key), _KEYS)}"))
        quantities: dict[str, tuple[float, str] | None] = {}
        for key in _KEYS:
            if key in value:
                quantities[key] = parts.run((key,), partial(self.number, value[key], key == "step"))
            elif key not in meant:
                parts.problems.append(((key,), f"missing; needed: {self.example()}"))
        parts.finish()
        numbers = [number for number in quantities.values() if number is not None]
        (least, dimension), (most, other), (step, third) = numbers
        if {dimension, other, third} != {dimension}:
            refuse(f"found {dimension}, {other} and {third}; least, most and step are of one kind")
        if most < least:
            refuse(f"found {shown(value['most'])}; allowed: least or more ({value['least']})")
        grid = Grid(least, most, step, dimension)
        if (most - least) / step >= MOST_VALUES:
            refuse(f"{(most - least) / step + 1:,.0f} values; allowed: {MOST_VALUES:,}")
        return grid

    def number(self, value: object, step: bool) -> tuple[float, str]:
        """Return one number of the range and its dimension."""
        if self.dimension == WHOLE:
            bounds = Whole(1 if step else int(self.lower), int(self.upper))
            return float(bounds.check(value, _NO_INFO)), WHOLE
        dimension = self.dimension
        if dimension == AMOUNT:
            if not isinstance(value, str):
                refuse(f'found {shown(value)}; an amount with a unit is needed, as in "1 session"')
            try:
                number, dimension = units.parse_amount(value)
            except UnitError as error:
                refuse(str(error))
        else:
            number = read(value, dimension)
        lower = 0.0 if step else self.lower
        upper = 1e18 if self.dimension == AMOUNT else self.upper
        bounds_of = Quantity(dimension, lower, upper, positive=step or self.positive)
        return within(number, value, bounds_of), dimension

    def example(self) -> str:
        """Return what a file could hold."""
        if self.dimension == WHOLE:
            return "{ least = 1, most = 12, step = 1 }"
        if self.dimension == AMOUNT:
            return '{ least = "1 session", most = "3 sessions", step = "1 session" }'
        if self.dimension == "number":
            return "{ least = 0.0, most = 0.6, step = 0.1 }"
        return '{ least = "1 week", most = "8 weeks", step = "1 week" }'

    def write(self, value: Grid) -> dict[str, object]:
        def text(number: float) -> object:
            if value.dimension == WHOLE:
                return int(number)
            if value.dimension == "number":
                return number
            return units.format_quantity(number, value.dimension)

        return {key: text(getattr(value, key)) for key in _KEYS}

    def json_schema(self) -> dict[str, Any]:
        kinds = {WHOLE: "integer", "number": "number"}
        number = {"type": kinds.get(self.dimension, "string")}
        return {
            "type": "object",
            "properties": dict.fromkeys(_KEYS, number),
            "required": list(_KEYS),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class FactorRanges(FieldType):
    """Factor to the grid of its entry in a signature."""

    bounds: SearchRange

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, Grid]:
        if not isinstance(value, Mapping) or not value:
            refuse(f"found {shown(value)}; allowed: FACTOR = {self.bounds.example()}")
        parts, grids = Collector(), {}
        for name, table in value.items():
            grid = parts.run((name,), partial(self.bounds.grid, table))
            if grid is not None:
                grids[str(name)] = grid
        parts.finish()
        return FrozenMap(grids)

    def write(self, value: Mapping[str, Grid]) -> dict[str, object]:
        return {name: self.bounds.write(grid) for name, grid in value.items()}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.bounds.json_schema()}


@dataclass(frozen=True)
class OwnName(FieldType):
    """The name of a treatment that the scenario brings along itself."""

    def check(self, value: object, info: ValidationInfo) -> str:
        own = sorted(known_names(info).own)
        if not isinstance(value, str):
            refuse(f"found {shown(value)}; allowed: the name of a [treatments.NAME] table")
        if value not in own:
            hint = did_you_mean(value, own) or "; it has none"
            refuse(f'found "{value}", no [treatments.{value}] table of this scenario{hint}')
        return value


class _NoInfo:
    data: Mapping[str, object] = {}
    context = None


_NO_INFO: Any = _NoInfo()
