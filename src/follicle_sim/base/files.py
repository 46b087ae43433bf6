"""Writing files so that a failure leaves what was there before."""

from __future__ import annotations

import csv
import errno
import io
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from follicle_sim.base.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_ADVICE = {
    errno.ENOSPC: "free some space or choose another folder",
    errno.EDQUOT: "free some space or choose another folder",
    errno.EACCES: "choose a folder you may write to",
    errno.EPERM: "choose a folder you may write to",
    errno.EROFS: "choose a folder you may write to",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "a part of the path is a file; choose another folder",
    errno.EISDIR: "the path is a folder; add a file name",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a temporary path beside `path` that takes its place when the block ends well.

    The temporary name keeps the suffix, because some writers choose the format by it, and is used
    once: two processes, threads or machines may write one path, and the last to end stays.

    Parameters
    ----------
    path
        File to write; its folder must exist.

    Raises
    ------
    OutputError
        The file cannot be written (any OSError in the block). An earlier file stays as it was, and
        nothing is left behind.
    """
    target = Path(path)
    # Through a link the file it points to is replaced, not the link.
    real = Path(os.path.realpath(target))
    # Not the name itself: a long one would become too long.
    temporary = real.with_name(f".{uuid.uuid4().hex}-partial{real.suffix}")
    try:
        if real.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        yield temporary
        os.replace(temporary, real)
    except OSError as error:
        reason = error.strerror or str(error)
        advice = _ADVICE.get(error.errno or 0, "choose another folder")
        raise OutputError(f"{target}: cannot write: {reason}; {advice}") from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_text_atomic(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8, all of it or nothing.

    Parameters
    ----------
    path
        File to write; its folder must exist.
    text
        Written as it is, line ends included.

    Raises
    ------
    OutputError
        The file cannot be written; an earlier file stays as it was.
    """
    write_bytes_atomic(path, text.encode("utf-8"))


def write_bytes_atomic(path: str | os.PathLike[str], data: bytes | memoryview) -> None:
    """Write `data`, all of it or nothing; as `write_text_atomic`."""
    with replacing(path) as temporary, temporary.open("wb") as stream:
        stream.write(data)
        # Without this a full disk may show only after the old file is gone.
        stream.flush()
        os.fsync(stream.fileno())


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
