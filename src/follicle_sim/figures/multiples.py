"""One panel for each arm over shared axes, for scenarios with more arms than one panel can hold."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.courses import Course, band_name, courses_of
from follicle_sim.figures.parts.doses import ROW, DoseRow, dose_entries, dose_rows, draw_doses
from follicle_sim.figures.parts.labels import size_in_points, wrap_text, write_title
from follicle_sim.figures.parts.published import Point, draw_points, note_of, published_points
from follicle_sim.results.endpoints import (
    EndpointRow,
    arm_roles,
    control_arm,
    scenario_of,
    summarise,
)
from follicle_sim.results.provenance import stored_scenario

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.results.compare import ComparisonTable

MANY_ARMS = 5
"""With more arms than this, a panel for each arm is easier to read than one for all."""

_PANEL = (2.95, 2.45)  # inches, axes and what belongs to them
_LEFT, _RIGHT, _BOTTOM = 0.72, 0.2, 0.52
_HEAD, _BETWEEN = 0.42, 0.28  # inches above a panel for its words, and between columns
_COLUMNS = 3
_GREY = "#8a8a8a"
_DENSITIES = ("hair_density", "terminal_density")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What all panels share."""

    weeks: np.ndarray
    limits: tuple[float, float]
    reference: Course | None
    looks: Mapping[str, look.ArmLook]
    change: bool


def plot_small_multiples(
    data: xr.Dataset,
    *,
    variable: str = "hair_density",
    change: bool = False,
    comparison: ComparisonTable | None = None,
) -> Axes:
    """Draw every arm in a panel of its own, the control in grey behind each.

    Parameters
    ----------
    data
        Result of `simulate`: dims arm, subject, time (days since baseline), perhaps replicate.
    variable
        Any variable with one number per subject and visit.
    change
        Show changes from baseline and not levels.
    comparison
        From `compare(data)`: its published numbers are drawn in the panel of their arm, with the
        study named. Where the instrument sees terminal hairs only, counts of all hairs and of
        terminal hairs are one.

    Returns
    -------
    Axes
        The first panel; ``ax.figure`` has the others. Over each stand the greatest and the last
        difference from the control with their intervals, in the unit of the axis.

    Raises
    ------
    InputError
        No such variable, or a change without a visit at baseline.
    """
    courses, weeks = courses_of(data, variable, change)
    labels, roles = arm_roles(data)
    control = control_arm(data)
    looks = {k: replace(v, dash="-") for k, v in look.arm_looks(labels, roles).items()}
    main_courses = [course for course in courses if course.label != control] or list(courses)
    reference = next((course for course in courses if course.label == control), None)
    points = _points(comparison, data, variable, courses, weeks, change)
    doses = {row.arm: row for row in dose_rows(data, most=len(labels))}
    differences = _describe_differences(data, variable, control)
    sheet = _Sheet(weeks, _limits(courses, points, change), reference, looks, change)
    with look.style():
        rows = -(-len(main_courses) // _COLUMNS)
        columns = min(_COLUMNS, len(main_courses))
        unit = look.unit_of(variable, str(data[variable].attrs.get("units", "")), change=True)
        figure, top = _figure(data, rows, columns, points, doses, control, unit)
        axes = []
        for k, course in enumerate(main_courses):
            ax = _place(figure, *divmod(k, columns), top)
            axes.append(ax)
            arm_points = [point for point in points if point.arm == course.label]
            _draw(ax, course, arm_points, doses.get(course.label), sheet)
            _head(ax, course.label, differences.get(course.label, ""), looks[course.label])
            leftmost, lowest = k % columns == 0, k + columns >= len(main_courses)
            _axis_words(ax, data, variable, sheet, leftmost=leftmost, lowest=lowest)
    return axes[0]


def same_hairs(data: xr.Dataset) -> bool:
    """Tell whether the instrument of a run sees no hair thinner than a terminal one."""
    if not scenario_of(data):
        return False
    tool = stored_scenario(data.attrs, "figure").instrument
    return tool.detection_calibre >= tool.terminal_calibre


def _thinnest(data: xr.Dataset) -> str:
    """Return which hairs are counted, "" for all of them."""
    if not scenario_of(data):
        return ""
    thinnest = stored_scenario(data.attrs, "figure").instrument.detection_calibre
    return f"Counted: hairs of {thinnest:g} µm and more." if thinnest else ""


def _points(
    comparison: ComparisonTable | None,
    data: xr.Dataset,
    variable: str,
    courses: Sequence[Course],
    weeks: np.ndarray,
    change: bool,
) -> list[Point]:
    if comparison is None:
        return []
    if variable in _DENSITIES and same_hairs(data):
        alike = (
            replace(row, endpoint=variable) if row.endpoint in _DENSITIES else row
            for row in comparison.rows
        )
        comparison = replace(comparison, rows=tuple(alike))
    by_label = {course.label: course for course in courses}

    def value(arm: str, week: float) -> float:
        return float(np.interp(week, weeks, by_label[arm].mean))

    start = {course.label: course.start for course in courses}
    points = published_points(
        comparison,
        variable,
        list(by_label),
        value,
        start,
        change=change,
        imputed=True,
        controlled=True,
    )
    return [p for p in points if weeks[0] <= p.week <= weeks[-1] and np.isfinite(p.y)]


def _describe_differences(data: xr.Dataset, variable: str, control: str) -> dict[str, str]:
    """Return what each arm's difference from the control came to, in words."""
    if not control:
        return {}
    rows: dict[str, list[EndpointRow]] = {}
    for row in summarise(data, [variable]).rows:
        if row.difference is not None and row.week > 0:
            rows.setdefault(row.arm, []).append(row)
    texts = {}
    for arm, those in rows.items():
        peak = max(those, key=lambda row: row.difference or 0.0)
        parts = [_difference(peak)] + ([_difference(those[-1])] if peak is not those[-1] else [])
        texts[arm] = "; ".join(parts)
    return texts


def _difference(row: EndpointRow) -> str:
    numbers = (row.difference, row.difference_low, row.difference_high)
    value, low, high = (look.signed(number or 0.0) for number in numbers)
    return f"{value} ({low} to {high}), week {row.week:g}"


def _limits(
    courses: Sequence[Course], points: Sequence[Point], change: bool
) -> tuple[float, float]:
    parts = [np.array([0.0] if change else [])]
    parts += [part for course in courses for part in (course.mean, course.low, course.high)]
    parts += [point.y + (point.half or 0.0) * np.array([-1.0, 1.0]) for point in points]
    every = np.concatenate(parts)
    every = every[np.isfinite(every)]
    if not every.size:
        return 0.0, 1.0
    low, high = float(every.min()), float(every.max())
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def _figure(
    data: xr.Dataset,
    rows: int,
    columns: int,
    points: Sequence[Point],
    doses: Mapping[str, DoseRow],
    control: str,
    unit: str,
) -> tuple[Figure, float]:
    """Return the figure with title, legend and note, and the inches they take at the top."""
    width = _LEFT + columns * _PANEL[0] + _RIGHT
    panels = rows * _PANEL[1] + _BOTTOM
    # How high the words are is known once they are written: first on a sheet that is thrown away.
    top = 1.0
    for _ in range(2):
        height = top + panels
        figure = look.new_figure(width, height)
        top = write_title(figure, str(data.attrs.get("title", "")), _LEFT, _RIGHT) + 0.06
        top += _write_legend(figure, doses, control, band_name(data), top, columns) + 0.08
        top += (
            _write_note(figure, f"{_note(points, control, unit)} {_thinnest(data)}".strip(), top)
            + 0.12
        )
    return figure, top


def _write_legend(
    figure: Figure,
    doses: Mapping[str, DoseRow],
    control: str,
    band: str,
    top: float,
    columns: int,
) -> float:
    """Write the legend `top` inches below the upper edge; return its height in inches."""
    width, height = figure.get_size_inches()
    patch = Patch(facecolor=look.SIMULATED, alpha=look.BAND, linewidth=0)
    line = Line2D([], [], color=look.SIMULATED, linewidth=look.LINE)
    entries: list[look.Entry] = [((patch, line), band)]
    if control:
        grey = Line2D([], [], color=_GREY, linewidth=1.4)
        shade = Patch(facecolor=_GREY, alpha=look.FAINT_BAND, linewidth=0)
        entries.append(((shade, grey), f"{control}, in grey behind each panel"))
    entries += dose_entries(list(doses.values()))
    legend = figure.legend(
        [handle for handle, _ in entries],
        [text for _, text in entries],
        loc="upper left",
        bbox_to_anchor=(_LEFT / width, 1 - top / height),
        ncols=2 if columns > 1 else 1,
        fontsize=look.SMALL,
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=1.8,
        columnspacing=2.0,
        labelcolor=look.MUTED,
    )
    return float(legend.get_window_extent().height / figure.dpi)


def _write_note(figure: Figure, note: str, top: float) -> float:
    """Write the note `top` inches below the upper edge; return its height in inches."""
    if not note:
        return 0.0
    width, height = figure.get_size_inches()
    letters = int((width - _LEFT - _RIGHT) * 72 / (0.52 * look.TINY))
    text = "\n".join(textwrap.wrap(note, letters))
    written = figure.text(_LEFT / width, 1 - top / height, text, fontsize=look.TINY, va="top")
    written.set(color=look.MUTED, linespacing=1.35, parse_math=False)
    return float(written.get_window_extent().height / figure.dpi)


def _note(points: Sequence[Point], control: str, unit: str) -> str:
    parts = []
    if control:
        tail = f", {unit}" if unit else ""
        parts.append(f"Over each panel: greatest and last difference from {control}{tail}.")
    if points:
        parts.append(
            "Markers: observed, each in a trial with people and a count of its own. "
            + note_of(points)
        )
    return " ".join(parts)


def _place(figure: Figure, row: int, column: int, top: float) -> Axes:
    width, height = figure.get_size_inches()
    left = _LEFT + column * _PANEL[0]
    above = top + row * _PANEL[1] + _HEAD
    below = height - top - (row + 1) * _PANEL[1] + 0.22
    return look.place(figure, left, below, width - left - _PANEL[0] + _BETWEEN, above)


def _draw(
    ax: Axes, course: Course, points: Sequence[Point], doses: DoseRow | None, sheet: _Sheet
) -> None:
    look.dress(ax)
    x = look.widen(sheet.weeks)
    ax.set(xlim=(float(x[0]), float(x[-1])), ylim=sheet.limits)
    height = size_in_points(ax)[1]
    low, high = sheet.limits
    foot = (ROW + 7.0) / height if doses is not None else 0.0
    ax.set_ylim(low - foot * (high - low), high)
    if sheet.change:
        ax.axhline(0.0, color=look.RULE, linewidth=0.8, zorder=0.5)
    if sheet.reference is not None and sheet.reference is not course:
        _line(ax, sheet.reference, x, _GREY, 1.2, look.FAINT_BAND)
    colour = sheet.looks[course.label].colour
    _line(ax, course, x, colour, look.LINE, look.BAND)
    entries = draw_points(ax, points, sheet.looks, high - low)
    if entries:
        ax.legend(
            [handle for handle, _ in entries],
            [text for _, text in entries],
            loc="upper right",
            fontsize=look.TINY,
            frameon=False,
            borderaxespad=0.1,
            borderpad=0.1,
            handlelength=1.0,
            handletextpad=0.4,
            labelspacing=0.3,
            labelcolor=look.MUTED,
        )
    if doses is not None:
        draw_doses(ax, [doses], sheet.looks)


def _line(
    ax: Axes, course: Course, x: np.ndarray, colour: str, width: float, opacity: float
) -> None:
    ax.fill_between(x, course.low, course.high, color=colour, alpha=opacity, linewidth=0)
    ax.plot(x, course.mean, color=colour, linewidth=width, zorder=3)


def _head(ax: Axes, label: str, text: str, arm: look.ArmLook) -> None:
    above = 1.0 + 15.0 / size_in_points(ax)[1]
    ax.text(
        0.0,
        above,
        wrap_text(label, 42, 1),
        transform=ax.transAxes,
        fontsize=look.BODY,
        fontweight="bold",
        color=look.readable(arm.colour),
        va="bottom",
        parse_math=False,
    )
    under = 1.0 + 4.0 / size_in_points(ax)[1]
    ax.text(0.0, under, text, transform=ax.transAxes, fontsize=look.TINY, color=look.MUTED)


def _axis_words(
    ax: Axes, data: xr.Dataset, variable: str, sheet: _Sheet, *, leftmost: bool, lowest: bool
) -> None:
    ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.grid(axis="y", color=look.RULE, linewidth=0.5)
    look.week_ticks(ax, float(sheet.weeks[0]), float(sheet.weeks[-1]), most=5)
    if not lowest:
        ax.set_xlabel("")
        ax.tick_params(labelbottom=False)
    if leftmost:
        units = str(data[variable].attrs.get("units", ""))
        text = look.axis_label(variable, units, change=sheet.change)
        ax.set_ylabel(wrap_text(text, 26, 3), fontsize=look.SMALL, color=look.INK)
    else:
        ax.tick_params(labelleft=False)
    if look.is_share(variable):
        look.percent_axis(ax)
