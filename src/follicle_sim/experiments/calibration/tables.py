"""Rows and text of what a calibration found, and the versions that found it."""

import datetime
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from follicle_sim.base.normal import NORMAL_90
from follicle_sim.base.types import Floats
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.experiments.calibration.emulator import Emulator
from follicle_sim.experiments.calibration.likelihood import Likelihood
from follicle_sim.experiments.calibration.posterior import BURN, Posterior
from follicle_sim.experiments.calibration.problem import Calibration

LIBRARIES = ("follicle-sim", "numpy", "scipy", "numba", "emcee", "SALib", "arviz")
DRAWS = 200
"""Draws in a stored posterior sample."""

LIMITS = (0.05, 0.95)


@dataclass(frozen=True)
class ParameterRow:
    """One free parameter under the posterior, canonical units; `edge`: share at the ends."""

    parameter: str
    default: float
    mean: float
    sd: float
    low: float
    high: float
    ess: float
    r_hat: float
    edge: float
    prior_low: float
    prior_high: float


@dataclass(frozen=True)
class TargetRow:
    """One target: published, and fitted with the limits of 90 % where there is a sample."""

    observation: str
    variable: str
    quantity: str
    week: float
    published: float
    se: float
    fitted: float
    low: float | None
    high: float | None
    emulator_error: float | None
    z: float
    imputed: str


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries a result depends on, if installed."""
    numbers = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:
            continue
    return numbers


def heading(command: str, seed: int, data: Sequence[str], extra: Mapping[str, object]) -> str:
    """Return the comment that opens a result: command, date, seed, data rows, versions."""
    libraries = ", ".join(f"{name} {number}" for name, number in versions().items())
    lines = [f"Written by `{command}`; do not edit.", f"date: {datetime.date.today()}"]
    lines += [f"seed: {seed}", f"data: {' '.join(data)}", f"versions: {libraries}"]
    lines += [f"{name}: {value}" for name, value in extra.items()]
    return "".join(f"# {line}\n" for line in lines)


def parameter_rows(calibration: Calibration, posterior: Posterior) -> list[ParameterRow]:
    """Return what the posterior says of each free parameter."""
    draws = posterior.draws
    values = calibration.decode(draws)
    r_hat, ess = posterior.r_hat(), posterior.effective_size()
    d = len(calibration.names)
    ends = calibration.decode(np.array([[-NORMAL_90 / 2.0] * d, [NORMAL_90 / 2.0] * d]))
    table = parameter_table()
    return [
        ParameterRow(
            parameter=name,
            default=table[name].value,
            mean=float(values[:, i].mean()),
            sd=float(values[:, i].std(ddof=1)),
            low=float(np.quantile(values[:, i], LIMITS[0])),
            high=float(np.quantile(values[:, i], LIMITS[1])),
            ess=float(ess[i]),
            r_hat=float(r_hat[i]),
            edge=float(np.mean(np.abs(draws[:, i]) > 0.97)),
            prior_low=float(ends[0, i]),
            prior_high=float(ends[1, i]),
        )
        for i, name in enumerate(calibration.names)
    ]


def target_rows(
    likelihood: Likelihood, predicted: Floats, error: Floats | None = None
) -> list[TargetRow]:
    """Return published against fitted numbers.

    predicted : (m, n), of m draws, or one row for a single fit; error : (n,) of the emulator
    """
    centre = predicted.mean(axis=0)
    z = likelihood.z(centre)
    several = len(predicted) > 1
    ends = np.quantile(predicted, LIMITS, axis=0)
    return [
        TargetRow(
            observation=target.observation,
            variable=target.variable,
            quantity=target.quantity,
            week=target.week,
            published=target.value,
            se=target.se,
            fitted=float(centre[i]),
            low=float(ends[0, i]) if several else None,
            high=float(ends[1, i]) if several else None,
            emulator_error=None if error is None else float(error[i]),
            z=float(z[i]),
            imputed=target.imputed,
        )
        for i, target in enumerate(likelihood.targets)
    ]


def posterior_text(
    calibration: Calibration, posterior: Posterior, emulator: Emulator, command: str
) -> str:
    """Return a compact sample as CSV: a comment that says how it was made, names, draws."""
    rows = parameter_rows(calibration, posterior)
    steps, walkers, _ = posterior.chain.shape
    extra = {
        "units": "canonical: day, per day for progression, 1 otherwise",
        "sampler": f"emcee, {walkers} walkers in groups, {steps} steps, first {BURN:.0%} left out",
        "acceptance": f"{posterior.acceptance:.2f}",
        "r-hat": ", ".join(f"{row.parameter} {row.r_hat:.3f}" for row in rows),
        "effective draws": ", ".join(f"{row.parameter} {row.ess:.0f}" for row in rows),
        "emulator": f"{emulator.simulations} simulations, error up to {emulator.error.max():.4f} "
        "of baseline, counted in the likelihood",
        "other parameters": "at their defaults",
    }
    data = [target.observation for target in calibration.targets]
    lines = [",".join(calibration.names)]
    for draw in calibration.decode(posterior.thinned(DRAWS)):
        lines.append(",".join(f"{value:.5g}" for value in draw))
    return heading(command, calibration.seed, data, extra) + "\n".join(lines) + "\n"
