"""What explains a trial's own numbers: the profile of one number, and the fit over the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.parts.style import (
    BODY,
    INK,
    LINE,
    MUTED,
    SIMULATED,
    SMALL,
    TITLE,
    dress,
    name_of,
    new_figure,
    place,
    style,
    unit_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from follicle_sim.experiments.calibration.fit_scenario import FittedRow, ScenarioFit

TOP = 12.0
"""Greatest rise of -2 log-likelihood shown; values that rise further are excluded anyway."""
_WIDTH, _HEAD, _FOOT, _ROW = 9.8, 1.1, 0.75, 0.36
_GAP = 0.75  # between panels of numbers: scale and unit of the upper one
_RIGHT = 6.8  # where these panels begin


def plot_fit(fit: ScenarioFit) -> Figure:
    """Draw the profile of a fit beside every number it was fitted to.

    Parameters
    ----------
    fit
        From `calibrate`.

    Returns
    -------
    Figure
        Left the rise of -2 log-likelihood over the number in question, with its interval; right
        each observed number with two standard errors, the fit, and what would be without the drug.
    """
    groups = _group_rows([row for row in fit.rows if row.used])
    inner = max(2.2, sum(_ROW * len(rows) + 0.2 for _, rows in groups) + _GAP * (len(groups) - 1))
    height = _HEAD + _FOOT + inner
    with style():
        figure = new_figure(_WIDTH, height)
        left = place(figure, 0.65, _FOOT, _WIDTH - 3.95, _HEAD)
        _draw_profile(fit, left)
        room = inner - _GAP * (len(groups) - 1)
        above = _HEAD
        for k, (unit, rows) in enumerate(groups):
            tall = room * len(rows) / sum(len(group) for _, group in groups)
            right = place(figure, _RIGHT, height - above - tall, 0.25, above)
            _draw_rows(rows, unit, right, key=k == 0)
            above += tall + _GAP
        figure.text(0.65 / _WIDTH, 1 - 0.32 / height, _title(fit), fontsize=TITLE, color=INK)
        figure.text(
            0.65 / _WIDTH,
            1 - 0.58 / height,
            _subtitle(fit),
            fontsize=SMALL,
            color=MUTED,
            va="center",
        )
    return figure


def short_name(name: str) -> str:
    """Return a parameter's name as people say it.

    Examples
    --------
    >>> short_name("potency_prp_injection")
    'potency of prp injection'
    """
    if name.startswith("potency_"):
        return f"potency of {name.removeprefix('potency_').replace('_', ' ')}"
    return name.replace("_", " ")


def interval_text(fit: ScenarioFit) -> str:
    """Return best value and interval of the number in question, in words."""
    low = "0" if fit.low is None else f"{fit.low:.2g}"
    high = "no upper limit" if fit.high is None else f"{fit.high:.2g}"
    if fit.verdict == "not identified":
        return "may be anything that was tried"
    return f"{fit.best[0]:.2g} [{low} to {high}]"


def _title(fit: ScenarioFit) -> str:
    sentences = {
        "identified": "The numbers pin it down",
        "no lower limit": "The numbers do not exclude that it does nothing",
        "no upper limit": "The numbers say at least how much, not at most",
        "not identified": "The numbers do not say",
    }
    return f"{sentences[fit.verdict]}: {short_name(fit.names[0])} {interval_text(fit)}"


def _subtitle(fit: ScenarioFit) -> str:
    drift = "the trial may drift by itself" if fit.drift else "no drift of the trial"
    return f"profile likelihood, {100 * fit.level:.0f} % interval; {drift}"


def _draw_profile(fit: ScenarioFit, ax: Axes) -> None:
    ends = fit.best[0], fit.low, fit.high
    draw_profile(ax, fit.curve, ends, (fit.limit, fit.level))
    ax.set_xlabel(short_name(fit.names[0]), fontsize=BODY, color=INK)


def draw_profile(
    ax: Axes,
    curve: FloatArray,
    ends: tuple[float, float | None, float | None],
    limit: tuple[float, float],
) -> None:
    """Draw a profile on axes.

    Parameters
    ----------
    curve : (2, m)
        Values, and the rise of -2 log-likelihood.
    ends
        Best value, and the ends of the interval.
    limit
        Rise that ends the interval, and its level.
    """
    best, low, high = ends
    first, final = float(curve[0, 0]), float(curve[0, -1])
    last = min(final, 2.2 * max([*(end for end in (low, high) if end is not None), best, 0.5]))
    axis, rise = curve[:, curve[0] <= last]
    ax.axhline(limit[0], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    inside = (axis >= (low or first)) & (axis <= (high or last))
    ax.fill_between(axis[inside], 0.0, rise[inside], color=SIMULATED, alpha=0.15, linewidth=0)
    ax.plot(axis, rise, color=SIMULATED, linewidth=LINE)
    ax.plot([best], [0.0], "o", color=SIMULATED, markersize=4, clip_on=False)
    dress(ax)
    ax.set(xlim=(first, last), ylim=(0.0, TOP))
    ax.set_ylabel("rise of −2 log L", fontsize=SMALL, color=INK)
    ax.text(
        last,
        limit[0],
        f"{100 * limit[1]:.0f} %",
        fontsize=SMALL,
        color=MUTED,
        ha="right",
        va="bottom",
    )


def _group_rows(rows: Sequence[FittedRow]) -> list[tuple[str, list[FittedRow]]]:
    """Return rows that may share an axis: of one unit, levels apart from changes and last."""
    groups: dict[tuple[bool, str], list[FittedRow]] = {}
    for row in rows:
        is_level = row.kind == "level"
        unit = unit_of(row.endpoint, row.unit, change=not is_level)
        groups.setdefault((is_level, unit), []).append(row)
    return [(unit, groups[is_level, unit]) for is_level, unit in sorted(groups)]


def _draw_rows(rows: Sequence[FittedRow], unit: str, ax: Axes, *, key: bool) -> None:
    for k, row in enumerate(rows):
        ax.errorbar(
            [row.observed], [k], xerr=[2.0 * row.se], fmt="o", color=INK, markersize=4,
            elinewidth=1.0, label="observed, ± 2 SE" if k == 0 else None,
        )  # fmt: skip
        ax.plot(
            [row.fitted], [k], "D", color=SIMULATED, markersize=5, fillstyle="none",
            label="fitted" if k == 0 else None,
        )  # fmt: skip
        ax.plot(
            [row.untreated], [k], "|", color=MUTED, markersize=10, markeredgewidth=1.6,
            label="without the drug" if k == 0 else None,
        )  # fmt: skip
    dress(ax)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_yticks(range(len(rows)), [_row_name(row) for row in rows])
    ax.set_xlabel(unit, fontsize=BODY)
    if key:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, fontsize=SMALL,
            handletextpad=0.3, columnspacing=1.0, borderaxespad=0.2,
        )  # fmt: skip


def _row_name(row: FittedRow) -> str:
    against = f" minus {row.control}" if row.control else ""
    what = "" if row.endpoint == "hair_density" else f", {name_of(row.endpoint)}"
    label = f"{row.arm}{against}{what}"
    label = label if len(label) <= 26 else f"{label[:25]}…"
    return f"{label}, {row.kind.replace('_', ' ')}, week {row.week:g}"
