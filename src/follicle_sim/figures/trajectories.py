"""The course of a measured quantity, arm by arm, with the published points on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.courses import Course, band_name, courses_of
from follicle_sim.figures.parts.doses import ROW, dose_entries, dose_rows, draw_doses
from follicle_sim.figures.parts.labels import (
    End,
    headroom,
    size_in_points,
    wrap_text,
    write_ends,
    write_title,
)
from follicle_sim.figures.parts.published import Point, draw_points, note_of, published_points
from follicle_sim.results.endpoints import arm_roles

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.results.compare import ComparisonTable

_WIDTH, _HEIGHT = 7.6, 4.8  # inches
_FEW_PEOPLE = 12  # up to so many subjects are drawn one by one
_FEW_ARMS = 3  # above it, the spread of subjects of every arm would hide the means
_MOST_BANDS = 8
_FEW_VISITS = 14


def plot_density(
    data: xr.Dataset,
    ax: Axes | None = None,
    *,
    variable: str = "hair_density",
    change: bool = False,
    comparison: ComparisonTable | None = None,
) -> Axes:
    """Draw the mean course of every arm with its interval and the spread of its subjects.

    The interval is that of 95 % over people, or the 90 % credible one where replicates draw what is
    not known (`run.uncertainty`): fitted parameters, potency and the finite number of people.
    The spread is left out above three arms and the interval above eight: they would hide the means.

    Parameters
    ----------
    data
        Result of `simulate`: dims arm, subject, time (days since baseline), perhaps replicate.
    ax
        Axes to draw on; None makes a figure (``ax.figure``) that pyplot does not know.
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
        entries = _draw_means(ax, courses, x, looks, band_name(data))
        entries += _draw_people(ax, courses, x, looks)
        extent = _extent(courses, points, change)
        entries += draw_points(ax, points, looks, extent[1] - extent[0]) + dose_entries(doses)
        _label_axes(ax, data, variable, weeks, change)
        low, high = headroom(ax, extent, entries, note_of(points), ROW * len(doses))
        write_ends(ax, float(x[-1]), _ends(courses, looks), low, high)
        draw_doses(ax, doses, looks)
    return ax


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


def _draw_means(
    ax: Axes,
    courses: Sequence[Course],
    weeks: FloatArray,
    looks: Mapping[str, look.ArmLook],
    band: str,
) -> list[look.Entry]:
    # The more arms, the fainter the bands, and none where they would only be mud.
    alpha = look.BAND * min(1.0, 3 / len(courses))
    banded = len(courses) <= _MOST_BANDS and any(np.any(c.high > c.low) for c in courses)
    for course in courses:
        colour = looks[course.label].colour
        if banded:
            ax.fill_between(weeks, course.low, course.high, color=colour, alpha=alpha, linewidth=0)
        ax.plot(
            weeks,
            course.mean,
            color=colour,
            linestyle=looks[course.label].dash,
            linewidth=look.LINE,
            marker="o",
            markersize=3.4,
            markevery=np.flatnonzero(_dotted(course.mean)).tolist(),
            zorder=3,
            clip_on=False,
        )
    line = Line2D([], [], color=look.MUTED, linewidth=look.LINE)
    if not banded:
        return [(line, "mean")]
    return [((_patch(alpha), line), band)]


def _draw_people(
    ax: Axes,
    courses: Sequence[Course],
    weeks: FloatArray,
    looks: Mapping[str, look.ArmLook],
) -> list[look.Entry]:
    """Draw how subjects differ: few as thin lines, many as the band of their middle 90 %."""
    people = courses[0].people.shape[1]
    if people < 2 or len(courses) > _FEW_ARMS or not any(map(_differ, courses)):
        return []
    for course in courses:
        colour = looks[course.label].colour
        if people <= _FEW_PEOPLE:
            ax.plot(weeks, course.people, color=colour, alpha=0.35, linewidth=look.THIN_LINE)
        else:
            low, high = _middle(course.people)
            ax.fill_between(weeks, low, high, color=colour, alpha=look.FAINT_BAND, linewidth=0)
    if people <= _FEW_PEOPLE:
        thin = Line2D([], [], color=look.MUTED, alpha=0.6, linewidth=look.THIN_LINE)
        return [(thin, "single subjects")]
    return [(_patch(look.FAINT_BAND), "middle 90 % of subjects")]


def _patch(alpha: float) -> Patch:
    return Patch(facecolor=look.MUTED, alpha=alpha, linewidth=0)


def _differ(course: Course) -> bool:
    low, high = _middle(course.people)
    return bool(np.any(high > low))


def _middle(people: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the 5th and 95th percentiles over people of each visit, NaN where nobody has one."""
    low = np.full(people.shape[0], np.nan)
    high = low.copy()
    some = np.isfinite(people).any(axis=1)
    if some.any():
        low[some], high[some] = np.nanpercentile(people[some], [5, 95], axis=1)
    return low, high


def _dotted(mean: FloatArray) -> NDArray[np.bool_]:
    """Tell which visits get a dot: all when few, else those that no line joins."""
    known = np.isfinite(mean)
    if mean.size <= _FEW_VISITS:
        return known
    beside = np.zeros_like(known)
    beside[1:] |= known[:-1]
    beside[:-1] |= known[1:]
    return known & ~beside


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
    courses: Sequence[Course], points: Sequence[Point], change: bool
) -> tuple[float, float]:
    """Return the least and the greatest number that is drawn."""
    parts = [np.array([0.0] if change else [])]
    for course in courses:
        parts.append(course.mean)
        if len(courses) <= _MOST_BANDS:
            parts += [course.low, course.high]
        if len(courses) <= _FEW_ARMS:
            few = course.people.shape[1] <= _FEW_PEOPLE
            parts.append(course.people.ravel() if few else np.concatenate(_middle(course.people)))
    for point in points:
        parts.append(point.y + (point.half or 0.0) * np.array([-1.0, 1.0]))
    every = np.concatenate(parts)
    every = every[np.isfinite(every)]
    return (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)


def _ends(courses: Sequence[Course], looks: Mapping[str, look.ArmLook]) -> list[End]:
    ends = []
    for course in courses:
        known = course.mean[np.isfinite(course.mean)]
        y = float(known[-1]) if known.size else np.nan
        text = course.label if known.size else f"{course.label} (no values)"
        ends.append(End(y, text, looks[course.label].colour))
    return ends
