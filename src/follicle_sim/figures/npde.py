"""Prediction errors of single people: their quantiles on those of the normal law, and by visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from scipy.special import ndtri

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.figures.parts.style import (
    ALARM,
    BAND,
    BODY,
    INK,
    MUTED,
    RULE,
    SIMULATED,
    SMALL,
    TITLE,
    dress,
    name_of,
    new_figure,
    place,
    style,
    week_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.base.types import Floats
    from follicle_sim.experiments.planning.npde import ErrorRow, NpdeCheck

_WIDE, _TALL, _HEAD = 3.9, 3.1, 0.8
_DOT = 3.0


def plot_quantiles(scores: Floats, envelope: Floats, ax: Axes, colour: str = INK) -> Axes:
    """Draw sorted scores (N,) on normal quantiles, with the envelope (2, N) of the model's trials.

    Points on the line are as the model has them; all of them above it, and people have more hairs.
    """
    ranked = np.sort(scores)
    normal = ndtri((np.arange(ranked.size) + 0.5) / ranked.size)
    ax.fill_between(normal, *envelope, color=SIMULATED, alpha=BAND, linewidth=0)
    ends = normal[[0, -1]]
    ax.plot(ends, ends, color=RULE, linewidth=1.0, zorder=1)
    ax.plot(normal, ranked, "o", color=colour, markersize=_DOT, markeredgewidth=0, zorder=3)
    ax.set_xlabel("expected of a standard normal law", fontsize=BODY, color=INK)
    ax.set_ylabel("prediction error (npde)", fontsize=BODY, color=INK)
    dress(ax)
    return ax


def plot_by_visit(rows: Sequence[ErrorRow], ax: Axes, colour: str = INK) -> Axes:
    """Draw scores at each visit, with their mean and its 95 % interval; 95 % lie within the rules.

    People of a visit are spread a little to the sides, in the order of their scores.
    """
    weeks = sorted({row.week for row in rows})
    step = min(np.diff(weeks), default=4.0)
    for edge in (-NORMAL_95, NORMAL_95):
        ax.axhline(edge, color=RULE, linewidth=0.8, zorder=0)
    ax.axhline(0.0, color=MUTED, linewidth=0.8, zorder=0)
    for week in weeks:
        scores = np.sort([row.npde for row in rows if row.week == week])
        aside = 0.12 * step * ((np.arange(scores.size) * 0.618) % 1.0 - 0.5)
        ax.plot(week + aside, scores, "o", color=MUTED, markersize=_DOT - 0.6, markeredgewidth=0)
        half = NORMAL_95 / np.sqrt(scores.size)
        middle = float(scores.mean())
        at = week + 0.14 * step
        ax.plot([at, at], [middle - half, middle + half], color=colour, linewidth=1.4, zorder=4)
        ax.plot([at], [middle], "o", color=colour, markersize=5.0, zorder=5)
    ax.set_ylabel("prediction error (npde)", fontsize=BODY, color=INK)
    dress(ax)
    week_ticks(ax, weeks[0], weeks[-1], most=6)
    if len(weeks) == 1:
        ax.set_xlim(weeks[0] - 2.0, weeks[0] + 2.0)
    return ax


def plot_npde(check: NpdeCheck) -> Figure:
    """Draw the prediction errors of every endpoint of a check, one in a row.

    Parameters
    ----------
    check
        From `follicle_sim.npde`.
    """
    height = _HEAD + _TALL * len(check.shapes) + 0.1
    width = 2 * _WIDE + 0.2
    with style():
        figure = new_figure(width, height)
        for number, shape in enumerate(check.shapes):
            rows = [row for row in check.rows if row.endpoint == shape.endpoint]
            scores = np.array([row.npde for row in rows])
            colour = INK if shape.fits else ALARM
            top = _HEAD + _TALL * number
            bottom = height - top - _TALL + 0.5
            ax = place(figure, 0.65, bottom, width - _WIDE + 0.1, top + 0.3)
            plot_quantiles(scores, check.envelopes[shape.endpoint], ax, colour)
            ax = place(figure, _WIDE + 0.65, bottom, 0.2, top + 0.3)
            plot_by_visit(rows, ax, colour)
            words = "as in the model's own trials" if shape.fits else "not as in the model's trials"
            words = words if shape.tells else f"{shape.trials} trials are too few to tell"
            text = f"{name_of(shape.endpoint)}: {words} (p = {shape.p:.2g}), {shape.people} people"
            figure.text(0.15 / width, 1 - (top + 0.12) / height, text, fontsize=BODY, color=colour)
        title = f"Prediction errors of single people: {check.source}"
        title = title if len(title) <= 96 else f"{title[:95]}…"
        figure.text(0.15 / width, 1 - 0.3 / height, title, fontsize=TITLE, color=INK)
        figure.legend(
            handles=[
                Patch(color=SIMULATED, alpha=BAND, linewidth=0),
                Line2D([], [], color=INK, marker="o", markersize=_DOT, linestyle="none"),
                Line2D([], [], color=INK, marker="o", markersize=5.0, linewidth=1.4),
                Line2D([], [], color=RULE, linewidth=1.2),
            ],
            labels=[
                "90 % of the model's trials",
                "a person at a visit",
                "mean of a visit, 95 %",
                "right model: the diagonal; 95 % of people",
            ],
            loc="upper left",
            bbox_to_anchor=(0.08 / width, 1 - 0.38 / height),
            frameon=False,
            fontsize=SMALL,
            ncols=4,
            handletextpad=0.5,
            columnspacing=1.4,
        )
    return figure
