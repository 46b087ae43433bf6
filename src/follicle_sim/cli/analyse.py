"""`follicle-sim analyse`: the statistics of a stored trial again; nothing is simulated."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import Cdisc, Measure, Quiet, make_path_option
from follicle_sim.cli.stored import print_incomplete
from follicle_sim.cli.trial import print_trial

RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN_DIR", help="Folder of a trial or run, or its result.nc.")
]
PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", help="TOML file with an [analysis] table."),
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", help="Result variable, such as terminal_density.")
]
Week = Annotated[float | None, typer.Option("--week", help="Visit it is judged at.")]
Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        help="t_test, welch, wilcoxon, ancova, mmrm, mixed_model; within persons paired_t, "
        "signed_rank.",
    ),
]
People = Annotated[
    str | None,
    typer.Option("--set-of-people", metavar="SET", help="intention_to_treat or per_protocol."),
]
Missing = Annotated[
    str | None,
    typer.Option(
        "--missing",
        metavar="RULE",
        help="available, complete_cases, last_observation_carried_forward, "
        "baseline_observation_carried_forward, jump_to_reference.",
    ),
]
Multiplicity = Annotated[
    str | None,
    typer.Option("--multiplicity", help="none, bonferroni, holm, hochberg, hierarchical."),
]
PlanSettings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="A=B",
        help="Change a key of the [analysis] table, such as --set alpha=0.01. Repeatable.",
    ),
]
Out = Annotated[Path | None, make_path_option("Folder. Default: RUN_DIR.analysis.")]


def analyse(
    run: RunFolder,
    plan: PlanFile = None,
    endpoint: Endpoint = None,
    week: Week = None,
    method: Method = None,
    measure: Measure = "",
    people: People = None,
    missing: Missing = None,
    multiplicity: Multiplicity = None,
    settings: PlanSettings = None,
    out: Out = None,
    cdisc: Cdisc = False,
    quiet: Quiet = False,
) -> None:
    """Do the statistics of a stored trial again; nothing is simulated.

    Starts from the plan the trial was run with, or from that in --plan; options change its keys.
    """
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.reporting.folders.trial import write_trial
    from follicle_sim.reporting.reanalysis import folder_of, load_trial, replanned
    from follicle_sim.reporting.report import make_report

    data = load_trial(run)
    print_incomplete(run if run.is_dir() else run.parent)
    options = {
        "endpoint": endpoint,
        "at": None if week is None else f"{week:g} weeks",
        "method": method,
        "set": people,
        "missing": missing,
        "multiplicity": multiplicity,
    }
    changes = {key: value for key, value in options.items() if value is not None}
    report = make_report(data, replanned(data, plan, changes, settings or [], measure))
    folder = make_folder(out or folder_of(run))
    files = write_trial(report, folder, cdisc=cdisc)
    if not quiet:
        print_trial(report, folder, files)
