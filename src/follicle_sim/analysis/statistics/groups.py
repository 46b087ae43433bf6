"""The people of one arm as numbers, and how small a difference between them is rounding."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.types import Floats

DUST = 1e-9
"""Share of the largest value below which a difference between values is rounding.

A change is a difference of two counts, so it carries the last bits of both, and those depend on the
order in which a machine adds. People whose changes differ by less than this share of the counts are
alike: they tie in ranks, and a spread as small is none."""


@dataclass(frozen=True)
class Group:
    """The people of one arm; NaN where a value is missing.

    Every array may have leading dimensions, the same in all, for many trials at once.

    Parameters
    ----------
    baseline : (..., n)
        Value before treatment.
    followed : (..., n, V)
        Values at the follow-up visits, in the unit of the baseline.
    covariates : (..., n, k)
        Further columns to adjust for, strata already as indicators; None for none.
    size : (...,)
        Largest absolute value that the numbers were worked out from, where they are themselves
        differences; default: the largest of baseline and visits.
    """

    baseline: Floats
    followed: Floats
    covariates: Floats | None = None
    size: Floats | None = None

    @property
    def change(self) -> Floats:
        """Change from baseline, (..., n, V)."""
        return self.followed - self.baseline[..., None]

    @property
    def complete(self) -> NDArray[np.bool_]:
        """Who has a baseline and all covariates, (..., n)."""
        complete = np.isfinite(self.baseline)
        if self.covariates is not None:
            complete &= np.isfinite(self.covariates).all(axis=-1)
        return complete

    @property
    def largest(self) -> Floats:
        """Largest absolute value behind the numbers, (...,); 0 where nothing is known."""
        if self.size is not None:
            return self.size
        values = np.concatenate([self.baseline[..., None], self.followed], axis=-1)
        sizes = np.where(np.isfinite(values), np.abs(values), 0.0)
        return np.asarray(sizes.max(axis=(-2, -1), initial=0.0))

    def of(self, people: NDArray[np.intp]) -> Group:
        """Return some people of one trial, in this order."""
        covariates = None if self.covariates is None else self.covariates[people]
        return replace(
            self,
            baseline=self.baseline[people],
            followed=self.followed[people],
            covariates=covariates,
        )

    def __getitem__(self, index: int) -> Group:
        """Return one of many trials."""
        covariates = None if self.covariates is None else self.covariates[index]
        size = None if self.size is None else self.size[index]
        return Group(self.baseline[index], self.followed[index], covariates, size)


def dust_of(*groups: Group | None) -> Floats:
    """Return the difference between two values that is still rounding, (...,)."""
    largest = [group.largest for group in groups if group is not None]
    return np.asarray(DUST * np.max(largest, axis=0))
