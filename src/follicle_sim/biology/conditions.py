"""The library of conditions (pattern hair loss, effluvium, alopecia areata ...): one file each."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.fitted import FITTED_PREFIX
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.condition_reading import FOLDER, parse_condition, read_tables
from follicle_sim.biology.condition_tables import ConditionTable


@cache
def load_conditions() -> Mapping[str, Condition]:
    """Return every condition that a population may have, by name.

    Severities are multiples of the fitted miniaturisation (dimensionless) or percentages of the
    scalp, rates are per day, densities per cm2.

    Examples
    --------
    >>> load_conditions()["aga_male"].severities["norwood_iii"]
    1.0
    """
    return MappingProxyType(
        {
            path.stem: parse_condition(path.stem, read_toml(path), path.name)
            for path in sorted(FOLDER.glob("*.toml"))
            if not path.stem.startswith(FITTED_PREFIX)
        }
    )


def load_condition(name: str) -> Condition:
    """Return one condition.

    Raises
    ------
    InputError
        If no condition has that name.
    """
    table = load_conditions()
    if name not in table:
        message = f"unknown condition{did_you_mean(name, table)}"
        raise InputError("conditions", [Problem(name, message)])
    return table[name]


def condition_table(name: str, tables: Mapping[str, Any] | None = None) -> ConditionTable:
    """Return a condition with the source of each number: a library's, or that of the tables.

    Raises
    ------
    InputError
        As `parse_condition`; for a name of the library, if there is none.
    """
    if tables is None:
        load_condition(name)
        return read_tables(read_toml(FOLDER / f"{name}.toml"), f"{name}.toml")
    return read_tables(tables, f"conditions.{name}")
