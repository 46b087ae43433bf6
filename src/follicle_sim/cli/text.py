"""How numbers and tables look in a terminal, from 80 columns up.

The library that draws them is imported when something is drawn: every command imports this file,
and `--help` must answer at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.scenario.model import Scenario

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
    from rich.console import Console

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
        print_heading(console, name)
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
    from rich.table import Table

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
    import textwrap

    from rich.text import Text

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


def print_heading(console: Console, text: str) -> None:
    """Print a line in bold; square brackets in it stay as they are."""
    from rich.text import Text

    console.print(Text(text, style="bold"))


def print_index(
    console: Console, headings: tuple[str, str], entries: Iterable[tuple[str, str, str]]
) -> None:
    """Print a list of things held: name, title, and below the title in grey what it is."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(headings[0], no_wrap=True)
    table.add_column(headings[1])
    for name, title, details in entries:
        description = Text(title)
        description.append(f"\n{details}", style="dim")
        table.add_row(Text(name), description)
    console.print(table)


def print_potencies(console: Console, scenario: Scenario) -> None:
    """Say which potency each treatment of a scenario has, and where it is from."""
    from follicle_sim.protocol.potency_notes import potency_sentences

    for sentence in potency_sentences(scenario):
        print_indented(console, sentence, 0)


def print_files(console: Console, folder: Path, files: Sequence[str]) -> None:
    """Say where the files are, and below it their names."""
    # A path must stay in one piece, to be clicked on or copied.
    console.print(f"\nWritten to {folder}:", soft_wrap=True)
    print_indented(console, "  ".join(files), 2)


def print_files_in_line(folder: Path, files: Sequence[str]) -> None:
    """Say where the files are and their names, in one line however long it is."""
    typer.echo(f"\nWritten to {folder}: {'  '.join(files)}")


def print_files_with_time(folder: Path, files: Sequence[str], seconds: float) -> None:
    """Say how long it took, where the files are and their names."""
    make_console().print(f"\n{seconds:.0f} s. Written to {folder}: {'  '.join(files)}")


def print_json(answer: object, indent: int = 1) -> None:
    """Print an answer as JSON."""
    import json

    typer.echo(json.dumps(answer, indent=indent))


def choose_decimals(values: Iterable[float | None]) -> int:
    """Return how many decimals suit numbers of this size: counts one, shares and rates three.

    Examples
    --------
    >>> choose_decimals([172.9, -0.2, None]), choose_decimals([0.62, 0.6])
    (1, 3)
    """
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    return 1 if largest >= 2.0 else 3


def format_number(value: float | None, digits: int, *, sign: bool = False) -> str:
    """Return a number as a table shows it; empty for None.

    Examples
    --------
    >>> format_number(25.64, 1, sign=True), format_number(-0.01, 1), format_number(None, 1)
    ('+25.6', '0.0', '')
    """
    if value is None:
        return ""
    value = round(value, digits) or 0.0  # no -0.0
    return f"{value:+.{digits}f}" if sign and value else f"{value:.{digits}f}"


def format_interval(value: float | None, low: float | None, high: float | None, digits: int) -> str:
    """Return a change with its interval.

    Examples
    --------
    >>> format_interval(25.6, 22.1, 29.0, 1)
    '+25.6 [22.1, 29.0]'
    """
    text = format_number(value, digits, sign=True)
    if low is None or high is None or low == high:
        return text
    return f"{text} [{format_number(low, digits)}, {format_number(high, digits)}]"


def spell_out(name: str) -> str:
    """Return an identifier as words.

    Examples
    --------
    >>> spell_out("hair_density")
    'hair density'
    """
    return name.replace("_", " ")


def format_count(count: int, noun: str) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> format_count(1, "arm"), format_count(1200, "subject")
    ('1 arm', '1,200 subjects')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_week(week: float | None) -> str:
    """Return a week as short as it can be said; empty for None.

    Examples
    --------
    >>> format_week(12.0), format_week(8.57), format_week(None)
    ('12', '8.6', '')
    """
    return "" if week is None else f"{round(week, 1):g}"
