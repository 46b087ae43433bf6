"""What public functions are given: each argument is checked once, at the door, in plain words.

`where` is the name of the function, for the message: ``simulate: threads: found 1.5; allowed: ...``
"""

from __future__ import annotations

import math
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from follicle_sim.base.errors import InputError, Problem, did_you_mean, shown

if TYPE_CHECKING:
    import xarray as xr


def refused(where: str, name: str, value: object, allowed: str) -> InputError:
    """Return the error for an argument that is not what it should be."""
    return InputError(where, [Problem(name, f"found {_words(value)}; allowed: {allowed}")])


def check_whole(
    where: str, name: str, value: object, least: int | None = 1, most: int | None = None
) -> int:
    """Return a whole number within bounds, None being none; 1.0, "1" and True are no such number.

    Raises
    ------
    InputError
        With what is allowed.
    """
    to = "" if least is None else f" of {least:,} or more"
    to = to if most is None else f" from {least:,} to {most:,}"
    if not isinstance(value, (bool, np.bool_)):
        try:
            number = operator.index(value)  # type: ignore[arg-type]
        except TypeError:
            pass
        else:
            if (least is None or least <= number) and (most is None or number <= most):
                return number
    raise refused(where, name, value, f"a whole number{to}")


def check_wholes(where: str, name: str, values: object, least: int = 1) -> tuple[int, ...]:
    """Return several whole numbers; errors as `check_whole`."""
    if not isinstance(values, (Sequence, np.ndarray)) or isinstance(values, (str, bytes)):
        raise refused(where, name, values, "a list of whole numbers")
    return tuple(check_whole(where, f"{name}[{i}]", value, least) for i, value in enumerate(values))


def check_number(where: str, name: str, value: object) -> float:
    """Return a finite number; a text or True is none.

    Raises
    ------
    InputError
        With what is allowed.
    """
    real = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not real or not math.isfinite(value):  # type: ignore[arg-type]
        raise refused(where, name, value, "a number")
    return float(value)  # type: ignore[arg-type]


def check_threads(where: str, value: object) -> None:
    """Refuse a number of threads that is neither None nor a whole number of 1 or more."""
    if value is not None:
        check_whole(where, "threads", value)


def check_text(where: str, name: str, value: object) -> str:
    """Return a text; anything else is refused."""
    if not isinstance(value, str):
        raise refused(where, name, value, "a text")
    return value


def check_texts(where: str, name: str, value: object) -> list[str]:
    """Return several texts as a list; a text alone is one.

    Raises
    ------
    InputError
        For anything else in it.
    """
    if isinstance(value, str):
        return [value]
    if not isinstance(value, Iterable) or isinstance(value, (bytes, Mapping)):
        raise refused(where, name, value, "a list of texts")
    return [check_text(where, f"{name}[{index}]", text) for index, text in enumerate(value)]


def check_path(where: str, name: str, value: object) -> None:
    """Refuse what is no path of a file."""
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise refused(where, name, value, "the path of a file")


def check_call(where: str, name: str, value: object) -> None:
    """Refuse what is neither None nor a function."""
    if value is not None and not callable(value):
        raise refused(where, name, value, "a function")


def check_kind(where: str, name: str, value: object, kind: type, what: str) -> None:
    """Refuse what is neither None nor of a class; `what` says what is needed."""
    if value is not None and not isinstance(value, kind):
        raise refused(where, name, value, what)


def check_dataset(where: str, value: object, dims: Sequence[str] = ()) -> xr.Dataset:
    """Return a dataset that has some dimensions.

    Raises
    ------
    InputError
        For anything else, with what to do.
    """
    # Inside, because reading a scenario needs no datasets, and xarray takes a while to import.
    import xarray as xr

    if not isinstance(value, xr.Dataset):
        raise refused(where, "dataset", value, "what simulate or load_result returns")
    lacking = [name for name in dims if name not in value.dims]
    if lacking:
        tail = did_you_mean(lacking[0], [str(name) for name in value.dims])
        message = (
            f'has no dimension "{lacking[0]}"{tail}; give what simulate or load_result returns'
        )
        raise InputError(where, [Problem("dataset", message)])
    return value


def _words(value: Any) -> str:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    return "nothing" if value is None else shown(value)
