"""The commands about measuring: `follicle-sim instruments list | show | compare`."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Settings,
    Threads,
    default_folder,
    out_path,
    read_scenario,
)

USUAL = ("macrophotography", "phototrichogram", "trichoscan", "matched_phototrichogram")
"""Methods that `compare` takes when none is named."""


def list_methods() -> None:
    """List the ways of measuring hair that `[instrument] method` can name."""
    from follicle_sim.cli import printing as console

    console.print_methods()


def show_method(
    method: Annotated[
        str, typer.Argument(metavar="ID", help="Name of a method, see `instruments list`.")
    ],
) -> None:
    """Show what one method sees and every number of it with its source and grade."""
    from follicle_sim.cli import printing as console

    console.print_method(method)


def compare_methods(
    file: ScenarioFile,
    method: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            metavar="ID",
            help=f"A method that counts hairs; may be repeated. Default: {', '.join(USUAL)}.",
        ),
    ] = None,
    settings: Settings = None,
    out: Annotated[
        Path | None,
        out_path("Folder. Default: results/NAME_OF_FILE.instruments."),
    ] = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate one trial and read it through several instruments: figure and table."""
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.instruments import compare_instruments
    from follicle_sim.figures import save_figure
    from follicle_sim.figures.instrument import plot_instruments
    from follicle_sim.reporting.folders import run as outputs

    scenario = read_scenario(file, settings)
    folder = outputs.make_folder(out or default_folder(file, "instruments"))
    with console.watched(quiet, "subjects") as report:
        seen = compare_instruments(scenario, method or USUAL, threads=threads, report=report)
    save_figure(plot_instruments(seen), folder / "instruments.png")
    if not quiet:
        console.print_seen(seen)
        typer.echo(f"\nWritten to {folder}: instruments.png")


def add_instruments(app: typer.Typer, codes: str) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Ways of measuring hair, and what each sees.", epilog=codes)
    group.command("list", epilog=codes)(list_methods)
    group.command("show", epilog=codes, short_help="Show every number of a method.")(show_method)
    group.command("compare", epilog=codes, short_help="Read one trial in several ways.")(
        compare_methods
    )
    app.add_typer(group, name="instruments", no_args_is_help=True)
