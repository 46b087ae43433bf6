"""`follicle-sim explain`: the chain from dose to density of one typical subject, link by link."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Settings,
    default_folder,
    make_path_option,
    read_scenario,
)
from follicle_sim.cli.progress import prepare_engine
from follicle_sim.cli.text import make_console, print_files, print_heading, print_indented

if TYPE_CHECKING:
    import xarray as xr

    from follicle_sim.scenario.model import Scenario

ArmLabel = Annotated[
    str | None,
    typer.Option("--arm", metavar="LABEL", help="Arm. Default: the first with a treatment."),
]
Out = Annotated[
    Path | None, make_path_option("Folder for explain.png. Default: results/NAME_OF_FILE.")
]


def explain(
    file: ScenarioFile,
    arm: ArmLabel = None,
    out: Out = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Follow one typical subject from the dose to the density expected, link by link.

    Dose, level at the site, effect, factors, clock speeds, calibre, phases, density; beside them
    the same subject with no treatment. Prints a table and a sentence for every link, and writes
    explain.png and explain.nc.
    """
    from follicle_sim.experiments.explain import find_arm
    from follicle_sim.reporting.folders.run import make_folder, write_explanation

    scenario = read_scenario(file, settings)
    find_arm(scenario, arm)
    folder = make_folder(out or default_folder(file))
    data = explain_with_status(scenario, arm, quiet=quiet)
    files = write_explanation(data, folder)
    if not quiet:
        print_explanation(scenario, data, folder, files)


def explain_with_status(scenario: Scenario, arm: str | None, *, quiet: bool) -> xr.Dataset:
    """Explain an arm, with a word on standard error about what takes the time unless `quiet`."""
    from follicle_sim.experiments.explain import explain as explain_arm

    if quiet:
        return explain_arm(scenario, arm)
    console = make_console(errors=True)
    prepare_engine(console)
    with console.status("following one typical subject"):
        return explain_arm(scenario, arm)


def print_explanation(
    scenario: Scenario, data: xr.Dataset, folder: Path, files: Sequence[str]
) -> None:
    """Print the links of an arm: their course, a sentence for each, the factor table used."""
    from follicle_sim.cli.explain_table import print_course, print_factors
    from follicle_sim.cli.explain_words import describe_links

    console = make_console()
    print_heading(console, f"\n{scenario.title}")
    label = str(data.attrs["arm"])
    console.print(f"{label}: one typical subject, link by link", soft_wrap=True)
    others = [arm.label for arm in scenario.arms if arm.label != label]
    if others:
        print_indented(console, f"other arms (--arm): {', '.join(others)}", 2, style="dim")
    console.print()
    print_course(console, scenario, data)
    print_heading(console, "\nIn words\n")
    for link, sentences in describe_links(scenario, data):
        print_heading(console, link)
        for sentence in sentences:
            print_indented(console, sentence, 2)
    print_factors(console, data)
    print_files(console, folder, files)
