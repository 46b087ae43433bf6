"""Sobol indices of one arm's density change, a panel a week, the parameters that matter on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from follicle_sim.figures.parts.style import (
    BODY,
    INK,
    MUTED,
    PAPER,
    RULE,
    SIMULATED,
    SMALL,
    TITLE,
    dress,
    new_figure,
    place,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.experiments.sensitivity import SensitivityRow

MOST = 12
"""Parameters shown; the rest are in the table."""

_ROW, _PANEL, _LEFT = 0.27, 2.5, 2.6


def plot_indices(rows: Sequence[SensitivityRow], names: Sequence[str], ax: Axes) -> Axes:
    """Draw the first (open) and total (filled) index of the named parameters, first name on top."""
    row_of = {row.parameter: row for row in rows}
    for k, name in enumerate(names):
        row, y = row_of[name], -float(k)
        ax.plot([0, 1], [y, y], color=RULE, linewidth=0.6, zorder=0)
        for value, half, lift, filled in (
            (row.total, row.total_interval, 0.13, True),
            (row.first, row.first_interval, -0.17, False),
        ):
            ax.plot([value - half, value + half], [y + lift] * 2, color=SIMULATED, linewidth=1.2)
            ax.plot(
                [value],
                [y + lift],
                "o",
                color=SIMULATED,
                markerfacecolor=SIMULATED if filled else PAPER,
                markersize=4.5,
            )
    dress(ax)
    ax.set(xlim=(-0.2, 1.0), ylim=(-len(names) + 0.4, 0.6), yticks=[])
    ax.axvline(0.0, color=MUTED, linewidth=0.8)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("share of variance", fontsize=SMALL, color=INK)
    return ax


def plot_sensitivity(rows: Sequence[SensitivityRow], title: str, most: int = MOST) -> Figure:
    """Draw the Sobol indices of one outcome, one panel a week.

    Parameters
    ----------
    rows
        Of one arm and control, every parameter and week.
    title
        What the outcome is.
    most
        Parameters to show, those with the largest total index at any week.
    """
    weeks = sorted({row.week for row in rows})
    largest: dict[str, float] = {}
    for row in rows:
        largest[row.parameter] = max(largest.get(row.parameter, 0.0), row.total)
    names = sorted(largest, key=lambda name: -largest[name])[:most]
    with style():
        width, height = _LEFT + _PANEL * len(weeks) + 0.3, _ROW * len(names) + 1.95
        figure = new_figure(width, height)
        for k, week in enumerate(weeks):
            left = _LEFT + _PANEL * k
            ax = place(figure, left, 0.55, width - left - _PANEL + 0.3, 1.4)
            shown = [row for row in rows if row.week == week]
            plot_indices(shown, names, ax)
            first = shown[0]
            ax.set_title(
                f"week {week}\n{first.mean:+.1f} (SD {first.sd:.1f}) hairs/cm², "
                f"luck {100 * first.luck:.0f} %".replace("-", "−"),
                fontsize=SMALL,
                color=INK,
                pad=5,
            )
            if k == 0:
                for j, name in enumerate(names):
                    label = name.replace("_", " ")
                    ax.text(-0.1, -j, label, ha="right", va="center", fontsize=BODY, color=INK)
        figure.text(0.2 / width, 1 - 0.33 / height, title, fontsize=TITLE, color=INK)
        figure.legend(
            handles=[_mark(True), _mark(False)],
            labels=["total", "first (alone)"],
            loc="upper left",
            bbox_to_anchor=(0.1 / width, 1 - 0.45 / height),
            frameon=False,
            fontsize=SMALL,
            ncols=1,
        )
    return figure


def _mark(filled: bool) -> Line2D:
    face = SIMULATED if filled else PAPER
    return Line2D(
        [], [], color=SIMULATED, marker="o", markerfacecolor=face, linestyle="-", markersize=4.5
    )
