"""How numbers and tables look in a terminal, from 80 columns up."""

import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

Row = Sequence[str]

GAP = 2
LEAST = 12
"""Columns that a narrow terminal leaves to a text column at least."""


@dataclass(frozen=True)
class Column:
    """A table column: its heading, and whether it holds numbers or words that may wrap."""

    heading: str
    number: bool = False


def make_console(*, errors: bool = False) -> Console:
    """Return a console as wide as the terminal, or 100 columns where output goes to a file."""
    console = Console(stderr=errors, highlight=False, markup=False, emoji=False, soft_wrap=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = 100
    return console


def print_groups(
    console: Console, columns: Sequence[Column], groups: Mapping[str, Sequence[Row]]
) -> None:
    """Print rows under the name of their group, every group with the same columns.

    A long name (an arm, a study) so costs a line and not a column. A column that is empty in every
    row is left out. Where the terminal is too narrow the widest column of words wraps; nothing is
    cut.
    """
    every = [row for group in groups.values() for row in group]
    used = [i for i in range(len(columns)) if any(row[i] for row in every)]
    columns = [columns[i] for i in used]
    groups = {name: [[row[i] for i in used] for row in group] for name, group in groups.items()}
    rows = [row for group in groups.values() for row in group]
    widths = [
        _width([column.heading], *([row[i]] for row in rows)) for i, column in enumerate(columns)
    ]
    words = [i for i, column in enumerate(columns) if not column.number]
    excess = sum(widths) + GAP * len(columns) - console.width
    if words and excess > 0:
        widest = max(words, key=lambda i: widths[i])
        widths[widest] = max(LEAST, widths[widest] - excess)
    _print_table(console, columns, widths, [], head=True)
    for name, group in groups.items():
        console.print(Text(name, style="bold"))
        _print_table(console, columns, widths, group, head=False)


def _width(*cells: Sequence[str]) -> int:
    return max(
        (len(line) for cell in cells for text in cell for line in text.split("\n")), default=1
    )


def _print_table(
    console: Console,
    columns: Sequence[Column],
    widths: Sequence[int],
    rows: Sequence[Row],
    *,
    head: bool,
) -> None:
    table = Table(box=None, padding=(0, 0, 0, GAP), show_header=head)
    for column, width in zip(columns, widths, strict=True):
        table.add_column(
            column.heading,
            width=width,
            justify="right" if column.number else "left",
            vertical="bottom" if head else "top",
            overflow="fold",
        )
    for row in rows:
        table.add_row(*row)
    console.print(table)


def print_indented(console: Console, text: str, indent: int = 4, style: str = "") -> None:
    """Print text wrapped between words, all lines indented; an address stays in one piece."""
    margin = " " * indent
    lines = textwrap.wrap(
        text,
        console.width,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    console.print(Text("\n".join(lines), style=style), soft_wrap=True)


def decimals(values: Iterable[float | None]) -> int:
    """Return how many decimals suit numbers of this size: counts one, shares and rates three.

    Examples
    --------
    >>> decimals([172.9, -0.2, None]), decimals([0.62, 0.6])
    (1, 3)
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return 1 if largest >= 2.0 else 3


def number(value: float | None, digits: int, *, sign: bool = False) -> str:
    """Return a number as a table shows it; empty for None.

    Examples
    --------
    >>> number(25.64, 1, sign=True), number(-0.01, 1, sign=True), number(None, 1)
    ('+25.6', '0.0', '')
    """
    if value is None:
        return ""
    value = round(value, digits) or 0.0  # no -0.0
    return f"{value:+.{digits}f}" if sign and value else f"{value:.{digits}f}"


def with_interval(value: float | None, low: float | None, high: float | None, digits: int) -> str:
    """Return a change with its interval.

    Examples
    --------
    >>> with_interval(25.6, 22.1, 29.0, 1)
    '+25.6 [22.1, 29.0]'
    """
    text = number(value, digits, sign=True)
    if low is None or high is None or low == high:
        return text
    return f"{text} [{number(low, digits)}, {number(high, digits)}]"


def plain_unit(unit: str) -> str:
    """Return a unit as people write it.

    Examples
    --------
    >>> plain_unit("cm-2"), plain_unit("mm d-1"), plain_unit("1")
    ('hairs/cm2', 'mm/day', '')
    """
    known = {"cm-2": "hairs/cm2", "mm d-1": "mm/day", "d-1 cm-2": "hairs/cm2 per day", "1": ""}
    return known.get(unit, unit)


def plain_words(name: str) -> str:
    """Return an identifier as words."""
    return name.replace("_", " ")


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> counted(1, "arm"), counted(1200, "subject")
    ('1 arm', '1,200 subjects')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
