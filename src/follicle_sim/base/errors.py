"""Errors a user can meet, the exit code of each, and the "did you mean" helpers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

# Longer lists hide the answer; the nearest match is then more useful than the whole menu.
_MENU = 12


class FollicleSimError(Exception):
    """Base of every error raised on purpose; `exit_code` is what the command line returns.

    Examples
    --------
    >>> issubclass(InputError, FollicleSimError), InputError.exit_code
    (True, 2)
    """

    exit_code = 1


class UnitError(FollicleSimError, ValueError):
    """A text that is not a quantity of the wanted dimension."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    Parameters
    ----------
    where
        Path inside the input, for example ``arms[1].doses[0].intervl``; empty for the whole.
    message
        What was found, what is allowed, the nearest match, what to do.
    source
        File the offending text stands in, where that is not the file of the error itself
        (a scenario that extends another one).
    """

    where: str
    message: str
    source: str = ""

    def below(self, table: str) -> Problem:
        """Return the problem with its place inside a table of the file."""
        return Problem(f"{table}.{self.where}" if self.where else table, self.message, self.source)


class InputError(FollicleSimError):
    """Bad input: every problem of one source at once.

    Parameters
    ----------
    source
        File name, or a name in angle brackets for text that is not a file.
    problems
        At least one problem.

    Examples
    --------
    >>> print(InputError("x.toml", [Problem("run.sede", 'unknown key; did you mean "seed"?')]))
    x.toml: run.sede: unknown key; did you mean "seed"?
    """

    exit_code = 2

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        # args carry both, so the error survives pickling between worker processes.
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        return "\n".join(
            ": ".join(part for part in (p.source or self.source, p.where, p.message) if part)
            for p in self.problems
        )


class MismatchError(FollicleSimError):
    """A repeated run differs from the stored one."""

    exit_code = 3


class OutputError(FollicleSimError):
    """A result cannot be written; the message says what to do."""

    exit_code = 4


class Interrupted(FollicleSimError):
    """The user stopped the run."""

    exit_code = 130


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option most like `word`, or None when nothing is close.

    Examples
    --------
    >>> nearest("finastride", ["finasteride", "minoxidil"])
    'finasteride'
    >>> nearest("zzz", ["finasteride"]) is None
    True

    A number at the end may be written in either way, and is never taken for another one:

    >>> nearest("norwood_3", ["norwood_ii", "norwood_iii", "norwood_v"])
    'norwood_iii'
    >>> nearest("norwood_9", ["norwood_ii", "norwood_iii"]) is None
    True
    """
    by_lower: dict[str, str] = {}
    for option in options:
        by_lower.setdefault(option.lower(), option)
    # Very long words cannot be near anything and would make the comparison quadratic.
    short = word.lower()[:200]
    stem, number, _ = _split_number(short)
    if number:
        numbered = {name: _split_number(name) for name in by_lower}
        for name, option in by_lower.items():
            if numbered[name][:2] == (stem, number):
                return option
        # Another grade or strength is another thing and not a typing error.
        others = {
            k for k, (_, its_number, apart) in numbered.items() if apart and its_number != number
        }
        by_lower = {k: option for k, option in by_lower.items() if k not in others}
    matches = difflib.get_close_matches(short, by_lower, n=1, cutoff=0.6)
    return by_lower[matches[0]] if matches else None


_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")


def _split_number(word: str) -> tuple[str, int, bool]:
    """Return a word without the number of up to two digits at its end, that number or 0, and
    whether it stands apart.

    Examples
    --------
    >>> _split_number("norwood_iii"), _split_number("norwood3"), _split_number("mix")
    (('norwood', 3, True), ('norwood', 3, False), ('mix', 0, False))
    """
    match = re.fullmatch(r"(.*?)(?:([\s_.-]*)(?<!\d)(\d{1,2})|[\s_.-]+([ivx]{1,4}))", word)
    if match is None:
        return word, 0, False
    stem, gap, digits, roman = match.groups()
    if digits:
        return stem, int(digits), bool(gap)
    return (stem, _ROMAN.index(roman) + 1, True) if roman in _ROMAN else (word, 0, False)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return a message tail: the nearest option, else the allowed ones.

    Examples
    --------
    >>> did_you_mean("intervl", ["interval", "count"])
    '; did you mean "interval"?'
    >>> did_you_mean("zzz", ["interval", "count"])
    '; allowed: interval, count'
    """
    listed = list(options)
    match = nearest(word, listed)
    if match is not None:
        return f'; did you mean "{match}"?'
    if not listed:
        return ""
    more = f" and {len(listed) - _MENU} more" if len(listed) > _MENU else ""
    return f"; allowed: {', '.join(listed[:_MENU])}{more}"


def shown(value: object) -> str:
    """Return a short description of a value as it stands in a file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if len(value) <= 60 else f'"{value[:57]}..."'
    if isinstance(value, int):
        # Printing thousands of digits helps nobody and is refused by the interpreter.
        return str(value) if abs(value) < 10**20 else "a number of more than 20 digits"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "an empty list" if not value else "a list"
    if isinstance(value, (date, datetime, time)):
        return f"the date {value}"
    return f"a {type(value).__name__}"
