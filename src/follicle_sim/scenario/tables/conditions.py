"""Conditions that a scenario brings along: `[conditions.NAME]` tables, as in a file of the library.

They stand in the scenario itself, so that a stored scenario can be run again without the folder it
came from. As in `treatments`, what is only needed by such a scenario is imported inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import InputError, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.quantities import FieldType
from follicle_sim.scenario.fields.refusals import (
    Collector,
    Path,
    choose,
    known_names,
    refuse,
    refuse_all,
)
from follicle_sim.scenario.tables.own_tables import OwnTables, frozen, thawed

if TYPE_CHECKING:
    from follicle_sim.biology.condition import Condition


def parse_own_conditions(conditions: Mapping[str, Any]) -> dict[str, Condition]:
    """Return a scenario's own conditions by name.

    Raises
    ------
    InputError
        If a table is not a condition; tables of a checked scenario are.
    """
    from follicle_sim.biology.condition_reading import parse_condition

    return {
        name: parse_condition(name, thawed(tables), f"conditions.{name}")
        for name, tables in conditions.items()
    }


def with_own_conditions(known: Known, conditions: object) -> Known:
    """Return known names with those of a scenario's own conditions, as far as they can be read.

    A table that is wrong still gives its name, so that the mistake is told once, where it is.
    """
    if not isinstance(conditions, Mapping) or not conditions:
        return known
    grades: dict[str, tuple[str, ...]] = {}
    own: dict[str, Condition] = {}
    for name, tables in conditions.items():
        if name in known.conditions:
            continue  # refused by the field
        grades[name] = ()
        try:
            own |= parse_own_conditions({name: tables})
        except (InputError, TypeError):
            continue  # told by the field
        grades[name] = tuple(own[name].severities)
    return replace(
        known,
        conditions={**known.conditions, **grades},
        own_conditions=own,
        brought=frozenset(grades),
    )


@dataclass(frozen=True)
class OwnConditions(OwnTables):
    """Conditions by name, each with the keys of a library file."""

    NOUN = "conditions"
    KIND = "a condition"
    EXAMPLE = "my_effluvium"
    MOST = 16

    @staticmethod
    def _check_name(name: str, known: Known) -> None:
        if name in known.conditions and name not in known.brought:
            refuse(
                "already a condition of the library, which a scenario cannot change; choose "
                "another name"
            )

    @staticmethod
    def _one(name: str, tables: Mapping[str, Any], known: Known) -> FrozenMap[str, Any]:
        from follicle_sim.base.fitted import fill_fitted
        from follicle_sim.biology.condition_reading import FOLDER

        # numbers of fits are looked up once: what is checked is what the scenario holds
        filled = frozen(fill_fitted(dict(tables), f"conditions.{name}", FOLDER))
        parse_own_conditions({name: filled})
        return filled  # type: ignore[no-any-return]

    @staticmethod
    def _below(keys: list[str]) -> Path:
        return tuple(int(key) if key.isdigit() else key for key in keys)


@dataclass(frozen=True)
class OtherConditions(FieldType):
    """Conditions that people have besides the one of the population."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            refuse(f'found {shown(value)}; allowed: a list of conditions, ["telogen_effluvium"]')
        known, first = known_names(info), info.data.get("condition")
        parts = Collector()
        for index, name in enumerate(value):
            parts.run((index,), partial(choose, name, list(known.conditions), "condition"))
            if name == first or name in value[:index]:
                message = f"found {shown(name)} twice; a condition acts once"
                parts.problems.append(((index,), message))
        parts.finish()
        if problems := list(_held_already((first, *value), known)):
            refuse_all(problems)
        return tuple(value)

    def write(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


def _held_already(names: tuple[Any, ...], known: Known) -> Iterator[tuple[Path, str]]:
    """Yield why two conditions cannot be in one person: one of them is a part of the other."""
    from follicle_sim.biology.conditions import load_conditions

    every = {**load_conditions(), **known.own_conditions}
    includes = {name: every[name].includes if name in every else () for name in names}
    for index, name in enumerate(names[1:]):
        for other in names[: index + 1]:
            pairs = ((name, other), (other, name))
            for holder, held in [pair for pair in pairs if pair[1] in includes[pair[0]]]:
                message = f"{holder} has what {held} does already; a condition acts once"
                yield (index,), f"found {shown(name)} beside {shown(other)}; {message}"
                break
