"""Bands of virtual trials with the published changes on them, a panel for each thing compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.figures.parts.style import (
    ALARM,
    BAND,
    BODY,
    FAINT_BAND,
    INK,
    LINE,
    MARKER,
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
    unit_of,
    week_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.experiments.planning.predictive import BandRow, PointRow

_PANEL, _TALL, _LEFT, _COLUMNS = 3.6, 2.9, 0.2, 3
_HEAD = 0.75


def plot_bands(bands: Sequence[BandRow], points: Sequence[PointRow], ax: Axes) -> Axes:
    """Draw one thing compared: band and median of virtual trials, and the published points.

    A point outside the wider band is drawn in the colour of an alarm.
    """
    scale = 100.0 if bands[0].kind.startswith("percent") else 1.0
    weeks = [row.week for row in bands]

    def column(name: str) -> list[float]:
        return [scale * getattr(row, name) for row in bands]

    ax.axhline(0.0, color=RULE, linewidth=0.8, zorder=0)
    shade: dict[str, Any] = {"color": SIMULATED, "linewidth": 0}
    ax.fill_between(weeks, column("drift_low"), column("drift_high"), alpha=FAINT_BAND, **shade)
    ax.fill_between(weeks, column("low"), column("high"), alpha=BAND, **shade)
    ax.plot(weeks, column("middle"), color=SIMULATED, linewidth=LINE)
    for point in points:
        colour = INK if point.inside_with_drift else ALARM
        y = scale * point.observed
        if point.observed_se is not None:
            half = scale * NORMAL_95 * point.observed_se
            ax.plot([point.week] * 2, [y - half, y + half], color=colour, linewidth=1.0, zorder=4)
        ax.plot([point.week], [y], "o", color=colour, markersize=MARKER, zorder=5)
    dress(ax)
    week_ticks(ax, weeks[0], weeks[-1], most=6)
    return ax


def plot_predictive(bands: Sequence[BandRow], points: Sequence[PointRow], title: str) -> Figure:
    """Draw a visual predictive check.

    Parameters
    ----------
    bands, points
        See `follicle_sim.experiments.planning.predictive.PredictiveCheck`.
    title
        What was compared.
    """
    keys = list(dict.fromkeys(_key(row) for row in bands))
    columns = min(_COLUMNS, len(keys))
    rows = math.ceil(len(keys) / columns)
    with style():
        width = max(_LEFT + _PANEL * columns + 0.1, 6.6)
        height = _HEAD + _TALL * rows + 0.1
        figure = new_figure(width, height)
        for k, key in enumerate(keys):
            row, column = divmod(k, columns)
            left, top = _LEFT + _PANEL * column, _HEAD + _TALL * row
            panel_bands = [band for band in bands if _key(band) == key]
            ax = place(
                figure,
                left + 0.55,
                height - top - _TALL + 0.55,
                width - left - _PANEL + 0.15,
                top + 0.5,
            )
            plot_bands(panel_bands, [point for point in points if _key(point) == key], ax)
            ax.set_ylabel(_axis(panel_bands[0]), fontsize=SMALL, color=INK)
            lines = _titles(panel_bands[0])
            for j, text in enumerate(lines):
                figure.text(
                    (left + 0.15) / width,
                    1 - (top + 0.18 + 0.18 * j) / height,
                    text,
                    fontsize=BODY if j == 0 else SMALL,
                    color=INK if j == 0 else MUTED,
                )
        figure.text(0.15 / width, 1 - 0.3 / height, title, fontsize=TITLE, color=INK)
        figure.legend(
            handles=[
                Patch(color=SIMULATED, alpha=BAND, linewidth=0),
                Patch(color=SIMULATED, alpha=FAINT_BAND, linewidth=0),
                Line2D([], [], color=INK, marker="o", markersize=MARKER),
                Line2D([], [], color=ALARM, marker="o", markersize=MARKER),
            ],
            labels=["90 % of trials", "with a trial's own drift", "observed, 95 %", "outside"],
            loc="upper left",
            bbox_to_anchor=(0.08 / width, 1 - 0.36 / height),
            frameon=False,
            fontsize=SMALL,
            ncols=4,
            handletextpad=0.5,
            columnspacing=1.2,
        )
    return figure


def _key(row: BandRow | PointRow) -> tuple[str, str, str, str]:
    return row.endpoint, row.kind, row.arm, row.control


def _titles(row: BandRow) -> tuple[str, str]:
    what = f"{row.arm} minus {row.control}" if row.control else row.arm
    people = f"{row.n} and {row.n_control} people" if row.control else f"{row.n} people"
    return (what if len(what) <= 44 else what[:43] + "…"), f"{name_of(row.endpoint)}, {people}"


def _axis(row: BandRow) -> str:
    what = "difference in change" if row.control else "change from baseline"
    if row.kind.startswith("percent"):
        return f"{what} (% of baseline)"
    return f"{what} ({unit_of(row.endpoint, row.unit, change=True)})"
