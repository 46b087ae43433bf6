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
    steady_state: Annotated[
        bool,
        typer.Option(
            "--steady-state",
            help="Schedules that began long before baseline from baseline on, with SS and II.",
        ),
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

    Time is in days from baseline, below 0 where people arrive treated. ID is the arm, or with
    --endpoint the person; CMT numbers the treatments. The columns ARM, TREATMENT and UNIT are
    texts: drop them in $INPUT.
    """
    from follicle_sim.reporting.event_notes import before_baseline, not_carried
    from follicle_sim.reporting.event_table import write_event_table
    from follicle_sim.simulation.simulate import simulate

    scenario = read_scenario(file, settings)
    result = None if endpoint is None else simulate(scenario)
    usual = "hair_density" if endpoint is None else endpoint
    write_event_table(
        out, scenario, unroll=unroll, steady_state=steady_state, result=result, endpoint=usual
    )
    early = before_baseline(scenario, steady_state=steady_state)
    for sentence in (*not_carried(scenario), *early):
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
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="TIME",
            help='Doses of a steady state (SS) are given at least so long before it: "1 year".',
        ),
    ] = "0 days",
) -> None:
    """Print the arms of an event table as they stand in a scenario file.

    A record of steady state becomes the doses that lead to it: as many as the drug needs, about ten
    half-lives. The hair needs longer; --since gives it the time.
    """
    from follicle_sim.reporting.event_reading import arms_text, read_event_table, steady_states

    named = {}
    for text in treatments or ():
        number, _, name = text.partition("=")
        if not number.strip().isdigit() or not name:
            raise typer.BadParameter(f"found {text!r}; allowed: a number, =, and a treatment")
        named[int(number)] = name.strip()
    lead = _days(since)
    for sentence in steady_states(table, named, since=lead):
        typer.echo(f"# {sentence}")
    typer.echo(arms_text(read_event_table(table, named, since=lead)), nl=False)


def _days(text: str) -> float:
    from follicle_sim.base.errors import UnitError
    from follicle_sim.base.units import parse

    try:
        days = parse(text, "time")
    except UnitError as error:
        raise typer.BadParameter(f"--since: {error}") from None
    if days < 0.0:
        raise typer.BadParameter(f"--since: found {text}; allowed: 0 days or more")
    return days
