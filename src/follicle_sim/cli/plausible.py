"""`follicle-sim plausible`: a published outcome with the drug, without it, and in a repeat."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.cli.options import (
    Alpha,
    Json,
    Quiet,
    Resume,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    make_folder_option,
    quote_command,
    read_scenario,
)
from follicle_sim.cli.plausible_table import print_plausible
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import print_files_with_time, print_json

if TYPE_CHECKING:
    from follicle_sim.experiments.planning.question import Question
    from follicle_sim.experiments.planning.repeat import RepeatRow


def parse_numbers(text: str, option: str) -> tuple[float, ...]:
    """Read "0,0.5,1" as numbers, in order and without repetition.

    Raises
    ------
    InputError
        Where a part is no number.

    Examples
    --------
    >>> parse_numbers("1, 0.5,1", "--potency")
    (0.5, 1.0)
    """
    try:
        return tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        message = f'found "{text}"; allowed: numbers with commas, such as 0.5,1,2'
        raise InputError(option, [Problem("", message)]) from None


Potencies = Annotated[
    str,
    typer.Option("--potency", metavar="P,P,...", help="Potencies to try. Default: 0.5,1,2,3,5,8."),
]
Studies = Annotated[int, typer.Option("--replicates", min=2, help="Studies at each potency.")]
TreatmentName = Annotated[
    str, typer.Option("--treatment", help="Whose potency. Default: the only drug.")
]
Endpoint = Annotated[
    str, typer.Option("--endpoint", help="What rose. Default: as [analysis] says.")
]
Weeks = Annotated[
    list[float] | None,
    typer.Option(
        "--week",
        help="Visit with a gain; repeatable. Default: all after baseline, with a control the last.",
    ),
]
Method = Annotated[
    str, typer.Option("--method", help="Test of the study, such as paired_t, signed_rank.")
]
Spots = Annotated[
    int,
    typer.Option(
        "--spots", help="Spots of which the thinnest is counted, without a control; 1: no choice."
    ),
]
RepeatWeeks = Annotated[
    str, typer.Option("--repeat-week", metavar="W,W", help="Visits of a controlled repeat.")
]
NoRepeat = Annotated[bool, typer.Option("--no-repeat", help="Leave the controlled repeat out.")]
Out = Annotated[Path | None, make_folder_option("plausible")]


def plausible(
    file: ScenarioFile,
    potency: Potencies = "",
    replicates: Studies = 500,
    treatment: TreatmentName = "",
    endpoint: Endpoint = "",
    week: Weeks = None,
    method: Method = "",
    alpha: Alpha = None,
    spots: Spots = 2,
    repeat_week: RepeatWeeks = "12,24",
    no_repeat: NoRepeat = False,
    settings: Settings = None,
    out: Out = None,
    seed: Seed = None,
    threads: Threads = None,
    resume: Resume = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find how probable a study's significant rise is, with its drug and without any effect of it.

    The study is simulated as it was run, at each potency, and without the drug. Without a control:
    with nothing else, a choice of the spot, season, needle, drift. With one: by chance alone, with
    arms that drift apart, drop-out or reading that differs. Then as a controlled repeat.
    """
    from follicle_sim.experiments.planning.plausible import plausible as ask_plausible
    from follicle_sim.experiments.planning.power_plan import Plan
    from follicle_sim.experiments.planning.question import POTENCIES, make_question
    from follicle_sim.experiments.planning.repeat import make_controlled, repeat, repeat_key
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.reporting.folders.plausible import as_record, write_plausible
    from follicle_sim.reporting.folders.run import make_folder

    scenario = read_scenario(file, settings, seed)
    potencies = parse_numbers(potency, "--potency") if potency else POTENCIES
    weeks = parse_numbers(repeat_week, "--repeat-week")
    plan = Plan(endpoint, tuple(week or ()), method, alpha)
    question = make_question(
        scenario, potencies, replicates, plan, treatment=treatment, spots=spots
    )
    # refused before anything is simulated
    make_controlled(scenario, question.treatment, "parallel", weeks)
    folder = make_folder(out or default_folder(file, "plausible"))
    silent = quiet or json
    if not silent:
        announce_time(question, () if no_repeat else weeks)
    began = time.perf_counter()
    studies = Checkpoint(folder / "studies.npz", question.key, resume)
    again = Checkpoint(folder / "repeats.npz", repeat_key(question, weeks), resume)
    with watch_progress(silent, "subjects") as report:
        result = ask_plausible(question, threads=threads, report=report, checkpoint=studies)
        repeats: tuple[RepeatRow, ...] = ()
        if not no_repeat:
            repeats = repeat(question, weeks, threads=threads, report=report, checkpoint=again)
    files = write_plausible(result, repeats, scenario, folder, quote_command())
    for checkpoint in (studies, again):
        checkpoint.drop()
    if json:
        print_json(as_record(result, repeats, scenario, quote_command()))
    elif not quiet:
        print_plausible(result, repeats, scenario)
        print_files_with_time(folder, files, time.perf_counter() - began)


def announce_time(question: Question, repeat_weeks: Sequence[float]) -> None:
    """Say on standard error how long it will take; without weeks there is no repeat."""
    from follicle_sim.experiments.planning.plausible import expected_seconds
    from follicle_sim.experiments.planning.repeat import expected_repeat_seconds

    seconds = expected_seconds(question)
    if repeat_weeks:
        seconds += expected_repeat_seconds(question, repeat_weeks)
    included = ", the repeat included" if repeat_weeks else ""
    typer.echo(f"about {seconds:.0f} s{included}", err=True)
