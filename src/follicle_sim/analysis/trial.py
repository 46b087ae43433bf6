"""One endpoint of a trial as arrays: who was in which arm, seen when, with what value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.statistics.effects import refuse
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.types import Flags, Floats
from follicle_sim.scenario.fields.methods import SMALLER_IS_BETTER

SHARED = frozenset({"counterfactual", "split_scalp"})
"""Designs whose arms hold the same people."""

SAME_DAY = 0.5
"""Visits closer than this to the time asked for are that visit, day."""


@dataclass(frozen=True)
class Trial:
    """One endpoint of R trials (replicates) of A arms of at most S people at T visits.

    Parameters
    ----------
    arms, roles
        Labels and roles.
    endpoint, unit
        What `values` are.
    kind
        Kind of the design.
    days : (T,)
        Nominal days of the visits since baseline.
    values : (R, A, S, T)
        NaN where nobody was measured.
    known
        Further variables of people, (R, A, S) or (R, A, S, T), by name; only what the design has.
    periods
        Of a crossover: start (day) and label of the treatment given to each arm (sequence).
    switch
        Of a delayed start: day from which everybody is treated; NaN otherwise.
    seed
        Seed of the run, for draws that belong to the analysis.
    stratified
        Randomisation was balanced within classes of severity.
    drawn_as
        Names of the arms in the random draws; empty where they are the labels.
    """

    arms: tuple[str, ...]
    roles: tuple[str, ...]
    endpoint: str
    unit: str
    kind: str
    days: Floats
    values: Floats
    known: Mapping[str, NDArray[Any]]
    periods: tuple[tuple[float, Mapping[str, str]], ...]
    switch: float
    seed: int
    stratified: bool = False
    drawn_as: tuple[str, ...] = ()

    @cached_property
    def enrolled(self) -> Flags:
        """Where there is a person, (R, A, S)."""
        if "enrolled" in self.known:
            return np.asarray(self.known["enrolled"] == 1)
        return np.ones(self.values.shape[:3], dtype=bool)

    @property
    def paired(self) -> bool:
        """Tell whether every arm holds the same people."""
        return self.kind in SHARED

    @property
    def larger_is_better(self) -> bool:
        """Tell whether a gain of the endpoint is what treatment is for."""
        return self.endpoint not in SMALLER_IS_BETTER

    def name(self, label: str) -> str:
        """Return the name of an arm, or of what is given in a crossover, in the random draws."""
        return dict(zip(self.arms, self.drawn_as, strict=False)).get(label, label)

    def arm(self, label: str) -> int:
        """Return the position of an arm; refuses one that is not there."""
        if label not in self.arms:
            raise refuse("comparisons", f'no arm "{label}"{did_you_mean(label, self.arms)}')
        return self.arms.index(label)

    def visit(self, day: float) -> int:
        """Return the position of the visit nearest to a day; refuses one without a visit."""
        at = int(np.argmin(np.abs(self.days - day)))
        if abs(self.days[at] - day) > SAME_DAY:
            weeks = ", ".join(f"{day_of_visit / 7:g}" for day_of_visit in self.days[:20])
            raise refuse("at", f"nobody is seen at week {day / 7:g}; visits: weeks {weeks}")
        return at

    def group(self, arm: int, visits: Sequence[int], start: int, keep: Flags) -> Group:
        """Return the people of an arm in all R trials.

        Parameters
        ----------
        visits
            Positions of the follow-up visits.
        start
            Position of the baseline visit.
        keep : (R, A, S)
            Everybody else becomes missing.
        """
        values = np.where(keep[:, arm, :, None], self.values[:, arm], np.nan)
        return Group(values[..., start], values[..., list(visits)])
