"""Whether a changed model predicts published numbers worse than an earlier scoreboard did."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.experiments.scoreboard.run import Scoreboard
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow

TOLERANCE = 3.0
"""A row has worsened when its misfit grew by more than this many Monte Carlo errors."""

SLACK = 0.005
"""Least growth of a misfit that is told: a benchmark rounds z to three decimals."""


@dataclass(frozen=True, slots=True)
class Worsened:
    """A counted row whose misfit grew by more than luck allows, or that is no longer there."""

    key: str
    before: float
    now: float | None
    allowed: float


def find_worsened(now: Scoreboard, before: Mapping[str, Any]) -> list[Worsened]:
    """Compare with an earlier scoreboard, as `to_json` wrote it.

    The misfit of a row is |z|. Both runs have a Monte Carlo error of z, `mc_z`; a row has worsened
    when its misfit grew by more than ``3 sqrt(mc_z_before**2 + mc_z_now**2)``, so that other luck
    alone (a changed seed, an engine that draws in another order) is let pass and a changed model is
    not. With the same draws the error is conservative: an unchanged model gives equal numbers.
    A row that was counted before and is not counted now has worsened too: nothing is dropped
    silently.
    """
    present = {_key(row): row for row in now.rows if row.counted}
    worsened = []
    for old in before["rows"]:
        if not old["counted"] or now.use not in ("all", old["use"]):
            continue
        key = " ".join(old[part] for part in _KEY)
        row = present.get(key)
        if row is None or row.z is None:
            worsened.append(Worsened(key, old["z"], None, 0.0))
            continue
        allowed = TOLERANCE * math.hypot(old["mc_z"], row.mc_z)
        if abs(row.z) - abs(old["z"]) > max(allowed, SLACK):
            worsened.append(Worsened(key, old["z"], row.z, allowed))
    return worsened


def read_benchmark(path: Path) -> Mapping[str, Any]:
    """Return an earlier scoreboard, written with `--json`.

    Raises
    ------
    InputError
        If the file cannot be read as one.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if not all({"counted", "z", "mc_z", "use", *_KEY} <= set(row) for row in document["rows"]):
            raise KeyError("rows")
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        message = f"cannot be read as a scoreboard: {error}; write one with --json"
        raise InputError(str(path), [Problem("", message)]) from None
    return dict(document)


_KEY = ("design", "observation", "arm")


def _key(row: ScoreRow) -> str:
    return " ".join(getattr(row, part) for part in _KEY)
