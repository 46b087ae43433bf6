"""Power against the number of people, with Monte Carlo bands and the smallest numbers that do."""

from __future__ import annotations

import math
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
_ENTRY = 1.75  # room of a legend entry
_WIDE = 5.0  # of a panel: what one week needs fits a line
_OFF = MUTED
_WANTED = (0.8, 0.9)


def in_all(row: SmallestRow) -> str:
    """Return the people of all arms, as a figure and a table add them; "" where they are n."""
    return "" if row.people in (None, row.n) else f", {row.people:,} in all"


def people_needed(row: SmallestRow | RepeatRow) -> str:
    """Return the people needed, with their interval, as a figure and a table show them."""
    if row.n is None:
        return row.note.partition(":")[0]
    low = "?" if row.low is None else f"{row.low}"
    high = "?" if row.high is None else f"{row.high}"
    between = f" ({low}–{high})" if row.low is not None or row.high is not None else ""
    return f"{row.n}{between}{'*' if row.extrapolated else ''}"


def plot_power_panel(
    rows: Sequence[PowerRow],
    lines: Sequence[PowerLine],
    smallest: Sequence[SmallestRow],
    colours: Mapping[str, str],
    alpha: float,
    ax: Axes,
    unit: str = "people an arm",
) -> Axes:
    """Draw one comparison: points with intervals, curves with bands, type-I error, numbers needed.

    Parameters
    ----------
    rows, lines, smallest
        Of this comparison.
    colours
        Of every week.
    alpha
        Of the test.
    unit
        Of the numbers of people.
    """
    tried = [row.n for row in rows]
    last = max([max(tried) * 1.06, *(float(line.n[-1]) for line in lines)])
    for level in _WANTED:
        ax.axhline(level, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)), zorder=1)
    ax.axhline(alpha, color=RULE, linewidth=1.0, zorder=0)
    for line in lines:
        colour = colours[line.week]
        ax.fill_between(
            line.n, line.low, line.high, color=colour, alpha=BAND, linewidth=0, zorder=2
        )
        inside = (line.n >= min(tried)) & (line.n <= max(tried))
        whole: dict[str, Any] = {"color": colour, "linewidth": LINE, "zorder": 3}
        ax.plot(line.n[inside], line.power[inside], **whole)
        for outside in (line.n <= min(tried), line.n >= max(tried)):
            ax.plot(line.n[outside], line.power[outside], **whole, linestyle=(0, (2, 1.5)))
    weeks = list(colours)
    step = 0.006 * last
    for row in rows:
        # points of several weeks stand beside each other
        x = row.n + step * (weeks.index(row.week) - (len(weeks) - 1) / 2)
        on = row.drug == "on"
        colour = colours[row.week] if on else _OFF
        ax.plot([x, x], [row.power_low, row.power_high], color=colour, linewidth=1.1, zorder=4)
        face = colour if on else PAPER
        ax.plot([x], [row.power], "o", color=colour, markerfacecolor=face, markersize=4.5, zorder=5)
    for found in smallest:
        if found.n is not None and found.n <= last:
            colour = colours[found.week]
            ax.plot([found.n] * 2, [0.0, found.target], color=colour, linewidth=0.8, zorder=2)
            ax.plot([found.n], [found.target], "D", color=colour, markersize=5, zorder=6)
    dress(ax)
    ax.set(xlim=(0.0, last), ylim=(0.0, 1.02))
    ax.set_yticks([0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])
    ax.set_yticklabels(["0", "20", "40", "60", "80", "90", "100"])
    ax.set_xlabel(unit, fontsize=BODY, color=INK)
    return ax


def plot_power(
    rows: Sequence[PowerRow],
    lines: Sequence[PowerLine],
    smallest: Sequence[SmallestRow],
    title: str,
    alpha: float,
    people: Headcount,
) -> Figure:
    """Draw power against people, one panel a comparison, one colour a week.

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
    """
    names = list(dict.fromkeys(row.comparison for row in rows))
    weeks = list(dict.fromkeys(row.week for row in rows))
    looks = arm_looks(weeks, [""] * len(weeks))
    colours = {week: readable(looks[week].colour) for week in weeks}
    type_one = any(row.drug == "off" for row in rows)
    with style():
        width = max(_LEFT + _PANEL * len(names) + 0.15, 6.0)
        panel = (width - _LEFT - 0.15) / len(names)
        each = 1 if panel >= _WIDE else len(_WANTED)  # lines of text a week
        foot = 0.75 + _CAPTION * (each * len(weeks) + 2)
        handles, texts = _legend(colours, alpha, type_one)
        columns = max(2, int(width / _ENTRY))
        head = 0.75 + 0.2 * math.ceil(len(texts) / columns)
        height = head + _HEIGHT + foot
        figure = new_figure(width, height)
        for k, name in enumerate(names):
            left = _LEFT + panel * k
            ax = place(figure, left, foot, width - left - panel + 0.45, head)
            mine = [row for row in smallest if row.comparison == name]
            plot_power_panel(
                [row for row in rows if row.comparison == name],
                [line for line in lines if line.comparison == name],
                mine,
                colours,
                alpha,
                ax,
                people.unit,
            )
            if k == 0:
                ax.set_ylabel("significant trials (%)", fontsize=BODY, color=INK)
            figure.text(
                left / width, 1 - (head - 0.12) / height, _cut(name), fontsize=BODY, color=INK
            )
            _write_needed(figure, mine, colours, left, foot - 0.62, one_line=each == 1)
        _write_head_and_foot(figure, title, people)
        figure.legend(
            handles=handles,
            labels=texts,
            loc="upper left",
            bbox_to_anchor=(0.08 / width, 1 - 0.36 / height),
            frameon=False,
            fontsize=SMALL,
            ncols=min(columns, len(texts)),
            handletextpad=0.4,
            columnspacing=1.2,
        )
    return figure


def _write_needed(
    figure: Figure,
    smallest: Sequence[SmallestRow],
    colours: Mapping[str, str],
    left: float,
    top: float,
    *,
    one_line: bool,
) -> None:
    """Write the people needed at every week under a panel; left and top in inches."""
    width, height = (float(size) for size in figure.get_size_inches())
    line = 0
    for week, colour in colours.items():
        needed = [people_needed(row) + in_all(row) for row in smallest if row.week == week]
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


def _write_head_and_foot(figure: Figure, title: str, people: Headcount) -> None:
    width, height = (float(size) for size in figure.get_size_inches())
    figure.text(0.15 / width, 1 - 0.3 / height, title, fontsize=TITLE, color=INK)
    notes = "95 % Monte Carlo interval; * rests on the fitted curve", people.meaning(short=True)
    for i, note in enumerate(notes):
        y = (0.12 + _CAPTION * i) / height
        figure.text(_LEFT / width, y, note, fontsize=SMALL, color=MUTED)


def _legend(
    colours: Mapping[str, str], alpha: float, type_one: bool
) -> tuple[list[Any], list[str]]:
    handles: list[Any] = [_dot(colour, colour) for colour in colours.values()]
    texts = [_week(week) for week in colours]
    if type_one:
        handles.append(_dot(_OFF, PAPER))
        texts.append(f"drug switched off (α = {alpha:g})")
    handles.append(Patch(color=MUTED, alpha=BAND, linewidth=0))
    return handles, [*texts, "curve, 95 %"]


def _week(week: str) -> str:
    return "all weeks" if week == "all" else f"week {week}"


def _cut(name: str, most: int = 62) -> str:
    return name if len(name) <= most else name[: most - 1] + "…"


def _dot(colour: str, face: str) -> Line2D:
    return Line2D(
        [], [], color=colour, marker="o", markerfacecolor=face, linestyle="-", markersize=4.5
    )
