"""The look of every figure: colours, letters, sizes, units in words, and how one is saved."""

from __future__ import annotations

import math
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, FormatStrFormatter, PercentFormatter
from numpy.typing import NDArray

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.files import replacing
from follicle_sim.base.units import YEAR
from follicle_sim.evidence.standard_errors import is_share_of_people

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

INK, MUTED, RULE, PAPER = "#1f1f1f", "#5c5c5c", "#dddddd", "#ffffff"
SIMULATED, ALARM = "#0072b2", "#b5390a"
DPI = 150
TITLE, BODY, SMALL, TINY = 11.0, 9.0, 8.0, 6.5
"""Letter sizes in points."""

BAND, FAINT_BAND = 0.28, 0.13
"""Opacity of an interval of a mean, and of the spread of subjects."""

LINE, THIN_LINE, MARKER = 1.8, 0.6, 6.0

# Okabe and Ito's palette, safe for colour-blind readers, without its yellow (too pale on white).
_TREATMENTS = ("#0072b2", "#d55e00", "#009e73", "#aa4499", "#e69f00", "#56b4e9")
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.5, 1.2, 1.5)))
_CONTROLS = {"placebo": "#757575", "untreated": "#a0a0a0", "active_control": "#3a3a3a"}

PHASES = {
    "anagen": "#44aa99",
    "catagen": "#ddcc77",
    "telogen": "#cc6677",
    "kenogen": "#d4d4dc",
    "lost": "#55555f",
}

_UNITS = {
    "cm-2": "hairs/cm²",
    "um": "µm",
    "mm d-1": "mm/day",
    "d-1 cm-2": "hairs/cm²/day",
    "mm cm-2": "mm/cm²",
    "1": "relative",
    "": "",
}
_SHARES = frozenset(
    {
        *("anagen_fraction", "telogen_fraction", "pull_positive", "cover", "hairline_stable"),
        "anagen_retention",
    }
)
_UNITLESS = {
    "anagen_telogen_ratio": "ratio",
    "pull_count": "hairs",
    "comb_count": "hairs",
    "global_rating": "points",
    "salt": "points",
    "lppai": "points",
}
_NAMES = {
    "anagen_fraction": "anagen share of counted hairs",
    "telogen_fraction": "telogen share of counted hairs",
    "pull_positive": "people with a positive pull test",
    "pull_count": "hairs pulled out",
    "comb_count": "shed hairs collected",
    "global_rating": "panel rating",
    "salt": "SALT score",
    "cover": "hair cover",
    "hairline_recession": "hairline moved back",
    "hairline_speed": "speed of the hairline",
    "hairline_stable": "people whose hairline stands still",
    "lppai": "activity index (LPPAI)",
    "anagen_retention": "follicles still in anagen",
    "shaft_elongation": "shaft elongation",
    "anagen_telogen_ratio": "anagen to telogen ratio",
    "salt20_responders": "SALT 20 or less",
    "salt10_responders": "SALT 10 or less",
    "salt30_responders": "SALT fallen by 30 %",
    "salt50_responders": "SALT fallen by 50 %",
    "salt90_responders": "SALT fallen by 90 %",
    "salt30_to_salt20_time": "from SALT30 to SALT 20",
    "disease_free": "no hair loss",
    "totalis_universalis": "totalis or universalis",
    "hair_preservation": "hair kept through chemotherapy",
    "incomplete_recovery": "under 30 % of hair recovered",
    "regrowth_after_chemotherapy": "hair regrows",
    "scalp_dht": "scalp DHT",
    "serum_dht": "serum DHT",
}

_SETTINGS: Mapping[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so figures are equal everywhere
    "font.size": BODY,
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": TITLE,
    "axes.unicode_minus": True,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "svg.hashsalt": "follicle_sim",
}

Entry = tuple[Any, str]
"""Artist or artists of a legend entry (a tuple is drawn in one place), and its text."""


@contextmanager
def style() -> Iterator[None]:
    """Use the project's look inside a `with` block; settings are as before after it.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with style():
    ...     inside = matplotlib.rcParams["font.size"]
    >>> inside, matplotlib.rcParams["font.size"] == before
    (9.0, True)
    """
    # From the defaults, so that nobody's own settings change what a figure looks like.
    with matplotlib.style.context(["default", dict(_SETTINGS)]), warnings.catch_warnings():
        # of letters that the font has not: a box stands for each, and a line of Python says no more
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


@dataclass(frozen=True, slots=True)
class ArmLook:
    """How an arm is drawn: a colour and a dash pattern."""

    colour: str
    dash: Any


def arm_looks(labels: Sequence[str], roles: Sequence[str]) -> dict[str, ArmLook]:
    """Return the look of every arm: controls in greys, the others in order of appearance.

    Parameters
    ----------
    labels, roles
        Of the arms; a role that is no control's counts as a treatment.

    Examples
    --------
    >>> looks = arm_looks(["drug", "dummy"], ["treatment", "placebo"])
    >>> looks["drug"].colour, looks["dummy"].colour
    ('#0072b2', '#757575')
    """
    looks = {}
    counts = dict.fromkeys((*_CONTROLS, ""), 0)
    for label, role in zip(labels, roles, strict=True):
        kind = role if role in _CONTROLS else ""
        number = counts[kind]
        counts[kind] += 1
        if kind:
            looks[label] = ArmLook(_CONTROLS[kind], _DASHES[number % len(_DASHES)])
        else:
            turn, colour = divmod(number, len(_TREATMENTS))
            looks[label] = ArmLook(_TREATMENTS[colour], _DASHES[turn % len(_DASHES)])
    return looks


def readable(colour: str) -> str:
    """Return a colour dark enough for small letters on white (contrast 4.5 to 1, as in WCAG).

    Examples
    --------
    >>> readable("#0072b2"), readable("#e69f00") != "#e69f00"
    ('#0072b2', True)
    """
    rgb = to_rgb(colour)
    while 1.05 / (luminance(rgb) + 0.05) < 4.5:
        rgb = (0.94 * rgb[0], 0.94 * rgb[1], 0.94 * rgb[2])
    return to_hex(rgb)


def luminance(colour: str | tuple[float, float, float]) -> float:
    """Return the relative luminance of a colour, 0 black to 1 white (WCAG 2)."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def name_of(variable: str) -> str:
    """Return a variable or endpoint in words."""
    return _NAMES.get(variable, variable.replace("_", " "))


def is_share(variable: str) -> bool:
    """Tell whether a variable is shown in per cent."""
    return variable in _SHARES or is_share_of_people(variable)


def unit_of(variable: str, units: str, *, change: bool = False) -> str:
    """Return the unit of a variable in words.

    Examples
    --------
    >>> unit_of("hair_density", "cm-2"), unit_of("anagen_fraction", "1", change=True)
    ('hairs/cm²', 'percentage points')
    """
    if is_share(variable):
        return "percentage points" if change else "%"
    return _UNITLESS.get(variable) or _UNITS.get(units, units)


def axis_label(variable: str, units: str, *, change: bool = False) -> str:
    """Return what an axis shows, with its unit."""
    unit = unit_of(variable, units, change=change)
    name = f"change from baseline in {name_of(variable)}" if change else name_of(variable)
    return f"{name} ({unit})" if unit else name


def signed(number: float) -> str:
    """Return a number without decimals, its sign in front.

    Examples
    --------
    >>> signed(31.6), signed(-2.2), signed(-0.3)
    ('+32', '−2', '0')
    """
    whole = round(number)
    return f"{'−' if whole < 0 else '+' if whole > 0 else ''}{abs(whole)}"


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure (inches) that pyplot knows nothing about."""
    # Words are as wide as they were measured only at the resolution of the file.
    return Figure(figsize=(width, height), dpi=DPI)


def place(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Add axes with margins in inches.

    Margins are fixed and not found by a layout engine, so that labels placed by their size stay
    where they were put and the same data give the same bytes.
    """
    width, height = figure.get_size_inches()
    box = (left / width, bottom / height, (width - left - right) / width, 0.0)
    return figure.add_axes((box[0], box[1], box[2], (height - bottom - top) / height))


def dress(ax: Axes) -> None:
    """Give axes the project's look, also those made elsewhere."""
    ax.spines[["top", "right"]].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set(color=MUTED, linewidth=0.8)
    ax.tick_params(colors=MUTED, labelsize=SMALL, length=3, width=0.8)
    ax.set_axisbelow(True)
    ax.grid(False)


def percent_axis(ax: Axes) -> None:
    """Show a share on the y axis in per cent, without the sign: the label has it."""
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None, symbol=""))


LONG = 520.0
"""Weeks of an axis from which on its ticks are years."""

YEAR_IN_WEEKS = YEAR / 7.0
_YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100)
_WEEK_STEPS = (1, 2, 4, 8, 12, 13, 26, 52, 104, 260, 520, 1040, 2600)


def week_ticks(ax: Axes, first: float, last: float, most: int = 8) -> None:
    """Put ticks on the x axis at weeks people count in, from `first` to `last` only.

    A life is told in years: where the axis is longer than `LONG` weeks, ticks are years.
    """
    span = last - first
    if span > LONG:
        step = next(step for step in _YEAR_STEPS if span / (step * YEAR_IN_WEEKS) <= most)
        low, high = math.ceil(first / YEAR_IN_WEEKS), math.floor(last / YEAR_IN_WEEKS)
        years = [year for year in range(low, high + 1) if year % step == 0]
        ax.xaxis.set_major_locator(FixedLocator([YEAR_IN_WEEKS * year for year in years]))
        ax.xaxis.set_major_formatter(FixedFormatter([str(year) for year in years]))
        ax.set_xlabel("years since baseline", fontsize=BODY, color=INK)
        return
    even = [step for step in _WEEK_STEPS if span / step <= most and span % step == 0]
    fitting = [*even, *(step for step in _WEEK_STEPS if span / step <= most)]
    if span == 0:
        ax.xaxis.set_major_locator(FixedLocator([first]))
        ax.xaxis.set_major_formatter(FormatStrFormatter("%g"))
    elif span >= 1 and fitting:
        start = math.ceil(first / fitting[0]) * fitting[0]
        ax.xaxis.set_major_locator(FixedLocator(list(range(start, int(last) + 1, fitting[0]))))
    ax.set_xlabel("weeks since baseline", fontsize=BODY, color=INK)


def widen(weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the visits to draw between; one visit has no width, so a week stands for it."""
    return weeks if weeks.size > 1 else np.array([weeks[0] - 0.5, weeks[0] + 0.5])


_METADATA: Mapping[str, Mapping[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def save_figure(drawn: Axes | Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure, whole or not at all, without dates: the same data give the same bytes.

    Parameters
    ----------
    drawn
        Axes, of which the whole figure is written, or a figure.
    path
        Ends in .png (150 dots per inch), .svg or .pdf; the folder must exist.

    Raises
    ------
    InputError
        Another ending.
    OutputError
        The file cannot be written; an earlier file stays as it was.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _METADATA:
        message = f'"{suffix}" is no figure format; allowed: {", ".join(_METADATA)}'
        raise InputError(str(path), [Problem("path", message)])
    figure = root_figure(drawn)
    with style(), replacing(path) as temporary:
        figure.savefig(temporary, dpi=DPI, format=suffix[1:], metadata=dict(_METADATA[suffix]))


def root_figure(artist: Artist) -> Figure:
    """Return the whole figure an artist belongs to."""
    figure: Any = artist.figure
    if figure is None:
        raise TypeError("the axes belong to no figure")
    # Twice, because axes may sit in a part of a figure.
    root: Figure = figure.figure
    return root
