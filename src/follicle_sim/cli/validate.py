"""`follicle-sim validate`: every published study that the model can express, each number once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from follicle_sim.base.errors import MismatchError
from follicle_sim.cli.options import Quiet, Settings, Threads, make_path_option
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.scoreboard_table import print_scoreboard, print_worsened
from follicle_sim.cli.text import print_files_in_line


class Use(StrEnum):
    """Which published numbers `validate` takes."""

    calibration = "calibration"
    validation = "validation"
    all = "all"


ByUse = Annotated[
    Use, typer.Option("--use", help="Numbers to take: for fitting, for testing, or all.")
]
JsonFile = Annotated[
    Path | None, make_path_option("Also write the scoreboard here, as JSON.", "--json")
]
Out = Annotated[Path, make_path_option("Folder for table, JSON and figure.")]
Against = Annotated[
    Path | None,
    typer.Option(
        "--against",
        metavar="FILE",
        help="An earlier --json file: exit code 3 if a row fits worse than luck allows.",
    ),
]


def validate(
    use: ByUse = Use.all,
    json: JsonFile = None,
    out: Out = Path("results/scoreboard"),
    against: Against = None,
    settings: Settings = None,
    threads: Threads = None,
    quiet: Quiet = False,
) -> None:
    """Simulate every published study that the model can express, and score each number once."""
    from follicle_sim.base.files import write_text_atomic
    from follicle_sim.experiments.scoreboard.run import run_scoreboard
    from follicle_sim.experiments.scoreboard.worsened import find_worsened, read_benchmark
    from follicle_sim.reporting.folders.run import make_folder, write_scoreboard

    before = None if against is None else read_benchmark(against)
    folder = make_folder(out)
    with watch_progress(quiet, "designs") as report:
        board = run_scoreboard(use.value, overrides=settings or [], threads=threads, report=report)
    files = write_scoreboard(board, folder)
    if json is not None:
        write_text_atomic(json, board.to_json())
    if not quiet:
        print_scoreboard(board)
        print_files_in_line(folder, files)
    worse = [] if before is None else find_worsened(board, before)
    if worse:
        print_worsened(worse)
        raise MismatchError(f"{against}: {len(worse)} published numbers fit worse than before")
