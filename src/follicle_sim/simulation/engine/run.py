"""Run blocks of subjects on threads, with progress and a prompt answer to Ctrl-C.

Blocks write to rows of their own and every draw has a name, so neither the number of threads nor
the size of a block can change a result.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from follicle_sim.base.errors import Interrupted
from follicle_sim.simulation.engine.engine import Stop
from follicle_sim.simulation.engine.interrupts import noted

Job = Callable[[Stop], int]
"""Work on one block: takes the stop flag, returns the number of subjects it finished."""

NODES_PER_BLOCK = 200_000
"""Subjects times grid times whose own factor levels and forcing a thread holds, about 40 MB."""

FOLLICLES_PER_BLOCK = 10_000
"""About a fiftieth of a second of work: threads end together, progress moves, overhead is small."""


def blocks(subjects: int, follicles: int, nodes: int = 0) -> Iterator[slice]:
    """Cut the subjects of an arm into slices of bounded work, and of bounded forcing.

    nodes : grid times of the forcing that each subject has of its own; 0 where it is shared.
    """
    size = max(1, FOLLICLES_PER_BLOCK // max(1, follicles))
    if nodes:
        size = max(1, min(size, NODES_PER_BLOCK // nodes))
    for low in range(0, subjects, size):
        yield slice(low, min(low + size, subjects))


def default_threads() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_jobs(
    jobs: Iterable[Job],
    total: int,
    *,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    people: int | None = None,
) -> None:
    """Run every job, at most a few ahead of the threads.

    Parameters
    ----------
    total
        Subjects that the jobs finish in all.
    threads
        Default: all processors.
    progress
        Called with people done and people in all.
    people
        As many as `progress` counts; fewer than `total` where somebody lives several times, once
        in each arm.

    Raises
    ------
    Interrupted
        On Ctrl-C, within milliseconds: running blocks see the stop flag between follicles.
    """
    stop: Stop = np.zeros(1, np.uint8)
    workers = threads or default_threads()
    waiting = iter(jobs)
    pending: set[Future[int]] = set()
    finished_subjects = finished_people = 0
    people = total if people is None else people
    pool = ThreadPoolExecutor(workers, thread_name_prefix="follicle_sim")
    try:
        with noted() as stopped:
            while True:
                while len(pending) < 2 * workers and (job := next(waiting, None)) is not None:
                    pending.add(pool.submit(job, stop))
                if not pending:
                    return
                finished, pending = wait(pending, timeout=0.2, return_when=FIRST_COMPLETED)
                finished_subjects += sum(future.result() for future in finished)
                finished_people = finished_subjects * people // max(1, total)
                if progress is not None:
                    progress(finished_people, people)
                if stopped.is_set():
                    raise KeyboardInterrupt
    except KeyboardInterrupt:
        raise Interrupted(
            f"stopped by Ctrl-C after {finished_people} of {people} subjects; nothing was written"
        ) from None
    finally:
        stop[0] = 1
        pool.shutdown(wait=True, cancel_futures=True)
