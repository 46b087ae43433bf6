"""The commands that loop around a simulation: `follicle-sim calibrate | sensitivity`."""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Settings,
    default_folder,
    out_path,
    read_scenario,
)

Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with what an earlier run left in the folder.")
]


class Method(StrEnum):
    """How to calibrate."""

    optimum = "optimum"
    posterior = "posterior"
    profile = "profile"


def command_line() -> str:
    """Return the command as it was given, without what only says where and how loudly."""
    return shlex.join(["follicle-sim", *(word for word in sys.argv[1:] if word != "--resume")])


def calibrate(
    method: Annotated[
        Method,
        typer.Option(
            "--method",
            help="optimum: best fit; posterior: what the data leave open; profile: which "
            "parameters they do not identify.",
        ),
    ] = Method.posterior,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--parameter",
            metavar="NAME",
            help="A biology parameter to free; may be repeated. Default: progression, severity, "
            "gamma_anagen, brake_anagen, brake_kenogen.",
        ),
    ] = None,
    trial: Annotated[
        list[str] | None,
        typer.Option(
            "--trial", metavar="ID", help="Hold against this trial only; may be repeated."
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--every-parameter", help="Free all ten fitted parameters.")
    ] = False,
    within: Annotated[
        float | None,
        typer.Option(
            "--within",
            metavar="FACTOR",
            help="Search within this factor of the defaults, not over the range of the prior "
            "(a factor of four): the emulator is then good enough for all ten parameters.",
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option("--steps", min=1, help="Steps of the sampler (2000) or of each search (100)."),
    ] = None,
    walkers: Annotated[int, typer.Option("--walkers", min=2, help="Walkers of a group.")] = 32,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1)] = 20260,
    out: Annotated[Path | None, out_path("Folder. Default: results/calibrate.")] = None,
    resume: Resume = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Store the posterior sample with the package, for scenarios."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Hold biology parameters against published trials: best fit, posterior or profiles."""
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.calibration.calibrate import Job
    from follicle_sim.experiments.calibration.calibrate import calibrate as run
    from follicle_sim.experiments.calibration.fit_biology import PRIOR
    from follicle_sim.experiments.calibration.optimum import STEPS as SEARCH
    from follicle_sim.experiments.calibration.posterior import STEPS as SAMPLE
    from follicle_sim.experiments.calibration.problem import FREE, make_calibration
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.calibrate import write_calibration

    if keep and method is not Method.posterior:
        raise typer.BadParameter("--keep belongs to --method posterior")
    if every and parameter:
        raise typer.BadParameter("--every-parameter and --parameter exclude each other")
    if within is not None and method is not Method.profile:
        raise typer.BadParameter("--within belongs to --method profile")
    free = tuple(PRIOR) if every else parameter or FREE
    calibration = make_calibration(free, trial or (), seed, within)
    job = Job(
        calibration=calibration,
        method=method.value,
        folder=outputs.make_folder(out or Path("results/calibrate")),
        steps=steps or (SEARCH if method is Method.optimum else SAMPLE),
        walkers=walkers,
        resume=resume,
    )
    with console.watched(quiet) as report:
        found = run(job, report)
    files = write_calibration(found, job.folder, command_line(), keep=keep)
    if not quiet:
        console.print_calibration(found, job.folder, files)


def sensitivity(
    file: ScenarioFile,
    samples: Annotated[
        int,
        typer.Option("--samples", help="A power of two; runs are samples x (parameters + 2)."),
    ] = 128,
    settings: Settings = None,
    out: Annotated[
        Path | None,
        out_path("Folder. Default: results/NAME_OF_FILE.sensitivity."),
    ] = None,
    resume: Resume = False,
    quiet: Quiet = False,
) -> None:
    """Find which uncertain parameters move the density change of a scenario (Sobol indices)."""
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.experiments.sensitivity import make_plan, plan_key, rank_parameters
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.sensitivity import write_sensitivity

    plan = make_plan(read_scenario(file, settings), samples)
    folder = outputs.make_folder(out or default_folder(file, "sensitivity"))
    place = Checkpoint(folder / "evaluations.npz", plan_key(plan), resume)
    with console.watched(quiet) as report:
        found = rank_parameters(plan, place, report)
    files = write_sensitivity(found, plan, folder, command_line())
    if not quiet:
        console.print_sensitivity(found, folder, files)


def add_inference(app: typer.Typer, codes: str) -> None:
    """Add the commands to the command line."""
    app.command(epilog=codes, short_help="Fit biology to trials; say what the data leave open.")(
        calibrate
    )
    app.command(epilog=codes, short_help="Rank uncertain parameters by what they change.")(
        sensitivity
    )
