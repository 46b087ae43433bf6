"""The commands of one virtual trial: `follicle-sim trial | analyse`."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    out_path,
    read_scenario,
)

Out = Annotated[Path | None, out_path("Folder. Default: results/NAME_OF_FILE.trial.")]
Measured = Annotated[
    str,
    typer.Option(
        "--measure",
        help="What is tested of the endpoint: change, average (of the change over the time until "
        "then) or responders (share with a gain). Default: as [analysis] says.",
    ),
]
Cdisc = Annotated[
    bool,
    typer.Option("--cdisc", help="Also write ADSL, EX and ADHC tables (CSV, marked synthetic)."),
]


def trial(
    file: ScenarioFile,
    out: Out = None,
    seed: Seed = None,
    measure: Measured = "",
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
    from follicle_sim.cli import printing as console
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.trial import report_trial
    from follicle_sim.reporting.reanalysis import with_measure
    from follicle_sim.reporting.report import check_measure, check_trial
    from follicle_sim.simulation.simulate import check_memory

    scenario = read_scenario(file, settings, seed)
    if measure:
        scenario = with_measure(scenario, measure, str(file))
    check_trial(scenario)
    check_measure(scenario)
    check_analysis(scenario, str(file), wanted=True)
    check_memory(resolve(scenario)[0])
    folder = outputs.make_folder(out or default_folder(file, "trial"))
    data = console.simulate_with_progress(scenario, threads=threads, quiet=quiet)
    report, files = report_trial(data, folder, scenario.origin, cdisc=cdisc)
    if not quiet:
        console.print_trial(report, folder, files)


def analyse(
    run: Annotated[
        Path, typer.Argument(metavar="RUN_DIR", help="Folder of a trial or run, or its result.nc.")
    ],
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="FILE", help="TOML file with an [analysis] table."),
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="Result variable, such as terminal_density.")
    ] = None,
    week: Annotated[float | None, typer.Option("--week", help="Visit it is judged at.")] = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            help="t_test, welch, wilcoxon, ancova, mmrm, mixed_model; within persons paired_t, "
            "signed_rank.",
        ),
    ] = None,
    measure: Measured = "",
    people: Annotated[
        str | None,
        typer.Option("--set-of-people", metavar="SET", help="intention_to_treat or per_protocol."),
    ] = None,
    missing: Annotated[
        str | None,
        typer.Option(
            "--missing",
            metavar="RULE",
            help="available, complete_cases, last_observation_carried_forward, "
            "baseline_observation_carried_forward, jump_to_reference.",
        ),
    ] = None,
    multiplicity: Annotated[
        str | None,
        typer.Option("--multiplicity", help="none, bonferroni, holm, hochberg, hierarchical."),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="A=B",
            help="Change a key of the [analysis] table, such as --set alpha=0.01. Repeatable.",
        ),
    ] = None,
    out: Annotated[Path | None, out_path("Folder. Default: RUN_DIR.analysis.")] = None,
    cdisc: Cdisc = False,
    quiet: Quiet = False,
) -> None:
    """Do the statistics of a stored trial again; nothing is simulated.

    Starts from the plan the trial was run with, or from that in --plan; options change its keys.
    """
    from follicle_sim.cli import printing as console
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.trial import write_trial
    from follicle_sim.reporting.reanalysis import folder_of, load_trial, replanned
    from follicle_sim.reporting.report import make_report

    data = load_trial(run)
    console.print_incomplete(run if run.is_dir() else run.parent)
    chosen = {
        "endpoint": endpoint,
        "at": None if week is None else f"{week:g} weeks",
        "method": method,
        "set": people,
        "missing": missing,
        "multiplicity": multiplicity,
    }
    asked = {key: value for key, value in chosen.items() if value is not None}
    report = make_report(data, replanned(data, plan, asked, settings or [], measure))
    folder = outputs.make_folder(out or folder_of(run))
    files = write_trial(report, folder, cdisc=cdisc)
    if not quiet:
        console.print_trial(report, folder, files)


def add_virtual_trial(app: typer.Typer, codes: str) -> None:
    """Add the commands to the command line."""
    app.command(epilog=codes, short_help="Run one virtual trial and report it on one page.")(trial)
    app.command(epilog=codes, short_help="Do the statistics of a stored trial again.")(analyse)
