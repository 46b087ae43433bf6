"""The chain from dose to density as panels over one time axis: why the curve bends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, PercentFormatter

from follicle_sim.base.estimates import FloatArray
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import (
    TITLE_TOP,
    End,
    size_in_points,
    spread,
    wrap_text,
    write_title,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 7.6
_LEFT, _RIGHT, _BOTTOM, _HEAD = 0.72, 1.45, 0.55, 0.08  # inches
_GAP = 0.3  # inches between panels, with the caption of the lower one
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9")
_PHASES = ("anagen", "telogen", "kenogen")
_STRATA = {"resistant": "#88bbdd", "typical": "#0072b2", "sensitive": "#003355"}
_ALIKE = 1e-9
_MOST_TREATMENTS = 6
_FEW_DOSES = 100
_MARGIN = 0.012  # of the time axis: a dose at baseline stands beside the upright axis
_LANE = 1.25  # from the doses of one treatment to those of the next, in highest doses


@dataclass(frozen=True, slots=True)
class _Line:
    """A course of the arm and, dashed, the same with no treatment; `text` stands at its end."""

    text: str
    colour: str
    values: FloatArray
    without: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class _Panel:
    """What one panel shows; `height` in inches, `level` a line to read changes from."""

    caption: str
    unit: str
    lines: Sequence[_Line]
    height: float = 0.95
    bars: bool = False
    level: float | None = None
    zero: bool = False


def plot_chain(data: xr.Dataset, ax: Axes | None = None) -> Axes:
    """Draw the links from dose to density below each other, with and without treatment.

    Dose, level at the site, effect, factors, clock speeds of a typical follicle, calibre, share of
    follicles in each phase, and the density expected. A dashed line is the same subject with no
    treatment; an upright line marks the last dose where dosing ends before the time does.

    Parameters
    ----------
    data
        From `explain`.
    ax
        Axes whose place the panels take; None makes a figure that pyplot does not know.

    Returns
    -------
    Axes
        The lowest panel, density; ``ax.figure`` has the others.

    Examples
    --------
    >>> from follicle_sim import parse_scenario
    >>> from follicle_sim.experiments.explain import explain
    >>> from follicle_sim.simulation.simulate import SMALLEST
    >>> longer = SMALLEST.replace('["0 days"]', '["0 days", "8 weeks"]')
    >>> plot_chain(explain(parse_scenario(longer, "example"))).get_xlabel()
    'weeks since baseline'
    """
    panels = _panels(data)
    weeks = np.asarray(data["time"].values, dtype=np.float64) / 7.0
    with look.style():
        places = _stack(data, panels) if ax is None else _inside(ax, panels)
        for panel, where in zip(panels, places, strict=True):
            _draw(where, panel, weeks, _last_dose(data))
            where.tick_params(labelbottom=where is places[-1])
        look.week_ticks(places[-1], float(weeks[0]), float(weeks[-1]))
        for where in places[:-1]:
            where.xaxis.set_major_locator(places[-1].xaxis.get_major_locator())
        _explain_lines(places[0], data)
    return places[-1]


def _panels(data: xr.Dataset) -> list[_Panel]:
    """Return the panels that have something to show."""
    panels = [*_exposure_panels(data), *_factor_panel(data)]
    panels += [_clock_panel(data), *_calibre_panel(data), _share_panel(data), _density_panel(data)]
    return panels


def _exposure_panels(data: xr.Dataset) -> list[_Panel]:
    if "treatment" not in data.dims:
        return []
    names = [str(name) for name in data["treatment"].values][:_MOST_TREATMENTS]
    colours = dict(zip(names, _COLOURS, strict=False))

    def course(variable: str, caption: str, units: str, *, bars: bool) -> _Panel:
        lines = []
        unit = "share of highest"
        for name in names:
            one = data.sel(treatment=name)
            values = np.asarray(one[variable].values, dtype=np.float64)
            text = look.name_of(name)
            if len(names) == 1:
                unit = str(one[units].item())
            else:
                # Amounts in different units share no axis; each is shown against its own highest.
                most = float(values.max()) or 1.0
                values, text = values / most, f"{text}, highest {most:.3g} {one[units].item()}"
            lines.append(_Line(text, colours[name], values))
        height = (0.3 + 0.25 * len(names)) if bars else 0.85
        return _Panel(caption, unit, lines, height=height, bars=bars, zero=True)

    step = _step(data)
    every = "a day" if step == 1.0 else f"in {step:g} days"
    effects = [
        _Line(look.name_of(name), colours[name], np.asarray(data["effect"].sel(treatment=name)))
        for name in names
    ]
    return [
        course("dose_amount", f"Dose, {every}", "amount_unit", bars=True),
        course("dose_level", "Level at the site of effect", "level_unit", bars=False),
        _Panel("Effect (before potency)", "1", effects, height=0.85, zero=True),
    ]


def _factor_panel(data: xr.Dataset) -> list[_Panel]:
    levels = data["factor_level"].isel(arm=0)
    moved = [str(f) for f in data["factor"].values if _moves(levels.sel(factor=f), 1.0)]
    if not moved:
        return []
    lines = [
        _Line(_factor_name(name), _COLOURS[i % len(_COLOURS)], np.asarray(levels.sel(factor=name)))
        for i, name in enumerate(moved)
    ]
    return [_Panel("Factors (1 = untreated)", "relative", lines, level=1.0)]


def _factor_name(name: str) -> str:
    return "serum DHT (no effect)" if name == "DHT_SERUM" else name


def _clock_panel(data: xr.Dataset) -> _Panel:
    speed = data["clock_speed"].sel(stratum="typical")
    lines = []
    for phase in _PHASES:
        one = speed.sel(phase=phase)
        start = float(one.isel(arm=-1, time=0))
        values = [np.asarray(one.isel(arm=i), dtype=np.float64) / start for i in _arms(data)]
        lines.append(_Line(f"{phase} ends", _strong(phase), *values))
    caption = (
        "Clock speeds of a typical follicle (1 = untreated at baseline; 2 = ends twice as fast)"
    )
    return _Panel(caption, "relative", lines, height=1.15, level=1.0)


def _calibre_panel(data: xr.Dataset) -> list[_Panel]:
    lines = []
    for stratum in [str(name) for name in data["stratum"].values]:
        one = data["log_calibre"].sel(stratum=stratum)
        values = [np.exp(np.asarray(one.isel(arm=i), dtype=np.float64)) for i in _arms(data)]
        text = f"{stratum} follicle" if data.sizes["stratum"] > 1 else "every follicle"
        lines.append(_Line(text, _STRATA[stratum], *values))
    return [_Panel("Calibre of growing hair, by androgen sensitivity", "% of full size", lines)]


def _share_panel(data: xr.Dataset) -> _Panel:
    lines = []
    for state in ("anagen", "telogen", "kenogen"):
        one = data["phase_share"].sel(state=state)
        values = [np.asarray(one.isel(arm=i), dtype=np.float64) for i in _arms(data)]
        words = {"anagen": "growing (anagen)", "telogen": "club hairs (telogen)"}
        lines.append(_Line(words.get(state, "empty (kenogen)"), _strong(state), *values))
    return _Panel("Share of all follicles in each phase", "%", lines, height=1.15)


def _density_panel(data: xr.Dataset) -> _Panel:
    values = [np.asarray(data["hair_density"].isel(arm=i), dtype=np.float64) for i in _arms(data)]
    line = _Line(str(data["arm"].values[0]), _COLOURS[0], *values)
    return _Panel("Hair density expected", look.unit_of("", "cm-2"), [line], height=1.5)


def _arms(data: xr.Dataset) -> range:
    return range(data.sizes["arm"])


def _moves(values: xr.DataArray, level: float) -> bool:
    return bool((np.abs(values - level) > _ALIKE).any())


def _strong(phase: str) -> str:
    """Return a phase's colour, dark enough for a line."""
    return {"kenogen": "#55556a"}.get(phase, look.PHASES[phase])


def _step(data: xr.Dataset) -> float:
    days = data["time"].values
    return float(days[1] - days[0]) if days.size > 1 else 1.0


def _last_dose(data: xr.Dataset) -> float | None:
    """Return the week of the last dose, None without doses or where they go on to the end."""
    if "treatment" not in data.dims:
        return None
    steps = np.flatnonzero((data["dose_amount"].values > 0).any(axis=0))
    days = data["time"].values
    late = 0.95 * days[-1]
    if not steps.size or days[steps[-1]] > late:
        return None
    return float(days[steps[-1]]) / 7.0


def _stack(data: xr.Dataset, panels: Sequence[_Panel]) -> list[Axes]:
    """Return a new figure's axes below each other, under the title."""
    title = f"{data.attrs.get('title', '')}: one typical subject"
    body = sum(panel.height + _GAP for panel in panels)
    figure = look.new_figure(_WIDTH, body + _BOTTOM + 0.5)
    head = write_title(figure, title, _LEFT, 0.15)
    height = body + _BOTTOM + head + _HEAD
    share = 1 - TITLE_TOP / height
    figure.set_size_inches(_WIDTH, height)
    for text in figure.texts:
        text.set_y(share)
    places, y = [], height - head - _HEAD
    for panel in panels:
        y -= _GAP + panel.height
        wide = (_WIDTH - _LEFT - _RIGHT) / _WIDTH
        box = (_LEFT / _WIDTH, y / height, wide, panel.height / height)
        places.append(figure.add_axes(box))
    return places


def _inside(ax: Axes, panels: Sequence[_Panel]) -> list[Axes]:
    """Return axes below each other in the place of `ax`."""
    ax.set_axis_off()
    body = sum(panel.height + _GAP for panel in panels)
    places, y = [], 1.0
    for panel in panels:
        y -= (_GAP + panel.height) / body
        places.append(ax.inset_axes((0.0, y, 1.0, panel.height / body)))
    return places


def _draw(ax: Axes, panel: _Panel, weeks: FloatArray, last_dose: float | None) -> None:
    look.dress(ax)
    first, last = float(weeks[0]), max(float(weeks[-1]), float(weeks[0]) + 1.0)
    ax.set_xlim(first - _MARGIN * (last - first), last)
    if panel.level is not None:
        ax.axhline(panel.level, color=look.RULE, linewidth=0.8, zorder=0.5)
    if last_dose is not None:
        ax.axvline(last_dose, color=look.MUTED, linewidth=0.6, linestyle=(0, (1, 2)), zorder=0.5)
    for number, line in enumerate(panel.lines):
        if panel.bars:
            _draw_doses(ax, line, weeks, _LANE * number)
            continue
        if line.without is not None:
            ax.plot(weeks, line.without, color=line.colour, linewidth=1.1, linestyle=(0, (3, 2)))
            ax.fill_between(
                weeks, line.without, line.values, color=line.colour, alpha=0.12, linewidth=0
            )
        ax.plot(weeks, line.values, color=line.colour, linewidth=1.5, clip_on=False)
    if panel.zero:
        ax.set_ylim(0, 1.08 * (ax.dataLim.y1 or 1.0))
    if panel.unit.startswith("%"):
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=""))
    ax.yaxis.set_major_locator(MaxNLocator(2 if panel.height < 0.7 else 5, steps=[1, 2, 5, 10]))
    ax.set_title(panel.caption, loc="left", fontsize=look.SMALL, color=look.INK, pad=3)
    unit = "" if panel.unit in ("1", "relative") else panel.unit
    ax.set_ylabel(unit, fontsize=look.TINY, color=look.MUTED)
    at = [float(line.values[-1]) for line in panel.lines]
    if panel.bars and len(at) > 1:
        at = [_LANE * number + 0.5 for number in range(len(at))]
        ax.set_ylabel("")
        ax.set_yticks([])
    _name_ends(ax, panel.lines, at)


def _draw_doses(ax: Axes, line: _Line, weeks: FloatArray, lane: float) -> None:
    """Draw doses upwards from `lane`, where several treatments have one below the other."""
    is_dose = line.values > 0
    if is_dose.sum() > _FEW_DOSES:
        # Bars closer than a dot of the figure would draw a pattern that is not there.
        top = lane + line.values
        ax.fill_between(weeks, lane, top, step="post", color=line.colour, linewidth=0)
        return
    tops = lane + line.values[is_dose]
    ax.vlines(weeks[is_dose], lane, tops, color=line.colour, linewidth=1.0, clip_on=False)


def _name_ends(ax: Axes, lines: Sequence[_Line], at: Sequence[float]) -> None:
    """Name the lines to the right of the axes, where all panels have the same margin."""
    _, height = size_in_points(ax)
    low, high = ax.get_ylim()
    named = (End(y, line.text, line.colour) for y, line in zip(at, lines, strict=True))
    ends = sorted(named, key=lambda end: end.y)
    texts = [wrap_text(end.text, 26, 2) for end in ends]
    rooms = [1.25 * look.TINY * (1 + text.count("\n")) for text in texts]
    heights = [(end.y - low) / (high - low) * height for end in ends]
    for end, text, y in zip(ends, texts, spread(heights, rooms, 0.0, height), strict=True):
        ax.annotate(
            text,
            (1.0, y / height),
            xytext=(6, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=look.TINY,
            color=look.readable(end.colour),
            va="center",
            annotation_clip=False,
        )


def _explain_lines(ax: Axes, data: xr.Dataset) -> None:
    """Say above the panels what dashes mean, where anything is compared."""
    if data.sizes["arm"] < 2:
        return
    handles = [
        Line2D([], [], color=look.MUTED, linewidth=1.5, label=str(data["arm"].values[0])),
        Line2D([], [], color=look.MUTED, linewidth=1.1, linestyle=(0, (3, 2))),
    ]
    ax.legend(
        handles,
        [wrap_text(str(label), 40, 1) for label in data["arm"].values],
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        ncols=2,
        fontsize=look.TINY,
        frameon=False,
        borderaxespad=0.2,
        borderpad=0.0,
        labelcolor=look.MUTED,
    )
