"""Arguments and options that several commands share, each worded once."""

from pathlib import Path
from typing import Annotated

import typer

ScenarioFile = Annotated[Path, typer.Argument(metavar="FILE", help="Scenario file (TOML).")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="A.B=C",
        help="Change a value of the scenario, such as --set population.subjects=50 or --set "
        '"arms.finasteride.doses[0].amount=5 mg". May be repeated.',
    ),
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, max=2**32 - 1, help="Replaces run.seed.")
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", min=1, help="Processors to use; changes no result. Default: all."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON and nothing else.")]
