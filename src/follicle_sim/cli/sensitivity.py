"""`follicle-sim sensitivity`: which uncertain parameters move the density change of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    Resume,
    ScenarioFile,
    Settings,
    default_folder,
    make_folder_option,
    quote_command,
    read_scenario,
)
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import Column, make_console, print_groups, spell_out

if TYPE_CHECKING:
    from follicle_sim.experiments.sensitivity import Ranking

MOST_LUCK = 0.2
"""Share of the variance that may be luck before it is said."""

SHOWN = 8
"""Parameters of an outcome shown; the rest are in the table on disk."""

Samples = Annotated[
    int,
    typer.Option("--samples", help="A power of two; runs are samples x (parameters + 2)."),
]
Out = Annotated[Path | None, make_folder_option("sensitivity")]


def sensitivity(
    file: ScenarioFile,
    samples: Samples = 128,
    settings: Settings = None,
    out: Out = None,
    resume: Resume = False,
    quiet: Quiet = False,
) -> None:
    """Find which uncertain parameters move the density change of a scenario (Sobol indices)."""
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.experiments.sensitivity import rank_parameters
    from follicle_sim.experiments.sensitivity_plan import make_plan, plan_key
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.reporting.folders.sensitivity import write_sensitivity

    plan = make_plan(read_scenario(file, settings), samples)
    folder = make_folder(out or default_folder(file, "sensitivity"))
    checkpoint = Checkpoint(folder / "evaluations.npz", plan_key(plan), resume)
    with watch_progress(quiet) as report:
        result = rank_parameters(plan, checkpoint, report)
    files = write_sensitivity(result, plan, folder, quote_command())
    if not quiet:
        print_sensitivity(result, folder, files)


def print_sensitivity(result: Ranking, folder: Path, files: Sequence[str]) -> None:
    """Print the parameters that matter most for each outcome, and where the files are."""
    console = make_console()
    columns = [Column("week", True), Column("parameter"), Column("first", True)]
    columns += [Column("total", True)]
    groups: dict[str, list[list[str]]] = {}
    noisy = False
    for (arm, control), rows in groupby(result.rows, key=lambda row: (row.arm, row.control)):
        title = f"{arm} minus {control}" if control else f"{arm}, own change"
        for week, at_week in groupby(rows, key=lambda row: row.week):
            best = sorted(at_week, key=lambda row: -row.total)[:SHOWN]
            one = best[0]
            head = (
                f"{title}, week {week}: {one.mean:+.1f} (SD {one.sd:.1f}) hairs/cm2, "
                f"{one.luck:.0%} of the variance is luck"
            )
            noisy = noisy or one.luck > MOST_LUCK
            groups[head] = [
                [
                    f"{week}",
                    spell_out(row.parameter),
                    f"{row.first:.2f} ±{row.first_interval:.2f}",
                    f"{row.total:.2f} ±{row.total_interval:.2f}",
                ]
                for row in best
            ]
    print_groups(console, columns, groups)
    console.print(
        "\nshares of variance with 90 % intervals; every parameter within a factor of two"
    )
    if noisy:
        console.print(
            f"Where more than {MOST_LUCK:.0%} of the variance is luck, total indices are too high; "
            "--set run.engine=expected has next to none."
        )
    console.print(f"{result.runs:,} simulations, {result.seconds:.0f} s. Written to {folder}:")
    console.print("  " + "  ".join(files))
