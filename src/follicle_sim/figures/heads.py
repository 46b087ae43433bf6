"""Heads, seen from above and from behind, each piece of scalp coloured by the hair on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.patches import Polygon

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray
from follicle_sim.biology.scalps import Scalp
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import wrap_text, write_title
from follicle_sim.figures.parts.scalp_shapes import (
    VIEWS,
    area_of,
    head_of,
    pieces_of,
    room_in,
    scalp_of,
    seen_from,
)
from follicle_sim.results.endpoints import arm_roles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HAIR = LinearSegmentedColormap.from_list("hair", ["#f7e6d9", "#d9ad86", "#8f5f3c", "#2e1f15"])
"""From bare skin to hair."""

SKIN, EDGE = "#fbf3ec", "#6b4a32"

MOST_VISITS, MOST_PEOPLE, MOST_ARMS = 6, 5, 4
_GAP, _LABEL, _FOOT, _TOP = 0.12, 1.35, 1.55, 0.95  # inches
_NUMBER, _DIGIT = 7.5, 0.64  # points, and the width of a digit against them
_SPAN = 2.34  # width of the picture of a head, in half heads
_SMALLEST = 0.1
"""A piece of which less is seen gets no number, in half heads squared."""


@dataclass(frozen=True)
class _Sheet:
    """What a figure shows: rows of heads, one a visit and view, and the scale of their colours."""

    title: str
    about: str
    rows: tuple[tuple[str, FloatArray], ...]  # label, and values (visit, piece)
    weeks: FloatArray
    views: tuple[str, ...]
    scale: Normalize
    unit: str
    numbers: bool
    head: float  # inches


def plot_heads(
    data: xr.Dataset,
    *,
    arms: Sequence[str] | None = None,
    people: int = 3,
    weeks: Sequence[float] | None = None,
) -> Axes:
    """Draw heads at baseline and later visits, each piece of scalp coloured by the hair on it.

    Of a scalp of regions, each head is the mean of an arm, from above and from behind, and its
    colours are hairs per area. Of a scalp in patches, each head is one person from above, and its
    colours are how much of the hair of health is there.

    Parameters
    ----------
    data
        Result of `simulate` with `region_density` or `region_cover`: a whole scalp, in pieces.
    arms
        Labels of arms; None for the first four.
    people
        Heads of each arm where each is one person, 1 to 5: the first of the arm, in the order of
        their names.
    weeks
        Visits to show; None for the first and the last, or six of them where heads are persons.

    Returns
    -------
    Axes
        Of the first head; ``ax.figure`` has the others, then the map with its names, and the scale.

    Raises
    ------
    InputError
        No whole scalp was simulated, the visit or arm is not there.
    """
    sheet = _sheet(data, arms, people, weeks)
    names = [str(name) for name in data["region"].values]
    scalp = scalp_of(names)
    if scalp is None:
        message = f"no map of the scalp has these pieces: {', '.join(names[:6])}"
        raise InputError("figure", [Problem("region", message)])
    shapes = pieces_of(scalp)
    with look.style():
        figure = _new_figure(sheet)
        axes: list[Axes] = []
        for row, (label, values) in enumerate(sheet.rows):
            for column in range(len(sheet.weeks)):
                for place, view in enumerate(sheet.views):
                    ax = _head_axes(figure, sheet, row, column, place)
                    _draw_head(ax, view, shapes, values[column], sheet)
                    axes.append(ax)
                    if row == 0 and place == 0:
                        _write_week(figure, sheet, column)
            _write_label(figure, sheet, row, label)
        _draw_key(figure, sheet, scalp)
    return axes[0]


def _sheet(
    data: xr.Dataset, arms: Sequence[str] | None, people: int, weeks: Sequence[float] | None
) -> _Sheet:
    name = next((name for name in ("region_cover", "region_density") if name in data), None)
    if name is None:
        message = (
            'not in this result; it needs a whole scalp (population.scalp = "regions"), or an '
            'instrument that sees one in patches (instrument.method = "salt_score")'
        )
        raise InputError("figure", [Problem("region_density, region_cover", message)])
    labels, _ = arm_roles(data)
    shown = labels[:MOST_ARMS] if arms is None else list(arms)
    for label in shown:
        if label not in labels:
            hint = did_you_mean(label, labels)
            raise InputError("figure", [Problem("arms", f'no arm "{label}"{hint}')])
    values = data[name]
    if "replicate" in values.dims:
        values = values.isel(replicate=0)
    values = values.sel(arm=shown).transpose("arm", "subject", "time", "region")
    every = np.asarray(values.values, np.float64)
    means = name == "region_density"
    visits = _visits(data, weeks, 2 if means else MOST_VISITS)
    title = str(data.attrs.get("title", ""))
    at = np.asarray(data["time"].values, np.float64)[visits] / 7.0
    if means:
        mean = np.nanmean(every, axis=1)[:, visits]
        rows = tuple(zip(shown, mean, strict=True))
        top = 50.0 * np.ceil(max(50.0, float(np.nanmax(mean))) / 50.0)
        about = "mean of each arm, from above (the face upwards) and from behind"
        head = 1.2 if len(visits) < 3 else 0.95
        return _Sheet(
            title, about, rows, at, VIEWS, Normalize(0.0, top), "hairs/cm²", True, head
        )  # fmt: skip
    count = min(max(1, people), MOST_PEOPLE, every.shape[1])
    rows = tuple(
        (label if person == 0 else "", every[i, person, visits])
        for i, label in enumerate(shown)
        for person in range(count)
    )
    about = "each head is one person, from above, the face upwards"
    unit = "hair cover (% of health)"
    return _Sheet(title, about, rows, at, ("above",), Normalize(0.0, 1.0), unit, False, 0.82)


def _visits(data: xr.Dataset, weeks: Sequence[float] | None, most: int) -> list[int]:
    """Return the visits of some weeks, or at most so many evenly, first and last among them."""
    at = np.asarray(data["time"].values, dtype=np.float64) / 7.0
    if weeks is None:
        count = len(at)
        return sorted({round(i) for i in np.linspace(0, count - 1, min(count, most))})
    found = []
    for week in weeks:
        near = int(np.argmin(np.abs(at - week)))
        if abs(at[near] - week) > 1e-6:
            seen = ", ".join(f"{one:g}" for one in at)
            message = f"no visit in week {week:g}; there are visits in weeks {seen}"
            raise InputError("figure", [Problem("weeks", message)])
        found.append(near)
    return found


def _new_figure(sheet: _Sheet) -> Figure:
    cells = len(sheet.weeks) * (len(sheet.views) * sheet.head + _GAP)
    width = max(4.6, _LABEL + cells + 0.2)
    height = _TOP + len(sheet.rows) * (sheet.head * 1.06 + _GAP) + _FOOT
    figure = look.new_figure(width, height)
    write_title(figure, sheet.title, 0.1, 0.1)
    figure.text(
        0.1 / width, 1.0 - 0.42 / height, sheet.about, fontsize=look.SMALL, color=look.MUTED
    )  # fmt: skip
    return figure


def _left_of(sheet: _Sheet, column: int, place: int = 0) -> float:
    return _LABEL + column * (len(sheet.views) * sheet.head + _GAP) + place * sheet.head


def _head_axes(figure: Figure, sheet: _Sheet, row: int, column: int, place: int) -> Axes:
    height = float(figure.get_figheight())
    tall = sheet.head * 1.06
    bottom = height - _TOP - row * (tall + _GAP) - tall
    return _axes(figure, _left_of(sheet, column, place), bottom, sheet.head)


def _axes(figure: Figure, left: float, bottom: float, size: float) -> Axes:
    """Return axes for a head so many inches wide."""
    width, height = figure.get_size_inches()
    ax = figure.add_axes((left / width, bottom / height, size / width, 1.06 * size / height))
    ax.set_xlim(-0.5 * _SPAN, 0.5 * _SPAN)
    ax.set_ylim(-1.28, 1.2)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _draw_head(
    ax: Axes, view: str, shapes: Sequence[Sequence[FloatArray]], values: FloatArray, sheet: _Sheet
) -> None:
    """Draw one head from one side, every piece in the colour of its value."""
    for ring in head_of(view):
        ax.add_patch(Polygon(ring, closed=True, facecolor=SKIN, edgecolor=EDGE, linewidth=0.5))
    border = 1.0 if sheet.numbers else 0.5
    for rings, value in zip(shapes, values, strict=True):
        known = np.isfinite(value)
        colour: Any = HAIR(float(sheet.scale(np.clip(value, sheet.scale.vmin, sheet.scale.vmax))))
        face = colour if known else look.RULE
        for ring in rings:
            seen = seen_from(view, ring)
            ax.add_patch(
                Polygon(seen, closed=True, facecolor=face, edgecolor=look.PAPER, linewidth=border)
            )
            if sheet.numbers and known:
                _write_number(ax, seen, float(value), colour, sheet.head)


def _write_number(ax: Axes, ring: FloatArray, value: float, colour: Any, head: float) -> None:
    """Write a number on a piece, in letters that fit into it; nothing where none do."""
    x, y, wide = room_in(ring)
    text = f"{value:.0f}"
    for size in (_NUMBER, look.TINY):
        needed = len(text) * _DIGIT * size / 72.0 * _SPAN / head
        if needed < 0.9 * wide and area_of(ring) > _SMALLEST:
            ink = look.PAPER if look.luminance(colour[:3]) < 0.18 else look.INK
            ax.text(x, y, text, ha="center", va="center", color=ink, fontsize=size)
            return


def _write_week(figure: Figure, sheet: _Sheet, column: int) -> None:
    width, height = figure.get_size_inches()
    middle = _left_of(sheet, column) + 0.5 * len(sheet.views) * sheet.head
    figure.text(
        middle / width, 1.0 - (_TOP - 0.08) / height, f"week {sheet.weeks[column]:g}",
        ha="center", va="bottom", fontsize=look.SMALL, color=look.MUTED,
    )  # fmt: skip


def _write_label(figure: Figure, sheet: _Sheet, row: int, label: str) -> None:
    width, height = figure.get_size_inches()
    tall = sheet.head * 1.06
    middle = height - _TOP - row * (tall + _GAP) - 0.5 * tall
    figure.text(
        (_LABEL - 0.08) / width, middle / height, wrap_text(label, 17, 4),
        ha="right", va="center", fontsize=look.BODY,
    )  # fmt: skip


def _draw_key(figure: Figure, sheet: _Sheet, scalp: Scalp) -> None:
    """Draw the map with the names of its areas, and the scale of the colours beside it."""
    width, height = figure.get_size_inches()
    size = 1.3
    ax = _axes(figure, 0.15 + 0.75, 0.08, size)
    for ring in head_of("above"):
        ax.add_patch(Polygon(ring, closed=True, facecolor=SKIN, edgecolor=EDGE, linewidth=0.5))
    for area in dict.fromkeys(scalp.areas):
        rings = [np.array(ring) for ring in scalp.outlines[area]]
        for ring in rings:
            ax.add_patch(
                Polygon(ring, closed=True, facecolor=look.PAPER, edgecolor=EDGE, linewidth=0.5)
            )
        x, y, _ = room_in(rings[0])
        aside = abs(x) > 0.3
        ax.annotate(
            area,
            (x, y),
            xytext=(1.3 * np.sign(x), y) if aside else None,
            ha=("left" if x > 0.0 else "right") if aside else "center",
            va="center",
            fontsize=_NUMBER,
            arrowprops={"arrowstyle": "-", "color": EDGE, "linewidth": 0.5} if aside else None,
            annotation_clip=False,
        )
    left = 3.15
    bar = figure.add_axes(
        (left / width, 0.75 / height, (width - left - 0.3) / width, 0.14 / height)
    )
    colours = figure.colorbar(
        ScalarMappable(norm=sheet.scale, cmap=HAIR), cax=bar, orientation="horizontal"
    )
    colours.outline.set(linewidth=0.5, edgecolor=look.MUTED)
    bar.tick_params(labelsize=look.SMALL, colors=look.MUTED, length=3, width=0.6)
    if sheet.scale.vmax == 1.0:
        bar.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
    bar.set_xlabel(sheet.unit, fontsize=look.SMALL, color=look.INK)
