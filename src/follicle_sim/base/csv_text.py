"""Tables as CSV: the one way in which this package writes them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
from follicle_sim.base.files import write_text_atomic


def write_rows(
    path: str | os.PathLike[str],
    kind: type[DataclassInstance],
    rows: Iterable[DataclassInstance],
) -> None:
    """Write dataclass rows as CSV, one column a field; None is empty, a tuple is joined by spaces.

    Parameters
    ----------
    path
        File to write.
    kind
        The dataclass of the rows: gives the header even where there are none.
    rows
        Instances of `kind`.

    Raises
    ------
    OutputError
        The file cannot be written; an earlier file stays as it was.
    """
    names = [field.name for field in fields(kind)]
    cells = ([getattr(row, name) for name in names] for row in rows)
    write_text_atomic(path, csv_text(names, cells))


def csv_text(names: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV: the one way in which this package writes it.

    None is empty, a tuple is joined by spaces. A text that a spreadsheet would run as a formula
    gets an apostrophe before it, which spreadsheets take as "this is text"; a number never does.

    Parameters
    ----------
    names
        The header.
    rows
        The cells of each row, in the order of the header.

    Examples
    --------
    >>> print(csv_text(["arm", "change"], [("=1+2", -5.2), ("-5.2", None)]), end="")
    arm,change
    '=1+2,-5.2
    -5.2,
    """
    return "".join(_line(row) for row in (names, *rows))


def _line(row: Iterable[object]) -> str:
    text = io.StringIO(newline="")
    # Only what is part of the end of a line is put in quotes, and a text may hold either half.
    csv.writer(text, lineterminator="\r\n").writerow([_cell(value) for value in row])
    return text.getvalue().removesuffix("\r\n") + "\n"


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula begins with in some spreadsheet (OWASP, "CSV Injection"); the last four are the
wide forms of the first four."""


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        value = " ".join(str(part) for part in value)
    if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value):
        return f"'{value}"
    return "" if value is None else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isprintable()  # a tab before a number is still a tab
