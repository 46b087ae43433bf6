"""Find one treatment's potency from published numbers of one study, and write it into the library.

    python -m follicle_sim.experiments.calibration.fit_potency \
        SCENARIO TREATMENT OBSERVATION... [--drift]

Root finding on common random numbers: the simulated counterpart of the observation, as `compare`
computes it, rises with potency; the potency at which the two meet is kept. The change of an arm
without a control holds what the trial itself does, too: with `--drift` the mean of that
(designs/scoring.toml) is left to the trial. With several observations (endpoints of a study)
the sum of their squared z scores is least, each z as the scoreboard has it, drift included.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

import argparse
import datetime
import sys
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.fitted import FittedValue
from follicle_sim.experiments.calibration.fit_biology import with_biology
from follicle_sim.experiments.calibration.potency_error import (
    FIT,
    HEADING,
    STEADY,
    Fit,
    add_fit,
    scored_rows,
    with_error,
)
from follicle_sim.experiments.scoreboard.designs import scoring_rules
from follicle_sim.pharmacology.fitted import load_fitted, write_fitted
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX
from follicle_sim.results.compare import ComparisonRow, compare
from follicle_sim.scenario.load import load_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import simulate

COMMAND = FIT
LOWEST, HIGHEST = 0.02, 30.0


def counterparts(scenario: Scenario, treatment: str, potency: float) -> dict[str, ComparisonRow]:
    """Return the comparison rows of a scenario at a potency, by observation."""
    data = simulate(with_biology(scenario, {f"{POTENCY_PREFIX}{treatment}": potency}))
    return {row.observation: row for row in compare(data).rows}


def counterpart(scenario: Scenario, treatment: str, potency: float, row_id: str) -> ComparisonRow:
    """Return the comparison row of one observation at a potency.

    Raises
    ------
    InputError
        If the scenario does not compare with that observation.
    """
    rows = counterparts(scenario, treatment, potency)
    if row_id not in rows:
        message = f"no counterpart of {row_id}{did_you_mean(row_id, rows)}"
        raise InputError(scenario.origin, [Problem("", message)])
    return rows[row_id]


def drift_of(row: ComparisonRow) -> float:
    """Return what the trial itself is expected to add to a density change, in the row's unit.

    Raises
    ------
    InputError
        If the row is a difference, which is free of drift, or not the change of a density.
    """
    rule = scoring_rules().offset["density"]
    if row.control or row.kind != "change" or row.endpoint not in rule.endpoints:
        message = "--drift is for the change of a density in one arm"
        raise InputError("fit", [Problem(row.observation, message)])
    return rule.mean


def fit_potency(scenario: Scenario, treatment: str, row_id: str, *, drift: bool = False) -> float:
    """Return the potency at which simulation and observation meet, to four digits.

    With `drift` the simulation meets the observation less what the trial itself adds.

    Raises
    ------
    InputError
        If no potency between 0.02 and 30 meets the observation.
    """

    def gap(potency: float) -> float:
        row = counterpart(scenario, treatment, potency, row_id)
        added = drift_of(row) if drift else 0.0
        return row.simulated + added - row.observed

    ends = gap(LOWEST), gap(HIGHEST)
    if ends[0] * ends[1] > 0:
        message = (
            f"{row_id} cannot be met: {ends[0]:+.3g} off at potency {LOWEST:g}, "
            f"{ends[1]:+.3g} off at {HIGHEST:g}"
        )
        raise InputError("fit", [Problem(treatment, message)])
    return float(f"{brentq(gap, LOWEST, HIGHEST, xtol=1e-3, rtol=1e-4):.4g}")


def fit_jointly(scenario: Scenario, treatment: str, row_ids: Sequence[str]) -> float:
    """Return the potency with the least sum of squared z scores over several observations.

    Raises
    ------
    InputError
        If the scenario does not score one of them, or the best potency is at a bound.
    """

    def misfit(log_potency: float) -> float:
        values = {f"{POTENCY_PREFIX}{treatment}": float(np.exp(log_potency))}
        return float(sum((row.z or 0.0) ** 2 for row in scored_rows(scenario, values, row_ids)))

    ends = float(np.log(LOWEST)), float(np.log(HIGHEST))
    result = minimize_scalar(misfit, bounds=ends, method="bounded", options={"xatol": 1e-3})
    if min(abs(result.x - end) for end in ends) < 0.01:
        message = f"the best potency is at a bound, {np.exp(result.x):.3g}"
        raise InputError("fit", [Problem(treatment, message)])
    return float(f"{np.exp(result.x):.4g}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write `fitted_potencies.toml`; `--dry-run` only prints."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    add_fit(parser)
    parser.add_argument("--dry-run", action="store_true", help="print, do not write")
    options = parser.parse_args(arguments)
    scenario = load_scenario(options.scenario, STEADY)
    names: list[str] = options.observations
    if len(names) == 1:
        potency = fit_potency(scenario, options.treatment, names[0], drift=options.drift)
    else:
        potency = fit_jointly(scenario, options.treatment, names)
    print(f"{options.treatment}: potency {potency:g}")
    rows = counterparts(scenario, options.treatment, potency)
    for row in rows.values():
        print(f"  {row.observation}: published {row.observed:.4g}, simulated {row.simulated:.4g}")
    if options.dry_run:
        return 0
    fit = Fit(options.scenario, options.treatment, tuple(names), options.drift)
    numbers = " and ".join(_describe_row(rows[name], options.drift) for name in names)
    entry = FittedValue(
        value=potency,
        unit="1",
        grade="fitted",
        source=f"least squares to {numbers}; see `follicle-sim trials show {rows[names[0]].study}`",
        command=fit.command,
        date=str(datetime.date.today()),
        data=tuple(
            f"{row.observation}: {row.observed:.4g} {row.unit}, week {row.week:g}"
            for row in (rows[name] for name in names)
        ),
        versions={name: version(name) for name in ("follicle-sim", "numpy", "scipy")},
    )
    entries = {**load_fitted("potencies"), options.treatment: with_error(entry, fit)}
    write_fitted("potencies", entries, HEADING)
    return 0


def _describe_row(row: ComparisonRow, drift: bool) -> str:
    less = f" less a drift of {drift_of(row):g}" if drift else ""
    return f"{row.observation} ({row.observed:.4g} {row.unit}{less})"


if __name__ == "__main__":
    sys.exit(main())
