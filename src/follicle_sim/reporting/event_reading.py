"""Event tables of NONMEM and nlmixr2 read back: doses as the tables of a scenario."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from follicle_sim.base.arguments import check_kind, check_number, check_path
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.reporting.event_cells import (
    FIRST,
    BadCellError,
    dose_of,
    number_of,
    steady_sentence,
)
from follicle_sim.scenario.text.write import write_toml

NEEDED = ("TIME", "AMT")


def read_event_table(
    path: str | os.PathLike[str],
    treatments: Mapping[int, str] | None = None,
    *,
    since: float = 0.0,
) -> dict[str, tuple[dict[str, object], ...]]:
    """Return the doses of an event table by arm, as the tables of a scenario.

    Parameters
    ----------
    path
        A CSV file: the columns that `event_table` writes, TIME and AMT at least, in days.
    treatments
        What each CMT is, where the file has no column TREATMENT.
    since
        Days before a record of steady state (SS) from which its doses are given at least. By
        itself the drug is at its steady state then, but hair that follows over months is not.

    Returns
    -------
    By ARM, or ID where there is none: for each dose a table as it stands below `[[arms.doses]]`.
    IDs of one arm must have the same doses. Rows of observations (EVID 0 and 2) are passed over. A
    record of steady state becomes the doses that lead to it (`doses_to_steady_state`) and those
    that follow.

    Raises
    ------
    InputError
        With every bad row: line, column, what was found, what is allowed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> table = Path(mkdtemp()) / "events.csv"
    >>> row = "1,-7,1,1,7,1,microneedling"
    >>> _ = table.write_text(f"ID,TIME,AMT,EVID,II,ADDL,TREATMENT\\n{row}\\n")
    >>> read_event_table(table)["1"][0]["start"]
    '-7.0 days'
    """
    check_path("read_event_table", "path", path)
    check_number("read_event_table", "since", since)
    return _read(path, treatments or {}, since)[0]


def steady_states(
    path: str | os.PathLike[str],
    treatments: Mapping[int, str] | None = None,
    *,
    since: float = 0.0,
) -> tuple[str, ...]:
    """Return a sentence for each treatment that a table has at steady state: how many doses it is.

    Parameters and errors as `read_event_table`.
    """
    return _read(path, treatments or {}, since)[1]


Doses = dict[tuple[str, str], list[dict[str, object]]]
"""Arm and ID to doses."""


def _read(
    path: str | os.PathLike[str], treatments: Mapping[int, str], since: float
) -> tuple[dict[str, tuple[dict[str, object], ...]], tuple[str, ...]]:
    """Return the doses by arm, and what is said of those that stand for a steady state."""
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
    by_person: Doses = {}
    sentences: dict[str, None] = {}
    for line, cells in enumerate(reader, start=2):
        row = {
            str(name).strip().upper(): (value or "").strip()
            for name, value in cells.items()
            if name is not None and not isinstance(value, list)
        }
        try:
            sentence = _take(row, treatments, since, by_person)
        except BadCellError as error:
            problems.append(Problem(f"line {line}, column {error.column}", error.text))
            continue
        if sentence:
            sentences[sentence] = None
    found, different = _by_arm(by_person)
    if problems or different:
        raise InputError(source, [*problems, *different])
    return found, tuple(sentences)


def _take(
    row: Mapping[str, str], treatments: Mapping[int, str], since: float, by_person: Doses
) -> str:
    """Add the dose of a row to its person's; return what is said of a steady state."""
    name = row.get("ID", "") or "1"
    doses = by_person.setdefault((row.get("ARM", "") or name, name), [])
    dose = dose_of(row, treatments, since)
    if dose is None:
        return ""
    steady = number_of(row, "SS", 0.0)
    if doses and steady == FIRST:
        text = "it would undo the doses above it; SS = 2 adds to them"
        raise BadCellError("SS", f"found 1 after other doses of the same ID: {text}")
    doses.append(dose)
    return steady_sentence(row, treatments, since) if steady else ""


def _by_arm(by_person: Doses) -> tuple[dict[str, tuple[dict[str, object], ...]], list[Problem]]:
    """Return the doses of each arm, and the people who have others than their arm."""
    found: dict[str, tuple[dict[str, object], ...]] = {}
    problems = []
    for (arm, name), doses in by_person.items():
        if found.setdefault(arm, tuple(doses)) != tuple(doses):
            text = f"ID {name} of {arm} has other doses than the people before; an arm has one"
            problems.append(Problem("ID", f"{text} schedule: give it an ARM of its own"))
    return found, problems


def arms_text(doses: Mapping[str, Sequence[Mapping[str, object]]]) -> str:
    """Return `[[arms]]` tables to put into a scenario; roles are for the reader to check.

    The first arm with doses is a treatment, further ones active controls, one without untreated.

    Parameters
    ----------
    doses
        By arm, from `read_event_table`.

    Examples
    --------
    >>> print(arms_text({"nothing": ()}).strip())
    [[arms]]
    label = "nothing"
    role = "untreated"
    """
    check_kind("arms_text", "doses", doses, Mapping, "doses by arm, from read_event_table")
    arms, treated = [], False
    for label, tables in doses.items():
        role = "untreated" if not tables else "active_control" if treated else "treatment"
        treated = treated or bool(tables)
        arm: dict[str, object] = {"label": label, "role": role}
        if tables:
            arm["doses"] = [dict(table) for table in tables]
        arms.append(arm)
    return write_toml({"arms": arms})
