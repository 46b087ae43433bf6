"""Runs the engine as plain Python, so that a changed line need not be compiled to be judged.

`numerics` stays compiled: it is not changed here, and draws and exponentials take most of the time.
The engine's modules are imported with a `jit` that leaves functions as they are. What only compiled
code can do is replaced: numbers by their address through ctypes, fields of a follicle by an object.
"""

import ctypes
import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np


class Follicle:
    """One record of a state array, with its fields as attributes."""

    __slots__ = ("_columns", "_index")

    def __init__(self, columns: dict[str, Any], index: int) -> None:
        object.__setattr__(self, "_columns", columns)
        object.__setattr__(self, "_index", index)

    def __getattr__(self, name: str) -> Any:
        return self._columns[name][self._index].item()

    def __setattr__(self, name: str, value: Any) -> None:
        self._columns[name][self._index] = value


class Follicles:
    """A state array as compiled code sees it."""

    def __init__(self, array: Any) -> None:
        self.array, self.size, self.shape = array, array.size, array.shape
        self._columns = {name: array[name] for name in array.dtype.names}

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice) or self.array.ndim > 1:
            return Follicles(self.array[index])
        return Follicle(self._columns, index)


def leave(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function as it is, but for state arrays, which it gets as `Follicles`."""
    places = [i for i, name in enumerate(inspect.signature(function).parameters) if "state" in name]
    if not places:
        return function

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        given = list(arguments)
        for place in places:
            if isinstance(given[place], np.ndarray):
                given[place] = Follicles(given[place])
        return function(*given)

    return call


def _at(address: int, index: int) -> Any:
    return ctypes.c_double.from_address(int(address) + 8 * int(index))


def _number_at(address: int, index: int) -> float:
    return float(_at(address, index).value)


def _put_number(address: int, index: int, value: float) -> None:
    _at(address, index).value = value


def _add_number(address: int, index: int, value: float) -> None:
    _at(address, index).value += value


def install() -> None:
    """Make all engine modules that are imported from now on plain Python."""
    from follicle_sim.base import addresses, compiled, numerics

    assert numerics.exp(0.0) == 1.0
    addresses.number_at = _number_at
    addresses.put_number = _put_number
    addresses.add_number = _add_number
    addresses.hold = np.size
    compiled.jit = compiled.jit_inline = leave
    # compiled code divides as IEEE 754 says, without a warning
    np.seterr(divide="ignore", invalid="ignore", over="ignore")
