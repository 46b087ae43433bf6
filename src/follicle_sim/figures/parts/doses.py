"""Dose times along the bottom of a time course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

from follicle_sim.figures.parts.labels import size_in_points
from follicle_sim.figures.parts.style import MUTED, ArmLook, Entry
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.protocol.unfold import unfold
from follicle_sim.results.endpoints import scenario_of
from follicle_sim.results.provenance import stored_scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW = 7.0
"""Points from one row of marks to the next."""

_FEW_SESSIONS = 60
_MOST_ROWS = 8


@dataclass(frozen=True, slots=True)
class DoseRow:
    """Doses of one arm in weeks: single times, and spans of schedules too dense for marks."""

    arm: str
    sessions: tuple[float, ...]
    spans: tuple[tuple[float, float], ...]


def dose_rows(data: xr.Dataset, most: int = _MOST_ROWS) -> list[DoseRow]:
    """Return the planned doses of the arms that have any, from the scenario stored with the data.

    Empty where none is stored, or where more than `most` arms have doses: nobody could tell them
    apart.
    """
    if not scenario_of(data):
        return []
    trial = unfold(stored_scenario(data.attrs, "figure"))
    rows = []
    for arm in trial.arms:
        sessions: set[float] = set()
        spans = set()
        for dose in arm.doses:
            # those before the first visit would lie left of the axis
            begin, end = trial.visits.days[0], trial.visits.end
            weeks = expand(dose, end, begin=begin).times / 7.0
            if weeks.size > _FEW_SESSIONS:
                spans.add((float(weeks[0]), float(weeks[-1])))
            else:
                sessions.update(weeks.tolist())
        if sessions or spans:
            rows.append(DoseRow(arm.label, tuple(sorted(sessions)), tuple(sorted(spans))))
    return rows if len(rows) <= most else []


def dose_entries(rows: Sequence[DoseRow]) -> list[Entry]:
    """Return the legend entries of the marks."""
    entries: list[Entry] = []
    if any(row.sessions for row in rows):
        mark = Line2D([], [], linestyle="none", marker="^", markersize=4.5, color=MUTED)
        entries.append((mark, "doses"))
    if any(row.spans for row in rows):
        bar = Line2D([], [], linewidth=3, color=MUTED, solid_capstyle="butt")
        entries.append((bar, "repeated doses"))
    return entries


def draw_doses(ax: Axes, rows: Sequence[DoseRow], looks: Mapping[str, ArmLook]) -> None:
    """Draw one row of marks for every arm, the first arm on top, just above the x axis."""
    _, height = size_in_points(ax)
    where = ax.get_xaxis_transform()
    for i, row in enumerate(reversed(rows)):
        y = (i + 0.8) * ROW / height
        colour = looks[row.arm].colour
        for span in row.spans:
            ax.plot(
                span,
                (y, y),
                color=colour,
                linewidth=3,
                solid_capstyle="butt",
                transform=where,
                zorder=4,
            )
        ax.plot(
            row.sessions,
            np.full(len(row.sessions), y),
            color=colour,
            linestyle="none",
            marker="^",
            markersize=4.5,
            markeredgewidth=0,
            transform=where,
            zorder=4,
            clip_on=False,
        )
