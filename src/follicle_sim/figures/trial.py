"""A trial on one page: the course, the comparisons, who responded, and what people said."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import xarray as xr
from matplotlib.patches import Patch

from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.difference import plot_difference
from follicle_sim.figures.parts.courses import compares_within
from follicle_sim.figures.parts.labels import TITLE_TOP, wrap_text, write_title
from follicle_sim.figures.parts.style import (
    BODY,
    INK,
    LINE,
    MUTED,
    PAPER,
    RULE,
    SIMULATED,
    SMALL,
    TINY,
    ArmLook,
    arm_looks,
    dress,
    luminance,
    new_figure,
    place,
    readable,
    style,
)
from follicle_sim.figures.trajectories import draw_courses
from follicle_sim.results.by_treatment import WITHIN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH, _LEFT, _RIGHT = 10.4, 0.75, 0.2
_MIDDLE = 5.45  # where the right half begins
_NAME, _SAID = 1.85, 1.4  # room for names left of a panel, and for numbers right of it
_PAIRED, _BELOW = 2.2, 0.62  # more height for the differences, and the gap over them
_COURSE, _ROW, _RATE, _BAR = 3.9, 0.46, 0.3, 0.42
_HEAD, _AXIS, _ENTRY = 0.3, 0.62, 0.155  # a heading, what stands under an axis, a legend's line
_FOOT = 0.4
_NOTE, _NOTE_LINE = 190, 0.12  # letters of a line below the figure, and its height
_MOST_LINES = 9


@dataclass(frozen=True)
class ForestLine:
    """One comparison.

    Parameters
    ----------
    name, axis
        What is compared; what the axis shows, lines of one axis being drawn together.
    estimate, low, high
        In the unit of the axis.
    words
        Number, interval and p in words.
    primary
        Drawn stronger.
    """

    name: str
    axis: str
    estimate: float
    low: float
    high: float
    words: str
    primary: bool


@dataclass(frozen=True)
class Rate:
    """Responders of one arm: the share, its interval, and of how many."""

    arm: str
    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Answers:
    """Answers of each arm: shares (K,) by label, of how many people, and the K words."""

    question: str
    words: tuple[str, ...]
    shares: Mapping[str, FloatArray]
    n: Mapping[str, int]


def plot_trial(
    course: xr.Dataset,
    variable: str,
    lines: Sequence[ForestLine],
    rates: Sequence[Rate],
    responders: str,
    answers: Answers | None,
    title: str,
    note: str,
) -> Figure:
    """Draw a trial on one page.

    Parameters
    ----------
    course
        Dims arm, subject, time, with the primary endpoint.
    variable
        Its name.
    lines
        Comparisons; lines of one axis are drawn together, the first axis first.
    rates, responders
        Of each arm, and what makes a responder.
    answers
        None where nobody was asked.
    title, note
        Above and below.
    """
    if len(lines) > _MOST_LINES:
        note = f"{note} {len(lines) - _MOST_LINES} more comparisons: see analysis.csv."
    lines = lines[:_MOST_LINES]
    axes = list(dict.fromkeys(line.axis for line in lines))
    looks = arm_looks(
        [str(label) for label in course["arm"].values], [str(r) for r in course["role"].values]
    )
    rated = _HEAD + _RATE * len(rates) + _AXIS if rates else 0.0
    compared = _HEAD + _ROW * len(lines) + _AXIS * len(axes)
    answers_height = 0.0
    if answers is not None:
        entries = -(-len(answers.words) // 2)
        answers_height = _HEAD + _BAR * len(answers.shares) + _AXIS + _ENTRY * entries + 0.1
    paired = compares_within(course)
    tall = max(_COURSE + (_PAIRED if paired else 0.0) + rated, compared + answers_height)
    notes = textwrap.wrap(note, _NOTE)
    foot = _FOOT + _NOTE_LINE * (len(notes) - 1)
    with style():
        figure = new_figure(_WIDTH, tall + foot + 1.0)
        head = write_title(figure, title, _LEFT, _RIGHT) + 0.12
        height = head + tall + foot
        figure.set_size_inches(_WIDTH, height)
        figure.texts[0].set_y(1.0 - TITLE_TOP / height)
        top = height - head
        turns = course.attrs.get("design_kind") == WITHIN
        since = "the start of the period" if turns else "baseline"
        _heading(figure, f"Change from {since}", _LEFT, top)
        box = (_LEFT, foot + rated + 0.6, _WIDTH - _MIDDLE + 0.2, head + _HEAD)
        _draw_course(figure, box, course, variable, f"weeks since {since}", paired=paired)
        _heading(figure, "Comparisons", _MIDDLE, top)
        _forest(figure, lines, axes, top - _HEAD)
        if rates:
            up = foot + rated
            _heading(figure, f"Responders: {responders}", _LEFT, up)
            low = up - _HEAD - _RATE * len(rates)
            ax = place(figure, _NAME, low, _WIDTH - _MIDDLE + 1.1, height - up + _HEAD)
            _rates(ax, rates, looks)
        if answers is not None:
            up = top - compared
            _heading(figure, answers.question, _MIDDLE, up)
            low = up - _HEAD - _BAR * len(answers.shares)
            ax = place(figure, _MIDDLE + _NAME, low, _RIGHT, height - up + _HEAD)
            _answers(ax, answers)
        look: dict[str, Any] = {"fontsize": TINY, "color": MUTED, "va": "bottom"}
        figure.text(_LEFT / _WIDTH, 0.1 / height, "\n".join(notes), **look)
    return figure


def _draw_course(
    figure: Figure,
    box: tuple[float, float, float, float],
    course: xr.Dataset,
    variable: str,
    clock: str,
    *,
    paired: bool,
) -> None:
    """Draw the arms, and of arms of the same people what they differ by below; box in inches."""
    left, bottom, right, top = box
    upper = place(figure, left, bottom + paired * _PAIRED, right, top)
    draw_courses(course, upper, variable=variable, change=True, bands=not paired)
    # set_xlabel would move the label to the middle of the axes, under the names of the lines
    upper.xaxis.label.set_text(clock)
    if paired:
        height = float(figure.get_size_inches()[1])
        above = height - bottom - _PAIRED + _BELOW
        lower = place(figure, left, bottom, right, above)
        plot_difference(course, lower, variable=variable)
        lower.set_xlim(*upper.get_xlim())
        lower.xaxis.label.set_x(upper.xaxis.label.get_position()[0])
        lower.xaxis.label.set_text(clock)
        upper.xaxis.label.set_text("")


def _heading(figure: Figure, text: str, left: float, top: float) -> None:
    width, height = figure.get_size_inches()
    look: dict[str, Any] = {"fontsize": BODY, "fontweight": "bold", "color": INK, "va": "top"}
    figure.text(left / width, top / height, wrap_text(text, 62, 1), **look)


def _forest(figure: Figure, lines: Sequence[ForestLine], axes: Sequence[str], top: float) -> None:
    height = float(figure.get_size_inches()[1])
    at = top
    for axis in axes:
        rows = [line for line in lines if line.axis == axis]
        size = _ROW * len(rows)
        ax = place(figure, _MIDDLE + _NAME, at - size, _RIGHT + _SAID, height - at)
        at -= size + _AXIS
        dress(ax)
        ax.spines["left"].set_visible(False)
        ends = [end for row in rows for end in (row.low, row.high, 0.0)]
        span = max(ends) - min(ends) or 1.0
        ax.set(xlim=(min(ends) - 0.06 * span, max(ends) + 0.06 * span))
        ax.set(ylim=(-0.5, len(rows) - 0.5), yticks=[])
        ax.axvline(0.0, color=MUTED, linewidth=0.8)
        for at_row, row in enumerate(reversed(rows)):
            colour = readable(SIMULATED) if row.primary else MUTED
            ax.plot([row.low, row.high], [at_row] * 2, color=colour, linewidth=LINE)
            face = colour if row.primary else PAPER
            ax.plot([row.estimate], [at_row], "s", color=colour, mfc=face, markersize=5)
            _write(ax, -0.04, at_row, wrap_text(row.name, 28, 3), "right")
            _write(ax, 1.04, at_row, row.words, "left")
        ax.set_xlabel(axis, fontsize=SMALL, color=INK)


def _write(ax: Axes, x: float, y: float, text: str, side: Literal["left", "right"]) -> None:
    """Write beside the axes, at a height of the data."""
    ax.text(
        x,
        y,
        text,
        ha=side,
        va="center",
        fontsize=SMALL,
        color=INK,
        linespacing=1.12,
        transform=ax.get_yaxis_transform(),
    )


def _percent(ax: Axes, text: str) -> None:
    ax.set_xlim(0.0, 1.0)
    ax.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0])
    ax.set_xticklabels(["0", "25", "50", "75", "100"])
    ax.set_xlabel(text, fontsize=SMALL, color=INK)


def _rates(ax: Axes, rates: Sequence[Rate], looks: Mapping[str, ArmLook]) -> None:
    dress(ax)
    ax.spines["left"].set_visible(False)
    ax.set(ylim=(-0.6, len(rates) - 0.4), yticks=[])
    _percent(ax, "% of people")
    for at, rate in enumerate(reversed(rates)):
        colour = looks[rate.arm].colour if rate.arm in looks else MUTED
        ax.plot([rate.low, rate.high], [at] * 2, color=colour, linewidth=LINE)
        ax.plot([rate.share], [at], "o", color=colour, markersize=6, clip_on=False)
        _write(ax, -0.04, at, wrap_text(rate.arm, 24, 2), "right")
        _write(ax, 1.04, at, f"{100 * rate.share:.0f} % of {rate.n}", "left")


def _answers(ax: Axes, answers: Answers) -> None:
    dress(ax)
    ax.spines["left"].set_visible(False)
    colours = _shades(len(answers.words))
    arms = list(answers.shares)
    ax.set(ylim=(-0.55, len(arms) - 0.45), yticks=[])
    _percent(ax, "% of people asked")
    for at, arm in enumerate(reversed(arms)):
        start = 0.0
        for share, colour in zip(answers.shares[arm], colours, strict=True):
            ax.barh(at, share, 0.66, left=start, color=colour, edgecolor=PAPER, linewidth=0.6)
            if share >= 0.06:
                ink = PAPER if luminance(colour) < 0.3 else INK
                look: dict[str, Any] = {
                    "fontsize": TINY,
                    "ha": "center",
                    "va": "center",
                    "color": ink,
                }
                ax.text(start + share / 2, at, f"{100 * share:.0f}", **look)
            start += share
        _write(ax, -0.04, at, f"{wrap_text(arm, 24, 2)} ({answers.n[arm]})", "right")
    drop = (_AXIS - 0.08) * float(ax.figure.dpi) / ax.get_window_extent().height
    ax.legend(
        [Patch(facecolor=colour) for colour in colours],
        answers.words,
        loc="upper right",
        bbox_to_anchor=(1.0, -drop),
        ncols=2,
        fontsize=TINY,
        frameon=False,
        labelcolor=MUTED,
        handlelength=1.0,
        columnspacing=1.2,
        labelspacing=0.35,
        borderaxespad=0.0,
    )


def _shades(count: int) -> list[str]:
    """Return colours from worse to better, grey in the middle; told apart by colour-blind eyes."""
    bad, good = ["#8c510a", "#bf812d", "#dfc27d"], ["#80cdc1", "#35978f", "#01665e"]
    half = count // 2
    return [*bad[:half], RULE, *good[3 - half :]][:count]
