"""The event-driven algorithm in plain C, compiled when asked for and called through ctypes.

`event_driven.c` is a hand translation of the engine, function for function: the same Philox draws,
exponential, logarithm and quantile, the same clock tables, the same search, the same order of
operations. It is compiled with `-O3`; `-ffp-contract=off` keeps the compiler from fusing a product
and a sum, which would change last bits on processors where it may.
"""

import ctypes
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from workload import Floats, Workload

from follicle_sim.simulation.engine.agents.sight import TALLY_COLUMNS

SOURCE = Path(__file__).with_name("event_driven.c")
FLAGS = ("-O3", "-ffp-contract=off")
NATIVE = ("-march=native",)

Engine = Callable[[Workload], Floats]

_Double = ctypes.POINTER(ctypes.c_double)
_Integer = ctypes.POINTER(ctypes.c_int64)


class _Rules(ctypes.Structure):
    _fields_ = (
        ("mean", ctypes.c_double * 4),
        ("sigma", ctypes.c_double * 4),
        ("gamma", ctypes.c_double * 3),
        ("brake", ctypes.c_double * 3),
        ("reversible", ctypes.c_double),
        ("calibre_log_min", ctypes.c_double),
        ("calibre_log_max", ctypes.c_double),
        ("full_calibre", ctypes.c_double),
        ("full_calibre_sigma", ctypes.c_double),
        ("growth", ctypes.c_double),
        ("emergence_length", ctypes.c_double),
        ("detection_calibre", ctypes.c_double),
        ("terminal_calibre", ctypes.c_double),
        ("shed_window", ctypes.c_double),
    )


ARRAYS = (
    "grid",
    "severity",
    "progression",
    "growth_scale",
    "miniaturisation",
    "reversible",
    "brake",
    "gain",
    "log_rho",
    "attack",
    "destruction",
    "sensitivity",
)


class _Block(ctypes.Structure):
    _fields_ = (
        ("nodes", ctypes.c_int64),
        ("strata", ctypes.c_int64),
        ("stride", ctypes.c_int64),
        *((name, _Double) for name in ARRAYS),
    )


def compiler() -> str | None:
    """Return the C compiler to use: $CC, else cc; None if there is none."""
    return shutil.which(os.environ.get("CC", "cc"))


def compiler_version() -> str:
    """Return the first line of what the compiler says of itself."""
    found = compiler()
    if found is None:
        return "no C compiler"
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.splitlines()[0].strip()


def build(*extra: str) -> Engine:
    """Compile the C engine and return a function that runs it on a workload.

    Raises
    ------
    RuntimeError
        If there is no compiler.
    subprocess.CalledProcessError
        If it fails.
    """
    found = compiler()
    if found is None:
        raise RuntimeError("no C compiler found; install one or set CC")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "event_driven.so"
        flags = [*FLAGS, *extra, "-std=c99", "-shared", "-fPIC"]
        subprocess.run([found, *flags, "-o", str(made), str(SOURCE), "-lm"], check=True)
        library = ctypes.CDLL(str(made))
    library.run_block.restype = ctypes.c_int64

    def run(work: Workload) -> Floats:
        block, kept = _block(work)
        tallies = np.empty((work.subjects.size, work.visits.size, TALLY_COLUMNS))
        events = library.run_block(
            ctypes.byref(block),
            ctypes.byref(_rules(work)),
            work.keys.ctypes.data_as(_Integer),
            ctypes.c_int64(work.subjects.size),
            work.subjects.ctypes.data_as(_Integer),
            work.follicles.ctypes.data_as(_Integer),
            ctypes.c_int64(work.visits.size),
            work.visits.ctypes.data_as(_Double),
            tallies.ctypes.data_as(_Double),
        )
        del kept
        if events < 0:
            raise MemoryError
        return tallies

    return run


def _block(work: Workload) -> tuple[_Block, list[NDArray[np.float64]]]:
    """Return the struct and the arrays it points into, which must outlive it."""
    values = work.block._asdict() | {"sensitivity": work.sensitivity}
    arrays = [np.ascontiguousarray(values[name], dtype=np.float64) for name in ARRAYS]
    nodes = work.block.grid.size
    shared = len(work.block.miniaturisation) == 1
    pointers = [array.ctypes.data_as(_Double) for array in arrays]
    return _Block(nodes, work.sensitivity.size, 0 if shared else nodes, *pointers), arrays


def _rules(work: Workload) -> _Rules:
    made = _Rules()
    for name, kind in _Rules._fields_:
        value = getattr(work.rules, name)
        setattr(made, name, value if kind is ctypes.c_double else kind(*value))
    return made
