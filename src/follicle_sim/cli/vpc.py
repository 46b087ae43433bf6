"""`follicle-sim vpc`: each published change of a study, and where virtual trials lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    Replicates,
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
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    Column,
    choose_decimals,
    format_number,
    make_console,
    print_files_in_line,
    print_groups,
    spell_out,
)

if TYPE_CHECKING:
    from follicle_sim.experiments.planning.predictive import PointRow, PredictiveCheck

StudyName = Annotated[
    str, typer.Option("--study", metavar="ID", help="Default: the one the scenario names.")
]
Out = Annotated[Path | None, make_folder_option("vpc")]


def vpc(
    file: ScenarioFile,
    study: StudyName = "",
    replicates: Replicates = 200,
    settings: Settings = None,
    out: Out = None,
    seed: Seed = None,
    threads: Threads = None,
    resume: Resume = False,
    quiet: Quiet = False,
) -> None:
    """Hold a study's published changes against virtual trials of its size (visual check)."""
    from follicle_sim.experiments.planning.predictive import check_key, predictive_bands
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.reporting.folders.predictive import write_check
    from follicle_sim.reporting.folders.run import make_folder

    scenario = read_scenario(file, settings, seed)
    folder = make_folder(out or default_folder(file, "vpc"))
    checkpoint = Checkpoint(folder / "trials.npz", check_key(scenario, study, replicates), resume)
    with watch_progress(quiet, "subjects") as report:
        check = predictive_bands(
            scenario, study, replicates, threads=threads, report=report, checkpoint=checkpoint
        )
    files = write_check(check, scenario, folder, quote_command())
    checkpoint.drop()
    if not quiet:
        print_check(check)
        print_files_in_line(folder, files)


def print_check(check: PredictiveCheck) -> None:
    """Print every published number with the band of virtual trials at its week."""
    console = make_console()
    people = ", ".join(f"{label} {n}" for label, n in check.people.items())
    console.print(f"\n{check.study}: {check.bands[0].trials:,} virtual trials; people: {people}")
    if check.assumed:
        arms = ", ".join(check.assumed)
        console.print(f"The study's number of people is not held for {arms}: the scenario's.")
    columns = [Column("week", True), Column("what"), Column("observed", True)]
    columns += [Column("90 % of trials", True), Column("with a trial's own drift", True)]
    groups: dict[str, list[list[str]]] = {}
    for row in check.points:
        title = f"{row.arm} minus {row.control}" if row.control else row.arm
        groups.setdefault(title, []).append(_format_row(row))
    print_groups(console, columns, groups)
    inside = sum(row.inside for row in check.points)
    wider = sum(row.inside_with_drift for row in check.points)
    console.print(
        f"\n{inside} of {len(check.points)} observed numbers lie within the band, {wider} with "
        "what any trial's arm moves by itself (mean +3, SD 6 hairs/cm2). What is not known of "
        "biology and potency is in neither, unless run.uncertainty says so."
    )


def _format_row(row: PointRow) -> list[str]:
    scale = 100.0 if row.kind.startswith("percent") else 1.0
    digits = 1 if scale > 1.0 else choose_decimals([row.observed, row.low, row.high])

    def shown(value: float) -> str:
        return format_number(scale * value, digits, sign=True)

    error = (
        "" if row.observed_se is None else f" (SE {format_number(scale * row.observed_se, digits)})"
    )
    wider = "" if row.control else f"{shown(row.drift_low)} to {shown(row.drift_high)}"
    if not row.inside_with_drift:
        wider += " outside"
    return [
        f"{row.week:g}",
        f"{spell_out(row.endpoint)}, {spell_out(row.kind)}{' (%)' if scale > 1.0 else ''}",
        f"{shown(row.observed)}{error}",
        f"{shown(row.low)} to {shown(row.high)}",
        wider,
    ]
