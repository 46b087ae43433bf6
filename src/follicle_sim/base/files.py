"""Writing files so that a failure leaves what was there before."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from follicle_sim.base.errors import OutputError

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
