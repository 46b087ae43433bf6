"""Tables by name that a scenario brings along, each with the keys of a file of the library.

Treatments and conditions are read in the same way; what differs are the hooks of `OwnTables`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from pydantic import ValidationInfo

from follicle_sim.base.errors import InputError, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.quantities import FieldType
from follicle_sim.scenario.fields.refusals import Collector, Path, known_names, refuse

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass(frozen=True)
class OwnTables(FieldType):
    """Tables by name; a subclass says what they are and how one is read.

    NOUN is the key of the scenario, KIND what one table is and EXAMPLE a name for one; a name may
    not begin with RESERVED.
    """

    NOUN: ClassVar[str]
    KIND: ClassVar[str]
    EXAMPLE: ClassVar[str]
    MOST: ClassVar[int] = 64
    RESERVED: ClassVar[tuple[str, ...]] = ()

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, Any]:
        if not isinstance(value, Mapping):
            refuse(f"found {shown(value)}; tables are needed: [{self.NOUN}.NAME]")
        if len(value) > self.MOST:
            refuse(f"found {len(value):,} {self.NOUN}; allowed: at most {self.MOST}")
        parts, tables_of = Collector(), {}
        for name, tables in value.items():
            try:
                table = parts.run((name,), partial(self._read, name, tables, info))
            except InputError as error:
                for problem in error.problems:
                    keys = problem.where.split(".") if problem.where else []
                    place = (name, *self._below(keys))
                    parts.problems.append((place, self._in_words(problem.message)))
                continue
            if table is not None:
                tables_of[name] = table
        parts.finish()
        return FrozenMap(tables_of)

    def _read(self, name: str, tables: object, info: ValidationInfo) -> FrozenMap[str, Any]:
        """Return one table, or refuse its name, what it is, or what it holds."""
        known = known_names(info)
        if not _NAME.fullmatch(name) or name.startswith(self.RESERVED):
            allowed = f"small letters, digits and _, such as {self.EXAMPLE}"
            refuse(f"the name of {self.KIND} is {allowed}")
        self._check_name(name, known)
        if not isinstance(tables, Mapping):
            refuse(f"found {shown(tables)}; a table is needed: [{self.NOUN}.{name}]")
        return self._one(name, tables, known)

    @staticmethod
    def _check_name(name: str, known: Known) -> None:
        """Refuse a name that something else has."""

    @staticmethod
    def _one(name: str, tables: Mapping[str, Any], known: Known) -> FrozenMap[str, Any]:
        """Return one table, checked, as a value that nobody can change."""
        raise NotImplementedError

    @staticmethod
    def _below(keys: list[str]) -> Path:
        """Return the place inside a table that a problem names."""
        return tuple(keys)

    @staticmethod
    def _in_words(message: str) -> str:
        """Return what a problem says in the words of a scenario."""
        return message

    def write(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return dict(thawed(value))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "object"}}


def frozen(value: Any) -> Any:
    """Return nested tables and lists as values that nobody can change."""
    if isinstance(value, Mapping):
        return FrozenMap({key: frozen(item) for key, item in value.items()})
    return tuple(map(frozen, value)) if isinstance(value, (list, tuple)) else value


def thawed(value: Any) -> Any:
    """Return frozen tables as plain ones."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return list(map(thawed, value)) if isinstance(value, (list, tuple)) else value
