"""Timing on a machine that others use too: interleaved runs, medians, processors held fixed."""

import importlib.metadata
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

Task = Callable[[], object]


@contextmanager
def processors(wanted: int) -> Iterator[bool]:
    """Keep this process on `wanted` processors; yield whether the system lets us."""
    if not hasattr(os, "sched_setaffinity"):
        yield False
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:wanted])
    try:
        yield len(before) >= wanted
    finally:
        os.sched_setaffinity(0, before)


def interleaved(
    tasks: Mapping[str, Task], rounds: int, clock: Callable[[], float] = time.process_time
) -> dict[str, float]:
    """Run all tasks once to warm up, then in turn `rounds` times; return each median, second.

    The default clock is the processor time of this process, which other users of the machine
    disturb least; it is wall time where one thread has a processor of its own.
    """
    for task in tasks.values():
        task()
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            began = clock()
            task()
            taken[name].append(clock() - began)
    return {name: statistics.median(times) for name, times in taken.items()}


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return the slope of log time over log size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def wall(command: Sequence[str], rounds: int, cwd: Path) -> float:
    """Return the median wall time of a command after one run to warm up, second."""
    taken = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=cwd)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def processor_name() -> str:
    """Return the processor's family as the system names it."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load_average() -> str:
    """Return how busy others keep the machine, to print behind its name; empty if unknown."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f"; load average {os.getloadavg()[0]:.1f} before the run"


def versions(compiler: str) -> str:
    """Return the versions of what the measurements depend on."""
    parts = [f"Python {platform.python_version()}"]
    parts += [f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "numba", "mesa")]
    return ", ".join([*parts, compiler])
