"""Compile numeric code with Numba and keep the machine code between runs.

Numba notices an edited source file but not an edited helper in another file, so the cache folder
is named after a hash of every module that holds compiled code. The hash also holds the versions of
what compiles it: environments that share a home would otherwise mix up each other's code. Where no
folder can be used (see `code_cache`) the code is compiled anew in each process, with a warning;
importing does not fail.
"""

import hashlib
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import llvmlite
import numba
import numpy as np

from follicle_sim.base.code_cache import code_cache

F = TypeVar("F", bound=Callable[..., Any])

COMPILED_MODULES = (
    "base/addresses.py",
    "base/numerics.py",
    "base/following.py",
    "simulation/engine/agents/clocks.py",
    "simulation/engine/agents/sight.py",
    "simulation/engine/agents/durations.py",
    "simulation/engine/agents/events.py",
    "simulation/engine/agents/birth.py",
    "simulation/engine/agents/grafts.py",
    "simulation/engine/agents/kernel.py",
    "simulation/engine/expected/visible.py",
    "simulation/engine/expected/flow.py",
    "simulation/engine/expected/nodes.py",
    "simulation/engine/expected/course.py",
    "simulation/engine/expected/life.py",
    "simulation/engine/expected/expect.py",
    "simulation/engine/agents/spells.py",
)
"""Every module that uses `jit`, relative to the package; a test keeps the list complete."""


def _source_hash() -> str:
    here = Path(__file__).parents[1]
    compilers = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    digest = hashlib.sha256(repr(compilers).encode())
    for name in ("base/compiled.py", "base/codes.py", *COMPILED_MODULES):
        digest.update((here / name).read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path | None:
    """Return the folder for compiled code, or None where there is none that can be trusted."""
    cache = code_cache(_source_hash())
    for reason in cache.refused:
        warnings.warn(
            f"{reason}; compiled code is not read from there. Remove it, or set NUMBA_CACHE_DIR to "
            "a folder of your own",
            stacklevel=2,
        )
    if cache.folder is None and not cache.refused:
        warnings.warn(
            "no writable cache folder: compiled code is not kept and every start costs several "
            "seconds; set NUMBA_CACHE_DIR to a writable folder",
            stacklevel=2,
        )
    return cache.folder


_FOLDER = cache_folder()


def jit(function: F) -> F:
    """Compile `function` without the interpreter lock, with exact floating point (no fastmath)."""
    return _compile(function)


def jit_inline(function: F) -> F:
    """Compile `function` into each of its callers: for small parts of a hot loop.

    A named tuple of arrays is passed field by field, so a call would cost more than the work.
    """
    return _compile(function, forceinline=True)


def _compile(function: F, **options: Any) -> F:
    options |= {"nogil": True, "error_model": "numpy"}
    if _FOLDER is None:
        return numba.njit(**options)(function)
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(_FOLDER)
    try:
        return _forgiving(numba.njit(cache=True, **options)(function))
    finally:
        numba.config.CACHE_DIR = before


def _forgiving(compiled: Any) -> Any:
    """Let code run that cannot be kept: the disk may fill, or be limited, while it is compiled.

    Numba writes each file whole or not at all, and takes one that is missing as not compiled yet.
    """
    keep = compiled._cache.save_overload

    def keep_if_possible(*arguments: Any) -> None:
        with suppress(OSError):
            keep(*arguments)

    compiled._cache.save_overload = keep_if_possible
    return compiled
