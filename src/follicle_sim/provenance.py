"""What made a result: stored in it as JSON, enough to make it again."""

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from follicle_sim.codes import PHASE_NAMES
from follicle_sim.errors import InputError, Problem
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import from_document, to_document
from follicle_sim.scenario.model import Scenario

LIBRARIES = ("numpy", "scipy", "numba", "xarray")


def package_version() -> str:
    """Return the installed version of follicle_sim."""
    return version("follicle-sim")


def result_attrs(scenario: Scenario) -> dict[str, str]:
    """Return the dataset attributes that describe and can repeat a run."""
    record = {
        "schema": 1,
        "package": "follicle_sim",
        "version": package_version(),
        "seed": scenario.run.seed,
        "scenario": to_document(scenario),
        "scenario_hash": scenario_hash(scenario),
        "libraries": {name: version(name) for name in LIBRARIES},
        "python": platform.python_version(),
        "phase_codes": {name: code for code, name in enumerate(PHASE_NAMES)},
    }
    return {
        "title": scenario.title,
        "design_kind": scenario.design.kind,
        "Conventions": "CF-1.11",
        "source": f"follicle_sim {package_version()}",
        "phase_codes": json.dumps(record["phase_codes"]),
        "provenance": json.dumps(record, sort_keys=True),
    }


def read_provenance(attrs: Mapping[Any, Any], source: str) -> dict[str, Any]:
    """Return the provenance record of a result.

    Raises
    ------
    InputError
        If the attributes hold none: the file was not written by this program.
    """
    try:
        record = json.loads(attrs["provenance"])
        record["scenario"]
    except (KeyError, TypeError, ValueError):
        message = "has no provenance record; it is not a follicle_sim result"
        raise InputError(source, [Problem("provenance", message)]) from None
    return dict(record)


def stored_scenario(attrs: Mapping[Any, Any], source: str) -> Scenario:
    """Return the scenario that made a result; errors as `read_provenance`."""
    return from_document(read_provenance(attrs, source)["scenario"], source)
