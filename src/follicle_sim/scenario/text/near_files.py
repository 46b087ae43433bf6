"""Which file was meant where there is none of that name: only files that could have been."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from follicle_sim.base.likeness import fold, nearest

MOST_LISTED = 6
MOST_LOOKED_AT = 200
"""Files of a folder that are opened to see if they are scenarios."""

MOST_BYTES = 1_000_000
_MARKS = ("schema_version", "extends")
"""A scenario has one of these keys at its top; no other TOML file is likely to."""


def near_scenario(path: Path, without: Collection[Path] = ()) -> str:
    """Return a message tail: the scenario that was meant, else those there are.

    Parameters
    ----------
    path
        A file that is not there.
    without
        Files that cannot be meant, such as those that extend this one.
    """
    folder = path.parent
    try:
        beside = _scenarios(folder, without)
        # Scenarios are often kept in a folder of that name, and asked for from above it.
        below = _scenarios(folder / "scenarios", without)
    except OSError:
        return f"; the folder {folder} cannot be read or does not exist"
    for files in (beside, below):
        if (match := nearest_file(path.name, files)) is not None:
            return f'; did you mean "{match}"?'
    if not beside and not below:
        return f"; there is no scenario in {folder.resolve()}"
    files = beside or below
    return f"; scenarios in {files[0].parent}: {list_files(files)}"


def nearest_file(name: str, files: Iterable[Path]) -> Path | None:
    """Return the file whose name, apart from its ending, is like another; the ending may differ.

    Examples
    --------
    >>> nearest_file("nope.toml", [Path("a/pyproject.toml")]) is None
    True
    >>> nearest_file("clinc.csv", [Path("a/clinic.toml")]).name
    'clinic.toml'
    """
    by_stem = {file.stem: file for file in files}
    stem = Path(name).stem
    match = nearest(stem, by_stem)
    if match is None and fold(stem):
        return None
    return by_stem.get(match or "")


def list_files(files: Sequence[Path]) -> str:
    """Return the names of a few files for a message."""
    names = [file.name for file in files[:MOST_LISTED]]
    more = len(files) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def scenarios_in(folder: Path) -> list[Path]:
    """Return the scenario files of a folder, by name; none where it cannot be read."""
    try:
        return _scenarios(folder, ())
    except OSError:
        return []


def _scenarios(folder: Path, without: Collection[Path]) -> list[Path]:
    if folder.name == "scenarios" and not folder.exists():
        return []
    left_out = {file.resolve() for file in without}
    files = sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    return [
        file
        for file in files[:MOST_LOOKED_AT]
        if file.resolve() not in left_out and _is_scenario(file)
    ]


def _is_scenario(file: Path) -> bool:
    """Tell whether a file looks like a scenario; one with a slip in its TOML still does."""
    try:
        if not file.is_file() or file.stat().st_size > MOST_BYTES:
            return False
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return False
    try:
        return any(mark in tomllib.loads(text) for mark in _MARKS)
    except (ValueError, RecursionError):
        lines = (line.strip() for line in text.splitlines())
        return any(line.startswith(_MARKS) for line in lines)
