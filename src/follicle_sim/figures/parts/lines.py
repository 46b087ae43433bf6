"""Lines of courses with their bands, and how the people behind them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.courses import Course
from follicle_sim.figures.parts.labels import End

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW_PEOPLE = 12
"""Up to so many subjects are drawn one by one."""

FEW_ARMS = 3
"""Above it, the spread of subjects of every arm would hide the means."""

MOST_BANDS = 8
"""Above it, the bands of the arms would only be mud."""

_FEW_VISITS = 14
_EDGE = (0, (1.2, 1.6))  # dashes of the ends of a spread


def draw_means(
    ax: Axes,
    courses: Sequence[Course],
    weeks: FloatArray,
    looks: Mapping[str, look.ArmLook],
    band: str,
) -> list[look.Entry]:
    """Draw means with their intervals; `band` names those in the legend, "" draws none."""
    # The more arms, the fainter the bands, and none where they would only be mud.
    alpha = look.BAND * min(1.0, 3 / len(courses))
    some = any(np.any(course.high > course.low) for course in courses)
    banded = bool(band) and some and len(courses) <= MOST_BANDS
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


def draw_people(
    ax: Axes,
    courses: Sequence[Course],
    weeks: FloatArray,
    looks: Mapping[str, look.ArmLook],
) -> list[look.Entry]:
    """Draw how subjects differ: few as thin lines, many as the ends of their middle 90 %.

    The ends are dotted and not filled: a band is always the interval of a mean.
    """
    people = courses[0].people.shape[1]
    if people < 2 or len(courses) > FEW_ARMS or not any(map(_differ, courses)):
        return []
    for course in courses:
        colour = looks[course.label].colour
        if people <= FEW_PEOPLE:
            ax.plot(weeks, course.people, color=colour, alpha=0.35, linewidth=look.THIN_LINE)
        else:
            low, high = middle_of(course.people)
            for end in (low, high):
                ax.plot(weeks, end, color=colour, linewidth=1.0, linestyle=_EDGE)
    if people <= FEW_PEOPLE:
        thin = Line2D([], [], color=look.MUTED, alpha=0.6, linewidth=look.THIN_LINE)
        return [(thin, "single subjects")]
    dots = Line2D([], [], color=look.MUTED, linewidth=1.0, linestyle=_EDGE)
    return [(dots, "middle 90 % of subjects")]


def _patch(alpha: float) -> Patch:
    return Patch(facecolor=look.MUTED, alpha=alpha, linewidth=0)


def _differ(course: Course) -> bool:
    low, high = middle_of(course.people)
    return bool(np.any(high > low))


def middle_of(people: FloatArray) -> tuple[FloatArray, FloatArray]:
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


def ends_of(courses: Sequence[Course], looks: Mapping[str, look.ArmLook]) -> list[End]:
    """Return the labels at the ends of the lines."""
    ends = []
    for course in courses:
        known = course.mean[np.isfinite(course.mean)]
        y = float(known[-1]) if known.size else np.nan
        text = course.label if known.size else f"{course.label} (no values)"
        ends.append(End(y, text, looks[course.label].colour))
    return ends
