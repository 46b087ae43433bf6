"""A table of single follicles of one's own: what was seen of each at each visit of its person.

One row a follicle and visit: arm, subject, follicle, day (or week) and what was seen: anagen,
catagen, telogen or kenogen where a biopsy tells them; growing, resting or empty where two
photographs do; hair or empty where there is one photograph. An empty cell is a visit that was
missed. The rows of a follicle stand in the order of time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown
from follicle_sim.biology.path_law import SEEN
from follicle_sim.evidence.own.columns import folded
from follicle_sim.evidence.own.numbers import (
    Cell,
    Mark,
    UnreadNumber,
    is_missing,
    mark_of,
    number,
    usual_mark,
)
from follicle_sim.evidence.own.sheet import Titles, read_sheet

COLUMNS = ("arm", "subject", "follicle", "day", "seen")
"""Required; `week` may stand in place of `day`."""

LONGEST = 36_525.0
"""Days from baseline beyond which a visit is taken for a slip."""

_OTHER_WORDS = MappingProxyType(
    {
        "group": "arm", "patient": "subject", "person": "subject", "subject_id": "subject",
        "patient_id": "subject", "hair": "follicle", "follicle_id": "follicle", "site": "follicle",
        "days": "day", "weeks": "week", "phase": "seen", "state": "seen",
    }
)  # fmt: skip
_OTHER_CODES = MappingProxyType(
    {"no hair": "empty", "exogen": "empty", "non-growing": "resting", "present": "hair"}
)


@dataclass(frozen=True)
class FollicleSeries:
    """What was seen of one follicle.

    Parameters
    ----------
    arm, subject, follicle
        As the table names them; a subject in two arms is one person.
    days : (V,)
        Days since baseline of the visits at which it was seen, in order.
    seen : (V,)
        Keys of `biology.path_law.SEEN`.
    line
        Of its first row in the file.
    """

    arm: str
    subject: str
    follicle: str
    days: tuple[float, ...]
    seen: tuple[str, ...]
    line: int


def read_follicles(data: bytes, source: str) -> tuple[FollicleSeries, ...]:
    """Return the follicles of a CSV file, in the order of their names.

    Raises
    ------
    InputError
        With the line of every bad row: what was found, what is allowed.

    Examples
    --------
    >>> text = "arm,subject,follicle,day,seen\\nA,1,1,0,hair\\nA,1,1,28,empty\\n"
    >>> read_follicles(text.encode(), "x.csv")[0].seen
    ('hair', 'empty')
    """
    sheet = read_sheet(data, source, Titles(_column_of, _problems, 200_000, 20_000_000))
    unit = "week" if "week" in sheet.rows[0][1] else "day"
    cells = [Cell(f"line {line}, column {unit}", row[unit]) for line, row in sheet.rows]
    try:
        mark = mark_of((cell for cell in cells if cell.text), usual_mark(sheet.delimiter))
    except UnreadNumber as error:
        raise InputError(source, [Problem("", str(error))]) from None
    rows, problems = [], []
    for line, row in sheet.rows:
        read, wrong = _row(row, unit, mark)
        problems += [Problem(f"line {line}, column {name}", text) for name, text in wrong]
        rows.append((line, read))
    if not problems:
        series, problems = _series(rows)
    if problems:
        raise InputError(source, problems)
    return tuple(series)


def _column_of(title: str) -> tuple[str, str] | None:
    name = _OTHER_WORDS.get(folded(title), folded(title))
    return (name, "") if name in (*COLUMNS, "week") else None


def _problems(titles: Sequence[str]) -> list[tuple[str, str]]:
    """Return what is wrong with the titles: unknown, twice, or missing."""
    names = [(_column_of(title) or ("", ""))[0] for title in titles]
    problems = [
        (f'column "{title[:60]}"', f"unknown{did_you_mean(folded(title), (*COLUMNS, 'week'))}")
        for title, name in zip(titles, names, strict=True)
        if not name
    ]
    twice = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    problems += [("header", f"two columns {name}; keep one of them") for name in twice]
    if {"day", "week"} <= set(names):
        problems.append(("header", "has both day and week; keep one of them"))
    missing = [
        name for name in COLUMNS if name not in names and not (name == "day" and "week" in names)
    ]
    if missing:
        needed = "a table of follicles needs arm, subject, follicle, day (or week), seen"
        problems.append(("header", f"missing: {', '.join(missing)}; {needed}"))
    return problems


def _row(
    cells: Mapping[str, str], unit: str, mark: Mark | None
) -> tuple[tuple[str, str, str, float, str], list[tuple[str, str]]]:
    """Return arm, subject, follicle, day and what was seen ("" for nothing), and what is wrong."""
    wrong = [
        (name, "is empty; allowed: a name") for name in ("arm", "subject", "follicle")
        if not cells[name]
    ]  # fmt: skip
    day = 0.0
    try:
        day = number(cells[unit], mark) * (7.0 if unit == "week" else 1.0)
        if not abs(day) <= LONGEST:
            wrong.append((unit, f"found {shown(cells[unit])}; allowed: within a hundred years"))
    except UnreadNumber as error:
        wrong.append((unit, str(error)))
    said = "" if is_missing(cells["seen"]) else cells["seen"].lower()
    word = _OTHER_CODES.get(said, said)
    if word and word not in SEEN:
        hint = did_you_mean(word, SEEN)
        wrong.append(("seen", f"found {shown(cells['seen'])}, an unknown phase{hint}"))
    return (cells["arm"], cells["subject"], cells["follicle"], day, word), wrong


def _series(
    rows: Sequence[tuple[int, tuple[str, str, str, float, str]]],
) -> tuple[list[FollicleSeries], list[Problem]]:
    """Return the follicles, and what does not go together in the rows of each."""
    by_name: dict[tuple[str, str, str], list[tuple[int, float, str]]] = {}
    for line, (arm, subject, follicle, day, word) in rows:
        by_name.setdefault((arm, subject, follicle), []).append((line, day, word))
    series, problems = [], []
    for (arm, subject, follicle), visits in sorted(by_name.items()):
        who = f'follicle "{follicle}" of subject "{subject}"'
        wrong = list(_out_of_order(visits, who))
        problems += wrong
        there = [(day, word) for _, day, word in visits if word]
        if not there and not wrong:
            text = f"{who} has no visit at which anything was seen of it; take its rows out"
            problems.append(Problem(f"line {visits[0][0]}", text))
        if there and not wrong:
            days, words = zip(*there, strict=True)
            series.append(FollicleSeries(arm, subject, follicle, days, words, visits[0][0]))
    return series, sorted(problems, key=lambda problem: int(problem.where.split()[1]))


def _out_of_order(visits: Sequence[tuple[int, float, str]], who: str) -> Iterator[Problem]:
    """Yield a problem for a visit that stands twice, or after a later one."""
    lines: dict[float, int] = {}
    latest = float("-inf")
    for line, day, _ in visits:
        if day in lines:
            text = f"day {day:g} of {who} stands in line {lines[day]} already; keep one of the rows"
            yield Problem(f"line {line}", text)
        elif day < latest:
            text = f"found day {day:g} after day {latest:g} of {who}; allowed: days that increase"
            yield Problem(f"line {line}", text)
        lines.setdefault(day, line)
        latest = max(latest, day)
