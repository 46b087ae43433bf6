"""Documents that remember which file, or which override, each of their values came from."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from follicle_sim.base.attributes import MOST_LEVELS, too_deep
from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.labels import needs_quotes
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.problems import path_text
from follicle_sim.scenario.text.potency_paths import find_potency

_STEP = re.compile(r'\.?(?:"((?:[^"\\]|\\.)*)"|([^.\[\]"=]+))|\[(\d{1,9})\]|\["([^"]*)"\]')


@dataclass(frozen=True)
class Origin:
    """Where a value was written."""

    source: str
    note: str = ""


@dataclass(frozen=True)
class Document:
    """A nested table as read, and the origin of each value in the same shape."""

    values: dict[str, Any]
    origins: dict[str, Any]
    source: str

    def locate(self, path: Path) -> tuple[str, str]:
        """Return the file a path's value stands in ("" for the main one) and a note on it."""
        node: Any = self.origins
        for part in path:
            if isinstance(node, dict):
                node = node.get(part)
            elif isinstance(node, list) and isinstance(part, int) and part < len(node):
                node = node[part]
        if isinstance(node, dict):  # a table all of whose values come from one place
            inside = set(_origins(node))
            node = inside.pop() if len(inside) == 1 else None
        if not isinstance(node, Origin):
            return "", ""
        return ("" if node.source == self.source else node.source), node.note


def _origins(node: Any) -> Iterator[Origin]:
    if isinstance(node, Origin):
        yield node
    else:
        for child in node.values() if isinstance(node, dict) else node:
            yield from _origins(child)


def document(values: dict[str, Any], source: str) -> Document:
    """Return a document all of whose values come from one file.

    Raises
    ------
    InputError
        If they are nested too deeply.
    """
    if too_deep(values):
        message = f"tables or lists are nested too deeply; allowed: {MOST_LEVELS} levels"
        raise InputError(source, [Problem("", message)])
    return Document(values, _stamp(values, Origin(source)), source)


def _stamp(value: Any, origin: Origin) -> Any:
    if isinstance(value, dict):
        return {key: _stamp(item, origin) for key, item in value.items()}
    if isinstance(value, list):
        return [_stamp(item, origin) for item in value]
    return origin


def merge(base: Document, changes: Document) -> Document:
    """Return `base` with `changes` laid over it.

    Tables are merged key by key. `arms` are merged by label: an arm with a label of the base
    replaces the keys it gives (its `doses` as a whole); so does one with the id of an arm of the
    base, whose label it may correct; any other arm is appended. Any other list, and any plain
    value, replaces what the base had. What is not wanted of the base is named before, in
    ``replace`` (see `replaced.without`).

    Examples
    --------
    >>> base = document({"run": {"seed": 1, "replicates": 2}}, "base.toml")
    >>> merge(base, document({"run": {"seed": 7}}, "x.toml")).values
    {'run': {'seed': 7, 'replicates': 2}}
    """
    values, origins = _merge_tables(
        (base.values, base.origins), (changes.values, changes.origins), top=True
    )
    return Document(values, origins, changes.source)


_Pair = tuple[Any, Any]


def _merge_tables(base: _Pair, changes: _Pair, *, top: bool = False) -> _Pair:
    values, origins = dict(base[0]), dict(base[1])
    for key, value in changes[0].items():
        old, new = (values.get(key), origins.get(key)), (value, changes[1][key])
        if isinstance(value, dict) and isinstance(old[0], dict):
            new = _merge_tables(old, new)
        elif top and key == "arms" and isinstance(value, list) and isinstance(old[0], list):
            new = _merge_arms(old, new)
        values[key], origins[key] = new
    return values, origins


def _merge_arms(base: _Pair, changes: _Pair) -> _Pair:
    values, origins = list(base[0]), list(base[1])
    free = list(range(len(values)))
    for arm, origin in zip(*changes, strict=True):
        # A label used twice in one file is kept twice, so that validation can refuse it.
        at = _same_arm(arm, [(index, base[0][index]) for index in free])
        if at is None:
            values.append(arm)
            origins.append(origin)
        else:
            free.remove(at)
            values[at], origins[at] = _merge_tables((values[at], origins[at]), (arm, origin))
    return values, origins


def _same_arm(arm: Any, others: list[tuple[int, Any]]) -> int | None:
    """Return the place of the arm of the same label, else of the same id; None without any."""
    for key in ("label", "id"):
        name = label_of(arm, key)
        for index, other in others:
            if name is not None and label_of(other, key) == name:
                return index
    return None


def label_of(arm: Any, key: str = "label") -> str | None:
    """Return the label of an arm as read, or its id; None when it has none."""
    label = arm.get(key) if isinstance(arm, dict) else None
    return label if isinstance(label, str) else None


def apply_override(target: Document, text: str, known: Known) -> Problem | None:
    """Write one override such as ``arms.finasteride.doses[0].amount=5 mg`` into a document.

    Steps are keys, list positions in brackets, and for `arms` also labels; a label or key with dots
    or brackets stands in double quotes. The value is read as TOML, and as text where that fails.
    A potency may be looked for beside its arm, dose or treatment: see `find_potency`.

    Returns
    -------
    Problem or None
        What is wrong with the path; the value is judged by validation like any other.
    """
    note = f" (from override {shown(text)})"
    steps, value_text = _split(text)
    if steps is None or value_text is None:
        message = 'not an override; write "path=value", for example "population.subjects=50"'
        return Problem(f"override {shown(text)}", message)
    steps, message = find_potency(steps, target.values, known)
    if message:
        return Problem(path_text(tuple(steps)), message + note)
    value = _read_value(value_text)
    if len(steps) > MOST_LEVELS or too_deep(value):
        message = f"too many levels; allowed: {MOST_LEVELS}"
        return Problem(f"override {shown(text)}", message)
    values: Any = target.values
    origins: Any = target.origins
    done: Path = ()
    for depth, step in enumerate(steps):
        where = path_text((*done, step))
        if isinstance(values, list):
            index, message = _position(values, step, arms=done == ("arms",))
            if index is None:
                return Problem(where, message + note)
            step = index
        elif not isinstance(values, dict):
            kind = f"{path_text(done)} is not a table or a list"
            return Problem(where, kind + note)
        elif isinstance(step, int):
            return Problem(where, f"{path_text(done) or 'the file'} is a table, not a list{note}")
        done = (*done, step)
        if depth == len(steps) - 1:
            values[step] = value
            origins[step] = _stamp(value, Origin(target.source, note))
        elif isinstance(values, dict) and step not in values:
            values[step], origins[step] = {}, {}
        values, origins = values[step], origins[step]
    return None


def split_steps(text: str) -> list[str | int] | None:
    """Return the steps of a dotted name such as ``arms."low dose"``, None where it is none.

    Examples
    --------
    >>> split_steps('arms."v1.2".doses[0]')
    ['arms', 'v1.2', 'doses', 0]
    """
    return _split(f"{text}=")[0]


def _split(text: str) -> tuple[list[str | int] | None, str | None]:
    steps: list[str | int] = []
    position = 0
    while match := _STEP.match(text, position):
        quoted, bare, index, bracketed = match.groups()
        if index is not None:
            steps.append(int(index))
        else:
            name = next(part for part in (quoted, bare, bracketed) if part is not None)
            steps.append(name.strip() if bare is not None else name.replace('\\"', '"'))
        position = match.end()
    tail = text[position:]
    return (steps, tail[1:]) if steps and tail.startswith("=") and "" not in steps else (None, None)


def _read_value(text: str) -> Any:
    try:
        read: Mapping[str, Any] = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text.strip()
    # A line break could smuggle in a second key; such text is taken as it stands.
    return read["value"] if list(read) == ["value"] else text.strip()


def _position(values: list[Any], step: str | int, *, arms: bool) -> tuple[int | None, str]:
    if isinstance(step, int):
        if step < len(values):
            return step, ""
        return None, f"no such entry; the list has {len(values)}, counted from 0"
    if arms:
        labels = [label for arm in values if (label := label_of(arm)) is not None]
        for index, arm in enumerate(values):
            if label_of(arm) == step:
                return index, ""
        hint = needs_quotes(step, labels) or did_you_mean(step, labels)
        return None, f"no arm of that label{hint}"
    return None, "a list; give a position in brackets, as in doses[0]"
