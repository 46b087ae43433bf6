"""Field types made of several parts: visits, overrides, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base import units
from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.likeness import nearest
from follicle_sim.scenario.fields.known import Bounded, Known, default_known
from follicle_sim.scenario.fields.labels import not_cut
from follicle_sim.scenario.fields.methods import EXTRA_VARIABLES
from follicle_sim.scenario.fields.quantities import FieldType, Quantity, Text, read, within
from follicle_sim.scenario.fields.refusals import Collector, choose, known_names, refuse
from follicle_sim.scenario.fields.times import read_interval, split_visits
from follicle_sim.scenario.fields.words import ENDPOINTS, understand

MOST_VISITS = 10_000
_SERIES = ("every", "until")
# Names of what a result can hold, in the order a table shows them.
VARIABLES = (
    "hair_density",
    "terminal_density",
    "vellus_density",
    "shaft_calibre",
    "anagen_fraction",
    "phase_count",
    "growth_rate",
    "shed_rate",
    "hair_weight",
    "factor_level",
)


@dataclass(frozen=True)
class SchemaVersion(FieldType):
    """The version of the file format."""

    current: int

    def check(self, value: object, info: ValidationInfo) -> int:
        if isinstance(value, bool) or value != self.current:
            refuse(f"found {shown(value)}; this version of follicle_sim reads {self.current}")
        return self.current

    def json_schema(self) -> dict[str, Any]:
        return {"const": self.current}


@dataclass(frozen=True)
class Route(FieldType):
    """How a dose is given: the route of its treatment, which has only one."""

    def check(self, value: object, info: ValidationInfo) -> str:
        treatment = info.data.get("treatment")  # absent when it was itself refused
        own = known_names(info).routes.get(treatment) if treatment else None
        if not own:
            return Text(80).check(value, info)
        return choose(understand(value, [own]), [own], f"route of {treatment}")


@dataclass(frozen=True)
class VariableNames(FieldType):
    """Names of result variables, without repeats."""

    options: tuple[str, ...] = (*VARIABLES, *EXTRA_VARIABLES)

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            refuse(f"found {shown(value)}; allowed: a list of names of variables")
        if not value:
            refuse("found an empty list; leave the key out to keep all variables")
        parts, names = Collector(), list[str]()
        for index, word in enumerate(value):
            name = parts.run((index,), partial(self.one, word))
            if name is not None and name in names:
                parts.problems.append(((index,), f"found {shown(word)} twice"))
            names += [name] if name is not None else []
        parts.finish()
        return tuple(names)

    def one(self, word: object) -> str:
        """Return the variable of a name, or of another word for it."""
        return choose(understand(word, self.options, ENDPOINTS), self.options, "variable")

    def write(self, value: Sequence[str]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"enum": list(self.options)}}


@dataclass(frozen=True)
class Visits(FieldType):
    """Days of visits, increasing, with the baseline visit; a list or a regular series."""

    latest: float

    def check(self, value: object, info: ValidationInfo) -> tuple[float, ...]:
        if isinstance(value, str):
            value = split_visits(value)
        if isinstance(value, Mapping):
            return self.series(value)
        if not isinstance(value, (list, tuple)):
            refuse(
                f'found {shown(value)}; allowed: a list such as ["0 days", "12 weeks"], or '
                '{every = "4 weeks", until = "1 year"}'
            )
        if not value:
            refuse('found an empty list; at least the baseline visit "0 days" is needed')
        if len(value) > MOST_VISITS:
            refuse(f"found {len(value):,} visits; allowed: at most {MOST_VISITS:,}")
        parts = Collector()
        days = [parts.run((index,), partial(self.day, text)) for index, text in enumerate(value)]
        for index in range(1, len(days)):
            day, before = days[index], days[index - 1]
            if day is not None and before is not None and day <= before:
                previous = units.format_quantity(before, "time")
                message = f"found {shown(value[index])}; visits must increase, allowed: after "
                parts.problems.append(((index,), message + previous))
        if None not in days and 0.0 not in days:
            message = (
                f'no baseline visit; the list must contain "0 days" (found {len(days)} visits)'
            )
            parts.problems.append(((), message))
        parts.problems.sort()
        parts.finish()
        return tuple(day for day in days if day is not None)

    def day(self, text: object, *, positive: bool = False) -> float:
        """Return one time of a schedule, day; refused after the latest visit allowed."""
        bounds = Quantity("time", upper=self.latest, positive=positive)
        often = read_interval(text) if positive and isinstance(text, str) else None
        days = read(text, "time") if often is None else often
        if days < 0.0 and not positive:
            most = units.format_quantity(self.latest, "time")
            hint = "for a visit before baseline give design.run_in"
            refuse(f"found {shown(text)}; allowed: 0 days to {most}; {hint}")
        return within(days, text, bounds)

    def series(self, table: Mapping[object, object]) -> tuple[float, ...]:
        """Return the visits that `{ every = ..., until = ... }` stands for, day."""
        parts = Collector()
        times: dict[str, float | None] = {}
        for key in table:
            if key not in _SERIES:
                hint = did_you_mean(str(key), _SERIES)
                parts.problems.append(((str(key),), f"unknown key{hint}"))
        meant = {nearest(str(key), _SERIES) for key in table}
        for key in _SERIES:
            if key in table:
                times[key] = parts.run((key,), partial(self.day, table[key], positive=True))
            elif key not in meant:  # a misspelt key is reported once
                parts.problems.append(((key,), 'missing; a time with a unit, such as "4 weeks"'))
        parts.finish()
        every, until = times["every"] or 1.0, times["until"] or 0.0
        if until / every > MOST_VISITS:
            refuse(f"found {until / every:,.0f} visits; allowed: at most {MOST_VISITS:,}")
        days = regular(every, until)
        if len(days) == 1:
            text, end = (units.format_quantity(day, "time") for day in (every, until))
            refuse(
                f"found every {text} until {end}: only the visit at 0 days falls inside; allowed: "
                'every at most until, or ["0 days"] for a single visit'
            )
        return Series(days, until)

    def write(self, value: Sequence[float]) -> object:
        every, until = value[min(1, len(value) - 1)], value[-1]
        if len(value) > 3 and until / every < MOST_VISITS and regular(every, until) == tuple(value):
            days = (units.format_quantity(x, "time") for x in (every, until))
            return dict(zip(_SERIES, days, strict=True))
        return [units.format_quantity(day, "time") for day in value]

    def json_schema(self) -> dict[str, Any]:
        day = {"type": "string", "examples": [units.example("time")]}
        series = {
            "type": "object",
            "properties": {"every": day, "until": day},
            "required": ["every", "until"],
            "additionalProperties": False,
        }
        return {"anyOf": [{"type": "array", "items": day, "minItems": 1}, series]}


class Series(tuple[float, ...]):
    """Visits at equal intervals, which remember when they were asked to end."""

    until: float

    def __new__(cls, days: Sequence[float], until: float) -> Series:
        """Return the days of visits that were to go on `until` a day."""
        series = super().__new__(cls, days)
        series.until = until
        return series

    def __getnewargs__(self) -> tuple[tuple[float, ...], float]:
        """Return what pickling and copying make it of."""
        return tuple(self), self.until


def regular(every: float, until: float) -> tuple[float, ...]:
    """Return 0, every, 2 every ... up to and including `until`."""
    # A whole number of intervals may fall a rounding error short of `until`.
    steps = int(until / every + 1e-9)
    return tuple(step * every for step in range(steps + 1))


@dataclass(frozen=True)
class ArmPairs(FieldType):
    """Simulated arm to arm of an observed study; the simulated ones are checked with the arms."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, str]:
        if not isinstance(value, Mapping):
            refuse(f'found {shown(value)}; a table is needed: simulated arm = "arm of the study"')
        if not value:
            refuse('found an empty table; at least one: simulated arm = "arm of the study"')
        study = info.data.get("study")  # absent when it was itself refused
        rows = info.data.get("rows")  # of a table of the user's own
        if study is not None and rows is not None:
            # An arm may stand in a table as the control of another one alone.
            own = (row[key] for row in rows for key in ("arm", "control") if key in row)
            arms = tuple(dict.fromkeys(own)) or known_names(info).studies[study]
            parts = Collector()
            for label, arm in value.items():
                parts.run((label,), partial(not_cut, label, arm))
                if not isinstance(arm, Mapping):
                    parts.run((label,), partial(choose, arm, arms, f"arm of {study}"))
            parts.finish()
        return FrozenMap(value)

    def write(self, value: Mapping[str, str]) -> dict[str, str]:
        return dict(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True)
class Overrides(FieldType):
    """Biology parameters to change, each with the dimension and bounds of its parameter."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, float]:
        if not isinstance(value, Mapping):
            refuse(f"found {shown(value)}; a table of biology parameters is needed")
        parameters = known_names(info).parameters if value else {}
        parts, numbers = Collector(), {}
        for name, text in value.items():
            number = parts.run((name,), partial(override, name, text, parameters))
            if number is not None:
                numbers[name] = number
        parts.finish()
        return FrozenMap(numbers)

    def write(self, value: Mapping[str, float]) -> dict[str, object]:
        return write_overrides(value, default_known()) if value else {}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": ["string", "number"]}}


def override(name: str, text: object, parameters: Mapping[str, Bounded]) -> float:
    """Return the canonical value of one override."""
    if name == "potency":
        refuse("a potency is that of one treatment, potency_NAME; follicle-sim show lists them")
    if name not in parameters:
        refuse("unknown biology parameter" + did_you_mean(name, parameters))
    known = parameters[name]
    bounds = Quantity(known.dimension, known.lower, known.upper)
    return within(read(text, known.dimension), text, bounds)


def write_overrides(values: Mapping[str, float], known: Known) -> dict[str, object]:
    """Return biology overrides as a file holds them: plain numbers, or texts with a unit."""
    return {
        name: value
        if known.parameters[name].dimension == "number"
        else units.format_quantity(value, known.parameters[name].dimension)
        for name, value in values.items()
    }
