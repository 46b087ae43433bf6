"""The name of a scenario: a hash of what it asks, whatever words its file uses."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel

from follicle_sim.scenario.fields.correlation import TRAITS
from follicle_sim.scenario.fields.ranges import Grid
from follicle_sim.scenario.model import Record, Run, Scenario
from follicle_sim.scenario.tables.arms import Arm, Dose
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.scenario.tables.population import Population, Spread


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


FIRST: Mapping[type[BaseModel], frozenset[str]] = {
    Scenario: _keys(
        "schema_version title description source population arms design instrument record run "
        "compare biology"
    ),
    Population: _keys(
        "subjects target_area follicle_density follicles condition severity sex age spread"
    ),
    Spread: _keys("follicle_density severity progression potency growth"),
    Arm: _keys("label role doses"),
    Dose: _keys(
        "treatment amount amount_dimension route start every count until duration adherence"
    ),
    Instrument: _keys("name detection_calibre terminal_calibre visible_length reader_error"),
    Record: _keys("variables follicles memory_limit"),
    Run: _keys("seed replicates history forcing_step"),
}
"""Keys of the first version of the format: part of a hash whether used or not. Never append."""


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of a scenario in canonical JSON, as 64 hexadecimal digits.

    Equal scenarios have equal hashes, however their files are written. A key that the first version
    of the format did not have counts only where it is not at its default, so that a new key changes
    the hash of no file that does not use it.
    """
    text = json.dumps(_plain(scenario), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return float(value) + 0.0  # 5 and 5.0 are equal, so they must hash alike
    if isinstance(value, BaseModel):
        return _plain(_used(_as_first(value)))
    if isinstance(value, Grid):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value]


def _used(table: BaseModel) -> dict[str, Any]:
    """Return the keys of a table that count: those of the first version, and those in use."""
    always = FIRST.get(type(table), frozenset())
    values = {name: getattr(table, name) for name in type(table).model_fields}
    return {
        name: value
        for name, value in values.items()
        if name in always
        or value != type(table).model_fields[name].get_default(call_default_factory=True)
    }


def _as_first(table: BaseModel) -> BaseModel:
    """Return a table as the first version would hold it: there, no spread was 0 and not None."""
    if not isinstance(table, Spread) or table.typical:
        return table
    unset = [trait for trait in TRAITS[1:] if not getattr(table, trait)]
    return table.model_copy(
        update={trait: 0.0 if trait in FIRST[Spread] else None for trait in unset}
    )
