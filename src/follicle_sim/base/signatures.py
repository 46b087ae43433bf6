"""What a file is by its first bytes, whatever its name: a result, another binary file, a text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

FIRST_BYTES = 4096
"""Of a file that are looked at."""

HDF5 = b"\x89HDF\r\n\x1a\n"
"""What every NetCDF4 file begins with."""

_CLASSIC = (b"CDF\x01", b"CDF\x02", b"CDF\x05")
_KNOWN: Mapping[bytes, str] = {
    HDF5: "a NetCDF4 or HDF5 file, as results are",
    **dict.fromkeys(_CLASSIC, "a NetCDF file of the classic format"),
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, as spreadsheets and documents are",
    b"\xd0\xcf\x11\xe0": "an Office document of the old format",
    b"\x1f\x8b": "a gzip archive",
}
_WIDE = (b"\xff\xfe", b"\xfe\xff")  # UTF-16 is text, and has zero bytes


def first_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the first bytes of a file; none where it cannot be read or is no ordinary file."""
    try:
        if not Path(path).is_file():
            return b""
        with open(path, "rb") as stream:
            return stream.read(FIRST_BYTES)
    except (OSError, ValueError):
        return b""


def known_format(start: bytes) -> str:
    """Return the format that the first bytes of a file name; empty for none of the known ones."""
    return next((name for mark, name in _KNOWN.items() if start.startswith(mark)), "")


def name_binary(start: bytes) -> str:
    r"""Return what a binary file is by its first bytes; empty for a text.

    Examples
    --------
    >>> name_binary(b"%PDF-1.7 ..."), name_binary(b"ab\0c"), name_binary(b"title = 'x'")
    ('a PDF document', 'a binary file', '')
    """
    plain = "a binary file" if b"\0" in start and not start.startswith(_WIDE) else ""
    return known_format(start) or plain


def is_netcdf(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file is NetCDF of any kind: perhaps a result, and no scenario file."""
    return first_bytes(path).startswith((HDF5, *_CLASSIC))
