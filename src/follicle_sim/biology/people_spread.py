"""Typical differences between people, condition by condition: data read from spread.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from follicle_sim.base.errors import InputError, Problem, did_you_mean


@dataclass(frozen=True)
class TypicalSpread:
    """Coefficient of variation of one trait between people, with where it comes from."""

    value: float
    source: str
    grade: str


@cache
def spreads() -> Mapping[str, Mapping[str, TypicalSpread]]:
    """Return the typical spreads of every condition, by trait."""
    text = files("follicle_sim.biology").joinpath("spread.toml").read_text("utf-8")
    rows = tomllib.loads(text)
    return MappingProxyType({name: _traits(name, rows) for name in rows})


def typical_spread(condition: str) -> Mapping[str, TypicalSpread]:
    """Return the typical spreads of one condition, trait to spread; traits left out do not vary.

    Raises
    ------
    InputError
        If nothing is kept for the condition.

    Examples
    --------
    >>> typical_spread("healthy")["growth"].value
    0.15
    """
    table = spreads()
    if condition not in table:
        message = f"no typical spread is kept for it{did_you_mean(condition, table)}"
        raise InputError("spread", [Problem(condition, message)])
    return table[condition]


def _traits(name: str, rows: Mapping[str, Mapping[str, object]]) -> Mapping[str, TypicalSpread]:
    """Return a condition's rows over those of the condition it says it is `like`."""
    entries = dict(rows[name])
    like = entries.pop("like", None)
    traits = dict(_traits(str(like), rows)) if like is not None else {}
    for trait, row in entries.items():
        assert isinstance(row, dict)
        traits[trait] = TypicalSpread(float(row["value"]), str(row["source"]), str(row["grade"]))
    return MappingProxyType(traits)
