"""From what validation refused to problems in the words of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from follicle_sim.base.errors import Problem, did_you_mean, shown
from follicle_sim.base.likeness import nearest
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.model import Scenario

# Words people bring from other tools and papers; the file has one word for each.
_SYNONYMS = {
    "interval": "every",
    "ii": "every",
    "frequency": "every",
    "addl": "count",
    "amt": "amount",
    "dose": "amount",
    "drug": "treatment",
    "time": "start",
    "n": "subjects",
    "patients": "subjects",
    "area": "target_area",
    "density": "follicle_density",
    "cv": "spread",
    "weeks": "visits",
    "type": "kind",
    "parameters": "biology",
    "arm": "arms",
    "version": "schema_version",
}
_TABLE_TYPES = ("model_type", "model_attributes_type", "dict_type", "mapping_type")
_LIST_TYPES = ("tuple_type", "list_type", "sequence_type")
_LIMITS = {"arms": "1 to 64 [[arms]] tables", "compare": "at most 64 [[compare]] tables"}
# What a file may hold beside the fields of the classes, and fields a file may not hold.
_FILE_ONLY: dict[type[BaseModel], tuple[str, ...]] = {Scenario: ("extends", "treatment_folder")}
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


def problems_of(
    error: ValidationError, values: Any, locate: Callable[[Path], tuple[str, str]]
) -> list[tuple[Path, Problem]]:
    """Return every problem of a failed validation, in the order of the file's fields.

    Parameters
    ----------
    error
        From validating a scenario.
    values
        What was validated.
    locate
        Path to the file its text stands in and a note to add to the message.
    """
    found: list[tuple[Path, str]] = []
    details = error.errors(include_url=False)
    missing = {detail["loc"] for detail in details if detail["type"] == "missing"}
    meant = {
        detail["loc"]: _meant(detail["loc"], missing, _at(values, detail["loc"][:-1]))
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
            base = loc[:-1] if context["siblings"] else loc
            if context["siblings"] and any(path and path[:-1] == base for path in suggested):
                continue  # a rule between keys, one of which is misspelt
            found += [(base + below, message) for below, message in context["problems"]]
        else:
            found.append((loc, _plain_words(detail, meant.get(loc))))
    located = []
    for loc, message in found:
        source, note = locate(loc)
        located.append((loc, Problem(path_text(loc), message + note, source)))
    return located


def _plain_words(detail: Mapping[str, Any], guess: Path | None) -> str:
    loc, kind, value = detail["loc"], detail["type"], detail["input"]
    if kind == "extra_forbidden":
        key = str(loc[-1])
        hint = f'; did you mean "{guess[-1]}"?' if guess else did_you_mean(key, _keys(loc[:-1]))
        return f"unknown key{hint}"
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


def _meant(loc: Path, missing: Collection[Path], given: Collection[str]) -> Path | None:
    key = str(loc[-1])
    keys = [name for name in _keys(loc[:-1]) if name not in given]
    # A required key that is not there is the likeliest to have been misspelt.
    absent = nearest(key, [name for name in keys if (*loc[:-1], name) in missing])
    if absent is not None:
        return (*loc[:-1], absent)
    words = {word: word for word in keys} | {
        word: target for word, target in _SYNONYMS.items() if target in keys and word not in keys
    }
    match = nearest(key, words)
    return (*loc[:-1], words[match]) if match else None


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
        table = _class_in(field.annotation) if field else None
    return table


def _class_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_class_in, get_args(annotation))), None)
