"""A table of one's own that cannot be read, kept as such until the whole scenario is checked.

What is wrong with a table is told together with what is wrong with the scenario, so reading does
not stop at it: the mark `Unread` stands where the rows would, and everything else is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.scenario.fields.refusals import Path as Place
from follicle_sim.scenario.tables.comparison import Comparison, is_table_name
from follicle_sim.scenario.text.merge import Document
from follicle_sim.scenario.unknown_keys import meant_key


@dataclass(frozen=True)
class Unread:
    """Stands where the rows of a table would.

    Parameters
    ----------
    error
        Why there are none, with the file or the table of each problem.
    """

    error: InputError


def unread_problems(read: Document) -> list[Problem]:
    """Return what is wrong with the tables of a scenario; the file of each problem is named."""
    return [
        replace(problem, source="" if source == read.source else source)
        for _, entry in _unread_entries(read.values)
        for problem in entry["rows"].error.problems
        for source in [problem.source or entry["rows"].error.source]
    ]


def unjudged_places(values: Mapping[str, Any], paired: Mapping[str, Any]) -> list[Place]:
    """Return the places of a scenario that nobody can judge without the rows.

    Parameters
    ----------
    values
        As read.
    paired
        The same, with arms for every table: those that were filled in are not the user's.
    """
    places: list[Place] = []
    for at, _ in _unread_entries(paired):
        filled_in = "arms" not in values["compare"][at]
        places += [("compare", at, key) for key in ("rows", *(["arms"] if filled_in else []))]
    entries = values.get("compare")
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping) and _means_data(entry):
            # Of a table there would be a name and arms; what was written instead is told.
            places += [("compare", at, key) for key in ("study", "arms") if key not in entry]
    return places


def _means_data(entry: Mapping[str, Any]) -> bool:
    """Tell whether a [[compare]] table names a file under another key than data."""
    if is_table_name(entry.get("study")):
        return True
    keys = [key for key in Comparison.model_fields if key not in entry]
    unknown = [key for key in entry if key not in Comparison.model_fields]
    return any(meant_key(key, keys, ()) == "data" for key in unknown)


def without_own_data(read: Document) -> Document:
    """Return a scenario without the tables of one's own that it names, be they there or not."""
    entries = read.values.get("compare")
    if not isinstance(entries, list):
        return read
    kept = [
        at
        for at, entry in enumerate(entries)
        if not (isinstance(entry, Mapping) and ("data" in entry or "rows" in entry))
    ]
    parts: list[dict[str, Any]] = [dict(read.values), dict(read.origins)]
    for part in parts:
        part["compare"] = [part["compare"][at] for at in kept]
    return replace(read, values=parts[0], origins=parts[1])


def _unread_entries(values: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    entries = values.get("compare")
    for at, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping) and isinstance(entry.get("rows"), Unread):
            yield at, entry
