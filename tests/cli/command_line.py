"""A tiny scenario and a command line in a process of its own, for the tests of this folder."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TINY = """\
schema_version = 1
title = "A few men on finasteride"

[population]
subjects = 4
follicles = 300
target_area = "5.067 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = { follicle_density = 0.1 }

[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "52 weeks"

[[arms]]
label = "dummy"
role = "placebo"

[design]
kind = "counterfactual"
visits = ["0 days", "26 weeks", "52 weeks"]

[run]
history = "2 years"

[[compare]]
study = "kaufman_1998"
arms = { drug = "finasteride", dummy = "placebo" }
"""

COMMAND = [sys.executable, "-m", "follicle_sim"]


@dataclass(frozen=True)
class Outcome:
    """What a user sees of a finished command."""

    code: int
    out: str
    err: str


def in_process(*arguments, columns=100, cwd=None, env=None, **options):
    """Run a command in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        cwd=cwd,
        env={**os.environ, "COLUMNS": str(columns), **(env or {})},
        **options,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def contents(folder):
    """Return the bytes of every file of a folder, hidden ones too."""
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


@dataclass(frozen=True)
class Finished:
    """A scenario, the folder its run wrote, and what the run printed."""

    scenario: Path
    folder: Path
    outcome: Outcome
