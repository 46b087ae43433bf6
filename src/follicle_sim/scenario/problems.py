"""From what validation refused to problems in the words of the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from follicle_sim.base.errors import shown
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.unknown_keys import meant_key, unknown_key

_TABLE_TYPES = ("model_type", "model_attributes_type", "dict_type", "mapping_type")
_LIST_TYPES = ("tuple_type", "list_type", "sequence_type")
_LIMITS = {"arms": "1 to 64 [[arms]] tables", "compare": "at most 64 [[compare]] tables"}
# What a file may hold beside the fields of the classes, and fields a file may not hold.
_FILE_KEYS = ("extends", "treatment_folder", "replace")
_FILE_ONLY: dict[type[BaseModel], tuple[str, ...]] = {Scenario: _FILE_KEYS}
_HIDDEN = ("amount_dimension",)


def path_text(path: Path) -> str:
    """Return a path as messages show it.

    Examples
    --------
    >>> path_text(("compare", 0, "arms", "drug x"))
    'compare[0].arms."drug x"'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = re.fullmatch(r"[A-Za-z0-9_-]+", part)
            text += ("." if text else "") + (part if plain else f'"{part[:60]}"')
    return text


def messages_of(error: ValidationError, values: Any, base: Path = ()) -> list[tuple[Path, str]]:
    """Return every problem of a failed validation with its place, in the order of the fields.

    Parameters
    ----------
    error
        From validating a scenario or a table of one.
    values
        What was validated.
    base
        Place of the table in the scenario.
    """
    messages: list[tuple[Path, str]] = []
    details = [detail | {"loc": (*base, *detail["loc"])} for detail in _details(error)]
    missing = {detail["loc"] for detail in details if detail["type"] == "missing"}
    meant = {
        detail["loc"]: _meant(detail["loc"], missing, _at(values, detail["loc"][len(base) : -1]))
        for detail in details
        if detail["type"] == "extra_forbidden"
    }
    suggested = set(meant.values())
    for detail in details:
        loc: Path = detail["loc"]
        if detail["type"] == "missing" and loc in suggested:
            continue  # the misspelt key is reported, with this one as its nearest match
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # entries were left out for problems of their own, reported beside this
        if detail["type"] == "plain":
            context = detail["ctx"]
            table = loc[:-1] if context["siblings"] else loc
            if context["siblings"] and any(path and path[:-1] == table for path in suggested):
                continue  # a rule between keys, one of which is misspelt
            messages += [(table + below, message) for below, message in context["problems"]]
        else:
            here = _at(values, loc[len(base) : -1]) if loc[-1:] == ("potency",) else None
            messages.append((loc, _plain_words(detail, meant.get(loc), _treatment_in(here))))
    return messages


def _details(error: ValidationError) -> list[dict[str, Any]]:
    return [dict(detail) for detail in error.errors(include_url=False)]


def _treatment_in(table: Any) -> str:
    """Return the treatment that a table of the file gives, or that of an arm; "" without one."""
    doses = table.get("doses") if isinstance(table, Mapping) else None
    lines = [table, *(doses if isinstance(doses, list) else ())]
    names = [line.get("treatment") for line in lines if isinstance(line, Mapping)]
    return next((name for name in names if isinstance(name, str)), "")


def _plain_words(detail: Mapping[str, Any], guess: Path | None, treatment: str) -> str:
    loc, kind, value = detail["loc"], detail["type"], detail["input"]
    if kind == "extra_forbidden":
        meant = str(guess[-1]) if guess else None
        return unknown_key(str(loc[-1]), _keys(loc[:-1]), meant, treatment)
    if kind == "missing":
        return f"missing; required: {_description(loc)}"
    if kind in _TABLE_TYPES:
        return f"found {shown(value)}; a table is needed"
    if kind in _LIST_TYPES:
        tables = loc[-1] in ("arms", "doses", "compare", "costs", "classes")
        return f"found {shown(value)}; a list is needed" + (
            f": {_description(loc)} with double brackets" if tables else ""
        )
    if kind in ("too_short", "too_long"):
        entries = f"{len(value)} entries" if value else "an empty list"
        return f"found {entries}; allowed: {_LIMITS.get(loc[-1], _description(loc))}"
    # Every field has its own type, so only a slip in this package leads here.
    return f"found {shown(value)}; {detail['msg'][:1].lower()}{detail['msg'][1:]}"


def _meant(loc: Path, missing: Collection[Path], present_keys: Collection[str]) -> Path | None:
    here = loc[:-1]
    keys = [name for name in _keys(here) if name not in present_keys]
    absent = [name for name in keys if (*here, name) in missing]
    key = meant_key(str(loc[-1]), keys, absent)
    return None if key is None else (*here, key)


def _at(values: Any, path: Path) -> Any:
    for part in path:
        values = values[part]
    return values


def _keys(path: Path) -> list[str]:
    table = _class_at(path)
    if table is None:
        return []
    fields = [name for name in table.model_fields if name not in _HIDDEN]
    return fields + list(_FILE_ONLY.get(table, ()))


def _description(path: Path) -> str:
    table = _class_at(path[:-1])
    field = table.model_fields.get(str(path[-1])) if table else None
    return (field.description if field else None) or "a value"


def _class_at(path: Path) -> type[BaseModel] | None:
    table: type[BaseModel] | None = Scenario
    for part in path:
        if isinstance(part, int):
            continue
        field = table.model_fields.get(part) if table else None
        table = class_in(field.annotation) if field else None
    return table


def class_in(annotation: Any) -> type[BaseModel] | None:
    """Return the class of the tables that a field holds, None where it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(class_in, get_args(annotation))), None)
