"""One published outcome asked three ways: with the drug, without it, and with a control."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from follicle_sim.figures.parts.style import (
    BAND,
    BODY,
    INK,
    LINE,
    MUTED,
    PAPER,
    RULE,
    SIMULATED,
    SMALL,
    TITLE,
    dress,
    new_figure,
    place,
    readable,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.experiments.planning.plausible_rows import ChanceRow
    from follicle_sim.experiments.planning.repeat import RepeatRow

_WIDTH, _HEIGHT, _HEAD, _FOOT = 13.4, 4.9, 1.25, 1.02
_FIRST, _SECOND, _THIRD = (0.62, 3.6), (6.72, 2.2), (9.74, 3.45)  # left and width of a panel
_ROUND = readable("#d55e00")
_DESIGNS = {
    "parallel": ("two arms", "#aa4499"),
    "split_scalp": ("split scalp", readable("#009e73")),
}
_TARGET = 0.8
_ROOF = 132  # per cent: room for the key above the curves
_NOTE_COLUMNS = 215
_KEY_COLUMNS = 26
_NOTE = "Simulated studies, 95 % Monte Carlo intervals; triangle: beyond what was tried. "
_NOTES = {
    False: "Drift is what control arms of published trials did by themselves; season and spot are "
    "partly in it, so the last bar counts some twice.",
    True: "{Groups} that drift apart: as much as control arms of two published trials do. Drop-out "
    "and reading: assumed sizes. Randomising and blinding take these away; the bars show what "
    "they are worth.",
}
"""What else there is to know, without a control and with one."""


def plot_plausible(
    alone: Sequence[ChanceRow],
    surrounded: Sequence[ChanceRow],
    nulls: Sequence[ChanceRow],
    repeats: Sequence[RepeatRow],
    *,
    title: str,
    asked: str,
    default: float,
    controlled: bool = False,
) -> Figure:
    """Draw an outcome against potency, its chance without the drug, and a repeat's people.

    Parameters
    ----------
    alone, surrounded
        Over potencies: nothing but the drug; everything else too.
    nulls
        Without the drug, by circumstance.
    repeats
        People needed; rows of 80 % power are drawn.
    title, asked
        The study, and its outcome in words.
    default
        Potency to mark.
    controlled
        The study has a control.
    """
    apart = next((row.text for row in nulls if row.cause == "arms apart"), "arms")
    groups = apart.partition(" that ")[0].capitalize()  # as the bar says it: arms, sides, periods
    with style():
        figure = new_figure(_WIDTH, _HEIGHT)
        panels = [
            place(figure, left, _FOOT, _WIDTH - left - width, _HEAD)
            for left, width in (_FIRST, _SECOND, _THIRD)
        ]
        _curves(panels[0], alone, surrounded, default)
        _bars(panels[1], nulls)
        _needed(panels[2], repeats, default)
        heads = (
            ("1  With the drug", _FIRST[0]),
            ("2  With no effect of the drug, but with …", _SECOND[0] - 2.2),
            ("3  Drug against needle: people needed", _THIRD[0]),
        )
        for text, left in heads:
            _write(figure, left, 0.98, text, BODY + 0.5, INK, weight="bold")
        _write(figure, 0.15, 0.33, title, TITLE, INK)
        _write(figure, 0.15, 0.57, f"Outcome: {asked}", BODY, MUTED)
        note = textwrap.fill(_NOTE + _NOTES[controlled].format(Groups=groups), _NOTE_COLUMNS)
        figure.text(0.15 / _WIDTH, 0.13 / _HEIGHT, note, fontsize=SMALL, color=MUTED)
    return figure


def _write(
    figure: Figure, left: float, below: float, text: str, size: float, colour: str, **more: Any
) -> None:
    figure.text(left / _WIDTH, 1 - below / _HEIGHT, text, fontsize=size, color=colour, **more)


def _curves(
    ax: Axes, alone: Sequence[ChanceRow], surrounded: Sequence[ChanceRow], default: float
) -> None:
    last = max(row.potency or 0.0 for row in alone)
    # not higher than the curves: the key stands above them
    ax.plot([default] * 2, [0, 100], color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    handles = []
    for rows, colour in ((surrounded, _ROUND), (alone, SIMULATED)):
        x = [row.potency or 0.0 for row in rows]
        low, high = ([100 * share for share in side] for side in _sides(rows))
        ax.fill_between(x, low, high, color=colour, alpha=BAND, linewidth=0, zorder=2)
        y = [100 * row.chance for row in rows]
        (line,) = ax.plot(x, y, "o-", color=colour, linewidth=LINE, markersize=4.2, zorder=3)
        handles.append((line, textwrap.fill(rows[0].text, _KEY_COLUMNS)))
    dress(ax)
    ax.set(xlim=(-0.02 * last, 1.02 * last), ylim=(0, _ROOF))
    ax.set_yticks([0, 20, 40, 60, 80, 100])
    ax.spines["left"].set_bounds(0, 100)
    ax.set_xlabel("potency of the drug (0: without it)", fontsize=BODY, color=INK)
    ax.set_ylabel("studies with the outcome (%)", fontsize=BODY, color=INK)
    ax.annotate(
        f"default potency {default:.3g}",
        (default, 30.0),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
        rotation=90,
        va="center",
        bbox={"facecolor": PAPER, "alpha": 0.8, "edgecolor": "none", "pad": 0.6},
    )
    ax.legend(
        [line for line, _ in handles],
        [text for _, text in handles],
        loc="upper left",
        bbox_to_anchor=(-0.01, 1.02),
        ncols=2,
        columnspacing=1.2,
        frameon=False,
        fontsize=SMALL,
        labelcolor=INK,
    )


def _sides(rows: Sequence[ChanceRow]) -> tuple[list[float], list[float]]:
    return [row.low for row in rows], [row.high for row in rows]


def _bars(ax: Axes, nulls: Sequence[ChanceRow]) -> None:
    for k, row in enumerate(nulls):
        everything = row.cause in ("together", "all")
        colour = _ROUND if everything else "#8a8a8a"
        ax.barh(k, 100 * row.chance, height=0.62, color=colour, alpha=0.85, zorder=2)
        ax.plot([100 * row.low, 100 * row.high], [k, k], color=INK, linewidth=1.1, zorder=3)
        ax.annotate(
            _share(row.chance),
            (100 * row.high, k),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK,
        )
    dress(ax)
    ax.set(xlim=(0, 112), ylim=(len(nulls) - 0.45, -0.55))
    ax.xaxis.set_major_locator(FixedLocator([0, 25, 50, 75, 100]))
    ax.set_yticks(range(len(nulls)), [row.text for row in nulls])
    ax.tick_params(axis="y", length=0, labelsize=SMALL, labelcolor=INK)
    ax.spines["left"].set_color(RULE)
    ax.set_xlabel("studies with the outcome (%)", fontsize=BODY, color=INK)


def _share(chance: float) -> str:
    percent = 100.0 * chance
    return f"{percent:.0f} %" if percent >= 10 or percent == 0 else f"{percent:.1f} %"


def _needed(ax: Axes, repeats: Sequence[RepeatRow], default: float) -> None:
    rows = [row for row in repeats if row.target == _TARGET]
    weeks = sorted({row.week for row in rows})
    ax.axvline(default, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    entries: list[tuple[Line2D, str]] = []
    unknown: list[tuple[RepeatRow, str]] = []
    for kind, (name, colour) in _DESIGNS.items():
        for week in weeks:
            course_rows = [row for row in rows if row.kind == kind and row.week == week]
            handle = _course(ax, course_rows, colour, early=week == weeks[0])
            entries.append((handle, f"{name}, week {week:g}"))
            unknown += [(row, colour) for row in course_rows if row.n is None]
    dress(ax)
    if rows:
        _scale(ax, rows, unknown)
    ax.set_xlabel("potency of the drug", fontsize=BODY, color=INK)
    ax.set_ylabel("people in all for 80 % power", fontsize=BODY, color=INK)
    ax.legend(
        [handle for handle, _ in entries],
        [text for _, text in entries],
        loc="upper right",
        facecolor=PAPER,
        edgecolor="none",
        framealpha=0.9,
        fontsize=SMALL,
        labelcolor=INK,
        handlelength=2.6,
        borderaxespad=0.0,
    )


def _course(ax: Axes, rows: Sequence[RepeatRow], colour: str, *, early: bool) -> Line2D:
    """Draw the people of one design at one visit, with intervals; return its mark for the key."""
    known = [row for row in rows if row.n is not None]
    dash: Any = "-" if early else (0, (3, 1.6))
    face = colour if early else PAPER
    y = [(row.n or 0) * row.arms for row in known]
    x = [row.potency for row in known]
    ax.plot(x, y, color=colour, linewidth=LINE, linestyle=dash, zorder=3)
    for row, value in zip(known, y, strict=True):
        ends = [value if end is None else end * row.arms for end in (row.low, row.high)]
        ax.plot([row.potency] * 2, ends, color=colour, linewidth=1.0, zorder=2)
        ax.plot([row.potency], [value], "o", color=colour, mfc=face, markersize=4.5, zorder=4)
    look: dict[str, Any] = {"color": colour, "linestyle": dash, "markerfacecolor": face}
    return Line2D([], [], marker="o", markersize=4.5, **look)


def _scale(ax: Axes, rows: Sequence[RepeatRow], unknown: Sequence[tuple[RepeatRow, str]]) -> None:
    """Set the axes to what is known of people, and mark what lies beyond."""
    ax.set_yscale("log")
    ends = [row for row in rows if row.n or row.low or row.high]
    people = [(row.n or row.low or row.high or 1) * row.arms for row in ends] or [10, 100]
    lows = [row.low * row.arms for row in rows if row.low] + people
    ax.set_ylim(min(5, min(lows) * 0.7), max(people) * 3.5)
    for row, colour in unknown:  # every trial, or hardly one, found the effect
        few = row.high is not None and row.low is None
        marker, level = ("v", (row.high or 0) * row.arms) if few else ("^", 0.95 * max(people))
        ax.plot([row.potency], [level], marker, color=colour, markersize=5, zorder=4)
    ax.yaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_minor_locator(FixedLocator([]))
    ax.set_xlim(0, 1.04 * max(row.potency for row in rows))
    ax.grid(True, axis="y", color=RULE, linewidth=0.6)


__all__ = ["plot_plausible"]
