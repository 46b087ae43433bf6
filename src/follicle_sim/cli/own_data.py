"""The command for a trial of one's own: `follicle-sim trials template`."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import make_path_option, read_plan


def template(
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="SCENARIO", help="Scenario whose arms and visits are filled in."
        ),
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="A row for every person, not for every arm.")
    ] = False,
    out: Annotated[Path, make_path_option("File to write.")] = Path("my_trial.csv"),
) -> None:
    """Write the empty table for a trial of your own.

    Fill it in with any spreadsheet, save it as CSV, and name it in the scenario:
    `[[compare]]` and below it `data = "my_trial.csv"`. The trial is then compared, scored and
    drawn like a published one. A scenario that names a table already is taken without it.
    """
    from follicle_sim.reporting.own_table import write_own_table

    write_own_table(out, None if scenario is None else read_plan(scenario), people=people)
    typer.echo(f"Written to {out}: fill it in, save it as CSV, and add to the scenario:")
    typer.echo(f'\n[[compare]]\ndata = "{out.name}"')
