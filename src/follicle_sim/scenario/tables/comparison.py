"""The `[[compare]]` table: a published study, or a trial of one's own, to hold the result against.

A trial of one's own is a CSV file beside the scenario, ``data = "my_trial.csv"``, or rows in the
scenario itself, ``[[compare.rows]]``. The file is read when the scenario is, and its rows stay with
the scenario from then on: a stored result needs no file to be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationInfo

from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.parts import ArmPairs
from follicle_sim.scenario.fields.quantities import FieldType, Flag, Quantity, Text
from follicle_sim.scenario.fields.refusals import (
    Collector,
    Path,
    choose,
    known_names,
    refuse,
    refuse_all,
)
from follicle_sim.scenario.tables.table import Table

if TYPE_CHECKING:
    from follicle_sim.evidence.observation import Observation


@dataclass(frozen=True)
class OwnRows(FieldType):
    """Rows of a trial of one's own, in the columns of the registry."""

    def check(self, value: object, info: ValidationInfo) -> tuple[FrozenMap[str, Any], ...]:
        # As in `known`: only scenarios that bring rows of their own pay for this import.
        from follicle_sim.evidence.own.people import shared_codes
        from follicle_sim.evidence.own.rows import checked, together

        if not isinstance(value, (list, tuple)):
            refuse(f"found {shown(value)}; tables are needed: [[compare.rows]]")
        rows: list[dict[str, Any]] = []
        problems: list[tuple[Path, str]] = []
        for index, cells in enumerate(value):
            if not isinstance(cells, Mapping):
                problems.append(((index,), f"found {shown(cells)}; a table is needed"))
                continue
            row, troubles = checked(cells)
            rows.append(row)
            for column, text in troubles:
                problems.append(((index, column) if column else (index,), text))
        if rows and not problems:
            places = [f"rows[{index}]" for index in range(len(rows))]
            problems = [((index,), text) for index, text in together(rows, places)]
        if rows and not problems and "subject" in rows[0] and (text := shared_codes(rows)):
            problems = [((), text)]
        if problems:
            refuse_all(problems)
        return tuple(FrozenMap(row) for row in rows)

    def write(self, value: tuple[FrozenMap[str, Any], ...]) -> list[dict[str, Any]]:
        return [dict(row) for row in value]

    def json_schema(self) -> dict[str, Any]:
        cell = {"type": ["string", "number"]}
        return {"type": "array", "items": {"type": "object", "additionalProperties": cell}}


def is_table_name(value: object) -> bool:
    """Tell whether a value is the name of a CSV file.

    Examples
    --------
    >>> is_table_name("my_trial.csv"), is_table_name("kaufman_1998")
    (True, False)
    """
    return isinstance(value, str) and value.strip().lower().endswith((".csv", ".tsv"))


@dataclass(frozen=True)
class Moments(FieldType):
    """Moments of one arm's life that stand for arms of a study: name = time since baseline."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, float]:
        if not isinstance(value, Mapping):
            refuse(f'found {shown(value)}; a table is needed: "aged 70" = "1826 weeks"')
        pairs, parts = info.data.get("arms"), Collector()
        times = {
            name: parts.run((name,), partial(Quantity("time").check, time, info))
            for name, time in value.items()
        }
        if value and pairs is not None:
            for name in value.keys() - pairs.keys():
                hint = did_you_mean(name, list(pairs))
                parts.problems.append(((name,), f"no such key in `arms`{hint}"))
            for name in pairs.keys() - value.keys():
                parts.problems.append(((name,), "missing; every key of `arms` has its moment"))
        parts.finish()
        return FrozenMap({name: time for name, time in times.items() if time is not None})

    def write(self, value: Mapping[str, float]) -> dict[str, str]:
        return {name: Quantity("time").write(time) for name, time in value.items()}

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}}


@dataclass(frozen=True)
class StudyName(FieldType):
    """The id of an observed study, or a free name for a trial of one's own."""

    def check(self, value: object, info: ValidationInfo) -> str:
        rows = info.data.get("rows")
        studies = known_names(info).studies
        if rows == ():
            if is_table_name(value):
                refuse(f"found {shown(value)}, a file; did you mean data = {shown(value)}?")
            return choose(value, studies, "study")
        name = Text(80, label=True).check(value, info)
        if rows is not None and name in studies:
            refuse(f"found {shown(name)}, a study of the registry; give your own data another name")
        return name


LATEST_WEEK = 10_000.0


@dataclass(frozen=True)
class OpenWeeks(FieldType):
    """Weeks for numbers of a study of the registry that state none."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, float]:
        numbers = _numbers(value, 'a table is needed: "id of the number" = week', LATEST_WEEK)
        if numbers and (published := _published(info)):
            stated = {row.id: row.week for row in published}
            for name in numbers:
                week = stated[choose(name, stated, f"number of {info.data.get('study')}")]
                if week is not None:
                    refuse(f"{name} states its own week, {week:g}; leave it out")
        return FrozenMap(numbers)

    def write(self, value: Mapping[str, float]) -> dict[str, float]:
        return dict(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "number"}}


@dataclass(frozen=True)
class OpenNumbers(OpenWeeks):
    """Numbers that a study leaves open, by endpoint."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, float]:
        from follicle_sim.evidence.open_numbers import not_open

        numbers = _numbers(value, "a table is needed: endpoint = number", 1e6)
        if numbers and (published := _published(info)):
            endpoints = dict.fromkeys(row.endpoint for row in published)
            for name in numbers:
                choose(name, endpoints, f"endpoint of {info.data.get('study')}")
                if message := not_open(name):
                    refuse(message)
        return FrozenMap(numbers)


def _numbers(value: object, needed: str, most: float) -> dict[str, float]:
    if not isinstance(value, Mapping):
        refuse(f"found {shown(value)}; {needed}")
    numbers = {}
    for name, number in value.items():
        plain = isinstance(number, (int, float)) and not isinstance(number, bool)
        if not plain or not 0.0 < number <= most:
            refuse(f"{name}: found {shown(number)}; allowed: a number above 0, up to {most:g}")
        numbers[name] = float(number)
    return numbers


def _published(info: ValidationInfo) -> tuple[Observation, ...]:
    """Return the numbers of the study of the registry that is named, none of rows of one's own.

    A study that is unknown was refused by itself.
    """
    from follicle_sim.evidence.observed import observations
    from follicle_sim.evidence.studies import load_studies

    study = info.data.get("study")
    return observations(study) if study in load_studies() and not info.data.get("rows") else ()


class Comparison(Table):
    """An observed trial to hold the result against: of the registry, or one's own."""

    data: Annotated[str, Text(200, label=True)] = Field(
        default="", description="a CSV file of your own beside this one, in place of a study"
    )
    rows: Annotated[tuple[FrozenMap[str, Any], ...], OwnRows()] = Field(
        default=(), description="[[compare.rows]]: numbers of your own, in place of a study"
    )
    within_person: Annotated[bool, Flag()] | None = Field(
        default=None, description="arms of your own data are sides or periods of the same people"
    )
    study: Annotated[str, StudyName()] = Field(
        description="id of an observed study, or a name for your own data"
    )
    arms: Annotated[FrozenMap[str, str], ArmPairs()] = Field(
        description='simulated arm = "arm of the study"'
    )
    moments: Annotated[FrozenMap[str, float], Moments()] = Field(
        default_factory=FrozenMap,
        description="name = time since baseline: groups of several ages are one arm at several "
        "moments of its life; these names then stand in `arms`",
    )
    of: Annotated[str, Text(80, label=True)] = Field(
        default="", description="label of the arm that `moments` are of; default: the only one"
    )

    @property
    def simulated(self) -> tuple[str, ...]:
        """Labels of simulated arms that `arms` names; of moments, none."""
        return () if self.moments else tuple(self.arms)

    weeks: Annotated[FrozenMap[str, float], OpenWeeks()] | None = Field(
        default=None,
        description="week to take for numbers of the study that state none, by their ids",
    )
    assume: Annotated[FrozenMap[str, float], OpenNumbers()] | None = Field(
        default=None,
        description="limits and areas that the study leaves open, by endpoint (`regrowth = 0.5`)",
    )

    @property
    def title(self) -> str:
        """Name for messages: the file, else the study."""
        return self.data or self.study
