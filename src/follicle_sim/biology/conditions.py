"""Conditions (healthy, pattern hair loss, effluvium, ageing): data read from conditions.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from follicle_sim.base import units
from follicle_sim.base.errors import InputError, Problem, did_you_mean


@dataclass(frozen=True)
class Pulse:
    """A hazard (1/day) that acts from `start` for `duration` (day)."""

    start: float
    duration: float
    hazard: float


@dataclass(frozen=True)
class Scale:
    """A published scale of severity: what it is called, and which grade each of its classes is."""

    title: str
    words: tuple[str, ...]
    classes: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Condition:
    """What a condition does to follicles.

    `severities` are multiples of the fitted baseline miniaturisation; `destruction` is a hazard of
    permanent loss per day; `attack` pulses end anagen early; `follicle_density` (cm-2) is the usual
    one, for scenarios that give a count of hairs instead; `scales` are ways to name a grade.
    """

    name: str
    title: str
    source: str
    androgen_sensitive: bool
    default_severity: str
    severities: Mapping[str, float]
    attack: tuple[Pulse, ...]
    destruction: float
    follicle_density: float
    scales: tuple[Scale, ...]

    def severity(self, grade: str | float | Mapping[str, float] | None) -> float:
        """Return the multiple for a class name, a number, or None for the default class.

        For a mixture of classes with their shares, it is the mean multiple.
        """
        if isinstance(grade, Mapping):
            return sum(share * self.severities[name] for name, share in grade.items())
        if isinstance(grade, str):
            return self.severities[grade]
        return self.severities[self.default_severity] if grade is None else float(grade)


@cache
def load_conditions() -> Mapping[str, Condition]:
    """Return every condition that a population may have, by name.

    Severities are multiples of the fitted miniaturisation (dimensionless), rates are per day,
    densities per cm2.

    Examples
    --------
    >>> load_conditions()["aga_male"].severities["norwood_iii"]
    1.0
    """
    text = files("follicle_sim.biology").joinpath("conditions.toml").read_text("utf-8")
    return MappingProxyType(
        {
            name: Condition(
                name=name,
                title=row["title"],
                source=row["source"],
                androgen_sensitive=row["androgen_sensitive"],
                default_severity=row["default_severity"],
                severities=MappingProxyType(dict(row["severities"])),
                attack=tuple(
                    Pulse(
                        units.parse(pulse["start"], "time"),
                        units.parse(pulse["duration"], "time"),
                        units.parse(pulse["hazard"], "rate"),
                    )
                    for pulse in row.get("attack", [])
                ),
                destruction=units.parse(row.get("destruction", "0 per year"), "rate"),
                follicle_density=units.parse(row["follicle_density"]["value"], "density"),
                scales=tuple(
                    Scale(
                        scale["title"],
                        tuple(scale["words"]),
                        MappingProxyType(dict(scale["classes"])),
                        scale["source"],
                    )
                    for scale in row.get("scales", [])
                ),
            )
            for name, row in tomllib.loads(text).items()
        }
    )


def load_condition(name: str) -> Condition:
    """Return one condition.

    Raises
    ------
    InputError
        If no condition has that name.
    """
    table = load_conditions()
    if name not in table:
        message = f"unknown condition{did_you_mean(name, table)}"
        raise InputError("conditions", [Problem(name, message)])
    return table[name]
