"""Power against the number of people, with Monte Carlo bands and the smallest numbers that do."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from follicle_sim.figures.parts.style import (
    BAND,
    BODY,
    INK,
    LINE,
    MUTED,
    PAPER,
    RULE,
    SMALL,
    TITLE,
    arm_looks,
    dress,
    new_figure,
    place,
    readable,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.experiments.planning.power_rows import PowerLine, PowerRow, SmallestRow
    from follicle_sim.experiments.planning.repeat import RepeatRow
    from follicle_sim.protocol.headcount import Headcount

_PANEL, _HEIGHT, _LEFT, _CAPTION = 4.3, 3.0, 0.75, 0.19
_LETTERS = 13.0  # of a subtitle, an inch
_ENTRY = 1.75  # room of a legend entry
_WIDE = 5.0  # of a panel: what one week needs fits a line
_OFF = MUTED
_WANTED = (0.8, 0.9)
_TOP = 1.08  # a star at 100 % stays clear of the title of its panel
_STAR: dict[str, Any] = {"marker": "*", "markersize": 10, "linestyle": "none"}


def people_needed(row: SmallestRow | RepeatRow) -> str:
    """Return the people needed in all, with their interval, as a figure and a table show them."""
    if row.people is None:
        return row.note.partition(":")[0]
    low = "?" if row.people_low is None else f"{row.people_low:,}"
    high = "?" if row.people_high is None else f"{row.people_high:,}"
    known = row.people_low is not None or row.people_high is not None
    interval = f" ({low}–{high})" if known else ""
    return f"{row.people:,}{interval}{'*' if row.extrapolated else ''}"


def beside_people(row: SmallestRow, people: Headcount) -> str:
    """Return the people of each arm as they follow those in all; "" where all are in every arm."""
    text = "" if row.n is None else people.times(row.n).beside_all
    return f", {text}" if text else ""


def plot_power_panel(
    rows: Sequence[PowerRow],
    lines: Sequence[PowerLine],
    smallest: Sequence[SmallestRow],
    colours: Mapping[str, str],
    alpha: float,
    ax: Axes,
    people: Headcount,
    planned: int | None = None,
) -> Axes:
    """Draw one comparison: points with intervals, curves with bands, type-I error, numbers needed.

    The axis is people in all.

    Parameters
    ----------
    rows, lines, smallest
        Of this comparison.
    colours
        Of every week.
    alpha
        Of the test.
    people
        By arm and in all, for an n of 1.
    planned
        People in all that the scenario has, to be marked by a star.
    """
    tried = [row.people for row in rows]
    curves = [(line, people.total * line.n) for line in lines]
    last = max([max(tried) * 1.06, *(float(x[-1]) for _, x in curves)])
    for level in _WANTED:
        ax.axhline(level, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    ax.axhline(alpha, color=RULE, linewidth=1.0, zorder=0)
    for line, x in curves:
        colour = colours[line.week]
        ax.fill_between(x, line.low, line.high, color=colour, alpha=BAND, linewidth=0, zorder=2)
        inside = (x >= min(tried)) & (x <= max(tried))
        whole: dict[str, Any] = {"color": colour, "linewidth": LINE, "zorder": 3}
        ax.plot(x[inside], line.power[inside], **whole)
        for outside in (x <= min(tried), x >= max(tried)):
            ax.plot(x[outside], line.power[outside], **whole, linestyle=(0, (2, 1.5)))
    weeks = list(colours)
    step = 0.006 * last
    for row in rows:
        # points of several weeks stand beside each other
        at = row.people + step * (weeks.index(row.week) - (len(weeks) - 1) / 2)
        on = row.drug == "on"
        colour = colours[row.week] if on else _OFF
        ax.plot([at, at], [row.power_low, row.power_high], color=colour, linewidth=1.1, zorder=4)
        face = colour if on else PAPER
        ax.plot(
            [at], [row.power], "o", color=colour, markerfacecolor=face, markersize=4.5, zorder=5
        )
    for need in smallest:
        if need.people is not None and need.people <= last:
            colour = colours[need.week]
            ax.plot([need.people] * 2, [0.0, need.target], color=colour, linewidth=0.8, zorder=2)
            ax.plot([need.people], [need.target], "D", color=colour, markersize=5, zorder=6)
    if planned is not None and planned <= last:
        # at 100 %, where it hides least: trials with the drug off lie along the bottom
        ax.plot([planned], [1.0], color=INK, zorder=7, **_STAR)
    dress(ax)
    ax.set(xlim=(0.0, last), ylim=(0.0, _TOP))
    ax.set_yticks([0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])
    ax.set_yticklabels(["0", "20", "40", "60", "80", "90", "100"])
    ax.set_xlabel(people.unit, fontsize=BODY, color=INK)
    return ax


def plot_power(
    rows: Sequence[PowerRow],
    lines: Sequence[PowerLine],
    smallest: Sequence[SmallestRow],
    title: str,
    alpha: float,
    people: Headcount,
    planned: int | None = None,
    subtitle: str = "",
) -> Figure:
    """Draw power against people in all, one panel a comparison, one colour a week.

    Parameters
    ----------
    rows, lines, smallest
        See `follicle_sim.experiments.planning.power.PowerResult`.
    title
        What is tested, and how.
    alpha
        Of the test.
    people
        By arm and in all, for an n of 1.
    planned
        People in all that the scenario has, to be marked by a star; None for no mark.
    subtitle
        Below the title, such as the potency the trials were simulated with.
    """
    names = list(dict.fromkeys(row.comparison for row in rows))
    weeks = list(dict.fromkeys(row.week for row in rows))
    looks = arm_looks(weeks, [""] * len(weeks))
    colours = {week: readable(looks[week].colour) for week in weeks}
    type_one = any(row.drug == "off" for row in rows)
    with style():
        width = max(_LEFT + _PANEL * len(names) + 0.15, 6.0)
        panel = (width - _LEFT - 0.15) / len(names)
        short = people.shared or people.equal  # no numbers arm by arm beside those in all
        lines_a_week = 1 if short and panel >= _WIDE else len(_WANTED)  # lines of text a week
        foot = 0.75 + _CAPTION * (lines_a_week * len(weeks) + (1 if people.equal else 2))
        ends = [1.06 * row.people for row in rows] + [people.total * line.n[-1] for line in lines]
        shown = planned if planned is not None and planned <= max(ends) else None
        handles, texts = _legend(colours, alpha, type_one, shown)
        columns = max(2, int(width / _ENTRY))
        below = textwrap.wrap(subtitle, int(width * _LETTERS))
        head = 0.75 + _CAPTION * len(below) + 0.2 * math.ceil(len(texts) / columns)
        height = head + _HEIGHT + foot
        figure = new_figure(width, height)
        for k, name in enumerate(names):
            left = _LEFT + panel * k
            ax = place(figure, left, foot, width - left - panel + 0.45, head)
            needs = [row for row in smallest if row.comparison == name]
            plot_power_panel(
                [row for row in rows if row.comparison == name],
                [line for line in lines if line.comparison == name],
                needs,
                colours,
                alpha,
                ax,
                people,
                shown,
            )
            if k == 0:
                ax.set_ylabel("significant trials (%)", fontsize=BODY, color=INK)
            figure.text(
                left / width, 1 - (head - 0.12) / height, _cut(name), fontsize=BODY, color=INK
            )
            _write_needed(
                figure, needs, colours, left, foot - 0.62, people, one_line=lines_a_week == 1
            )
        on_curve = any(row.extrapolated and row.people is not None for row in smallest)
        _write_head_and_foot(figure, title, people, on_curve=on_curve)
        _write_key(figure, handles, texts, columns, below)
    return figure


def _write_key(
    figure: Figure, handles: Sequence[Any], texts: Sequence[str], columns: int, below: list[str]
) -> None:
    """Write the lines below the title, and under them the key."""
    width, height = (float(size) for size in figure.get_size_inches())
    look: dict[str, Any] = {"ncols": min(columns, len(texts)), "fontsize": SMALL}
    look |= {"frameon": False, "handletextpad": 0.4, "columnspacing": 1.2}
    corner = (0.08 / width, 1 - (0.36 + _CAPTION * len(below)) / height)
    figure.text(
        0.15 / width, 1 - 0.39 / height, "\n".join(below), fontsize=SMALL, color=MUTED, va="top"
    )
    figure.legend(handles, texts, loc="upper left", bbox_to_anchor=corner, **look)


def _write_needed(
    figure: Figure,
    smallest: Sequence[SmallestRow],
    colours: Mapping[str, str],
    left: float,
    top: float,
    people: Headcount,
    *,
    one_line: bool,
) -> None:
    """Write the people needed at every week under a panel; left and top in inches."""
    width, height = (float(size) for size in figure.get_size_inches())
    line = 0
    for week, colour in colours.items():
        week_rows = [row for row in smallest if row.week == week]
        needed = [people_needed(row) + beside_people(row, people) for row in week_rows]
        texts = [f"{100 * w:g} % with {n}" for w, n in zip(_WANTED, needed, strict=True)]
        for text in ["; ".join(texts)] if one_line else texts:
            figure.text(
                left / width,
                (top - _CAPTION * line) / height,
                f"{_week(week)}: {text}",
                fontsize=SMALL,
                color=colour,
                va="top",
            )
            line += 1


def _write_head_and_foot(figure: Figure, title: str, people: Headcount, *, on_curve: bool) -> None:
    width, height = (float(size) for size in figure.get_size_inches())
    figure.text(0.15 / width, 1 - 0.3 / height, title, fontsize=TITLE, color=INK)
    notes = ["In brackets: 95 % Monte Carlo interval" + "; * rests on the fitted curve" * on_curve]
    notes += [people.meaning(short=True)] * (not people.equal)  # whose 48 and whose 24
    for i, text in enumerate(notes):
        y = (0.12 + _CAPTION * i) / height
        figure.text(_LEFT / width, y, text, fontsize=SMALL, color=MUTED)


def _legend(
    colours: Mapping[str, str], alpha: float, type_one: bool, planned: int | None
) -> tuple[list[Any], list[str]]:
    handles: list[Any] = [_dot(colour, colour) for colour in colours.values()]
    texts = [_week(week) for week in colours]
    if type_one:
        handles.append(_dot(_OFF, PAPER))
        texts.append(f"drug switched off (α = {alpha:g})")
    handles.append(Patch(color=MUTED, alpha=BAND, linewidth=0))
    texts.append("curve, 95 %")
    if planned is not None:
        handles.append(Line2D([], [], color=INK, **_STAR))
        texts.append(f"as planned: {planned:,} people")
    return handles, texts


def _week(week: str) -> str:
    return "all weeks" if week == "all" else f"week {week}"


def _cut(name: str, most: int = 62) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _dot(colour: str, face: str) -> Line2D:
    return Line2D(
        [], [], color=colour, marker="o", markerfacecolor=face, linestyle="-", markersize=4.5
    )
