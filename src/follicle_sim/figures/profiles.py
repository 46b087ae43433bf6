"""Profile likelihoods, one panel a parameter: what the data say of each, and what they do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import NullFormatter, NullLocator

from follicle_sim.figures.parts.style import (
    ALARM,
    BODY,
    INK,
    LINE,
    MUTED,
    RULE,
    SIMULATED,
    SMALL,
    TITLE,
    dress,
    new_figure,
    place,
    style,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.experiments.calibration.profile import Profile

_TOP = 10.0
"""Rise of -2 log-likelihood shown; the rest is beyond doubt."""

_WIDTH, _HEIGHT, _COLUMNS = 2.9, 2.5, 3


def plot_profile(profile: Profile, limit: float, ax: Axes, scale: float = 1.0) -> Axes:
    """Draw one profile on axes; values are shown multiplied by `scale`."""
    colour = SIMULATED if profile.verdict == "identified" else ALARM
    values = scale * profile.values
    ax.axhline(limit, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    ax.plot(values, profile.rise, color=colour, linewidth=LINE)
    ax.plot([scale * profile.best], [profile.rise.min()], "o", color=colour, markersize=4)
    dress(ax)
    ax.set(xscale="log", xlim=(values[0], values[-1]), ylim=(-0.3, _TOP))
    ticks = np.geomspace(values[0], values[-1], 3)
    ax.set_xticks(ticks, [f"{tick:.2g}" if tick < 100 else f"{tick:.0f}" for tick in ticks])
    labels = ax.get_xticklabels()
    # labels of neighbouring panels must not meet
    labels[0].set_horizontalalignment("left")
    labels[-1].set_horizontalalignment("right")
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_minor_formatter(NullFormatter())
    return ax


def plot_profiles(
    profiles: Sequence[Profile], limit: float, scales: Sequence[tuple[float, str]]
) -> Figure:
    """Draw the profile likelihood of every parameter.

    Parameters
    ----------
    profiles
        One or more.
    limit
        Rise of -2 log-likelihood at the end of the interval.
    scales
        For each parameter the factor to the unit it is shown in, and that unit.
    """
    with style():
        columns = min(_COLUMNS, len(profiles))
        rows = -(-len(profiles) // columns)
        width, height = max(columns * _WIDTH + 0.6, 6.4), rows * _HEIGHT + 1.05
        figure = new_figure(width, height)
        for k, (profile, (scale, unit)) in enumerate(zip(profiles, scales, strict=True)):
            row, column = divmod(k, columns)
            left = 0.6 + column * _WIDTH
            bottom = height - 1.05 - (row + 1) * _HEIGHT + 0.75
            ax = place(figure, left, bottom, width - left - _WIDTH + 0.35, height - bottom - 1.5)
            plot_profile(profile, limit, ax, scale)
            name = profile.name.replace("_", " ")
            ax.set_xlabel(f"{name} ({unit})" if unit else name, fontsize=BODY, color=INK)
            known = profile.verdict == "identified"
            ax.set_title(profile.verdict, fontsize=BODY, color=MUTED if known else ALARM, pad=4)
            if column == 0:
                ax.set_ylabel("rise of −2 log L", fontsize=SMALL, color=INK)
        figure.text(
            0.6 / width,
            1 - 0.32 / height,
            "What the data say of each parameter",
            fontsize=TITLE,
            color=INK,
        )
        figure.text(
            0.6 / width,
            1 - 0.44 / height,
            "best fit with one parameter held, no prior; parameters not shown are at their "
            "defaults;\ndashed: end of the 90 % interval; the axis is the whole range searched",
            va="top",
            linespacing=1.4,
            fontsize=SMALL,
            color=MUTED,
        )
        figure.add_artist(_rule(width, height))
    return figure


def _rule(width: float, height: float) -> Line2D:
    y = 1 - 0.86 / height
    return Line2D([0.6 / width, 1 - 0.2 / width], [y, y], color=RULE, linewidth=0.8)
