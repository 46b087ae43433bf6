"""A stand-in for a value that was refused, so that the rules on all other values can be judged.

A rule that touches the stand-in stops there: it is neither kept nor broken. So one pass names every
problem of a file, and none that is only due to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar

T = TypeVar("T")


class NotJudgedError(Exception):
    """A rule looked at a value that was refused itself."""


def _stop(*_: object) -> NoReturn:
    raise NotJudgedError


class Refused:
    """Stands where a value was refused; whoever looks at it is stopped."""

    __getattr__ = __getitem__ = __iter__ = __contains__ = __len__ = __call__ = _stop
    __bool__ = __float__ = __int__ = __index__ = __str__ = __repr__ = __format__ = _stop
    __lt__ = __le__ = __gt__ = __ge__ = _stop
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _stop
    __truediv__ = __rtruediv__ = __pow__ = __neg__ = __abs__ = __round__ = _stop

    def __eq__(self, other: object) -> bool:
        _stop()

    def __ne__(self, other: object) -> bool:
        _stop()

    def __hash__(self) -> int:
        _stop()


_ONE = (Refused(),)  # in a tuple: whoever walks over the names of a module would be stopped, too


def stand_in() -> Any:
    """Return the stand-in; it is always the same object."""
    return _ONE[0]


def attempt(look: Callable[[], T]) -> T:
    """Return what a look gives, or the stand-in where it meets one."""
    try:
        return look()
    except NotJudgedError:
        return stand_in()  # type: ignore[no-any-return]


def judge(rule: Callable[..., Iterable[T]], *values: Any) -> list[T]:
    """Return what a rule finds, as far as it comes before it meets a value that was refused.

    Examples
    --------
    >>> def rule(count, limit):
    ...     if count < 0:
    ...         yield "below 0"
    ...     if count > limit:
    ...         yield "above the limit"
    >>> judge(rule, -1, stand_in()), judge(rule, 2, 1)
    (['below 0'], ['above the limit'])
    """
    problems: list[T] = []
    try:
        for problem in rule(*values):
            problems.append(problem)
    except NotJudgedError:
        pass
    return problems
