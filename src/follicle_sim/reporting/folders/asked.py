"""How what lies in a folder was asked for: the head of every record beside it."""

from __future__ import annotations

from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.model import Scenario


def asked(scenario: Scenario, command: str) -> dict[str, object]:
    """Return the command, version, scenario and seed that made a folder."""
    return {
        "command": command,
        "version": package_version(),
        "scenario": scenario.title,
        "scenario_hash": scenario_hash(scenario),
        "seed": scenario.run.seed,
    }
