"""The command that says what a run stands on: `follicle-sim doctor`."""

import typer

from follicle_sim.cli.options import Json


def doctor(json: Json = False) -> None:
    """Say what a run stands on: versions, processors, linear algebra, folders.

    Worth adding to a report of trouble. Nothing is changed; the exit code is 0 whatever it finds.
    """
    from follicle_sim.cli import printing as console
    from follicle_sim.reporting.doctor import diagnose

    found = diagnose()
    if json:
        from json import dumps

        typer.echo(dumps(found, indent=2))
    else:
        console.print_diagnosis(found)


def add_doctor(app: typer.Typer, codes: str) -> None:
    """Add the command to the command line."""
    short = "Say what a run stands on: versions, processors, folders."
    app.command("doctor", epilog=codes, short_help=short)(doctor)
