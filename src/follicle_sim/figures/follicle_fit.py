"""What single follicles say of a number: its profile, and what they did between visits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from follicle_sim.figures.fit import draw_profile, short_name
from follicle_sim.figures.parts.fit_words import interval_words, unit_words
from follicle_sim.figures.parts.style import (
    BODY,
    INK,
    MUTED,
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

    from follicle_sim.experiments.calibration.fit_follicles import FollicleFit
    from follicle_sim.experiments.calibration.follicle_transitions import Transition

_WIDTH, _HEAD, _FOOT, _ROW, _RIGHT = 9.8, 1.2, 0.7, 0.27, 6.5
_MOST = 16
"""Transitions drawn: the most frequent; the table has all."""

_FEWEST = 1.0
"""Transitions that are expected, and seen, less often are left to the table."""

_SENTENCES = {
    "identified": "The follicles pin it down",
    "no lower limit": "The follicles say at most how much, not at least",
    "no upper limit": "The follicles say at least how much, not at most",
    "not identified": "The follicles do not say",
}


def plot_follicle_fit(fit: FollicleFit) -> Figure:
    """Draw the profile of a number beside what follicles did from visit to visit.

    Parameters
    ----------
    fit
        From `fit_follicles`.

    Returns
    -------
    Figure
        Left the rise of -2 log-likelihood with the interval; right how many follicles went from
        what to what between visits in a row, seen and expected at the best fit.
    """
    rows = _shown(fit.transitions)
    inner = max(2.4, _ROW * len(rows))
    height = _HEAD + inner + _FOOT
    with style():
        figure = new_figure(_WIDTH, height)
        left = place(figure, 0.65, _FOOT, _WIDTH - 3.9, _HEAD)
        near = _near(fit)
        draw_profile(left, near, (fit.best, fit.low, fit.high), (fit.limit, fit.level))
        left.set_xlim(float(near[0, 0]), float(near[0, -1]))
        left.set_xlabel(f"{short_name(fit.name)}{unit_words(fit.name)}", fontsize=BODY, color=INK)
        right = place(figure, _RIGHT, _FOOT, 0.3, _HEAD)
        _draw_rows(rows, right, several=len({row.arm for row in fit.transitions}) > 1)
        text = f"{_SENTENCES[fit.verdict]}: {short_name(fit.name)} {interval_words(fit)}"
        figure.text(0.65 / _WIDTH, 1 - 0.32 / height, text, fontsize=TITLE, color=INK)
        told = (
            f"{fit.follicles:,} follicles of {fit.people:,} people at {fit.visits} visits; "
            f"profile likelihood, {100 * fit.level:.0f} % interval"
        )
        if fit.between > 1.0:
            told += f", widened {math.sqrt(fit.between):.2f} times because people differ"
        figure.text(0.65 / _WIDTH, 1 - 0.56 / height, told, fontsize=SMALL, color=MUTED)
    return figure


def _near(fit: FollicleFit) -> np.ndarray:
    """Return the part of the curve (2, m) around the interval that is worth drawing."""
    rise = fit.curve[1]
    inside = np.flatnonzero(rise <= 4.0 * fit.limit)
    near: np.ndarray = fit.curve[:, inside[0] : inside[-1] + 1]
    return near


def _shown(rows: Sequence[Transition]) -> list[Transition]:
    telling = [row for row in rows if max(row.fitted, row.observed) >= _FEWEST]
    most = sorted(telling, key=lambda row: -max(row.fitted, row.observed))[:_MOST]
    return [row for row in rows if row in most]


def _draw_rows(rows: Sequence[Transition], ax: Axes, *, several: bool) -> None:
    for k, row in enumerate(rows):
        ax.errorbar(
            [row.fitted], [k], xerr=[[min(row.fitted, 2.0 * math.sqrt(row.fitted))],
            [2.0 * math.sqrt(row.fitted)]], fmt="D", color=SIMULATED, markersize=5,
            fillstyle="none", elinewidth=1.0,
            label="expected, ± 2 SD" if k == 0 else None,
        )  # fmt: skip
        ax.plot(
            [row.observed], [k], "o", color=INK, markersize=4, clip_on=False,
            label="seen" if k == 0 else None,
        )  # fmt: skip
    dress(ax)
    # small and large counts side by side, each with an error of the same width
    ax.set_xscale("function", functions=(lambda x: np.sqrt(np.maximum(x, 0.0)), np.square))
    most = max((max(row.fitted, row.observed) for row in rows), default=1.0)
    few = (0,) if most > 10 else (0, 1, 3)
    ticks = [tick for tick in (*few, 10, 50, 200, 500, 1000, 2000, 5000, 20_000) if tick <= most]
    ax.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    ax.set_xlim(0.0, (math.sqrt(most) + 2.5) ** 2)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks(range(len(rows)), [_name(row, several) for row in rows])
    ax.set_xlabel("follicles, from one visit to the next", fontsize=BODY, color=INK)
    ax.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, fontsize=SMALL,
        handletextpad=0.3, columnspacing=1.0, borderaxespad=0.2,
    )  # fmt: skip


def _name(row: Transition, several: bool) -> str:
    arm = row.arm if len(row.arm) <= 16 else f"{row.arm[:15]}…"
    return f"{f'{arm}: ' if several else ''}{row.before} → {row.after}"
