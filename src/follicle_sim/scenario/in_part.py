"""What can still be judged of a scenario some of whose values were refused.

Validation looks at a table as a whole only when each of its values is in order, and at the scenario
only when every table is. Here each refused value is replaced by a stand-in that stops whoever looks
at it, and every rule is judged that does not need one: all problems of a file come in one pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import SimpleNamespace
from typing import Any, get_origin

from pydantic import BaseModel, Field, ValidationError, create_model
from pydantic_core import PydanticCustomError

from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.fields.severity import Severity
from follicle_sim.scenario.fields.unjudged import NotJudgedError, stand_in
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.problems import class_in, messages_of
from follicle_sim.scenario.rules.whole import whole_problems
from follicle_sim.scenario.unknown_keys import meant_key

MOST_PASSES = 4
"""Passes over one table: each sets aside what the one before it refused."""

Problems = list[tuple[Path, str]]


def further_problems(values: Mapping[str, Any], known: Known) -> Problems:
    """Return what is wrong with a scenario beside the values that validation refuses one by one.

    Some of it validation may have told already.
    """
    scenario, problems = _table(Scenario, values, (), known)
    if scenario is not stand_in():
        problems += whole_problems(scenario, lambda: known)
    return problems + _grade_problems(values, known)


def _table(cls: type[BaseModel], value: Any, base: Path, known: Known) -> tuple[Any, Problems]:
    """Return a table with stand-ins for what was refused in it, and what else is wrong in it.

    base : where the table stands in the file
    """
    problems: Problems = []
    if not isinstance(value, Mapping):
        return stand_in(), problems
    # a key that was misspelt is there, under a name that was refused
    aside: dict[str, Any] = dict.fromkeys(_meant(cls, value), stand_in())
    for number in range(MOST_PASSES):
        remaining = {
            key: item for key, item in value.items() if key in cls.model_fields and key not in aside
        }
        try:
            relaxed = _relaxed(cls, frozenset(aside))
            table = relaxed.model_validate(remaining, context={"known": known})
        except NotJudgedError:
            return stand_in(), problems
        except ValidationError as error:
            refusals = messages_of(error, remaining, base)
            if number:  # what the first pass refuses has been told
                problems += refusals
            keys = {str(path[len(base)]) for path, _ in refusals if len(path) > len(base)}
            new = (keys & cls.model_fields.keys()) - aside.keys()
            if not new:
                return stand_in(), problems
            for key in sorted(new):
                aside[key], inner = _inner(cls, key, value, base, known)
                problems += inner
        else:
            table.__dict__.update(aside)
            return table, problems
    return stand_in(), problems


def _meant(cls: type[BaseModel], value: Mapping[str, Any]) -> list[str]:
    """Return the keys that unknown keys of a table stand for."""
    keys = [key for key in cls.model_fields if key not in value]
    absent = [key for key in keys if cls.model_fields[key].is_required()]
    unknown = [key for key in value if key not in cls.model_fields]
    guesses = [meant_key(key, keys, absent) for key in unknown]
    return [key for key in guesses if key is not None]


def _inner(
    cls: type[BaseModel], key: str, value: Mapping[str, Any], base: Path, known: Known
) -> tuple[Any, Problems]:
    """Return the tables below a key that was refused, each in part; else a stand-in."""
    annotation = cls.model_fields[key].annotation
    table, where = class_in(annotation), (*base, key)
    if table is None or key not in value:
        return stand_in(), []
    if isinstance(value[key], list) != (get_origin(annotation) is tuple):
        return stand_in(), []  # one table where a list is needed, or the other way round
    if not isinstance(value[key], list):
        return _table(table, value[key], where, known)
    entries: list[Any] = []
    problems: Problems = []
    for index, entry in enumerate(value[key]):
        part, inner = _table(table, entry, (*where, index), known)
        entries.append(part)
        problems += inner
    return tuple(entries), problems


@cache
def _relaxed(cls: type[BaseModel], keys: frozenset[str]) -> type[BaseModel]:
    """Return a class of table in which some keys hold a stand-in and are not looked for."""
    if not keys:
        return cls
    stand_ins: Any = {key: (Any, Field(default_factory=stand_in)) for key in sorted(keys)}
    return create_model(cls.__name__, __base__=cls, **stand_ins)


def _grade_problems(values: Mapping[str, Any], known: Known) -> Problems:
    """Return a severity that no condition has, where the condition itself was refused."""
    who = values.get("population")
    if not isinstance(who, Mapping) or who.get("severity") is None:
        return []
    refusals = []
    for condition, grades in known.conditions.items():
        info: Any = SimpleNamespace(data={"condition": condition}, context={"known": known})
        try:
            Severity().check(who["severity"], info)
        except PydanticCustomError as error:
            if grades:
                refusals.append(str(error))
        else:
            return []
    return [(("population", "severity"), refusals[0])] if refusals else []
