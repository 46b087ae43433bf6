"""The severity of a population: a grade in the words of its scale, a multiple, or a mixture."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.biology.condition import Condition, Pattern, Scale
from follicle_sim.biology.conditions import load_conditions
from follicle_sim.scenario.fields.laws import shares
from follicle_sim.scenario.fields.quantities import FieldType, Quantity, read, within
from follicle_sim.scenario.fields.refusals import Collector, known_names, refuse

OTHER_SCALES = {
    "norwood": "the Norwood-Hamilton scale is one of male pattern hair loss (aga_male)",
    "hamilton": "the Norwood-Hamilton scale is one of male pattern hair loss (aga_male)",
    "ludwig": "the Ludwig scale is one of female pattern hair loss (aga_female)",
    "savin": "the Savin scale is one of female pattern hair loss (aga_female)",
    "sinclair": "no published table turns Sinclair's grades into grades of this condition",
    "basp": "no published table turns BASP types into grades of this condition",
    "olsen": "no published table turns Olsen's grades into grades of this condition",
    "salt": "SALT is the share of the scalp lost to alopecia areata (alopecia_areata)",
}
"""Why a scale that papers use is of no help, by the word that names it; what a condition lists as
its own scales (conditions.toml) is asked first."""

_BASP = re.compile(r"(l|[mcuvf]\d)( ?[fv]\d)*")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_FILLERS = {"grade", "stage", "type", "class", "scale", "degree"}


@dataclass(frozen=True)
class Severity(FieldType):
    """A multiple, a grade of the population's condition, or a mixture of grades with shares."""

    upper: float = 10.0

    def check(self, value: object, info: ValidationInfo) -> float | str | FrozenMap[str, float]:
        condition = info.data.get("condition")  # absent when it was itself refused
        if condition is None:
            if isinstance(value, Mapping):
                return shares(value, value, "grade")
            return value if isinstance(value, str) else self.multiple(value, None, (), ())
        known = known_names(info)
        grades, scales = known.conditions[condition], scales_of(condition, known.own_conditions)
        mapped = info.data.get("scalp") is not None or info.data.get("region") is not None
        scales = _with_patterns(scales, patterns_of(condition, known.own_conditions), mapped)
        every = (*grades, *patterns_of(condition, known.own_conditions))
        if isinstance(value, Mapping):
            return shares(_in_grades(value, condition, every, scales), every, "grade")
        if isinstance(value, str):
            return grade_named(value, condition, every, scales)
        if _in_percent(condition, known.own_conditions):
            return within(read(value, "number"), value, Quantity("number", upper=100.0))
        return self.multiple(value, condition, grades, scales)

    def multiple(
        self,
        value: object,
        condition: str | None,
        grades: Sequence[str],
        scales: Sequence[Scale],
    ) -> float:
        """Return a multiple of the fitted severity; a whole number may be meant as a grade."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            refuse(f"found {shown(value)}; allowed: a number or the name of a grade")
        number = within(read(value, "number"), value, Quantity("number", upper=self.upper))
        if isinstance(value, int) and value > 0 and condition and scales:
            refuse(
                f"found {value}, which may be a grade or a multiple; allowed: a grade of "
                f"{condition} ({', '.join(grades)}), or with a decimal point, {value:.1f}, that "
                "many times the fitted severity"
            )
        return number

    def write(self, value: object) -> object:
        return dict(value) if isinstance(value, Mapping) else value

    def json_schema(self) -> dict[str, Any]:
        mixture = {"type": "object", "additionalProperties": {"type": "number"}}
        return {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}, mixture]}


def _in_grades(
    mixture: Mapping[Any, object], condition: str, grades: Sequence[str], scales: Sequence[Scale]
) -> dict[object, object]:
    """Return a mixture by the names of its grades, whatever words stand in the file."""
    parts, named = Collector(), dict[object, object]()
    for words, share in mixture.items():
        grade = parts.run((words,), partial(grade_named, str(words), condition, grades, scales))
        if grade is not None and grade in named:
            parts.problems.append(((words,), f"{grade} stands here already"))
        elif grade is not None:
            named[grade] = share
    parts.finish()
    return named


def grade_named(text: str, condition: str, grades: Sequence[str], scales: Sequence[Scale]) -> str:
    """Return the grade of a condition that a text means: its name, or its class on a scale.

    A scale that the condition does not have is refused with its reason, and no grade is guessed.
    """
    if text in grades:
        return text
    if not grades:
        refuse(f'found "{text}"; condition {condition} has no named grades: give a number')
    scale, place = read_class(text, scales)
    if scale is not None and place in scale.classes and scale.classes[place] in grades:
        return scale.classes[place]
    unknown, menu = f"found {shown(text)}, unknown grade of {condition}", ", ".join(grades)
    if scale is not None:
        refuse(f"{unknown}; allowed: {menu}")
    words = _words(text)
    why = next((why for word, why in OTHER_SCALES.items() if word in words), None)
    if why is None and len(words) > 0 and _BASP.fullmatch(" ".join(words)):
        why = OTHER_SCALES["basp"]
    if why is not None:
        refuse(f"{unknown}: {why}; allowed: {menu}")
    hint = did_you_mean(text, grades)
    refuse(f"{unknown}{hint}" if "allowed:" in hint else f"{unknown}{hint}; allowed: {menu}")


def scales_of(condition: str, own: Mapping[str, Condition]) -> tuple[Scale, ...]:
    """Return the published scales that name grades of a condition; none of an unknown one.

    own : conditions that the scenario brings along
    """
    known = own.get(condition) or load_conditions().get(condition)
    return () if known is None else known.scales


def patterns_of(condition: str, own: Mapping[str, Condition]) -> Mapping[str, Pattern]:
    """Return grades of a condition that differ in where hair is lost; none of an unknown one."""
    known = own.get(condition) or load_conditions().get(condition)
    return {} if known is None else known.patterns


def _with_patterns(
    scales: tuple[Scale, ...], patterns: Mapping[str, Pattern], mapped: bool
) -> tuple[Scale, ...]:
    """Return scales some of whose classes are patterns.

    mapped : the head is looked at in regions, so that a pattern is closer than the usual grade
    """
    of_class = {name: grade for grade, row in patterns.items() for name in row.classes}
    if not of_class:
        return scales
    return tuple(
        replace(
            scale,
            classes={**scale.classes, **of_class} if mapped else {**of_class, **scale.classes},
        )
        for scale in scales
    )


def _in_percent(condition: str, own: Mapping[str, Condition]) -> bool:
    """Tell whether a severity is a percentage of the scalp, and no multiple."""
    known = own.get(condition) or load_conditions().get(condition)
    return known is not None and known.patches is not None


def read_class(text: str, scales: Sequence[Scale]) -> tuple[Scale | None, str]:
    """Return the scale that a text is of and the class on it; None where none of them is meant.

    A class alone is of the first scale that has it: "III".

    Examples
    --------
    >>> scales = load_conditions()["aga_male"].scales
    >>> [read_class(text, scales)[1] for text in ("Norwood 3", "NW IIIa", "norwood 3 vertex")]
    ['iii', 'iiia', 'iii vertex']
    >>> read_class("Ludwig 2", scales)
    (None, '')
    """
    words = _words(text)
    names = [(_words(name), scale) for scale in scales for name in scale.words]
    for own, scale in sorted(names, key=lambda row: -len(row[0])):  # "Ludwig-Savin" is no "Ludwig"
        if words[: len(own)] == own:
            return scale, _class(words[len(own) :])
    for scale in scales:
        if _class(words) in scale.classes:
            return scale, _class(words)
    return None, ""


def _words(text: str) -> list[str]:
    """Return the words of a text in small letters, a number parted from what it sticks to."""
    plain = re.sub(r"[\s_.,/()–-]+", " ", text[:100].lower())
    plain = re.sub(r"\b([a-z]{2,})(\d)", r"\1 \2", plain)
    return [word for word in plain.split() if word not in _FILLERS]


def _class(words: Sequence[str]) -> str:
    """Return a class as scales write it: Roman number first, "iii", "iiia" or "ii 1"."""
    if not words:
        return ""
    number = re.fullmatch(r"([1-7])([a-z]?)", words[0])
    first = _ROMAN[int(number[1]) - 1] + number[2] if number else words[0]
    return " ".join([first, *words[1:]])
