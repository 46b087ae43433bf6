"""Folders of several files that belong together, and the mark of one that was not written whole.

Files are replaced one by one, the data first, so that what took long is safe at once. A run
that is killed in between leaves new files beside old ones. A small file, `INCOMPLETE`, stands in
the folder from before the first file until after the last, and says so.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import ParamSpec, TypeVar

from follicle_sim.base.files import write_text_atomic

P = ParamSpec("P")
T = TypeVar("T")

INCOMPLETE = "INCOMPLETE"
"""Name of the mark; one line for each kind of output that was not written to its end."""

_REST = "was not written to its end; its files here may be of two different runs: repeat it"


@contextmanager
def being_written(folder: Path, what: str) -> Iterator[None]:
    """Mark a folder as incomplete until the block ends well.

    After an error that left every file as it was there is no mark; after any other it stays.

    Parameters
    ----------
    folder
        Must exist. Other files in it are not touched.
    what
        Names the kind of output, such as "run". Kinds that share a folder have a line each.

    Raises
    ------
    OutputError
        The folder cannot be written; nothing in it has changed.
    """
    line = f"{what} {_REST}"
    before = _lines(folder)
    _mark(folder, [*(other for other in before if other != line), line])
    files = _state(folder)
    try:
        yield
    except BaseException:
        if _state(folder) == files:
            _mark(folder, before)
        raise
    _mark(folder, [other for other in _lines(folder) if other != line])


def writes_whole(what: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Mark the argument `folder` of a function as incomplete until the function returns."""

    def decorate(write: Callable[P, T]) -> Callable[P, T]:
        arguments = signature(write)

        @wraps(write)
        def marked(*args: P.args, **kwargs: P.kwargs) -> T:
            folder = arguments.bind(*args, **kwargs).arguments["folder"]
            with being_written(Path(folder), what):
                return write(*args, **kwargs)

        return marked

    return decorate


def incomplete(folder: Path) -> tuple[str, ...]:
    """Return a sentence for each kind of output that was not written whole; usually none."""
    return tuple(f"{folder}: {line}" for line in _lines(folder))


def _lines(folder: Path) -> list[str]:
    try:
        text = (folder / INCOMPLETE).read_text("utf-8", errors="replace")
    except OSError:
        return []
    return [line for line in text.splitlines() if line.strip()]


def _mark(folder: Path, lines: list[str]) -> None:
    if lines:
        write_text_atomic(folder / INCOMPLETE, "\n".join(lines) + "\n")
    else:
        with suppress(OSError):
            (folder / INCOMPLETE).unlink(missing_ok=True)


def _state(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return what tells whether a file of the folder was replaced, written or removed."""
    status_of = {}
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name != INCOMPLETE:
                status = Path(entry.path).stat()
                status_of[entry.name] = (status.st_ino, status.st_mtime_ns, status.st_size)
    return status_of
