"""Scenarios in and out: load, parse, override, dump."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from follicle_sim.base import units
from follicle_sim.base.arguments import check_path, check_text, check_texts, refused
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.scenario.background import Numbers
from follicle_sim.scenario.build import CHANGED, NESTED, TEXT, build
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.parts import write_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import known_with, numbers_after
from follicle_sim.scenario.tables.own import with_own
from follicle_sim.scenario.text.files import FILE_KEYS, parse_toml, read_document, text_document
from follicle_sim.scenario.text.merge import document
from follicle_sim.scenario.text.unread import without_own_data
from follicle_sim.scenario.text.write import write_toml


def load_scenario(
    path: str | os.PathLike[str], overrides: Sequence[str] = (), *, known: Known | None = None
) -> Scenario:
    """Return the scenario in a file.

    A file may start from another one, ``extends = "other.toml"`` (relative to itself), and give
    only what differs: tables are merged key by key; `arms` are merged by label (the same label
    replaces the keys given, a new label is appended); every other list is replaced as a whole.
    ``replace = ["arms"]`` takes nothing of the other file's arms, ``replace = ["arms.placebo"]``
    leaves one of them out, and so for any other table.
    Beside a symbolic link it looks first, then beside the file the link points to.
    ``[[compare]] data = "my_trial.csv"`` (relative to the file) brings along a trial of one's own.
    ``treatment_folder = "my_treatments"`` (relative to the file) brings along every treatment in
    that folder, one a file as in the library, as if each stood in a `[treatments.NAME]` table.
    Overrides are applied last.

    Parameters
    ----------
    path
        A TOML file, at most 1 MB of UTF-8.
    overrides
        Such as ``"population.subjects=50"``, ``"arms[0].doses[0].amount=5 mg"`` or, by label,
        ``"arms.finasteride.doses[0].amount=5 mg"``; ``"potency=1.5"`` sets the potency of the one
        treatment that is given, ``"arms.drug.potency=1.5"`` that of an arm.
    known
        Names a scenario may use; default: those of this installation.

    Raises
    ------
    InputError
        With every problem of the file at once: path, what was found, what is allowed.

    Examples
    --------
    >>> from follicle_sim import load_scenario
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml", ["population.subjects=50"])
    >>> scenario.population.subjects, len(scenario.arms)
    (50, 2)
    """
    check_path("load_scenario", "path", path)
    overrides = _texts("load_scenario", overrides)
    return build(read_document(Path(path)), overrides, known)


def load_plan(path: Path, text: str | None = None) -> Scenario:
    """Return a scenario without the tables of one's own that it names: they may not be there yet.

    Parameters
    ----------
    path
        Of the file; with a text, the name of its source.
    text
        TOML in place of the file; other files that it names are looked up in the current folder.

    Raises
    ------
    InputError
        As `load_scenario`, but for the tables.
    """
    if text is None:
        return build(without_own_data(read_document(path)), (), None)
    return build(without_own_data(text_document(text, str(path), [Path()])), (), None)


def parse_scenario(
    text: str,
    source: str = TEXT,
    overrides: Sequence[str] = (),
    *,
    folder: str | os.PathLike[str] | None = None,
    known: Known | None = None,
) -> Scenario:
    """Return the scenario in a TOML text; as `load_scenario`.

    Parameters
    ----------
    text
        TOML.
    source
        Name to use in messages.
    folder
        Where `extends` and `treatment_folder` look; None: such keys are refused.
    overrides, known
        As for `load_scenario`.

    Raises
    ------
    InputError
        With every problem at once.

    Examples
    --------
    >>> from follicle_sim import parse_scenario
    >>> parse_scenario("title = 'no more than a title'")
    Traceback (most recent call last):
    ...
    follicle_sim.base.errors.InputError: ...
    """
    check_text("parse_scenario", "text", text)
    check_text("parse_scenario", "source", source)
    overrides = _texts("parse_scenario", overrides)
    if folder is not None:
        check_path("parse_scenario", "folder", folder)
        return build(text_document(text, source, [Path(folder)]), overrides, known)
    values = parse_toml(text, source)
    for key in FILE_KEYS:
        if key in values:
            message = "works in files only; there is no folder to look in for a text (give one)"
            raise InputError(source, [Problem(key, message)])
    return build(document(values, source), overrides, known)


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

    Examples
    --------
    >>> from follicle_sim import load_scenario, with_overrides
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml")
    >>> with_overrides(scenario, ["population.subjects=12"]).population.subjects
    12
    """
    before = _scenario("with_overrides", scenario).background
    overrides = _texts("with_overrides", overrides)
    values = to_document(scenario, known=known)
    known = known or known_with(before.numbers)
    changed = build(document(values, before.source or CHANGED), overrides, known)
    return changed.remembering(
        numbers=numbers_after(before.numbers, scenario, changed),
        overrides=(*before.overrides, *overrides),
    )


def dump_scenario(scenario: Scenario, *, known: Known | None = None) -> str:
    """Return a scenario as TOML text with units, without the keys left at their default.

    Parsing the text gives a scenario equal to this one, to the last bit of every number.

    Examples
    --------
    >>> from follicle_sim import dump_scenario, load_scenario, parse_scenario
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml")
    >>> parse_scenario(dump_scenario(scenario)) == scenario
    True
    """
    return write_toml(to_document(check_scenario("dump_scenario", scenario), known=known))


def check_scenario(where: str, value: object) -> Scenario:
    """Return a scenario whose every value has been checked.

    One that was read from a file, a text or another scenario has been; a `model_copy` with changes
    has not, and is checked here.

    Parameters
    ----------
    where
        Name of the function that was given it, for messages.
    value
        What it was given.

    Raises
    ------
    InputError
        For what is no scenario, with what to do; with every problem of a copy.
    """
    scenario = _scenario(where, value)
    if scenario.background.checked:
        return scenario
    try:
        values = to_document(scenario)
    except Exception as error:  # whatever a value of a wrong type breaks
        message = f"holds a value that no file could hold ({error}); use with_overrides"
        raise InputError(where, [Problem("scenario", message)]) from None
    background = scenario.background
    from_document(values, background.source or CHANGED, numbers=background.numbers)
    return scenario.remembering(checked=True)


def _scenario(where: str, value: object) -> Scenario:
    if isinstance(value, Scenario):
        return value
    way = 'load_scenario("file.toml") or parse_scenario(text) makes one'
    raise refused(where, "scenario", value, f"a scenario; {way}")


def to_document(scenario: Scenario, *, known: Known | None = None) -> dict[str, Any]:
    """Return a scenario as nested dicts in the words of the file: what `dump_scenario` writes."""
    # A copy may hold anything; whoever checks it says so in words of our own.
    values = scenario.model_dump(
        mode="json", exclude_defaults=True, exclude={"biology"}, warnings=False
    )
    for arm, written in zip(scenario.arms, values["arms"], strict=True):
        for dose, fields in zip(arm.doses, written.get("doses", ()), strict=True):
            # Two fields here are one text in a file.
            fields["amount"] = units.format_quantity(dose.amount, fields.pop("amount_dimension"))
    if scenario.biology:
        known = known or known_with(scenario.background.numbers)
        brought = {"treatments": scenario.treatments, "conditions": scenario.conditions}
        names = with_own(known, brought)
        values["biology"] = write_overrides(scenario.biology, names)
    return values


def from_document(
    values: Mapping[str, Any],
    source: str = NESTED,
    *,
    known: Known | None = None,
    numbers: Numbers | None = None,
) -> Scenario:
    """Return the scenario of nested dicts as `to_document` writes them.

    With `numbers` it runs with these and not with those of the package.

    Raises
    ------
    InputError
        With every problem at once.
    """
    known = known or known_with(numbers)
    return build(document(dict(values), source), (), known).remembering(numbers=numbers)


def _texts(where: str, overrides: Sequence[str]) -> list[str]:
    # A lone text is a sequence of letters, which nobody means.
    return check_texts(where, "overrides", overrides)
