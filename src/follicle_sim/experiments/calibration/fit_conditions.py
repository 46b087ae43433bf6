"""Fit the sizes of effluvia: one number of a condition to one published number, in turn.

    python -m follicle_sim.experiments.calibration.fit_conditions [--dry-run] [NAME ...]

Writes `biology/conditions/fitted_effluvia.toml`; with NAMEs, only these anew. Each number is
solved for with the others held, on the same people in every evaluation; two rounds reach numbers
that hang on each other. Registry rows are those kept for calibration; an aim from elsewhere carries
its source here. Five minutes.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
from scipy.optimize import brentq

from follicle_sim.base.fitted import FittedValue, fill_fitted, read_fitted, save_fitted
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.base.types import Floats
from follicle_sim.biology.condition_reading import FOLDER
from follicle_sim.evidence.observed import observations
from follicle_sim.results import courses
from follicle_sim.results.shares import RECOVERED
from follicle_sim.scenario.load import from_document
from follicle_sim.simulation.simulate import simulate

COMMAND = "python -m follicle_sim.experiments.calibration.fit_conditions"
SET = "effluvia"
ROUNDS = 2
SEED = 20261127

LAST = 64.0
"""End of the day of the last of four infusions, three weeks apart."""

TWO_YEARS = 104.0 * 7.0

Values = tuple[tuple[str, float], ...]
"""Names and values, in the order of `SOUGHT`."""


@dataclass(frozen=True)
class Course:
    """Density and shedding (people, visits) of one arm, and the days of the visits."""

    days: Floats
    density: Floats
    shed: Floats


@dataclass(frozen=True)
class People:
    """How many people with how many follicles each, seen how often (day), until when."""

    subjects: int
    follicles: int
    every: int
    until: int
    cooled: bool = False


MANY_HAIRS = People(60, 20_000, 7, 420)
"""So many hairs that luck makes no wave of shedding."""

CYCLES = People(600, 400, 3, 399)
COOLED = People(600, 400, 3, 399, cooled=True)
YEARS = People(2000, 200, 91, 910)


@cache
def course(condition: str, values: Values, people: People) -> Course:
    """Return the course of a condition with these numbers."""
    trial = {
        name: Quantity(value=value, unit=SOUGHT[name].unit, source="trial", grade="fitted")
        for name, value in values
    }
    tables = fill_fitted(read_toml(FOLDER / f"{condition}.toml"), condition, FOLDER, {SET: trial})
    arm: dict[str, Any] = {"label": "it", "role": "untreated"}
    if people.cooled:
        cap = {"treatment": "scalp_cooling", "amount": "1 session", "every": "21 days", "count": 4}
        arm = {"label": "it", "role": "treatment", "doses": [cap]}
    scenario = {
        "schema_version": 1,
        "title": "a condition that is fitted",
        "conditions": {"fitted": tables},
        "population": {
            "subjects": people.subjects,
            "follicles": people.follicles,
            "target_area": f"{people.follicles / 240.0:.4f} cm2",
            "follicle_density": "240 cm-2",
            "condition": "fitted",
            "spread": {"kenogen": 0.3} if people is not MANY_HAIRS else {},
        },
        "arms": [arm],
        "design": {
            "kind": "parallel",
            "visits": {"every": f"{people.every} days", "until": f"{people.until} days"},
        },
        "run": {"seed": SEED},
    }
    data = simulate(from_document(scenario))
    days = np.asarray(data["time"].values, dtype=np.float64)
    return Course(days, data["hair_density"].values[0], data["shed_rate"].values[0])


def _fastest(lived: Course) -> float:
    return float(np.nanmean(courses.peak(lived.shed, lived.days)))


def _onset(lived: Course) -> float:
    return float(np.nanmean(courses.onset(lived.shed, lived.days)))


def _lost(lived: Course) -> float:
    return float(1.0 - (lived.density.min(axis=1) / lived.density[:, 0]).mean())


def _loss_day(lived: Course) -> float:
    return float(np.nanmean(courses.loss_day(lived.density, lived.days)))


def _kept(lived: Course) -> float:
    during = lived.days <= LAST + 28.0
    return float(courses.preserved(lived.density[:, during], lived.days[during]).mean())


def _regrowth(lived: Course) -> float:
    return float(np.nanmean(courses.regrowth_day(lived.density, lived.days)) - LAST)


def _bare(lived: Course) -> float:
    later = lived.days >= LAST + TWO_YEARS
    left = lived.density[:, later][:, 0] / lived.density[:, 0]
    return float((left < RECOVERED).mean())


@dataclass(frozen=True)
class Sought:
    """A number to be found: between which bounds, in whom, by what it is met.

    aim : a registry row, or a number with `source`
    """

    lower: float
    upper: float
    unit: str
    condition: str
    people: People
    measure: Callable[[Course], float]
    what: str
    aim: str | float
    source: str = ""

    @property
    def observed(self) -> float:
        """The number that is to be met."""
        if not isinstance(self.aim, str):
            return self.aim
        row = {row.id: row for row in observations(self.aim.partition(":")[0])}[self.aim]
        if row.use != "calibration":
            raise ValueError(f"{row.id} is for {row.use}, not for a fit")
        return row.value

    def simulated(self, values: Values) -> float:
        """Return what the condition gives with these numbers."""
        return self.measure(course(self.condition, values, self.people))


_REGISTRY = "Dutch scalp cooling registry, abstract: https://"
_KEPT = "share of people who keep half of their hair, with cooling"
_CHEMO = "chemotherapy"
SOUGHT = {
    "telogen_release": Sought(
        *(1.0, 5.0, "1", "telogen_effluvium", MANY_HAIRS, _fastest),
        *("day of fastest shedding", 91.3),
        "three months: the middle of 2-4 months after the trigger (model section 9.8)",
    ),
    "birth_duration": Sought(
        *(10.0, 150.0, "d", "postpartum", MANY_HAIRS, _fastest),
        *("day of fastest shedding", "hirose_2023:3"),
    ),
    "chemotherapy_share": Sought(
        *(0.3, 0.95, "1", _CHEMO, CYCLES, _lost),
        *("share of hair lost", 0.9, "at least 90 % is lost (model section 5.6)"),
    ),
    "chemotherapy_delay": Sought(
        *(8.0, 30.0, "d", _CHEMO, CYCLES, _loss_day),
        *("day of hair loss", "watanabe_2019:2"),
    ),
    "cooling_power": Sought(*(0.5, 5.0, "1", _CHEMO, COOLED, _kept), *(_KEPT, "scalp_2017:1")),
    "chemotherapy_rest": Sought(
        *(0.02, 0.9, "1", _CHEMO, CYCLES, _regrowth),
        *("days from the last infusion to regrowth", "watanabe_2019:4"),
    ),
    "chemotherapy_loss": Sought(
        *(0.01, 0.3, "1", _CHEMO, YEARS, _bare),
        *("share of people with less than 30 % left", "watanabe_2019:5"),
    ),
    "taxane_share": Sought(
        *(0.2, 0.9, "1", "chemotherapy_taxane", COOLED, _kept),
        *(_KEPT, 0.8),
        f"{_REGISTRY}jnccn.org/search?f_0=author&q_0=Wim+Breed (above 80 % for taxanes alone)",
    ),
    "tac_share": Sought(
        *(0.3, 0.99, "1", "chemotherapy_tac", COOLED, _kept),
        *(_KEPT, 0.08),
        f"{_REGISTRY}nki.nl/research/publications/article/"
        "?articleId=9b8efc22-8990-4f31-a302-b749e0420685 (8 % after TAC)",
    ),
}


def with_value(values: Values, name: str, value: float) -> Values:
    """Return the numbers with one of them changed."""
    return tuple((key, value if key == name else old) for key, old in values)


def solve(name: str, values: Values) -> float:
    """Return the number that meets what was observed, the nearer bound if none does."""
    sought = SOUGHT[name]

    def gap(value: float) -> float:
        return sought.simulated(with_value(values, name, value)) - sought.observed

    low, high = gap(sought.lower), gap(sought.upper)
    if low * high > 0.0:
        return sought.lower if abs(low) < abs(high) else sought.upper
    root = brentq(gap, sought.lower, sought.upper, xtol=0.002 * sought.upper, maxiter=30)
    return float(f"{root:.3g}")


def fit(names: Sequence[str]) -> Values:
    """Return all numbers, these anew and of three digits; prints how it goes."""
    values: Values = tuple((name, read_fitted(SET, FOLDER)[name].value) for name in SOUGHT)
    for turn in range(1, ROUNDS + 1):
        for name in names:
            values = with_value(values, name, solve(name, values))
        print(f"round {turn}: {dict(values)}", flush=True)
    return values


def table(values: Values) -> list[str]:
    """Return what was observed and what the numbers give, line by line."""
    lines = ["number                  value  observed  simulated  what"]
    for name, value in values:
        sought = SOUGHT[name]
        given = sought.simulated(values)
        where = f"{sought.what}; {sought.source or sought.aim}"
        lines.append(f"{name:20} {value:8.3g} {sought.observed:9.4g} {given:10.4g}  {where}")
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print every number that was met, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SOUGHT)}")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.names) - set(SOUGHT)):
        parser.error(f"no number {unknown[0]}; there are {', '.join(SOUGHT)}")
    values = fit(options.names or list(SOUGHT))
    lines = table(values)
    print("\n".join(lines))
    if options.dry_run:
        return
    entries: Mapping[str, FittedValue] = {
        name: FittedValue(
            value=value,
            unit=SOUGHT[name].unit,
            source=f"{SOUGHT[name].what}: {SOUGHT[name].source or SOUGHT[name].aim}",
            grade="fitted",
            command=COMMAND,
            data=(str(SOUGHT[name].source or SOUGHT[name].aim),),
            date=date.today().isoformat(),
            versions={package: version(package) for package in ("follicle-sim", "numpy")},
        )
        for name, value in values
    }
    heading = f"Written by `{COMMAND}`; do not edit.\n\n" + "\n".join(lines)
    print(f"wrote {save_fitted(SET, entries, heading, FOLDER)}")


if __name__ == "__main__":
    main()
