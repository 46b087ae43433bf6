"""Dosing as pharmacometric programs write it: an event table of NONMEM and nlmixr2.

One row an event, in the order of time: TIME, AMT, EVID, II, ADDL, CMT, MDV, DV as in NONMEM's data
sets, RATE and DUR where a dose takes time to enter, SS where it has been given for long. ARM,
TREATMENT and UNIT say in words what ID and CMT number; NONMEM reads past them with DROP. Days are
the unit of time.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xarray as xr

from follicle_sim.base.arguments import check_dataset, check_text
from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.files import write_text_atomic
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.pharmacology.steady_state import doses_to_steady_state
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS
from follicle_sim.reporting.event_cells import ADDED, FIRST
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import treatments_of
from follicle_sim.scenario.tables.arms import Arm, Dose
from follicle_sim.scenario.tables.table import LONGEST

COLUMNS = (
    "ID",
    "TIME",
    "AMT",
    "RATE",
    "DUR",
    "II",
    "ADDL",
    "EVID",
    "CMT",
    "MDV",
    "DV",
    "ARM",
    "TREATMENT",
    "UNIT",
)
STEADY = "SS"
DOSE, OBSERVATION = 1, 0


Row = dict[str, Any]
"""Column to value; a column that is left out is empty."""


@dataclass(frozen=True)
class Event:
    """One row of a dose: a single one, or the first of `addl` + 1 that are `ii` days apart.

    steady : it has been given for ever, every `ii` days, up to `time`
    """

    time: float
    amount: float
    duration: float
    ii: float
    addl: int
    treatment: str
    steady: bool = False


def events_of(dose: Dose, *, unroll: bool = False, enough: int = 0) -> tuple[Event, ...]:
    """Return the rows of one line of a dosing schedule.

    unroll : a row for every dose, in place of II and ADDL
    enough : doses before baseline that are written as a steady state; 0 where none are
    """
    times = expand(dose, 2.0 * LONGEST).times  # longer than any schedule
    before, every = int((times < 0.0).sum()), dose.every
    what = (dose.amount, dose.duration)
    if 0 < enough <= before < times.size and every is not None:
        rest = times[before:]
        more = 0 if unroll else rest.size - 1
        first = Event(float(rest[0]), *what, every, more, dose.treatment, steady=True)
        times = rest[1:] if unroll else rest[:0]
        return (first, *(Event(float(time), *what, 0.0, 0, dose.treatment) for time in times))
    if unroll:
        return tuple(Event(float(time), *what, 0.0, 0, dose.treatment) for time in times)
    if not times.size:
        return ()
    every = 0.0 if every is None or times.size == 1 else every
    return (Event(float(times[0]), *what, every, times.size - 1, dose.treatment),)


def event_table(
    scenario: Scenario,
    *,
    unroll: bool = False,
    steady_state: bool = False,
    result: xr.Dataset | None = None,
    endpoint: str = "hair_density",
) -> str:
    """Return the dosing of a scenario as CSV, with observations where a result is given.

    Parameters
    ----------
    unroll
        A row for every dose, in place of II and ADDL.
    steady_state
        Schedules that began long enough before baseline (`doses_to_steady_state`) and go on after
        it are written from baseline on, with SS and II; else their doses have a TIME below 0, which
        NONMEM takes from version 7.4 on.
    result
        Of `simulate`: then every person has an ID of its own, and what was read of them stands in
        rows of EVID 0.
    endpoint
        What DV is.

    Raises
    ------
    InputError
        If the result has no such endpoint or other arms.

    Examples
    --------
    >>> from follicle_sim import load_scenario
    >>> text = event_table(load_scenario("scenarios/minoxidil_olsen_2002.toml"))
    >>> print(text.splitlines()[1])
    1,0.0,1.0,0.0,0.0,0.5,671,1,1,1,,minoxidil 5 %,minoxidil_topical_5,mL
    """
    scenario = check_scenario("event_table", scenario)
    check_text("event_table", "endpoint", endpoint)
    if result is not None:
        check_dataset("event_table", result, ("arm", "subject", "time"))
    treatments = treatments_of(scenario)
    dosed = [_dose_rows(arm, treatments, unroll, steady_state) for arm in scenario.arms]
    given = dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses)
    compartments = {name: number for number, name in enumerate(given, start=1)}
    rows: list[Row] = []
    if result is None:
        for number, of_arm in enumerate(dosed, start=1):
            rows += [{"ID": number, **row} for row in of_arm]
    else:
        rows += _rows_with_people(scenario, dosed, _values(scenario, result, endpoint))
    for row in rows:
        if row["EVID"] == DOSE:
            row["CMT"] = compartments[str(row["TREATMENT"])]
    columns = list(COLUMNS)
    if any(row.get(STEADY) for row in rows):
        columns.insert(columns.index("EVID"), STEADY)
    return csv_text(columns, [[row.get(name) for name in columns] for row in rows])


def _dose_rows(
    arm: Arm, treatments: Mapping[str, Treatment], unroll: bool, steady_state: bool
) -> list[Row]:
    """Return the rows of the doses of an arm in the order of time, without ID and CMT."""
    events: list[Event] = []
    for dose in arm.doses:
        enough = 0
        if steady_state and dose.every is not None:
            enough = doses_to_steady_state(treatments[dose.treatment], dose.every)
        events += events_of(dose, unroll=unroll, enough=enough)
    rows: list[Row] = []
    for event in sorted(events, key=lambda event: event.time):
        row: Row = {
            "TIME": event.time,
            "AMT": event.amount,
            "RATE": event.amount / event.duration if event.duration > 0.0 else 0.0,
            "DUR": event.duration,
            "II": event.ii,
            "ADDL": event.addl,
            STEADY: 0,
            "EVID": DOSE,
            "MDV": 1,
            "ARM": arm.label,
            "TREATMENT": event.treatment,
            "UNIT": AMOUNT_UNITS[treatments[event.treatment].amount],
        }
        if event.steady:
            # the first replaces what was there, others are added to it
            row[STEADY] = ADDED if rows else FIRST
        rows.append(row)
    return rows


def _values(scenario: Scenario, result: xr.Dataset, endpoint: str) -> xr.DataArray:
    """Return what was read of an endpoint (arm, subject, time), after checks."""
    place = "event table"
    if endpoint not in result:
        names = [str(name) for name in result.data_vars]
        hint = did_you_mean(endpoint, names)
        raise InputError(place, [Problem("endpoint", f'no variable "{endpoint}"{hint}')])
    values = result[endpoint]
    if set(values.dims) != {"arm", "subject", "time"}:
        text = f"{endpoint} has dims {', '.join(map(str, values.dims))}; one value a person and "
        raise InputError(place, [Problem("endpoint", f"{text}visit of one replicate is needed")])
    labels = [str(label) for label in result["arm"].values]
    if labels != [arm.label for arm in scenario.arms]:
        text = f"arms are {', '.join(labels)}; the scenario has others"
        raise InputError(place, [Problem("result", text)])
    return values.transpose("arm", "subject", "time")


def _rows_with_people(
    scenario: Scenario, dosed: Sequence[Sequence[Row]], values: xr.DataArray
) -> Iterator[Row]:
    """Yield the rows of every person, doses and what was read, in the order of time."""
    days = [float(day) for day in values["time"].values]
    what = {"TREATMENT": str(values.name), "UNIT": str(values.attrs.get("units", ""))}
    number = 0
    for arm, doses, people in zip(scenario.arms, dosed, values.values, strict=True):
        for person in people:
            number += 1
            rows = [{"ID": number, **row} for row in doses]
            for day, value in zip(days, person, strict=True):
                seen = math.isfinite(value)
                read = {"MDV": 0 if seen else 1, "DV": float(value) if seen else None}
                event = {"ID": number, "TIME": day, "EVID": OBSERVATION, "CMT": 0}
                rows.append({**event, **read, "ARM": arm.label, **what})
            yield from sorted(rows, key=_order)


def _order(row: Row) -> tuple[float, int]:
    """Return what rows of a person are sorted by.

    What is seen on the day of a dose is seen before it, but after a steady state: that says what
    was given until then.
    """
    kind = -1 if row.get(STEADY) else row["EVID"]
    return row["TIME"], kind


def write_event_table(
    path: str | os.PathLike[str],
    scenario: Scenario,
    *,
    unroll: bool = False,
    steady_state: bool = False,
    result: xr.Dataset | None = None,
    endpoint: str = "hair_density",
) -> None:
    """Write `event_table`.

    Raises
    ------
    OutputError
        If the file cannot be written; an earlier one stays.
    InputError
        As `event_table`.
    """
    text = event_table(
        scenario, unroll=unroll, steady_state=steady_state, result=result, endpoint=endpoint
    )
    write_text_atomic(path, text)
