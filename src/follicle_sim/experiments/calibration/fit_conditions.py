"""Sizes of effluvia set so that published numbers are met, observed beside simulated.

    python -m follicle_sim.experiments.calibration.fit_conditions

solves for one number of a condition's file at a time, the others as they stand in the file, and
prints what is kept there, what solves, and what both give. Two rounds reach numbers that hang on
each other. Registry rows are those kept for calibration; other aims carry their source here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq

from follicle_sim.base.quantity import read_toml
from follicle_sim.base.types import Floats
from follicle_sim.biology.conditions import FOLDER
from follicle_sim.evidence.observed import observations
from follicle_sim.results import courses
from follicle_sim.results.shares import RECOVERED
from follicle_sim.scenario.load import from_document
from follicle_sim.simulation.simulate import simulate

Tables = dict[str, Any]
Path = tuple[str | int, ...]

LAST = 63.0
"""Day of the last of four infusions, three weeks apart."""

SEED = 20261127


@dataclass(frozen=True)
class Course:
    """Density and shedding (people, visits) of one arm, and the days of the visits."""

    days: Floats
    density: Floats
    shed: Floats


@dataclass(frozen=True)
class Knob:
    """One number of a condition's file and what it is set by.

    paths : where it stands; aim : a registry row, or a number with `source`; also : conditions
    that keep the same number
    """

    condition: str
    paths: tuple[Path, ...]
    lower: float
    upper: float
    measure: str
    aim: str | float
    source: str = ""
    also: tuple[str, ...] = ()

    @property
    def observed(self) -> float:
        """The number that is to be met."""
        if not isinstance(self.aim, str):
            return self.aim
        row = {row.id: row for row in observations(self.aim.partition(":")[0])}[self.aim]
        if row.use != "calibration":
            raise ValueError(f"{row.id} is for {row.use}, not for a fit")
        return row.value


def _with(tables: Tables, knob: Knob, value: float) -> Tables:
    out = copy.deepcopy(tables)
    for path in knob.paths:
        place: Any = out
        for key in path:
            place = place[key]
        place["value"] = value
    return out


def _value(tables: Tables, knob: Knob) -> float:
    place: Any = tables
    for key in knob.paths[0]:
        place = place[key]
    return float(place["value"])


@cache
def _lived(text: str, cooled: bool, people: int, hairs: int, every: int, until: int) -> Course:
    arm: Tables = {"label": "it", "role": "untreated"}
    if cooled:
        cap = {"treatment": "scalp_cooling", "amount": "1 session", "every": "21 days", "count": 4}
        arm = {"label": "it", "role": "treatment", "doses": [cap]}
    data = simulate(
        from_document(
            {
                "schema_version": 1,
                "title": "a condition that is fitted",
                "conditions": {"fitted": json.loads(text)},
                "population": {
                    "subjects": people,
                    "follicles": hairs,
                    "target_area": f"{hairs / 240.0:.4f} cm2",
                    "follicle_density": "240 cm-2",
                    "condition": "fitted",
                },
                "arms": [arm],
                "design": {
                    "kind": "parallel",
                    "visits": {"every": f"{every} days", "until": f"{until} days"},
                },
                "run": {"seed": SEED},
            }
        )
    )
    day = np.asarray(data["time"].values, dtype=np.float64)
    return Course(day, data["hair_density"].values[0], data["shed_rate"].values[0])


def _months(tables: Tables) -> Course:
    """Return the course of people with so many hairs that luck makes no wave."""
    return _lived(json.dumps(tables), False, 60, 20000, 7, 420)


def _cycles(tables: Tables, *, cooled: bool = False) -> Course:
    return _lived(json.dumps(tables), cooled, 600, 400, 3, 399)


def _years(tables: Tables) -> Course:
    """Return the course of many people for more than two years after the last infusion."""
    return _lived(json.dumps(tables), False, 2000, 200, 91, 910)


def _fastest(tables: Tables) -> float:
    course = _months(tables)
    return float(np.nanmean(courses.peak(course.shed, course.days)))


def _onset(tables: Tables) -> float:
    course = _months(tables)
    return float(np.nanmean(courses.onset(course.shed, course.days)))


def _lost(tables: Tables) -> float:
    density = _cycles(tables).density
    return float(1.0 - (density.min(axis=1) / density[:, 0]).mean())


def _loss_day(tables: Tables) -> float:
    course = _cycles(tables)
    return float(np.nanmean(courses.loss_day(course.density, course.days)))


def _kept(tables: Tables) -> float:
    course = _cycles(tables, cooled=True)
    during = course.days <= LAST + 28.0
    return float(courses.preserved(course.density[:, during], course.days[during]).mean())


def _regrowth(tables: Tables) -> float:
    course = _cycles(tables)
    return float(np.nanmean(courses.regrowth_day(course.density, course.days)) - LAST)


def _bare(tables: Tables) -> float:
    course = _years(tables)
    later = course.days >= LAST + 728.0
    left = course.density[:, later][:, 0] / course.density[:, 0]
    return float((left < RECOVERED).mean())


MEASURES: Mapping[str, Callable[[Tables], float]] = {
    "day of fastest shedding": _fastest,
    "day on which shedding begins": _onset,
    "share of hair lost": _lost,
    "day of hair loss": _loss_day,
    "share who keep half, cooled": _kept,
    "days to regrowth": _regrowth,
    "share with less than 30 % left": _bare,
}

REGISTRY = "Dutch scalp cooling registry, abstract: https://"
_REGIMENS = ("chemotherapy_taxane", "chemotherapy_tac")
_POWER: Path = ("through", "PERFUSION")
KNOBS = (
    Knob(
        "telogen_effluvium",
        (("clocks", 0, "speed"),),
        *(1.0, 3.0),
        "day of fastest shedding",
        91.3,
        "three months, the middle of the 2-4 months in which reviews see it (model section 9.8)",
        ("postcovid", "effluvium_lasting_trigger"),
    ),
    Knob(
        "postpartum",
        (("attacks", 0, "duration"),),
        *(10.0, 150.0),
        "day of fastest shedding",
        "hirose_2023:3",
    ),
    Knob(
        "postpartum",
        (("attacks", 0, "share"),),
        *(0.1, 0.8),
        "day on which shedding begins",
        "hirose_2023:2",
    ),
    Knob(
        "chemotherapy",
        (("attacks", 0, "share"),),
        *(0.3, 0.95),
        "share of hair lost",
        0.9,
        "at least 90 % is lost (model section 5.6)",
    ),
    Knob(
        "chemotherapy",
        (("attacks", 0, "delay"), ("losses", 0, "delay")),
        *(8.0, 30.0),
        "day of hair loss",
        "watanabe_2019:2",
        also=_REGIMENS,
    ),
    Knob(
        "chemotherapy",
        (("attacks", 0, *_POWER), ("losses", 0, *_POWER)),
        *(0.5, 5.0),
        "share who keep half, cooled",
        "scalp_2017:1",
        also=_REGIMENS,
    ),
    Knob(
        "chemotherapy",
        (("clocks", 0, "duration"),),
        *(60.0, 250.0),
        "days to regrowth",
        "watanabe_2019:4",
        also=_REGIMENS,
    ),
    Knob(
        "chemotherapy",
        (("losses", 0, "share"),),
        *(0.01, 0.3),
        "share with less than 30 % left",
        "watanabe_2019:5",
        also=_REGIMENS,
    ),
    Knob(
        "chemotherapy_taxane",
        (("attacks", 0, "share"),),
        *(0.2, 0.9),
        "share who keep half, cooled",
        0.8,
        f"{REGISTRY}jnccn.org/search?f_0=author&q_0=Wim+Breed (above 80 % for taxanes alone)",
    ),
    Knob(
        "chemotherapy_tac",
        (("attacks", 0, "share"),),
        *(0.5, 0.99),
        "share who keep half, cooled",
        0.08,
        f"{REGISTRY}nki.nl/research/publications/article/"
        "?articleId=9b8efc22-8990-4f31-a302-b749e0420685 (8 % after TAC)",
    ),
)


def solve(knob: Knob, tables: Tables) -> float:
    """Return the value within its bounds that meets what was observed, the nearer bound if none."""

    def gap(value: float) -> float:
        return MEASURES[knob.measure](_with(tables, knob, value)) - knob.observed

    low, high = gap(knob.lower), gap(knob.upper)
    if low * high > 0.0:
        return knob.lower if abs(low) < abs(high) else knob.upper
    root = brentq(gap, knob.lower, knob.upper, xtol=0.002 * knob.upper, maxiter=30)
    return float(f"{root:.3g}")


def main(rounds: int = 2) -> None:
    """Print every knob: kept and solved value, observed and simulated number."""
    names = dict.fromkeys(name for knob in KNOBS for name in (knob.condition, *knob.also))
    kept = {name: read_toml(FOLDER / f"{name}.toml") for name in names}
    solved = copy.deepcopy(kept)
    for _ in range(rounds):
        for knob in KNOBS:
            value = solve(knob, solved[knob.condition])
            for name in (knob.condition, *knob.also):
                solved[name] = _with(solved[name], knob, value)
    print(f"{'condition':20s} {'number':34s} {'kept':>7s} {'solved':>7s}  observed  kept gives")
    for knob in KNOBS:
        now = kept[knob.condition]
        given = MEASURES[knob.measure](now)
        where = ".".join(map(str, knob.paths[0]))
        print(
            f"{knob.condition:20s} {where:34s} {_value(now, knob):7.3g} "
            f"{_value(solved[knob.condition], knob):7.3g}  {knob.observed:8.4g}  {given:10.4g}  "
            f"{knob.measure}; {knob.source or knob.aim}"
        )


if __name__ == "__main__":
    main()
