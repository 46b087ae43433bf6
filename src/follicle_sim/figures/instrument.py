"""One trial as several instruments see it, side by side on one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.estimates import FloatArray, change_mean, estimate
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import wrap_text, write_title
from follicle_sim.results.endpoints import arm_roles, people_last

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.experiments.instruments import Seen

_PANEL_WIDTH, _PANEL_HEIGHT = 3.9, 2.5  # inches
_ACROSS = 2
_LEFT, _RIGHT, _BOTTOM = 0.8, 0.25, 0.7
_KEY_ROW, _KEY_HANDLE, _LETTER = 0.2, 0.5, 0.06  # of the legend, inches
_MOST_ACROSS = 4
_GAP_ACROSS, _GAP_DOWN, _HEAD = 0.35, 0.35, 0.55
_ABOVE_TITLE = 0.1
_BANDS = ((look.BAND, "95 % interval of the mean"), (look.FAINT_BAND, "middle 90 % of people"))


def plot_instruments(
    seen: Sequence[Seen], ax: Axes | None = None, *, variable: str = "hair_density"
) -> Axes:
    """Draw the change from baseline of every arm, one panel for each instrument.

    The band of a mean is its 95 % interval; the pale one holds the middle 90 % of people. Above
    each panel stands the spread of a single change, and how much of it is the instrument's error.

    Parameters
    ----------
    seen
        From `follicle_sim.experiments.instruments.compare_instruments`.
    ax
        Axes whose place is used; None makes a figure that pyplot does not know.
    variable
        Any that all the instruments measure.

    Returns
    -------
    Axes
        Their child axes are the panels.

    Raises
    ------
    InputError
        If there is nothing to draw, or the trial has no visit at baseline.
    """
    if not seen:
        raise InputError("figure", [Problem("seen", "no instrument to draw")])
    days = np.asarray(seen[0].data["time"].values, dtype=np.float64)
    if 0.0 not in days:
        raise InputError("figure", [Problem("seen", "the trial has no visit at baseline, 0 days")])
    rows = math.ceil(len(seen) / _ACROSS)
    across = min(_ACROSS, len(seen))
    with look.style():
        if ax is None:
            ax = _own_axes(seen[0], rows, across)
        ax.set_axis_off()
        looks = look.arm_looks(*arm_roles(seen[0].data))
        panels = _panels(ax, rows, across, len(seen))
        weeks = look.widen(days / 7.0)
        low, high = 0.0, 0.0
        for panel, sight in zip(panels, seen, strict=True):
            least, most = _draw(panel, sight, variable, weeks, looks)
            low, high = min(low, least), max(high, most)
        room = 0.05 * (high - low or 1.0)
        for index, panel in enumerate(panels):
            panel.set_ylim(low - room, high + room)
            _label(panel, index, across, len(seen), days / 7.0)
        units = str(seen[0].data[variable].attrs.get("units", ""))
        text = look.axis_label(variable, units, change=True)
        figure = look.root_figure(ax)
        figure.text(0.2 / figure.get_size_inches()[0], _middle(ax), wrap_text(text, 60, 1),
                       rotation=90, va="center", ha="center", fontsize=look.BODY)  # fmt: skip
        _legend(ax, looks)
    return ax


def _own_axes(first: Seen, rows: int, across: int) -> Axes:
    inner = across * _PANEL_WIDTH + (across - 1) * _GAP_ACROSS
    columns = _columns(arm_roles(first.data)[0], inner)
    bottom = _BOTTOM + _KEY_ROW * math.ceil((len(first.data["arm"]) + len(_BANDS)) / columns)
    height = bottom + rows * (_PANEL_HEIGHT + _HEAD) + (rows - 1) * _GAP_DOWN + 0.65
    figure = look.new_figure(_LEFT + inner + _RIGHT, height)
    top = write_title(figure, str(first.data.attrs.get("title", "")), _LEFT, _RIGHT)
    return look.place(figure, _LEFT, bottom, _RIGHT, top + _ABOVE_TITLE)


def _columns(labels: Sequence[str], width: float) -> int:
    """Return how many columns of the legend fit into a width in inches."""
    longest = max(len(text) for text in (*labels, *(text for _, text in _BANDS)))
    return max(1, min(_MOST_ACROSS, int(width / (_KEY_HANDLE + _LETTER * longest))))


def _panels(ax: Axes, rows: int, across: int, count: int) -> list[Axes]:
    """Return the panels, row by row from the top, as parts of the axes' place."""
    box = ax.get_window_extent()
    width, height = box.width / look.DPI, box.height / look.DPI
    wide = (width - (across - 1) * _GAP_ACROSS) / across
    tall = (height - (rows - 1) * _GAP_DOWN) / rows - _HEAD
    panels = []
    for index in range(count):
        row, column = divmod(index, across)
        left = column * (wide + _GAP_ACROSS)
        bottom = height - (row + 1) * (tall + _HEAD) - row * _GAP_DOWN
        panels.append(ax.inset_axes((left / width, bottom / height, wide / width, tall / height)))
    return panels


def _draw(
    panel: Axes,
    sight: Seen,
    variable: str,
    weeks: FloatArray,
    looks: dict[str, look.ArmLook],
) -> tuple[float, float]:
    """Draw one instrument's panel; return the least and greatest number in it."""
    look.dress(panel)
    panel.axhline(0.0, color=look.MUTED, linewidth=0.8, zorder=1)
    values = people_last(sight.data[variable], "arm", "time")
    days = np.asarray(sight.data["time"].values, dtype=np.float64)
    zero = np.flatnonzero(days == 0.0)[:1]
    ends = []
    for label, now in zip(arm_roles(sight.data)[0], values, strict=True):
        colour, dash = looks[label].colour, looks[label].dash
        estimated = estimate(change_mean, [(1.0, now, now[zero])], paired=True)
        low, high = estimated.interval(0.95)
        few, many = np.nanpercentile(now - now[zero], [5, 95], axis=1)
        courses = [estimated.value, low, high, few, many]
        if days.size == 1:
            courses = [np.repeat(part, 2) for part in courses]
        mean, low, high, few, many = courses
        panel.fill_between(weeks, few, many, color=colour, alpha=look.FAINT_BAND, linewidth=0)
        panel.fill_between(weeks, low, high, color=colour, alpha=look.BAND, linewidth=0)
        panel.plot(weeks, mean, color=colour, linestyle=dash, linewidth=look.LINE, zorder=3)
        ends += [few, many]
    spread, error = sight.errors(variable)
    name = f"{sight.method.replace('_', ' ')}"
    panel.set_title(name, loc="left", fontsize=look.BODY, fontweight="bold", pad=17)
    digits = 1 if error < 9.95 else 0
    unit = look.unit_of(variable, str(sight.data[variable].attrs.get("units", "")), change=True)
    subtitle = f"SD at the last visit {spread:.0f} {unit}, by the instrument {error:.{digits}f}"
    panel.annotate(subtitle, (0, 1), (0, 4), xycoords="axes fraction", textcoords="offset points",
                   fontsize=look.SMALL, color=look.MUTED, va="bottom")  # fmt: skip
    return float(np.nanmin(ends)), float(np.nanmax(ends))


def _label(panel: Axes, index: int, across: int, count: int, weeks: FloatArray) -> None:
    x = look.widen(weeks)
    panel.set_xlim(float(x[0]), float(x[-1]))
    look.week_ticks(panel, float(weeks[0]), float(weeks[-1]), most=6)
    if index + across < count:
        panel.set_xlabel("")
    if index % across:
        panel.tick_params(labelleft=False)


def _middle(ax: Axes) -> float:
    box = ax.get_position()
    return float(box.y0 + box.y1) / 2.0


def _legend(ax: Axes, looks: dict[str, look.ArmLook]) -> None:
    figure = look.root_figure(ax)
    width = ax.get_window_extent().width / look.DPI
    letters = int((width - _KEY_HANDLE) / _LETTER)
    entries: list[look.Entry] = [
        (
            Line2D([], [], color=arm_look.colour, linestyle=arm_look.dash, linewidth=look.LINE),
            wrap_text(label, letters, 1),
        )
        for label, arm_look in looks.items()
    ]
    entries += [
        (Patch(facecolor=look.MUTED, alpha=alpha, linewidth=0), text) for alpha, text in _BANDS
    ]
    handles, labels = zip(*entries, strict=True)
    figure.legend(
        handles,
        labels,
        loc="lower left",
        ncols=_columns(labels, width),
        frameon=False,
        fontsize=look.SMALL,
        bbox_to_anchor=(ax.get_position().x0, 0.012),
        borderaxespad=0.0,
        handlelength=2.2,
    )
