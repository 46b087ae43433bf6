"""Published numbers beside the simulated ones, one line each, with z scores."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.evidence.standard_errors import is_share_of_people
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.forest import Group, Line, group_rows, shorten
from follicle_sim.figures.parts.labels import size_in_points, text_width
from follicle_sim.figures.parts.whose import PUBLISHED, Whose, whose_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.results.compare import ComparisonTable

_WIDTH, _MARGIN = 11.0, 0.2  # inches
_PITCH = 19.0  # points from line to line
_KEY, _HEADS, _TITLE, _SCALE, _NOTE = 1.3, 1.0, 1.3, 1.6, 0.72  # heights in lines
_GAP = 1.4  # between columns, in letter sizes
_LEAST_PLOT = 0.3  # of the width
_ASIDE = 0.17  # published above, simulated below the middle of a line
_MOST_REASONS = 4
_LEFT = (("study", 24), ("arm", 36), ("week", 6), ("endpoint", 32))  # and the most letters
_RIGHT = (("published", 12), ("simulated", 12), ("z", 8), ("use", 12))


def plot_comparison(comparison: ComparisonTable, ax: Axes | None = None) -> Axes:
    """Draw every published number with its simulated counterpart and both 95 % intervals.

    Parameters
    ----------
    comparison
        From `follicle_sim.compare`. Without rows the figure says so, and why.
    ax
        Axes whose place is used; None makes a figure, as tall as the rows need, that pyplot does
        not know.

    Returns
    -------
    Axes
        Their child axes are the panels: one for every unit, levels apart from changes.

    Examples
    --------
    >>> from follicle_sim.results.compare import ComparisonTable
    >>> ax = plot_comparison(ComparisonTable((), ()))
    >>> ax.texts[0].get_text()
    'Nothing to compare'
    """
    groups = group_rows(comparison.rows)
    whose = whose_numbers(comparison.rows)
    notes = _notes(comparison, groups, whose)
    with look.style():
        if ax is None:
            ax = _own_axes(groups, notes)
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        if groups:
            _draw_table(ax, groups, notes, whose)
        else:
            _draw_nothing(ax, comparison)
    return ax


def _own_axes(groups: Sequence[Group], notes: Sequence[str]) -> Axes:
    if not groups:
        return look.place(look.new_figure(7.6, 2.8), 0.4, 0.3, 0.4, 0.3)
    points = 72 * (_WIDTH - 2 * _MARGIN)
    height = _lines(groups, _fold(notes, points, look.SMALL)) * _PITCH / 72
    figure = look.new_figure(_WIDTH, height + 2 * _MARGIN)
    return look.place(figure, _MARGIN, _MARGIN, _MARGIN, _MARGIN)


def _lines(groups: Sequence[Group], notes: Sequence[str]) -> float:
    rows = sum(_TITLE + len(group.lines) + _SCALE for group in groups)
    return _KEY + _HEADS + rows + _NOTE * len(notes)


def _fold(notes: Sequence[str], width: float, size: float) -> list[str]:
    columns = max(20, int(width / (0.56 * size)))
    return [line for note in notes for line in textwrap.wrap(note, columns)]


def _notes(comparison: ComparisonTable, groups: Sequence[Group], whose: Whose) -> list[str]:
    lines = [line for group in groups for line in group.lines]
    notes = [f"z = (simulated − {whose.subtrahend}) / combined standard error; bold beyond ±1.96"]
    if any(line.z is None for line in lines):
        notes[0] += "; – where unknown"
    if any(line.imputed for line in lines):
        notes[0] += "; in brackets and dashed: standard error imputed"
    signs = {mark for line in lines for mark in line.marks}
    meanings = {
        "*": f"computed from two {whose.some}",
        "†": "not verified at its source",
        "~": "between two visits",
    }
    parts = [f"{mark} {text}" for mark, text in meanings.items() if mark in signs]
    differences = [row for row in comparison.rows if row.control]
    if any(not is_share_of_people(row.endpoint) for row in differences):
        parts.append("a − b: change in a minus change in b")
    if parts:
        notes.append("; ".join(parts) + ".")
    notes[0] += "."
    return [*notes, *_left_over(comparison, whose)]


def _left_over(comparison: ComparisonTable, whose: Whose) -> list[str]:
    """Return how many numbers and arms met no counterpart, in words."""
    count = Counter(lost.what for lost in comparison.unmatched)
    words = []
    if count["observation"]:
        noun = "published number" if whose is PUBLISHED else "observed number"
        words.append(_plural(count["observation"], noun))
    if count["arm"]:
        words.append(_plural(count["arm"], "simulated arm"))
    return [f"Without a counterpart: {' and '.join(words)}."] if words else []


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _draw_nothing(ax: Axes, comparison: ComparisonTable) -> None:
    """Say that there is nothing, and what to do about it."""
    if comparison.unmatched:
        title = "No observed number has a counterpart in this run"
        reasons = Counter(
            lost.reason for lost in comparison.unmatched if lost.what == "observation"
        ) or Counter(lost.reason for lost in comparison.unmatched)
        sentences = [f"{n} ×  {reason}" for reason, n in reasons.most_common(_MOST_REASONS)]
        others = sum(reasons.values()) - sum(n for _, n in reasons.most_common(_MOST_REASONS))
        sentences += [f"{others} ×  other reasons"] if others else []
    else:
        title = "Nothing to compare"
        sentences = [
            "The scenario names no published study. Add a [[compare]] table with the id of a study "
            "and the arms that belong together; the registry of trials lists the ids."
        ]
    width, _ = size_in_points(ax)
    columns = max(20, int(width / (0.62 * look.BODY)))
    ax.add_patch(Rectangle((0, 0), 1, 1, facecolor="#f5f5f5", edgecolor=look.RULE))
    text = "\n".join(line for sentence in sentences for line in textwrap.wrap(sentence, columns))
    ax.text(0.5, 0.62, title, fontsize=look.TITLE, fontweight="bold", ha="center", va="bottom")
    ax.text(
        0.5,
        0.54,
        text,
        fontsize=look.BODY,
        color=look.MUTED,
        ha="center",
        va="top",
        linespacing=1.5,
    )


def _draw_table(ax: Axes, groups: Sequence[Group], notes: Sequence[str], whose: Whose) -> None:
    width, height = size_in_points(ax)
    size, lefts, rights = _columns(ax, groups, height, whose)
    folded = _fold(notes, width, min(size, look.SMALL))
    line = 1.0 / _lines(groups, folded)
    plot = (lefts[-1] / width, rights[0] / width)
    places = [*(x / width for x in lefts[:-1]), *(x / width for x in rights[1:])]
    _draw_key(ax, groups, size, whose)
    y = 1.0 - _KEY * line
    for (head, _), x, side in zip((*_LEFT, *_RIGHT), places, _SIDES, strict=True):
        title = _heading(head, whose)
        _write(ax, x, y - 0.5 * line, title, size, side, colour=look.MUTED)
    y -= _HEADS * line
    for group in groups:
        _write(ax, 0.0, y - 0.6 * _TITLE * line, group.title, size + 1, "left", weight="bold")
        y -= _TITLE * line
        tall = len(group.lines) * line
        panel = ax.inset_axes((plot[0], y - tall, plot[1] - plot[0], tall))
        _draw_panel(panel, group, size)
        for i, row in enumerate(group.lines):
            repeated = i > 0 and group.lines[i - 1].study == row.study
            _write_line(ax, row, places, y - (i + 0.5) * line, size, repeated)
            ax.plot([0, 1], [y - i * line] * 2, color=look.RULE, linewidth=0.6, zorder=0)
        y -= tall + _SCALE * line
    for i, note in enumerate(folded):
        at = y - (i + 0.5) * _NOTE * line
        _write(ax, 0.0, at, note, min(size, look.SMALL), "left", colour=look.MUTED)


_SIDES = ("left", "left", "right", "left", "right", "right", "right", "left")


def _columns(
    ax: Axes, groups: Sequence[Group], height: float, whose: Whose
) -> tuple[float, list[float], list[float]]:
    """Return the letter size, and where columns stand in points.

    The first list has the anchors of the left columns and the left edge of the panels, the second
    the right edge of the panels and the anchors of the right columns.
    """
    width, _ = size_in_points(ax)
    lines = [line for group in groups for line in group.lines]
    pitch = height / _lines(groups, [""] * 3)
    size = min(look.SMALL, 0.5 * pitch)
    while True:
        gap = _GAP * size
        wide = {
            head: max(
                text_width(ax, text, size, "bold") for text in {_heading(head, whose), *texts}
            )
            for head, texts in _texts(lines).items()
        }
        lefts, x = [], 0.0
        for (head, _), side in zip(_LEFT, _SIDES[:4], strict=True):
            lefts.append(x + (wide[head] if side == "right" else 0.0))
            x += wide[head] + gap
        lefts.append(x)
        rights, x = [], width
        for (head, _), side in zip(reversed(_RIGHT), reversed(_SIDES[4:]), strict=True):
            rights.append(x if side == "right" else x - wide[head])
            x -= wide[head] + gap
        rights.append(x)
        if rights[-1] - lefts[-1] >= _LEAST_PLOT * width or size <= 4.0:
            # A place too narrow for words keeps a narrow plot; the words then run under it.
            end = max(rights[-1], lefts[-1] + 0.1 * width)
            return size, lefts, [end, *reversed(rights[:-1])]
        size *= 0.95


def _heading(head: str, whose: Whose) -> str:
    """Return what stands over a column."""
    return whose.name if head == "published" else head


def _texts(lines: Sequence[Line]) -> dict[str, list[str]]:
    columns = (*_LEFT, *_RIGHT)
    return {head: [shorten(line.cell(head), most) for line in lines] for head, most in columns}


def _write(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    size: float,
    side: str,
    *,
    colour: str = look.INK,
    weight: str = "normal",
) -> None:
    ax.text(x, y, text, fontsize=size, ha=side, va="center", color=colour, fontweight=weight)


def _write_line(
    ax: Axes, line: Line, places: Sequence[float], y: float, size: float, repeated: bool
) -> None:
    surprising = line.z is not None and abs(line.z) > NORMAL_95
    for (head, most), x, side in zip((*_LEFT, *_RIGHT), places, _SIDES, strict=True):
        if head == "study" and repeated:
            continue
        colour, weight = look.INK, "normal"
        if head == "z" and surprising:
            colour, weight = look.ALARM, "bold"
        elif head == "use":
            colour = look.MUTED
        text = shorten(line.cell(head), most)
        _write(ax, x, y, text, size, side, colour=colour, weight=weight)


def _draw_key(ax: Axes, groups: Sequence[Group], size: float, whose: Whose) -> None:
    lines = [line for group in groups for line in group.lines]
    published = Line2D([], [], color=look.INK, marker="s", markersize=5, linewidth=1.2)
    simulated = Line2D([], [], color=look.SIMULATED, marker="o", markersize=5, linewidth=1.2)
    entries: list[look.Entry] = [
        (published, f"{whose.name}, 95 % interval"),
        (simulated, "simulated, 95 % interval"),
    ]
    if any(line.published_half is None for line in lines):
        hollow = Line2D([], [], color=look.INK, marker="s", markersize=5, linestyle="none")
        hollow.set_markerfacecolor(look.PAPER)
        entries.append((hollow, f"{whose.name} without a standard error"))
    ax.legend(
        [handle for handle, _ in entries],
        [text for _, text in entries],
        loc="upper left",
        ncols=len(entries),
        fontsize=size,
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.0,
    )


def _draw_panel(panel: Axes, group: Group, size: float) -> None:
    look.dress(panel)
    panel.spines["left"].set_visible(False)
    panel.set_facecolor("none")
    panel.set_ylim(len(group.lines) - 0.5, -0.5)
    panel.set_yticks([])
    panel.set_xlim(*_limits(group))
    panel.tick_params(labelsize=0.9 * size, pad=2)
    panel.locator_params(axis="x", nbins=6)
    panel.grid(True, axis="x", color=look.RULE, linewidth=0.6)
    if group.relative_to_zero:
        panel.axvline(0, color=look.MUTED, linewidth=0.8, zorder=1)
    scale = min(5.0, 0.6 * size)
    for i, line in enumerate(group.lines):
        half = line.imputed_half if line.published_half is None else line.published_half
        bar = "-" if line.published_half is not None else (0, (2.5, 1.8))
        if half is not None:
            ends = (line.published - half, line.published + half)
            panel.plot(ends, [i - _ASIDE] * 2, color=look.INK, linewidth=1.2, linestyle=bar)
        panel.plot(
            line.published,
            i - _ASIDE,
            marker="s",
            markersize=scale,
            color=look.INK,
            markerfacecolor=look.PAPER if line.published_half is None else look.INK,
        )
        if line.simulated_half is not None:
            ends = (line.simulated - line.simulated_half, line.simulated + line.simulated_half)
            panel.plot(ends, [i + _ASIDE] * 2, color=look.SIMULATED, linewidth=1.2)
        if np.isfinite(line.simulated):
            panel.plot(line.simulated, i + _ASIDE, "o", markersize=scale, color=look.SIMULATED)


def _limits(group: Group) -> tuple[float, float]:
    values = [0.0] if group.relative_to_zero else []
    for line in group.lines:
        reach = line.published_half or line.imputed_half or 0.0
        values += [line.published - reach, line.published + reach]
        reach = line.simulated_half or 0.0
        values += [line.simulated - reach, line.simulated + reach]
    known = np.array(values)[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    room = 0.06 * (high - low) or 0.05 * abs(low) or 1.0
    return low - room, high + room
