"""Heads from above, one a person and visit: a piece of scalp is as dark as its hair covers it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Polygon, Wedge

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import write_title
from follicle_sim.results.endpoints import arm_roles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CENTRE, RING = "top", ("left", "back", "right")
"""Areas of a map of the scalp: the middle of the picture, and what lies around it."""

HAIR = LinearSegmentedColormap.from_list("hair", ["#f3d9c4", "#c9a483", "#3b2a1e"])
"""From bare skin to hair."""

MOST_VISITS, MOST_PEOPLE = 6, 5
_HEAD, _GAP, _LABEL = 0.78, 0.1, 1.5  # inches: a head, between heads, for the name of an arm
_TOP = 0.9  # inches, of title, key and weeks


def plot_heads(data: xr.Dataset, *, arms: Sequence[str] | None = None, people: int = 3) -> Axes:
    """Draw scalps of some people from above, face upwards, at baseline and later visits.

    Parameters
    ----------
    data
        Result of `simulate` with `region_cover`: a whole scalp, in pieces.
    arms
        Labels of arms; None for the first four.
    people
        Heads of each arm, 1 to 5: the first of the arm, in the order of their names.

    Returns
    -------
    Axes
        Of the first head; ``ax.figure`` has the others. Each piece of a head is as large as its
        share of the scalp, and as dark as its cover, from bare skin (0) to that of health (1).

    Raises
    ------
    InputError
        No whole scalp was simulated, `region_cover` was not recorded, or no such arm.
    """
    cover, share, weeks = _covers(data)
    labels, _ = arm_roles(data)
    shown = labels[:4] if arms is None else list(arms)
    for label in shown:
        if label not in labels:
            hint = did_you_mean(label, labels)
            raise InputError("figure", [Problem("arms", f'no arm "{label}"{hint}')])
    people = min(max(1, people), MOST_PEOPLE, cover.shape[1])
    visits = _some(len(weeks), MOST_VISITS)
    pieces = [str(name) for name in data["region"].values]
    with look.style():
        figure, first = _sheet(str(data.attrs.get("title", "")), len(shown) * people, len(visits))
        axes: list[Axes] = []
        for row, (label, person) in enumerate((a, p) for a in shown for p in range(people)):
            for column, visit in enumerate(visits):
                ax = _head_axes(figure, first, row, column, row // people)
                _draw_head(ax, pieces, share, cover[labels.index(label), person, visit])
                if row == 0:
                    ax.set_title(f"week {weeks[visit]:g}", fontsize=look.SMALL, color=look.MUTED)
                if column == 0 and person == 0:
                    ax.text(
                        -0.25, 0.5, label, transform=ax.transAxes, ha="right", va="center",
                        fontsize=look.BODY, wrap=True,
                    )  # fmt: skip
                axes.append(ax)
    return axes[0]


def _covers(data: xr.Dataset) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return cover (arm, person, visit, piece), the share (R,) of each piece, and weeks."""
    if "region_cover" not in data.data_vars:
        message = (
            "not in this result; it needs a whole scalp (population.scalp) and an instrument that "
            'sees it (instrument.method = "salt_score")'
        )
        raise InputError("figure", [Problem("region_cover", message)])
    values = data["region_cover"]
    if "replicate" in values.dims:
        values = values.isel(replicate=0)
    ordered = values.transpose("arm", "subject", "time", "region").values
    weeks = np.asarray(data["time"].values, dtype=np.float64) / 7.0
    return np.asarray(ordered, np.float64), np.asarray(data["region_share"].values), weeks


def _some(count: int, most: int) -> list[int]:
    """Return at most so many of the visits, evenly, the first and the last among them."""
    return sorted({round(i) for i in np.linspace(0, count - 1, min(count, most))})


def _sheet(title: str, rows: int, columns: int) -> tuple[Figure, tuple[float, float]]:
    """Return a figure with room for all heads, and where the first one lies (inches)."""
    width = _LABEL + columns * (_HEAD + _GAP) + 0.2
    height = rows * (_HEAD + _GAP) + _TOP
    figure = look.new_figure(width, height)
    write_title(figure, title, 0.1, 0.1)
    key = "each head is one person, from above, the face upwards; dark: hair, light: bare skin"
    figure.text(0.1 / width, 1.0 - 0.42 / height, key, fontsize=look.SMALL, color=look.MUTED)
    return figure, (_LABEL, height - _TOP)


def _head_axes(
    figure: Figure, first: tuple[float, float], row: int, column: int, group: int
) -> Axes:
    width, height = figure.get_size_inches()
    left = first[0] + column * (_HEAD + _GAP)
    top = first[1] - row * (_HEAD + _GAP)
    ax = figure.add_axes((left / width, (top - _HEAD) / height, _HEAD / width, _HEAD / height))
    ax.set_xlim(-1.1, 1.1)
    ax.set_ylim(-1.1, 1.25)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def _draw_head(ax: Axes, pieces: Sequence[str], share: FloatArray, cover: FloatArray) -> None:
    """Draw one scalp: areas are true to the shares of the pieces."""
    nose = Polygon([(-0.12, 0.97), (0.0, 1.16), (0.12, 0.97)], closed=True)
    nose.set(facecolor="#f3d9c4", edgecolor=look.MUTED, linewidth=0.6)
    ax.add_patch(nose)
    middle = np.array([name.split(" ")[0] == CENTRE for name in pieces])
    inner = math.sqrt(float(share[middle].sum()))
    for inside, low, high in ((True, 0.0, inner), (False, inner, 1.0)):
        chosen = [i for i, centre in enumerate(middle) if centre == inside]
        # the ring goes round from the forehead by the person's left ear and the back
        around = chosen if inside else sorted(chosen, key=lambda i: RING.index(_area(pieces[i])))
        angle, whole = 90.0, float(share[around].sum())
        for i in around:
            sweep = 360.0 * float(share[i]) / whole
            wedge = Wedge((0.0, 0.0), high, angle, angle + sweep, width=high - low)
            value = float(np.clip(np.nan_to_num(cover[i]), 0.0, 1.0))
            wedge.set(facecolor=HAIR(value), edgecolor="#b08968", linewidth=0.25)
            ax.add_patch(wedge)
            angle += sweep


def _area(piece: str) -> str:
    return piece.split(" ")[0]
