"""Cost against gain of every schedule tried, the front tried again on fresh people, the winner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from follicle_sim.figures.parts import style as look
from follicle_sim.figures.parts.labels import text_width, wrap_text, write_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from follicle_sim.experiments.schedules.retest import Best, Retested

_WIDTH, _LEFT, _KEY, _BOTTOM, _PLOT = 9.6, 0.75, 3.75, 0.62, 4.0
_PALE = "#c9d6e2"
_COURSE = "#5c5c5c"
_KEY_COLUMNS = 58
_LETTER = look.TINY + 0.5
_KEY_HEAD = "gain on fresh people; luck: what the search had said, less that"


def plot_pareto(best: Best, ax: Axes | None = None) -> Axes:
    """Draw a search for a schedule in one class of people.

    Parameters
    ----------
    best
        From `optimise`: everything tried is pale; the front has open circles
        where the search saw it and filled ones, with 95 % intervals, on fresh people. Numbers and
        letters are explained beside the axes.
    ax
        To draw into; the key is then left out.
    """
    with look.style():
        marked = _marked(best)
        if ax is None:
            figure = look.new_figure(_WIDTH, 1.0)
            heading = f"{best.space.scenario.title}"
            top = 0.75 + write_title(figure, heading, _LEFT, 0.2)
            rows = 1.0 + sum(1.35 + 0.95 * text.count("\n") for text in _key(best, marked))
            height = max(_PLOT, rows * 0.155) + top + _BOTTOM
            figure.set_size_inches(_WIDTH, height)
            figure.texts[0].remove()
            top = 0.75 + write_title(figure, heading, _LEFT, 0.2)
            ax = look.place(figure, _LEFT, _BOTTOM, _KEY, top)
            _draw(best, marked, ax)
            _write_key(best, marked, ax)
        else:
            _draw(best, marked, ax)
    return ax


def _marked(best: Best) -> list[tuple[str, Retested]]:
    """Return what was tried again by cost, each with its number, then the courses with letters."""
    front = sorted(best.retested, key=lambda row: row.bill.cost)
    known = {row.schedule for row in front}
    numbered = [(str(i), row) for i, row in enumerate(front, 1)]
    courses = [row for row in best.courses if row.schedule not in known]
    return numbered + [(chr(ord("A") + i), row) for i, row in enumerate(courses)]


def _draw(best: Best, marked: Sequence[tuple[str, Retested]], ax: Axes) -> None:
    tried = best.searched.tried
    ax.plot(
        [candidate.bill.cost for candidate in tried],
        [candidate.mean for candidate in tried],
        "o",
        color=_PALE,
        markersize=3.5,
        markeredgewidth=0,
        zorder=1,
    )
    ax.step(
        [candidate.bill.cost for candidate in best.front],
        [candidate.mean for candidate in best.front],
        where="post",
        color=look.SIMULATED,
        linewidth=0.8,
        alpha=0.6,
        zorder=2,
    )
    for name, row in marked:
        _draw_one(best, name, row, ax)
    search = best.space.search
    _limits(best, marked, ax)
    if search.budget is not None:
        ax.axvline(search.budget, color=look.ALARM, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        ax.annotate(
            "budget",
            (search.budget, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -3),
            textcoords="offset points",
            fontsize=look.SMALL,
            color=look.ALARM,
            va="top",
        )
    look.dress(ax)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    ax.set_xlabel("cost until it is judged (USD)", fontsize=look.BODY, color=look.INK)
    ax.set_ylabel(_y_label(best), fontsize=look.BODY, color=look.INK)
    _legend(ax, best)


def _draw_one(best: Best, name: str, row: Retested, ax: Axes) -> None:
    course, winner = name.isalpha(), row is best.again
    colour = _COURSE if course else look.ALARM if winner else look.SIMULATED
    x, fresh = row.bill.cost, row.fresh
    if row.searched is not None and not course:
        ax.plot(
            [x],
            [row.searched.value],
            "o",
            markersize=5.0,
            markerfacecolor=look.PAPER,
            markeredgecolor=colour,
            zorder=3,
        )
    ax.plot([x, x], [fresh.low, fresh.high], color=colour, linewidth=1.3, zorder=4)
    shape, size = ("*", 11.0) if winner else ("s", 5.0) if course else ("o", 5.0)
    ax.plot(
        [x],
        [fresh.value],
        shape,
        color=colour,
        markersize=size,
        markeredgewidth=0,
        zorder=5,
    )
    # nothing cheaper is better than a point of the front, so there is room on its upper left
    top = max(fresh.high, fresh.value if row.searched is None else row.searched.value)
    ax.annotate(
        name,
        (x, fresh.value if course else top),
        xytext=(5, 0) if course else (-3, 3),
        textcoords="offset points",
        ha="left" if course else "right",
        va="center" if course else "baseline",
        fontsize=look.SMALL,
        fontweight="bold" if winner else "normal",
        color=look.readable(colour),
        zorder=6,
    )


def _limits(best: Best, marked: Sequence[tuple[str, Retested]], ax: Axes) -> None:
    rows = [row for _, row in marked]
    costs = [candidate.bill.cost for candidate in best.searched.tried] + [
        row.bill.cost for row in rows
    ]
    costs += [best.space.search.budget] if best.space.search.budget is not None else []
    values = [candidate.mean for candidate in best.searched.tried]
    values += [end for row in rows for end in (row.fresh.low, row.fresh.high)]
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low) or 1.0
    ax.set_ylim(low - (0.03 * room if low < 0 else 0.0), high + 0.08 * room)
    ax.set_xlim(0.0, 1.05 * max(costs) or 1.0)


def _y_label(best: Best) -> str:
    search = best.space.search
    week = f"{search.at / 7.0:g}"
    if search.objective == "area_under_gain":
        return f"area under the gain until week {week} (hair-weeks/cm²)"
    return f"gain over {best.space.control.label} at week {week} (hairs/cm²)"


def _legend(ax: Axes, best: Best) -> None:
    blue = look.SIMULATED

    def mark(shape: str, face: str, edge: str, size: float, line: Any = "") -> Line2D:
        return Line2D(
            [], [], marker=shape, linestyle=line, color=edge, markerfacecolor=face, markersize=size,
            markeredgecolor=edge,
        )  # fmt: skip

    entries = [
        (mark("o", _PALE, _PALE, 3.5), f"tried in the search ({best.subjects} people)"),
        (mark("o", look.PAPER, blue, 5.0, "-"), "its front"),
        (mark("o", blue, blue, 5.0), f"on {best.retest_subjects} fresh people, 95 % interval"),
        (mark("*", look.ALARM, look.ALARM, 10.0), "winner of the search"),
        (mark("s", _COURSE, _COURSE, 5.0), "courses for orientation"),
    ]
    ax.legend(
        [handle for handle, _ in entries],
        [text for _, text in entries],
        loc="lower left",
        bbox_to_anchor=(0.0, 1.01),
        ncols=2,
        frameon=False,
        fontsize=look.SMALL,
        labelcolor=look.MUTED,
        borderaxespad=0.0,
        columnspacing=1.6,
    )


def _key(best: Best, marked: Sequence[tuple[str, Retested]]) -> list[str]:
    """Return a line or two for each mark: what is given, what it costs and gains."""
    lines = []
    for _, row in marked:
        star = "winner: " if row is best.again else f"{row.name}: " if row in best.courses else ""
        luck = "" if row.luck is None else f", luck {row.luck:+.1f}".replace("-", "−")
        what = wrap_text(f"{star}{row.schedule.text}", _KEY_COLUMNS, 2)
        refused = f", {row.refused}" if row.refused else ""
        lines.append(f"{what}\n{row.bill.cost:,.0f} USD{refused}, {row.fresh.value:+.1f}{luck}")
    return [line.replace(" -", " −") for line in lines]


def _write_key(best: Best, marked: Sequence[tuple[str, Retested]], ax: Axes) -> None:
    figure = look.root_figure(ax)
    width, height = figure.get_size_inches()
    left = (width - _KEY + 0.25) / width
    points = 72.0 * height
    box = ax.get_position()
    indent = (text_width(ax, "10 ", look.SMALL) + 3.0) / (72.0 * width)
    y = box.y1
    figure.text(left, y, _KEY_HEAD, fontsize=_LETTER, color=look.MUTED, va="top")
    y -= (1.25 * _LETTER + 6.0) / points
    for (name, row), text in zip(marked, _key(best, marked), strict=True):
        face = look.ALARM if row is best.again else _COURSE if name.isalpha() else look.SIMULATED
        style: dict[str, Any] = {"fontsize": _LETTER, "va": "top", "linespacing": 1.25}
        figure.text(left, y, name, color=look.readable(face), fontweight="bold", **style)
        figure.text(left + indent, y, text, color=look.INK, **style)
        y -= (1.25 * _LETTER * (1 + text.count("\n")) + 4.5) / points
