"""What is done after a session: names that a dose lists, and tables of a scenario's own.

A table `[aftercare.NAME]` is read as an entry of the library; imports of it stand inside, as in
`treatments`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import InputError, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.quantities import FieldType
from follicle_sim.scenario.fields.refusals import Collector, Path, choose, known_names, refuse
from follicle_sim.scenario.fields.words import understand
from follicle_sim.scenario.tables.own_tables import OwnTables, frozen, thawed

if TYPE_CHECKING:
    from follicle_sim.pharmacology.aftercare import Aftercare


def parse_own_aftercare(tables: Mapping[str, Any]) -> dict[str, Aftercare]:
    """Return a scenario's own aftercare by name.

    Raises
    ------
    InputError
        If a table is none; tables of a checked scenario are.
    """
    from follicle_sim.pharmacology.aftercare import parse_aftercare

    return {
        name: parse_aftercare(name, thawed(rows), f"aftercare.{name}")
        for name, rows in tables.items()
    }


def with_own_aftercare(known: Known, tables: object) -> Known:
    """Return known names with those of a scenario's own aftercare, as far as they can be read.

    A table that is wrong still gives its name, so that the mistake is told once, where it is.
    """
    if not isinstance(tables, Mapping) or not tables:
        return known
    routes: dict[str, tuple[str, ...]] = {}
    own: dict[str, Aftercare] = {}
    for name, rows in tables.items():
        if name in known.aftercare:
            continue  # refused by the field
        routes[name] = ()
        try:
            own |= parse_own_aftercare({name: rows})
        except (InputError, TypeError):
            continue  # told by the field
        routes[name] = own[name].routes
    return replace(
        known,
        aftercare={**known.aftercare, **routes},
        own_aftercare={**known.own_aftercare, **own},
    )


def find_aftercare(names: Sequence[str], own: Mapping[str, Any]) -> tuple[Aftercare, ...]:
    """Return what is done after a dose: a scenario's own by these names, else the library's."""
    from follicle_sim.pharmacology.aftercare import load_aftercare

    library = load_aftercare()
    found = (own.get(name) or library.get(name) for name in names)
    return tuple(care for care in found if care is not None)


@dataclass(frozen=True)
class OwnAftercare(OwnTables):
    """Aftercare by name, each with the keys of an entry of the library."""

    NOUN = "aftercare"
    KIND = "aftercare"
    EXAMPLE = "hot_bath"

    @staticmethod
    def _check_name(name: str, known: Known) -> None:
        if name in known.aftercare and name not in known.own_aftercare:
            from follicle_sim.pharmacology.aftercare import load_aftercare

            if name in load_aftercare():
                refuse(
                    "already in the library, which a scenario cannot change; choose another name"
                )

    @staticmethod
    def _one(name: str, tables: Mapping[str, Any], known: Known) -> FrozenMap[str, Any]:
        parse_own_aftercare({name: tables})
        return frozen(dict(tables))  # type: ignore[no-any-return]

    @staticmethod
    def _below(keys: list[str]) -> Path:
        return tuple(int(key) if key.isdigit() else key for key in keys)


@dataclass(frozen=True)
class AftercareNames(FieldType):
    """What is done after a session, each once: ["early_washing", "exercise"]."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            refuse(f'found {shown(value)}; allowed: a list of names, such as ["early_washing"]')
        known, parts = known_names(info), Collector()
        treatment = info.data.get("treatment")  # absent when it was itself refused
        names: list[str] = []
        for index, text in enumerate(value):
            name = parts.run((index,), partial(_one_care, text, known, treatment))
            if name is not None and name in names:
                parts.problems.append(((index,), f"found {shown(text)} twice"))
            names.append(name or "")
        parts.finish()
        return tuple(names)

    def write(self, value: Sequence[str]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


def _one_care(text: object, known: Known, treatment: str | None) -> str:
    name = choose(understand(text, known.aftercare), known.aftercare, "aftercare")
    route, routes = known.routes.get(treatment or "", ""), known.aftercare[name]
    if route and routes and route not in routes:
        refuse(
            f"found {shown(text)}; {treatment} is given by {route}, and this follows "
            f"{', '.join(routes)}"
        )
    return name
