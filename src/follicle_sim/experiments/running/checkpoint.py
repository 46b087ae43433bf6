"""Half-finished work on disk: arrays in one file, replaced as a whole, named by what made them."""

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.errors import InputError, Interrupted, Problem
from follicle_sim.base.files import write_bytes_atomic

Arrays = Mapping[str, NDArray[Any]]


def fingerprint(settings: Mapping[str, object]) -> str:
    """Return a name for the settings that made some arrays; equal settings, equal name.

    Examples
    --------
    >>> fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    True
    """
    text = json.dumps(settings, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


RESUME = "; go on with --resume"
"""End of the message to a user who stopped a run, where there is something to go on with."""


@dataclass(frozen=True)
class Checkpoint:
    """A file of arrays that belongs to the settings behind `key`; None is no file at all."""

    path: Path | None
    key: str
    resume: bool = False

    def load(self) -> dict[str, NDArray[Any]]:
        """Return what is stored, nothing where there is no file or it is not to be resumed.

        Raises
        ------
        InputError
            If the file is damaged, or was made with other settings.
        """
        if self.path is None or not self.resume or not self.path.exists():
            return {}
        try:
            with np.load(self.path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            stored_key = str(arrays.pop("key"))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile, EOFError):
            message = "is no checkpoint of this program; leave out --resume to start anew"
            raise InputError(str(self.path), [Problem("", message)]) from None
        if stored_key != self.key:
            message = (
                "was made with other settings, data or parameters; repeat those, choose another "
                "--out, or leave out --resume to start anew"
            )
            raise InputError(str(self.path), [Problem("", message)])
        return arrays

    def save(self, **arrays: NDArray[Any]) -> None:
        """Write arrays, all of them or nothing."""
        if self.path is None:
            return
        stream = BytesIO()
        np.savez(stream, key=np.array(self.key), **arrays)  # type: ignore[arg-type]
        write_bytes_atomic(self.path, stream.getvalue())

    def drop(self) -> None:
        """Remove the file: what it was kept for is done."""
        if self.path is not None:
            self.path.unlink(missing_ok=True)


class Kept:
    """Arrays that a loop has made so far, by name; those of an earlier run where it is resumed.

    Parameters
    ----------
    checkpoint
        Where they go; None keeps them in memory only.

    Raises
    ------
    InputError
        As `Checkpoint.load`.
    """

    def __init__(self, checkpoint: Checkpoint | None) -> None:
        self._place = checkpoint or Checkpoint(None, "")
        self._arrays = self._place.load()

    def get(self, *names: str) -> tuple[NDArray[Any], ...] | None:
        """Return arrays, None where one of them is not there yet."""
        if not all(name in self._arrays for name in names):
            return None
        return tuple(self._arrays[name] for name in names)

    def put(self, arrays: Arrays) -> None:
        """Take note of arrays; they are on disk after the next `save`."""
        self._arrays.update(arrays)

    def save(self) -> None:
        """Write all arrays."""
        self._place.save(**self._arrays)

    def stopped(self, finished: int, total: int, unit: str) -> Interrupted:
        """Save, and return the interruption that says how far a loop got."""
        self.save()
        advice = "" if self._place.path is None else RESUME
        return Interrupted(f"stopped after {finished:,} of {total:,} {unit}{advice}")
