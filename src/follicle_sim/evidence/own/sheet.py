"""From the bytes of a CSV file to cells with their lines: every way in which such files are saved.

Commas, semicolons or tabs part the cells; a byte-order mark, Windows line ends, quotes, "sep=;" and
lines of remarks that begin with # are known. What part the cells is decided by the header alone,
whose words are known; a row with another number of cells is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from follicle_sim.base.errors import InputError, Problem, shown
from follicle_sim.evidence.own.columns import column_of, header_problems

MOST_BYTES = 1_000_000
MOST_ROWS = 5_000


class Titles(NamedTuple):
    """The columns that a kind of table may have.

    column_of : the column that a title names, and what spread it says; None for an unknown one
    problems : what is wrong with all the titles, each with its place
    most_rows, most_bytes : of the table
    """

    column_of: Callable[[str], tuple[str, str] | None]
    problems: Callable[[Sequence[str]], list[tuple[str, str]]]
    most_rows: int = MOST_ROWS
    most_bytes: int = MOST_BYTES


COUNTS = Titles(column_of, header_problems)
"""Of a table of means or of people."""

DELIMITERS = (",", ";", "\t")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab"}


_REMARK_OR_ROW = (
    'begins with "#" and has a cell for every column, so it may be a row or a remark; '
    "delete the line, or take the # away"
)


@dataclass(frozen=True)
class Sheet:
    """A table as text.

    Parameters
    ----------
    source
        Its file.
    delimiter
        What parts the cells.
    spread_kind
        "SD" or "SE" where the header says so ("mean +/- SD").
    rows
        Line in the file, and the cell of each column by name.
    """

    source: str
    delimiter: str
    spread_kind: str
    rows: tuple[tuple[int, dict[str, str]], ...]


def read_sheet(data: bytes, source: str, known: Titles = COUNTS) -> Sheet:
    """Return the cells of a CSV file, whose columns are among those that are known.

    Raises
    ------
    InputError
        With the line of everything that cannot be read.

    Examples
    --------
    >>> sheet = read_sheet(b"arm;week;endpoint;unit;mean\\r\\nA;0;SALT;points;40\\r\\n", "x")
    >>> sheet.delimiter, sheet.rows[0][1]["mean"]
    (';', '40')
    """
    lines = (
        _decoded(data, source, known.most_bytes)
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")
    )
    first, declared = _header_line(lines)
    if first is None:
        raise _refused(source, "", "empty; a header and one row or more are needed")
    delimiter = declared or _delimiter(lines[first], known)
    try:
        parsed = _parsed(lines[first:], delimiter)
    except csv.Error as error:
        message = f"not readable as CSV: {error}; is a quote left open?"
        raise _refused(source, f"line {first + 1} or below", message) from None
    titles = [title.strip() for title in parsed[0][1]]
    while titles and not titles[-1]:
        titles.pop()  # a spreadsheet saves empty columns at the end
    problems = [
        Problem(f"line {first + 1}, {where}", text) for where, text in known.problems(titles)
    ]
    if problems:
        if len(titles) == 1:
            message = f"found {shown(lines[first])}; cells are parted by comma, semicolon or tab"
            problems = [Problem(f"line {first + 1}", message)]
        raise InputError(source, problems)
    columns = [known.column_of(title) or ("", "") for title in titles]
    rows, problems = [], []
    for at, cells in parsed[1:]:
        line = first + at
        extra = cells[len(titles) :]
        if not any(cell.strip() for cell in cells) or _is_remark(cells, len(titles)):
            continue
        if cells[0].strip().startswith("#"):
            problems.append(Problem(f"line {line}", _REMARK_OR_ROW))
            continue
        if len(cells) < len(titles) or any(cell.strip() for cell in extra):
            problems.append(Problem(f"line {line}", _ragged(len(cells), len(titles), delimiter)))
            continue
        named = zip((name for name, _ in columns), cells, strict=False)
        rows.append((line, {name: cell.strip() for name, cell in named}))
    if not rows and not problems:
        problems = [Problem("", "has a header and no row")]
    if len(rows) > known.most_rows:
        problems = [Problem("", f"has {len(rows):,} rows; allowed: at most {known.most_rows:,}")]
    if problems:
        raise InputError(source, problems)
    kind = next((kind for _, kind in columns if kind), "")
    return Sheet(source, delimiter, kind, tuple(rows))


def _decoded(data: bytes, source: str, most_bytes: int) -> str:
    if len(data) > most_bytes:
        size = f"{len(data) / 1e6:,.1f} MB"
        raise _refused(source, "", f"is too large: {size}; allowed: {most_bytes / 1e6:g} MB")
    # A spreadsheet's "Unicode text" is UTF-16, and always has its mark.
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        where = f"line {line}"
        message = f"is not UTF-8 text (byte 0x{data[error.start]:02x}); save it as CSV UTF-8"
        raise _refused(source, where, message) from None
    if "\0" in text:
        raise _refused(source, "", "is no text file; save the table as CSV UTF-8")
    return text


def _header_line(lines: list[str]) -> tuple[int | None, str]:
    """Return the number of the header's line, from 0, and the delimiter a line before it names."""
    delimiter = ""
    for index, line in enumerate(lines):
        bare = line.strip(' ,;\t"')
        if not bare or bare.startswith("#"):
            continue
        if bare.lower().startswith("sep=") or line.strip().lower().startswith("sep="):
            sign = line.strip()[4:5]
            delimiter = "\t" if line[4:5] == "\t" else sign
            delimiter = delimiter if delimiter in DELIMITERS else ""
            continue
        return index, delimiter
    return None, delimiter


def _delimiter(line: str, titles: Titles) -> str:
    """Return what parts the cells of a header: the sign that makes most known words of it."""

    def known(sign: str) -> tuple[int, int]:
        row = next(csv.reader([line], delimiter=sign))
        return (
            sum(titles.column_of(title) is not None for title in row),
            len(row),
        )

    try:
        return max(DELIMITERS, key=known)
    except csv.Error:
        return ","


def _parsed(lines: list[str], delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the rows with their lines, counted from 1."""
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    for cells in reader:
        rows.append((line, cells))
        line = reader.line_num + 1
    return rows


def _is_remark(cells: list[str], titles: int) -> bool:
    """Tell whether a line that begins with # holds no row: one text, or another number of cells."""
    begins = cells[0].strip().startswith("#")
    return begins and (len(cells) != titles or not any(cell.strip() for cell in cells[1:]))


def _ragged(cells: int, titles: int, delimiter: str) -> str:
    message = f"has {cells} cells parted by a {_NAMES[delimiter]}; the header has {titles}"
    if delimiter == "," and cells > titles:
        message += "; a number with a decimal comma stands in quotes, or cells are parted by ;"
    return message


def _refused(source: str, where: str, message: str) -> InputError:
    return InputError(source, [Problem(where, message)])
