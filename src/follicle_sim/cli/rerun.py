"""`follicle-sim rerun`: repeat a run from what its result file says of itself."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.cli.options import Quiet, Threads, make_path_option
from follicle_sim.cli.progress import simulate_with_progress
from follicle_sim.cli.run import print_run
from follicle_sim.cli.stored import (
    print_changed_tables,
    print_incomplete,
    print_other_numbers,
)

Result = Annotated[Path, typer.Argument(metavar="RESULT", help="The result.nc of a run.")]
Check = Annotated[
    bool, typer.Option("--check", help="Compare bit by bit; exit code 3 if anything differs.")
]
Out = Annotated[Path | None, make_path_option("Folder for the new results (none if left out).")]
# Nothing is changed in a repetition; who tries is told which command does.
Changes = Annotated[list[str] | None, typer.Option("--set", hidden=True)]


def rerun(
    result: Result,
    check: Check = False,
    out: Out = None,
    threads: Threads = None,
    quiet: Quiet = False,
    changes: Changes = None,
) -> None:
    """Repeat a run from what its result file says of itself."""
    if changes:
        command = shlex.join(["follicle-sim", "run", str(result), "--set", changes[0]])
        raise typer.BadParameter(f"rerun repeats a run as it was; to change it: {command}")
    from follicle_sim.protocol.resolve import resolve
    from follicle_sim.reporting.folders.run import check_equal, make_folder, write_run
    from follicle_sim.results.checks import check_result
    from follicle_sim.results.storage import read_result
    from follicle_sim.scenario.numbers import changed_since, not_repeated
    from follicle_sim.simulation.simulate import check_memory

    # whoever gives a scenario is told of `run` by the reading
    if not check and out is None and result.suffix != ".toml":
        raise typer.BadParameter("say --check, or --out FOLDER, or both")
    before = read_result(result)
    scenario = check_result(before, str(result))
    print_incomplete(result.parent)
    print_changed_tables(scenario, [Path.cwd(), result.parent])
    changed = changed_since(scenario)
    if not quiet:
        print_other_numbers(changed, not_repeated(scenario))
    protocols = resolve(scenario)
    check_memory(protocols[0])
    folder = None if out is None else make_folder(out)
    data = simulate_with_progress(protocols, threads=threads, quiet=quiet)
    if folder is not None:
        written = write_run(data, scenario, folder)
        if not quiet:
            print_run(scenario, written, folder)
    if check:
        check_equal(before, data, str(result))
        if not quiet:
            typer.echo(f"{result}: every variable is equal, bit for bit")
