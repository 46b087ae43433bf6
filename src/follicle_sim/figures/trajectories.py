"""The course of a measured quantity, arm by arm, with the published points on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.difference import plot_difference
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.courses import Course, band_name, compares_within, courses_of
from follicle_sim.figures.parts.doses import ROW, dose_entries, dose_rows, draw_doses
from follicle_sim.figures.parts.labels import (
    headroom,
    size_in_points,
    wrap_text,
    write_ends,
    write_title,
)
from follicle_sim.figures.parts.lines import (
    FEW_ARMS,
    FEW_PEOPLE,
    MOST_BANDS,
    draw_means,
    draw_people,
    ends_of,
    middle_of,
)
from follicle_sim.figures.parts.published import Point, draw_points, note_of, published_points
from follicle_sim.results.beyond import beyond_published
from follicle_sim.results.by_treatment import by_treatment
from follicle_sim.results.endpoints import arm_roles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.results.compare import ComparisonTable

_WIDTH, _HEIGHT = 7.6, 4.8  # inches
_DIFFERENCE = 2.8  # inches of the panel below, with its gap
_CLOCK_NAME = "weeks since the start of a period"
_CLOCK = 0.35  # of the label of an axis of its own


def plot_density(
    data: xr.Dataset,
    ax: Axes | None = None,
    *,
    variable: str = "hair_density",
    change: bool = False,
    comparison: ComparisonTable | None = None,
) -> Axes:
    """Draw the mean course of every arm with its interval and the spread of its subjects.

    Arms of the same people (counterfactual designs, split scalps) that have a control are drawn
    without bands, which overlap and say nothing of the difference; a panel below shows the
    difference from the control, person by person, with its interval. So it does of a crossover.

    The interval is that of 95 % over people, or the 90 % credible one where replicates draw what is
    not known (`run.uncertainty`): fitted parameters, potency and the finite number of people.
    The spread is left out above three arms and the interval above eight: they would hide the means.

    Parameters
    ----------
    data
        Result of `simulate`: dims arm, subject, time (days since baseline), perhaps replicate.
    ax
        Axes to draw on; None makes a figure (``ax.figure``) that pyplot does not know. On axes of
        yours there is no panel of differences: `plot_difference` draws it where you want.
    variable
        Any variable with one number per subject and visit.
    change
        Show changes from baseline and not levels.
    comparison
        From `compare(data)`: its published numbers about this variable are drawn as points, open
        where no standard error was published.

    Returns
    -------
    Axes
        With time in weeks. Dose times stand along the bottom, in the colour of their arm.

    Raises
    ------
    InputError
        No such variable, or a change without a visit at baseline.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> hairs = 150 + np.arange(12.0).reshape(2, 3, 2)
    >>> data = xr.Dataset(
    ...     {"hair_density": (("arm", "subject", "time"), hairs, {"units": "cm-2"})},
    ...     coords={"arm": ["drug", "dummy"], "time": [0.0, 84.0]},
    ... )
    >>> ax = plot_density(data)
    >>> ax.get_xlabel(), ax.get_ylabel()
    ('weeks since baseline', 'hair density (hairs/cm²)')
    """
    if ax is None and data.sizes["arm"] <= MOST_BANDS:
        within = by_treatment(data)
        if compares_within(within):
            return _with_difference(data, within, variable, change=change, comparison=comparison)
    return draw_courses(data, ax, variable=variable, change=change, comparison=comparison)


def draw_courses(
    data: xr.Dataset,
    ax: Axes | None,
    *,
    variable: str,
    change: bool,
    comparison: ComparisonTable | None = None,
    bands: bool = True,
) -> Axes:
    """Draw the courses alone; `bands` of a mean, and the spread of many people, may be left out."""
    courses, weeks = courses_of(data, variable, change)
    looks = look.arm_looks(*arm_roles(data))
    doses = dose_rows(data)
    points = [] if comparison is None else _points(comparison, variable, courses, weeks, change)
    with look.style():
        if ax is None:
            ax = _own_axes(data, len(courses), len({point.label for point in points}))
        look.dress(ax)
        x = look.widen(weeks)
        if change:
            ax.plot(x[[0, -1]], [0, 0], color=look.MUTED, linewidth=0.8, zorder=1)
        entries = draw_means(ax, courses, x, looks, band_name(data) if bands else "")
        few = courses[0].people.shape[1] <= FEW_PEOPLE
        entries += draw_people(ax, courses, x, looks) if bands or few else []
        extent = _extent(courses, points, change, bands=bands)
        entries += draw_points(ax, points, looks, extent[1] - extent[0]) + dose_entries(doses)
        _label_axes(ax, data, variable, weeks, change)
        note = " ".join([note_of(points), *_beyond(data, variable)]).strip()
        low, high = headroom(ax, extent, entries, note, ROW * len(doses))
        write_ends(ax, float(x[-1]), ends_of(courses, looks), low, high)
        draw_doses(ax, doses, looks)
    return ax


def _beyond(data: xr.Dataset, variable: str) -> list[str]:
    """Return a line for each arm that goes beyond anything published."""
    found = [one.sentence for one in beyond_published(data, [variable])]
    return [f"{sentence[0].upper()}{sentence[1:]}." for sentence in found]


def _with_difference(
    data: xr.Dataset,
    within: xr.Dataset,
    variable: str,
    *,
    change: bool,
    comparison: ComparisonTable | None,
) -> Axes:
    """Draw the courses, and below them what matters of arms of the same people: the difference.

    `within` has the arms that hold the same people: of a crossover its treatments.
    """
    above = comparison
    if comparison is not None:
        rows = tuple(row for row in comparison.rows if row.kind != "difference")
        above = replace(comparison, rows=rows)
    turns = within is not data  # the panel below is on another clock
    with look.style():
        gap = _CLOCK if turns else 0.0
        figure = look.new_figure(_WIDTH, _HEIGHT + _DIFFERENCE + gap)
        top = write_title(figure, str(data.attrs.get("title", "")), 0.8, 0.15)
        upper = look.place(figure, 0.8, 0.3 + _DIFFERENCE + gap, 0.15, top + 0.12)
        lower = look.place(figure, 0.8, 0.6, 0.15, _HEIGHT + gap + 0.4)
        draw_courses(data, upper, variable=variable, change=change, comparison=above, bands=False)
        plot_difference(within, lower, variable=variable, comparison=comparison)
        # set_xlabel would move the label to the middle of the axes, under the names of the lines
        if turns:
            lower.xaxis.label.set_text(_CLOCK_NAME)
        else:
            upper.xaxis.label.set_text("")
            lower.set_xlim(*upper.get_xlim())
            lower.xaxis.label.set_x(upper.xaxis.label.get_position()[0])
    return upper


def _own_axes(data: xr.Dataset, arms: int, studies: int) -> Axes:
    figure = look.new_figure(_WIDTH, max(_HEIGHT, 2.0 + 0.19 * arms) + 0.1 * studies)
    top = write_title(figure, str(data.attrs.get("title", "")), 0.8, 0.15)
    return look.place(figure, 0.8, 0.6, 0.15, top + 0.12)


def _label_axes(ax: Axes, data: xr.Dataset, variable: str, weeks: FloatArray, change: bool) -> None:
    x = look.widen(weeks)
    ax.set_xlim(float(x[0]), float(x[-1]))
    look.week_ticks(ax, float(weeks[0]), float(weeks[-1]))
    # The axis ends where the visits end; labels of the lines stand beyond.
    ax.spines["bottom"].set_bounds(float(x[0]), float(x[-1]))
    units = str(data[variable].attrs.get("units", ""))
    text = look.axis_label(variable, units, change=change)
    columns = max(12, int(size_in_points(ax)[1] / (0.6 * look.BODY)))
    ax.set_ylabel(wrap_text(text, columns, 3), fontsize=look.BODY, color=look.INK)
    if look.is_share(variable):
        look.percent_axis(ax)


def _points(
    comparison: ComparisonTable,
    variable: str,
    courses: Sequence[Course],
    weeks: FloatArray,
    change: bool,
) -> list[Point]:
    by_label = {course.label: course for course in courses}

    def value(arm: str, week: float) -> float:
        return float(np.interp(week, look.widen(weeks), by_label[arm].mean))

    start = {course.label: course.start for course in courses}
    points = published_points(comparison, variable, list(by_label), value, start, change=change)
    inside = [point for point in points if weeks[0] <= point.week <= weeks[-1]]
    return [point for point in inside if np.isfinite(point.y)]


def _extent(
    courses: Sequence[Course], points: Sequence[Point], change: bool, *, bands: bool
) -> tuple[float, float]:
    """Return the least and the greatest number that is drawn."""
    parts = [np.array([0.0] if change else [])]
    for course in courses:
        parts.append(course.mean)
        if bands and len(courses) <= MOST_BANDS:
            parts += [course.low, course.high]
        few = course.people.shape[1] <= FEW_PEOPLE
        if len(courses) <= FEW_ARMS and (bands or few):
            parts.append(course.people.ravel() if few else np.concatenate(middle_of(course.people)))
    for point in points:
        parts.append(point.y + (point.half or 0.0) * np.array([-1.0, 1.0]))
    every = np.concatenate(parts)
    every = every[np.isfinite(every)]
    return (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
