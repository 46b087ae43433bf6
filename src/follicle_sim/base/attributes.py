"""What a result says of itself in its attributes: texts of JSON, read with care.

A stored file may have been changed by anybody; what is wrong with it is said with its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from follicle_sim.base.errors import InputError, Problem

if TYPE_CHECKING:
    import xarray as xr

MOST_LEVELS = 32
"""Of tables and lists inside one another; the format has nine."""


def too_deep(value: object) -> bool:
    """Tell whether tables and lists are nested more deeply than any file needs.

    Everything that walks through a document calls itself, so this must not.
    """
    level = [value]
    for _ in range(MOST_LEVELS + 1):
        inner: list[object] = []
        for node in level:
            if isinstance(node, dict):
                inner += node.values()
            elif isinstance(node, list):
                inner += node
        if not inner:
            return False
        level = inner
    return True


def json_attribute(attrs: Mapping[Any, Any], name: str, source: str) -> Any:
    """Return what an attribute holds as JSON; None where there is no such attribute.

    Raises
    ------
    InputError
        If it is no JSON text, or one nested too deeply to be ours.
    """
    if name not in attrs:
        return None
    text = attrs[name]
    try:
        record = json.loads(text) if isinstance(text, str) else text
        readable = isinstance(text, str) and not too_deep(record)
    except (ValueError, RecursionError):
        readable = False
    if not readable:
        message = "is not the JSON text that this program writes; the file was changed or damaged"
        raise InputError(source, [Problem(name, message)])
    return record


def read_provenance(attrs: Mapping[Any, Any], source: str) -> dict[str, Any]:
    """Return the provenance record of a result.

    Raises
    ------
    InputError
        If the attributes hold none: the file was not written by this program.
    """
    record = json_attribute(attrs, "provenance", source)
    if not isinstance(record, dict) or not isinstance(record.get("scenario"), dict):
        message = "has no provenance record; it is not a follicle_sim result"
        raise InputError(source, [Problem("provenance", message)])
    return record


def source_of(data: xr.Dataset, otherwise: str) -> str:
    """Return the file a dataset was read from, else the name given."""
    return str(data.encoding.get("source", otherwise))
