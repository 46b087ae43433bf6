"""Errors a user can meet, the exit code of each, and the "did you mean" helpers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from follicle_sim.base.likeness import family, nearest

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


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return a message tail: the nearest option, else those that begin so, else the allowed ones.

    Examples
    --------
    >>> did_you_mean("intervl", ["interval", "count"])
    '; did you mean "interval"?'
    >>> did_you_mean("finasteride", ["finasteride_oral", "finasteride_topical"])
    '; which one: "finasteride_oral", "finasteride_topical"?'
    >>> did_you_mean("zzz", ["interval", "count"])
    '; allowed: interval, count'
    """
    listed = list(options)
    match = nearest(word, listed)
    if match is not None:
        return f'; did you mean "{match}"?'
    begun = family(word, listed)
    if 1 < len(begun) <= _MENU:
        return f"; which one: {', '.join(map(_quoted, begun))}?"
    if not listed:
        return ""
    more = f" and {len(listed) - _MENU} more" if len(listed) > _MENU else ""
    return f"; allowed: {', '.join(listed[:_MENU])}{more}"


def _quoted(text: str) -> str:
    return f'"{text}"'


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
