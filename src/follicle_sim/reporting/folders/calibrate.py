"""`follicle-sim calibrate` without its printing: run a method, write what it found."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from follicle_sim import biology
from follicle_sim.base.arguments import check_call, check_kind, check_whole, refused
from follicle_sim.base.extras import need
from follicle_sim.base.files import write_rows, write_text_atomic
from follicle_sim.base.folders import being_written
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.biology.posterior import POSTERIOR_FILE
from follicle_sim.experiments.calibration.emulator import (
    Emulator,
    likely_points,
    log_posterior,
    make_emulator,
)
from follicle_sim.experiments.calibration.likelihood import make_likelihood
from follicle_sim.experiments.calibration.optimum import optimum
from follicle_sim.experiments.calibration.posterior import GROUPS, Posterior, sample
from follicle_sim.experiments.calibration.problem import Calibration, describe, shown_unit
from follicle_sim.experiments.calibration.profile import (
    LIMIT,
    Profile,
    ProfileRow,
    profile_rows,
    profiles,
)
from follicle_sim.experiments.calibration.sharpen import sharpened
from follicle_sim.experiments.calibration.tables import (
    ParameterRow,
    TargetRow,
    parameter_rows,
    posterior_text,
    target_rows,
    write_record,
)
from follicle_sim.experiments.running.checkpoint import Checkpoint, fingerprint
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.profiles import plot_profiles

Method = Literal["optimum", "posterior", "profile"]
METHODS: tuple[Method, ...] = ("optimum", "posterior", "profile")


@dataclass(frozen=True)
class Job:
    """One calibration: what, how, where to, and whether to go on with what is there."""

    calibration: Calibration
    method: Method
    folder: Path
    steps: int
    walkers: int
    command: str
    resume: bool = False
    keep: bool = False


@dataclass(frozen=True)
class Found:
    """What a calibration found; the parts its method does not give are empty."""

    files: tuple[str, ...]
    seconds: float
    targets: tuple[TargetRow, ...] = ()
    parameters: tuple[ParameterRow, ...] = ()
    profiles: tuple[Profile, ...] = ()
    best: dict[str, str] | None = None
    acceptance: float | None = None
    simulations: int = 0
    rough: tuple[str, ...] = ()  # targets that the emulator misses by more than their error


def calibrate(job: Job, report: Report | None = None) -> Found:
    """Run a calibration and write its files.

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
    run: dict[Method, Callable[[Job, Report | None, float], Found]] = {
        "optimum": _optimum,
        "posterior": _posterior,
        "profile": _profile,
    }
    return run[job.method](job, report, began)


def _places(job: Job) -> Callable[[str, str], Checkpoint]:
    def place(name: str, key: str) -> Checkpoint:
        return Checkpoint(job.folder / f"{name.replace(' ', '_')}.npz", key, job.resume)

    return place


def _emulator(job: Job, report: Report | None) -> Emulator:
    return make_emulator(job.calibration, _places(job), report)


def _rough(job: Job, error: Floats) -> tuple[str, ...]:
    """Return the targets whose emulator errs by more than the trial did."""
    targets = zip(job.calibration.targets, error, strict=True)
    return tuple(target.observation for target, size in targets if size > target.se)


def _data(job: Job) -> list[str]:
    return [target.observation for target in job.calibration.targets]


def _record(job: Job, found: Found, **more: object) -> None:
    content = {
        "method": job.method,
        "parameters": list(job.calibration.names),
        "seconds": round(found.seconds, 1),
        "simulations": found.simulations,
        "emulator_too_rough_for": list(found.rough),
        "rules": asdict(job.calibration.rules),
        **more,
    }
    path = job.folder / f"{job.method}.json"
    write_record(path, job.command, job.calibration.seed, _data(job), content)


def _optimum(job: Job, report: Report | None, began: float) -> Found:
    emulator = _emulator(job, report)
    best = optimum(job.calibration, emulator, job.steps)
    likelihood = make_likelihood(job.calibration.targets, job.calibration.rules)
    rows = target_rows(likelihood, best.predicted[None, :])
    values = describe(job.calibration.values(best.x))
    with being_written(job.folder, job.method):
        write_rows(job.folder / "optimum_targets.csv", TargetRow, rows)
        found = Found(
            files=("optimum.json", "optimum_targets.csv"),
            seconds=time.perf_counter() - began,
            targets=tuple(rows),
            best=values,
            simulations=emulator.simulations + 1,
            rough=_rough(job, emulator.error),
        )
        _record(job, found, values=values, costs=list(best.costs))
    return found


def _posterior(job: Job, report: Report | None, began: float) -> Found:
    for library in ("emcee", "arviz"):
        need(library)
    calibration = job.calibration
    emulator = _emulator(job, report)
    likelihood = make_likelihood(calibration.targets, calibration.rules, emulator.error)
    density = log_posterior(calibration, likelihood, emulator)
    wanted = job.walkers * GROUPS
    starts = likely_points(density, len(calibration.names), 2 * wanted, skip=400_000, heat=1.0)
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
        checkpoint=Checkpoint(job.folder / "chain.npz", key, job.resume),
        progress=None if report is None else lambda done, of: report("sampling", done, of),
    )
    rows = parameter_rows(calibration, posterior)
    targets = target_rows(likelihood, emulator(posterior.thinned(2000)), emulator.error)
    text = posterior_text(calibration, posterior, emulator, job.command)
    with being_written(job.folder, job.method):
        write_text_atomic(job.folder / "posterior.csv", text)
        write_rows(job.folder / "posterior_parameters.csv", ParameterRow, rows)
        write_rows(job.folder / "posterior_targets.csv", TargetRow, targets)
        if job.keep:
            write_text_atomic(Path(biology.__file__).parent / POSTERIOR_FILE, text)
        found = Found(
            files=(
                "posterior.json",
                "posterior.csv",
                "posterior_parameters.csv",
                "posterior_targets.csv",
            ),
            seconds=time.perf_counter() - began,
            targets=tuple(targets),
            parameters=tuple(rows),
            acceptance=posterior.acceptance,
            simulations=emulator.simulations,
            rough=_rough(job, emulator.error),
        )
        _record(job, found, **_posterior_numbers(posterior, rows, emulator))
    return found


def _posterior_numbers(
    posterior: Posterior, rows: list[ParameterRow], emulator: Emulator
) -> dict[str, object]:
    steps, walkers, _ = posterior.chain.shape
    return {
        "steps": steps,
        "walkers": walkers,
        "groups": GROUPS,
        "sampling_seconds": round(posterior.seconds, 1),
        "acceptance": round(posterior.acceptance, 3),
        "r_hat": {row.parameter: round(row.r_hat, 4) for row in rows},
        "effective_draws": {row.parameter: round(row.ess) for row in rows},
        "emulator_error": [round(float(error), 5) for error in emulator.error],
    }


def _profile(job: Job, report: Report | None, began: float) -> Found:
    calibration = job.calibration
    emulator = _emulator(job, report)
    if calibration.within is not None:
        emulator = sharpened(calibration, emulator, _places(job), report)
    curves = profiles(calibration, emulator, report=report)
    with being_written(job.folder, job.method):
        write_rows(job.folder / "profile.csv", ProfileRow, profile_rows(curves))
        table = parameter_table()
        scales = [shown_unit(table[name].dimension) for name in calibration.names]
        save_figure(plot_profiles(curves, LIMIT, scales), job.folder / "profile.png")
        found = Found(
            files=("profile.json", "profile.csv", "profile.png"),
            seconds=time.perf_counter() - began,
            profiles=curves,
            simulations=emulator.simulations,
            rough=_rough(job, emulator.range_error),
        )
        flat = {c.name: {"verdict": c.verdict, "low": c.low, "high": c.high} for c in curves}
        _record(
            job, found, profiles=flat, emulator_error=np.round(emulator.range_error, 5).tolist()
        )
    return found
