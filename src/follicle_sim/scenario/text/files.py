"""Reading scenario files: guards, TOML, and the chain of `extends`."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from follicle_sim.base.errors import InputError, Problem, shown
from follicle_sim.base.signatures import FIRST_BYTES, first_bytes, known_format, name_binary
from follicle_sim.scenario.text.merge import Document, document, merge
from follicle_sim.scenario.text.near_files import list_files, near_scenario, scenarios_in
from follicle_sim.scenario.text.own_data import with_tables
from follicle_sim.scenario.text.replaced import without

MOST_BYTES = 1_000_000
MOST_LINKS = 20
FILE_KEYS = ("extends", "treatment_folder", "replace")
"""Keys that name other files; they are used up by reading."""


def read_document(path: Path, chain: tuple[Path, ...] = ()) -> Document:
    """Return a scenario file merged with the files it extends.

    Parameters
    ----------
    path
        The file.
    chain
        Files that led here, outermost first.

    Raises
    ------
    InputError
        If a file of the chain cannot be read or the chain comes back to itself.
    """
    text = _read_text(path)
    homes = [path.parent]
    if path.is_symlink():
        # A link may stand in for a file of its own folder, so that one comes first.
        with suppress(OSError, RuntimeError):
            homes.append(path.resolve().parent)
    return text_document(text, str(path), homes, (*chain, path))


def text_document(
    text: str, source: str, homes: Sequence[Path], chain: tuple[Path, ...] = ()
) -> Document:
    """Return the text of a scenario file merged with the files it extends.

    Parameters
    ----------
    text
        TOML.
    source
        Name for messages.
    homes
        Folders in which names of other files are looked up, the first that has one counts.
    chain
        The file of the text and those that led to it, outermost first.

    Raises
    ------
    InputError
        As `read_document`.
    """
    values = with_tables(parse_toml(text, source), source, homes)
    folder = values.pop("treatment_folder", None)
    base = values.pop("extends", None)
    replaced = values.pop("replace", None)
    own = document(values, source)
    if base is None and replaced is not None:
        message = 'works together with extends = "other.toml" only: there is nothing to replace'
        raise InputError(source, [Problem("replace", message)])
    if folder is not None:
        own = merge(_treatments_in(homes, folder, own), own)
    if base is None:
        return own
    if not isinstance(base, str) or not base.strip():
        raise _extends(source, f"found {shown(base)}; allowed: the name of one scenario file")
    try:
        target = _extended(base, homes, chain)
        cyclic = _is_among(target, chain)
        missing = not target.exists()
    except (OSError, RuntimeError, ValueError) as error:  # such as links to themselves
        raise _extends(source, f"found {shown(base)}; cannot be followed: {error}") from None
    if cyclic:
        loop = " -> ".join(file.name for file in (*chain, target))
        raise _extends(source, f"comes back to itself: {loop}; one of them must stand alone")
    if len(chain) > MOST_LINKS:
        raise _extends(source, f"more than {MOST_LINKS} files extend one another")
    if missing:
        hint = near_scenario(target, chain)
        raise _extends(source, f"found {shown(base)}, no such file beside this one{hint}")
    return merge(without(read_document(target, chain), replaced, source), own)


def _extended(base: str, homes: Sequence[Path], chain: Sequence[Path]) -> Path:
    """Return the file that is extended: the first that exists and did not lead here."""
    candidates = [home / base for home in homes]
    there = [path for path in candidates if path.exists()] or candidates
    return next((path for path in there if not _is_among(path, chain)), there[0])


def _is_among(path: Path, chain: Sequence[Path]) -> bool:
    return path.resolve() in [file.resolve() for file in chain]


def _treatments_in(homes: Sequence[Path], folder: object, scenario: Document) -> Document:
    """Return the treatments of a folder as a document whose values remember their files."""

    def refused(message: str) -> InputError:
        return InputError(scenario.source, [Problem("treatment_folder", message)])

    if not isinstance(folder, str) or not folder.strip():
        raise refused(f"found {shown(folder)}; allowed: the name of one folder beside this file")
    try:
        home = next((home for home in homes if (home / folder).is_dir()), homes[0])
        files = sorted(file for file in (home / folder).iterdir() if file.suffix == ".toml")
    except (OSError, ValueError):
        raise refused(f"found {shown(folder)}, no such folder beside this file") from None
    if not files:
        raise refused(f"{home / folder} holds no .toml file; one treatment a file, as NAME.toml")
    own = scenario.values.get("treatments")
    treatments = Document({}, {}, scenario.source)
    for file in files:
        if isinstance(own, dict) and file.stem in own:
            message = f"stands in this file and in {file}; keep one"
            raise InputError(scenario.source, [Problem(f"treatments.{file.stem}", message)])
        tables = parse_toml(_read_text(file), str(file))
        treatments = merge(treatments, document({"treatments": {file.stem: tables}}, str(file)))
    return Document(treatments.values, treatments.origins, scenario.source)


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Return TOML text as nested dicts.

    Raises
    ------
    InputError
        If the text is empty or not TOML; the message gives line and column.
    """
    if not text.strip():
        raise _whole(
            source,
            "empty; a scenario needs at least schema_version, title, "
            "[population], [[arms]] and [design]",
        )
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if Path(source).suffix.lower() in (".csv", ".tsv"):
            name = shown(Path(source).name)
            way = f"name it in a scenario file: [[compare]] and below it data = {name}"
            raise _whole(source, f"is a table, and a scenario file is needed; {way}") from None
        raise InputError(source, [_syntax(str(error), text)]) from None
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits and thousands of nested brackets.
        kind = "lists or tables are nested too deeply"
        reason = kind if isinstance(error, RecursionError) else "a number has too many digits"
        raise _whole(source, f"not readable as TOML: {reason}") from None


def _syntax(message: str, text: str) -> Problem:
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", message, re.S)
    if match is None:
        return Problem("", f"not valid TOML: {message[:1].lower()}{message[1:]}")
    # The parser shows names as Python tuples; a file writes them with dots.
    reason = re.sub(r"\(('[^)]*)\)", lambda m: ".".join(re.findall(r"'([^']*)'", m[1])), match[1])
    reason = reason[:1].lower() + reason[1:]
    if match[2] is None:
        return Problem("end of file", f"not valid TOML: {reason}; is a quote or bracket left open?")
    lines = text.splitlines()
    line = lines[int(match[2]) - 1].strip() if int(match[2]) <= len(lines) else ""
    hint = ""
    if re.search(r"=\s*[+-]?[\d.]+(e[+-]?\d+)?\s*[A-Za-z%/µ]", line):
        hint = '; a number with a unit stands in quotes, as in "4 weeks"'
    place = f"line {match[2]}, column {match[3]}"
    return Problem(place, f"not valid TOML: {reason}; found {shown(line)}{hint}")


def _read_text(path: Path) -> str:
    source = str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _whole(source, f"is a directory; a scenario file is needed{_inside(path)}")
        if not stat.S_ISREG(status.st_mode):
            raise _whole(source, "is not a regular file; a scenario file is needed")
        _refuse_binary(known_format(first_bytes(path)), source)
        if status.st_size > MOST_BYTES:
            size = f"{status.st_size / 1e6:,.1f} MB"
            raise _whole(source, f"is too large: {size}; allowed: at most {MOST_BYTES / 1e6:g} MB")
        data = path.read_bytes()
    except FileNotFoundError:
        raise _whole(source, f"no such file{near_scenario(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _whole(source, f"cannot be read: {reason.lower()}") from None
    return decoded(data, source)


def decoded(data: bytes, source: str) -> str:
    """Return the text of a file.

    Raises
    ------
    InputError
        If it is too large or not UTF-8.
    """
    if len(data) > MOST_BYTES:
        raise _whole(source, f"is too large; allowed: at most {MOST_BYTES / 1e6:g} MB")
    _refuse_binary(name_binary(data[:FIRST_BYTES]), source)
    try:
        return data.decode("utf-8-sig")  # some editors put a byte-order mark first
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        byte = f"byte 0x{data[error.start]:02x} on line {line}"
        raise _whole(source, f"is not UTF-8 text ({byte}); save it again as UTF-8") from None


def _refuse_binary(kind: str, source: str) -> None:
    if kind:
        hint = "; scenario_of(FILE) reads the scenario of a result" if "NetCDF4" in kind else ""
        raise _whole(source, f"is {kind}; a scenario file is a text (TOML){hint}")


def _inside(path: Path) -> str:
    files = scenarios_in(path)
    result = path / "result.nc"
    if result.is_file():
        others = f", and {list_files(files)}" if files else ""
        return f"; it holds the result of a run, {result}{others}"
    return f"; it holds {list_files(files)}" if files else ""


def _whole(source: str, message: str) -> InputError:
    return InputError(source, [Problem("", message)])


def _extends(source: str, message: str) -> InputError:
    return InputError(source, [Problem("extends", message)])
