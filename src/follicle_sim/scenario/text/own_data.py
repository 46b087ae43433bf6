"""Tables of one's own among the values of a scenario file: read, named and paired with the arms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from follicle_sim.base.errors import InputError, Problem, shown
from follicle_sim.base.likeness import nearest
from follicle_sim.scenario.fields.labels import folded
from follicle_sim.scenario.fields.refusals import Path as Place
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.text.merge import Document
from follicle_sim.scenario.text.near_files import list_files, nearest_file
from follicle_sim.scenario.text.unread import Unread

UNNAMED = "own data"


def with_tables(values: dict[str, Any], source: str, homes: Sequence[Path]) -> dict[str, Any]:
    """Return the values of a file with the rows of the CSV files that it names.

    Where a file is not there, cannot be read, or says other than rows kept from it, the mark
    `Unread` stands in place of the rows: the rest of the scenario is judged as well.

    Parameters
    ----------
    values
        As read.
    source
        The file, for messages.
    homes
        Folders in which the names are looked up.
    """
    entries = values.get("compare")
    if not isinstance(entries, list):
        return values
    return values | {
        "compare": [
            _with_table(entry, f"compare[{at}].data", source, homes)
            for at, entry in enumerate(entries)
        ]
    }


def _with_table(entry: Any, where: str, source: str, homes: Sequence[Path]) -> Any:
    if not isinstance(entry, Mapping) or "data" not in entry:
        return entry
    try:
        return _read_table(entry, where, source, homes)
    except InputError as error:
        return {**entry, "rows": Unread(error)}


def _read_table(
    entry: Mapping[str, Any], where: str, source: str, homes: Sequence[Path]
) -> Mapping[str, Any]:
    """Return a [[compare]] table with the rows of the file that it names.

    Raises
    ------
    InputError
        For a file that is not there, cannot be read, or says other than rows kept from it.
    """
    name = entry["data"]
    if not isinstance(name, str) or not name.strip():
        message = f"found {shown(name)}; allowed: the name of one CSV file beside this one"
        raise InputError(source, [Problem(where, message)])
    try:
        files = [home / name for home in homes]
        file = next((file for file in files if file.is_file()), None)
        data = None if file is None else file.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{shown(name)} cannot be read: {reason.lower()}"
        raise InputError(source, [Problem(where, message)]) from None
    if data is None:
        if "rows" in entry:
            return entry  # kept from the file when it was there
        message = f"found {shown(name)}, no such file beside this one{_near(name, homes)}"
        raise InputError(source, [Problem(where, message)])
    from follicle_sim.evidence.own.people import shared_codes
    from follicle_sim.evidence.own.rows import read_rows

    rows = read_rows(data, str(file))
    if "subject" in rows[0] and (text := shared_codes(rows)):
        raise InputError(str(file), [Problem("", text)])
    if "rows" in entry and not _same(entry["rows"], rows):
        message = (
            f"{file} says other than the rows kept here: it was changed since, or the rows were"
        )
        way = "; delete the rows to take the file as it is, or data to keep the rows"
        raise InputError(source, [Problem(where, message + way)])
    return {**entry, "rows": [dict(row) for row in rows]}


def _same(stored: Any, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether rows kept in a scenario say what the rows of its file say."""
    from follicle_sim.evidence.own.held import data_hash
    from follicle_sim.evidence.own.rows import checked

    if not isinstance(stored, list) or not all(isinstance(row, Mapping) for row in stored):
        return False
    return data_hash([checked(row)[0] for row in stored]) == data_hash(rows)


def _near(name: str, homes: Sequence[Path]) -> str:
    from follicle_sim.evidence.studies import load_studies

    if name in load_studies():
        return f"; that is a study of the registry, did you mean study = {shown(name)}?"
    try:
        files = sorted(file for home in homes for file in home.iterdir() if file.suffix == ".csv")
    except OSError:
        return ""
    match = nearest_file(name, files)
    if match is not None:
        return f'; did you mean "{match.name}"?'
    return f"; tables there: {list_files(files)}" if files else ""


def named_and_paired(read: Document) -> tuple[dict[str, Any], list[tuple[Place, str]]]:
    """Return values in which every table of one's own has a name and arms, and what is wrong.

    The name is that of the file. An arm of the table belongs to the arm of the scenario of the
    same label or id, whatever its capitals.
    """
    entries = read.values.get("compare")
    if not isinstance(entries, list):
        return read.values, []
    problems: list[tuple[Place, str]] = []
    names = {str(entry.get("study")) for entry in entries if isinstance(entry, Mapping)}
    named = []
    for at, entry in enumerate(entries):
        if isinstance(entry, Mapping) and ("rows" in entry or "data" in entry):
            entry = dict(entry)
            place = ("compare", at, "data")
            if read.locate(place)[1]:
                problems.append((place, "a file is named in the scenario file and nowhere else"))
            elif "rows" not in entry:
                message = "works in files only; there is no folder to look in for a text (give one)"
                problems.append((place, message))
            if "study" not in entry:
                entry["study"] = _name(entry, names)
                names.add(entry["study"])
            if "arms" not in entry:
                arms = read.values.get("arms")
                entry["arms"], wrong = _paired(arms, entry.get("rows"))
                if isinstance(entry.get("rows"), Unread):
                    entry["arms"] = {label: label for label in _labels(arms).values()}
                problems += [(("compare", at, "arms"), message) for message in wrong]
        named.append(entry)
    return read.values | {"compare": named}, problems


def _name(entry: Mapping[str, Any], known: Set[str]) -> str:
    file = entry.get("data")
    base = Path(file).stem[:70] if isinstance(file, str) and Path(file).stem.strip() else UNNAMED
    name, number = base, 2
    while name in known:
        name, number = f"{base} {number}", number + 1
    return name


def _paired(arms: Any, rows: Any) -> tuple[dict[str, str], list[str]]:
    """Return arm of the scenario -> arm of the table, and a message for each that has none."""
    labels = _labels(arms)
    pairs: dict[str, str] = {}
    wrong = []
    for name, pooled in _arms_of(rows):
        label = labels.get(folded(name))
        if label is not None:
            pairs.setdefault(label, name)
        elif not pooled:
            match = nearest(name, labels.values())
            hint = (
                f'; did you mean "{match}"?' if match else f"; arms: {', '.join(labels.values())}"
            )
            way = 'or say which is which: arms = { "arm of the scenario" = "arm of the data" }'
            wrong.append(
                f"the data have an arm {shown(name)} and the scenario has none{hint} {way}"
            )
    return pairs, wrong


def _labels(arms: Any) -> dict[str, str]:
    """Return the label of each arm of the scenario by label and id, whatever their capitals."""
    labels: dict[str, str] = {}
    for arm in arms if isinstance(arms, list) else ():
        if isinstance(arm, Mapping) and isinstance(arm.get("label"), str):
            names = (arm["label"], arm.get("id"))
            labels |= {folded(name): arm["label"] for name in names if isinstance(name, str)}
    return labels


def _arms_of(rows: Any) -> Iterator[tuple[str, bool]]:
    """Yield the arms of a table that has not been checked, and if one is all arms together."""
    names = set()
    for row in rows if isinstance(rows, (list, tuple)) else ():
        if isinstance(row, Mapping):
            pooled = row.get("role") in ("pooled", "reference", "crossover")
            for key in ("arm", "control"):
                name = " ".join(str(row[key]).split()) if key in row else ""
                if name and name not in names:
                    names.add(name)
                    yield name, pooled and key == "arm"


def changed_tables(scenario: Scenario, folders: Sequence[Path]) -> list[str]:
    """Return a sentence for every table of a scenario whose file says other than its rows.

    Parameters
    ----------
    scenario
        Perhaps of a stored result: its rows are those that it was compared with.
    folders
        Where the files may be; one that is not there is not missed.
    """
    from follicle_sim.evidence.own.held import data_hash
    from follicle_sim.evidence.own.rows import read_rows

    sentences = []
    for comparison in scenario.compare:
        files = {folder / comparison.data for folder in folders if comparison.data}
        for file in sorted(file for file in files if file.is_file()):
            try:
                same = data_hash(read_rows(file.read_bytes(), str(file))) == data_hash(
                    comparison.rows
                )
                how = "says other than"
            except (InputError, OSError):
                same, how = False, "cannot be read any more like"
            if not same:
                rows = f"the {len(comparison.rows)} rows stored for {comparison.study}"
                sentences.append(f"{file} {how} {rows}; the stored ones were used")
    return sentences
