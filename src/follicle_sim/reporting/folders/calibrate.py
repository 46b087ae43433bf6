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
    found: Calibrated, folder: Path, command: str, *, keep: bool = False
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
    with being_written(folder, found.method):
        files = write[found.method](found, folder, command)
        if keep and found.posterior is not None:
            text = (folder / "posterior.csv").read_text("utf-8")
            write_text_atomic(Path(biology.__file__).parent / POSTERIOR_FILE, text)
    return files


def _write_optimum(found: Calibrated, folder: Path, command: str) -> tuple[str, ...]:
    assert found.optimum is not None
    write_rows(folder / "optimum_targets.csv", TargetRow, found.targets)
    values = describe(found.calibration.values(found.optimum.x))
    _write_record(found, folder, command, values=values, costs=list(found.optimum.costs))
    return "optimum.json", "optimum_targets.csv"


def _write_posterior(found: Calibrated, folder: Path, command: str) -> tuple[str, ...]:
    posterior = found.posterior
    assert posterior is not None
    text = posterior_text(found.calibration, posterior, found.emulator, command)
    write_text_atomic(folder / "posterior.csv", text)
    write_rows(folder / "posterior_parameters.csv", ParameterRow, found.parameters)
    write_rows(folder / "posterior_targets.csv", TargetRow, found.targets)
    steps, walkers, _ = posterior.chain.shape
    _write_record(
        found,
        folder,
        command,
        steps=steps,
        walkers=walkers,
        groups=GROUPS,
        sampling_seconds=round(posterior.seconds, 1),
        acceptance=round(posterior.acceptance, 3),
        r_hat={row.parameter: round(row.r_hat, 4) for row in found.parameters},
        effective_draws={row.parameter: round(row.ess) for row in found.parameters},
        emulator_error=[round(float(error), 5) for error in found.error],
    )
    return "posterior.json", "posterior.csv", "posterior_parameters.csv", "posterior_targets.csv"


def _write_profiles(found: Calibrated, folder: Path, command: str) -> tuple[str, ...]:
    curves, table = found.profiles, parameter_table()
    write_rows(folder / "profile.csv", ProfileRow, profile_rows(curves))
    scales = [shown_unit(table[name].dimension) for name in found.calibration.names]
    save_figure(plot_profiles(curves, LIMIT, scales), folder / "profile.png")
    ends = {c.name: {"verdict": c.verdict, "low": c.low, "high": c.high} for c in curves}
    error = np.round(found.error, 5).tolist()
    _write_record(found, folder, command, profiles=ends, emulator_error=error)
    return "profile.json", "profile.csv", "profile.png"


def _write_record(found: Calibrated, folder: Path, command: str, **more: object) -> None:
    content = {
        "method": found.method,
        "parameters": list(found.calibration.names),
        "seconds": round(found.seconds, 1),
        "simulations": found.simulations,
        "emulator_too_rough_for": list(found.rough),
        "rules": asdict(found.calibration.rules),
        **more,
    }
    path, seed = folder / f"{found.method}.json", found.calibration.seed
    write_record(path, command, seed, found.observations, content)
