"""Keys and phrases of papers that need more than their own place in the file to be understood.

`frequency` of a dose is `every`; "48 in all" divides by the arms of the design; a scalp site is
understood where it is the one the model stands for. A file is read as if it said so in the
program's own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from follicle_sim.base.errors import shown
from follicle_sim.base.likeness import fold
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.fields.words import KINDS, understand

Told = list[tuple[Path, str]]

FREQUENCIES = ("frequency", "interval", "dosing_interval", "dosing_frequency")
"""Other keys for `every`."""

SITES = ("site", "region", "location", "scalp_site", "scalp_region", "scalp_area")
"""Keys for where on a scalp hair is counted."""

VERTEX = ("vertex", "crown", "thevertex", "vertexscalp", "vertextransition")

_IN_ALL = re.compile(
    r"(\d+)\s*(?:people|subjects|patients|men|women)?\s*"
    r"(in all|in total|total|altogether|overall)"
)
_PER_ARM = re.compile(
    r"(\d+)\s*(?:people|subjects|patients|men|women)?\s*"
    r"(?:(?:per|an|a|each|in each|every)\s*(?:arm|group|side|sequence)|each)"
)
_SHARED = ("counterfactual", "split_scalp")
_KINDS = ("counterfactual", "parallel", "split_scalp", "crossover", "delayed_start")


def in_own_words(values: Mapping[str, Any]) -> tuple[dict[str, Any], Told]:
    """Return the values of a file with keys and phrases of papers in words of the program.

    What cannot be understood stays, and is refused by validation at its place.

    Returns
    -------
    values
        A copy where something changed; never the tables that were given.
    problems
        Phrases that were understood and cannot be met.
    """
    changed, problems = dict(values), Told()
    if isinstance(values.get("arms"), list):
        changed["arms"] = [_arm(arm) for arm in values["arms"]]
    who = values.get("population")
    if isinstance(who, Mapping):
        changed["population"] = _without_vertex(who, besides="region")
        people, message = _people(changed["population"], changed)
        changed["population"] = people
        if message:
            problems.append((("population", "subjects"), message))
    if isinstance(values.get("instrument"), Mapping):
        changed["instrument"] = _without_vertex(values["instrument"])
    return changed, problems


def _arm(arm: Any) -> Any:
    if not isinstance(arm, Mapping) or not isinstance(arm.get("doses"), list):
        return arm
    return {**arm, "doses": [_dose(dose) for dose in arm["doses"]]}


def _dose(dose: Any) -> Any:
    if not isinstance(dose, Mapping) or "every" in dose:
        return dose
    words = [key for key in FREQUENCIES if key in dose]
    if len(words) != 1:
        return dose
    return {"every" if key == words[0] else key: value for key, value in dose.items()}


def _without_vertex(table: Mapping[str, Any], besides: str = "") -> dict[str, Any]:
    """Return a table without a key that says vertex, which the model stands for anyway.

    besides : a key that the table knows itself
    """
    return {
        key: value
        for key, value in table.items()
        if key == besides or not (key in SITES and isinstance(value, str) and fold(value) in VERTEX)
    }


def _people(who: dict[str, Any], values: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a population whose subjects are those of an arm, and what is wrong with them."""
    words = who.get("subjects")
    for key, tail in (("subjects_in_all", "in all"), ("subjects_per_arm", "per arm")):
        if words is None and type(who.get(key)) is int:
            words = f"{who[key]} {tail}"
            who = {"subjects" if name == key else name: value for name, value in who.items()}
    if not isinstance(words, str):
        return who, ""
    plain = " ".join(words.lower().split())
    if match := _PER_ARM.fullmatch(plain):
        return {**who, "subjects": int(match[1])}, ""
    match = _IN_ALL.fullmatch(plain)
    shares = _shares(values) if match else None
    if match is None or shares is None:
        return who, ""
    people, left = divmod(int(match[1]), shares)
    if left or not people:
        fewer, more = max(people, 1) * shares, (people + 1) * shares
        either = f"{fewer} or {more}" if people else str(more)
        way = f"in all there are {shares} shares of equal size, so {either} can be divided"
        return {**who, "subjects": max(people, 1)}, f"found {shown(words)}; {way}"
    return {**who, "subjects": people}, ""


def _shares(values: Mapping[str, Any]) -> int | None:
    """Return by how many the people of a design are more than its subjects, None if unknown."""
    arms, design = values.get("arms"), values.get("design")
    if not isinstance(arms, list) or not arms or not isinstance(design, Mapping):
        return None
    kind = understand(design.get("kind"), _KINDS, KINDS)
    if kind in _SHARED:
        return 1
    ratios = design.get("allocation", {})
    if kind not in _KINDS or not isinstance(ratios, Mapping):
        return None
    return sum(_ratios(arms, ratios))


def _ratios(arms: list[Any], ratios: Mapping[str, Any]) -> Iterator[int]:
    for arm in arms:
        label = arm.get("label") if isinstance(arm, Mapping) else None
        ratio = ratios.get(label, 1) if isinstance(label, str) else 1
        yield ratio if type(ratio) is int and ratio > 0 else 1
