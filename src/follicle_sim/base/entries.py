"""Entries of data files and tables of a scenario, read alike: every problem in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from follicle_sim.base.errors import InputError, Problem, did_you_mean

Entry = TypeVar("Entry", bound=BaseModel)


def read_entry(
    kind: type[Entry],
    name: str,
    tables: Mapping[str, Any],
    source: str,
    below: type[BaseModel] | None = None,
) -> Entry:
    """Return one entry.

    Parameters
    ----------
    kind
        What it is.
    name
        Of the entry, for the messages.
    tables
        As read from TOML.
    source
        Its file, or its place in a scenario.
    below
        What the tables inside it are, for the nearest of their keys.

    Raises
    ------
    InputError
        With every problem of the entry.
    """
    try:
        return kind.model_validate(dict(tables))
    except ValidationError as error:
        problems = []
        for e in error.errors():
            message = str(e["msg"]).removeprefix("Value error, ")
            if e["type"] == "extra_forbidden":
                inside = below if below is not None and len(e["loc"]) > 1 else kind
                message = f"unknown key{did_you_mean(str(e['loc'][-1]), inside.model_fields)}"
            elif e["type"] == "missing":
                message = f"missing; {name} needs it"
            problems.append(Problem(".".join(map(str, e["loc"])), message))
        raise InputError(source, problems) from None
