"""What made a result: stored in it as JSON, enough to make it again."""

import json
import platform
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import Any

import xarray as xr

from follicle_sim.base.attributes import read_provenance
from follicle_sim.base.codes import PHASE_NAMES
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.evidence.own.held import data_hash
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import from_document, to_document
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import as_record, check_draw, read_record

LIBRARIES = ("numpy", "scipy", "numba", "xarray")


@cache
def package_version() -> str:
    """Return the installed version of follicle_sim."""
    return version("follicle-sim")


@cache
def _libraries() -> Mapping[str, str]:
    # read from disk, which takes longer than a small simulation
    return {name: version(name) for name in LIBRARIES}


def result_attrs(
    scenario: Scenario, treatments: Mapping[str, Treatment] | None = None
) -> dict[str, str]:
    """Return the dataset attributes that describe and can repeat a run.

    treatments : all that are given, where they are at hand
    """
    record: dict[str, Any] = {
        "schema": 1,
        "package": "follicle_sim",
        "version": package_version(),
        "seed": scenario.run.seed,
        "scenario": to_document(scenario),
        "scenario_hash": scenario_hash(scenario),
        "libraries": _libraries(),
        "python": platform.python_version(),
        "phase_codes": {name: code for code, name in enumerate(PHASE_NAMES)},
        "numbers": as_record(scenario, treatments),
    }
    own = [
        {"study": each.study, "file": each.data, "sha256": data_hash(each.rows)}
        for each in scenario.compare
        if each.rows
    ]
    if own:
        record["data"] = own  # the rows themselves stand in the scenario
    return {
        "title": scenario.title,
        "design_kind": scenario.design.kind,
        "Conventions": "CF-1.11",
        "source": f"follicle_sim {package_version()}",
        "phase_codes": json.dumps(record["phase_codes"]),
        "provenance": json.dumps(record, sort_keys=True, separators=(",", ":")),
    }


def stored_scenario(attrs: Mapping[Any, Any], source: str) -> Scenario:
    """Return the scenario that made a result, with the numbers it ran with.

    Raises
    ------
    InputError
        As `read_provenance`; a scenario or numbers that are none.
    """
    record = read_provenance(attrs, source)
    stored = record.get("numbers")
    numbers = None if stored is None else read_record(stored, source)
    scenario = from_document(record["scenario"], source, numbers=numbers)
    _check_data(record.get("data", []), scenario, source)
    return scenario


def _check_data(stored: object, scenario: Scenario, source: str) -> None:
    """Refuse rows of the user's own data that are not those whose hash was stored with them."""
    hashes = [data_hash(each.rows) for each in scenario.compare if each.rows]
    named = stored if isinstance(stored, list) else [stored]
    found = [each.get("sha256") if isinstance(each, dict) else None for each in named]
    if found != hashes:
        message = "the rows of your own data are not those that were stored; the file was changed"
        raise InputError(source, [Problem("provenance.data", message)])


def scenario_that_made(data: xr.Dataset, source: str) -> Scenario:
    """Return the scenario of a result with everything needed to repeat it: also what was drawn.

    Raises
    ------
    InputError
        As `stored_scenario`; draws that do not fit it.
    """
    scenario = stored_scenario(data.attrs, source)
    numbers = scenario.background.numbers
    if numbers is None or scenario.run.uncertainty == "none":
        return scenario
    drawn = data.get("drawn")
    if drawn is None or drawn.dims != ("replicate", "parameter") or drawn.dtype.kind != "f":
        raise InputError(source, [Problem("drawn", "the draws of the replicates are missing")])
    if len(drawn) != scenario.run.replicates:
        message = f"has {len(drawn)} draws for {scenario.run.replicates} replicates"
        raise InputError(source, [Problem("drawn", message)])
    names = [str(name) for name in data["parameter"].values]
    draws = tuple(dict(zip(names, row, strict=True)) for row in drawn.values.tolist())
    try:
        for draw in draws:
            check_draw(draw, scenario)
    except InputError as error:
        problems = [Problem(f"drawn.{each.where}", each.message) for each in error.problems]
        raise InputError(source, problems) from None
    return scenario.remembering(numbers=replace(numbers, draws=draws))
