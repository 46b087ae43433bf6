"""How dermal-papilla cells multiply with the concentration in their medium; nothing of hair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, NullLocator

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import size_in_points, wrap_text
from follicle_sim.pharmacology.bench import (
    PapillaResponse,
    load_papilla,
    proliferation,
    proliferation_band,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL, _GAP, _LEFT, _HEIGHT = 3.6, 0.65, 0.8, 3.8  # inches
_REACH = 10.0
"""A curve is drawn so many times below the least and above the greatest concentration tried."""
_BOTTOM = 0.9
"""Of the y axis: cells without the agent are 1."""


def plot_papilla(responses: Mapping[str, PapillaResponse] | None = None) -> Axes:
    """Draw the exposure-response of dermal-papilla cells, a panel for each agent.

    Parameters
    ----------
    responses
        By name; default: those of the library.

    Returns
    -------
    Axes
        The first panel; ``ax.figure`` has the others. Bands are the middle 90 % of what is not
        known; marks on the axis are the concentrations that were read.

    Raises
    ------
    InputError
        Nothing to draw.
    """
    rows = list((load_papilla() if responses is None else responses).values())
    if not rows:
        raise InputError("figure", [Problem("responses", "found none; at least one is needed")])
    with look.style():
        width = _LEFT + len(rows) * (_PANEL + _GAP)
        figure = look.new_figure(width, _HEIGHT)
        axes = []
        for k, row in enumerate(rows):
            left = _LEFT + k * (_PANEL + _GAP)
            ax = look.place(figure, left, 1.15, width - left - _PANEL, 0.55)
            _draw(ax, row)
            axes.append(ax)
        top = max(ax.get_ylim()[1] for ax in axes)
        for ax in axes:
            ax.set_ylim(_BOTTOM, top)
        axes[0].set_ylabel("cells relative to control (%)", fontsize=look.BODY, color=look.INK)
        band = (
            Patch(facecolor=look.MUTED, alpha=0.25, linewidth=0),
            Line2D([], [], color=look.MUTED),
        )
        dots = Line2D([], [], color=look.MUTED, markerfacecolor=look.PAPER, marker="o")
        dots.set_linestyle("none")
        handles: Any = [band, dots]
        figure.legend(
            handles,
            ["assumed size, and the middle 90 % of what is not known", "at concentrations read of"],
            loc="lower left",
            frameon=False,
            fontsize=look.SMALL,
            ncols=2,
            bbox_to_anchor=(_LEFT / width - 0.012, 0.05),
        )
        words = "Cells in a dish. No clock of a follicle hangs on it, and no hair follows from it."
        figure.text(_LEFT / width, 0.03, words, fontsize=look.SMALL, color=look.MUTED)
    return axes[0]


def _draw(ax: Axes, row: PapillaResponse) -> None:
    look.dress(ax)
    least, most = row.tried.values[0] / _REACH, row.tried.values[-1] * _REACH
    c = np.geomspace(least, most, 120)
    low, high = proliferation_band(row, c)
    colour = look.SIMULATED
    ax.fill_between(c, low, high, color=colour, alpha=0.18, linewidth=0)
    ax.plot(c, proliferation(row, c), color=colour, linewidth=look.LINE)
    ax.axhline(1.0, color=look.MUTED, linewidth=0.8, zorder=1)
    tried = np.array(row.tried.values)
    ax.plot(
        tried,
        proliferation(row, tried),
        color=colour,
        marker="o",
        markerfacecolor=look.PAPER,
        linestyle="none",
        zorder=6,
    )
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlim(least, most)
    ax.set_ylim(_BOTTOM, 1.05 * float(high.max()))
    look.percent_axis(ax)
    unit = {"uM": "µM"}.get(row.unit, row.unit)
    ax.set_xlabel(f"concentration ({unit})", fontsize=look.BODY, color=look.INK)
    columns = max(16, int(size_in_points(ax)[0] / (0.58 * look.BODY)))
    ax.set_title(wrap_text(row.title, columns, 2), loc="left", fontsize=look.BODY, color=look.INK)
