"""What arms of the same people differ by, person by person, with one interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.courses import Course, band_name, differences_of
from follicle_sim.figures.parts.labels import headroom, size_in_points, wrap_text, write_ends
from follicle_sim.figures.parts.lines import MOST_BANDS, draw_means, ends_of
from follicle_sim.figures.parts.published import Point, draw_points, note_of, observed_differences
from follicle_sim.results.endpoints import arm_roles, control_arm

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.results.compare import ComparisonTable

_WIDTH, _HEIGHT = 7.6, 3.6  # inches


def plot_difference(
    data: xr.Dataset,
    ax: Axes | None = None,
    *,
    variable: str = "hair_density",
    comparison: ComparisonTable | None = None,
) -> Axes:
    """Draw how far every arm is from the control, of arms that hold the same people.

    Parameters
    ----------
    data
        Result of `simulate` of a counterfactual design or a split scalp, or of a crossover seen by
        treatment, with a control.
    ax
        Axes to draw on; None makes a figure (``ax.figure``) that pyplot does not know.
    variable
        Any variable with one number per subject and visit.
    comparison
        From `compare(data)`: observed differences from this control are drawn as points.

    Returns
    -------
    Axes
        With time in weeks; the line at zero is the control.

    Raises
    ------
    InputError
        No such variable, arms of different people, or no control.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> hairs = 150 + np.arange(12.0).reshape(2, 3, 2)
    >>> data = xr.Dataset(
    ...     {"hair_density": (("arm", "subject", "time"), hairs, {"units": "cm-2"})},
    ...     coords={
    ...         "arm": ["drug", "dummy"],
    ...         "role": ("arm", ["treatment", "placebo"]),
    ...         "time": [0.0, 84.0],
    ...     },
    ...     attrs={"design_kind": "split_scalp"},
    ... )
    >>> plot_difference(data).get_title("left")
    'Hair density: difference from dummy, person by person'
    """
    courses, weeks = differences_of(data, variable)
    looks = look.arm_looks(*arm_roles(data))
    control = control_arm(data)
    rows = () if comparison is None else comparison.rows
    points = observed_differences(rows, variable, [course.label for course in courses], control)
    points = [point for point in points if weeks[0] <= point.week <= weeks[-1]]
    with look.style():
        if ax is None:
            ax = look.place(look.new_figure(_WIDTH, _HEIGHT), 0.8, 0.6, 0.15, 0.15)
        look.dress(ax)
        x = look.widen(weeks)
        ax.plot(x[[0, -1]], [0, 0], color=look.MUTED, linewidth=0.8, zorder=1)
        entries = draw_means(ax, courses, x, looks, band_name(data))
        extent = _extent(courses, points)
        entries += draw_points(ax, points, looks, extent[1] - extent[0])
        ax.set_xlim(float(x[0]), float(x[-1]))
        look.week_ticks(ax, float(weeks[0]), float(weeks[-1]))
        ax.spines["bottom"].set_bounds(float(x[0]), float(x[-1]))
        unit = look.unit_of(variable, str(data[variable].attrs.get("units", "")), change=True)
        label = f"difference{f' ({unit})' if unit else ''}"
        columns = max(12, int(size_in_points(ax)[1] / (0.6 * look.BODY)))
        ax.set_ylabel(wrap_text(label, columns, 2), fontsize=look.BODY, color=look.INK)
        words = f"{look.name_of(variable)}: difference from {control}, person by person"
        columns = max(20, int(size_in_points(ax)[0] / (0.6 * look.BODY)))
        title = wrap_text(f"{words[0].upper()}{words[1:]}", columns, 2)
        ax.set_title(title, loc="left", fontsize=look.BODY, color=look.INK, pad=4)
        if look.is_share(variable):
            look.percent_axis(ax)
        low, high = headroom(ax, extent, entries, note_of(points), 0.0)
        write_ends(ax, float(x[-1]), ends_of(courses, looks), low, high)
    return ax


def _extent(courses: Sequence[Course], points: Sequence[Point]) -> tuple[float, float]:
    """Return the least and the greatest number that is drawn."""
    parts = [np.zeros(1), *(course.mean for course in courses)]
    if len(courses) <= MOST_BANDS:
        parts += [end for course in courses for end in (course.low, course.high)]
    parts += [point.y + (point.half or 0.0) * np.array([-1.0, 1.0]) for point in points]
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    return float(values.min()), float(values.max())
