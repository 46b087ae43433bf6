"""Follicles followed at visits: a healthy scalp, its law, and tables of what is seen."""

from pathlib import Path

import numpy as np
import xarray as xr

from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.path_law import PathLaw
from follicle_sim.results.visits_seen import phases_on_visits

HEALTHY = """
schema_version = 1
title = "follicles followed on a healthy scalp"
[population]
subjects = 30
follicles = 60
target_area = "1 cm2"
follicle_density = "60 cm-2"
condition = "healthy"
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 days", "4 weeks", "12 weeks", "24 weeks"]
[run]
history = "30 days"
[record]
tracked_follicles = 20
"""

PHASES = ("anagen", "catagen", "telogen", "kenogen")
HEADER = "arm,subject,follicle,day,seen\n"


def healthy_law(nodes: int, step: float = 1.0, hidden: float = 14.0, **mean: float) -> PathLaw:
    """Return the law of a healthy scalp on so many nodes; `mean` replaces durations of phases."""
    p = load_parameters()
    cv = np.array([p[f"{phase}_cv"] for phase in PHASES])
    days = step * np.arange(nodes)
    return PathLaw(
        reading=np.broadcast_to(days, (1, 4, nodes)).copy(),
        weight=np.ones(1),
        mean=np.array([mean.get(phase, p[f"{phase}_mean"]) for phase in PHASES]),
        sigma=np.sqrt(np.log1p(cv**2)),
        hidden=np.array([round(hidden / step)]),
    )


def phases_at(data: xr.Dataset) -> np.ndarray:
    """Return the phase (..., tracked, time) of every tracked follicle at each planned visit."""
    onset, phase = data["spell_onset"].values, data["spell_phase"].values
    days = data["time"].values
    at = (onset[..., None] <= days).sum(axis=-2) - 1
    return np.take_along_axis(phase, at, axis=-1)


def write_table(data: xr.Dataset, path: Path, prefix: str = "") -> Path:
    """Write what is seen of the tracked follicles as a table of one's own."""
    rows = (
        f"{arm},{prefix}{person},{follicle},{day:g},{seen}\n"
        for arm, person, follicle, day, seen in phases_on_visits(data)
    )
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path
