"""The simulated counterpart of each published study, and how its numbers are scored: data.

`designs/<name>.toml` are scenario files, one per study (or per population of a study); a name that
begins with "_" is only extended. `not_expressed.toml`, `scoring.toml` and `misses.toml` say what
cannot be simulated and why, what stands in for spreads and sizes nobody reported, and why a number
is missed. `spread.csv` says how far each prediction moves with what the fits left open.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.scenario.load import load_scenario
from follicle_sim.scenario.model import Scenario

DESIGNS = Path(__file__).parent / "designs"
TABLES = ("not_expressed", "scoring", "misses")
SPREAD_FILE = "spread.csv"
"""In this folder; written by `python -m follicle_sim.experiments.scoreboard.prediction_spread`."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Offset(_Record):
    """How far a trial moves by itself, whatever is given: mean and SD.

    In the canonical unit of the endpoints, or as a share of baseline where `relative`.
    """

    endpoints: tuple[str, ...]
    relative: bool = False
    mean: float
    sd: float
    source: str


class OwnChange(_Record):
    """Endpoints scored arm by arm even where there is a control."""

    endpoints: tuple[str, ...]
    why: str


class Relative(_Record):
    """SD of one person's relative change, where the endpoint has no SD of its own."""

    sd: float
    source: str


class Level(_Record):
    """SD between persons of a level at baseline."""

    sd: float
    source: str


class People(_Record):
    """Numbers of people in the arms of a study where the table has none."""

    arms: Mapping[str, int]
    why: str


class GivenError(_Record):
    """A standard error of one number, reasoned from elsewhere."""

    se: float
    why: str


class Met(_Record):
    """Baselines that a design's population was chosen to meet: shown, not counted."""

    endpoints: tuple[str, ...]
    why: str


class Rules(_Record):
    """What designs/scoring.toml holds."""

    offset: Mapping[str, Offset]
    own_change: OwnChange
    relative: Relative
    level: Mapping[str, Level]
    people: Mapping[str, People]
    error: Mapping[str, GivenError]
    met: Mapping[str, Met]
    used: Mapping[str, str] = {}
    assumed: Mapping[str, str] = {}


@dataclass(frozen=True)
class Spread:
    """How much one scored prediction moves with what is not known, in the unit of its row."""

    design: str
    observation: str
    arm: str
    control: str
    sd: float


@cache
def stored_spread() -> tuple[Spread, ...]:
    """Return the rows of spread.csv, none where it was not written yet."""
    path = DESIGNS / SPREAD_FILE
    if not path.is_file():
        return ()
    lines = (line for line in path.read_text("utf-8").splitlines() if line[:1] != "#")
    return tuple(
        Spread(row["design"], row["observation"], row["arm"], row["control"], float(row["sd"]))
        for row in csv.DictReader(lines)
    )


@cache
def parameter_sds() -> Mapping[tuple[str, str, str, str], float]:
    """Return the SD over draws by design, observation, arm and control."""
    return {(row.design, row.observation, row.arm, row.control): row.sd for row in stored_spread()}


def design_names() -> tuple[str, ...]:
    """Return the names of all designs, sorted.

    Examples
    --------
    >>> "olsen_2002" in design_names()
    True
    """
    stems = (path.stem for path in DESIGNS.glob("*.toml"))
    return tuple(sorted(stem for stem in stems if not stem.startswith("_") and stem not in TABLES))


def load_design(name: str, overrides: Sequence[str] = ()) -> Scenario:
    """Return the scenario that stands for a study.

    Parameters
    ----------
    name
        See `design_names`.
    overrides
        As for `load_scenario`.

    Raises
    ------
    InputError
        No such design, or an override that does not fit it.
    """
    names = design_names()
    if name not in names:
        tail = did_you_mean(name, names)
        raise InputError("designs", [Problem("", f'unknown design "{name}"{tail}')])
    return load_scenario(DESIGNS / f"{name}.toml", overrides)


def not_expressed() -> Mapping[str, str]:
    """Return the studies the model cannot simulate, and the reason of each."""
    return dict(_table("not_expressed"))


def explanations() -> Mapping[str, str]:
    """Return why a number is missed, by observation; one line each."""
    return dict(_table("misses"))


@cache
def scoring_rules() -> Rules:
    """Return what stands in for what nobody reported, and what every arm moves by itself."""
    return Rules.model_validate(_table("scoring"))


def offset_of(endpoint: str) -> Offset | None:
    """Return how arms of published trials move by themselves; None for an unknown endpoint."""
    for rule in scoring_rules().offset.values():
        if endpoint in rule.endpoints:
            return rule
    return None


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((DESIGNS / f"{name}.toml").read_text(encoding="utf-8"))
