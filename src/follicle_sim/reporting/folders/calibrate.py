"""What a calibration leaves on disk: its tables, figure and sample, and how it was made."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from follicle_sim import biology
from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import being_written
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.biology.posterior import POSTERIOR_FILE
from follicle_sim.experiments.calibration.calibrate import Calibrated, Method
from follicle_sim.experiments.calibration.posterior import GROUPS
from follicle_sim.experiments.calibration.problem import describe, shown_unit
from follicle_sim.experiments.calibration.profile import LIMIT, ProfileRow, profile_rows
from follicle_sim.experiments.calibration.tables import ParameterRow, TargetRow, posterior_text
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.profiles import plot_profiles
from follicle_sim.reporting.folders.record import write_record


def write_calibration(
    calibrated: Calibrated, folder: Path, command: str, *, keep: bool = False
) -> tuple[str, ...]:
    """Write what a calibration found; return the names of the files.

    keep : also store the posterior sample with the package, for scenarios

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write: dict[Method, Callable[[Calibrated, Path, str], tuple[str, ...]]] = {
        "optimum": _write_optimum,
        "posterior": _write_posterior,
        "profile": _write_profiles,
    }
    with being_written(folder, calibrated.method):
        files = write[calibrated.method](calibrated, folder, command)
        if keep and calibrated.posterior is not None:
            text = (folder / "posterior.csv").read_text("utf-8")
            write_text_atomic(Path(biology.__file__).parent / POSTERIOR_FILE, text)
    return files


def _write_optimum(calibrated: Calibrated, folder: Path, command: str) -> tuple[str, ...]:
    assert calibrated.optimum is not None
    write_rows(folder / "optimum_targets.csv", TargetRow, calibrated.targets)
    values = describe(calibrated.calibration.values(calibrated.optimum.x))
    _write_record(calibrated, folder, command, values=values, costs=list(calibrated.optimum.costs))
    return "optimum.json", "optimum_targets.csv"


def _write_posterior(calibrated: Calibrated, folder: Path, command: str) -> tuple[str, ...]:
    posterior = calibrated.posterior
    assert posterior is not None
    text = posterior_text(calibrated.calibration, posterior, calibrated.emulator, command)
    write_text_atomic(folder / "posterior.csv", text)
    write_rows(folder / "posterior_parameters.csv", ParameterRow, calibrated.parameters)
    write_rows(folder / "posterior_targets.csv", TargetRow, calibrated.targets)
    steps, walkers, _ = posterior.chain.shape
    _write_record(
        calibrated,
        folder,
        command,
        steps=steps,
        walkers=walkers,
        groups=GROUPS,
        sampling_seconds=round(posterior.seconds, 1),
        acceptance=round(posterior.acceptance, 3),
        r_hat={row.parameter: round(row.r_hat, 4) for row in calibrated.parameters},
        effective_draws={row.parameter: round(row.ess) for row in calibrated.parameters},
        emulator_error=[round(float(error), 5) for error in calibrated.error],
    )
    return "posterior.json", "posterior.csv", "posterior_parameters.csv", "posterior_targets.csv"


def _write_profiles(calibrated: Calibrated, folder: Path, command: str) -> tuple[str, ...]:
    curves, table = calibrated.profiles, parameter_table()
    write_rows(folder / "profile.csv", ProfileRow, profile_rows(curves))
    scales = [shown_unit(table[name].dimension) for name in calibrated.calibration.names]
    save_figure(plot_profiles(curves, LIMIT, scales), folder / "profile.png")
    ends = {c.name: {"verdict": c.verdict, "low": c.low, "high": c.high} for c in curves}
    error = np.round(calibrated.error, 5).tolist()
    _write_record(calibrated, folder, command, profiles=ends, emulator_error=error)
    return "profile.json", "profile.csv", "profile.png"


def _write_record(calibrated: Calibrated, folder: Path, command: str, **more: object) -> None:
    content = {
        "method": calibrated.method,
        "parameters": list(calibrated.calibration.names),
        "seconds": round(calibrated.seconds, 1),
        "simulations": calibrated.simulations,
        "emulator_too_rough_for": list(calibrated.rough),
        "rules": asdict(calibrated.calibration.rules),
        **more,
    }
    path, seed = folder / f"{calibrated.method}.json", calibrated.calibration.seed
    write_record(path, command, seed, calibrated.observations, content)
