"""`follicle-sim calibrate FILE --follicles CSV`: a number held against single follicles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from follicle_sim.cli.options import default_folder, quote_command, read_scenario
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    Column,
    make_console,
    print_files_with_time,
    print_groups,
    print_heading,
    print_indented,
)

if TYPE_CHECKING:
    from follicle_sim.experiments.calibration.fit_follicles import FollicleFit

_MOST_TOLD = 5


def check_follicle_options(
    follicles: Path | None, misread: float, names: Sequence[str], no_drift: bool
) -> None:
    """Refuse options that do not go with a table of follicles, or need one."""
    if follicles is None and misread:
        raise typer.BadParameter("--misread belongs to --follicles")
    if follicles is not None and (no_drift or len(names) > 1):
        raise typer.BadParameter("--follicles takes one --parameter, and no --no-drift")


def fit_to_follicles(
    file: Path,
    follicles: Path,
    names: Sequence[str],
    settings: list[str] | None,
    out: Path | None,
    *,
    misread: float,
    quiet: bool,
) -> None:
    """Fit a number of a scenario to a table of follicles, write what came out and print it."""
    from follicle_sim.experiments.calibration.fit_follicles import fit_follicles
    from follicle_sim.reporting.folders.follicle_fit import write_follicle_fit
    from follicle_sim.reporting.folders.run import make_folder

    scenario = read_scenario(file, settings)
    folder = make_folder(out or default_folder(file, "fit"))
    with watch_progress(quiet, "runs") as report:
        fit = fit_follicles(scenario, follicles, *names, misread=misread, report=report)
    files = write_follicle_fit(fit, scenario, str(follicles), folder, quote_command())
    if not quiet:
        print_follicle_fit(fit, scenario.title)
        print_files_with_time(folder, files, fit.seconds)


def print_follicle_fit(fit: FollicleFit, title: str) -> None:
    """Print what follicles say of a number, and what they did from visit to visit."""
    from follicle_sim.figures.fit import short_name
    from follicle_sim.figures.parts.fit_words import interval_words

    console = make_console()
    print_heading(console, f"\n{title}")
    level = f"{100 * fit.level:.0f} % interval"
    console.print(f"\n{short_name(fit.name)}: {interval_words(fit)} ({level}), {fit.verdict}")
    console.print(f"{fit.follicles:,} follicles, {fit.people:,} people, {fit.visits} visits\n")
    groups: dict[str, list[list[str]]] = {}
    for row in fit.transitions:
        if row.observed or row.fitted >= 0.5:
            cells = [f"{row.before} to {row.after}", f"{row.observed:,}", f"{row.fitted:,.1f}"]
            groups.setdefault(row.arm, []).append(cells)
    columns = [Column("from visit to visit"), Column("seen", True), Column("expected", True)]
    print_groups(console, columns, groups)
    for line in fit.unlikely[:_MOST_TOLD]:
        console.print()
        print_indented(console, line, 0)
    if len(fit.unlikely) > _MOST_TOLD:
        console.print(f"\nand {len(fit.unlikely) - _MOST_TOLD} more in fit.json")
