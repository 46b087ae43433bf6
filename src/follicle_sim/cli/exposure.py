"""`follicle-sim exposure`: who got more of a treatment, and did more grow?"""

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
    from follicle_sim.analysis.outcomes.exposure_response import ExposureResponse, GroupRow

Out = Annotated[Path | None, make_folder_option("exposure")]


def exposure(
    file: ScenarioFile,
    treatment: Annotated[
        str, typer.Option("--treatment", metavar="NAME", help="Default: the first that acts.")
    ] = "",
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="NAME", help="What changes.")
    ] = "hair_density",
    measure: Annotated[
        str,
        typer.Option("--measure", help="Of exposure: effect (at the follicle) or amount (taken)."),
    ] = "effect",
    week: Annotated[
        float | None, typer.Option("--week", help="Of the visit. Default: the last.")
    ] = None,
    groups: Annotated[
        int, typer.Option("--groups", min=1, help="Of people alike in exposure.")
    ] = 4,
    settings: Settings = None,
    out: Out = None,
    seed: Seed = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate, and hold each person's change against what reached them of a treatment."""
    from follicle_sim.analysis.outcomes.exposure_response import exposure_response
    from follicle_sim.reporting.folders.exposure import write_exposure
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.simulation.simulate import simulate

    scenario = read_scenario(file, settings, seed)
    with watch_progress(quiet, "subjects") as report:
        data = simulate(scenario, threads=threads, progress=report)
    found = exposure_response(
        data,
        endpoint,
        treatment=treatment,
        measure=measure,  # type: ignore[arg-type]  # judged there
        week=week,
        groups=groups,
    )
    folder = make_folder(out or default_folder(file, "exposure"))
    files = write_exposure(found, data, scenario, folder, quote_command())
    if not quiet:
        print_exposure(found)
        print_files_in_line(folder, files)


def print_exposure(found: ExposureResponse) -> None:
    """Print a row for each group of people alike in exposure."""
    console = make_console()
    columns = [Column("exposure", True), Column("people", True), Column("change", True)]
    columns.append(Column("95 %", True))
    unit = "mean effect" if found.measure == "effect" else found.exposure_unit
    title = f"{spell_out(found.endpoint)}, {found.treatment} ({unit}), week {found.week:g}"
    print_groups(console, columns, {title: [_cells(row) for row in found.groups]})
    if found.slope == found.slope:
        error = format_number(found.slope_error, 2)
        console.print(f"slope {format_number(found.slope, 2, sign=True)} (SE {error})")


def _cells(row: GroupRow) -> list[str]:
    span = f"{row.least:.3g}" if row.least == row.most else f"{row.least:.3g} to {row.most:.3g}"
    ends = (
        [format_number(end, 1, sign=True) for end in (row.low, row.high)] if row.people > 1 else []
    )
    return [span, str(row.people), format_number(row.change, 1, sign=True), " to ".join(ends)]
