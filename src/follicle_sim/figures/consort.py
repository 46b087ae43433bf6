"""How people moved through a trial, as boxes from the first one asked to the last one analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import FancyArrowPatch, Rectangle

from follicle_sim.analysis.outcomes.flow import ArmFlow, SubjectFlow
from follicle_sim.figures.parts.labels import wrap_text, write_title
from follicle_sim.figures.parts.style import (
    BODY,
    INK,
    MUTED,
    PAPER,
    SMALL,
    name_of,
    new_figure,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_ARMS = 6
"""More arms than this are named at the foot and not drawn."""
_COLUMN, _GAP, _EDGE = 2.5, 0.3, 0.25  # inches
_LINE, _PAD = 0.155, 0.1
_LETTERS = 30
_STEP = 0.4


def plot_flow(flow: SubjectFlow, title: str = "") -> Figure:
    """Draw the flow of subjects in the manner of CONSORT (Schulz 2010, BMJ 340:c332).

    Parameters
    ----------
    flow
        From `follicle_sim.analysis.outcomes.flow.subject_flow`.
    title
        Of the figure.
    """
    arms = flow.arms[:MOST_ARMS]
    columns = max(2, len(arms))
    width = 2 * _EDGE + columns * _COLUMN + (columns - 1) * _GAP
    levels = [[stage(arm, flow) for arm in arms] for stage in (_describe_arm, _followed, _analysed)]
    heights = [max(_height(text) for text in level) for level in levels]
    top, side = _top(flow), _side(flow)
    first = [_height(text) for text in (*top, side) if text]
    with style():
        height = 0.85 + sum(first) + sum(heights) + _STEP * (3 + (len(top) > 1))
        height += 0.25 if len(flow.arms) > MOST_ARMS else 0.0
        figure = new_figure(width, height)
        at = height - write_title(figure, title, _EDGE, _EDGE) - 0.2
        ax = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        ax.set(xlim=(0.0, width), ylim=(0.0, height))
        ax.axis("off")
        at = _draw_top(ax, top, side, at, width)
        _draw_arms(ax, levels, heights, at, (width, columns, len(arms)))
        if len(flow.arms) > MOST_ARMS:
            left = ", ".join(arm.label for arm in flow.arms[MOST_ARMS:])
            ax.text(_EDGE, 0.1, f"Not drawn: {left}", fontsize=SMALL, color=MUTED)
    return figure


def _top(flow: SubjectFlow) -> list[str]:
    word = "Enrolled" if flow.shared else "Allocated"
    both = "\neach person in every arm" if flow.shared else ""
    last = f"{word} (n = {flow.enrolled:,}){both}"
    if flow.screened is None:
        return [f"{last}\nno criteria: nobody was excluded"]
    return [f"Screened (n = {flow.screened:,})", last]


def _side(flow: SubjectFlow) -> str:
    if flow.screened is None:
        return ""
    reasons = [f"{name_of(name)}: {count:,}" for name, count in flow.excluded.items()]
    return "\n".join([f"Excluded (n = {sum(flow.excluded.values()):,})", *reasons])


def _describe_arm(arm: ArmFlow, flow: SubjectFlow) -> str:
    lines = [wrap_text(arm.label, _LETTERS, 2), f"allocated (n = {arm.allocated:,})"]
    if arm.received is not None:
        lines.append(f"took the treatment: {arm.received:,}")
    if arm.stopped is not None:
        lines.append(f"stopped it early: {arm.stopped:,}")
    return "\n".join(lines)


def _followed(arm: ArmFlow, flow: SubjectFlow) -> str:
    lines = [f"Left the trial (n = {sum(arm.lost.values()):,})"]
    lines += [f"{reason}: {count:,}" for reason, count in arm.lost.items()]
    return "\n".join(lines)


def _analysed(arm: ArmFlow, flow: SubjectFlow) -> str:
    lines = [f"Completed follow-up (n = {arm.completed:,})"]
    if arm.missed:
        lines.append(f"visits missed: {arm.missed:,} of {arm.planned:,}")
    lines.append(f"measured at week {flow.week:g}:")
    lines += [f"{name.replace('_', ' ')}: {count:,}" for name, count in arm.analysed.items()]
    return "\n".join(lines)


def _height(text: str) -> float:
    return _LINE * (1 + text.count("\n")) + 2 * _PAD


def _draw_top(ax: Axes, top: list[str], side: str, at: float, width: float) -> float:
    """Draw the boxes above the arms; return where the last one ends."""
    middle = width / 2
    for index, text in enumerate(top):
        low = at - _height(text)
        _box(ax, middle - _COLUMN / 2, low, _COLUMN, _height(text), text)
        at = low
        if index == len(top) - 1:
            break
        room = _height(side) + _STEP
        _arrow(ax, (middle, at), (middle, at - room))
        left = middle + _GAP / 2 + 0.1
        beside = at - _STEP / 2 - _height(side)
        size = min(_COLUMN, width - _EDGE - left)
        _box(ax, left, beside, size, _height(side), side)
        _arrow(ax, (middle, beside + _height(side) / 2), (left, beside + _height(side) / 2))
        at -= room
    return at


def _draw_arms(
    ax: Axes,
    levels: list[list[str]],
    heights: list[float],
    at: float,
    room: tuple[float, int, int],
) -> None:
    width, _, count = room
    start = (width - count * _COLUMN - (count - 1) * _GAP) / 2
    centres = [start + _COLUMN / 2 + index * (_COLUMN + _GAP) for index in range(count)]
    rail = at - _STEP / 2
    ax.plot([width / 2] * 2, [at, rail], color=MUTED, linewidth=0.9)
    ax.plot([min(*centres, width / 2), max(*centres, width / 2)], [rail] * 2, color=MUTED, lw=0.9)
    above = rail
    below = at - _STEP
    for level, height in zip(levels, heights, strict=True):
        for centre, text in zip(centres, level, strict=True):
            _arrow(ax, (centre, above), (centre, below))
            _box(ax, centre - _COLUMN / 2, below - height, _COLUMN, height, text)
        above = below - height
        below = above - _STEP


def _box(ax: Axes, left: float, bottom: float, width: float, height: float, text: str) -> None:
    ax.add_patch(
        Rectangle((left, bottom), width, height, facecolor=PAPER, edgecolor=MUTED, linewidth=0.9)
    )
    head, _, body = text.partition("\n")
    top = bottom + height - _PAD
    whole: dict[str, Any] = {"va": "top", "linespacing": 1.25}
    ax.text(left + 0.1, top, head, fontsize=BODY, color=INK, fontweight="bold", **whole)
    if body:
        ax.text(left + 0.1, top - _LINE - 0.02, body, fontsize=SMALL, color=INK, **whole)


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, shrinkA=0, shrinkB=0)
    arrow.set(color=MUTED, linewidth=0.9)
    ax.add_patch(arrow)
