"""Arguments and options that several commands share, each worded once."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from follicle_sim.scenario.model import Scenario

STDIN = "-"


def parse_path(text: str | Path) -> Path:
    """Return a path; an empty text, which a shell makes of an unset variable, is none."""
    if not str(text).strip():
        raise typer.BadParameter("found an empty name; give a path, or leave the option out")
    return Path(text)


def make_path_option(meaning: str, name: str = "--out") -> Any:
    """Return the option of a path that is written to."""
    return typer.Option(name, metavar="PATH", parser=parse_path, help=meaning)


def make_folder_option(kind: str) -> Any:
    """Return the option of the folder of a command that names its folders after itself."""
    return make_path_option(f"Folder. Default: results/NAME_OF_FILE.{kind}.")


ScenarioFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Scenario file (TOML), or result.nc of a run; - reads standard input."
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="A.B=C",
        help="Change a value of the scenario, such as --set population.subjects=50 or --set "
        '"arms.finasteride.doses[0].amount=5 mg"; potency=1.5 sets the potency of the treatment '
        "that is given. May be repeated.",
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Replaces run.seed.")
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Processors to use; changes no result. Default: all."),
]
Replicates = Annotated[int, typer.Option("--replicates", min=2, help="Trials.")]
Alpha = Annotated[float | None, typer.Option("--alpha", help="Significant is p below this.")]
Measure = Annotated[
    str,
    typer.Option(
        "--measure",
        help="What is tested of the endpoint: change, average (of the change over the time until "
        "then) or responders (share with a gain). Default: as [analysis] says.",
    ),
]
Cdisc = Annotated[
    bool,
    typer.Option("--cdisc", help="Also write ADSL, EX, AE and ADHC tables (CSV, synthetic)."),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with what an earlier run left in the folder.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")]


def read_scenario(file: Path, settings: Sequence[str] | None, seed: int | None = None) -> Scenario:
    """Return the scenario of a command: from its file, or from standard input for "-".

    Files that a text from standard input names are looked up in the current folder. Of a result the
    scenario in it is taken, with the numbers that it ran with.

    Raises
    ------
    InputError
        As `load_scenario`; the source of standard input is called <stdin>. A NetCDF file that is no
        result of this program.
    """
    from follicle_sim.base.signatures import is_netcdf
    from follicle_sim.cli.stored import read_scenario_of
    from follicle_sim.scenario.load import load_scenario, parse_scenario

    changes = [*(settings or []), *([f"run.seed={seed}"] if seed is not None else [])]
    if str(file) != STDIN:
        return read_scenario_of(file, changes) if is_netcdf(file) else load_scenario(file, changes)
    return parse_scenario(_read_stdin(), file_name(file), changes, folder=Path())


def read_plan(file: Path) -> Scenario:
    """Return the scenario of a command that needs no data of one's own, be they there or not.

    Raises
    ------
    InputError
        As `read_scenario`, but for the tables that the scenario names.
    """
    from follicle_sim.base.signatures import is_netcdf
    from follicle_sim.scenario.load import load_plan

    if is_netcdf(file):
        return read_scenario(file, None)
    return load_plan(Path(file_name(file)), _read_stdin() if str(file) == STDIN else None)


def _read_stdin() -> str:
    from follicle_sim.scenario.text.files import MOST_BYTES, decoded

    return decoded(sys.stdin.buffer.read(MOST_BYTES + 1), file_name(Path(STDIN)))


def file_name(file: Path) -> str:
    """Return the name of a command's scenario file in messages."""
    return "<stdin>" if str(file) == STDIN else str(file)


def default_folder(file: Path, kind: str = "") -> Path:
    """Return where the results of a scenario file go where nothing is said.

    Examples
    --------
    >>> default_folder(Path("mine/a.toml"), "power").as_posix()
    'results/a.power'
    >>> default_folder(Path("-")).as_posix()
    'results/stdin'

    Results of a result are named after its folder, and never go into it:

    >>> default_folder(Path("results/a/result.nc")).as_posix()
    'results/a.again'
    """
    name = "stdin" if str(file) == STDIN else file.stem
    if file.suffix == ".nc":
        name = file.absolute().parent.name if file.stem == "result" else file.stem
        kind = kind or "again"
    return Path("results") / (f"{name}.{kind}" if kind else name)


def quote_command() -> str:
    """Return the command as it was given, for a record of how a file was made.

    Without `--resume`: a run that was interrupted writes what a run in one go does.
    """
    return shlex.join(["follicle-sim", *(word for word in sys.argv[1:] if word != "--resume")])
