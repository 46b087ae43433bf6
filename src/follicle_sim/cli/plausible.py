"""`follicle-sim plausible`: a published outcome with the drug, without it, and in a repeat."""

from __future__ import annotations

from dataclasses import dataclass
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
    from follicle_sim.base.progress import Report
    from follicle_sim.experiments.planning.plausible import Plausible
    from follicle_sim.experiments.planning.power_plan import Plan
    from follicle_sim.experiments.planning.repeat import RepeatRow
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.scenario.model import Scenario


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
    typer.Option("--week", help="Visit with a rise; repeatable. Default: all after baseline."),
]
Method = Annotated[
    str, typer.Option("--method", help="Test of the study, such as paired_t, signed_rank.")
]
Spots = Annotated[
    int, typer.Option("--spots", help="Spots of which the thinnest is counted; 1: no choice.")
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

    The study is simulated as it was run, at each potency, and without the drug: with nothing else,
    with a choice of the spot, season, needle, and drift of published arms. Then with a control.
    """
    from follicle_sim.experiments.planning.power_plan import Plan
    from follicle_sim.reporting.folders.plausible import as_record, write_plausible
    from follicle_sim.reporting.folders.run import make_folder

    scenario = read_scenario(file, settings, seed)
    question = make_question(
        scenario,
        Plan(endpoint, tuple(week or ()), method, alpha),
        treatment,
        parse_numbers(potency, "--potency") if potency else (),
        replicates,
        spots,
        parse_numbers(repeat_week, "--repeat-week"),
    )
    folder = make_folder(out or default_folder(file, "plausible"))
    silent = quiet or json
    if not silent:
        seconds = question.expect_seconds()
        typer.echo(f"about {seconds:.0f} s, and as much as a third more for the repeat", err=True)
    checkpoints = question.open_checkpoints(folder, resume)
    with watch_progress(silent, "subjects") as report:
        result = question.simulate_studies(threads, report, checkpoints[0])
        repeats: tuple[RepeatRow, ...] = ()
        if not no_repeat:
            repeats = question.simulate_repeat(threads, report, checkpoints[1])
    files = write_plausible(result, repeats, scenario, folder, quote_command())
    for checkpoint in checkpoints:
        checkpoint.drop()
    if json:
        print_json(as_record(result, repeats, scenario, quote_command()))
    elif not quiet:
        print_plausible(result, repeats)
        print_files_with_time(folder, files, result.seconds)


@dataclass(frozen=True)
class Question:
    """What is asked of a study, every default filled in.

    Parameters
    ----------
    plan
        Statistics of the study.
    drug
        The treatment whose potency is tried.
    replicates
        Studies at each potency; a fifth as many controlled repeats.
    spots
        Spots of which the thinnest is counted.
    weeks
        Visits of the controlled repeat.
    """

    scenario: Scenario
    plan: Plan
    drug: str
    potencies: tuple[float, ...]
    replicates: int
    spots: int
    weeks: tuple[float, ...]

    def expect_seconds(self) -> float:
        """Return how long the studies will take."""
        from follicle_sim.experiments.planning.plausible import expected_seconds

        return expected_seconds(
            self.scenario, self.potencies, self.replicates, self.plan, self.drug, self.spots
        )

    def open_checkpoints(self, folder: Path, resume: bool) -> tuple[Checkpoint, Checkpoint]:
        """Return where finished studies and finished repeats are kept."""
        from follicle_sim.experiments.planning.plausible import plausible_key
        from follicle_sim.experiments.planning.repeat import repeat_key
        from follicle_sim.experiments.running.checkpoint import Checkpoint

        asked = (self.scenario, self.plan, self.drug, self.potencies, self.replicates)
        studies = Checkpoint(folder / "studies.npz", plausible_key(*asked, self.spots), resume)
        return studies, Checkpoint(folder / "repeats.npz", repeat_key(*asked, self.weeks), resume)

    def simulate_studies(
        self, threads: int | None, report: Report | None, checkpoint: Checkpoint
    ) -> Plausible:
        """Return how often the outcome comes, with the drug and without."""
        from follicle_sim.experiments.planning.plausible import plausible as run_plausible

        return run_plausible(
            self.scenario,
            self.potencies,
            self.replicates,
            self.plan,
            treatment=self.drug,
            spots=self.spots,
            threads=threads,
            report=report,
            checkpoint=checkpoint,
        )

    def simulate_repeat(
        self, threads: int | None, report: Report | None, checkpoint: Checkpoint
    ) -> tuple[RepeatRow, ...]:
        """Return how many people a controlled repeat needs."""
        from follicle_sim.experiments.planning.repeat import repeat

        return repeat(
            self.scenario,
            self.drug,
            self.potencies,
            self.replicates // 5,
            self.weeks,
            plan=self.plan,
            threads=threads,
            report=report,
            checkpoint=checkpoint,
        )


def make_question(
    scenario: Scenario,
    plan: Plan,
    treatment: str,
    potencies: tuple[float, ...],
    replicates: int,
    spots: int,
    weeks: tuple[float, ...],
) -> Question:
    """Return the question with its defaults filled in; what cannot be asked is refused here.

    Parameters
    ----------
    treatment
        Empty for the only drug of the scenario.
    potencies
        Empty for the default ones.

    Raises
    ------
    InputError
        Before anything is simulated.
    """
    from follicle_sim.experiments.planning.circumstances import the_treatment
    from follicle_sim.experiments.planning.plausible import POTENCIES, the_plan
    from follicle_sim.experiments.planning.repeat import controlled

    potencies = potencies or POTENCIES
    plan = the_plan(scenario, plan, potencies, replicates, spots)
    drug = the_treatment(scenario, treatment)
    controlled(scenario, drug, "parallel", weeks)
    return Question(scenario, plan, drug, potencies, replicates, spots, weeks)
