"""The rows of a table of one's own, checked: from a CSV file, or from [[compare.rows]].

A row is a mapping with some of the columns of `columns`: texts, and numbers as floats. Rows with a
`subject` are of single people, all others of groups.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown
from follicle_sim.evidence.normalise import measure
from follicle_sim.evidence.own import columns
from follicle_sim.evidence.own.numbers import (
    Cell,
    Mark,
    UnreadNumber,
    halves,
    is_missing,
    mark_of,
    number,
    usual_mark,
)
from follicle_sim.evidence.own.sheet import MOST_ROWS, Sheet, read_sheet
from follicle_sim.evidence.own.sides import people_problems
from follicle_sim.evidence.own.words import RATIOS, endpoint_of, unit_of
from follicle_sim.evidence.studies import Grade, Role, Use

Row = Mapping[str, Any]
Trouble = tuple[str, str]
"""Column ("" for the whole row) and what is wrong with it."""

MOST_WEEKS = 1_000.0
LARGEST = 1e9
LONGEST = 500
MOST_HAIRS = 2000.0
"""hairs/cm2 that a count per mm2 may come to: the same limit as of population.hair_density."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "role": get_args(Role),
    "use": get_args(Use),
    "grade": get_args(Grade),
    "spread_kind": ("SD", "SE", "CI95", "none"),
}
_PLAIN = {
    "n": "a whole number of people, such as 24",
    "week": "weeks since baseline as a number, such as 12",
}
_YES = {
    **dict.fromkeys(("1", "yes", "true", "change"), 1),
    **dict.fromkeys(("ja", "wahr", "oui", "vrai", "si", "s\u00ed", "verdadero"), 1),
    **dict.fromkeys(("", "0", "no", "false", "level"), 0),
    **dict.fromkeys(("nein", "falsch", "non", "faux", "falso"), 0),
}
"""Words of spreadsheets in other languages too: they save their own for true and false."""


def read_rows(data: bytes, source: str) -> tuple[dict[str, Any], ...]:
    """Return the checked rows of a CSV file.

    Raises
    ------
    InputError
        With every bad cell: line, column, what was found, what is allowed.

    Examples
    --------
    >>> text = "arm;week;endpoint;unit;mean;sd;n\\nA;12;SALT;points;12,5;3,5;20\\n"
    >>> read_rows(text.encode(), "x.csv")[0]["mean"]
    12.5
    """
    sheet = read_sheet(data, source)
    try:
        mark = mark_of(_number_cells(sheet), usual_mark(sheet.delimiter))
    except UnreadNumber as error:
        raise InputError(source, [Problem("", str(error))]) from None
    rows, problems = [], []
    for line, cells in sheet.rows:
        texts = {"spread_kind": sheet.spread_kind, **cells} if sheet.spread_kind else cells
        row, troubles = checked(texts, mark)
        rows.append(row)
        problems += [Problem(_place(line, column), text) for column, text in troubles]
    lines = [f"line {line}" for line, _ in sheet.rows]
    if not problems:
        problems = [Problem(lines[at], text) for at, text in together(rows, lines)]
    if problems:
        raise InputError(source, problems)
    return tuple(rows)


def _place(line: int, column: str) -> str:
    return f"line {line}, column {column}" if column else f"line {line}"


def _number_cells(sheet: Sheet) -> list[Cell]:
    return [
        Cell(_place(line, name), cells[name])
        for line, cells in sheet.rows
        for name in columns.NUMBERS
        if name in cells and not is_missing(cells[name])
    ]


def checked(
    cells: Mapping[str, Any], mark: Mark | None = "."
) -> tuple[dict[str, Any], list[Trouble]]:
    """Return a row as it is kept, and what is wrong with it.

    Parameters
    ----------
    cells
        By column: texts of a file, or values of a scenario.
    mark
        Decimal mark of texts that are numbers.
    """
    people = "subject" in cells
    troubles: list[Trouble] = []
    row: dict[str, Any] = {}
    allowed = (
        (*columns.PEOPLE, *columns.OPTIONAL_OF_PEOPLE)
        if people
        else (*columns.GROUPS, *columns.OPTIONAL)
    )
    for column, value in cells.items():
        if column not in allowed:
            troubles.append((column, f"unknown column{did_you_mean(column, allowed)}"))
            continue
        try:
            values = _value(column, value, mark)
        except ValueError as error:
            troubles.append((column, str(error)))
            continue
        row |= values
    bad = {column for column, _ in troubles}
    required = columns.PEOPLE if people else columns.GROUPS
    for column in required:
        may_lack = column == "value" or (column == "week" and not people)
        if column not in row and column not in bad and not may_lack:
            troubles.append((column, f"missing; every row needs {', '.join(required)}"))
    if not troubles:
        troubles = list(_meaning(row))
    return row, troubles


def _value(column: str, value: Any, mark: Mark | None) -> dict[str, Any]:
    """Return what a cell adds to its row: nothing where it is empty."""
    if column in columns.NUMBERS:
        return _numbers(column, value, mark)
    if column == "is_change_from_baseline":
        known = _YES.get(str(value).strip().lower())
        if known is None:
            raise ValueError(f"found {shown(value)}; allowed: 1 for a change from baseline, else 0")
        return {column: known} if known else {}
    if isinstance(value, (int, float)) and not isinstance(value, bool) and column != "endpoint":
        value = f"{value:g}"  # numbers of subjects, years
    if not isinstance(value, str):
        raise ValueError(f"found {shown(value)}; allowed: text in quotes")
    text = " ".join(value.split())
    if text[:1] == "'" and text[1:2] in tuple("=+-@"):
        text = text[1:]  # what this package writes before a text that looks like a formula
    if len(text) > LONGEST or not text.isprintable():
        raise ValueError(f"found {shown(text)}; allowed: at most {LONGEST} printable characters")
    if not text:
        return {}
    if column in _WORDS:
        options = {word.lower(): word for word in _WORDS[column]}
        if text.lower() not in options:
            hint = did_you_mean(text, _WORDS[column])
            raise ValueError(f"found {shown(text)}{hint}; allowed: {', '.join(_WORDS[column])}")
        text = options[text.lower()]
    return {column: text}


def _numbers(column: str, value: Any, mark: Mark | None) -> dict[str, Any]:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(f"found {shown(value)}; allowed: a number")
    if column == "spread" and isinstance(value, str) and len(ends := _ends(value)) == 2:
        return {"ci_low": number(ends[0], mark), "ci_high": number(ends[1], mark)}
    if isinstance(value, str):
        if is_missing(value):
            return {}
        parts = halves(value)
        if len(parts) == 2 and column == "mean":
            return {"mean": number(parts[0], mark), "spread": number(parts[1], mark)}
        try:
            amount = number(value, mark)
        except UnreadNumber:
            if column not in _PLAIN or not any(letter.isalpha() for letter in value):
                raise
            raise ValueError(f"found {shown(value)}; allowed: {_PLAIN[column]}") from None
    else:
        amount = float(value)
    if not math.isfinite(amount) or abs(amount) > LARGEST:
        raise ValueError(f"found {shown(value)}; allowed: a number up to {LARGEST:g}")
    if column == "n" and (amount < 1 or amount != int(amount)):
        raise ValueError(f"found {shown(value)}; allowed: a whole number of people, 1 or more")
    if column in ("sd", "se") and amount <= 0.0:
        raise ValueError(f"found {shown(value)}; allowed: more than 0")
    if column == "week" and abs(amount) > MOST_WEEKS:
        raise ValueError(
            f"found {shown(value)}; allowed: weeks since baseline, up to {MOST_WEEKS:g}"
        )
    return {column: int(amount) if column == "n" else amount + 0.0}


def _ends(text: str) -> list[str]:
    """Return the two ends of an interval as the registry writes it: "7.95;10.90", "1 to 3"."""
    for sign in (";", " to "):
        if sign in text:
            return [part.strip() for part in text.split(sign)]
    return [text]


def _meaning(row: dict[str, Any]) -> Iterable[Trouble]:
    """Yield what is wrong between the cells of a row; makes spreads one of sd, se, ci."""
    yield from _named_spread(row)
    try:
        row["endpoint"] = endpoint_of(row["endpoint"])
    except ValueError as error:
        yield "endpoint", str(error)
        return
    try:
        row["unit"] = unit_of(row["unit"], row["endpoint"])
    except ValueError as error:
        yield "unit", str(error)
        return
    measured = measure(row["endpoint"], row["unit"])
    kinds = [name for name in ("sd", "se", "ci_low", "spread") if name in row]
    if len(kinds) > 1:
        yield kinds[1], f"{kinds[0]} is given too; allowed: one kind of spread a row"
    if ("ci_low" in row) != ("ci_high" in row):
        yield "ci_low", "an interval needs both of its ends, ci_low and ci_high"
    elif "ci_low" in row and not row["ci_low"] <= row["mean"] <= row["ci_high"]:
        yield "ci_low", "the mean does not lie between ci_low and ci_high"
    if row.get("control") == row["arm"]:
        yield "control", "an arm cannot be its own control"
    if row.get("week") == 0.0 and row.get("is_change_from_baseline"):
        yield "week", "found 0 for a change from baseline; allowed: a later week"
    change = row.get("is_change_from_baseline") or "control" in row
    if measured.relative and not change and "subject" not in row and row.get("week") != 0.0:
        yield (
            "unit",
            (
                f'"{row["unit"]}" is a change as a share of the baseline (12 for 12 % more); '
                "say is_change_from_baseline = 1"
            ),
        )
    if measured.relative and "subject" in row:
        yield "unit", "allowed: what was measured, not a share of baseline; the change is computed"
    level = row.get("mean", row.get("value"))
    if level is not None and not change and not measured.relative:
        yield from _level(level * measured.factor, row, measured.unit, measured.endpoint)


def _level(value: float, row: Row, unit: str, endpoint: str) -> Iterable[Trouble]:
    column = "value" if "subject" in row else "mean"
    if value < 0.0 and not unit.endswith("/year"):  # a rate of change has a sign
        text = f"found {row[column]:g}; {row['endpoint']} cannot be below 0"
        yield column, text if column == "value" else f"{text}; is it a change from baseline?"
    if unit == "1" and endpoint not in RATIOS and value > 1.0:
        yield column, f"found {row[column]:g} {row['unit']}; a share cannot be above 100 %"
    if row["unit"] == "hairs/mm2" and value > MOST_HAIRS:
        text = f"found {row[column]:g} hairs/mm2, which is {value:,.0f} hairs/cm2"
        yield column, f"{text}; allowed: at most {MOST_HAIRS:,.0f}; is the unit hairs/cm2?"


def _named_spread(row: dict[str, Any]) -> Iterable[Trouble]:
    """Put "140 +/- 18" and the registry's spread where they belong."""
    kind, spread = row.pop("spread_kind", None), row.get("spread")
    if kind == "CI95" and spread is not None:
        yield "spread", "an interval has two ends; allowed: columns ci_low and ci_high"
    elif kind in ("SD", "SE") and spread is not None:
        del row["spread"]
        row[kind.lower()] = spread
        if spread <= 0.0:
            yield "spread", f"found {spread:g}; allowed: more than 0"
    elif kind is None and spread is not None:
        yield (
            "mean",
            (
                "a spread without its kind: is it a standard deviation or a standard error? Say it "
                "with a column spread_kind (SD or SE), or give it in a column sd or se"
            ),
        )
    elif kind == "none" and spread is not None:
        row["spread_kind"] = kind
    if "spread_kind" not in row and kind == "none":
        row.pop("spread", None)


def together(rows: Sequence[Row], places: Sequence[str]) -> list[tuple[int, str]]:
    """Return what is wrong between rows: the number of the row, and a text.

    Parameters
    ----------
    rows
        Each of them checked.
    places
        Where each stands, for messages.
    """
    problems: list[tuple[int, str]] = []
    if len({"subject" in row for row in rows}) > 1:
        problems.append(
            (0, "some rows are of people (subject) and some of groups; keep two tables")
        )
    if len(rows) > MOST_ROWS:
        problems.append((0, f"found {len(rows):,} rows; allowed: at most {MOST_ROWS:,}"))
    keys = ("subject", "arm", "side", "control", "endpoint", "unit", "week")
    first: dict[tuple[object, ...], int] = {}
    for at, row in enumerate(rows):
        if "duplicate_of" in row or row.get("week") is None:
            continue  # said to be a second reading, or at a time nobody knows
        key = (*(row.get(name) for name in keys), row.get("is_change_from_baseline"))
        other = first.setdefault(key, at)
        if other != at:
            what = "subject, arm" if "subject" in row else "arm"
            problems.append((at, f"the same {what}, week and endpoint as {places[other]}"))
    for one, same in _alike(arm_names(rows)):
        message = f'arms "{one}" and "{same}" differ in capitals or spaces alone; are they one?'
        at = next(at for at, row in enumerate(rows) if same in (row["arm"], row.get("control")))
        problems.append((at, message))
    for arm, role in _contradictions(rows):
        problems.append((0, f'arm "{arm}" has two roles: {role}'))
    if all("subject" in row for row in rows):
        problems += people_problems(rows, places)
    return problems


def _alike(arms: Sequence[str]) -> Iterable[tuple[str, str]]:
    first: dict[str, str] = {}
    for arm in arms:
        other = first.setdefault("".join(arm.casefold().split()), arm)
        if other != arm:
            yield other, arm


def _contradictions(rows: Sequence[Row]) -> Iterable[tuple[str, str]]:
    roles: dict[str, set[str]] = {}
    for row in rows:
        if "role" in row:
            roles.setdefault(row["arm"], set()).add(row["role"])
    return [(arm, ", ".join(sorted(names))) for arm, names in roles.items() if len(names) > 1]


def arm_names(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the arms of a table in order, controls too."""
    listed = [name for row in rows for name in (row["arm"], row.get("control")) if name]
    return tuple(dict.fromkeys(listed))
