"""`follicle-sim calibrate`: hold biology against trials; values, their errors, the targets met."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.cli.fit_table import print_fit, print_next_commands
from follicle_sim.cli.follicle_fit import check_follicle_options, fit_to_follicles
from follicle_sim.cli.options import (
    Quiet,
    Resume,
    Settings,
    default_folder,
    make_path_option,
    quote_command,
    read_scenario,
)
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    Column,
    make_console,
    print_files_with_time,
    print_groups,
    spell_out,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.experiments.calibration.calibrate import Calibrated
    from follicle_sim.experiments.calibration.posterior import Posterior

GOOD_R_HAT, ENOUGH = 1.01, 400
"""From here on a chain is said to have converged (Vehtari 2021)."""


class Method(StrEnum):
    """How to calibrate."""

    optimum = "optimum"
    posterior = "posterior"
    profile = "profile"


ByMethod = Annotated[
    Method,
    typer.Option(
        "--method",
        help="optimum: best fit; posterior: what the data leave open; profile: which "
        "parameters they do not identify.",
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameter",
        metavar="NAME",
        help="A biology parameter to free; may be repeated. Default: progression, severity, "
        "gamma_anagen, brake_anagen, brake_kenogen.",
    ),
]
Trials = Annotated[
    list[str] | None,
    typer.Option("--trial", metavar="ID", help="Hold against this trial only; may be repeated."),
]
Every = Annotated[bool, typer.Option("--every-parameter", help="Free all ten fitted parameters.")]
Within = Annotated[
    float | None,
    typer.Option(
        "--within",
        metavar="FACTOR",
        help="Search within this factor of the defaults, not over the range of the prior "
        "(a factor of four): the emulator is then good enough for all ten parameters.",
    ),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", min=1, help="Steps of the sampler (2000) or of each search (100)."),
]
Walkers = Annotated[int, typer.Option("--walkers", min=2, help="Walkers of a group.")]
SmallSeed = Annotated[int, typer.Option("--seed", min=0, max=2**31 - 1)]
Out = Annotated[
    Path | None,
    make_path_option("Folder. Default: results/calibrate; with FILE results/NAME_OF_FILE.fit."),
]
OneScenario = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="A scenario to fit to its own [[compare]] numbers."),
]
NoDrift = Annotated[
    bool, typer.Option("--no-drift", help="With FILE: the trial moves nothing by itself.")
]
Follicles = Annotated[
    Path | None,
    typer.Option(
        "--follicles",
        metavar="CSV",
        help="With FILE: single follicles seen at visits (arm, subject, follicle, day, seen); the "
        "first --parameter is fitted to them, by default the shift of anagen.",
    ),
]
Misread = Annotated[
    float,
    typer.Option("--misread", help="With --follicles: chance that a visit shows a wrong word."),
]
Keep = Annotated[
    bool,
    typer.Option("--keep", help="Store the posterior sample with the package, for scenarios."),
]


def calibrate(
    context: typer.Context,
    file: OneScenario = None,
    method: ByMethod = Method.posterior,
    parameter: Parameters = None,
    trial: Trials = None,
    every: Every = False,
    within: Within = None,
    steps: Steps = None,
    walkers: Walkers = 32,
    seed: SmallSeed = 20260,
    out: Out = None,
    resume: Resume = False,
    keep: Keep = False,
    settings: Settings = None,
    no_drift: NoDrift = False,
    follicles: Follicles = None,
    misread: Misread = 0.0,
    quiet: Quiet = False,
) -> None:
    """Fit numbers to what was observed: a scenario's potency, or the biology of all trials.

    With FILE: which potency (or --parameter) explains the numbers that its [[compare]] tables
    hold, with an interval, and what else would explain them. Without: biology parameters against
    published trials; best fit, posterior or profiles.
    """
    _check_options(context, with_file=file is not None)
    names = tuple(parameter or ())
    check_follicle_options(follicles, misread, names, no_drift)
    if file is not None and follicles is not None:
        fit_to_follicles(file, follicles, names, settings, out, misread=misread, quiet=quiet)
        return
    if file is not None:
        _fit_scenario(file, names, settings, out, drift=not no_drift, quiet=quiet)
        return
    from follicle_sim.experiments.calibration.calibrate import Job
    from follicle_sim.experiments.calibration.calibrate import calibrate as run_calibration
    from follicle_sim.experiments.calibration.fit_biology import PRIOR
    from follicle_sim.experiments.calibration.optimum import STEPS as SEARCH_STEPS
    from follicle_sim.experiments.calibration.posterior import STEPS as SAMPLE_STEPS
    from follicle_sim.experiments.calibration.problem import FREE, make_calibration
    from follicle_sim.reporting.folders.calibrate import write_calibration
    from follicle_sim.reporting.folders.run import make_folder

    if keep and method is not Method.posterior:
        raise typer.BadParameter("--keep belongs to --method posterior")
    if every and parameter:
        raise typer.BadParameter("--every-parameter and --parameter exclude each other")
    if within is not None and method is not Method.profile:
        raise typer.BadParameter("--within belongs to --method profile")
    free = tuple(PRIOR) if every else names or FREE
    job = Job(
        calibration=make_calibration(free, trial or (), seed, within),
        method=method.value,
        folder=make_folder(out or Path("results/calibrate")),
        steps=steps or (SEARCH_STEPS if method is Method.optimum else SAMPLE_STEPS),
        walkers=walkers,
        resume=resume,
    )
    with watch_progress(quiet) as report:
        result = run_calibration(job, report)
    files = write_calibration(result, job.folder, quote_command(), keep=keep)
    if not quiet:
        print_calibration(result, job.folder, files)


_ONLY_WITH_FILE = ("settings", "no_drift", "follicles", "misread")
_ONLY_WITHOUT_FILE = (
    "method", "trial", "every", "within", "steps", "walkers", "seed", "resume", "keep",
)  # fmt: skip


def _check_options(context: typer.Context, *, with_file: bool) -> None:
    """Refuse options, given on the command line, of the other kind of calibration."""
    options = {option.name: option.opts[0] for option in context.command.params}
    strangers = [
        options[name]
        for name in (_ONLY_WITHOUT_FILE if with_file else _ONLY_WITH_FILE)
        if getattr(context.get_parameter_source(name), "name", "") == "COMMANDLINE"
    ]
    if not strangers:
        return
    listed = ", ".join(strangers)
    belongs = "belongs" if len(strangers) == 1 else "belong"
    if not with_file:
        raise typer.BadParameter(f"{listed} {belongs} to calibrate with a FILE")
    allowed = [options[name] for name in options if name not in ("file", *_ONLY_WITHOUT_FILE)]
    raise typer.BadParameter(
        f"{listed} {belongs} to calibrate without a FILE, which fits the biology of all trials; "
        f"with a FILE: {', '.join(option for option in allowed if option)}"
    )


def _fit_scenario(
    file: Path,
    names: tuple[str, ...],
    settings: list[str] | None,
    out: Path | None,
    *,
    drift: bool,
    quiet: bool,
) -> None:
    from follicle_sim.experiments.calibration.fit_scenario import fit_scenario
    from follicle_sim.reporting.folders.fit import write_fit
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.reporting.page.caveats import note_identical_people

    scenario = read_scenario(file, settings)
    folder = make_folder(out or default_folder(file, "fit"))
    with watch_progress(quiet, "runs") as report:
        fit = fit_scenario(scenario, names, drift=drift, report=report)
    files = write_fit(fit, scenario, folder, quote_command())
    if not quiet:
        print_fit(fit, scenario.title, note_identical_people(scenario))
        print_files_with_time(folder, files, fit.seconds)
        print_next_commands(fit, scenario, [str(file), *_repeat_settings(settings)])


def _repeat_settings(settings: list[str] | None) -> list[str]:
    return [word for setting in settings or [] for word in ("--set", setting)]


def print_calibration(result: Calibrated, folder: Path, files: Sequence[str]) -> None:
    """Print what a calibration found, its diagnostics, and where the files are."""
    from follicle_sim.biology.parameters import parameter_table
    from follicle_sim.experiments.calibration.problem import describe, shown_unit

    console = make_console()
    if result.optimum is not None:
        console.print("\nbest values, as [biology] of a scenario takes them:")
        for name, text in describe(result.calibration.values(result.optimum.x)).items():
            console.print(f'  {name} = "{text}"')
    if result.posterior is not None:
        _print_parameters(console, result, result.posterior)
    for curve in result.profiles:
        scale, unit = shown_unit(parameter_table()[curve.name].dimension)
        low = "below range" if curve.low is None else f"{scale * curve.low:.3g}"
        high = "above range" if curve.high is None else f"{scale * curve.high:.3g}"
        console.print(
            f"{spell_out(curve.name)}: {curve.verdict}; best {scale * curve.best:.3g} {unit}, "
            f"90 % interval {low} to {high}"
        )
    if result.targets:
        _print_targets(console, result)
    if result.rough:
        console.print(
            f"\nThe emulator errs by more than the trial at {', '.join(result.rough)}: its error "
            "is counted, so nothing is overstated, but much is left unsaid. Free fewer --parameter."
        )
    console.print(
        f"\n{result.simulations:,} simulations, {result.seconds:.0f} s. Written to {folder}:"
    )
    console.print("  " + "  ".join(files))


def _print_parameters(console: Console, result: Calibrated, posterior: Posterior) -> None:
    from follicle_sim.biology.parameters import parameter_table
    from follicle_sim.experiments.calibration.problem import shown_unit

    columns = [Column("parameter"), Column("default", True), Column("mean", True)]
    columns += [Column("90 % interval", True), Column("under the prior", True)]
    columns += [Column("draws", True), Column("r-hat", True)]
    table = parameter_table()
    rows = []
    for row in result.parameters:
        scale, unit = shown_unit(table[row.parameter].dimension)
        rows.append(
            [
                spell_out(row.parameter) + (f" ({unit})" if unit else ""),
                f"{scale * row.default:.3g}",
                f"{scale * row.mean:.3g}",
                f"{scale * row.low:.3g} to {scale * row.high:.3g}",
                f"{scale * row.prior_low:.3g} to {scale * row.prior_high:.3g}",
                f"{row.ess:,.0f}",
                f"{row.r_hat:.3f}",
            ]
        )
    console.print()
    print_groups(console, columns, {"posterior": rows})
    worst = max(row.r_hat for row in result.parameters)
    fewest = min(row.ess for row in result.parameters)
    good = worst <= GOOD_R_HAT and fewest >= ENOUGH
    console.print(
        f"\nacceptance {posterior.acceptance:.2f}; draws: effective number of independent ones. "
        + (
            "The chains agree."
            if good
            else f"The chains do NOT agree well (r-hat above {GOOD_R_HAT} or fewer than {ENOUGH} "
            "draws): take more --steps with --resume."
        )
    )
    for row in result.parameters:
        if row.edge > 0.02:
            console.print(
                f"{spell_out(row.parameter)}: {row.edge:.0%} of the draws lie at an end of the "
                "range; the data do not hold it there, the prior does."
            )


def _print_targets(console: Console, result: Calibrated) -> None:
    columns = [Column("week", True), Column("what"), Column("published (SE)", True)]
    columns += [Column("fitted", True), Column("90 % interval", True), Column("z", True)]
    groups: dict[str, list[list[str]]] = {}
    for row in result.targets:
        mark = "~" if row.imputed else ""
        between = "" if row.low is None or row.high is None else f"{row.low:.3f} to {row.high:.3f}"
        groups.setdefault(row.observation.partition(":")[0], []).append(
            [
                f"{row.week:g}",
                f"{spell_out(row.variable)}, {row.quantity}",
                f"{row.published:.3f} ({mark}{row.se:.3f})",
                f"{row.fitted:.3f}",
                between,
                f"{row.z:+.1f}",
            ]
        )
    console.print("\nAgainst the targets, shares of baseline or of hairs\n")
    print_groups(console, columns, groups)
    console.print(
        "\nz: fitted minus published in joint errors of data, trial offset and emulator; "
        "~: no spread was published."
    )
