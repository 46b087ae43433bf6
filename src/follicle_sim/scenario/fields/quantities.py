"""Field types of a scenario: text in, checked value out, and plain words where it is wrong.

Every type is one small class used as ``Annotated[float, Quantity("time")]``, in place of pydantic's
checks, so that messages say what was found and what is allowed in the words of the file.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from follicle_sim.base import units
from follicle_sim.base.errors import UnitError, shown
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.punch import read_punch
from follicle_sim.scenario.fields.refusals import choose, known_names, refuse
from follicle_sim.scenario.fields.times import read_interval, read_moment
from follicle_sim.scenario.fields.words import NAMES, Words, refuse_strength, understand

MOST_SHOWN = 1e6
"""A bare number below this is repeated with a unit in the message that refuses it."""


class FieldType(ABC):
    """Base of the field types: hooks a `check` method into pydantic."""

    @abstractmethod
    def check(self, value: object, info: ValidationInfo) -> object:
        """Return the value to keep, or refuse it."""

    def write(self, value: Any) -> object:
        """Return the value as a file holds it."""
        return value

    def json_schema(self) -> dict[str, Any]:
        """Return the schema an editor uses to check a file while it is typed."""
        return {"type": "string"}

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self.check,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.write, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return self.json_schema()


@dataclass(frozen=True)
class Quantity(FieldType):
    """A number with a unit, kept as a float in the canonical unit; a bare number is refused.

    Parameters
    ----------
    dimension
        As in `follicle_sim.base.units.parse`.
    lower, upper
        Bounds in the canonical unit, both allowed.
    positive
        Refuse zero too.
    of
        "follicles" or "hairs", where a density is of one of them: the other's unit is refused.
    """

    dimension: str
    lower: float = 0.0
    upper: float = math.inf
    positive: bool = False
    of: str = ""

    def check(self, value: object, info: ValidationInfo) -> float:
        not_of_others(value, self.of)
        return within(read(value, self.dimension), value, self)

    def write(self, value: float) -> str:
        return units.format_quantity(value, self.dimension)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": [units.example(self.dimension)]}


_IN_WORDS = {"time": read_moment, "density": read_punch}
"""Dimension to what reads it where it is no number with a unit."""


def read(value: object, dimension: str) -> float:
    """Return a quantity as a canonical float; text with a unit unless a plain number is wanted."""
    if dimension == "number" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return finite(value)
    if not isinstance(value, str):
        need = units.describe_need(dimension)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            refuse(f"found {shown(value)}; {need}")
        if dimension == "density" and 0 < value < MOST_SHOWN:
            # densities of hairs and follicles are published per cm2
            need = need.replace(units.example(dimension), f"{value:g} cm-2")
        refuse(f"found {shown(value)} without a unit; {need}")
    try:
        return units.parse(value, dimension)
    except UnitError as error:
        in_words = _IN_WORDS[dimension](value) if dimension in _IN_WORDS else None
        if in_words is None:
            refuse(str(error))
        return in_words


_OTHERS = {
    "follicles": (
        "hair",
        "follicles are meant, and an instrument counts fewer hairs than there are follicles (some "
        'are empty, some hairs too fine or too short); allowed: follicles per area, "220 cm-2"',
    ),
    "hairs": ("follicle", 'counted hairs are meant; allowed: hairs per area, "140 hairs/cm2"'),
}


def not_of_others(value: object, of: str) -> None:
    """Refuse hairs where follicles are meant, and follicles where hairs are; "" lets both pass."""
    word, why = _OTHERS.get(of, ("", ""))
    if word and isinstance(value, str) and word in value.lower():
        refuse(f"found {shown(value)}; {why}")


def finite(value: float) -> float:
    """Return a number as float; refuse infinities and what is not a number."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        refuse(f"found {shown(value)}; a finite number is needed")
    return number + 0.0  # turns -0.0 into 0.0


def within(number: float, written: object, bounds: Quantity) -> float:
    """Return `number` if it lies within the bounds of a quantity."""

    def text(value: float) -> str:
        return units.format_quantity(value, bounds.dimension)

    below = number <= bounds.lower if bounds.positive else number < bounds.lower
    if below or number > bounds.upper:
        least = f"more than {text(bounds.lower)}" if bounds.positive else None
        if math.isinf(bounds.upper):
            allowed = least or f"{text(bounds.lower)} or more"
        elif math.isinf(bounds.lower):
            allowed = f"at most {text(bounds.upper)}"
        elif least:
            allowed = f"{least}, at most {text(bounds.upper)}"
        else:
            allowed = f"{text(bounds.lower)} to {text(bounds.upper)}"
        refuse(f"found {shown(written)}; allowed: {allowed}")
    return number + 0.0


@dataclass(frozen=True)
class Every(Quantity):
    """The time between two doses, also in words: "3 weeks", "every 3 weeks", "twice daily"."""

    def check(self, value: object, info: ValidationInfo) -> float:
        days = read_interval(value) if isinstance(value, str) else None
        return super().check(value, info) if days is None else within(days, value, self)


@dataclass(frozen=True)
class Amount(FieldType):
    """A dose amount: mass, volume, particles per area or sessions (dimension kept beside it)."""

    def check(self, value: object, info: ValidationInfo) -> float:
        if not isinstance(value, str):
            examples = ", ".join(f'"{units.example(name)}"' for name in units.AMOUNTS)
            refuse(f"found {shown(value)}; an amount with a unit is needed, for example {examples}")
        try:
            number, dimension = units.parse_amount(value)
        except UnitError as error:
            refuse(str(error))
        within(number, value, Quantity(dimension, upper=1e18))
        self.check_treatment(value, dimension, info)
        return number

    @staticmethod
    def check_treatment(value: str, dimension: str, info: ValidationInfo) -> None:
        """Refuse an amount that is not in the unit its treatment is dosed by."""
        treatment = info.data.get("treatment")  # absent when it was itself refused
        dosed_by = known_names(info).treatments.get(treatment, "") if treatment else ""
        if dosed_by not in ("", "none", dimension):
            refuse(
                f'found "{value}", {units.NOUNS[dimension]}; {treatment} is dosed by '
                f'{dosed_by}, for example "{units.example(dosed_by)}"'
            )

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": [units.example(name) for name in units.AMOUNTS]}


@dataclass(frozen=True)
class Whole(FieldType):
    """A whole number within bounds; 1e3 is as good as 1000, 1.5 and true are not."""

    lower: int
    upper: int

    def check(self, value: object, info: ValidationInfo) -> int:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        if isinstance(value, bool) or not whole:
            refuse(f"found {shown(value)}; {self.allowed()}")
        number = int(value)  # type: ignore[call-overload]
        if not self.lower <= number <= self.upper:
            refuse(f"found {shown(value)}; {self.allowed()}")
        return int(number)

    def allowed(self) -> str:
        """Return the end of a message: what would have been accepted."""
        return f"allowed: a whole number from {self.lower:,} to {self.upper:,}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lower, "maximum": self.upper}


@dataclass(frozen=True)
class Number(FieldType):
    """A plain number within bounds; a percentage in quotes is accepted."""

    lower: float = 0.0
    upper: float = 1.0

    def check(self, value: object, info: ValidationInfo) -> float:
        bounds = Quantity("number", self.lower, self.upper)
        return within(read(value, "number"), value, bounds)

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "number", "minimum": self.lower, "maximum": self.upper}
        return {"anyOf": [number, {"type": "string", "pattern": "%$"}]}


@dataclass(frozen=True)
class Text(FieldType):
    """Text; a `label` is a non-empty single line without spaces at its ends."""

    longest: int = 2000
    label: bool = False

    def check(self, value: object, info: ValidationInfo) -> str:
        if not isinstance(value, str):
            refuse(f"found {shown(value)}; allowed: text in quotes")
        if self.label and not value.strip():
            refuse("found empty text; at least one character is needed")
        if self.label and (value != value.strip() or not value.isprintable()):
            refuse(f"found {shown(value)}; allowed: one line without spaces at its ends")
        if len(value) > self.longest:
            refuse(f"found {len(value):,} characters; allowed: at most {self.longest:,}")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            refuse("found half of a surrogate pair; allowed: text that can be written as UTF-8")
        return value


@dataclass(frozen=True)
class Flag(FieldType):
    """true or false."""

    def check(self, value: object, info: ValidationInfo) -> bool:
        if not isinstance(value, bool):
            refuse(f"found {shown(value)}; allowed: true or false")
        return value

    def json_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(FieldType):
    """One of a few words, or another word for one of them."""

    options: tuple[str, ...]
    words: Words | None = None

    def check(self, value: object, info: ValidationInfo) -> str:
        return choose(understand(value, self.options, self.words), self.options)

    def json_schema(self) -> dict[str, Any]:
        return {"enum": list(self.options)}


def one_of(literal: object, words: Words | None = None) -> Choice:
    """Return the field type of a ``Literal`` of words, and of other words for them."""
    return Choice(get_args(literal), words)


@dataclass(frozen=True)
class Name(FieldType):
    """A name that must exist elsewhere in the package."""

    what: str
    options: Callable[[Known], Iterable[str]]

    def check(self, value: object, info: ValidationInfo) -> str:
        names = list(self.options(known_names(info)))
        if self.what == "treatment" and value not in names:
            refuse_strength(value)
        return choose(understand(value, names, NAMES.get(self.what)), names, self.what)
