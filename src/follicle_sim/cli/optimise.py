"""The command that searches for a schedule: `follicle-sim optimise FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.calibrate import Resume, command_line
from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    out_path,
    read_scenario,
)


def optimise(
    file: ScenarioFile,
    trials: Annotated[
        int | None,
        typer.Option("--trials", min=1, help="Schedules to simulate. Default: the table's (200)."),
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    out: Annotated[
        Path | None,
        out_path("Folder. Default: results/NAME_OF_FILE.optimise."),
    ] = None,
    resume: Resume = False,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Search number, spacing, dose and start of sessions and a cocktail's composition.

    The scenario's [optimise] table says what may vary, the budget and the objective. The best
    schedules are tried again on fresh people, so that luck is not reported as gain.
    """
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.schedules.optimise import make_spaces
    from follicle_sim.experiments.schedules.optimise import optimise as search_schedules
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.optimise import write_schedules

    scenario = read_scenario(file, settings, seed)
    make_spaces(scenario)  # a budget that no schedule meets is told before anything is made
    folder = outputs.make_folder(out or default_folder(file, "optimise"))
    with console.watched(quiet, "schedules") as report:
        found = search_schedules(
            scenario,
            trials=trials,
            folder=folder,
            resume=resume,
            threads=threads,
            report=report,
        )
    files = write_schedules(found, folder, command_line())
    if not quiet:
        console.print_schedules(found, folder, files)


def add_optimise(app: typer.Typer, codes: str) -> None:
    """Add the command to the command line."""
    app.command(epilog=codes, short_help="Search for the best schedule under a budget.")(optimise)
