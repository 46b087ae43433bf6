"""Published numbers as points on a simulated course."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.evidence.studies import load_studies
from follicle_sim.figures.parts.style import INK, MARKER, MUTED, PAPER, ArmLook, Entry

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.results.compare import ComparisonRow, ComparisonTable

_MARKERS = ("o", "s", "D", "^", "v", "P", "X", "p")
_STEP = 7.0  # points between the centres of markers of one week

# What a published number says about a course, the most direct first: the word that follows its
# study in the legend, and how it is placed.
_ON_LEVELS = {
    "level": "",
    "change": "change",
    "percent_change": "relative change",
    "difference": "difference",
    "percent_difference": "relative difference",
}
_ON_CHANGES = {kind: word for kind, word in _ON_LEVELS.items() if kind != "level"} | {"change": ""}
_PLACED = {
    "change": "changes start from the simulated baseline",
    "relative change": "relative changes are shares of the simulated baseline",
    "difference": "differences start from the simulated control",
    "relative difference": (
        "relative differences are shares of the simulated baseline and start from the simulated "
        "control"
    ),
}


@dataclass(frozen=True, slots=True)
class Point:
    """A published number where it belongs on the axes; `half` is half its 95 % interval.

    `imputed`: nobody published the spread behind that interval.
    """

    arm: str
    week: float
    y: float
    half: float | None
    label: str
    manner: str
    imputed: bool = False


def study_name(study: str) -> str:
    """Return a study as people cite it.

    Examples
    --------
    >>> study_name("kaufman_1998")
    'Kaufman 1998'
    """
    known = load_studies().get(study)
    if known is None:
        return study
    name = known.citation.split(" (")[0]
    return (
        study
        if name.startswith("authors")
        else name.replace(", year not shown", "").replace(", ", " ")
    )


def published_points(
    comparison: ComparisonTable,
    variable: str,
    arms: Sequence[str],
    course: Callable[[str, float], float],
    baseline: Mapping[str, float],
    *,
    change: bool,
    imputed: bool = False,
    controlled: bool = False,
) -> list[Point]:
    """Return the published numbers about a variable that can be shown on its course.

    Parameters
    ----------
    comparison
        From `follicle_sim.compare`.
    variable
        Name in the dataset; endpoints have the same names.
    arms
        Labels of the simulated arms.
    course
        Value drawn for an arm at a week.
    baseline
        Simulated mean at baseline of each arm.
    change
        The axes show changes from baseline.
    imputed
        Give numbers without a published spread the interval of the spread that may stand in.
    controlled
        Where a trial had a control, show the difference from it and not the arm's own change, which
        holds what the trial itself did.

    Notes
    -----
    A number of the kind the axes show stands at its own value. Any other kind stands at its
    distance from its simulated counterpart, and its label says so. Of several kinds for one arm and
    week only the most direct is shown.
    """
    manners = _ON_CHANGES if change else _ON_LEVELS
    words_of = {"change": "own change"} if controlled and change else {}
    order = sorted(manners, key=lambda kind: controlled and not kind.endswith("difference"))
    best: dict[tuple[str, str, float], int] = {}
    usable = []
    for row in comparison.rows:
        if row.endpoint != variable or row.statistic != "mean" or row.kind not in manners:
            continue
        rank = order.index(row.kind)
        if row.arm not in arms and manners[row.kind]:
            continue
        key = (row.study, row.arm, round(row.week, 3))
        best[key] = min(rank, best.get(key, rank))
        usable.append((key, rank, row))
    return [
        _point(row, manners[row.kind], arms, course, baseline, imputed, words_of.get(row.kind, ""))
        for key, rank, row in usable
        if rank == best[key]
    ]


def observed_differences(
    rows: Sequence[ComparisonRow], variable: str, arms: Sequence[str], control: str
) -> list[Point]:
    """Return the observed differences of arms from a control, where an axis of them has them."""
    points = []
    for row in rows:
        if row.endpoint != variable or row.statistic != "mean" or row.kind != "difference":
            continue
        if row.arm in arms and row.control == control and np.isfinite(row.observed):
            half = None if row.observed_se is None else NORMAL_95 * row.observed_se
            points.append(Point(row.arm, row.week, row.observed, half, study_name(row.study), ""))
    return points


def _point(
    row: ComparisonRow,
    manner: str,
    arms: Sequence[str],
    course: Callable[[str, float], float],
    baseline: Mapping[str, float],
    imputed: bool,
    own_words: str,
) -> Point:
    scale = baseline[row.arm] if row.kind.startswith("percent") else 1.0
    if manner:
        y = course(row.arm, row.week) + scale * (row.observed - row.simulated)
    else:
        y = row.observed
    se = row.imputed_se if row.observed_se is None and imputed else row.observed_se
    half = None if se is None else NORMAL_95 * scale * se
    words = manner or ("all arms" if row.arm not in arms else own_words)
    label = f"{study_name(row.study)} ({words})" if words else study_name(row.study)
    stands_in = half is not None and row.observed_se is None
    return Point(row.arm, row.week, y, half, label, manner, stands_in)


def draw_points(
    ax: Axes, points: Sequence[Point], looks: Mapping[str, ArmLook], span: float
) -> list[Entry]:
    """Draw the points, filled with a bar where a standard error is known; return legend entries.

    `span` is the range of all that is drawn: points of one week nearer than a part of it are put
    side by side, because they would hide each other.
    """
    marks = {label: _MARKERS[i % len(_MARKERS)] for i, label in enumerate(_labels(points))}
    for week in sorted({round(point.week, 3) for point in points}):
        group = [point for point in points if round(point.week, 3) == week]
        for point, aside in zip(group, _asides(group, span), strict=True):
            where = ax.transData + ScaledTranslation(aside / 72, 0, ax.figure.dpi_scale_trans)
            look = looks.get(point.arm)
            colour = look.colour if look else INK
            ax.errorbar(
                point.week,
                point.y,
                yerr=point.half,
                fmt=marks[point.label],
                markersize=MARKER,
                color=colour,
                markerfacecolor=colour if _known(point) else PAPER,
                markeredgecolor=INK if _known(point) else colour,
                markeredgewidth=0.7 if _known(point) else 1.3,
                ecolor=colour,
                elinewidth=0.7 if point.imputed else 1.2,
                capsize=2.5,
                transform=where,
                zorder=5,
                clip_on=False,
            )
    return _entries(points, marks)


def _known(point: Point) -> bool:
    """Tell whether a standard error was published."""
    return point.half is not None and not point.imputed


def _asides(group: Sequence[Point], span: float) -> list[float]:
    """Return how far each point of one week moves sideways, in points of print."""
    reaches = [max(point.half or 0.0, 0.03 * span) for point in group]
    ranges = [(point.y - r, point.y + r) for point, r in zip(group, reaches, strict=True)]
    asides: list[float] = []
    for low, high in ranges:
        rivals = [i for i, (bottom, top) in enumerate(ranges) if bottom < high and low < top]
        me = rivals.index(len(asides))
        asides.append(_STEP * (me - (len(rivals) - 1) / 2))
    return asides


def _labels(points: Sequence[Point]) -> list[str]:
    return list(dict.fromkeys(point.label for point in points))


def _entries(points: Sequence[Point], marks: Mapping[str, str]) -> list[Entry]:
    entries: list[Entry] = []
    for label, mark in marks.items():
        known = [_known(point) for point in points if point.label == label]
        handle = Line2D([], [], linestyle="none", marker=mark, markersize=MARKER, color=MUTED)
        handle.set_markeredgewidth(1.2)
        handle.set_markerfacecolor(MUTED if all(known) else PAPER)
        entries.append((handle, label))
    return entries


def note_of(points: Sequence[Point]) -> str:
    """Return what a reader must know about the points, "" for none.

    Examples
    --------
    >>> note_of([Point("drug", 52.0, 17.0, None, "Kaufman 1998", "")])
    'Open markers: no standard error given.'
    """
    parts = []
    if any(point.half is not None for point in points):
        parts.append("bars: 95 % interval")
    if any(not _known(point) for point in points):
        stands_in = any(point.imputed for point in points)
        tail = ", a thin bar stands on an assumed one" if stands_in else ""
        parts.append(f"open markers: no standard error given{tail}")
    parts += [_PLACED[manner] for manner in dict.fromkeys(p.manner for p in points) if manner]
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
