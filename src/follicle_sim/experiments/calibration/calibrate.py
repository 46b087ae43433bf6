"""One calibration: an emulator of the simulator, and what a method finds with it.

Nothing is written but checkpoints; `follicle_sim.reporting.folders.calibrate` writes the rest.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from follicle_sim.base.arguments import check_call, check_kind, check_whole, refused
from follicle_sim.base.extras import need
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.calibration.emulator import (
    Emulator,
    likely_points,
    log_posterior,
    make_emulator,
)
from follicle_sim.experiments.calibration.likelihood import make_likelihood
from follicle_sim.experiments.calibration.optimum import Optimum, optimum
from follicle_sim.experiments.calibration.posterior import GROUPS, Posterior, sample
from follicle_sim.experiments.calibration.problem import Calibration
from follicle_sim.experiments.calibration.profile import Profile, profiles
from follicle_sim.experiments.calibration.sharpen import sharpen
from follicle_sim.experiments.calibration.tables import (
    ParameterRow,
    TargetRow,
    parameter_rows,
    target_rows,
)
from follicle_sim.experiments.running.checkpoint import Checkpoint, fingerprint

Method = Literal["optimum", "posterior", "profile"]
METHODS: tuple[Method, ...] = ("optimum", "posterior", "profile")


@dataclass(frozen=True)
class Job:
    """One calibration: what, how, where its checkpoints are, and whether to go on with them."""

    calibration: Calibration
    method: Method
    folder: Path
    steps: int
    walkers: int
    resume: bool = False

    def checkpoint(self, name: str, key: str) -> Checkpoint:
        """Return the checkpoint of a set of simulations."""
        return Checkpoint(self.folder / f"{name.replace(' ', '_')}.npz", key, self.resume)


@dataclass(frozen=True)
class Calibrated:
    """What a calibration found; the parts its method does not give are empty.

    Parameters
    ----------
    emulator, error
        What stood in for the simulator, and its error (n,) where the method asked it.
    targets, parameters
        Published against fitted numbers, and what the posterior says of each parameter.
    optimum, posterior, profiles
        Of the method of that name.
    simulations, seconds
        How much work it was.
    """

    calibration: Calibration
    method: Method
    emulator: Emulator
    error: Floats
    simulations: int
    targets: tuple[TargetRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()
    optimum: Optimum | None = None
    posterior: Posterior | None = None
    profiles: tuple[Profile, ...] = ()
    seconds: float = 0.0

    @property
    def observations(self) -> list[str]:
        """Return the names of the published numbers it was held against."""
        return [target.observation for target in self.calibration.targets]

    @property
    def rough(self) -> tuple[str, ...]:
        """Return the published numbers whose emulator errs by more than the trial did."""
        pairs = zip(self.calibration.targets, self.error, strict=True)
        return tuple(target.observation for target, error in pairs if error > target.se)


def calibrate(job: Job, report: Report | None = None) -> Calibrated:
    """Run a calibration.

    Raises
    ------
    MissingExtraError
        The method needs a library that is not installed; said before anything is simulated.
    Interrupted
        On Ctrl-C; the checkpoints allow to go on.
    """
    check_kind("calibrate", "job", job, Job, "a Job")
    if job.method not in METHODS:
        raise refused("calibrate", "method", job.method, ", ".join(METHODS))
    check_whole("calibrate", "steps", job.steps)
    check_whole("calibrate", "walkers", job.walkers, 2)
    check_call("calibrate", "report", report)
    began = time.perf_counter()
    run: dict[Method, Callable[[Job, Report | None], Calibrated]] = {
        "optimum": _find_optimum,
        "posterior": _sample_posterior,
        "profile": _profile_parameters,
    }
    calibrated = run[job.method](job, report)
    return replace(calibrated, seconds=time.perf_counter() - began)


def _find_optimum(job: Job, report: Report | None) -> Calibrated:
    calibration = job.calibration
    emulator = make_emulator(calibration, job.checkpoint, report)
    best = optimum(calibration, emulator, job.steps)
    likelihood = make_likelihood(calibration.targets, calibration.rules)
    return Calibrated(
        calibration=calibration,
        method=job.method,
        emulator=emulator,
        error=emulator.error,
        simulations=emulator.simulations + 1,
        targets=tuple(target_rows(likelihood, best.predicted[None, :])),
        optimum=best,
    )


def _sample_posterior(job: Job, report: Report | None) -> Calibrated:
    for library in ("emcee", "arviz"):
        need(library)
    calibration = job.calibration
    emulator = make_emulator(calibration, job.checkpoint, report)
    likelihood = make_likelihood(calibration.targets, calibration.rules, emulator.error)
    density = log_posterior(calibration, likelihood, emulator)
    count = 2 * job.walkers * GROUPS
    starts = likely_points(density, len(calibration.names), count, skip=400_000, heat=1.0)
    key = fingerprint(
        {
            **calibration.settings(),
            "emulator": emulator.polynomial.coefficients.tobytes().hex(),
            "error": emulator.error.tobytes().hex(),
            "walkers": job.walkers,
        }
    )
    posterior = sample(
        density,
        starts,
        steps=job.steps,
        walkers=job.walkers,
        seed=calibration.seed,
        checkpoint=job.checkpoint("chain", key),
        report=report,
    )
    return Calibrated(
        calibration=calibration,
        method=job.method,
        emulator=emulator,
        error=emulator.error,
        simulations=emulator.simulations,
        targets=tuple(target_rows(likelihood, emulator(posterior.thinned(2000)), emulator.error)),
        parameters=tuple(parameter_rows(calibration, posterior)),
        posterior=posterior,
    )


def _profile_parameters(job: Job, report: Report | None) -> Calibrated:
    calibration = job.calibration
    emulator = make_emulator(calibration, job.checkpoint, report)
    if calibration.within is not None:
        emulator = sharpen(calibration, emulator, job.checkpoint, report)
    return Calibrated(
        calibration=calibration,
        method=job.method,
        emulator=emulator,
        error=emulator.range_error,
        simulations=emulator.simulations,
        profiles=profiles(calibration, emulator, report=report),
    )
