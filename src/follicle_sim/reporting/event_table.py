"""Dosing as pharmacometric programs write it: an event table of NONMEM and nlmixr2, out and in.

One row an event, in the order of time: TIME, AMT, EVID, II, ADDL, CMT, MDV, DV as in NONMEM's data
sets, RATE and DUR where a dose takes time to enter. ARM, TREATMENT and UNIT say in words what ID
and CMT number; NONMEM reads past them with DROP. Days are the unit of time.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.files import write_text_atomic
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import treatments_of
from follicle_sim.scenario.tables.arms import Arm, Dose
from follicle_sim.scenario.tables.table import LONGEST
from follicle_sim.scenario.text.write import write_toml

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
NEEDED = ("TIME", "AMT")
DOSE, OBSERVATION = 1, 0
MISSING = ("", ".", "NA")

CARRIED = ("treatment", "amount", "amount_dimension", "route", "start", "every", "count", "until")
NOT_CARRIED = tuple(name for name in Dose.model_fields if name not in (*CARRIED, "duration"))
"""Keys of a dose that an event table has no column for."""


@dataclass(frozen=True)
class Event:
    """One row of a dose: a single one, or the first of `addl` + 1 that are `ii` days apart."""

    time: float
    amount: float
    duration: float
    ii: float
    addl: int
    treatment: str


def events_of(dose: Dose, *, unroll: bool = False) -> tuple[Event, ...]:
    """Return the rows of one line of a dosing schedule.

    unroll : a row for every dose, in place of II and ADDL
    """
    times = expand(dose, 2.0 * LONGEST).times  # longer than any schedule
    if unroll:
        return tuple(
            Event(float(time), dose.amount, dose.duration, 0.0, 0, dose.treatment) for time in times
        )
    if not times.size:
        return ()
    every = 0.0 if dose.every is None or times.size == 1 else dose.every
    start = float(times[0])
    return (Event(start, dose.amount, dose.duration, every, times.size - 1, dose.treatment),)


def event_table(
    scenario: Scenario,
    *,
    unroll: bool = False,
    result: xr.Dataset | None = None,
    endpoint: str = "hair_density",
) -> str:
    """Return the dosing of a scenario as CSV, with observations where a result is given.

    Parameters
    ----------
    unroll
        A row for every dose, in place of II and ADDL.
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
    compartments = {name: number for number, name in enumerate(_given(scenario), start=1)}
    units = {name: AMOUNT_UNITS[t.amount] for name, t in treatments_of(scenario).items()}
    rows: list[Sequence[object]] = []
    if result is None:
        for number, arm in enumerate(scenario.arms, start=1):
            rows += _dose_rows(number, arm, compartments, units, unroll=unroll)
    else:
        rows += _rows_with_people(scenario, result, endpoint, compartments, units, unroll=unroll)
    return csv_text(COLUMNS, rows)


def _given(scenario: Scenario) -> list[str]:
    return list(dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses))


def _dose_rows(
    number: int,
    arm: Arm,
    compartments: Mapping[str, int],
    units: Mapping[str, str],
    *,
    unroll: bool,
) -> list[Sequence[object]]:
    events = [event for dose in arm.doses for event in events_of(dose, unroll=unroll)]
    rows: list[Sequence[object]] = []
    for event in sorted(events, key=lambda event: event.time):
        rate = event.amount / event.duration if event.duration > 0.0 else 0.0
        rows.append(
            (
                number,
                event.time,
                event.amount,
                rate,
                event.duration,
                event.ii,
                event.addl,
                DOSE,
                compartments[event.treatment],
                1,
                None,
                arm.label,
                event.treatment,
                units[event.treatment],
            )
        )
    return rows


def _rows_with_people(
    scenario: Scenario,
    result: xr.Dataset,
    endpoint: str,
    compartments: Mapping[str, int],
    units: Mapping[str, str],
    *,
    unroll: bool,
) -> Iterator[Sequence[object]]:
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
    table = values.transpose("arm", "subject", "time").values
    days = [float(day) for day in result["time"].values]
    unit = str(values.attrs.get("units", ""))
    number = 0
    for index, arm in enumerate(scenario.arms):
        dosed = _dose_rows(0, arm, compartments, units, unroll=unroll)
        for person in table[index]:
            number += 1
            rows = [(number, *row[1:]) for row in dosed]
            for day, value in zip(days, person, strict=True):
                seen = math.isfinite(value)
                read = float(value) if seen else None
                rows.append(
                    (
                        *(number, day, None, None, None, None, None, OBSERVATION, 0),
                        *(0 if seen else 1, read, arm.label, endpoint, unit),
                    )
                )
            # what is seen on the day of a dose is seen before it
            yield from sorted(rows, key=lambda row: (row[1], row[7]))


def write_event_table(
    path: str | os.PathLike[str],
    scenario: Scenario,
    *,
    unroll: bool = False,
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
    text = event_table(scenario, unroll=unroll, result=result, endpoint=endpoint)
    write_text_atomic(path, text)


def not_carried(scenario: Scenario) -> tuple[str, ...]:
    """Return a sentence for each thing of the doses that an event table cannot say."""
    usual = {name: Dose.model_fields[name].default for name in NOT_CARRIED}
    told = []
    for arm in scenario.arms:
        for index, dose in enumerate(arm.doses):
            lost = [name for name in NOT_CARRIED if getattr(dose, name) != usual[name]]
            if lost:
                told.append(
                    f'doses[{index}] of "{arm.label}": {", ".join(lost)}: an event table has no '
                    "column for it"
                )
    return tuple(told)


def read_event_table(
    path: str | os.PathLike[str], treatments: Mapping[int, str] | None = None
) -> dict[str, tuple[dict[str, object], ...]]:
    """Return the doses of an event table by arm, as the tables of a scenario.

    Parameters
    ----------
    path
        A CSV file: the columns that `event_table` writes, TIME and AMT at least, in days.
    treatments
        What each CMT is, where the file has no column TREATMENT.

    Returns
    -------
    By ARM, or ID where there is none: for each dose a table as it stands below `[[arms.doses]]`.
    IDs of one arm must have the same doses. Rows of observations (EVID 0 and 2) are passed over.

    Raises
    ------
    InputError
        With every bad row: line, column, what was found, what is allowed.
    """
    source = Path(path).name
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(source, [Problem("", f"cannot be read: {error}")]) from None
    reader = csv.DictReader(io.StringIO(text))
    header = [name.strip().upper() for name in reader.fieldnames or ()]
    problems = [
        Problem("header", f"column {name} is missing{did_you_mean(name, header)}")
        for name in NEEDED
        if name not in header
    ]
    if problems:
        raise InputError(source, problems)
    by_person: dict[tuple[str, str], list[dict[str, object]]] = {}
    for line, cells in enumerate(reader, start=2):
        row = {
            str(name).strip().upper(): (value or "").strip()
            for name, value in cells.items()
            if name is not None and not isinstance(value, list)
        }
        person = (row.get("ARM", "") or row.get("ID", "") or "1", row.get("ID", "") or "1")
        try:
            dose = _dose_of(row, treatments or {})
        except _BadCell as error:
            problems.append(Problem(f"line {line}, column {error.column}", error.text))
            continue
        doses = by_person.setdefault(person, [])
        if dose is not None:
            doses.append(dose)
    found: dict[str, tuple[dict[str, object], ...]] = {}
    for (arm, name), doses in by_person.items():
        known = found.setdefault(arm, tuple(doses))
        if known != tuple(doses):
            text = f"ID {name} of {arm} has other doses than the people before; an arm has one"
            problems.append(Problem("ID", f"{text} schedule: give it an ARM of its own"))
    if problems:
        raise InputError(source, problems)
    return found


class _BadCell(ValueError):
    def __init__(self, column: str, text: str) -> None:
        super().__init__(text)
        self.column, self.text = column, text


def _dose_of(row: Mapping[str, str], treatments: Mapping[int, str]) -> dict[str, object] | None:
    """Return the dose of a row, None where it is none."""
    amount = _number(row, "AMT", 0.0)
    event = _number(row, "EVID", 1.0 if amount > 0.0 else 0.0)
    if event in (0.0, 2.0):
        return None
    if event != 1.0:
        raise _BadCell("EVID", f"found {event:g}; allowed: 0, 1 (a dose) and 2; no reset")
    if _number(row, "SS", 0.0) != 0.0:
        text = "steady state is not taken: give the doses that lead to it, from baseline on"
        raise _BadCell("SS", f"found {row['SS']}; {text}")
    time = _number(row, "TIME", math.nan)
    if not time >= 0.0:
        raise _BadCell("TIME", f"found {row.get('TIME', '')!r}; allowed: days from 0 (baseline) on")
    if amount < 0.0:
        raise _BadCell("AMT", f"found {amount:g}; allowed: 0 or more")
    interval, more = _number(row, "II", 0.0), _number(row, "ADDL", 0.0)
    if more < 0.0 or more != int(more):
        raise _BadCell("ADDL", f"found {row['ADDL']}; allowed: a whole number, 0 or more")
    if more > 0.0 and not interval > 0.0:
        raise _BadCell("II", f"found {row.get('II', '')!r}; {more:g} more doses need days between")
    treatment = _treatment(row, treatments)
    unit = AMOUNT_UNITS[load_treatment(treatment).amount]
    if row.get("UNIT", "") not in (*MISSING, unit):
        raise _BadCell("UNIT", f"found {row['UNIT']}; {treatment} is dosed in {unit}")
    dose: dict[str, object] = {
        "treatment": treatment,
        "amount": f"{amount!r} {unit}",
        "start": f"{time!r} days",
    }
    if more > 0.0:
        dose |= {"every": f"{interval!r} days", "count": int(more) + 1}
    duration = _number(row, "DUR", 0.0)
    rate = _number(row, "RATE", 0.0)
    if rate < 0.0:
        raise _BadCell("RATE", f"found {rate:g}; allowed: 0 or more, an amount a day")
    if duration == 0.0 and rate > 0.0:
        duration = amount / rate
    return dose | ({"duration": f"{duration!r} days"} if duration > 0.0 else {})


def _treatment(row: Mapping[str, str], treatments: Mapping[int, str]) -> str:
    name = row.get("TREATMENT", "")
    if name in MISSING:
        number = _number(row, "CMT", 1.0)
        if number not in treatments:
            text = f"nothing says what compartment {number:g} is"
            raise _BadCell("CMT", f"{text}; add a column TREATMENT, or name it")
        name = treatments[int(number)]
    if name not in treatment_names():
        hint = did_you_mean(name, treatment_names())
        raise _BadCell("TREATMENT", f'no treatment "{name}"{hint}')
    return name


def _number(row: Mapping[str, str], column: str, usual: float) -> float:
    text = row.get(column, "")
    if text in MISSING:
        return usual
    try:
        number = float(text)
    except ValueError:
        raise _BadCell(column, f"found {text!r}; a number is needed") from None
    if not math.isfinite(number):
        raise _BadCell(column, f"found {text!r}; a finite number is needed")
    return number


def arms_text(doses: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """Return `[[arms]]` tables to put into a scenario; roles are for the reader to check.

    The first arm with doses is a treatment, further ones active controls, one without untreated.
    """
    arms, treated = [], False
    for label, tables in doses.items():
        role = "untreated" if not tables else "active_control" if treated else "treatment"
        treated = treated or bool(tables)
        arm: dict[str, object] = {"label": label, "role": role}
        if tables:
            arm["doses"] = [dict(table) for table in tables]
        arms.append(arm)
    return write_toml({"arms": arms})
