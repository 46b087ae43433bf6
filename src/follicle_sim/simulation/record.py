"""Tallies of follicles to an `xarray.Dataset` with units, names and provenance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.base.codes import BY_VISIT, NO_FOLLICLE, PHASE_NAMES
from follicle_sim.base.types import Floats
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.results.variables import MEANING, OF_INSTRUMENTS, SUBJECT_VARIABLES
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.instrument import observable, read
from follicle_sim.simulation.people.about import describe_people
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.follow_up import NOBODY, design_attrs, follow


@dataclass(frozen=True)
class ArmResult:
    """What one arm of one replicate produced."""

    cohort: Cohort
    visits: Floats  # (S or 1, V) day on which each person is seen
    tally: Floats  # (S, V, TALLY_COLUMNS)
    factors: Floats  # (S, V, F)
    phase: NDArray[np.uint8]  # (S, V, N), N = 0 where not recorded
    calibre: NDArray[np.float32]  # (S, V, N)


def to_dataset(
    protocol: Protocol,
    results: Sequence[Sequence[ArmResult]],
    reader: Instrument,
    attrs: Mapping[str, str],
) -> xr.Dataset:
    """Assemble results[replicate][arm], as an instrument reads them, into one dataset.

    Dimensions arm, subject, time (days since baseline), phase, factor, and a leading replicate
    where there is more than one.
    """
    arms = protocol.arms
    wanted = protocol.record.variables or (*SUBJECT_VARIABLES, "factor_level", *OF_INSTRUMENTS)
    readings = [
        [
            read(protocol, arm, result.cohort, result.tally, instrument=reader)
            for arm, result in zip(arms, row, strict=True)
        ]
        for row in results
    ]
    followed = [
        follow(protocol, [result.cohort for result in row], reading)
        for row, reading in zip(results, readings, strict=True)
    ]
    readings, known = [gaps for gaps, _ in followed], [about for _, about in followed]
    several = len(results) > 1
    sizes = [[result.cohort.subject.size for result in row] for row in results]
    widest_arm = max(max(row) for row in sizes)
    lead = ("replicate", "arm") if several else ("arm",)

    def fit(values: NDArray[np.generic], fill: float) -> NDArray[np.generic]:
        room = [(0, widest_arm - len(values))] + [(0, 0)] * (values.ndim - 1)
        if values.dtype.kind == "U":
            return np.pad(values, room, constant_values="")
        return np.pad(values, room, constant_values=fill) if room[0][1] else values

    def stack(rows: list[list[NDArray[np.generic]]], fill: float = np.nan) -> NDArray[np.generic]:
        equal = [np.stack([fit(values, fill) for values in row]) for row in rows]
        return np.stack(equal) if several else equal[0]

    variables = {}
    persons = [describe_people(protocol, [result.cohort for result in row]) for row in results]
    for name in persons[0]:
        data = stack([row[name] for row in persons], NOBODY.get(name, np.nan))
        variables[name] = ((*lead, "subject"), data)
    for name in (*SUBJECT_VARIABLES, *OF_INSTRUMENTS):
        if name in wanted and name in readings[0][0]:
            last = ("phase",) if name == "phase_count" else ()
            data = stack([[reading[name] for reading in row] for row in readings])
            variables[name] = ((*lead, "subject", "time", *last), data)
    if "factor_level" in wanted:
        data = stack([[result.factors for result in row] for row in results])
        variables["factor_level"] = ((*lead, "subject", "time", "factor"), data)
    for name in known[0][0]:
        data = stack([[about[name] for about in row] for row in known], NOBODY.get(name, np.nan))
        variables[name] = ((*lead, "subject", *(("time",) if name in BY_VISIT else ())), data)
    if protocol.record.follicles:
        dims = (*lead, "subject", "time", "follicle")
        widest = max(result.phase.shape[2] for row in results for result in row)

        def padded(record: NDArray[np.generic], fill: int) -> NDArray[np.generic]:
            room = ((0, 0), (0, 0), (0, widest - record.shape[2]))
            return np.pad(record, room, constant_values=fill)

        phases = [[padded(r.phase, NO_FOLLICLE) for r in row] for row in results]
        calibres = [[padded(r.calibre, 0) for r in row] for row in results]
        variables["follicle_phase"] = (dims, stack(phases, NO_FOLLICLE))
        variables["follicle_calibre"] = (dims, stack(calibres, 0))
    data_set = xr.Dataset(
        variables,
        coords={
            "arm": [arm.label for arm in arms],
            "role": ("arm", [arm.role for arm in arms]),
            "subject": np.arange(widest_arm),
            "time": ("time", np.array(protocol.visits.days)),
            "phase": list(PHASE_NAMES),
            "factor": list(protocol.factors.names),
        },
        attrs=dict(attrs) | design_attrs(protocol, sizes, known, attrs.get("flow", "")),
    )
    if several:
        names = [row[0].cohort.replicate for row in results]
        data_set = data_set.assign_coords(replicate=np.array(names))
    if reader.measures != Instrument().measures:
        data_set.attrs["observable"] = json.dumps(sorted(observable(reader)))
    data_set["time"].attrs = {"units": "d", "long_name": "days since the baseline visit"}
    for name in variables:
        units, long_name = MEANING[name]
        data_set[name].attrs = {"units": units, "long_name": long_name}
    return data_set
