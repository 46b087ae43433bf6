"""How well one study knows a potency, and what it would have been on other biology.

    python -m follicle_sim.experiments.calibration.potency_error [TREATMENT...]

Repeats no fit: it re-reads the command of each fitted potency, simulates at the stored optimum and
beside it, and adds three entries to `fitted_potencies.toml`. By the delta method, with slopes
s_i = d prediction_i / d log potency and weights w_i = (s_i / e_i^2) / sum_j (s_j / e_j)^2, which
are those of the fit (least sum of squared z, each over its error e_i):

    log_se^2    = sum_ij w_i w_j C_ij
    elasticity  = - sum_i w_i d prediction_i / d log parameter      for each calibrated parameter

C holds sampling errors (published, or the stated imputation), the trial's own drift where there is
no control, and Monte Carlo error. Numbers of one trial are correlated as in likelihood.toml, and
one trial drifts by one amount. With the elasticities a potency follows a posterior draw of biology,
so that the drawn model still meets the numbers it was fitted to.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.fitted import FittedValue
from follicle_sim.base.types import Floats
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.posterior import load_posterior
from follicle_sim.experiments.calibration.fit_biology import with_biology
from follicle_sim.experiments.calibration.likelihood import load_rules
from follicle_sim.experiments.scoreboard.run import baselines
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow
from follicle_sim.experiments.scoreboard.scoring import score
from follicle_sim.pharmacology.fitted import load_fitted, write_fitted
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX
from follicle_sim.results.compare import compare
from follicle_sim.scenario.load import load_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import simulate

COMMAND = "python -m follicle_sim.experiments.calibration.potency_error"
FIT = "python -m follicle_sim.experiments.calibration.fit_potency"

STEADY = ("design.kind=counterfactual", "population.subjects=150", "run.seed=20260")
"""The same people with and without treatment, more of them, and luck of its own."""

HEADING = (
    "One potency per treatment: the size of its effect, in units of the split its file says.\n"
    f"Written by `{FIT}`, errors by `{COMMAND}`; do not edit."
)

POTENCY_STEP, BIOLOGY_STEP = 0.2, 0.2
"""Steps in a logarithm, to either side, over which slopes are taken: wide enough to see past
single hairs, and about one posterior standard deviation of a biology parameter."""


@dataclass(frozen=True)
class Fit:
    """What a potency was fitted to; `drift` leaves the trial its own."""

    scenario: Path
    treatment: str
    observations: tuple[str, ...]
    drift: bool = False

    @property
    def command(self) -> str:
        """Return the command that repeats the fit."""
        names = " ".join(self.observations)
        return f"{FIT} {self.scenario} {self.treatment} {names}" + " --drift" * self.drift


def add_fit(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is fitted to what."""
    parser.add_argument("scenario", type=Path)
    parser.add_argument("treatment")
    parser.add_argument("observations", nargs="+", metavar="observation")
    parser.add_argument("--drift", action="store_true", help="leave the trial its own drift")


def fit_of(command: str) -> Fit:
    """Return the fit that a stored command repeats.

    Examples
    --------
    >>> fit_of(f"{FIT} a.toml drug trial:1 trial:2").observations
    ('trial:1', 'trial:2')
    """
    parser = argparse.ArgumentParser()
    add_fit(parser)
    arguments = parser.parse_args(shlex.split(command.removeprefix(FIT)))
    return Fit(
        arguments.scenario, arguments.treatment, tuple(arguments.observations), arguments.drift
    )


def scored_rows(
    scenario: Scenario, biology: dict[str, float], observations: Sequence[str]
) -> list[ScoreRow]:
    """Return the scores of some observations under biology values and potencies.

    Raises
    ------
    InputError
        If the scenario does not score one of them.
    """
    data = simulate(with_biology(scenario, biology))
    scored = score(compare(data).rows, scenario, scenario.title, baselines(data))
    rows = {row.observation: row for row in scored if row.error is not None}
    unscored = [name for name in observations if name not in rows]
    if unscored:
        message = f"no score of {unscored[0]}{did_you_mean(unscored[0], rows)}"
        raise InputError(scenario.origin, [Problem("", message)])
    return [rows[name] for name in observations]


def error_covariance(rows: Sequence[ScoreRow]) -> Floats:
    """Return the covariance (n, n) of the errors of predictions less observations."""
    rules = load_rules()
    matrix = np.zeros((len(rows), len(rows)))
    for i, a in enumerate(rows):
        for j, b in enumerate(rows):
            if a.study != b.study:
                continue
            share = (1.0 if a.week == b.week else rules.visits) * (
                1.0 if a.endpoint == b.endpoint else rules.variables
            )
            matrix[i, j] = share * (a.observed_se or 0.0) * (b.observed_se or 0.0)
            if a.endpoint == b.endpoint:
                matrix[i, j] += a.offset_sd * b.offset_sd
        matrix[i, i] += a.mc_se**2
    return matrix


def with_error(entry: FittedValue, fit: Fit, people: Sequence[str] = STEADY) -> FittedValue:
    """Return a fitted potency with its standard error and elasticities.

    `people` are overrides of the scenario: on whom the slopes are taken.

    Raises
    ------
    InputError
        If the predictions do not move with potency.
    """
    scenario = load_scenario(fit.scenario, people)
    key = f"{POTENCY_PREFIX}{fit.treatment}"
    log_potency = float(np.log(entry.value))
    default = load_parameters()

    def predict(log_value: float, biology: dict[str, float]) -> Floats:
        values = biology | {key: float(np.exp(log_value))}
        rows = scored_rows(scenario, values, fit.observations)
        return np.array([row.predicted for row in rows])

    rows = scored_rows(scenario, {key: entry.value}, fit.observations)
    errors = np.array([row.error for row in rows], dtype=np.float64)
    ends = [predict(log_potency + sign * POTENCY_STEP, {}) for sign in (1.0, -1.0)]
    slope = (ends[0] - ends[1]) / (2 * POTENCY_STEP)
    information = float(np.sum((slope / errors) ** 2))
    if not information > 0.0:
        message = "the predictions do not move with potency, so it has no standard error"
        raise InputError("fit", [Problem(fit.treatment, message)])
    weight = slope / errors**2 / information
    elasticity = {}
    for name in load_posterior()[0]:
        ends = [
            predict(log_potency, {name: default[name] * float(np.exp(sign * BIOLOGY_STEP))})
            for sign in (1.0, -1.0)
        ]
        elasticity_value = -float(weight @ (ends[0] - ends[1])) / (2 * BIOLOGY_STEP)
        elasticity[name] = float(f"{elasticity_value:.4g}")
    variance = float(weight @ error_covariance(rows) @ weight)
    parts = [
        f"{row.observation}: slope {s:.3g} {row.unit} per log potency, SE {row.observed_se:.3g} "
        f"({row.se_source or 'published'})"
        + (f", drift SD {row.offset_sd:.3g}" if row.offset_sd else "")
        for row, s in zip(rows, slope, strict=True)
    ]
    return entry.model_copy(
        update={
            "log_se": float(f"{np.sqrt(variance):.4g}"),
            "elasticity": elasticity,
            "error": f"`{COMMAND}`, delta method; {'; '.join(parts)}",
        }
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Add errors to the fitted potencies, all of them or those named; `--dry-run` only prints."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("treatments", nargs="*", metavar="treatment", help="default: all fitted")
    parser.add_argument("--dry-run", action="store_true", help="print, do not write")
    options = parser.parse_args(arguments)
    stored = load_fitted("potencies")
    fitted = [name for name, entry in stored.items() if entry.grade == "fitted"]
    unknown = [name for name in options.treatments if name not in fitted]
    if unknown:
        message = f"no fitted potency{did_you_mean(unknown[0], fitted)}"
        raise InputError("fit", [Problem(unknown[0], message)])
    for name in options.treatments or fitted:
        stored[name] = with_error(stored[name], fit_of(stored[name].command))
        elasticities = ", ".join(
            f"{key} {value:+.2f}" for key, value in stored[name].elasticity.items()
        )
        print(
            f"{name}: {stored[name].value:g}, log_se {stored[name].log_se}; {elasticities}",
            flush=True,
        )
    if not options.dry_run:
        write_fitted("potencies", stored, HEADING)
    return 0


if __name__ == "__main__":
    sys.exit(main())
