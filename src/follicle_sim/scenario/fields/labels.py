"""Labels and ids of arms: what must differ, and labels that name no arm."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from follicle_sim.base.errors import did_you_mean
from follicle_sim.scenario.fields.refusals import Path, refuse

_WAY = ' (replace = ["arms"] takes no arm of a file that is extended)'


def folded(text: str) -> str:
    """Return a text without what readers do not tell apart: case, spaces, Unicode forms.

    Examples
    --------
    >>> folded("Control ") == folded("control"), folded("low  dose") == folded("Low dose")
    (True, True)
    >>> folded("Caf\\u00e9") == folded("Cafe\\u0301")
    True
    """
    plain = unicodedata.normalize("NFC", text).casefold()
    return " ".join(unicodedata.normalize("NFC", plain).split())


def label_problems(
    labels: Sequence[object],
    compared: Sequence[Iterable[object]],
    ids: Sequence[object] = (),
) -> list[tuple[Path, str]]:
    """Return what is wrong with arm labels; also works on a file whose other parts are broken.

    Parameters
    ----------
    labels, ids
        Of the arms, in order; an arm without an id has None there.
    compared
        Labels that each [[compare]] table names.
    """
    problems = [*_alike("label", labels, "labels"), *_alike("id", ids, "ids")]
    problems += _names(labels, ids)
    known = list(dict.fromkeys(label for label in labels if isinstance(label, str)))
    for index, pairs in enumerate(compared):
        for label in pairs:
            if isinstance(label, str) and label not in known:
                message = f"unknown arm of this scenario{did_you_mean(label, known)}"
                problems.append((("compare", index, "arms", label), message))
    return problems


def _alike(key: str, texts: Sequence[object], plural: str) -> list[tuple[Path, str]]:
    """Return the texts of one kind that an earlier arm has already, or nearly so."""
    problems: list[tuple[Path, str]] = []
    first: dict[str, int] = {}
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            continue
        other = first.setdefault(folded(text), index)
        if other == index:
            continue
        before = str(texts[other])
        message = f'found "{text}", already the {key} of arms[{other}]; {plural} must differ{_WAY}'
        if text != before:
            why = "capitals and spaces are not enough"
            if unicodedata.normalize("NFC", text) == unicodedata.normalize("NFC", before):
                why = "they are the same letters in two Unicode forms"
            message = (
                f'found "{text}", which readers take for "{before}", the {key} of arms[{other}]; '
                f"{plural} must differ: {why}{_WAY}"
            )
        problems.append((("arms", index, key), message))
    return problems


def _names(labels: Sequence[object], ids: Sequence[object]) -> list[tuple[Path, str]]:
    """Return ids that are the label of an arm without one: both would have the same people."""
    plain = {
        label: index
        for index, label in enumerate(labels)
        if isinstance(label, str) and not (index < len(ids) and ids[index] is not None)
    }
    return [
        (
            ("arms", index, "id"),
            f'found "{arm_id}", the label of arms[{plain[arm_id]}], which has no '
            "id and draws its people by that name; give one of them another",
        )
        for index, arm_id in enumerate(ids)
        if isinstance(arm_id, str) and arm_id in plain
    ]


def needs_quotes(key: str, names: Iterable[str]) -> str:
    """Return a message tail where a dotted name was cut at its first dot, "" elsewhere.

    Examples
    --------
    >>> needs_quotes("v1", ["v1.2", "control"])
    '; a name with a dot stands in double quotes: "v1.2"'
    """
    cut = [name for name in names if name.startswith(f"{key}.")]
    return f'; a name with a dot stands in double quotes: "{cut[0]}"' if cut else ""


def not_cut(key: str, value: object) -> None:
    """Refuse a table where a label stands: its name was cut at a dot, as TOML reads dots."""
    if isinstance(value, Mapping):
        whole = f"{key}.{next(iter(value), '')}"
        refuse(f'found a table; a label with a dot stands in double quotes: "{whole}"')
