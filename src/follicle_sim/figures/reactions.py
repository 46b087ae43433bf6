"""Side effects of a trial: who had which, how severe, and how many days it kept people at home."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.patches import Patch

from follicle_sim.base.types import Floats
from follicle_sim.figures.parts.labels import TITLE_TOP, wrap_text, write_title
from follicle_sim.figures.parts.style import (
    INK,
    LINE,
    MUTED,
    PAPER,
    SMALL,
    TINY,
    dress,
    new_figure,
    place,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SEVERITIES: Mapping[str, str] = {"mild": "#fdd9b5", "moderate": "#f08c3c", "severe": "#8c2d04"}
"""Colours by severity, from pale to dark."""

_WIDTH, _LEFT = 9.6, 0.3
_NAME, _SAID, _DOWN = 2.35, 1.45, 2.0
_ROW, _ARM_HEAD, _AXIS, _FOOT, _NOTE_LINE = 0.27, 0.3, 0.55, 0.3, 0.125
_NOTE = 165


@dataclass(frozen=True)
class ReactionLine:
    """One side effect of one arm.

    Parameters
    ----------
    name
        What it is.
    share, low, high
        Share of people with it, and its limits.
    severities
        Events that are mild, moderate and severe.
    words
        The people, and what was counted.
    """

    name: str
    share: float
    low: float
    high: float
    severities: tuple[int, int, int]
    words: str


@dataclass(frozen=True)
class ReactionArm:
    """The side effects of one arm, days (S,) of downtime, and whether anything was given at all."""

    name: str
    lines: tuple[ReactionLine, ...]
    downtime: Floats
    given: bool = True


def plot_reactions(arms: Sequence[ReactionArm], title: str, note: str) -> Figure:
    """Draw the side effects of a trial arm by arm, with the downtime of each arm beside.

    Parameters
    ----------
    arms
        In the order of the trial.
    title, note
        Above and below.

    Returns
    -------
    A bar as long as the share of people with it, cut by the severity of the events; its interval as
    a line. Beside, the mean days of downtime a person, to the highest tenth of people.
    """
    notes = textwrap.wrap(note, _NOTE)
    tall = sum(_ARM_HEAD + _ROW * max(len(arm.lines), 1) for arm in arms)
    foot = _FOOT + _NOTE_LINE * len(notes)
    with style():
        figure = new_figure(_WIDTH, tall + _AXIS + foot + 1.3)
        head = write_title(figure, title, _LEFT, _LEFT) + 0.35
        height = head + tall + _AXIS + foot
        figure.set_size_inches(_WIDTH, height)
        figure.texts[0].set_y(1.0 - TITLE_TOP / height)
        left = place(figure, _LEFT + _NAME, foot + _AXIS, _LEFT + _DOWN + _SAID, head)
        right = place(figure, _WIDTH - _DOWN - _LEFT, foot + _AXIS, _LEFT, head)
        _shares(left, arms, tall)
        _downtime(right, arms, tall)
        look: dict[str, Any] = {"fontsize": TINY, "color": MUTED, "va": "bottom"}
        figure.text(_LEFT / _WIDTH, 0.12 / height, "\n".join(notes), **look)
    return figure


def _rows(arms: Sequence[ReactionArm], tall: float) -> list[tuple[ReactionArm, float, list[float]]]:
    """Return each arm with the height of its name and of its lines, inches from below."""
    at, rows = tall, []
    for arm in arms:
        at -= _ARM_HEAD
        name = at + 0.08
        lines = [at - _ROW * (k + 0.5) for k in range(max(len(arm.lines), 1))]
        at -= _ROW * len(lines)
        rows.append((arm, name, lines))
    return rows


def _shares(ax: Axes, arms: Sequence[ReactionArm], tall: float) -> None:
    dress(ax)
    ax.spines["left"].set_visible(False)
    ends = [line.high for arm in arms for line in arm.lines]
    most = min(1.0, max([0.05, *ends]) * 1.04)
    ax.set(xlim=(0.0, most), ylim=(0.0, tall), yticks=[])
    words: dict[str, Any] = {"fontsize": SMALL, "va": "center", "color": INK}
    for arm, name, heights in _rows(arms, tall):
        beside = ax.get_yaxis_transform()
        ax.text(
            -0.02,
            name,
            wrap_text(arm.name, 34, 1),
            transform=beside,
            ha="right",
            fontweight="bold",
            **words,
        )
        if not arm.lines:
            ax.text(
                -0.02,
                heights[0],
                "none counted by any study" if arm.given else "nothing given in the trial",
                transform=beside,
                ha="right",
                fontsize=SMALL,
                va="center",
                color=MUTED,
            )
        for line, y in zip(arm.lines, heights, strict=False):
            _bar(ax, line, y)
            ax.text(-0.02, y, wrap_text(line.name, 34, 1), transform=beside, ha="right", **words)
            ax.text(
                1.02,
                y,
                line.words,
                transform=beside,
                ha="left",
                fontsize=TINY,
                va="center",
                color=MUTED,
            )
    ticks = [tick for tick in ax.get_xticks() if 0.0 <= tick <= most]
    ax.set_xticks(ticks, [f"{100.0 * tick:.3g}" for tick in ticks])
    ax.set_xlabel("% of people with it in the trial", fontsize=SMALL, color=INK)
    ax.legend(
        [Patch(facecolor=colour) for colour in SEVERITIES.values()],
        [f"{name} events" for name in SEVERITIES],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=3,
        fontsize=TINY,
        frameon=False,
        labelcolor=MUTED,
        handlelength=1.0,
        borderaxespad=0.1,
    )


def _bar(ax: Axes, line: ReactionLine, y: float) -> None:
    """Draw one share cut by severity, with its interval."""
    total, start = sum(line.severities), 0.0
    for count, colour in zip(line.severities, SEVERITIES.values(), strict=True):
        if count:
            size = line.share * count / total
            ax.barh(y, size, 0.62 * _ROW, left=start, color=colour, edgecolor=PAPER, linewidth=0.4)
            start += size
    ax.plot([line.low, line.high], [y, y], color=INK, linewidth=0.5 * LINE)
    ax.plot([line.low, line.high], [y, y], "|", color=INK, markersize=4.0)


def _few(days: float) -> str:
    return "<0.01" if 0.0 < days < 0.01 else f"{days:.2g}"


def _downtime(ax: Axes, arms: Sequence[ReactionArm], tall: float) -> None:
    dress(ax)
    ax.spines["left"].set_visible(False)
    ends = [float(np.quantile(arm.downtime, 0.9)) for arm in arms if arm.downtime.size]
    means = [float(arm.downtime.mean()) for arm in arms if arm.downtime.size]
    most = max([1.0, *ends, *means]) * 1.35
    ax.set(xlim=(0.0, most), ylim=(0.0, tall), yticks=[])
    for arm, _, heights in _rows(arms, tall):
        if arm.downtime.size == 0 or not arm.lines:
            continue
        mean, high = float(arm.downtime.mean()), float(np.quantile(arm.downtime, 0.9))
        y = (heights[0] + heights[-1]) / 2.0
        ax.plot([0.0, high], [y, y], color=MUTED, linewidth=LINE)
        ax.plot([mean], [y], "o", color=INK, markersize=5.0, clip_on=False)
        ax.text(
            max(mean, high) + 0.05 * most, y, _few(mean), fontsize=SMALL, va="center", color=INK
        )
    ax.set_xlabel("days of downtime a person", fontsize=SMALL, color=INK)
    ax.set_title("mean (dot), up to the 9th of ten people", fontsize=TINY, color=MUTED, pad=4.0)
