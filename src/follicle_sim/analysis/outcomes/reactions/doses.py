"""The doses that the people of an arm took, as side effects ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from follicle_sim.analysis.outcomes.exposures import Exposure
from follicle_sim.base.types import Flags, Floats
from follicle_sim.pharmacology.dosing import minutes


@dataclass(frozen=True)
class Doses:
    """The doses of one treatment that the people of an arm took.

    times : (K,) day, each once; amounts : (S, K) taken by each person, 0 where none was;
    took : (S, K); begins, ends : (S,) day from and up to which each person used it, infinity and
    minus infinity where never; last : (S,) day up to which each person was seen.
    """

    times: Floats
    amounts: Floats
    took: Flags
    begins: Floats
    ends: Floats
    last: Floats


def doses_of(lines: Sequence[Exposure], last: Floats) -> Doses:
    """Return the doses of some lines as one: what falls on the same minute is one session.

    Its amount is the sum, so that two half sessions at once are one.

    lines : of the same people; last : (S,) day up to which each was seen
    """
    times = np.concatenate([line.times for line in lines])
    took = np.concatenate([line.took for line in lines], axis=1)
    given = np.concatenate([np.full(line.times.size, line.dose.amount) for line in lines])
    gaps = np.concatenate([np.full(line.times.size, line.dose.every or 0.0) for line in lines])
    _, first, place = np.unique(minutes(times)[0], return_index=True, return_inverse=True)
    amounts = np.zeros((last.size, first.size))
    taken = np.zeros((last.size, first.size), np.bool_)
    for k in range(times.size):
        amounts[:, place[k]] += np.where(took[:, k], given[k], 0.0)
        taken[:, place[k]] |= took[:, k]
    begins = np.where(took, times, np.inf).min(axis=1, initial=np.inf)
    ends = np.where(took, times + gaps, -np.inf).max(axis=1, initial=-np.inf)
    return Doses(times[first], amounts, taken, begins, np.minimum(ends, last), last)


def throughout(last: Floats) -> Doses:
    """Return doses of nothing from baseline to the end, as on placebo."""
    people = last.size
    taken = np.ones((people, 1), np.bool_)
    return Doses(np.zeros(1), np.zeros((people, 1)), taken, np.zeros(people), last, last)
