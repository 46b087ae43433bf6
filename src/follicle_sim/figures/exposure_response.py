"""Exposure and response: every person of a run, and groups of people alike in exposure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from matplotlib.lines import Line2D

from follicle_sim.analysis.outcomes.exposure_response import ExposureResponse, exposure_response
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import size_in_points, wrap_text
from follicle_sim.results.endpoints import arm_roles

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 6.6, 4.4
MOST_ARMS = 6


def plot_exposure_response(
    data: xr.Dataset,
    ax: Axes | None = None,
    *,
    variable: str = "hair_density",
    found: ExposureResponse | None = None,
) -> Axes:
    """Draw the change of every person against exposure, with means of groups of people.

    Parameters
    ----------
    data
        Result of `simulate`.
    ax
        Axes to draw on; None makes a figure (``ax.figure``) that pyplot does not know.
    variable
        What changes.
    found
        From `exposure_response`; made here where it is not given.

    Raises
    ------
    InputError
        As `exposure_response`.
    """
    found = exposure_response(data, variable) if found is None else found
    looks = look.arm_looks(*arm_roles(data))
    with look.style():
        if ax is None:
            figure = look.new_figure(_WIDTH, _HEIGHT)
            ax = look.place(figure, 0.8, 0.6, 0.2, 0.8)
        look.dress(ax)
        ax.axhline(0.0, color=look.RULE, linewidth=0.8, zorder=0)
        entries = _draw(found, ax, looks)
        ax.set_xlabel(_exposure_words(found), fontsize=look.BODY, color=look.INK)
        unit = look.unit_of(found.endpoint, found.unit, change=True)
        words = f"change from baseline at week {found.week:g}{f' ({unit})' if unit else ''}"
        columns = max(12, int(size_in_points(ax)[1] / (0.6 * look.BODY)))
        ax.set_ylabel(wrap_text(words, columns, 2), fontsize=look.BODY, color=look.INK)
        title = f"{look.name_of(found.endpoint)} and exposure to {found.treatment}"
        ax.set_title(
            f"{title[0].upper()}{title[1:]}\n{_slope_words(found)}",
            loc="left",
            fontsize=look.BODY,
            color=look.INK,
            pad=22 if len(entries) <= 3 else 36,
        )
        ax.legend(
            *zip(*entries, strict=True),
            loc="lower left",
            bbox_to_anchor=(-0.02, 1.0),
            frameon=False,
            fontsize=look.SMALL,
            ncols=3,
            handletextpad=0.4,
            columnspacing=1.2,
            borderaxespad=0.1,
        )
        if look.is_share(found.endpoint):
            look.percent_axis(ax)
    return ax


def _draw(found: ExposureResponse, ax: Axes, looks: Mapping[str, look.ArmLook]) -> list[look.Entry]:
    """Draw people and groups; return the entries of the legend."""
    entries: list[look.Entry] = []
    for label in list(dict.fromkeys(row.arm for row in found.people))[:MOST_ARMS]:
        people = [row for row in found.people if row.arm == label]
        ax.plot(
            [row.exposure for row in people],
            [row.change for row in people],
            "o",
            color=looks[label].colour,
            alpha=0.45,
            markersize=3.5,
            markeredgewidth=0,
        )
        mark = Line2D([], [], color=looks[label].colour, marker="o", linestyle="none")
        entries.append((mark, label if len(label) <= 36 else f"{label[:35]}…"))
    means = [row.exposure for row in found.groups], [row.change for row in found.groups]
    ax.plot(*means, color=look.INK, linewidth=look.THIN_LINE, zorder=4)
    ax.plot(*means, "o", color=look.INK, markersize=5.0, zorder=6)
    for row in found.groups:
        ends = [row.low, row.high]
        ax.plot([row.exposure] * 2, ends, color=look.INK, linewidth=1.4, zorder=5)
    mark = Line2D([], [], color=look.INK, marker="o", linewidth=1.4)
    return [*entries, (mark, "mean of people alike in exposure, 95 %")]


def _exposure_words(found: ExposureResponse) -> str:
    weeks = f"weeks 0 to {found.week:g}"
    if found.measure == "amount":
        return f"{found.treatment} taken, {weeks} ({found.exposure_unit})"
    return f"mean effect at the follicle, {weeks} (1: full potency)"


def _slope_words(found: ExposureResponse) -> str:
    if math.isnan(found.slope):
        return "everybody has the same exposure"
    unit = "unit of effect" if found.measure == "effect" else found.exposure_unit
    return f"{found.slope:+.3g} per {unit} (SE {found.slope_error:.2g}), {len(found.people)} people"
