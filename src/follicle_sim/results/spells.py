"""Spells of tracked follicles as a list: who was in which phase from when to when, and what is cut.

A phase that ran when the follicle was first seen is met the more often the longer it is. It counts
from the age at which it came under observation (delayed entry), and one that still runs at the
last visit is cut there (right censoring). The same holds for a follicle that is destroyed, and for
one whose person stays away from then on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.base.arguments import check_dataset
from follicle_sim.base.codes import CYCLE, NO_FOLLICLE, Phase
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.types import Flags, Floats

Whole = NDArray[np.int64]


@dataclass(frozen=True)
class SpellList:
    """N spells of single follicles.

    Parameters
    ----------
    arm, person, follicle, phase : (N,)
        Number of the arm, of the person in it (all replicates together) and of the follicle; code.
    entry, exit : (N,)
        Days since the phase began: when it came under observation, and when it ended or was cut.
    ended : (N,)
        Whether it ended, and was not cut.
    """

    arm: Whole
    person: Whole
    follicle: Whole
    phase: Whole
    entry: Floats
    exit: Floats
    ended: Flags

    def of(self, arm: int, phase: int) -> SpellList:
        """Return the spells of one phase in one arm."""
        here = (self.arm == arm) & (self.phase == phase)
        names = self.__dataclass_fields__
        return SpellList(**{name: getattr(self, name)[here] for name in names})


def spells_of(dataset: xr.Dataset, where: str = "spells") -> SpellList:
    """Return the spells of the tracked follicles of a run.

    Raises
    ------
    InputError
        No follicle was tracked.
    """
    onset, phase = recorded_spells(dataset, where)
    first, last = _observed(dataset)
    begins = np.isfinite(onset) & (phase < len(CYCLE))
    follows = np.full(onset.shape, np.inf)
    follows[..., :-1] = np.where(np.isfinite(onset[..., 1:]), onset[..., 1:], np.inf)
    heir = np.full(phase.shape, NO_FOLLICLE, np.int64)
    heir[..., :-1] = phase[..., 1:]
    until = last[..., None, None]
    ended = (follows <= until) & (heir != int(Phase.LOST))
    since, to = np.maximum(onset, first[..., None, None]), np.minimum(follows, until)
    kept = begins & (to > since)
    arm, person, follicle, spell = np.nonzero(kept)
    at = (arm, person, follicle, spell)
    return SpellList(
        arm, person, follicle, phase[at].astype(np.int64), since[at] - onset[at],
        to[at] - onset[at], ended[at],
    )  # fmt: skip


def recorded_spells(dataset: xr.Dataset, where: str) -> tuple[Floats, NDArray[np.uint8]]:
    """Return onset and phase (arm, person, follicle, spell), all replicates together."""
    dataset = check_dataset(where, dataset, ("arm", "subject", "time"))
    if "spell_onset" not in dataset:
        message = 'no follicle was tracked; add "tracked_follicles = 50" to the [record] table'
        raise InputError(where, [Problem("record.tracked_follicles", message)])
    further = ("tracked", "spell")
    onset, phase = (_people(dataset[f"spell_{name}"], further) for name in ("onset", "phase"))
    return onset.astype(np.float64), phase.astype(np.uint8)


def _people(values: xr.DataArray, further: tuple[str, ...]) -> NDArray[np.generic]:
    """Return (arm, person, ...) with the persons of all replicates in one row."""
    lead = ("replicate",) if "replicate" in values.dims else ()
    array = values.transpose("arm", *lead, "subject", *further).values
    return array.reshape(array.shape[0], -1, *array.shape[len(lead) + 2 :])


def visit_days(dataset: xr.Dataset) -> Floats:
    """Return the day (arm, person, visit) of each visit, NaN where the person did not come."""
    if "visit_day" in dataset:
        return _people(dataset["visit_day"], ("time",)).astype(np.float64)
    people = dataset.sizes["subject"] * dataset.sizes.get("replicate", 1)
    planned = np.asarray(dataset["time"].values, dtype=np.float64)
    return np.broadcast_to(planned, (dataset.sizes["arm"], people, planned.size))


def _observed(dataset: xr.Dataset) -> tuple[Floats, Floats]:
    """Return the first and last day (arm, person) on which each person was seen."""
    days = visit_days(dataset)
    seen = np.isfinite(days)
    return np.where(seen, days, np.inf).min(axis=-1), np.where(seen, days, -np.inf).max(axis=-1)
