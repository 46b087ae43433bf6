"""Fit alopecia areata, and how strongly four drugs calm it, to the trials that the registry allows.

    python -m follicle_sim.experiments.calibration.fit_areata [--dry-run]

Writes `biology/conditions/fitted_areata.toml` and the drugs' `library/fitted_areata.toml`.
Least squares of z scores (as the scoreboard has them) of the calibration rows of five studies, with
normal priors on the logarithms, by Gauss and Newton on common random numbers: the same people in
every evaluation, so that slopes see the numbers and not the luck. A drug's number moves its own
trial alone. Ten minutes on two cores.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Literal

import numpy as np

from follicle_sim.base.fitted import FittedValue, save_fitted
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.base.types import Floats
from follicle_sim.biology.condition_reading import FOLDER, parse_condition
from follicle_sim.experiments.scoreboard.designs import DESIGNS
from follicle_sim.experiments.scoreboard.run import baselines
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow
from follicle_sim.experiments.scoreboard.scoring import score
from follicle_sim.pharmacology.fitted import load_fitted, write_fitted
from follicle_sim.pharmacology.library import treatment_file
from follicle_sim.pharmacology.treatment import parse_treatment
from follicle_sim.protocol.resolve import resolve
from follicle_sim.results.compare import compare
from follicle_sim.scenario.load import load_scenario
from follicle_sim.simulation.simulate import live, record, recruit

COMMAND = "python -m follicle_sim.experiments.calibration.fit_areata"
CONDITION, SET = "alopecia_areata", "areata"
ROUNDS = 2
"""Steps of Gauss and Newton from starts that are near."""

STEP = 0.15
"""Of a logarithm, over which slopes are taken: wide enough to see past single people."""

LONGEST = 1.0
"""Of a step in a logarithm."""

DIGITS = 3


@dataclass(frozen=True)
class Sought:
    """A number to be found: where it begins, how far it may go, whose trials it moves.

    The prior of its logarithm is normal around `start`, with SD `spread`.
    """

    start: float
    unit: str
    spread: float
    of: Literal["condition", "treatment"] = "condition"
    designs: tuple[str, ...] = (
        "brave_placebo_2024",
        "brave_aa1_2022",
        "ctp_543_2022",
        "allegro_2023",
        "up_aa_2025",
    )


SOUGHT = {
    "activity": Sought(5.0, "1", 1.0),
    "steepness": Sought(2.0, "1", 0.4),
    "person_cv": Sought(1.2, "1", 0.4),
    "lag": Sought(75.0, "d", 0.5),
    "straggle": Sought(60.0, "d", 0.7),
    "remission_50_94": Sought(0.0014, "1/d", 0.7),
    "remission_95_100": Sought(0.0004, "1/d", 0.7),
    "strength_95_100": Sought(1.5, "1", 0.7),
    "baricitinib_ec50": Sought(0.0008, "mg/L", 1.5, "treatment", ("brave_aa1_2022",)),
    "deuruxolitinib_ec50": Sought(0.09, "mg", 1.5, "treatment", ("ctp_543_2022",)),
    "ritlecitinib_k_inact": Sought(50.0, "1/(mg d)", 1.5, "treatment", ("allegro_2023",)),
    "upadacitinib_ec50": Sought(7.0e-5, "mg/L", 1.5, "treatment", ("up_aa_2025",)),
}
"""Round starts, near what a coarser search found, so that a repeat does not depend on what an
earlier fit left."""

NEEDED = {
    "brave_placebo_2024": ("placebo",),
    "brave_aa1_2022": ("baricitinib 4 mg", "baricitinib 2 mg", "placebo"),
    "ctp_543_2022": (
        "deuruxolitinib 4 mg",
        "deuruxolitinib 8 mg",
        "deuruxolitinib 12 mg",
        "placebo",
    ),
    "allegro_2023": ("ritlecitinib 50 mg",),
    "up_aa_2025": ("upadacitinib 15 mg",),
}
"""Arms of each design that a calibration row is of."""

Values = Mapping[str, float]


def _quantities(values: Values) -> dict[str, Quantity]:
    return {
        name: Quantity(value=value, unit=SOUGHT[name].unit, source="trial value", grade="fitted")
        for name, value in values.items()
    }


def scores_of(design: str, values: Values) -> list[ScoreRow]:
    """Return the scores of the calibration rows of a design with these numbers."""
    key = tuple((name, values[name]) for name in SOUGHT if design in SOUGHT[name].designs)
    return _scores(design, key)


@cache
def _scores(design: str, key: tuple[tuple[str, float], ...]) -> list[ScoreRow]:
    scenario = load_scenario(DESIGNS / f"{design}.toml")
    arms = tuple(arm for arm in scenario.arms if arm.label in NEEDED[design])
    (comparison,) = scenario.compare
    pairs = {label: arm for label, arm in comparison.arms.items() if label in NEEDED[design]}
    compared = (comparison.model_copy(update={"arms": pairs}),)
    scenario = scenario.model_copy(update={"arms": arms, "compare": compared})
    fitted = {SET: {**load_fitted(SET), **_quantities(dict(key))}}
    path = FOLDER / f"{CONDITION}.toml"
    condition = parse_condition(CONDITION, read_toml(path), path.name, fitted)
    protocol = resolve(scenario)[0]
    treatments = {
        name: parse_treatment(
            name, read_toml(treatment_file(name)), treatment_file(name).name, fitted
        )
        for name in protocol.treatments
    }
    protocol = replace(protocol, condition=condition, treatments=treatments)
    people = recruit((protocol,))
    live(people)
    data = record((protocol,), people, scenario.instrument)
    rows = score(compare(data, compared).rows, scenario, design, baselines(data))
    return [row for row in rows if row.use == "calibration" and row.z is not None]


def all_scores(values: Values) -> list[ScoreRow]:
    """Return the scores of every calibration row."""
    return [row for design in NEEDED for row in scores_of(design, values)]


def residuals(values: Values) -> Floats:
    """Return what the fit makes smallest: z scores, then distances from the priors' means."""
    z = [row.z for row in all_scores(values) if row.z is not None]
    priors = [
        float(np.log(values[name] / sought.start)) / sought.spread
        for name, sought in SOUGHT.items()
    ]
    return np.array([*z, *priors])


def fit() -> dict[str, float]:
    """Return the best numbers, rounded to `DIGITS` digits; prints how it goes."""
    values = {name: sought.start for name, sought in SOUGHT.items()}
    best = residuals(values)
    print(f"start: sum of squares {best @ best:.2f}", flush=True)
    for turn in range(1, ROUNDS + 1):
        slopes = np.stack([_slope(name, values) for name in SOUGHT], axis=1)
        # a little of the diagonal keeps a number that nothing tells of where it is
        normal = slopes.T @ slopes + 1e-3 * np.eye(len(SOUGHT))
        step = np.clip(-np.linalg.solve(normal, slopes.T @ best), -LONGEST, LONGEST)
        for share in (1.0, 0.5, 0.25):
            trial = {
                name: float(f"{value * np.exp(share * move):.{DIGITS}g}")
                for (name, value), move in zip(values.items(), step, strict=True)
            }
            found = residuals(trial)
            if found @ found < best @ best:
                values, best = trial, found
                break
        else:
            break
        print(f"round {turn}: sum of squares {best @ best:.2f}; {values}", flush=True)
    return values


def _slope(name: str, values: Values) -> Floats:
    """Return d residual / d log number."""
    beside = residuals({**values, name: values[name] * float(np.exp(STEP))})
    return np.asarray((beside - residuals(values)) / STEP)


def table(values: Values) -> list[str]:
    """Return the calibration rows as they were met, line by line."""
    lines = ["observation            endpoint           week  observed  fitted      z"]
    for row in all_scores(values):
        lines.append(
            f"{row.observation:22} {row.endpoint:18} {row.week:4.0f} {row.observed:9.3f}"
            f" {row.predicted:7.3f} {row.z:+6.2f}"
        )
    return lines


def entries_of(values: Values, rows: Sequence[ScoreRow]) -> dict[str, FittedValue]:
    """Return what is written of each number."""
    return {
        name: FittedValue(
            value=value,
            unit=SOUGHT[name].unit,
            source=f"least squares, with a prior around {SOUGHT[name].start:g} (SD of the "
            f"logarithm {SOUGHT[name].spread:g})",
            grade="fitted",
            command=COMMAND,
            data=tuple(row.observation for row in rows if row.study in SOUGHT[name].designs),
            date=date.today().isoformat(),
            versions={package: version(package) for package in ("follicle-sim", "numpy")},
        )
        for name, value in values.items()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print every row that was fitted, and write the files."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    options = parser.parse_args(arguments)
    values = fit()
    lines = table(values)
    print("\n".join(lines))
    if options.dry_run:
        return
    entries = entries_of(values, all_scores(values))
    heading = f"Written by `{COMMAND}`; do not edit.\n\n" + "\n".join(lines)
    drugs = {name: entry for name, entry in entries.items() if SOUGHT[name].of == "treatment"}
    disease = {name: entry for name, entry in entries.items() if name not in drugs}
    print(f"wrote {save_fitted(SET, disease, heading, FOLDER)}")
    print(f"wrote {write_fitted(SET, {**load_fitted(SET), **drugs}, heading)}")


if __name__ == "__main__":
    main()
