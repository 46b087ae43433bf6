"""The command that asks what a published outcome says: `follicle-sim plausible FILE`."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.cli.calibrate import Resume, command_line
from follicle_sim.cli.options import (
    Json,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    out_path,
    read_scenario,
)


def numbers_of(text: str, option: str) -> tuple[float, ...]:
    """Read "0,0.5,1" as numbers, in order and without repetition.

    Raises
    ------
    InputError
        Where a part is no number.

    Examples
    --------
    >>> numbers_of("1, 0.5,1", "--potency")
    (0.5, 1.0)
    """
    try:
        return tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        message = f'found "{text}"; allowed: numbers with commas, such as 0.5,1,2'
        raise InputError(option, [Problem("", message)]) from None


def plausible(
    file: ScenarioFile,
    potency: Annotated[
        str,
        typer.Option(
            "--potency", metavar="P,P,...", help="Potencies to try. Default: 0.5,1,2,3,5,8."
        ),
    ] = "",
    replicates: Annotated[
        int, typer.Option("--replicates", min=2, help="Studies at each potency.")
    ] = 500,
    treatment: Annotated[
        str, typer.Option("--treatment", help="Whose potency. Default: the only drug.")
    ] = "",
    endpoint: Annotated[
        str, typer.Option("--endpoint", help="What rose. Default: as [analysis] says.")
    ] = "",
    week: Annotated[
        list[float] | None,
        typer.Option("--week", help="Visit with a rise; repeatable. Default: all after baseline."),
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="Test of the study, such as paired_t, signed_rank.")
    ] = "",
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="Significant is p below this.")
    ] = None,
    spots: Annotated[
        int,
        typer.Option("--spots", help="Spots of which the thinnest is counted; 1: no choice."),
    ] = 2,
    repeat_week: Annotated[
        str, typer.Option("--repeat-week", metavar="W,W", help="Visits of a controlled repeat.")
    ] = "12,24",
    no_repeat: Annotated[
        bool, typer.Option("--no-repeat", help="Leave the controlled repeat out.")
    ] = False,
    settings: Settings = None,
    out: Annotated[
        Path | None, out_path("Folder. Default: results/NAME_OF_FILE.plausible.")
    ] = None,
    seed: Seed = None,
    threads: Threads = None,
    resume: Resume = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find how probable a study's significant rise is, with its drug and without any effect of it.

    The study is simulated as it was run, at each potency, and without the drug: with nothing else,
    with a choice of the spot, season, needle, and drift of published arms. Then with a control.
    """
    from json import dumps

    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.planning import plausible as loop
    from follicle_sim.experiments.planning.power_plan import Plan
    from follicle_sim.experiments.planning.repeat import (
        RepeatRow,
        make_controlled,
        repeat,
        repeat_key,
    )
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.plausible import as_record, write_plausible

    scenario = read_scenario(file, settings, seed)
    potencies = numbers_of(potency, "--potency") if potency else loop.POTENCIES
    weeks = numbers_of(repeat_week, "--repeat-week")
    plan = Plan(endpoint, tuple(week or ()), method, alpha)
    question = loop.make_question(
        scenario, potencies, replicates, plan, treatment=treatment, spots=spots
    )
    # refused before anything is simulated
    make_controlled(scenario, question.treatment, "parallel", weeks)
    folder = outputs.make_folder(out or default_folder(file, "plausible"))
    silent = quiet or json
    if not silent:
        seconds = loop.expected_seconds(question)
        typer.echo(f"about {seconds:.0f} s, and as much as a third more for the repeat", err=True)
    studies = Checkpoint(folder / "studies.npz", question.key, resume)
    again = Checkpoint(folder / "repeats.npz", repeat_key(question, weeks), resume)
    with console.watched(silent, "subjects") as report:
        found = loop.plausible(question, threads=threads, report=report, checkpoint=studies)
        repeats: tuple[RepeatRow, ...] = ()
        if not no_repeat:
            repeats = repeat(question, weeks, threads=threads, report=report, checkpoint=again)
    files = write_plausible(found, repeats, scenario, folder, command_line())
    for place in (studies, again):
        place.drop()
    if json:
        typer.echo(dumps(as_record(found, repeats, scenario, command_line()), indent=1))
    elif not quiet:
        console.print_plausible(found, repeats)
        console.print_written(folder, files, found.seconds)


def add_plausible(app: typer.Typer, codes: str) -> None:
    """Add the command to the command line."""
    app.command(epilog=codes, short_help="What a published rise says, with a drug and without.")(
        plausible
    )
