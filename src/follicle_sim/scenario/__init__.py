"""Scenario files: the classes that are the format, and loading, checking and writing them."""

from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import (
    dump_scenario,
    load_scenario,
    parse_scenario,
    to_document,
    with_overrides,
)
from follicle_sim.scenario.model import (
    Analysis,
    Arm,
    Comparison,
    Design,
    Dose,
    Instrument,
    Population,
    Record,
    Run,
    Scenario,
    Spread,
)

__all__ = [
    "Analysis",
    "Arm",
    "Comparison",
    "Design",
    "Dose",
    "Instrument",
    "Known",
    "Population",
    "Record",
    "Run",
    "Scenario",
    "Spread",
    "dump_scenario",
    "load_scenario",
    "parse_scenario",
    "scenario_hash",
    "to_document",
    "with_overrides",
]
