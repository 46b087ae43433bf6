"""What a run stands on: versions, processors, linear algebra, folders. Changes nothing.

The last bits of a result of linear algebra depend on the library behind it and on the code that it
chose for this processor (its kernel), so a report of trouble should name both.
"""

import os
import platform
import re
import tempfile
import warnings
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any

PACKAGE = "follicle-sim"
RESULTS = Path("results")
"""Where commands write unless they are told otherwise."""

STEERING = re.compile(r"(OPENBLAS|GOTO|MKL|BLIS|OMP|VECLIB|NUMBA)_\w+")
"""Variables of the environment that choose kernels, threads or the cache."""


def diagnose() -> dict[str, Any]:
    """Return what a run stands on, as a table that JSON can hold."""
    needed, optional = dependencies()
    return {
        "follicle_sim": installed(PACKAGE),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.platform(),
        "libraries": needed,
        "optional": optional,
        **processors(),
        "blas": blas(),
        "environment": {name: value for name, value in sorted(os.environ.items()) if _steers(name)},
        "compiled_code": compiled_code(),
        "results": results(RESULTS),
    }


def installed(name: str) -> str | None:
    """Return the version of an installed distribution, or None."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def dependencies() -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return versions of what the package needs, and of what its extras add; None: not there."""
    try:
        requirements = requires(PACKAGE) or []
    except PackageNotFoundError:
        requirements = []
    needed: set[str] = set()
    optional: set[str] = set()
    for line in requirements:
        name = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        (optional if "extra ==" in line else needed).add(name)
    optional -= needed | {PACKAGE}
    return (
        {name: installed(name) for name in sorted(needed, key=str.lower)},
        {name: installed(name) for name in sorted(optional, key=str.lower)},
    )


def processors() -> dict[str, Any]:
    """Return the kind and number of processors, and how many threads a run takes."""
    from follicle_sim.simulation.engine.run import default_threads

    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "threads": default_threads(),
    }


def blas() -> list[dict[str, Any]]:
    """Return the libraries of linear algebra in use: name, version, kernel, threads, note.

    The kernel is what the library itself says that it runs; `threadpoolctl` asks it. Without that,
    or for a library it does not know, there is what numpy was built with, and a note.
    """
    for name in ("numpy", "scipy.linalg"):  # a library is only seen once it is loaded
        import_module(name)
    try:
        threadpoolctl = import_module("threadpoolctl")
    except ImportError:
        return [_built_with("not asked; `python -m pip install threadpoolctl` tells the kernel")]
    libraries = [
        {
            "library": library["internal_api"],
            "version": library.get("version"),
            "kernel": library.get("architecture"),
            "threads": library.get("num_threads"),
            "file": os.path.basename(library.get("filepath", "")),
        }
        for library in threadpoolctl.threadpool_info()
        if library.get("user_api") == "blas"
    ]
    return libraries or [_built_with("threadpoolctl does not know this library")]


def _built_with(note: str) -> dict[str, Any]:
    import numpy

    config: Any = numpy.show_config(mode="dicts")
    made = (config or {}).get("Build Dependencies", {}).get("blas", {})
    return {
        "library": made.get("name", "unknown"),
        "version": made.get("version"),
        "kernel": None,
        "threads": None,
        "note": note,
    }


def compiled_code() -> dict[str, Any]:
    """Return where compiled code is kept: folder, writable, private, and notes on what is wrong."""
    from follicle_sim.base.code_cache import not_private

    with warnings.catch_warnings(record=True) as caught_warnings:
        warnings.simplefilter("always")
        folder = import_module("follicle_sim.base.compiled").cache_folder()
    return {
        "folder": None if folder is None else str(folder),
        "writable": folder is not None,
        "private": folder is not None and not not_private(folder),
        "notes": sorted({str(warning.message) for warning in caught_warnings}),
    }


def results(folder: Path) -> dict[str, Any]:
    """Return whether results can be written into a folder, which may not be there yet."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return {"folder": str(folder.absolute()), "writable": True}
    except OSError as error:
        reason = error.strerror or str(error)
        return {"folder": str(folder.absolute()), "writable": False, "reason": reason}


def in_one_line(names: tuple[str, ...]) -> str:
    """Return Python, the versions of some distributions, and linear algebra, for a log."""
    parts = [f"Python {platform.python_version()}"]
    parts += [f"{name} {installed(name) or 'not installed'}" for name in names]
    return ", ".join([*parts, *dict.fromkeys(f"BLAS {described(library)}" for library in blas())])


def described(library: Mapping[str, Any]) -> str:
    """Return a library of linear algebra in words.

    Examples
    --------
    >>> described({"library": "openblas", "version": "0.3.30", "kernel": "Haswell", "threads": 2})
    'openblas 0.3.30, kernel Haswell, 2 threads'
    """
    parts = [f"{library['library']} {library['version'] or ''}".strip()]
    parts.append(f"kernel {library['kernel'] or 'unknown'}")
    if library["threads"]:
        parts.append(f"{library['threads']} thread{'' if library['threads'] == 1 else 's'}")
    if library.get("note"):
        parts.append(library["note"])
    return ", ".join(parts)


def _steers(name: str) -> bool:
    return STEERING.fullmatch(name) is not None
