"""A private folder for compiled code: a user who can write into it decides what the next run does.

Numba keeps machine code as pickles, and reading a pickle runs what is in it. So a folder is used
only if it is a real folder, belongs to this user and nobody else may write into it. Anybody can
guess the name of the one under the shared temporary directory and make it first. Under `sudo` the
one in the home is often another user's.
"""

import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOM = 8_000_000
"""More than the compiled code takes on disk, bytes."""

PRIVATE = 0o700
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
POSIX = hasattr(os, "geteuid")
"""Elsewhere modes say nothing, and the temporary directory is each user's own."""


@dataclass(frozen=True)
class CodeCache:
    """Where compiled code is kept.

    folder : None where no folder can be used; refused : why folders that were there are not used.
    """

    folder: Path | None
    refused: tuple[str, ...] = ()


def code_cache(name: str) -> CodeCache:
    """Return the first folder `name` that can be written and is private; make it if need be.

    Looked for in NUMBA_CACHE_DIR if that is set, else in the user's cache folder and then in the
    temporary directory.

    Parameters
    ----------
    name
        Last part of the folder, different for every state of the code.
    """
    named_folder = os.environ.get("NUMBA_CACHE_DIR")
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    home = Path(user) / "follicle_sim"
    shared = Path(tempfile.gettempdir()) / f"follicle_sim-{_user_name()}"
    if not named_folder:
        _tighten(home)
    refused: list[str] = []
    for base in [Path(named_folder)] if named_folder else [home, shared]:
        folder = base / name
        # A user who names a folder answers for the folders above it.
        reason = _prepare([folder] if named_folder else [base, folder])
        if reason:
            refused.append(reason)
        elif _writable(folder):
            return CodeCache(folder, tuple(refused))
    return CodeCache(None, tuple(refused))


def not_private(folder: Path) -> str:
    """Return why others could put code into a folder, or an empty text where they cannot.

    Raises
    ------
    OSError
        If there is no such folder.
    """
    status = folder.lstat()
    if stat.S_ISLNK(status.st_mode):
        return f"{folder} is a symbolic link"
    if not stat.S_ISDIR(status.st_mode):
        return f"{folder} is not a folder"
    if POSIX and status.st_uid != os.geteuid():
        return f"{folder} belongs to another user"
    if POSIX and status.st_mode & OTHERS_WRITE:
        return f"{folder} may be written by other users"
    return ""


def _tighten(folder: Path) -> None:
    """Close a folder of ours to others: earlier versions left that to the user's mask.

    What lies in it is looked at for itself.
    """
    with suppress(OSError):
        status = folder.lstat()
        if POSIX and stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid():
            folder.chmod(PRIVATE)


def _prepare(folders: list[Path]) -> str:
    """Make folders, outermost first; return why one of them is refused, or an empty text."""
    for folder in folders:
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                folder.mkdir(mode=PRIVATE)
            reason = not_private(folder)
        except OSError:
            return ""  # cannot be written, which is no danger
        if reason:
            return reason
    return ""


def _writable(folder: Path) -> bool:
    try:
        new = not any(folder.iterdir())
        with tempfile.TemporaryFile(dir=folder) as file:
            # an empty file fits on a full disk, the compiled engine does not
            file.write(bytes(ROOM if new else 0))
            return True
    except OSError:
        return False


def _user_name() -> str:
    return str(os.geteuid()) if POSIX else os.environ.get("USERNAME", "user")
