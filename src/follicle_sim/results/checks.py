"""Whether a stored result is as this program writes it, before anything is asked of it.

A file that was edited, cut or renamed inside is refused with its name and the place, and not by
whatever its first wrong value breaks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from follicle_sim.base.attributes import json_attribute
from follicle_sim.base.codes import BY_VISIT
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.protocol.resolve import resolve
from follicle_sim.results.expected import always_known, is_plain, periods_of, variables_of
from follicle_sim.results.provenance import scenario_that_made
from follicle_sim.results.variables import (
    FURTHER,
    MEANING,
    MEASURED,
    OF_FOLLOW_UP,
    OF_PEOPLE,
    OF_TRACKED,
    SUBJECT_VARIABLES,
)
from follicle_sim.scenario.model import Scenario

LARGEST = 1e15
"""No count, size or day is larger; a sum of squares of such numbers would be infinite."""

CODES: Mapping[str, tuple[int, ...]] = {
    "attended": (0, 1),
    "enrolled": (0, 1),
    "responder": (0, 1),
    "left_reason": (0, 1, 2),
}
TEXTS = ("sex", "severity_class")
JSON = ("flow", "periods", "observable", "phase_codes", "provenance")
_CHANGED = "; the file was changed or damaged"


def check_result(data: xr.Dataset, source: str) -> Scenario:
    """Return the scenario that made a stored result.

    Parameters
    ----------
    data
        As read from disk.
    source
        Its file, for messages.

    Raises
    ------
    InputError
        With everything that is not as `simulate` writes it.
    """
    scenario = scenario_that_made(data, source)
    for name in JSON:
        json_attribute(data.attrs, name, source)
    plan = resolve(scenario)[0]
    problems = list(_wrong_shape(data, plan))
    if not problems:  # the values stand in an order that is known now
        problems = [*_wrong_attributes(data, plan), *_wrong_values(data)]
    if problems:
        raise InputError(source, [Problem(where, text + _CHANGED) for where, text in problems])
    return scenario


def _wrong_shape(data: xr.Dataset, protocol: Protocol) -> Iterator[tuple[str, str]]:
    replicates = protocol.source.run.replicates
    axes: dict[str, Any] = {
        "arm": [arm.label for arm in protocol.arms],
        "time": list(protocol.visits.days),
    }
    dimensions = ["arm", "subject", "time", *(["replicate"] if replicates > 1 else [])]
    for name in dimensions:
        if name not in data.dims or name not in data.coords:
            yield name, "the dimension is missing"
        elif name in axes and data[name].values.tolist() != axes[name]:
            yield name, "is not what the scenario of the file says"
    if "replicate" in data.dims and replicates != data.sizes["replicate"]:
        yield "replicate", f"found {data.sizes['replicate']}; the scenario says {replicates}"
    if "subject" in data.coords:
        people = data["subject"].values
        if people.dtype.kind not in "iu" or people.tolist() != list(range(people.size)):
            yield "subject", "does not number the people from 0 on"
    if "role" not in data.coords:
        yield "role", "is missing"
    elif data["role"].values.tolist() != [arm.role for arm in protocol.arms]:
        yield "role", "is not what the scenario of the file says"
    lead = ("replicate", "arm", "subject") if replicates > 1 else ("arm", "subject")
    for name in _all_variables():
        if name in data:
            dims = (*lead, *_further(name))
            if data[name].dims != dims:
                present = ", ".join(map(str, data[name].dims)) or "none"
                yield name, f"has dimensions {present}; allowed: {', '.join(dims)}"
            elif data[name].dtype.kind not in ("OU" if name in TEXTS else "iuf"):
                yield name, "holds values of another type"
    yield from ((name, "is missing") for name in _expected(protocol) if name not in data)


def _all_variables() -> list[str]:
    return list(MEANING)


def _expected(protocol: Protocol) -> list[str]:
    """Return the variables that a result of this scenario has for certain."""
    if protocol.source.background.numbers is None:
        return []  # written by an earlier version, which knew fewer
    recorded = protocol.record.variables or (*SUBJECT_VARIABLES, "factor_level")
    follicles = ["follicle_phase", "follicle_calibre"] if protocol.record.follicles else []
    if protocol.record.tracked_follicles:
        follicles += OF_TRACKED
    return [*recorded, *follicles, *variables_of(protocol), *always_known(protocol)]


def _further(name: str) -> tuple[str, ...]:
    """Return the dimensions of a variable beyond those that name a person."""
    if name in OF_FOLLOW_UP or name in OF_PEOPLE:
        return ("time",) if name in BY_VISIT else ()
    if name in OF_TRACKED:
        return ("tracked", "spell")
    last = FURTHER.get(name)
    if name.startswith("follicle_"):
        last = "follicle"
    return ("time",) if last is None else ("time", last)


def _wrong_values(data: xr.Dataset) -> Iterator[tuple[str, str]]:
    for name in _all_variables():
        if name not in data or data[name].dtype.kind not in "iuf" or not data[name].size:
            continue
        values = data[name].values
        if name in CODES and not np.isin(values, CODES[name]).all():
            yield name, f"holds other codes than {', '.join(map(str, CODES[name]))}"
        if values.dtype.kind == "f" and (np.abs(values[~np.isnan(values)]) > LARGEST).any():
            yield name, "holds impossible numbers"
        elif name in MEASURED and (values < 0).any():
            yield name, "holds numbers below 0"

    if "left_day" in data and "left_reason" in data:
        gone = ~np.isnan(data["left_day"].values)
        if ((data["left_reason"].values != 0) != gone).any():
            yield "left_reason", "and left_day do not tell the same people as gone"


def _wrong_attributes(data: xr.Dataset, protocol: Protocol) -> Iterator[tuple[str, str]]:
    expected: dict[str, str] = {"design_kind": protocol.conduct.kind}
    if protocol.source.run.uncertainty != "none":
        expected["uncertainty"] = protocol.source.run.uncertainty
    elif "uncertainty" in data.attrs:
        yield "uncertainty", "is not what the scenario of the file says"
    for name, text in expected.items():
        attribute = data.attrs.get(name)
        # an attribute may be an array, which is not compared to a text
        if not isinstance(attribute, str) or attribute != text:
            yield name, "is not what the scenario of the file says"
    if len(protocol.visits.starts) > 1:
        if json.loads(data.attrs.get("periods", "null")) != periods_of(protocol):
            yield "periods", "is not what the scenario of the file says"
    elif "periods" in data.attrs:
        yield "periods", "is not what the scenario of the file says"
    if "flow" not in data.attrs and not is_plain(protocol):
        yield "flow", "is missing"
    elif "flow" in data.attrs:
        labels = [arm.label for arm in protocol.arms]
        if not _is_flow(json.loads(data.attrs["flow"]), labels):
            yield "flow", "does not say how people moved through the trial"


def _is_flow(flow: object, labels: list[str]) -> bool:
    if not isinstance(flow, dict):
        return False
    by_arm = [flow.get(name) for name in ("allocated", "completed", "lost")]
    if not all(isinstance(table, dict) and set(table) == set(labels) for table in by_arm):
        return False
    lost = list(flow["lost"].values())
    counts = [*flow["allocated"].values(), *flow["completed"].values()]
    tables = [*lost, flow.get("excluded", {})]
    if not all(isinstance(table, dict) for table in tables):
        return False
    counts += [count for table in tables for count in table.values()]
    counts.append(flow.get("screened", 0))
    return all(type(count) is int and count >= 0 for count in counts)
