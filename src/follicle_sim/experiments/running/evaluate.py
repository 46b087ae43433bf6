"""Many evaluations of one function on threads, with a checkpoint to go on from."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np

from follicle_sim.base.errors import Interrupted
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.running.checkpoint import RESUME, Checkpoint
from follicle_sim.simulation.engine.run import default_threads

SAVE_EVERY = 16


def evaluate_all(
    work: Callable[[int], Floats],
    count: int,
    width: int,
    checkpoint: Checkpoint,
    report: Report | None,
    title: str,
    threads: int | None = None,
) -> Floats:
    """Return work(0) ... work(count - 1) as rows (count, width), on threads, resumable.

    Raises
    ------
    Interrupted
        On Ctrl-C; what was finished is in the checkpoint.
    """
    stored = checkpoint.load()
    rows = np.full((count, width), np.nan)
    finished = np.zeros(count, bool)
    if "rows" in stored and stored["rows"].shape == rows.shape:
        rows, finished = stored["rows"], stored["done"]
    todo = np.flatnonzero(~finished)
    if report is not None:
        report(title, int(finished.sum()), count)
    pool = ThreadPoolExecutor(threads or default_threads(), thread_name_prefix="follicle_sim")
    try:
        futures = {pool.submit(work, int(i)): int(i) for i in todo}
        for number, future in enumerate(as_completed(futures), 1):
            rows[futures[future]], finished[futures[future]] = future.result(), True
            if number % SAVE_EVERY == 0:
                checkpoint.save(rows=rows, done=finished)
            if report is not None:
                report(title, int(finished.sum()), count)
    except KeyboardInterrupt:
        checkpoint.save(rows=rows, done=finished)
        advice = RESUME if checkpoint.path is not None else ""
        message = f"stopped after {int(finished.sum())} of {count} simulations{advice}"
        raise Interrupted(message) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    if todo.size:
        checkpoint.save(rows=rows, done=finished)
    return rows
