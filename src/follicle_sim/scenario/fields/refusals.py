"""Plain-word refusals and the small checks that field types are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn, TypeVar

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.scenario.fields.known import Known, default_known

T = TypeVar("T")
Path = tuple[str | int, ...]


def refuse(message: str) -> NoReturn:
    """Raise a problem in plain words."""
    refuse_all([((), message)])


def refuse_all(problems: Sequence[tuple[Path, str]], *, siblings: bool = False) -> NoReturn:
    """Raise several problems at once, each with its path below this field.

    With `siblings`, paths are below the table this field stands in.
    """
    text = "; ".join(message for _, message in problems)
    context = {"text": text, "problems": tuple(problems), "siblings": siblings}
    raise PydanticCustomError("plain", "{text}", context)


class Collector:
    """Runs checks on the parts of a value and keeps what they refuse."""

    def __init__(self) -> None:
        self.problems: list[tuple[Path, str]] = []

    def run(self, where: Path, check: Callable[[], T]) -> T | None:
        """Return what `check` returns, or None when it refuses."""
        try:
            return check()
        except PydanticCustomError as error:
            problems = (error.context or {})["problems"]
            self.problems.extend((where + below, message) for below, message in problems)
            return None

    def finish(self) -> None:
        """Refuse the whole if any part was refused."""
        if self.problems:
            refuse_all(self.problems)


def known_names(info: ValidationInfo) -> Known:
    """Return the names injected by the caller, else those of this installation."""
    known = (info.context or {}).get("known")
    return known if isinstance(known, Known) else default_known()


def choose(value: object, options: Iterable[str], what: str = "") -> str:
    """Return `value` if it is one of `options`; `what` names the kind of thing in the message."""
    listed = list(options)
    unknown = f", unknown {what}" if what else ""
    if isinstance(value, str) and value in listed:
        return value
    if not isinstance(value, str):
        refuse(
            f"found {shown(value)}; allowed: {what and f'name of a {what} in quotes: '}"
            f"{', '.join(listed[:12])}"
        )
    if not listed:
        refuse(f"found {shown(value)}{unknown}; there are none to choose from")
    hint = did_you_mean(value, listed)
    menu = f"; allowed: {', '.join(listed)}" if len(listed) <= 12 and "allowed:" not in hint else ""
    refuse(f"found {shown(value)}{unknown}{hint}{menu}")
