"""How long phases last in tracked follicles: the curves of Kaplan and Meier, a panel a phase."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from follicle_sim.figures.parts.labels import wrap_text
from follicle_sim.figures.parts.style import (
    BAND,
    BODY,
    INK,
    LINE,
    MUTED,
    RULE,
    SMALL,
    TITLE,
    ArmLook,
    arm_looks,
    dress,
    new_figure,
    percent_axis,
    place,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.analysis.outcomes.phase_durations import PhaseDurations, PhaseRow
    from follicle_sim.analysis.statistics.durations import DurationCurve

_WIDTH, _TALL, _HEAD, _LEFT, _PANEL = 8.2, 2.55, 1.25, 0.65, 3.95
_SHOWN = 0.02
"""Share still in the phase at which an axis may end."""

_MOST_NAMED = 4
"""Arms whose means are written into the panels; of more there is the table."""


def plot_phase_durations(found: PhaseDurations, title: str = "") -> Figure:
    """Draw the share of spells of each phase that last longer, by arm.

    Parameters
    ----------
    found
        From `phase_durations`.
    title
        Of the figure; default: what it shows.

    Returns
    -------
    Figure
        A panel a phase, with bands of the intervals over people and, of a few arms, the medians.
    """
    arms = {row.arm: row.role for row in found.rows}
    looks = arm_looks(list(arms), list(arms.values()))
    phases = list(dict.fromkeys(row.phase for row in found.rows))
    per_row = max(1, int((_WIDTH - _LEFT) / (0.55 + 0.075 * max(map(len, arms)))))
    keys = math.ceil(len(arms) / per_row)
    head = _HEAD + 0.2 * (keys - 1)
    rows = math.ceil(len(phases) / 2)
    with style():
        height = head + rows * (_TALL + 0.5)
        figure = new_figure(_WIDTH, height)
        for k, phase in enumerate(phases):
            row, column = divmod(k, 2)
            left = _LEFT + column * _PANEL
            top = head + row * (_TALL + 0.5)
            ax = place(figure, left, height - top - _TALL + 0.35, _WIDTH - left - 3.35, top)
            _draw(ax, phase, found, looks)
            if column == 0:
                ax.set_ylabel("share that lasts longer (%)", fontsize=BODY, color=INK)
            if row == rows - 1:
                ax.set_xlabel("days since the phase began", fontsize=BODY, color=INK)
        heading = wrap_text(title or "How long phases last in tracked follicles", 75, 1)
        figure.text(_LEFT / _WIDTH, 1 - 0.32 / height, heading, fontsize=TITLE, color=INK)
        figure.text(
            _LEFT / _WIDTH,
            1 - 0.57 / height,
            f"Kaplan–Meier; phases that ran at the first visit enter late, those that run on at "
            f"the last are cut; band: {100 * found.level:g} % interval over people",
            fontsize=SMALL,
            color=MUTED,
        )
        figure.legend(
            handles=[
                Line2D([], [], color=look.colour, linestyle=look.dash, linewidth=LINE)
                for look in looks.values()
            ],
            labels=list(looks),
            loc="upper left",
            bbox_to_anchor=((_LEFT - 0.08) / _WIDTH, 1 - 0.62 / height),
            ncols=min(per_row, len(arms)),
            frameon=False,
            fontsize=SMALL,
        )
    return figure


def _draw(ax: Axes, phase: str, found: PhaseDurations, looks: dict[str, ArmLook]) -> None:
    rows = {row.arm: row for row in found.rows if row.phase == phase}
    curves = {arm: found.curves[arm, phase] for arm in rows}
    end = max((_end(curve) for curve in curves.values()), default=1.0)
    for arm, curve in curves.items():
        look = looks[arm]
        x = np.concatenate([[0.0], curve.time, [max(end, curve.longest)]])
        ends = np.concatenate([[1.0], curve.survival])
        # only as far as anybody was followed
        x[-1] = max(min(curve.longest, x[-1]), x[-2])
        y = np.append(ends, ends[-1])
        ax.step(x, y, where="post", color=look.colour, linestyle=look.dash, linewidth=LINE)
        if curve.time.size and np.isfinite(curve.log_error).any():
            low, high = curve.limits(found.level)
            ax.fill_between(
                curve.time, low, high, step="post", color=look.colour, alpha=BAND, linewidth=0
            )
    dress(ax)
    ax.axhline(0.5, color=RULE, linewidth=0.8, zorder=0)
    ax.set(xlim=(0.0, end), ylim=(0.0, 1.0))
    percent_axis(ax)
    ax.set_title(phase, loc="left", fontsize=BODY, color=INK, pad=5)
    if len(rows) <= _MOST_NAMED:
        _write_medians(ax, rows, looks)


def _end(curve: DurationCurve) -> float:
    """Return where the axis of a curve may end, day."""
    below = np.flatnonzero(curve.survival <= _SHOWN)
    return float(curve.time[below[0]]) if below.size else max(curve.longest, 1.0)


def _write_medians(ax: Axes, rows: dict[str, PhaseRow], looks: dict[str, ArmLook]) -> None:
    lines = [(arm, "–" if row.median is None else f"{row.median:.0f}") for arm, row in rows.items()]
    ax.text(
        0.985, 0.97, "median (days)", transform=ax.transAxes, ha="right", va="top",
        fontsize=SMALL, color=MUTED,
    )  # fmt: skip
    for k, (arm, text) in enumerate(lines):
        ax.text(
            0.985, 0.87 - 0.1 * k, text, transform=ax.transAxes, ha="right", va="top",
            fontsize=SMALL, color=looks[arm].colour,
        )  # fmt: skip
