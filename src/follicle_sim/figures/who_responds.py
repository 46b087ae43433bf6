"""Who responds: gain against each trait of people, a panel a trait, arms in their colours."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

from follicle_sim.analysis.outcomes.who_responds import (
    KINDS,
    Group,
    TraitRow,
    WhoResponds,
    who_responds,
)
from follicle_sim.analysis.values import scenario_of
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import wrap_text, write_title
from follicle_sim.pharmacology.exposure import mixtures
from follicle_sim.results.endpoints import arm_roles, draws_of
from follicle_sim.scenario.numbers import treatments_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES: Mapping[str, str] = {
    "age": "age (years)",
    "sex": "sex",
    "duration": "years to this severity at one's own pace",
    "severity": "severity (multiple of the fitted one)",
    "progression": "pace of progression (mean 1)",
    "growth": "growth rate of hair (mean 1)",
    "donor": "strength of one's own plasma",
    "potency": "own response to any treatment (mean 1)",
}
"""What the axis of each trait says."""

PER: Mapping[str, tuple[float, str]] = {
    "age": (10.0, "10 years"),
    "duration": (10.0, "10 years"),
    "sex": (1.0, "women less men"),
    "responder": (1.0, "with less without"),
}
"""In what step a slope is told; of other traits per standard deviation."""

MOST_ARMS = 6
"""Arms drawn at most; the others are in the table."""

_PANEL_WIDTH, _PANEL_HEIGHT = 2.75, 2.0  # inches, of the axes
_LEFT, _RIGHT, _BETWEEN = 0.75, 0.2, 0.35
_AXIS, _HEAD, _LINE = 0.6, 0.1, 0.135
_COLUMNS = 3


def plot_who_responds(
    data: xr.Dataset,
    variable: str = "hair_density",
    *,
    week: float | None = None,
    level: float = 0.9,
) -> Figure:
    """Draw how people's gains go with their traits.

    Points are means of people alike in a trait (groups of equal size, or of a kind), bars their
    interval; the slope of each arm stands over the panel. The figure says what a gain is: in arms
    of the same people the difference from the same person in the control arm, else the change from
    baseline, which holds regression to the mean.

    Parameters
    ----------
    data, variable, week, level
        As for `follicle_sim.analysis.outcomes.who_responds.who_responds`.

    Returns
    -------
    Figure
        That pyplot does not know.

    Raises
    ------
    InputError
        As `who_responds`; no trait that people differ in.
    """
    found = who_responds(data, variable, week=week, level=level)
    if not found.rows:
        message = (
            "people of this result differ in no trait that it holds; give a spread, and [record] "
            "traits = true"
        )
        raise InputError("figure", [Problem("data", message)])
    return draw_who_responds(data, found)


def draw_who_responds(data: xr.Dataset, found: WhoResponds) -> Figure:
    """Draw what `who_responds` returned of a result; see `plot_who_responds`."""
    looks = look.arm_looks(*arm_roles(data))
    arms = list(dict.fromkeys(row.arm for row in found.rows))[:MOST_ARMS]
    traits = found.traits
    columns = min(_COLUMNS, len(traits))
    panel = _PANEL_WIDTH if columns > 1 else 2.0 * _PANEL_WIDTH + _BETWEEN
    lines = math.ceil(len(traits) / columns)
    above = _HEAD + _LINE * (len(arms) + 0.4)
    row_height = above + _PANEL_HEIGHT + _AXIS
    width = _LEFT + columns * panel + (columns - 1) * _BETWEEN + _RIGHT
    note = textwrap.wrap(_note(data, found), int((width - 0.4) * 72 / (0.52 * look.TINY)))
    foot = 0.15 + 0.115 * len(note)
    head = 0.62 + 0.2 * math.ceil(len(arms) / 3)
    with look.style():
        figure = look.new_figure(width, head + lines * row_height + foot)
        height = float(figure.get_size_inches()[1])
        top = write_title(figure, str(data.attrs.get("title", "")), 0.2, 0.2)
        figure.text(
            0.2 / width, 1 - (top + 0.06) / height, _subtitle(found), fontsize=look.BODY,
            color=look.MUTED, va="top",
        )  # fmt: skip
        _write_arms(figure, arms, looks, top + 0.26)
        limits = _limits([found.groups[key] for key in found.groups if key[0] in arms])
        for index, trait in enumerate(traits):
            line, column = divmod(index, columns)
            left = _LEFT + column * (panel + _BETWEEN)
            bottom = height - head - (line + 1) * row_height + _AXIS
            box = (left / width, bottom / height, panel / width, _PANEL_HEIGHT / height)
            ax = figure.add_axes(box)
            _draw_panel(ax, data, found, trait, arms, looks)
            ax.set_ylim(*limits)
            if column == 0:
                ax.set_ylabel(
                    wrap_text(_gain_label(data, found), 26, 2),
                    fontsize=look.SMALL,
                    color=look.INK,
                )
            else:
                ax.tick_params(labelleft=False)
        figure.text(
            0.2 / width, 0.1 / height, "\n".join(note), fontsize=look.TINY, color=look.MUTED,
            va="bottom", linespacing=1.25,
        )  # fmt: skip
    return figure


def _draw_panel(
    ax: Axes,
    data: xr.Dataset,
    found: WhoResponds,
    trait: str,
    arms: Sequence[str],
    looks: Mapping[str, look.ArmLook],
) -> None:
    look.dress(ax)
    ax.axhline(0.0, color=look.MUTED, linewidth=0.8, zorder=1)
    of_kinds = trait in KINDS
    drawn = [g.trait for arm in arms for g in found.groups.get((arm, trait), ())]
    # beside each other, as arms of the same people have their points at the same traits
    step = 0.06 if of_kinds else 0.012 * (max(drawn) - min(drawn))
    for index, arm in enumerate(arms):
        groups = found.groups.get((arm, trait), ())
        if not groups:
            continue
        shift = step * (index - (len(arms) - 1) / 2)
        _draw_groups(ax, groups, looks[arm], shift, joined=not of_kinds)
    for index, arm in enumerate(reversed(arms)):
        row = next((r for r in found.rows if (r.arm, r.trait) == (arm, trait)), None)
        ax.annotate(
            "" if row is None else slope_text(row),
            (0.0, 1.0),
            xytext=(0.0, 72.0 * _LINE * (index + 0.35)),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=look.TINY,
            color=look.readable(looks[arm].colour),
            va="bottom",
        )
    if of_kinds:
        ax.set_xlim(-0.5, 1.5)
        ax.xaxis.set_major_locator(FixedLocator([0.0, 1.0]))
        ax.set_xticklabels(KINDS[trait])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.set_xlabel(_trait_title(data, trait), fontsize=look.SMALL, color=look.INK)


def _draw_groups(
    ax: Axes, groups: Sequence[Group], arm: look.ArmLook, shift: float, *, joined: bool
) -> None:
    x = np.array([group.trait + shift for group in groups])
    y = np.array([group.mean for group in groups])
    for at, group in zip(x, groups, strict=True):
        if math.isfinite(group.low):
            ends = [group.low, group.high]
            ax.plot([at, at], ends, color=arm.colour, linewidth=1.3, solid_capstyle="butt")
    dash = arm.dash if joined else "none"
    ax.plot(x, y, color=arm.colour, linestyle=dash, linewidth=1.0, marker="o", markersize=4.0)


def _limits(drawn: Sequence[Sequence[Group]]) -> tuple[float, float]:
    ends = [0.0]
    for groups in drawn:
        for group in groups:
            known = math.isfinite(group.low)
            ends += [group.low, group.high] if known else [group.mean]
    least, most = min(ends), max(ends)
    room = 0.06 * (most - least) or 1.0
    return least - room, most + room


def slope_text(row: TraitRow) -> str:
    """Return the slope of a row in words: per step of its trait, with its interval.

    Examples
    --------
    >>> slope_text(TraitRow("drug", "", "age", "year", "hair_density", "cm-2", 24.0, 100,
    ...     -0.12, -0.2, -0.04, -1.5, -2.5, -0.5, 0.1, 0.9))
    'per 10 years −1.2 [−2.0, −0.4]'
    """
    step, words = PER.get(row.trait, (0.0, "SD"))
    numbers = (row.per_sd, row.per_sd_low, row.per_sd_high)
    if step:
        numbers = (step * row.slope, step * row.slope_low, step * row.slope_high)
    scale = 100.0 if look.is_share(row.endpoint) else 1.0
    middle, low, high = (scale * number for number in numbers)
    digits = 1 if abs(middle) < 100.0 else 0
    if 0.0 < max(abs(middle), high - low) < 0.5:
        digits = 2
    # no minus before a zero
    middle, low, high = (round(number, digits) + 0.0 for number in (middle, low, high))
    text = f"{middle:+.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]".replace("-", "−")
    return f"{words} {text}" if row.trait in KINDS else f"per {words} {text}"


def _write_arms(
    figure: Figure, arms: Sequence[str], looks: Mapping[str, look.ArmLook], top: float
) -> None:
    width, height = figure.get_size_inches()
    handles = [
        Line2D([], [], color=looks[arm].colour, linestyle=looks[arm].dash, marker="o", ms=4.0)
        for arm in arms
    ]
    figure.legend(
        handles,
        [wrap_text(arm, 42, 1) for arm in arms],
        loc="upper left",
        bbox_to_anchor=(0.15 / width, 1 - top / height),
        ncols=3,
        fontsize=look.SMALL,
        frameon=False,
        borderaxespad=0.0,
        labelcolor=look.INK,
    )


def _trait_title(data: xr.Dataset, trait: str) -> str:
    if trait == "severity" and "salt" in data.data_vars:
        return "share of the scalp that is bare at baseline (%)"
    return TITLES[trait] if trait != "responder" else f"responder: {_responder_trait(data)}"


def _responder_trait(data: xr.Dataset) -> str:
    """Return what makes a responder, such as the enzyme; plain words where nothing says it."""
    scenario = scenario_of(data)
    if scenario is not None:
        names = list(mixtures(scenario.arms, treatments_of(scenario)))
        if len(names) == 1:
            return names[0].replace("_", " ")
    return "has the trait"


def _gain_label(data: xr.Dataset, found: WhoResponds) -> str:
    unit = look.unit_of(found.endpoint, found.unit, change=True)
    what = "gain over the same person" if found.against else "change from baseline"
    return f"{what}{f' ({unit})' if unit else ''}"


def _subtitle(found: WhoResponds) -> str:
    name = look.name_of(found.endpoint)
    over = f", each person against themselves on {found.against}" if found.against else ""
    return f"{name[0].upper()}{name[1:]} at week {found.week:g} by what people are like{over}"


def _note(data: xr.Dataset, found: WhoResponds) -> str:
    level = f"{100 * found.level:g} %"
    how = (
        f"Points: means of people alike in the trait; bars and brackets: {level} intervals over "
        "people, who scatter far more than these means."
    )
    if len(found.rows) > 3:
        missing = max(1.0, (1.0 - found.level) * len(found.rows))
        how += f" Of {len(found.rows)} such intervals about {missing:.0f} miss the truth by luck."
    if draws_of(data) > 1:
        how += " Parameters are drawn too; their uncertainty is not in the intervals."
    if found.against:
        return (
            f"Gain: the change of a person less that of the same person on {found.against}, who is "
            "simulated once with and once without: neither the natural course nor regression to "
            f"the mean is in it. No trial can see it so. {how}"
        )
    inside = (
        "Change from baseline: the natural course, regression to the mean of people who happened "
        "to be worse at baseline, and errors of reading are in it"
    )
    if found.control:
        return (
            f"{inside}, on {found.control} as in the others: what a treatment does is how far it "
            f"is from {found.control} at the same trait. {how}"
        )
    return f"{inside}, and no arm is a control that would tell them from the treatment. {how}"
