"""The rows of a comparison in words, in groups that share a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.special import stdtrit

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.evidence.standard_errors import is_share_of_people
from follicle_sim.figures.parts.published import study_name
from follicle_sim.figures.parts.style import is_share, name_of, unit_of

if TYPE_CHECKING:
    from follicle_sim.results.compare import ComparisonRow

_ARM_LETTERS = 36
_ORDER = (
    "Level",
    "Share of people",
    "Change from baseline",
    "Relative change from baseline",
    "Difference of shares of people",
)
_ABOUT_ZERO = 2
"""From this place of the order on, zero means no change, or no difference."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: numbers in the unit of its group, halves of 95 % intervals, and marks of caution."""

    study: str
    arm: str
    week: str
    endpoint: str
    use: str
    published: float
    published_half: float | None
    imputed_half: float | None
    simulated: float
    simulated_half: float | None
    z: float | None
    imputed: bool
    marks: str
    decimals: int = 1
    signed: bool = False

    def cell(self, column: str) -> str:
        """Return the text of a column."""
        if column == "published":
            marks = "".join(mark for mark in self.marks if mark in "*†")
            return (f"{marks} " if marks else "") + self._number(self.published)
        if column == "simulated":
            return ("~ " if "~" in self.marks else "") + self._number(self.simulated)
        if column == "z":
            if self.z is None:
                return "–"
            text = f"{self.z:+.1f}".replace("-", "−")
            return f"({text})" if self.imputed else text
        return str(getattr(self, column))

    def _number(self, value: float) -> str:
        sign = "+" if self.signed else ""
        return f"{value:{sign}.{self.decimals}f}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that share a scale; zero means "no change" where `relative_to_zero`."""

    title: str
    relative_to_zero: bool
    lines: tuple[Line, ...]


def group_rows(rows: Sequence[ComparisonRow]) -> list[Group]:
    """Return the rows in groups by unit, in the order of `_ORDER`."""
    members_of: dict[tuple[int, str], list[ComparisonRow]] = {}
    for row in rows:
        members_of.setdefault(_group(row), []).append(row)
    groups = []
    for (order, unit), members in sorted(members_of.items(), key=lambda item: item[0][0]):
        title = f"{_ORDER[order]} ({unit})"
        largest = max(abs(_scale(row) * row.observed) for row in members)
        decimals = 1 if largest >= 10 else 2 if largest >= 1 else 3
        about_zero = order >= _ABOUT_ZERO
        lines = tuple(_line(row, decimals, about_zero) for row in members)
        groups.append(Group(title, about_zero, lines))
    return groups


def _group(row: ComparisonRow) -> tuple[int, str]:
    if row.kind.startswith("percent"):
        return 3, "%"
    change = row.kind != "level"
    unit = unit_of(row.endpoint, row.unit, change=change)
    if is_share_of_people(row.endpoint):
        return (4 if change else 1), unit
    return (2 if change else 0), unit


def _scale(row: ComparisonRow) -> float:
    return 100.0 if row.kind.startswith("percent") or is_share(row.endpoint) else 1.0


def _line(row: ComparisonRow, decimals: int, signed: bool) -> Line:
    scale = _scale(row)
    marks = "*" * row.derived + "†" * bool(row.unverified) + "~" * row.interpolated
    spread = None
    if row.simulated_se is not None and row.people > 1:
        spread = float(stdtrit(row.people - 1, 0.975)) * scale * row.simulated_se
    return Line(
        study=study_name(row.study),
        arm=_arms(row.arm, row.control),
        week=f"{row.week:.4g}",
        endpoint=name_of(row.endpoint),
        use=row.use,
        published=scale * row.observed,
        published_half=_half(row.observed_se, scale),
        imputed_half=_half(row.imputed_se, scale),
        simulated=scale * row.simulated,
        simulated_half=spread,
        z=row.z if row.z is not None else row.z_imputed,
        imputed=row.z is None and row.z_imputed is not None,
        marks=marks,
        decimals=decimals,
        signed=signed,
    )


def _arms(arm: str, control: str) -> str:
    if not control:
        return shorten(arm, _ARM_LETTERS)
    # Both names must stay visible, or a difference reads as a change.
    half = _ARM_LETTERS // 2 - 1
    room = _ARM_LETTERS - 3
    return (
        f"{shorten(arm, max(half, room - len(control)))} − "
        f"{shorten(control, max(half, room - len(arm)))}"
    )


def shorten(text: str, letters: int) -> str:
    """Return text cut with an ellipsis where it is longer than `letters`.

    Examples
    --------
    >>> shorten("finasteride", 8)
    'finaste…'
    """
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _half(error: float | None, scale: float) -> float | None:
    return None if error is None else NORMAL_95 * scale * error
