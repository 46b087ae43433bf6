"""In which simulated studies a published outcome happens: part by part, each of them kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.progress import Parts
from follicle_sim.base.types import Flags, Floats
from follicle_sim.experiments.planning.power import analyse_trials
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.trial_sources import Trials, TrialSource
from follicle_sim.experiments.running.checkpoint import Kept

View = tuple[str, Callable[[Trials, range], Trials]]
"""Name of a circumstance, and what it makes of the trials of these replicates."""


@dataclass
class Memory:
    """The finished parts of one job in a checkpoint.

    Parameters
    ----------
    store
        The checkpoint; it holds the parts of all jobs.
    job
        Number of this job.
    people
        Number of people that one study of this job simulates.
    parts
        Progress; it is told of parts that are skipped because they are already done.
    done
        Number of studies of this job that are done.
    """

    store: Kept
    job: int
    people: int
    parts: Parts
    done: int = 0

    def recall(self, names: range, views: int) -> list[tuple[Flags, Floats]] | None:
        """Return gains and estimates by view, None where this part is still to be done."""
        arrays = self.store.get(
            *(name for view in range(views) for name in self._names(names, view))
        )
        if arrays is None:
            return None
        self.done += len(names)
        self.parts.skip(len(names) * self.people)
        return list(zip(arrays[::2], arrays[1::2], strict=True))

    def note(self, names: range, outcomes: Sequence[tuple[Flags, Floats]]) -> None:
        """Keep gains and estimates by view."""
        for view, arrays in enumerate(outcomes):
            self.store.put(dict(zip(self._names(names, view), arrays, strict=True)))
        self.done += len(names)

    def _names(self, names: range, view: int) -> tuple[str, str]:
        start = f"{self.job}-{names.start}-{names.stop}-{view}"
        return f"{start}-gained", f"{start}-estimate"


def outcome(
    source: TrialSource,
    plan: Plan,
    replicates: int,
    n: int,
    views: Sequence[View],
    at_once: int = 50,
    memory: Memory | None = None,
) -> dict[str, tuple[Flags, Floats]]:
    """Draw studies of n people and tell in which the outcome happened.

    Parameters
    ----------
    source
        Of studies; see `follicle_sim.experiments.planning.trial_sources`.
    plan
        Complete: the outcome is a significant gain at all its weeks.
    views
        What is done to the drawn studies before they are analysed.
    memory
        Holds parts that an earlier run did, and gets those done now.

    Returns
    -------
    By view: significant gains (R, comparison, week) and mean estimates (week,).
    """
    good = 1.0 if plan.gains_rise else -1.0
    parts: dict[str, list[tuple[Flags, Floats]]] = {}
    for low in range(0, replicates, at_once):
        names = range(low, min(low + at_once, replicates))
        outcomes = None if memory is None else memory.recall(names, len(views))
        if outcomes is None:
            trials, outcomes = source.draw(names, n), []
            for _, change in views:
                results = analyse_trials(change(trials, names), (n,), plan, names).isel(size=0)
                estimate = results["estimate"].values
                with np.errstate(invalid="ignore"):
                    gained = (results["p"].values < plan.level_of_error) & (good * estimate > 0.0)
                outcomes.append((gained, estimate))
            if memory is not None:
                memory.note(names, outcomes)
        for (name, _), pair in zip(views, outcomes, strict=True):
            parts.setdefault(name, []).append(pair)
    return {
        name: (
            np.concatenate([gained for gained, _ in pairs]),
            np.asarray(np.concatenate([estimate for _, estimate in pairs]).mean(axis=(0, 1))),
        )
        for name, pairs in parts.items()
    }
