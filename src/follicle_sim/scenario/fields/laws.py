"""Field types for what differs between people: ages, mixtures, ranges and correlations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base import units
from follicle_sim.base.errors import shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.units import YEAR
from follicle_sim.scenario.fields.correlation import ImpossibleError, mixing, pair_of
from follicle_sim.scenario.fields.quantities import (
    FieldType,
    Number,
    Quantity,
    not_of_others,
    read,
    within,
)
from follicle_sim.scenario.fields.refusals import Collector, choose, refuse
from follicle_sim.scenario.fields.words import SEXES, understand

OLDEST = 120 * YEAR

AgeLaw = float | tuple[float, float] | FrozenMap[str, float]
"""One age, a range of equally likely ages, or mean and sd of a normal law; day."""

NORMAL = ("mean", "sd")


@dataclass(frozen=True)
class Between(FieldType):
    """Least and most of a quantity, both allowed: ["100 cm-2", "200 cm-2"]."""

    dimension: str
    upper: float = math.inf
    of: str = ""

    def check(self, value: object, info: ValidationInfo) -> tuple[float, float]:
        example = units.example(self.dimension)
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            refuse(f'found {shown(value)}; allowed: least and most, such as ["{example}", "..."]')
        bounds = Quantity(self.dimension, upper=self.upper, of=self.of)
        parts = Collector()
        ends = [
            parts.run((index,), partial(_within, text, bounds)) for index, text in enumerate(value)
        ]
        parts.finish()
        low, high = (end or 0.0 for end in ends)
        if high < low:
            refuse(f"found {shown(value[0])} to {shown(value[1])}; the smaller one comes first")
        return low, high

    def write(self, value: Sequence[float]) -> list[str]:
        return [units.format_quantity(end, self.dimension) for end in value]

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}


def _within(text: object, bounds: Quantity) -> float:
    not_of_others(text, bounds.of)
    return within(read(text, bounds.dimension), text, bounds)


@dataclass(frozen=True)
class Age(FieldType):
    """An age, a range of ages, or `{ mean = "42 years", sd = "9 years" }`."""

    def check(self, value: object, info: ValidationInfo) -> AgeLaw:
        bounds = Quantity("time", upper=OLDEST)
        if isinstance(value, (list, tuple)):
            return Between("time", OLDEST).check(value, info)
        if not isinstance(value, Mapping):
            if isinstance(value, (int, float)) or str(value).strip().isdigit():
                refuse(f'found {shown(value)} without a unit; allowed: an age such as "42 years"')
            return bounds.check(value, info)
        parts, numbers = Collector(), {}
        for key, text in value.items():
            parts.run((str(key),), partial(choose, key, NORMAL, "key of a law of ages"))
            if key in NORMAL:
                numbers[key] = parts.run((key,), partial(_within, text, bounds))
        for key in NORMAL:
            if key not in value:
                parts.problems.append(((key,), 'missing; a time with a unit, such as "9 years"'))
        parts.finish()
        return FrozenMap({key: numbers[key] or 0.0 for key in NORMAL})

    def write(self, value: AgeLaw) -> object:
        if isinstance(value, Mapping):
            return {key: units.format_quantity(number, "time") for key, number in value.items()}
        if isinstance(value, (list, tuple)):
            return Between("time").write(value)
        return units.format_quantity(value, "time")

    def json_schema(self) -> dict[str, Any]:
        day = {"type": "string", "examples": ["35 years"]}
        span = {"type": "array", "items": day, "minItems": 2, "maxItems": 2}
        normal = {"type": "object", "properties": dict.fromkeys(NORMAL, day), "required": NORMAL}
        return {"anyOf": [day, span, normal | {"additionalProperties": False}]}


def shares(
    value: Mapping[object, object], options: Iterable[str], what: str
) -> FrozenMap[str, float]:
    """Return a mixture, name to share; refuse unknown names and shares that are not 1 in all."""
    if not value:
        refuse(f"found an empty table; at least one {what} with its share is needed")
    parts, share_of = Collector(), {}
    for name, share in value.items():
        parts.run((str(name),), partial(choose, name, options, what))
        bounds = Quantity("number", 0.0, 1.0)
        share_of[str(name)] = parts.run((str(name),), partial(_within, share, bounds))
    parts.finish()
    total = math.fsum(share or 0.0 for share in share_of.values())
    if abs(total - 1.0) > 1e-9:
        refuse(f"the shares add up to {total:.6g}; allowed: 1 in all")
    return FrozenMap({name: share or 0.0 for name, share in share_of.items()})


@dataclass(frozen=True)
class OneOrShares(FieldType):
    """One of a few words, or a mixture of them: { female = 0.4, male = 0.6 }."""

    options: tuple[str, ...]

    def check(self, value: object, info: ValidationInfo) -> str | FrozenMap[str, float]:
        if isinstance(value, Mapping):
            return shares(value, self.options, "word")
        return choose(understand(value, self.options, SEXES), self.options)

    def write(self, value: object) -> object:
        return dict(value) if isinstance(value, Mapping) else value

    def json_schema(self) -> dict[str, Any]:
        mixture = {"type": "object", "additionalProperties": {"type": "number"}}
        return {"anyOf": [{"enum": list(self.options)}, mixture]}


@dataclass(frozen=True)
class Grades(FieldType):
    """One grade, or the first and the last of several; which exist is checked by the population."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, str]:
        ends = [value, value] if isinstance(value, str) else value
        if not isinstance(ends, (list, tuple)) or len(ends) != 2:
            refuse(f'found {shown(value)}; allowed: a grade, or two: ["norwood_iii", "norwood_v"]')
        for index, grade in enumerate(ends):
            if not isinstance(grade, str):
                refuse(f"found {shown(grade)} at place {index + 1}; allowed: names of grades")
        return str(ends[0]), str(ends[1])

    def write(self, value: Sequence[str]) -> object:
        return value[0] if value[0] == value[1] else list(value)

    def json_schema(self) -> dict[str, Any]:
        span = {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}
        return {"anyOf": [{"type": "string"}, span]}


@dataclass(frozen=True)
class Correlations(FieldType):
    """How traits go together: { "severity-age" = 0.3 }, -1 to 1 each, possible together."""

    check_pair: Callable[[str], tuple[str, str]] = pair_of

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, float]:
        if not isinstance(value, Mapping):
            refuse(f'found {shown(value)}; a table is needed, such as {{ "severity-age" = 0.3 }}')
        parts, correlations = Collector(), {}
        for key, text in value.items():
            pair = parts.run((str(key),), partial(self.pair, str(key)))
            number = parts.run((str(key),), partial(Number(-1.0, 1.0).check, text, info))
            if pair is None or number is None:
                continue
            name = "-".join(pair)
            if name in correlations:
                parts.problems.append(((str(key),), "the same two traits stand here already"))
            correlations[name] = number
        parts.finish()
        try:
            mixing(correlations)
        except ImpossibleError as error:
            refuse(
                "these correlations contradict each other: no people can have them all "
                f'(found out at "{error.trait}"); bring some nearer to 0'
            )
        return FrozenMap(correlations)

    def pair(self, key: str) -> tuple[str, str]:
        """Return the two traits of a key, or refuse it."""
        try:
            return self.check_pair(key)
        except ValueError as error:
            refuse(str(error))

    def write(self, value: Mapping[str, float]) -> dict[str, float]:
        return dict(value)

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "number", "minimum": -1, "maximum": 1}
        return {"type": "object", "additionalProperties": number}
