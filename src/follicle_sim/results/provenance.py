"""What made a result: stored in it as JSON, enough to make it again."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from typing import Any

import xarray as xr

from follicle_sim.base.arguments import refused
from follicle_sim.base.attributes import read_provenance, source_of
from follicle_sim.base.codes import PHASE_NAMES
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.evidence.own.held import data_hash
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.results.storage import read_result
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
        {"study": table.study, "file": table.data, "sha256": data_hash(table.rows)}
        for table in scenario.compare
        if table.rows
    ]
    if own:
        record["data"] = own  # the rows themselves stand in the scenario
    if scenario.background.overrides:
        record["overrides"] = list(scenario.background.overrides)  # likewise, their outcome does
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
    return scenario.remembering(overrides=overrides_in(record, source))


def overrides_in(record: Mapping[str, Any], source: str) -> tuple[str, ...]:
    """Return the changes that were made to the file of a run, from its provenance record.

    Raises
    ------
    InputError
        If they are no list of texts.
    """
    overrides = record.get("overrides", [])
    if not isinstance(overrides, list) or not all(isinstance(text, str) for text in overrides):
        message = "is not the list of texts that this program writes; the file was changed"
        raise InputError(source, [Problem("provenance.overrides", message)])
    return tuple(overrides)


def _check_data(stored: object, scenario: Scenario, source: str) -> None:
    """Refuse rows of the user's own data that are not those whose hash was stored with them."""
    hashes = [data_hash(table.rows) for table in scenario.compare if table.rows]
    named = stored if isinstance(stored, list) else [stored]
    known = [table.get("sha256") if isinstance(table, dict) else None for table in named]
    if known != hashes:
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
    table = data.get("drawn")
    if table is None or table.dims != ("replicate", "parameter") or table.dtype.kind != "f":
        raise InputError(source, [Problem("drawn", "the draws of the replicates are missing")])
    if len(table) != scenario.run.replicates:
        message = f"has {len(table)} draws for {scenario.run.replicates} replicates"
        raise InputError(source, [Problem("drawn", message)])
    names = [str(name) for name in data["parameter"].values]
    draws = tuple(dict(zip(names, row, strict=True)) for row in table.values.tolist())
    try:
        for draw in draws:
            check_draw(draw, scenario)
    except InputError as error:
        problems = [Problem(f"drawn.{wrong.where}", wrong.message) for wrong in error.problems]
        raise InputError(source, problems) from None
    return scenario.remembering(numbers=replace(numbers, draws=draws))


def scenario_of(result: xr.Dataset | str | os.PathLike[str]) -> Scenario:
    """Return the scenario that a result was made with, with everything needed to repeat it.

    It holds every value after all overrides, and remembers the values that the package had then
    (biology, treatments, what each replicate drew) and the overrides: simulated again it gives the
    same result, bit for bit, in a later version with newly fitted values too. A table of your own
    that it was compared with is in it. `dump_scenario` writes it as a file.

    Parameters
    ----------
    result
        What `simulate` or `load_result` returns, of any shape: only its attributes are read, and
        where parameters were drawn, the draws. Or the path of a result.nc.

    Returns
    -------
    Scenario
        Its numbers are in the units of the scenario format: days, cm2, hairs per cm2.

    Raises
    ------
    InputError
        If there is no such file, it is no NetCDF4, or no result of this program; if what it says of
        its scenario was changed.

    Examples
    --------
    >>> from follicle_sim import load_scenario, scenario_of, simulate
    >>> few = ["population.subjects=4", "run.history=30 days"]
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml", few)
    >>> result = simulate(scenario)
    >>> scenario_of(result) == scenario, simulate(scenario_of(result)).identical(result)
    (True, True)
    """
    if isinstance(result, xr.Dataset):
        scenario = scenario_that_made(result, source_of(result, "dataset"))
        return scenario.remembering(source=source_of(result, ""))
    if not isinstance(result, (str, os.PathLike)) or not os.fspath(result):
        allowed = "what simulate or load_result returns, or the path of a result.nc"
        raise refused("scenario_of", "result", result, allowed)
    return scenario_that_made(read_result(result), os.fspath(result))
