"""The scoreboard as one figure: published and simulated changes, treatment by treatment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from follicle_sim.base.normal import NORMAL_90
from follicle_sim.evidence.standard_errors import is_share_of_people
from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.forest import shorten
from follicle_sim.figures.parts.labels import size_in_points
from follicle_sim.figures.parts.published import study_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from follicle_sim.experiments.scoreboard.score_rows import ScoreRow

_WIDTH = 11.0
_PITCH = 12.0  # points from line to line
_MARGIN = 0.2
_LEFT, _RIGHT = 5.3, 0.6  # inches beside the panels
_HEAD, _FOOT = 0.95, 0.62
_HEADING, _GAP = 1.25, 3.2  # heights in lines

Kind = Literal["hair", "share", "dht"]
"""Of a panel."""

_LIMITS: Mapping[Kind, tuple[float, float]] = {
    "hair": (-40.0, 75.0),
    "share": (-5.0, 105.0),
    "dht": (-100.0, 20.0),
}
"""Per cent shown; what lies beyond is drawn at the edge with its number."""

_MEANING: Mapping[Kind, str] = {
    "hair": "change from baseline, less the control arm's if there is one (% of baseline)",
    "share": "share of people, less the control arm's if the number is a difference (%)",
    "dht": "change of DHT (% of baseline)",
}

_DHT = ("scalp_dht", "serum_dht")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row in per cent of baseline, or the name of a treatment over its rows."""

    text: str
    row: ScoreRow | None = None

    @property
    def height(self) -> float:
        return _HEADING if self.row is None else 1.0


@dataclass(frozen=True, slots=True)
class _Panel:
    """Lines that share an axis."""

    lines: tuple[_Line, ...]
    kind: Kind

    @property
    def height(self) -> float:
        return sum(line.height for line in self.lines)


def plot_scoreboard(rows: Sequence[ScoreRow], ax: Axes | None = None) -> Axes:
    """Draw published changes beside predictions, in per cent of baseline, and shares of people.

    Parameters
    ----------
    rows
        Of a scoreboard; other levels and control arms' own changes are left to its table.
    ax
        Axes whose place is used; None makes a figure as tall as the rows need.

    Returns
    -------
    Axes
        Their child axes are the panels: hair, and below it shares of people and DHT where there are
        any.
    """
    changes = [row for row in rows if _shown(row)]
    panels = [
        panel
        for kind in ("hair", "share", "dht")
        if (panel := _panel([row for row in changes if _kind(row) == kind], kind)).lines
    ]
    with look.style():
        if ax is None:
            ax = _own_axes(panels)
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 1))
        if panels:
            _draw(ax, panels, changes)
        else:
            ax.text(0.5, 0.5, "No published change to show", ha="center", fontsize=look.BODY)
    return ax


def _own_axes(panels: Sequence[_Panel]) -> Axes:
    tall = sum(panel.height for panel in panels) + _GAP * max(0, len(panels) - 1)
    height = max(2.0, tall * _PITCH / 72 + _HEAD + _FOOT)
    figure = look.new_figure(_WIDTH, height)
    return look.place(figure, _MARGIN, _MARGIN, _MARGIN, _MARGIN)


def _shown(row: ScoreRow) -> bool:
    """Tell whether a number has a place in the figure: a change, or a share of people."""
    if row.compared == "control arm":
        return False
    if is_share_of_people(row.endpoint):
        return True
    return row.kind.startswith("percent") or (row.kind != "level" and row.baseline != 0.0)


def _kind(row: ScoreRow) -> Kind:
    if is_share_of_people(row.endpoint):
        return "share"
    return "dht" if row.endpoint in _DHT else "hair"


def _panel(rows: Iterable[ScoreRow], kind: Kind) -> _Panel:
    groups: dict[str, list[ScoreRow]] = {}
    for row in rows:
        groups.setdefault(row.treatment, []).append(row)
    lines = []
    for treatment in sorted(groups):
        lines.append(_Line(treatment.replace("_", " ")))
        # Those that count first, trial by trial.
        ordered = sorted(groups[treatment], key=lambda row: (not row.counted, row.study))
        lines += [_Line(_words(row), row) for row in ordered]
    return _Panel(tuple(lines), kind)


def _words(row: ScoreRow) -> str:
    name = look.name_of(row.endpoint)
    return f"{study_name(row.study)}, {name}, week {row.week:.3g}"


def _draw(ax: Axes, panels: Sequence[_Panel], rows: Sequence[ScoreRow]) -> None:
    width, height = size_in_points(ax)
    head, foot = _HEAD * 72 / height, (_FOOT - 2 * _MARGIN + 0.1) * 72 / height
    unit = (1.0 - head - foot) / (sum(panel.height for panel in panels) + _GAP * (len(panels) - 1))
    left, right = _LEFT * 72 / width, 1 - _RIGHT * 72 / width
    _draw_key(ax, rows)
    y = 1.0 - head
    for head_text, x, side in (
        ("published number", 0.0, "left"),
        ("arm", left - 0.012, "right"),
        ("z", 1.0, "right"),
    ):
        ax.text(x, y + 0.4 * unit, head_text, fontsize=look.SMALL, color=look.MUTED, ha=side)
    for panel in panels:
        tall = panel.height * unit
        axes = ax.inset_axes((left, y - tall, right - left, tall))
        _dress(axes, panel)
        at = 0.0
        for line in panel.lines:
            middle = at + 0.5 * line.height
            _write(ax, line, y - middle * unit, left)
            if line.row is not None:
                _draw_row(axes, line.row, middle)
            at += line.height
        y -= tall + _GAP * unit


def _write(ax: Axes, line: _Line, y: float, left: float) -> None:
    row = line.row
    if row is None:
        ax.text(0, y, line.text, fontsize=look.SMALL + 0.5, fontweight="bold", va="center")
        return
    colour = look.INK if row.counted else look.MUTED
    size = look.TINY + 0.6
    ax.text(0.008, y, shorten(line.text, 50), fontsize=size, va="center", color=colour)
    arm = shorten(row.arm + (f" − {row.control}" if row.control else ""), 46)
    ax.text(left - 0.012, y, arm, fontsize=size, va="center", ha="right", color=look.MUTED)
    if row.z is not None:
        bad = row.missed and row.counted
        ax.text(
            1.0,
            y,
            f"{round(row.z, 1) + 0.0:+.1f}".replace("-", "−"),
            fontsize=size,
            va="center",
            ha="right",
            color=look.ALARM if bad else colour,
            fontweight="bold" if bad else "normal",
        )


def _dress(axes: Axes, panel: _Panel) -> None:
    look.dress(axes)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(panel.height, 0.0)
    axes.set_yticks([])
    axes.set_xlim(*_LIMITS[panel.kind])
    axes.axvline(0, color=look.MUTED, linewidth=0.8, zorder=1)
    axes.grid(True, axis="x", color=look.RULE, linewidth=0.6)
    axes.tick_params(labelsize=look.TINY, pad=2)
    axes.set_xlabel(_MEANING[panel.kind], fontsize=look.SMALL, labelpad=2)
    at = 0.0
    for line in panel.lines:
        if line.row is None:
            axes.axhline(at, color=look.RULE, linewidth=0.8)
        at += line.height


def _percent(row: ScoreRow) -> float:
    if is_share_of_people(row.endpoint):
        return 100.0
    return 100.0 if row.kind.startswith("percent") else 100.0 / row.baseline


def _draw_row(panel: Axes, row: ScoreRow, y: float) -> None:
    scale = _percent(row)
    low, high = panel.get_xlim()
    strength = 1.0 if row.counted else 0.4
    controlled = row.compared == "controlled"
    if row.error is not None:
        ends = [scale * (row.predicted + sign * NORMAL_90 * row.error) for sign in (-1, 1)]
        panel.plot(
            ends,
            [y, y],
            color=look.SIMULATED,
            linewidth=5.0,
            alpha=0.22 * strength,
            solid_capstyle="butt",
            zorder=2,
        )
    panel.plot(
        scale * row.predicted,
        y,
        marker="|",
        markersize=8,
        markeredgewidth=1.8,
        color=look.SIMULATED,
        alpha=strength,
        zorder=3,
        clip_on=True,
    )
    value = scale * row.observed
    inside = low <= value <= high
    panel.plot(
        min(max(value, low), high),
        y,
        marker="o" if inside else ">" if value > high else "<",
        markersize=4.6,
        color=look.INK,
        markerfacecolor=look.INK if controlled else look.PAPER,
        markeredgewidth=0.9,
        alpha=strength,
        zorder=4,
        clip_on=False,
    )
    if not inside:
        text = f"{value:+.0f}".replace("-", "−")
        panel.annotate(
            text,
            (min(max(value, low), high), y),
            xytext=(-7 if value > high else 7, 0),
            textcoords="offset points",
            fontsize=look.TINY,
            color=look.MUTED,
            ha="right" if value > high else "left",
            va="center",
        )


def _draw_key(ax: Axes, rows: Sequence[ScoreRow]) -> None:
    def dot(fill: str) -> Line2D:
        line = Line2D([], [], color=look.INK, marker="o", markersize=4.6, linestyle="none")
        line.set_markerfacecolor(fill)
        return line

    simulated = Line2D([], [], color=look.SIMULATED, marker="|", linestyle="none", markersize=8)
    simulated.set_markeredgewidth(1.8)
    entries: list[look.Entry] = [
        (dot(look.INK), "published, control taken off"),
        (dot(look.PAPER), "published, no control taken off"),
        (simulated, "simulated"),
        (Patch(facecolor=look.SIMULATED, alpha=0.22), "90 % predictive interval"),
    ]
    ax.legend(
        [handle for handle, _ in entries],
        [text for _, text in entries],
        loc="upper left",
        ncols=4,
        fontsize=look.SMALL,
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.0,
        columnspacing=1.6,
        bbox_to_anchor=(0.0, 1.0 - 21 / size_in_points(ax)[1]),
    )
    scored = [row for row in rows if row.counted]
    within = sum(not row.missed for row in scored)
    title = f"{within} of {len(scored)} published changes within two standard errors"
    ax.text(0, 1, title, fontsize=look.TITLE, fontweight="bold", va="top")
    note = "pale: shown, not counted; without a control the interval holds the drift of a trial"
    down = 1.0 - 37 / size_in_points(ax)[1]
    ax.text(0, down, note, fontsize=look.TINY + 0.5, color=look.MUTED, va="top")
