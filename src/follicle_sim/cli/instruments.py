"""`follicle-sim instruments list | show | compare`: ways of measuring hair, what each sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Settings,
    Threads,
    default_folder,
    make_folder_option,
    read_scenario,
)
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    make_console,
    print_files_in_line,
    print_heading,
    print_indented,
    print_index,
)

if TYPE_CHECKING:
    from follicle_sim.experiments.instruments import Seen
    from follicle_sim.scenario.fields.methods import Method

USUAL = ("macrophotography", "phototrichogram", "trichoscan", "matched_phototrichogram")
"""Methods that `compare` takes when none is named."""

MethodName = Annotated[
    str, typer.Argument(metavar="ID", help="Name of a method, see `instruments list`.")
]
Methods = Annotated[
    list[str] | None,
    typer.Option(
        "--method",
        metavar="ID",
        help=f"A method that counts hairs; may be repeated. Default: {', '.join(USUAL)}.",
    ),
]
Out = Annotated[Path | None, make_folder_option("instruments")]


def list_methods() -> None:
    """List the ways of measuring hair that `[instrument] method` can name."""
    from follicle_sim.scenario.fields.methods import load_methods

    console = make_console()
    methods = load_methods().items()
    entries = ((name, method.title, ", ".join(method.measures)) for name, method in methods)
    print_index(console, ("method", "measures"), entries)
    console.print("\n`follicle-sim instruments show ID` prints every number, its source and grade.")


def show_method(method: MethodName) -> None:
    """Show what one method sees and every number of it with its source and grade."""
    from follicle_sim.scenario.fields.methods import load_methods

    known = load_methods()
    if method not in known:
        message = f'no method "{method}"{did_you_mean(method, known)}'
        raise InputError("instruments", [Problem("", message)])
    print_method(method, known[method])


def compare_methods(
    file: ScenarioFile,
    method: Methods = None,
    settings: Settings = None,
    out: Out = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate one trial and read it through several instruments: figure and table."""
    from follicle_sim.experiments.instruments import compare_instruments
    from follicle_sim.figures import save_figure
    from follicle_sim.figures.instrument import plot_instruments
    from follicle_sim.reporting.folders.run import make_folder

    scenario = read_scenario(file, settings)
    folder = make_folder(out or default_folder(file, "instruments"))
    with watch_progress(quiet, "subjects") as report:
        readings = compare_instruments(scenario, method or USUAL, threads=threads, report=report)
    save_figure(plot_instruments(readings), folder / "instruments.png")
    if not quiet:
        print_readings(readings)
        print_files_in_line(folder, ["instruments.png"])


def print_method(name: str, method: Method) -> None:
    """Print what is held of one method."""
    from rich.text import Text

    from follicle_sim.scenario.fields.methods import seen_by

    console = make_console()
    print_heading(console, f"{name}: {method.title}")
    console.print(method.about)
    console.print(Text(f"Sees: {', '.join(sorted(seen_by(method.measures)))}"))
    if method.values:
        print_heading(console, "\n[instrument]")
    for key, value in method.values.items():
        console.print(Text(f"  {key} = {_format_as_in_file(value)}"))
        print_indented(console, method.sources[key], 6, style="dim")


def print_readings(readings: Sequence[Seen], variable: str = "hair_density") -> None:
    """Print, instrument by instrument, how a single change scatters and why."""
    from rich.table import Table

    console = make_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("method", no_wrap=True)
    for head in ("SD of a change", "by the instrument", "people needed"):
        table.add_column(head, justify="right")
    spreads = [reading.errors(variable) for reading in readings]
    least = min(spread for spread, _ in spreads)
    for reading, (spread, error) in zip(readings, spreads, strict=True):
        times = f"x {(spread / least) ** 2:.1f}"
        table.add_row(reading.method, f"{spread:.1f}", f"{error:.1f}", times)
    console.print(table)
    console.print(
        "\nHairs per cm2, from baseline to the last visit, pooled over arms. People needed"
    )
    console.print("for the same power, relative to the best of these instruments.")


def _format_as_in_file(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value}"
