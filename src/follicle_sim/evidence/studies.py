"""The observed studies: stable ids, arms with roles, and what their rows may be used for."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, field_validator

from follicle_sim.base.errors import InputError, Problem, did_you_mean

Use = Literal["calibration", "validation", "display"]
Grade = Literal["journal", "abstract", "review", "secondary", "memory", "own"]
Controlled = Literal["controlled", "uncontrolled", "meta-analysis", "healthy reference"]
Role = Literal[
    "treatment", "placebo", "active_control", "untreated", "pooled", "crossover", "reference"
]

DATA = files("follicle_sim.evidence") / "data"
REGISTRY = "observed trials"


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StudyArm(_Record):
    """One arm of a study; `labels` are its names in observations.csv.

    `part_of` is an arm of the same study that counts these people too, for example all doses.
    """

    id: str
    role: Role
    labels: tuple[str, ...] = ()
    part_of: str = ""


class Contrast(_Record):
    """A label in observations.csv whose rows are the difference `arm` minus `control`."""

    label: str
    arm: str
    control: str


class RowException(_Record):
    """What differs from the study's defaults for the rows whose columns equal `match`.

    `unit` is the unit in which the number is read where the row's own leaves it open, and
    `unit_source` says where that was seen.
    """

    match: Mapping[str, tuple[str, ...]]
    unit: str | None = None
    unit_source: str | None = None
    use: Use | None = None
    reason: str | None = None
    grade: Grade | None = None
    unverified: str | None = None
    week: float | None = None
    duplicate_of: str | None = None

    @field_validator("match", mode="before")
    @classmethod
    def _list_values(cls, match: Mapping[str, str | list[str]]) -> dict[str, list[str]]:
        return {key: [text] if isinstance(text, str) else text for key, text in match.items()}

    def applies(self, raw: Mapping[str, str]) -> bool:
        """Tell whether this exception is meant for the row `raw` of observations.csv."""
        return all(raw[column] in allowed for column, allowed in self.match.items())


class Study(_Record):
    """One observed study, as curated in data/studies/*.toml.

    Parameters
    ----------
    id
        Stable id, for example ``kaufman_1998``.
    names
        Names of the study in observations.csv; two names are two readings of one trial.
    year
        Only rows of this year are the study's; None unless two studies share a name.
    title
        What was done, in our words.
    citation, ids, doi
        Authors and year as far as the data tell; registry, PMID and PMC numbers; the DOI only
        where the data carry it.
    controlled
        "controlled", "uncontrolled", "meta-analysis" or "healthy reference".
    within_person
        True where the arms are sides or patches of the same people.
    use, reason
        Default for the study's rows, and why.
    shares_people_with
        Other studies that count some of the same people: never fit both as if independent.
    arms, contrasts, rows
        Arms, labels that stand for a difference of arms, and exceptions row by row.
    """

    id: str
    names: tuple[str, ...]
    year: int | None = None
    title: str
    citation: str
    ids: tuple[str, ...] = ()
    doi: str = ""
    controlled: Controlled
    within_person: bool = False
    use: Use
    reason: str
    shares_people_with: tuple[str, ...] = ()
    arms: tuple[StudyArm, ...]
    contrasts: tuple[Contrast, ...] = ()
    rows: tuple[RowException, ...] = ()

    def owns(self, raw: Mapping[str, str]) -> bool:
        """Tell whether the row `raw` of observations.csv is one of this study."""
        return raw["study"] in self.names and self.year in (None, int(raw["year"] or 0))

    def exceptions(self, raw: Mapping[str, str]) -> tuple[RowException, ...]:
        """Return the exceptions meant for the row `raw` of observations.csv."""
        return tuple(exception for exception in self.rows if exception.applies(raw))

    def arm(self, arm_id: str) -> StudyArm:
        """Return the arm called `arm_id`.

        Raises
        ------
        InputError
            No such arm; names the nearest one.
        """
        for arm in self.arms:
            if arm.id == arm_id:
                return arm
        tail = did_you_mean(arm_id, [arm.id for arm in self.arms])
        raise InputError(REGISTRY, [Problem(self.id, f'unknown arm "{arm_id}"{tail}')])

    def place(self, label: str) -> tuple[StudyArm, str]:
        """Return the arm a label of observations.csv stands for, and the id of its control.

        The control is empty where the label names an arm and not a difference.
        """
        for contrast in self.contrasts:
            if contrast.label == label:
                return self.arm(contrast.arm), self.arm(contrast.control).id
        return next(arm for arm in self.arms if label in arm.labels), ""

    @property
    def control(self) -> StudyArm | None:
        """The arm the others are measured against: placebo, else untreated, else active."""
        for role in ("placebo", "untreated", "active_control"):
            for arm in self.arms:
                if arm.role == role:
                    return arm
        return None


@cache
def load_studies() -> Mapping[str, Study]:
    """Return every observed study by id, in alphabetical order.

    Examples
    --------
    >>> load_studies()["kaufman_1998"].controlled
    'controlled'
    """
    studies: dict[str, Study] = {}
    for resource in (DATA / "studies").iterdir():
        if resource.name.endswith(".toml"):
            tables = tomllib.loads(resource.read_text(encoding="utf-8"))
            studies.update(
                (study_id, Study.model_validate({"id": study_id, **table}))
                for study_id, table in tables.items()
            )
    return MappingProxyType(dict(sorted(studies.items())))


def load_study(study_id: str) -> Study:
    """Return one observed study.

    Raises
    ------
    InputError
        No such study; names the nearest one.

    Examples
    --------
    >>> [arm.id for arm in load_study("olsen_2002").arms]
    ['minoxidil_5', 'minoxidil_2', 'placebo']
    """
    studies = load_studies()
    if study_id not in studies:
        tail = did_you_mean(study_id, studies)
        raise InputError(REGISTRY, [Problem("", f'unknown study "{study_id}"{tail}')])
    return studies[study_id]


def raw_rows() -> list[dict[str, str]]:
    """Return the rows of observations.csv as they stand, in file order."""
    text = (DATA / "observations.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
