"""What share of the follicles is in each phase, over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.patches import Patch

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import (
    TITLE_TOP,
    End,
    size_in_points,
    wrap_text,
    write_ends,
    write_title,
)
from follicle_sim.results.endpoints import arm_roles, people_last

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL = (3.3, 2.5)  # inches, axes and what belongs to them
_LEFT = 0.7  # inches
_MOST_NUMBERED = 16  # panels whose areas carry numbers


class _Panel(NamedTuple):
    """Axes of one arm, and whether they name their y and x axis."""

    ax: Axes
    leftmost: bool
    lowest: bool


def plot_phases(data: xr.Dataset, ax: Axes | None = None, *, arm: str | None = None) -> Axes:
    """Draw the share of follicles in each phase over time as stacked areas.

    Parameters
    ----------
    data
        Result of `simulate` with `phase_count`.
    ax
        Axes for one arm; None makes a figure that pyplot does not know, with a panel for every arm.
    arm
        Label of the only arm to draw. On given `ax` the default is the first arm.

    Returns
    -------
    Axes
        Given `ax`, or the first panel; ``ax.figure`` has the others. Shares are of all follicles
        of all subjects; the numbers in the areas are those of the first and the last visit.

    Raises
    ------
    InputError
        `phase_count` was not recorded, or no such arm.

    Examples
    --------
    >>> import numpy as np, xarray as xr
    >>> counts = np.array([[[[80.0, 2, 10, 8], [85, 2, 8, 5]]]])
    >>> data = xr.Dataset(
    ...     {"phase_count": (("arm", "subject", "time", "phase"), counts)},
    ...     coords={"arm": ["drug"], "time": [0.0, 84.0],
    ...             "phase": ["anagen", "catagen", "telogen", "kenogen"]},
    ... )
    >>> plot_phases(data).get_ylabel()
    'share of follicles (%)'
    """
    labels, shares, weeks, phases = _shares(data)
    if arm is not None and arm not in labels:
        raise InputError("figure", [Problem("arm", f'no arm "{arm}"{did_you_mean(arm, labels)}')])
    shown = labels if arm is None else [arm]
    if ax is not None:
        shown = shown[:1]
    with look.style():
        title = str(data.attrs.get("title", ""))
        if ax is None and len(shown) > 1:
            panels = _panels(title, len(shown), phases)
        else:
            panels = [_Panel(ax or _single(title), True, True)]
        for panel, label in zip(panels, shown, strict=True):
            course = shares[labels.index(label)]
            _draw(panel.ax, course, weeks, phases)
            _entitle(panel, label)
            if len(panels) <= _MOST_NUMBERED:
                _number_areas(panel.ax, course, weeks, phases)
            if len(panels) == 1:
                _name_areas(panel.ax, course, weeks, phases)
    return panels[0].ax


def _shares(data: xr.Dataset) -> tuple[list[str], FloatArray, FloatArray, list[str]]:
    """Return arms, shares (arm, visit, phase), weeks, and the phases any follicle is ever in."""
    if "phase_count" not in data.data_vars:
        message = "not recorded in this run; add it to record.variables"
        raise InputError("figure", [Problem("phase_count", message)])
    counts = people_last(data["phase_count"], "arm", "time", "phase")
    totals = np.where(np.isfinite(counts), counts, 0.0).sum(axis=-1)
    follicles = totals.sum(axis=-1, keepdims=True)
    shares = np.where(follicles > 0, totals / np.where(follicles > 0, follicles, 1.0), np.nan)
    ever = totals.sum(axis=(0, 1)) > 0
    phases = [str(name) for name, some in zip(data["phase"].values, ever, strict=True) if some]
    weeks = np.asarray(data["time"].values, dtype=np.float64) / 7.0
    return arm_roles(data)[0], shares[:, :, ever], weeks, phases


def _colour(phase: str) -> str:
    return look.PHASES.get(phase, look.RULE)


def _single(title: str) -> Axes:
    figure = look.new_figure(6.4, 4.4)
    top = write_title(figure, title, _LEFT, 0.1)
    return look.place(figure, _LEFT, 0.6, 0.1, top + 0.3)


def _panels(title: str, many: int, phases: Sequence[str]) -> list[_Panel]:
    """Return one panel for every arm, in rows, under the title and the legend."""
    columns = 2 if many == 4 else min(many, 3) if many <= 9 else math.ceil(math.sqrt(many))
    rows = math.ceil(many / columns)
    right, bottom, between_x, between_y = 0.15, 0.6, 0.35, 0.62
    width = _LEFT + columns * _PANEL[0] - between_x + right
    # The title may need a line more or less, so the figure gets its height after it.
    figure = look.new_figure(width, 10.0)
    head = write_title(figure, title, _LEFT, 0.1)
    top = head + 0.8
    height = bottom + rows * _PANEL[1] - between_y + top
    figure.set_size_inches(width, height)
    for text in figure.texts:
        text.set_y(1 - TITLE_TOP / height)
    panels = []
    for i in range(many):
        row, column = divmod(i, columns)
        x = _LEFT + column * _PANEL[0]
        y = height - top - row * _PANEL[1] - (_PANEL[1] - between_y)
        box = (_PANEL[0] - between_x) / width, (_PANEL[1] - between_y) / height
        ax = figure.add_axes((x / width, y / height, *box))
        panels.append(_Panel(ax, column == 0, i + columns >= many))
    handles = [Patch(facecolor=_colour(name), label=name) for name in phases]
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(_LEFT / width, 1 - (head + 0.14) / height),
        bbox_transform=figure.transFigure,
        ncols=len(phases),
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.0,
        fontsize=look.SMALL,
        handlelength=1.2,
    )
    return panels


def _entitle(panel: _Panel, label: str) -> None:
    """Name the arm above a panel, and the axes where no other panel does it."""
    ax = panel.ax
    width, _ = size_in_points(ax)
    columns = max(8, int(width / (0.62 * look.BODY)))
    text = wrap_text(label, columns, 2)
    ax.set_title(text, loc="left", fontsize=look.BODY, color=look.INK, pad=5)
    if panel.leftmost:
        ax.set_ylabel("share of follicles (%)", fontsize=look.BODY, color=look.INK)
    else:
        ax.tick_params(labelleft=False)
    if not panel.lowest:
        ax.set_xlabel("")
        ax.tick_params(labelbottom=False)


def _draw(ax: Axes, shares: FloatArray, weeks: FloatArray, phases: Sequence[str]) -> None:
    look.dress(ax)
    upper = np.cumsum(shares, axis=1)
    x = look.widen(weeks)
    for i, phase in enumerate(phases):
        high = np.broadcast_to(upper[:, i], x.shape)
        low = np.broadcast_to(upper[:, i] - shares[:, i], x.shape)
        ax.fill_between(x, low, high, color=_colour(phase), linewidth=0)
        ax.plot(x, high, color=look.PAPER, linewidth=0.8)
    ax.set_xlim(float(x[0]), float(x[-1]))
    ax.set_ylim(0, 1)
    look.percent_axis(ax)
    look.week_ticks(ax, float(weeks[0]), float(weeks[-1]), most=6)


def _number_areas(ax: Axes, shares: FloatArray, weeks: FloatArray, phases: Sequence[str]) -> None:
    """Write the shares of the first and the last visit into the areas that have room for it."""
    x = look.widen(weeks)
    room = 1.2 * look.SMALL / size_in_points(ax)[1]
    middles = np.cumsum(shares, axis=1) - shares / 2
    visits = [(0, x[0], 4, "left"), (-1, x[-1], -4, "right")][: min(2, weeks.size)]
    for i, phase in enumerate(phases):
        ink = look.PAPER if look.luminance(_colour(phase)) < 0.18 else look.INK
        for visit, at, aside, side in visits:
            if not shares[visit, i] >= room:
                continue
            ax.annotate(
                f"{100 * shares[visit, i]:.0f} %",
                (float(at), float(middles[visit, i])),
                xytext=(aside, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=look.SMALL,
                color=ink,
            )


def _name_areas(ax: Axes, shares: FloatArray, weeks: FloatArray, phases: Sequence[str]) -> None:
    """Name the areas beside their right edge."""
    last = shares[-1]
    middles = np.cumsum(last) - last / 2
    ends = [End(float(y), phase, _colour(phase)) for y, phase in zip(middles, phases, strict=True)]
    x = look.widen(weeks)
    write_ends(ax, float(x[-1]), ends, 0.0, 1.0)
    ax.spines["bottom"].set_bounds(float(x[0]), float(x[-1]))
