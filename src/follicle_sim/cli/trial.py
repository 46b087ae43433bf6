"""`follicle-sim trial`: one virtual trial on one page, with the flow of its subjects."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from follicle_sim.cli.options import (
    Cdisc,
    Measure,
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    make_folder_option,
    read_scenario,
)
from follicle_sim.cli.progress import simulate_with_progress
from follicle_sim.cli.text import make_console, print_files, print_potencies

if TYPE_CHECKING:
    from follicle_sim.reporting.report import TrialReport

Out = Annotated[Path | None, make_folder_option("trial")]


def trial(
    file: ScenarioFile,
    out: Out = None,
    seed: Seed = None,
    measure: Measure = "",
    settings: Settings = None,
    threads: Threads = None,
    cdisc: Cdisc = False,
    quiet: Quiet = False,
) -> None:
    """Run one virtual trial and report it on one page, with the flow of its subjects.

    Statistics are those of the scenario's [analysis] table. `follicle-sim analyse FOLDER` does
    other statistics with the same people; `follicle-sim power` runs many trials.
    """
    from follicle_sim.analysis.ready import check_analysis
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.reporting.folders.trial import report_trial
    from follicle_sim.reporting.reanalysis import with_measure
    from follicle_sim.reporting.report import check_measure, check_trial
    from follicle_sim.simulation.simulate import check_memory

    scenario = read_scenario(file, settings, seed)
    if measure:
        scenario = with_measure(scenario, measure, str(file))
    check_trial(scenario)
    check_measure(scenario)
    check_analysis(scenario, str(file), required=True)
    protocols = resolve(scenario)
    check_memory(protocols[0])
    folder = make_folder(out or default_folder(file, "trial"))
    data = simulate_with_progress(protocols, threads=threads, quiet=quiet)
    report, files = report_trial(data, folder, scenario.origin, cdisc=cdisc)
    if not quiet:
        print_trial(report, folder, files)


def print_trial(report: TrialReport, folder: Path, files: Sequence[str]) -> None:
    """Print the page of a trial, as wide as the terminal allows, and the files written."""
    from rich.text import Text

    from follicle_sim.reporting.page.text import WIDTH, page

    console = make_console()
    title, _, body = page(report, min(console.width, WIDTH)).partition("\n")
    console.print()
    console.print(Text(title, style="bold"), soft_wrap=True)
    print_potencies(console, report.scenario)
    # The page is as wide as it was made: nothing wraps it again.
    console.print(Text(body), soft_wrap=True)
    print_files(console, folder, files)
