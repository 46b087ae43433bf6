"""From a document to a checked scenario, or to every problem of it at once."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.scenario.fields.known import Known, default_known
from follicle_sim.scenario.fields.labels import label_problems
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.in_part import further_problems
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.problems import messages_of, path_text
from follicle_sim.scenario.tables.own import with_own
from follicle_sim.scenario.text.merge import Document, apply_override
from follicle_sim.scenario.text.own_data import named_and_paired
from follicle_sim.scenario.text.papers import in_own_words
from follicle_sim.scenario.text.unread import unjudged_places, unread_problems

TEXT, CHANGED, NESTED = "<text>", "<scenario>", "<document>"
UNNAMED = (TEXT, CHANGED, NESTED)
"""Names of sources that say less than the title of the scenario does."""


def build(read: Document, overrides: Sequence[str], known: Known | None) -> Scenario:
    """Return the scenario of a document with some values changed.

    Raises
    ------
    InputError
        With every problem at once.
    """
    problems: list[Problem] = []
    installed = known or default_known()
    known = with_own(installed, read.values)
    if overrides:
        read = copy.deepcopy(read)  # parts of a merged document may be shared
        refusals = [apply_override(read, text, known) for text in overrides]
        problems = [problem for problem in refusals if problem is not None]
        known = with_own(installed, read.values)
    values, unpaired = named_and_paired(read)
    values, unmet = in_own_words(values)
    messages = [*unpaired, *unmet]
    try:
        scenario = Scenario.model_validate(values, context={"known": known})
    except ValidationError as error:
        places = [path for path, _ in messages] + unjudged_places(read.values, values)
        messages += _all_messages(error, values, known, places)
        scenario = None
    for path, message in messages:
        source, note = read.locate(path)
        problems.append(Problem(path_text(path), message + note, source))
    problems += unread_problems(read)
    if problems or scenario is None:
        raise InputError(read.source, problems)
    source = "" if read.source in UNNAMED else read.source
    return scenario.remembering(source=source, overrides=tuple(overrides))


def _all_messages(
    error: ValidationError,
    values: Mapping[str, Any],
    known: Known,
    silent: Sequence[Path],
) -> list[tuple[Path, str]]:
    """Return what validation refused and what it did not come to; one problem a place.

    silent : places of which nothing is said here
    """
    places = set(silent)
    refused = [(path, text) for path, text in messages_of(error, values) if path not in places]
    places |= {path for path, _ in refused}
    # These need no more than the names, which are there whatever else is wrong.
    further = [*further_problems(values, known), *label_problems(*_labels(values))]
    later: dict[Path, str] = {}
    for path, message in further:
        if path not in places:
            later.setdefault(path, message)
    return [*refused, *later.items()]


def _labels(
    values: Mapping[str, Any],
) -> tuple[list[object], list[Iterable[object]], list[object]]:
    def tables(key: str) -> list[Mapping[str, Any]]:
        entries = values.get(key)
        entries = entries if isinstance(entries, list) else []
        return [entry if isinstance(entry, Mapping) else {} for entry in entries]

    # what `moments` name are no arms
    pairs = [None if "moments" in entry else entry.get("arms") for entry in tables("compare")]
    return (
        [arm.get("label") for arm in tables("arms")],
        [pair if isinstance(pair, Mapping) else () for pair in pairs],
        [arm.get("id") for arm in tables("arms")],
    )
