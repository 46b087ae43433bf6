"""`follicle-sim npde`: single people, of a table or another run, against what a model predicts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    make_folder_option,
    make_path_option,
    quote_command,
    read_scenario,
)
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    Column,
    format_number,
    make_console,
    print_files_in_line,
    print_groups,
    spell_out,
)

if TYPE_CHECKING:
    from follicle_sim.experiments.planning.npde import NpdeCheck

Out = Annotated[Path | None, make_folder_option("npde")]


def npde(
    file: ScenarioFile,
    study: Annotated[
        str,
        typer.Option("--study", metavar="NAME", help="Table of people. Default: the only one."),
    ] = "",
    against: Annotated[
        Path | None,
        make_path_option("Result of another run (NetCDF), in place of a table.", "--against"),
    ] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option("--endpoint", metavar="NAME", help="Default: all. May be repeated."),
    ] = None,
    replicates: Annotated[int, typer.Option("--replicates", min=20, help="Trials.")] = 200,
    settings: Settings = None,
    out: Out = None,
    seed: Seed = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Hold single people against what the scenario predicts of them (npde).

    The scenario names a table with one row a person and visit: `follicle-sim trials template
    --people`. Each person is ranked among simulated people of the same arm, visits decorrelated.
    Under the right model the scores are N(0, 1).
    """
    from follicle_sim.experiments.planning.npde import npde as check_people
    from follicle_sim.reporting.folders.npde import write_npde
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.results.storage import load_result

    scenario = read_scenario(file, settings, seed)
    other = None if against is None else load_result(against)
    folder = make_folder(out or default_folder(file, "npde"))
    with watch_progress(quiet, "subjects") as report:
        check = check_people(
            scenario,
            study,
            against=other,
            endpoints=tuple(endpoint or ()),
            replicates=replicates,
            threads=threads,
            report=report,
        )
    files = write_npde(check, scenario, folder, quote_command())
    if not quiet:
        print_npde(check)
        print_files_in_line(folder, files)


def print_npde(check: NpdeCheck) -> None:
    """Print mean, variance and distance of the scores, and how often trials lie as far off."""
    console = make_console()
    trials = check.shapes[0].trials
    console.print(f"\n{check.source}: single people against {trials:,} trials of the scenario")
    columns = [Column("scores", False), Column("found", True), Column("right model", True)]
    columns.append(Column("trials as far off", True))
    groups = {}
    for shape in check.shapes:
        title = f"{spell_out(shape.endpoint)}: {shape.people} people, {shape.values} values"
        lines = (
            ("mean", shape.mean, "0", shape.mean_p),
            ("variance", shape.variance, "1", shape.variance_p),
            ("distance from N(0, 1)", shape.distance, "small", shape.distance_p),
        )
        groups[title] = [
            [name, format_number(value, 2), right, f"{100.0 * share:.0f} %"]
            for name, value, right, share in lines
        ]
    print_groups(console, columns, groups)
    for shape in check.shapes:
        words = "look like" if shape.fits else "do not look like"
        text = f"they {words} people of this model (p = {shape.p:.2g}, three looks taken together)"
        if not shape.tells:
            text = (
                f"{shape.trials} trials are too few to tell: p = {shape.p:.2g}, and it cannot come "
                f"below {shape.lowest_p:.2g}, whatever the people; give --replicates 60 or more"
            )
        console.print(f"{spell_out(shape.endpoint)}: {text}")
    for sentence in check.left_out:
        console.print(f"note: {sentence}")
