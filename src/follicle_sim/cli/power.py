"""The commands about virtual trials: `follicle-sim power | vpc`."""

from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.base.errors import InputError, Interrupted, Problem
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


def sizes_of(text: str) -> tuple[int, ...]:
    """Read "10,20,30" as numbers of people, in order and without repetition.

    Raises
    ------
    InputError
        Where a part is no whole number.

    Examples
    --------
    >>> sizes_of("30, 10,20")
    (10, 20, 30)
    """
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        message = f'found "{text}"; allowed: whole numbers with commas, such as 10,20,30'
        raise InputError("--n", [Problem("", message)]) from None


def power(
    file: ScenarioFile,
    n: Annotated[
        str,
        typer.Option(
            "--n",
            metavar="N,N,...",
            help="Sizes to try, in people an arm: times its ratio where [design] allocation gives "
            "one (n = 24 at 2 : 1 is 48 and 24, 72 in all); people a sequence of a crossover; "
            "people in all on a split scalp or in a single arm.",
        ),
    ] = "10,20,30,60",
    replicates: Annotated[int, typer.Option("--replicates", min=2, help="Trials.")] = 500,
    endpoint: Annotated[
        str, typer.Option("--endpoint", help="What is tested. Default: as [analysis] says.")
    ] = "",
    week: Annotated[
        list[float] | None,
        typer.Option(
            "--week", help="Visit to test; repeat it to ask for all at once too. Default: the last."
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            "--method",
            help="t_test, welch, wilcoxon, ancova, mmrm, mixed_model; within persons paired_t, "
            "signed_rank. Default: ancova, or paired_t.",
        ),
    ] = "",
    measure: Annotated[
        str,
        typer.Option(
            "--measure",
            help="What is tested of the endpoint: change, average (of the change over the time "
            "until then) or responders (share with a gain). Default: as [analysis] says.",
        ),
    ] = "",
    alpha: Annotated[
        float | None, typer.Option("--alpha", help="Significant is p below this.")
    ] = None,
    sided: Annotated[
        int | None, typer.Option("--sided", min=1, max=2, help="1: only a gain of hair counts.")
    ] = None,
    control: Annotated[
        str, typer.Option("--control", metavar="LABEL", help="Arm to compare with.")
    ] = "",
    own_change: Annotated[
        bool, typer.Option("--own-change", help="Test each arm's own change from baseline.")
    ] = False,
    type_one: Annotated[
        bool,
        typer.Option("--type-one/--no-type-one", help="As many trials with the drug off."),
    ] = True,
    settings: Settings = None,
    out: Annotated[Path | None, out_path("Folder. Default: results/NAME_OF_FILE.power.")] = None,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find how often trials of n people would find the effect, and the smallest n for 80 and 90 %.

    Every trial is simulated whole and analysed as planned; a trial of fewer people is the first
    people of a larger one. Ctrl-C stops and reports the trials done so far.
    """
    from json import dumps

    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.planning import power as loop
    from follicle_sim.experiments.planning import power_plan
    from follicle_sim.protocol.headcount import people_of
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.power import as_record, write_power
    from follicle_sim.reporting.page.caveats import alike

    scenario = read_scenario(file, settings, seed)
    sizes = sizes_of(n)
    weeks = tuple(week or ())
    plan = power_plan.Plan(endpoint, weeks, method, alpha, sided, control, own_change, measure)
    plan = power_plan.complete_plan(scenario, plan, sizes, replicates)
    folder = outputs.make_folder(out or default_folder(file, "power"))
    silent = quiet or json
    if not silent:
        trials = replicates * (1 + type_one)
        seconds = loop.expected_seconds(scenario, sizes, trials)
        people = people_of(scenario, sizes[-1]).text()
        typer.echo(f"{trials:,} trials of up to {people}; about {seconds:.0f} s", err=True)
        for note in plan.notes:
            typer.echo(f"Note: {note}.", err=True)
    with console.watched(silent, "subjects") as report:
        found = loop.power(
            scenario, sizes, replicates, plan, type_one=type_one, threads=threads, report=report
        )
    files = write_power(found, scenario, folder, command_line())
    if json:
        typer.echo(dumps(as_record(found, scenario, command_line()), indent=1))
    elif not quiet:
        console.print_power(found, alike(scenario))
        console.print_written(folder, files, found.seconds)
    if found.stopped:
        raise Interrupted(f"stopped by Ctrl-C; the trials done so far are in {folder}")


def vpc(
    file: ScenarioFile,
    study: Annotated[
        str, typer.Option("--study", metavar="ID", help="Default: the one the scenario names.")
    ] = "",
    replicates: Annotated[int, typer.Option("--replicates", min=2, help="Trials.")] = 200,
    settings: Settings = None,
    out: Annotated[Path | None, out_path("Folder. Default: results/NAME_OF_FILE.vpc.")] = None,
    seed: Seed = None,
    threads: Threads = None,
    resume: Resume = False,
    quiet: Quiet = False,
) -> None:
    """Hold a study's published changes against virtual trials of its size (visual check)."""
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.planning.predictive import check_key, predictive_bands
    from follicle_sim.experiments.running.checkpoint import Checkpoint
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.reporting.folders.predictive import write_check

    scenario = read_scenario(file, settings, seed)
    folder = outputs.make_folder(out or default_folder(file, "vpc"))
    place = Checkpoint(folder / "trials.npz", check_key(scenario, study, replicates), resume)
    with console.watched(quiet, "subjects") as report:
        found = predictive_bands(
            scenario, study, replicates, threads=threads, report=report, checkpoint=place
        )
    files = write_check(found, scenario, folder, command_line())
    place.drop()
    if not quiet:
        console.print_check(found)
        typer.echo(f"\nWritten to {folder}: {'  '.join(files)}")


def add_trial_commands(app: typer.Typer, codes: str) -> None:
    """Add the commands to the command line."""
    app.command(epilog=codes, short_help="How often trials of n people would find the effect.")(
        power
    )
    app.command(epilog=codes, short_help="Hold a study against virtual trials of its size.")(vpc)
