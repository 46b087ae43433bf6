"""The commands for event tables of NONMEM and nlmixr2: `follicle-sim doses export | import`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import ScenarioFile, Settings, make_path_option, read_scenario


def export_doses(
    file: ScenarioFile,
    settings: Settings = None,
    unroll: Annotated[
        bool, typer.Option("--unroll", help="A row for every dose, in place of II and ADDL.")
    ] = False,
    endpoint: Annotated[
        str | None,
        typer.Option(
            "--endpoint",
            help="Simulate, and write what was read of this endpoint of every person as DV.",
        ),
    ] = None,
    out: Annotated[Path, make_path_option("File to write.")] = Path("events.csv"),
) -> None:
    """Write the dosing of a scenario as an event table of NONMEM and nlmixr2.

    Time is in days from baseline. ID is the arm, or with --endpoint the person; CMT numbers the
    treatments. The columns ARM, TREATMENT and UNIT are texts: drop them in $INPUT.
    """
    from follicle_sim.reporting.event_table import not_carried, write_event_table
    from follicle_sim.simulation.simulate import simulate

    scenario = read_scenario(file, settings)
    result = None if endpoint is None else simulate(scenario)
    usual = "hair_density" if endpoint is None else endpoint
    write_event_table(out, scenario, unroll=unroll, result=result, endpoint=usual)
    for sentence in not_carried(scenario):
        typer.echo(f"note: {sentence}")
    typer.echo(f"Written to {out}")


def import_doses(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="Event table (CSV).")],
    treatments: Annotated[
        list[str] | None,
        typer.Option(
            "--cmt",
            metavar="N=TREATMENT",
            help="What a compartment is, where the table has no column TREATMENT.",
        ),
    ] = None,
) -> None:
    """Print the arms of an event table as they stand in a scenario file."""
    from follicle_sim.reporting.event_table import arms_text, read_event_table

    named = {}
    for text in treatments or ():
        number, _, name = text.partition("=")
        if not number.strip().isdigit() or not name:
            raise typer.BadParameter(f"found {text!r}; allowed: a number, =, and a treatment")
        named[int(number)] = name.strip()
    typer.echo(arms_text(read_event_table(table, named)), nl=False)
