"""Biology parameters: value, unit, bounds and source of each, kept as data.

`parameters.toml` is the table to read and edit; `fitted.toml` holds what a fit found, with the
command that made it, and replaces the values of the parameters graded "fitted".
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from follicle_sim.base import units
from follicle_sim.base.errors import InputError, Problem, did_you_mean


@dataclass(frozen=True)
class Parameter:
    """One biology parameter; value and bounds in the canonical unit of its dimension."""

    name: str
    value: float
    dimension: str
    lower: float
    upper: float
    grade: str
    source: str
    meaning: str


def _read_table(name: str) -> dict[str, dict[str, str]]:
    return tomllib.loads(files("follicle_sim.biology").joinpath(name).read_text("utf-8"))


@cache
def parameter_table() -> Mapping[str, Parameter]:
    """Return every parameter by name, fitted values in place."""
    fitted = _read_table("fitted.toml")
    table = {}
    for name, row in _read_table("parameters.toml").items():
        quantity = {key: units.parse(row[key], row["dimension"]) for key in ("lower", "upper")}
        value, source = row["value"], row["source"]
        if row["grade"] == "fitted":
            value = fitted["values"][name]
            source = f"fitted: {fitted['fit']['command']} ({fitted['fit']['date']})"
        table[name] = Parameter(
            name=name,
            value=units.parse(value, row["dimension"]),
            dimension=row["dimension"],
            grade=row["grade"],
            source=source,
            meaning=row["meaning"],
            **quantity,
        )
    return MappingProxyType(table)


def load_parameters(overrides: Mapping[str, float] | None = None) -> Mapping[str, float]:
    """Return parameter values by name, in canonical units.

    Parameters
    ----------
    overrides : name -> value in the canonical unit, for example {"anagen_mean": 900.0}

    Raises
    ------
    InputError
        If an override names no parameter or lies outside its bounds.

    Examples
    --------
    >>> load_parameters({"anagen_mean": 900.0})["anagen_mean"]
    900.0
    """
    table = parameter_table()
    values = {name: entry.value for name, entry in table.items()}
    problems = []
    for name, value in (overrides or {}).items():
        parameter = table.get(name)
        if parameter is None:
            problems.append(Problem(name, "unknown parameter" + did_you_mean(name, table)))
        elif not parameter.lower <= value <= parameter.upper:
            allowed = f"{parameter.lower:g} to {parameter.upper:g}"
            problems.append(Problem(name, f"{value:g} is outside the allowed {allowed}"))
        else:
            values[name] = float(value)
    if problems:
        raise InputError("biology", problems)
    return MappingProxyType(values)
