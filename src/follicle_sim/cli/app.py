"""The command line: `follicle-sim run | check | show | explain | validate | trials | ...`.

Exit codes: 0 done; 1 unexpected error; 2 bad input; 3 a repeated run differs; 4 cannot write the
output; 130 stopped by the user. Heavy libraries are imported inside the commands that need them, so
that `--version` and `--help` answer at once.
"""

import signal
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from follicle_sim.base.errors import FollicleSimError, Interrupted
from follicle_sim.cli.calibrate import add_inference
from follicle_sim.cli.doctor import add_doctor
from follicle_sim.cli.instruments import add_instruments
from follicle_sim.cli.optimise import add_optimise
from follicle_sim.cli.options import (
    Quiet,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    file_name,
    out_path,
    read_scenario,
)
from follicle_sim.cli.plausible import add_plausible
from follicle_sim.cli.power import add_trial_commands
from follicle_sim.cli.trial import add_virtual_trial

CODES = (
    "Exit codes: 0 done, 1 unexpected error, 2 bad input, 3 a repeated run differs, "
    "4 cannot write the output, 130 stopped by the user."
)

app = typer.Typer(
    name="follicle-sim",
    help="An in-silico laboratory for hair-follicle cycles. Research use, not medical advice.",
    epilog=CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
trials_app = typer.Typer(help="Published trials the simulator is held against.", epilog=CODES)
app.add_typer(trials_app, name="trials", no_args_is_help=True)
treatments_app = typer.Typer(help="Treatments that a scenario can give.", epilog=CODES)
app.add_typer(treatments_app, name="treatments", no_args_is_help=True)


class Wanted(StrEnum):
    """Which published numbers `validate` takes."""

    calibration = "calibration"
    validation = "validation"
    all = "all"


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"follicle-sim {version('follicle-sim')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error. Works anywhere.")
    ] = False,
) -> None:
    """Take the options that belong to no command; `main` reads --debug itself."""


@app.command(epilog=CODES, short_help="Simulate a scenario; write data, tables and figures.")
def run(
    file: ScenarioFile,
    out: Annotated[
        Path | None,
        out_path("Folder for the results. Default: results/NAME_OF_FILE."),
    ] = None,
    seed: Seed = None,
    settings: Settings = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate a scenario, hold it against its trials, write data, tables and figures."""
    from follicle_sim.cli import printing as console
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.simulation.simulate import check_memory

    scenario = read_scenario(file, settings, seed)
    check_memory(resolve(scenario)[0])
    folder = outputs.make_folder(out or default_folder(file))
    data = console.simulate_with_progress(scenario, threads=threads, quiet=quiet)
    written = outputs.write_run(data, scenario, folder)
    if not quiet:
        console.print_run(scenario, written, folder)


@app.command(epilog=CODES, short_help="Report every problem of a scenario file.")
def check(file: ScenarioFile, settings: Settings = None) -> None:
    """Check a scenario file: every problem at once, or a line that says it is fine."""
    from follicle_sim.analysis.ready import check_analysis, why_not
    from follicle_sim.protocol.headcount import people_of
    from follicle_sim.protocol.notes import notes
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.simulation.simulate import check_memory

    scenario = read_scenario(file, settings)
    trial = resolve(scenario)[0]
    check_memory(trial)
    check_analysis(scenario, str(file))
    people = people_of(scenario).total * scenario.run.replicates
    parts = {"arm": len(trial.arms), "subject": people, "visit": len(trial.visits.days)}
    counts = (f"{count:,} {noun}{'' if count == 1 else 's'}" for noun, count in parts.items())
    typer.echo(f"{file_name(file)}: fine: {', '.join(counts)}")
    told = list(notes(scenario))
    if scenario.design.kind != "counterfactual" and (reason := why_not(scenario)):
        told.append(f"follicle-sim trial and power have nothing to analyse: {reason}")
    for note in told:
        typer.echo(f"note: {note}")


@app.command(epilog=CODES, short_help="Read a scenario back: arms, timeline, parameters, cost.")
def show(file: ScenarioFile, settings: Settings = None) -> None:
    """Read a scenario back before running it: arms, timeline, parameters, time and memory."""
    from follicle_sim.cli import printing as console

    console.print_scenario(read_scenario(file, settings))


@app.command(epilog=CODES, short_help="Show why the curve bends: dose, level, factors, clocks.")
def explain(
    file: ScenarioFile,
    arm: Annotated[
        str | None,
        typer.Option("--arm", metavar="LABEL", help="Arm. Default: the first with a treatment."),
    ] = None,
    out: Annotated[
        Path | None,
        out_path("Folder for explain.png. Default: results/NAME_OF_FILE."),
    ] = None,
    settings: Settings = None,
    quiet: Quiet = False,
) -> None:
    """Follow one typical subject from the dose to the density expected, link by link.

    Dose, level at the site, effect, factors, clock speeds, calibre, phases, density; beside them
    the same subject with no treatment. Prints a table and a sentence for every link, and writes
    explain.png and explain.nc.
    """
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.explain import find_arm
    from follicle_sim.reporting.folders import run as outputs

    scenario = read_scenario(file, settings)
    find_arm(scenario, arm)
    folder = outputs.make_folder(out or default_folder(file))
    data = console.explain_with_status(scenario, arm, quiet=quiet)
    written = outputs.write_explanation(data, folder)
    if not quiet:
        console.print_explanation(scenario, data, folder, written)


@app.command(epilog=CODES, short_help="Repeat a run from its result file, and compare.")
def rerun(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="The result.nc of a run.")],
    check: Annotated[
        bool, typer.Option("--check", help="Compare bit by bit; exit code 3 if anything differs.")
    ] = False,
    out: Annotated[Path | None, out_path("Folder for the new results (none if left out).")] = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Repeat a run from what its result file says of itself."""
    from follicle_sim.cli import printing as console
    from follicle_sim.reporting.folders import run as outputs
    from follicle_sim.results.checks import check_result
    from follicle_sim.results.storage import read_result
    from follicle_sim.scenario.numbers import changed_since, not_repeated

    if not check and out is None:
        raise typer.BadParameter("say --check, or --out FOLDER, or both")
    before = read_result(result)
    scenario = check_result(before, str(result))
    console.print_incomplete(result.parent)
    others = changed_since(scenario)
    if not quiet:
        console.print_other_numbers(others, not_repeated(scenario))
    folder = None if out is None else outputs.make_folder(out)
    data = console.simulate_with_progress(scenario, threads=threads, quiet=quiet)
    if folder is not None:
        written = outputs.write_run(data, scenario, folder)
        if not quiet:
            console.print_run(scenario, written, folder)
    if check:
        outputs.check_equal(before, data, str(result))
        if not quiet:
            typer.echo(f"{result}: every variable is equal, bit for bit")


@app.command(epilog=CODES, short_help="Hold the model against every published trial.")
def validate(
    use: Annotated[
        Wanted, typer.Option("--use", help="Numbers to take: for fitting, for testing, or all.")
    ] = Wanted.all,
    json: Annotated[
        Path | None,
        out_path("Also write the scoreboard here, as JSON.", "--json"),
    ] = None,
    out: Annotated[Path, out_path("Folder for table, JSON and figure.")] = Path(
        "results/scoreboard"
    ),
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="An earlier --json file: exit code 3 if a row fits worse than luck allows.",
        ),
    ] = None,
    settings: Settings = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate every published study that the model can express, and score each number once."""
    from follicle_sim.base.errors import MismatchError
    from follicle_sim.base.files import write_text_atomic
    from follicle_sim.cli import printing as console
    from follicle_sim.experiments.scoreboard import run as scoreboard
    from follicle_sim.reporting.folders import run as outputs

    before = None if against is None else scoreboard.read_benchmark(against)
    folder = outputs.make_folder(out)
    with console.watched(quiet, "designs") as report:
        board = scoreboard.run_scoreboard(
            use.value, overrides=settings or [], threads=threads, report=report
        )
    files = outputs.write_scoreboard(board, folder)
    if json is not None:
        write_text_atomic(json, board.to_json())
    if not quiet:
        console.print_scoreboard(board)
        typer.echo(f"\nWritten to {folder}: {'  '.join(files)}")
    found = [] if before is None else scoreboard.find_worsened(board, before)
    if found:
        console.print_worsened(found)
        raise MismatchError(f"{against}: {len(found)} published numbers fit worse than before")


@trials_app.command("list", epilog=CODES)
def trials_list() -> None:
    """List the observed studies."""
    from follicle_sim.cli import printing as console

    console.print_studies()


@trials_app.command("show", epilog=CODES, short_help="Show every number of a study.")
def trials_show(
    study: Annotated[str, typer.Argument(metavar="ID", help="Study id, see `trials list`.")],
) -> None:
    """Show every number held of one study, with its source, grade and use."""
    from follicle_sim.cli import printing as console

    console.print_study(study)


@treatments_app.command("list", epilog=CODES)
def treatments_list() -> None:
    """List the treatments of the library."""
    from follicle_sim.cli import printing as console

    console.print_treatments()


@treatments_app.command("show", epilog=CODES, short_help="Show every number of a treatment.")
def treatments_show(
    treatment: Annotated[
        str, typer.Argument(metavar="ID", help="Name of a treatment, see `treatments list`.")
    ],
) -> None:
    """Show every number of one treatment with its unit, source and grade."""
    from follicle_sim.cli import printing as console

    console.print_treatment(treatment)


add_inference(app, CODES)
add_instruments(app, CODES)
add_optimise(app, CODES)
add_virtual_trial(app, CODES)
add_trial_commands(app, CODES)
add_plausible(app, CODES)
add_doctor(app, CODES)


def _stop(signal_number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; errors go to standard error without a traceback."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    given = [argument for argument in given if argument != "--debug"]
    # A batch system's polite stop is the same wish as Ctrl-C.
    signal.signal(signal.SIGTERM, _stop)
    try:
        code = app(given, prog_name="follicle-sim", standalone_mode=False) or 0
    except FollicleSimError as error:
        code = _failed(error, str(error), error.exit_code, debug)
    except KeyboardInterrupt as error:
        code = _failed(error, "stopped by the user; nothing was written", 130, debug)
    except SystemExit:
        # Only so do typer and rich end by themselves: whoever read our output has gone (`| head`).
        # That is no error of ours, and nobody is left to tell.
        code = 0
    except Exception as error:
        code = _unexpected(error, debug)
    sys.exit(code)


def _failed(error: BaseException, message: str, code: int, debug: bool) -> int:
    if debug:
        import traceback

        traceback.print_exception(error)
    word = "stopped" if isinstance(error, Interrupted | KeyboardInterrupt) else "error"
    print(f"{word}: {message}".replace("stopped: stopped", "stopped"), file=sys.stderr)
    return code


def _unexpected(error: Exception, debug: bool) -> int:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "Abort" in kinds:
        return _failed(KeyboardInterrupt(), "stopped by the user; nothing was written", 130, debug)
    if "ClickException" in kinds:  # wrong arguments; typer ships the class under changing names
        error.show()  # type: ignore[attr-defined]
        return int(error.exit_code)  # type: ignore[attr-defined]
    message = f"{type(error).__name__}: {error}"
    if not debug:
        message += "\nThis should not happen; run again with --debug and report what it prints."
    return _failed(error, message, 1, debug)


if __name__ == "__main__":
    main()
