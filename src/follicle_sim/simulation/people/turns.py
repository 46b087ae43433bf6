"""When the disease of a person is silent, and when each of the person's patches is.

Every draw is named by the person, and those of a patch by its number too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import log_array, uniforms
from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import Patches

MOST_SILENCES = 32
"""Remissions that are drawn of a person, before and again after the whole scalp is taken: enough
for a lifetime at the rates known."""

NEVER = np.inf

Grades = NDArray[np.int64]
"""Number (S,) of each person's grade."""


@dataclass(frozen=True)
class Turns:
    """When the disease of S people is silent: from `silent` to `awake` (S, K), days, in order.

    Where there is no further time both are infinite. `straggle` (S, K) are the mean days by which
    a patch is later, either way.
    """

    silent: Floats
    awake: Floats
    straggle: Floats

    def in_pieces(self, people: slice, pieces: int, grid: Floats, who: DrawNames) -> Floats:
        """Return (S, R, T) whether each piece of the scalps of some people is silent, 1 or 0.

        Each turns an exponential time of its own, `straggle` days on average, after the person's
        disease, which is what its patches have in common. One that has not fallen silent by the
        time it awakes was not silent at all.
        """
        silent, awake = self.silent[people], self.awake[people]
        known = int((silent <= grid[-1]).sum(axis=1).max(initial=0))
        silent, awake = silent[:, None, :known], awake[:, None, :known]
        straggle = self.straggle[people, None, :known]
        if straggle.any():
            waits = [_wait(who.of(people), pieces, known, side) for side in (0, 1)]
            silent, awake = silent + straggle * waits[0], awake + straggle * waits[1]
        return _within(silent, np.maximum(silent, awake), pieces, grid)


def _wait(who: DrawNames, pieces: int, turns: int, side: int) -> Floats:
    """Return (S, R, K) by how much later each piece turns, as multiples of the mean."""
    piece, turn = np.arange(pieces)[:, None], np.arange(turns)
    number = (2 * (2 * MOST_SILENCES * piece + turn) + side).reshape(-1)
    u = uniform(who, number, Decision.PATCH_FOLLOWS)
    return -log_array(u).reshape(-1, pieces, turns)


def _within(start: Floats, end: Floats, pieces: int, grid: Floats) -> Floats:
    """Return (S, R, T) 1 at nodes that lie in any of some spans (S, R or 1, K), otherwise 0."""
    people, given, spans = start.shape
    depth = np.zeros((people * given, grid.size + 1))
    row = np.repeat(np.arange(people * given), spans)
    for days, step in ((start, 1.0), (end, -1.0)):
        np.add.at(depth, (row, np.searchsorted(grid, days.reshape(-1))), step)
    inside = np.cumsum(depth[:, :-1], axis=1) > 0.0
    whole = inside.reshape(people, given, grid.size).astype(np.float64)
    return np.broadcast_to(whole, (people, pieces, grid.size))


def draw_turns(patches: Patches, grade: Grades, whole_on: Floats, who: DrawNames) -> Turns:
    """Draw when the disease of S people falls silent and awakes: waiting times are exponential.

    Parameters
    ----------
    grade : (S,)
    whole_on : (S,) day on which the disease takes the whole scalp: it is awake then, and turns as
        that of the last grade from there on; infinite where it never does
    """
    mean = np.array(patches.straggle)
    silent, awake = _alternate(patches, grade, 0, who)
    straggle = np.broadcast_to(mean[grade][:, None], silent.shape)
    silent = np.where(silent < whole_on[:, None], silent, NEVER)
    awake = np.where(silent < NEVER, np.minimum(awake, whole_on[:, None]), NEVER)
    if np.isfinite(whole_on).any():
        last = np.full_like(grade, len(patches.least) - 1)
        later = (whole_on[:, None] + days for days in _alternate(patches, last, 1, who))
        silent, awake = (
            np.concatenate(both, axis=1) for both in zip((silent, awake), later, strict=True)
        )
        straggle = np.concatenate([straggle, np.full_like(straggle, mean[-1])], axis=1)
        order = np.argsort(silent, axis=1, kind="stable")
        silent, awake, straggle = (
            np.take_along_axis(days, order, axis=1) for days in (silent, awake, straggle)
        )
    return Turns(silent, awake, straggle)


def _alternate(patches: Patches, grade: Grades, part: int, who: DrawNames) -> tuple[Floats, Floats]:
    """Return (S, MOST_SILENCES) days of falling silent and of awaking, from a first day on."""
    numbers = part * MOST_SILENCES + np.arange(MOST_SILENCES)
    remission, relapse = np.array(patches.remission)[grade], np.array(patches.relapse)[grade]
    wait = -log_array(uniform(who, numbers, Decision.REMISSION)) / remission[:, None]
    rest = -log_array(uniform(who, numbers, Decision.RELAPSE)) / relapse[:, None]
    days = np.cumsum(np.stack([wait, rest], axis=2).reshape(len(wait), -1), axis=1)
    return days[:, ::2], days[:, 1::2]


def draw_whole_scalp(patches: Patches, grade: Grades, who: DrawNames) -> Floats:
    """Draw the day (S,) on which the disease takes the whole scalp; infinite, never."""
    rate = np.array(patches.whole_scalp)[grade]
    if not rate.any():
        return np.full(rate.shape, NEVER)
    wait = -log_array(uniform(who, [0], Decision.WHOLE_SCALP)[:, 0])
    return np.asarray(np.divide(wait, rate, out=np.full(rate.shape, NEVER), where=rate > 0.0))


def uniform(who: DrawNames, numbers: ArrayLike, decision: Decision) -> Floats:
    """Return (S, N) uniforms of each person, N of them."""
    return uniforms(*who.keys, who.column, SUBJECT_LEVEL, np.asarray(numbers), int(decision))
