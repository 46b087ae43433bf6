"""What every table of CDISC shares: names of people, study days, descriptions of variables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from follicle_sim.reporting.report import TrialReport

Value = str | float | int | None
Row = dict[str, Value]
YES, NO = "Y", "N"


@dataclass(frozen=True)
class Variable:
    """One column.

    Parameters
    ----------
    name, label
        As CDISC has them, at most 8 and 40 letters.
    kind
        text, integer or float.
    unit
        Of a number; empty where it has none.
    about
        Where it comes from; codes.
    added
        Not a variable of the standards.
    """

    name: str
    label: str
    kind: Literal["text", "integer", "float"] = "text"
    unit: str = ""
    about: str = ""
    added: bool = False


@dataclass(frozen=True)
class Person:
    """One subject of the trial: the arms (halves) they are in, and their place in these."""

    usubjid: str
    subjid: str
    arms: tuple[int, ...]
    place: int


STUDYID = Variable("STUDYID", "Study Identifier", about="begins the hash of the scenario")
USUBJID = Variable("USUBJID", "Unique Subject Identifier")
SYNTHFL = Variable(
    "SYNTHFL", "Synthetic Record Flag", about="Y: simulated, no person stands behind it", added=True
)


def people_of(report: TrialReport) -> list[Person]:
    """Return the subjects, arm by arm; on a split scalp each is in every arm."""
    trial = report.trial(report.primary.endpoint)
    arms = range(len(trial.arms))
    groups = [tuple(arms)] if trial.paired else [(arm,) for arm in arms]
    people: list[Person] = []
    for group in groups:
        for place in range(int(trial.enrolled[0, group[0]].sum())):
            name = f"{len(people) + 1:04d}"
            people.append(Person(f"{report.study}-{name}", name, group, place))
    return people


def study_day(day: float) -> int | None:
    """Return a day since baseline as a study day: the baseline visit is day 1, none is day 0.

    Examples
    --------
    >>> study_day(0.0), study_day(7.4), study_day(-14.0)
    (1, 8, -14)
    """
    if math.isnan(day):
        return None
    whole = math.floor(day)
    return whole + 1 if whole >= 0 else whole


def number(value: float, digits: int = 12) -> float | None:
    """Return a number with its figures that matter, None where there is none."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def flag(yes: bool) -> str:
    """Return a population flag."""
    return YES if yes else NO
