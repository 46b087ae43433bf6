"""States of health in a scenario: who is left out, how many people have them, and one's own.

A table `[health.NAME]` is read as an entry of the library; imports of it stand inside, as in
`conditions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import InputError, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.quantities import FieldType, Number
from follicle_sim.scenario.fields.refusals import (
    Collector,
    Path,
    choose,
    known_names,
    refuse,
)
from follicle_sim.scenario.fields.words import NAMES, understand
from follicle_sim.scenario.tables.own_tables import OwnTables, frozen, thawed

if TYPE_CHECKING:
    from follicle_sim.biology.health import HealthState

CRITERIA = ("age", "sex", "severity", "hair_density")
"""Criteria with a key of their own in [population.inclusion]."""

STATE = "state of health"
"""What a name stands for, in a message."""


def parse_own_health(states: Mapping[str, Any]) -> dict[str, HealthState]:
    """Return a scenario's own states of health by name.

    Raises
    ------
    InputError
        If a table is no state of health; tables of a checked scenario are.
    """
    from follicle_sim.biology.health import parse_state

    return {name: parse_state(name, thawed(t), f"health.{name}") for name, t in states.items()}


def with_own_health(known: Known, states: object) -> Known:
    """Return known names with those of a scenario's own states, as far as they can be read.

    A table that is wrong still gives its name, so that the mistake is told once, where it is.
    """
    if not isinstance(states, Mapping) or not states:
        return known
    own: dict[str, HealthState] = {}
    for name, tables in states.items():
        if name in known.health:
            continue  # refused by the field
        try:
            own |= parse_own_health({name: tables})
        except (InputError, TypeError):
            continue  # told by the field
    names = (*known.health, *(str(name) for name in states if name not in known.health))
    return replace(known, health=names, own_health={**known.own_health, **own})


def find_state(name: str, own: Mapping[str, HealthState]) -> HealthState | None:
    """Return a state of health by name: a scenario's own, else the library's, else None."""
    from follicle_sim.biology.health import load_health

    return own.get(name) or load_health().get(name)


def named_state(value: object, names: Iterable[str]) -> str:
    """Return the name of a state, written in any way, or refuse it with the nearest."""
    listed = list(names)
    return choose(understand(value, listed, NAMES[STATE]), listed, STATE)


@dataclass(frozen=True)
class OwnHealth(OwnTables):
    """States of health by name, each with the keys of an entry of the library."""

    NOUN = "health"
    KIND = "a state"
    EXAMPLE = "heart_disease"

    @staticmethod
    def _check_name(name: str, known: Known) -> None:
        if name in CRITERIA:
            refuse("already a criterion of [population.inclusion]; choose another name")
        if name in known.health and name not in known.own_health:
            from follicle_sim.biology.health import load_health

            if name in load_health():
                refuse(
                    "already a state of the library, which a scenario cannot change; how many "
                    f"people have it stands in population.health, {{ {name} = 0.1 }}"
                )

    @staticmethod
    def _one(name: str, tables: Mapping[str, Any], known: Known) -> FrozenMap[str, Any]:
        parse_own_health({name: tables})
        return frozen(dict(tables))  # type: ignore[no-any-return]

    @staticmethod
    def _below(keys: list[str]) -> Path:
        return tuple(int(key) if key.isdigit() else key for key in keys)


@dataclass(frozen=True)
class StateNames(FieldType):
    """States of health by name, each once: ["pregnancy", "autoimmune disease"]."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            refuse(f'found {shown(value)}; allowed: a list of names, such as ["pregnancy"]')
        known, parts = known_names(info), Collector()
        names: list[str] = []
        for index, text in enumerate(value):
            name = parts.run((index,), partial(self._one, text, known))
            if name in names:
                parts.problems.append(((index,), f"found {shown(text)} twice"))
            names.append(name or "")
        parts.finish()
        return tuple(names)

    @staticmethod
    def _one(text: object, known: Known) -> str:
        if text in CRITERIA:
            refuse(f"found {shown(text)}; it has a key of its own: population.inclusion.{text}")
        return named_state(text, known.health)

    def write(self, value: Sequence[str]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


@dataclass(frozen=True)
class HealthShares(FieldType):
    """How many people have a state of health: { smoking = 0.2, infection = "5 %" }."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, float]:
        if not isinstance(value, Mapping):
            refuse(f"found {shown(value)}; a table is needed, such as {{ smoking = 0.2 }}")
        known, parts = known_names(info), Collector()
        shares: dict[str, float] = {}
        for key, text in value.items():
            name = parts.run((str(key),), partial(named_state, key, known.health))
            number = parts.run((str(key),), partial(Number().check, text, info))
            if name is None or number is None:
                continue
            if name in shares:
                parts.problems.append(((str(key),), f"{name} stands here already"))
            shares[name] = number
        parts.finish()
        return FrozenMap(shares)

    def write(self, value: Mapping[str, float]) -> dict[str, float]:
        return dict(value)

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "number", "minimum": 0, "maximum": 1}
        return {"type": "object", "additionalProperties": number}
