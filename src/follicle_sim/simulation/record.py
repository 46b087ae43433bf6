"""Tallies of follicles to an `xarray.Dataset` with units, names and provenance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.base.codes import BY_VISIT, NO_FOLLICLE, PHASE_NAMES
from follicle_sim.base.types import Floats, Values
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.results.variables import (
    FURTHER,
    MEANING,
    OF_INSTRUMENTS,
    OF_REGIONS,
    SUBJECT_VARIABLES,
)
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.cover import cover_of
from follicle_sim.simulation.engine.agents.spells import Spells
from follicle_sim.simulation.instrument import observable, read, read_disease
from follicle_sim.simulation.people.about import describe_people
from follicle_sim.simulation.people.cohort import Cohort
from follicle_sim.simulation.people.follow_up import NOBODY, design_attrs, follow

OF_COVER = {"cover", "salt", "region_cover"}
"""Readings that are of how much of a scalp is covered."""


@dataclass(frozen=True)
class ArmResult:
    """What one arm of one replicate produced."""

    cohort: Cohort
    visits: Floats  # (S or 1, V) day on which each person is seen
    tally: Floats  # (S, V, TALLY_COLUMNS)
    factors: Floats  # (S, V, F)
    phase: NDArray[np.uint8]  # (S, V, N), N = 0 where not recorded
    calibre: NDArray[np.float32]  # (S, V, N)
    seen: Floats  # (S, V, R) visible hairs of each piece of scalp, R = 0 where not recorded
    activity: Floats  # (S, V) of a scarring disease; (S, 0) where nothing is inflamed
    spells: Spells  # (S, K, M), K = 0 where no follicle is tracked


Results = Sequence[Sequence[ArmResult]]
"""By replicate and arm."""
Table = list[list[Values]]
"""Arrays of one variable, by replicate and arm."""
Variables = dict[str, tuple[tuple[str, ...], Values]]
"""Dimensions and values of variables of the dataset."""


def to_dataset(
    protocol: Protocol, results: Results, reader: Instrument, attrs: Mapping[str, str]
) -> xr.Dataset:
    """Assemble results[replicate][arm], as an instrument reads them, into one dataset.

    Dimensions arm, subject, time (days since baseline), phase, factor, and a leading replicate
    where there is more than one.
    """
    sizes = [[result.cohort.subject.size for result in row] for row in results]
    frame = Frame(max(max(row) for row in sizes), several=len(results) > 1)
    readings, known = _read_and_follow(protocol, results, reader)
    variables = (
        _of_people(frame, protocol, results)
        | _of_readings(frame, protocol, results, readings)
        | _of_follow_up(frame, known)
        | (_of_follicles(frame, results) if protocol.record.follicles else {})
        | (_of_tracked(frame, results) if protocol.record.tracked_follicles else {})
    )
    flow = design_attrs(protocol, sizes, known, attrs.get("flow", ""))
    coords = _coordinates(protocol, frame, variables)
    data_set = xr.Dataset(variables, coords=coords, attrs=dict(attrs) | flow)
    if frame.several:
        names = [row[0].cohort.replicate for row in results]
        data_set = data_set.assign_coords(replicate=np.array(names))
    if reader.measures != Instrument().measures:
        data_set.attrs["observable"] = json.dumps(sorted(observable(reader)))
    data_set["time"].attrs = {"units": "d", "long_name": "days since the baseline visit"}
    for name in variables:
        units, long_name = MEANING[name]
        data_set[name].attrs = {"units": units, "long_name": long_name}
    return data_set


@dataclass(frozen=True)
class Frame:
    """The rectangle that arms of different sizes are put in: as wide as the largest arm."""

    widest_arm: int
    several: bool  # replicates

    @property
    def lead(self) -> tuple[str, ...]:
        """The dimensions that come before the subject."""
        return ("replicate", "arm") if self.several else ("arm",)

    def stack(self, table: Table, fill: float = np.nan) -> Values:
        """Return the arrays of all replicates and arms as one, places of nobody filled."""
        equal = [np.stack([self._pad(values, fill) for values in row]) for row in table]
        return np.stack(equal) if self.several else equal[0]

    def _pad(self, values: Values, fill: float) -> Values:
        room = [(0, self.widest_arm - len(values))] + [(0, 0)] * (values.ndim - 1)
        if values.dtype.kind == "U":
            return np.pad(values, room, constant_values="")
        return np.pad(values, room, constant_values=fill) if room[0][1] else values


def _read_and_follow(
    protocol: Protocol, results: Results, reader: Instrument
) -> tuple[list[list[dict[str, Floats]]], list[list[dict[str, Values]]]]:
    """Return readings with their gaps, and what is known of people's visits and doses."""
    readings, known = [], []
    for row in results:
        whole = [
            _read(protocol, arm, result, reader)
            for arm, result in zip(protocol.arms, row, strict=True)
        ]
        gaps, followed = follow(protocol, [result.cohort for result in row], whole)
        readings.append(gaps)
        known.append(followed)
    return readings, known


def _read(
    protocol: Protocol, arm: PlannedArm, result: ArmResult, reader: Instrument
) -> dict[str, Floats]:
    cohort, scalp = result.cohort, protocol.scalp
    if result.seen.shape[2] == 0:
        plain = read(protocol, arm, cohort, result.tally, instrument=reader)
        return plain | read_disease(protocol, arm, cohort, result.tally, result.activity, reader)
    regions = {}
    if scalp.regional and result.seen.shape[2] > 1:
        regions["region_density"] = result.seen / cohort.area[:, None, None]
    cover = None
    if set(reader.measures) & OF_COVER:
        cover = cover_of(protocol, cohort, result.seen)
    readings = read(
        protocol, arm, cohort, result.tally, instrument=reader, cover=cover, weight=scalp.weight
    )
    return readings | regions


def _of_people(frame: Frame, protocol: Protocol, results: Results) -> Variables:
    persons = [describe_people(protocol, [result.cohort for result in row]) for row in results]
    return {
        name: (
            (*frame.lead, "subject"),
            frame.stack([row[name] for row in persons], _of_nobody(name)),
        )
        for name in persons[0]
    }


def _of_readings(
    frame: Frame,
    protocol: Protocol,
    results: Results,
    readings: list[list[dict[str, Floats]]],
) -> Variables:
    recorded = protocol.record.variables or (*SUBJECT_VARIABLES, "factor_level", *OF_INSTRUMENTS)
    recorded = (*recorded, *OF_REGIONS)
    course = (*frame.lead, "subject", "time")
    variables: Variables = {}
    for name in (*SUBJECT_VARIABLES, *OF_INSTRUMENTS, *OF_REGIONS):
        if name in recorded and name in readings[0][0]:
            last = (FURTHER[name],) if name in FURTHER else ()
            data = frame.stack([[reading[name] for reading in row] for row in readings])
            variables[name] = ((*course, *last), data)
    if "factor_level" in recorded:
        data = frame.stack([[result.factors for result in row] for row in results])
        variables["factor_level"] = ((*course, "factor"), data)
    return variables


def _of_follow_up(frame: Frame, known: list[list[dict[str, Values]]]) -> Variables:
    variables: Variables = {}
    for name in known[0][0]:
        data = frame.stack([[person[name] for person in row] for row in known], _of_nobody(name))
        variables[name] = ((*frame.lead, "subject", *(("time",) if name in BY_VISIT else ())), data)
    return variables


def _of_nobody(name: str) -> float:
    """Return what a variable says at the place of nobody."""
    return NOBODY.get(name, np.nan)


def _of_follicles(frame: Frame, results: Results) -> Variables:
    dims = (*frame.lead, "subject", "time", "follicle")
    widest = max(result.phase.shape[2] for row in results for result in row)

    def padded(record: Values, fill: int) -> Values:
        room = ((0, 0), (0, 0), (0, widest - record.shape[2]))
        return np.pad(record, room, constant_values=fill)

    phases = [[padded(result.phase, NO_FOLLICLE) for result in row] for row in results]
    calibres = [[padded(result.calibre, 0) for result in row] for row in results]
    return {
        "follicle_phase": (dims, frame.stack(phases, NO_FOLLICLE)),
        "follicle_calibre": (dims, frame.stack(calibres, 0)),
    }


def _of_tracked(frame: Frame, results: Results) -> Variables:
    """Return spells of tracked follicles, as many of each as any of them has."""
    dims = (*frame.lead, "subject", "tracked", "spell")
    every = [result.spells for row in results for result in row]
    most = max(int(np.isfinite(spells.onset).sum(axis=-1).max(initial=1)) for spells in every)
    onsets: Table = [[result.spells.onset[..., :most] for result in row] for row in results]
    phases: Table = [[result.spells.phase[..., :most] for result in row] for row in results]
    return {
        "spell_onset": (dims, frame.stack(onsets)),
        "spell_phase": (dims, frame.stack(phases, NO_FOLLICLE)),
    }


def _regions(protocol: Protocol, variables: Variables) -> dict[str, Any]:
    """Return the pieces of the scalp and their shares of it, where something is said of each."""
    if not any("region" in dims for dims, _ in variables.values()):
        return {}
    share = ("region", protocol.scalp.weight, {"units": "1", "long_name": "share of the scalp"})
    return {"region": list(protocol.scalp.pieces), "region_share": share}


def _coordinates(protocol: Protocol, frame: Frame, variables: Variables) -> dict[str, Any]:
    arms = protocol.arms
    return {
        "arm": [arm.label for arm in arms],
        "role": ("arm", [arm.role for arm in arms]),
        "subject": np.arange(frame.widest_arm),
        "time": ("time", np.array(protocol.visits.days)),
        "phase": list(PHASE_NAMES),
        "factor": list(protocol.factors.names),
    } | _regions(protocol, variables)
