"""Follicles in organ culture: how many still grow day by day, and how much longer they became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.ticker import FormatStrFormatter, MaxNLocator

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.courses import Course, band_name, courses_of
from follicle_sim.figures.parts.labels import headroom, size_in_points, wrap_text, write_ends
from follicle_sim.figures.parts.lines import draw_means, ends_of
from follicle_sim.figures.parts.published import Point, draw_points, note_of, published_points
from follicle_sim.results.endpoints import arm_roles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.results.compare import ComparisonTable

RETENTION, ELONGATION = "anagen_retention", "shaft_elongation"

_WIDTH, _HEIGHT = 9.4, 3.9  # inches
_LEFT, _GAP, _SECOND = 0.75, 1.0, 2.9  # inches: margin, between the panels, width of the second


def plot_culture(data: xr.Dataset, *, comparison: ComparisonTable | None = None) -> Axes:
    """Draw the share of cultured follicles still in anagen by day, and the elongation by dose.

    Parameters
    ----------
    data
        Result of `simulate` of follicles in organ culture: dims arm, subject (donors), time (days
        since they were cut out).
    comparison
        From `compare(data)`: published numbers of the same culture are drawn as points, in the
        colour of their arm.

    Returns
    -------
    Axes
        The panel of shares; ``ax.figure`` has the other one.

    Raises
    ------
    InputError
        The result has no follicles in a dish, or no visit after day 0.
    """
    missing = [name for name in (RETENTION, ELONGATION) if name not in data]
    if missing:
        message = f'found no {", ".join(missing)}; needed: [instrument] method = "organ_culture"'
        raise InputError("figure", [Problem("data", message)])
    shares, weeks = courses_of(data, RETENTION, change=False)
    lengths, _ = courses_of(data, ELONGATION, change=False)
    later = np.flatnonzero(weeks > 0.0)
    if not later.size:
        raise InputError("figure", [Problem("data", "a culture needs a visit after day 0")])
    looks = look.arm_looks(*arm_roles(data))
    with look.style():
        figure = look.new_figure(_WIDTH, _HEIGHT)
        from_right = _SECOND + _GAP
        ax = look.place(figure, _LEFT, 0.6, from_right, 0.35)
        _draw_shares(
            ax, data, shares, 7.0 * weeks, looks, _published(comparison, shares, RETENTION)
        )
        second = look.place(figure, _WIDTH - _SECOND, 1.15, 0.15, 0.35)
        points = _published(comparison, lengths, "growth_rate")
        _draw_lengths(second, lengths, int(later[-1]), float(7.0 * weeks[-1]), looks, points)
        _say(figure, points)
    return ax


def _published(
    comparison: ComparisonTable | None, courses: Sequence[Course], endpoint: str
) -> list[Point]:
    """Return the published levels of an endpoint, where there are any; `week` is in days."""
    if comparison is None:
        return []
    labels = [course.label for course in courses]
    points = published_points(
        comparison, endpoint, labels, lambda arm, week: np.nan, {}, change=False, imputed=True
    )
    return [replace(point, week=7.0 * point.week) for point in points if not point.manner]


def _draw_shares(
    ax: Axes,
    data: xr.Dataset,
    courses: Sequence[Course],
    days: np.ndarray,
    looks: Mapping[str, look.ArmLook],
    points: Sequence[Point],
) -> None:
    look.dress(ax)
    known = days >= 0.0
    shown = [
        replace(
            course,
            mean=course.mean[known],
            low=course.low[known],
            high=course.high[known],
            people=course.people[known],
        )
        for course in courses
    ]
    x = days[known]
    entries = draw_means(ax, shown, x, looks, band_name(data))
    entries += draw_points(ax, points, looks, 1.0)
    ax.set_xlim(float(x[0]), float(x[-1]))
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.spines["bottom"].set_bounds(float(x[0]), float(x[-1]))
    ax.set_xlabel("days in culture", fontsize=look.BODY, color=look.INK)
    ax.set_ylabel("still in anagen (%)", fontsize=look.BODY, color=look.INK)
    ax.set_title(
        "Follicles that have not entered catagen", loc="left", fontsize=look.BODY, color=look.INK
    )
    look.percent_axis(ax)
    low, high = headroom(ax, (0.0, 1.0), entries, note_of(points), 0.0)
    write_ends(ax, float(x[-1]), ends_of(shown, looks), low, high)


def _draw_lengths(
    ax: Axes,
    courses: Sequence[Course],
    last: int,
    day: float,
    looks: Mapping[str, look.ArmLook],
    points: Sequence[Point],
) -> None:
    look.dress(ax)
    tops = [0.0]
    for place, course in enumerate(courses):
        colour = looks[course.label].colour
        mean, low, high = course.mean[last], course.low[last], course.high[last]
        ax.plot([place, place], [low, high], color=colour, linewidth=look.LINE)
        ax.plot([place], [mean], marker="o", markersize=look.MARKER, color=colour)
        tops += [float(value) for value in (mean, high) if np.isfinite(value)]
        for point in points:
            if point.arm == course.label:
                ax.plot(
                    [place + 0.28],
                    [point.y],
                    marker="D",
                    markersize=look.MARKER,
                    markerfacecolor=look.PAPER,
                    markeredgecolor=colour,
                    linestyle="none",
                    markeredgewidth=1.3,
                )
                tops.append(point.y)
    ax.set_xlim(-0.6, len(courses) - 0.4)
    ax.set_ylim(0.0, 1.15 * max(tops))
    ax.set_xticks(range(len(courses)))
    ax.set_xticklabels(
        [course.label for course in courses], rotation=40, ha="right", rotation_mode="anchor"
    )
    ax.tick_params(axis="x", length=0)
    ax.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_formatter(FormatStrFormatter("%g"))
    ax.set_ylabel("elongation (mm/day)", fontsize=look.BODY, color=look.INK)
    title = f"Shaft grown per day, days 0 to {day:g}"
    columns = max(12, int(size_in_points(ax)[0] / (0.6 * look.BODY)))
    ax.set_title(wrap_text(title, columns, 2), loc="left", fontsize=look.BODY, color=look.INK)


def _say(figure: Figure, points: Sequence[Point]) -> None:
    """Say in a legend of the second panel what its marks are."""
    ax = figure.axes[1]
    handles = [Line2D([], [], marker="o", color=look.MUTED, markersize=look.MARKER)]
    words = ["simulated, 95 % interval"]
    for label in dict.fromkeys(point.label for point in points):
        handles.append(
            Line2D(
                [],
                [],
                marker="D",
                linestyle="none",
                markersize=look.MARKER,
                markerfacecolor=look.PAPER,
                markeredgecolor=look.MUTED,
                markeredgewidth=1.3,
            )
        )
        words.append(label)
    ax.legend(handles, words, loc="lower right", frameon=False, fontsize=look.SMALL)
