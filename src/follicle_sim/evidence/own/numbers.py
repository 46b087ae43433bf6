"""From the text of a cell to a number: read rightly, or refused with what it might mean.

People write 12.5 and 12,5, and 1,234 means two different numbers in two countries. Which mark
stands before the decimals is decided once for a whole table:

1. by the cells that can be read in one way only (12.5, 12,5, 1.234,5, 1,234,567);
2. where there is none, by what parts the cells: in a table parted by commas a point stands before
   the decimals, because programs that write decimal commas part cells by semicolons;
3. where that tells nothing either, a number that could be two is refused.

So 1.234 is one and a bit where the decimals follow a point. Where they follow a comma it may be
1234, or a slip for 1,234: it is refused there, and so is 1,234 where they follow a point.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from follicle_sim.base.errors import shown

Mark = Literal[".", ","]
"""What stands before the decimals."""

MISSING = frozenset({"", "na", "n/a", "nan", "-", "\u2013", "\u2014", ".", "missing"})
"""Cells that say that there is no number, in small letters."""

_MINUS = ("\u2212", "\u2013")  # the minus sign, and the dash that papers print for it
_GROUP = "\u00a0\u2009\u202f\u2007"  # spaces that never end a word: they only part thousands
_ASIDE = f" \t{_GROUP}"
_PLUS_MINUS = re.compile(r"\u00b1|\+\s*/\s*-|\+-")
_SPACED = re.compile(rf"[+-]?\d{{1,3}}(?:[{_GROUP}]\d{{3}})+(?:[.,]\d+)?", re.ASCII)
_READ = {
    mark: re.compile(
        rf"[+-]?(?:(?:\d+|\d*{re.escape(mark)}\d+)(?:e[+-]?\d{{1,3}})?"
        rf"|[1-9]\d{{0,2}}(?:{re.escape(other)}\d{{3}})+(?:{re.escape(mark)}\d+)?)",
        re.ASCII,
    )
    for mark, other in ((".", ","), (",", "."))
}
"""What a number looks like where this is the decimal mark; the other one may part thousands."""


class UnreadNumber(ValueError):
    """A cell that is no number, or could be two; the message says what was found."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text and where it stands, such as "line 4, column mean"."""

    where: str
    text: str


def is_missing(text: str) -> bool:
    """Tell whether a cell says that there is no number.

    Examples
    --------
    >>> is_missing(" n/a "), is_missing("0")
    (True, False)
    """
    return text.strip(_ASIDE).lower() in MISSING


def halves(text: str) -> list[str]:
    """Return the parts of "140 +/- 18" before and after the sign; one part where there is none.

    Examples
    --------
    >>> halves("140 \u00b1 18"), halves("140")
    (['140', '18'], ['140'])
    """
    return [part.strip(_ASIDE) for part in _PLUS_MINUS.split(text)]


def mark_of(cells: Iterable[Cell], otherwise: Mark | None) -> Mark | None:
    """Return the decimal mark of a table.

    Parameters
    ----------
    cells
        All cells that hold numbers.
    otherwise
        Returned where no cell decides.

    Raises
    ------
    UnreadNumber
        Some cells can only have a point, and others only a comma.

    Examples
    --------
    >>> mark_of([Cell("line 2", "1,234"), Cell("line 3", "12,5")], None)
    ','
    """
    first: dict[Mark, Cell] = {}
    for cell in cells:
        for part in halves(cell.text):
            mark = _proof(_plain(part))
            if mark is not None:
                first.setdefault(mark, cell)
    if len(first) == 2:
        examples = " and ".join(f"{shown(cell.text)} ({cell.where})" for cell in first.values())
        raise UnreadNumber(
            f"found {examples}: the decimals follow a point in one and a comma in the "
            "other; allowed: one way in the whole table"
        )
    return next(iter(first), otherwise)


def usual_mark(delimiter: str) -> Mark | None:
    """Return the decimal mark of a table none of whose cells decides it; None: nobody knows.

    delimiter : what parts its cells

    Examples
    --------
    >>> usual_mark(","), usual_mark(";")
    ('.', None)
    """
    return "." if delimiter == "," else None


def number(text: str, mark: Mark | None) -> float:
    """Return the number of a cell.

    Parameters
    ----------
    text
        As it stands; no-break and thin spaces may part thousands.
    mark
        Of the table; None where nothing decides it.

    Raises
    ------
    UnreadNumber
        For what is no number, and for what could be two.

    Examples
    --------
    >>> number("\u221212,5", ","), number("1\u202f234.5", ".")
    (-12.5, 1234.5)
    >>> number("1,234", ".")
    Traceback (most recent call last):
    follicle_sim.evidence.own.numbers.UnreadNumber: found "1,234", which is 1.234 or 1234; ...
    """
    plain = _plain(text)
    readings = _readings(plain)
    if not readings:
        raise UnreadNumber(f"found {shown(text)}; {_hint(plain)}")
    values = {decimal_mark: float(read) for decimal_mark, read in readings.items()}
    if any(math.isinf(value) for value in values.values()):
        raise UnreadNumber(f"found {shown(text)}; allowed: a finite number")
    if len(set(values.values())) == 2 and (mark is None or mark not in plain):
        decimal, whole = sorted(readings.values(), key=lambda read: "." not in read)
        written = f"{decimal}0".replace(".", mark or ".")
        raise UnreadNumber(
            f"found {shown(text)}, which is {decimal} or {whole}; "
            f"allowed: {written} or {whole}, as it is meant"
        )
    if mark is not None and mark not in values:
        name = "point" if mark == "." else "comma"
        raise UnreadNumber(f"found {shown(text)}; the decimals of this table follow a {name}")
    return values[next(iter(values)) if mark is None else mark] + 0.0


def _plain(text: str) -> str:
    """Return a cell without what only typesetting adds: spaces around, signs, thousands' spaces."""
    plain = text.strip(_ASIDE).lower()
    if plain.startswith(_MINUS):
        plain = f"-{plain[1:].lstrip(_ASIDE)}"
    if _SPACED.fullmatch(plain):
        plain = re.sub(f"[{_GROUP}]", "", plain)
    return plain


def _readings(plain: str) -> dict[Mark, str]:
    """Return what a cell says under each decimal mark it can have, as Python writes it."""
    readings: dict[Mark, str] = {}
    marks: tuple[tuple[Mark, Mark], ...] = ((".", ","), (",", "."))
    for mark, other in marks:
        if _READ[mark].fullmatch(plain):
            readings[mark] = plain.replace(other, "").replace(mark, ".").removeprefix("+")
    return readings


def _proof(plain: str) -> Mark | None:
    """Return the decimal mark that a cell can only have; None where it decides nothing."""
    readings = _readings(plain)
    return next(iter(readings)) if len(readings) == 1 else None


def _hint(plain: str) -> str:
    if re.fullmatch(r"[+-]?[\d.,]+ *%", plain):
        return 'allowed: the number alone; "%" belongs into the column unit'
    if re.fullmatch(r"[+-]?[\d.,]+\s*[(\[].*", plain):
        return "allowed: one number; what stands in brackets has a column of its own (sd, se, n)"
    if re.fullmatch(r"[+-]?[\d.,]+\s*(to|[-\u2013\u2014])\s*[\d.,]+", plain):
        return "a range, or two numbers; allowed: one number such as 12.5"
    if re.fullmatch(r"[+-]?\d{1,3}( \d{3})+.*", plain):
        return "a space inside a number; allowed: 1234 without it"
    if re.fullmatch(r"[+-]?[\d.,]+\s*[a-z\u00b5/].*", plain):
        return "allowed: the number alone; its unit belongs into the column unit"
    return "allowed: a number such as 12.5"
