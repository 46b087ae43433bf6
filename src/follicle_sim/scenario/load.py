"""Scenarios in and out: load, parse, override, dump."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from follicle_sim import units
from follicle_sim.errors import InputError, Problem
from follicle_sim.scenario.fields import write_overrides
from follicle_sim.scenario.files import FILE_KEYS, parse_toml, read_document
from follicle_sim.scenario.known import Known, default_known
from follicle_sim.scenario.labels import label_problems
from follicle_sim.scenario.merge import Document, apply_override, document
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.own import with_own
from follicle_sim.scenario.problems import path_text, problems_of
from follicle_sim.scenario.toml_text import write_toml


def load_scenario(
    path: str | os.PathLike[str], overrides: Sequence[str] = (), *, known: Known | None = None
) -> Scenario:
    """Return the scenario in a file.

    A file may start from another one, ``extends = "other.toml"`` (relative to itself), and give
    only what differs: tables are merged key by key; `arms` are merged by label (the same label
    replaces the keys given, a new label is appended); every other list is replaced as a whole.
    ``treatment_folder = "my_treatments"`` (relative to the file) brings along every treatment in
    that folder, one a file as in the library, as if each stood in a `[treatments.NAME]` table.
    Overrides are applied last.

    Parameters
    ----------
    path
        A TOML file, at most 1 MB of UTF-8.
    overrides
        Such as ``"population.subjects=50"``, ``"arms[0].doses[0].amount=5 mg"`` or, by label,
        ``"arms.finasteride.doses[0].amount=5 mg"``.
    known
        Names a scenario may use; default: those of this installation.

    Raises
    ------
    InputError
        With every problem of the file at once: path, what was found, what is allowed.
    """
    return _build(read_document(Path(path)), overrides, known).read_from(str(path))


def parse_scenario(
    text: str,
    source: str = "<text>",
    overrides: Sequence[str] = (),
    *,
    known: Known | None = None,
) -> Scenario:
    """Return the scenario in a TOML text; as `load_scenario`, without `extends`.

    Parameters
    ----------
    text
        TOML.
    source
        Name to use in messages.
    overrides, known
        As for `load_scenario`.

    Raises
    ------
    InputError
        With every problem at once.
    """
    values = parse_toml(text, source)
    for key in FILE_KEYS:
        if key in values:
            message = "works in files only; there is no folder to look in for a text"
            raise InputError(source, [Problem(key, message)])
    return _build(document(values, source), overrides, known)


def with_overrides(
    scenario: Scenario, overrides: Sequence[str], *, known: Known | None = None
) -> Scenario:
    """Return a checked copy of a scenario with some values changed.

    Parameters
    ----------
    scenario
        Stays as it is.
    overrides, known
        As for `load_scenario`, for example ``["arms.finasteride.doses[0].amount=5 mg"]``.

    Raises
    ------
    InputError
        If the result is not a valid scenario.
    """
    values = to_document(scenario, known=known)
    source = scenario.source_name if scenario.source_name != scenario.title else ""
    changed = _build(document(values, source or "<scenario>"), overrides, known)
    return changed.read_from(source)


def dump_scenario(scenario: Scenario, *, known: Known | None = None) -> str:
    """Return a scenario as TOML text with units, without the keys left at their default.

    Parsing the text gives a scenario equal to this one, to the last bit of every number.
    """
    return write_toml(to_document(scenario, known=known))


def to_document(scenario: Scenario, *, known: Known | None = None) -> dict[str, Any]:
    """Return a scenario as nested dicts in the words of the file: what `dump_scenario` writes."""
    values = scenario.model_dump(mode="json", exclude_defaults=True, exclude={"biology"})
    for arm, written in zip(scenario.arms, values["arms"], strict=True):
        for dose, fields in zip(arm.doses, written.get("doses", ()), strict=True):
            # Two fields here are one text in a file.
            fields["amount"] = units.format_quantity(dose.amount, fields.pop("amount_dimension"))
    if scenario.biology:
        names = with_own(known or default_known(), scenario.treatments)
        values["biology"] = write_overrides(scenario.biology, names)
    return values


def from_document(
    values: Mapping[str, Any], source: str = "<document>", *, known: Known | None = None
) -> Scenario:
    """Return the scenario of nested dicts as `to_document` writes them.

    Raises
    ------
    InputError
        With every problem at once.
    """
    return _build(document(dict(values), source), (), known)


def _build(read: Document, overrides: Sequence[str], known: Known | None) -> Scenario:
    problems = []
    if overrides:
        read = copy.deepcopy(read)  # parts of a merged document may be shared
        found = [apply_override(read, text) for text in _texts(overrides)]
        problems = [problem for problem in found if problem is not None]
    context = {"known": with_own(known or default_known(), read.values.get("treatments"))}
    try:
        scenario = Scenario.model_validate(read.values, context=context)
    except ValidationError as error:
        located = problems_of(error, read.values, read.locate)
        seen = {path for path, _ in located}
        problems += [problem for _, problem in located]
        # These look at several parts, which validation only does when every part is in order.
        for path, message in label_problems(*_labels(read.values)):
            if path not in seen:
                source, note = read.locate(path)
                problems.append(Problem(path_text(path), message + note, source))
        raise InputError(read.source, problems) from None
    if problems:
        raise InputError(read.source, problems)
    return scenario


def _texts(overrides: Sequence[str]) -> Sequence[str]:
    # A lone text is a sequence of letters, which nobody means.
    return [overrides] if isinstance(overrides, str) else overrides


def _labels(
    values: Mapping[str, Any],
) -> tuple[list[object], list[Iterable[object]], list[object]]:
    def tables(key: str) -> list[Mapping[str, Any]]:
        entries = values.get(key)
        entries = entries if isinstance(entries, list) else []
        return [entry if isinstance(entry, Mapping) else {} for entry in entries]

    pairs = [entry.get("arms") for entry in tables("compare")]
    return (
        [arm.get("label") for arm in tables("arms")],
        [pair if isinstance(pair, Mapping) else () for pair in pairs],
        [arm.get("id") for arm in tables("arms")],
    )
