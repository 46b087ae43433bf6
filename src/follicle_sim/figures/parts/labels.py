"""Placing words: labels beside line ends that do not overlap, and room for legends."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import FixedLocator

from follicle_sim.figures.parts.style import BODY, MUTED, RULE, SMALL, TINY, TITLE, Entry, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLE_TOP = 0.14
"""Inches above a title."""

_GAP = 9.0  # points between the end of a line and its label
_LEADING = 1.3
_WIDEST = 0.36  # of the axes, for labels


@dataclass(frozen=True, slots=True)
class End:
    """A line's end and what to write there; `y` NaN where the line has no value at all."""

    y: float
    text: str
    colour: str


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of axes in points."""
    box = ax.get_window_extent()
    scale = 72.0 / _dpi(ax)
    return box.width * scale, box.height * scale


def text_width(ax: Axes, text: str, size: float, weight: str = "normal") -> float:
    """Return the width of text in points as the figure would draw it."""
    probe = ax.text(0, 0, text, fontsize=size, fontweight=weight, parse_math=False)
    width = probe.get_window_extent().width * 72.0 / _dpi(ax)
    probe.remove()
    return width


def wrap_text(text: str, columns: int, lines: int = 3) -> str:
    """Return text in at most `lines` lines of `columns` letters, cut with an ellipsis.

    Examples
    --------
    >>> wrap_text("minoxidil 5 % twice a day", 14, 2)
    'minoxidil 5 %\\ntwice a day'
    """
    return "\n".join(textwrap.wrap(text, columns, max_lines=lines, placeholder=" …")) or " "


def write_title(figure: Figure, title: str, left: float, right: float) -> float:
    """Write a title at the top of a figure, in at most two lines; return its height in inches.

    Parameters
    ----------
    left, right
        Margins in inches.
    """
    width, height = figure.get_size_inches()
    if not title.strip():
        return TITLE_TOP
    room = 0.98 * (width - left - right) * float(figure.dpi)
    written = figure.text(left / width, 1 - TITLE_TOP / height, "", va="top")
    written.set(fontsize=TITLE, fontweight="bold", parse_math=False)
    for columns in range(int(room / (0.4 * TITLE)), 8, -2):
        written.set_text(wrap_text(title, columns, 2))
        if written.get_window_extent().width <= room:
            break
    return TITLE_TOP + written.get_window_extent().height / float(figure.dpi)


def spread(
    centres: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Return centres as near as possible to the wanted ones, in their order and without overlap.

    The least sum of squared moves (isotonic regression of the centres less the room needed).

    Examples
    --------
    >>> spread([5.0, 5.0], [2.0, 2.0], 0.0, 20.0)
    [4.0, 6.0]
    """
    room = [0.0]
    for below, above in pairwise(heights):
        room.append(room[-1] + (below + above) / 2)
    pools: list[list[float]] = []  # [sum, count]
    for centre, offset in zip(centres, room, strict=True):
        pools.append([centre - offset, 1.0])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, count = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += count
    levels = [total / count for total, count in pools for _ in range(int(count))]
    top = high - heights[-1] / 2 - room[-1]
    bottom = low + heights[0] / 2
    return [max(bottom, min(top, level)) + o for level, o in zip(levels, room, strict=True)]


def headroom(
    ax: Axes, extent: tuple[float, float], entries: Sequence[Entry], note: str, foot: float
) -> tuple[float, float]:
    """Put a legend over the data and set the y limits so that nothing lies under it.

    Parameters
    ----------
    extent
        Least and greatest number drawn.
    entries
        Of the legend.
    note
        Written under the legend.
    foot
        Points to keep free above the x axis.

    Returns
    -------
    The part of the height that the data have, as fractions of the axes.
    """
    width, height = size_in_points(ax)
    above = _write_legend(ax, entries)
    columns = max(24, int(width / (0.56 * TINY)))
    lines = textwrap.wrap(note, columns)
    if lines and above + 1.3 * TINY * len(lines) < 0.5 * height:
        at = (0.0, 1.0 - (above + 2.0) / height)
        text = "\n".join(lines)
        written = ax.text(*at, text, fontsize=TINY, color=MUTED, va="top", transform=ax.transAxes)
        above += written.get_window_extent().height * 72.0 / _dpi(ax) + 4.0
    low = (foot + 8.0) / height
    high = max(1.0 - (above + 8.0) / height, low + 0.2)
    least, most = extent
    if most - least <= 1e-9 * max(abs(least), abs(most), 1e-9):
        # Without it a flat line would fill the axes with rounding errors.
        room = 0.05 * abs(least) or 1.0
        least, most = least - room, most + room
    scale = (most - least) / (high - low)
    bottom = least - low * scale
    ax.set_ylim(bottom, bottom + scale)
    _rule(ax, least, most)
    return low, high


def _write_legend(ax: Axes, entries: Sequence[Entry]) -> float:
    """Write a legend into the upper left corner; return its height in points."""
    width, height = size_in_points(ax)
    looks = [(3, SMALL), (2, SMALL), (3, TINY), (2, TINY), (1, SMALL), (1, TINY)]
    while True:
        columns, size = looks.pop(0)
        legend = ax.legend(
            [handle for handle, _ in entries],
            [text for _, text in entries],
            loc="upper left",
            ncols=columns,
            fontsize=size,
            frameon=False,
            borderaxespad=0.0,
            borderpad=0.2,
            handlelength=1.8,
            columnspacing=1.8,
            labelcolor=MUTED,
        )
        box = legend.get_window_extent()
        scale = 72.0 / _dpi(ax)
        if not looks or (box.width * scale <= width and box.height * scale <= 0.4 * height):
            return float(box.height * scale)


def _rule(ax: Axes, least: float, most: float) -> None:
    """Put ticks and rules where the data are: not behind the legend, nor behind line labels."""
    margin = 0.02 * (most - least)
    at = [float(y) for y in ax.yaxis.get_majorticklocs() if least - margin <= y <= most + margin]
    ax.yaxis.set_major_locator(FixedLocator(at))
    ax.spines["left"].set_bounds(min([least, *at]), max([most, *at]))
    ax.hlines(at, *ax.get_xlim(), color=RULE, linewidth=0.6, zorder=0.5)


def write_ends(ax: Axes, x: float, ends: Sequence[End], low: float, high: float) -> None:
    """Write labels to the right of `x`, widening the x axis for them.

    Parameters
    ----------
    x
        Where the lines end; y limits must be final.
    ends
        One per line.
    low, high
        Part of the height labels may use, as fractions of the axes.
    """
    if not ends:
        return
    width, height = size_in_points(ax)
    y0, y1 = ax.get_ylim()

    def points(y: float) -> float:
        return (y - y0) / (y1 - y0) * height if np.isfinite(y) else (low + high) / 2 * height

    ordered = sorted(ends, key=lambda end: points(end.y))
    ordered, size = _fit(ax, ordered, width, (high - low) * height)
    heights = [_LEADING * size * (1 + end.text.count("\n")) for end in ordered]
    centres = spread([points(end.y) for end in ordered], heights, low * height, high * height)
    widest = max(text_width(ax, end.text, size) for end in ordered)
    left, _ = ax.get_xlim()
    share = min(0.7, (widest + _GAP + 2) / width)
    right = left + (x - left) / (1 - share)
    ax.set_xlim(left, right)
    # What the axis shows is named below the data, not below the labels.
    ax.xaxis.label.set_x(0.5 * (x - left) / (right - left))
    per_point = (right - left) / width
    for end, centre in zip(ordered, centres, strict=True):
        y = y0 + centre / height * (y1 - y0)
        at = x + _GAP * per_point
        if np.isfinite(end.y) and abs(centre - points(end.y)) > 2.5:
            reach = x + (_GAP - 2) * per_point
            ax.plot([x, reach], [end.y, y], color=end.colour, linewidth=0.6, clip_on=False)
        ax.text(
            at,
            y,
            end.text,
            fontsize=size,
            color=readable(end.colour),
            va="center",
            linespacing=1.15,
            parse_math=False,
        )


def _fit(ax: Axes, ends: Sequence[End], width: float, height: float) -> tuple[list[End], float]:
    """Return the ends with text wrapped and a letter size such that all fit."""
    for size in (BODY, SMALL, TINY):
        for columns, lines in ((30, 2), (22, 2), (18, 3), (14, 3), (22, 1), (14, 1)):
            fitted = [replace(end, text=wrap_text(end.text, columns, lines)) for end in ends]
            need = sum(_LEADING * size * (1 + end.text.count("\n")) for end in fitted)
            if need > height:
                continue
            if max(text_width(ax, end.text, size) for end in fitted) <= _WIDEST * width:
                return fitted, size
    # More lines than the axes can name: name what fits and say how many are left.
    most = max(1, int(height / (_LEADING * TINY)))
    fitted = [replace(end, text=wrap_text(end.text, 14, 1)) for end in ends]
    if len(fitted) <= most:
        return fitted, TINY
    others = End(np.nan, f"and {len(fitted) - most + 1} more", MUTED)
    return [*fitted[: most - 1], others], TINY


def _dpi(ax: Axes) -> float:
    return float(ax.figure.dpi)
