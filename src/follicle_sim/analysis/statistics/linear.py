"""Comparisons by least squares, for many trials at once: t, Welch, covariance, within persons.

Every function takes groups with one leading dimension, R trials, and uses the people whose change
is known. Formulas are the textbook ones (Snedecor and Cochran, Statistical Methods, chapters on t
and on covariance); the tests hold them against SciPy, statsmodels and printed examples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.statistics.effects import (
    Alternative,
    Effects,
    give_need,
    give_reason,
    no_reasons,
    student,
)
from follicle_sim.analysis.statistics.groups import Group, dust_of
from follicle_sim.base.types import Floats

ALIASED = 1e-9
"""A column is a sum of earlier ones when less than this share of it is left beside them."""

ALIASED_ARM = (
    "the arm cannot be told from what is adjusted for: baseline or strata differ between the arms "
    "in such a way that they say who was treated; more people, or method t_test, would help"
)


def moments(values: Floats, dust: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return count, mean and sum of squares about it over the last axis, without missing ones.

    A sum of squares that rounding alone explains is exactly 0; see
    `follicle_sim.analysis.statistics.groups.DUST`.
    """
    finite = np.isfinite(values)
    n = finite.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(finite, values, 0.0).sum(axis=-1) / n
        squares = np.where(finite, values - mean[..., None], 0.0) ** 2
    return n, mean, swept(squares.sum(axis=-1), n, dust)


def swept(squares: Floats, n: NDArray[np.int64], dust: Floats) -> Floats:
    """Return sums of squares of n numbers, 0 where rounding alone explains them."""
    return np.where(squares <= n * dust**2, 0.0, squares)


def t_test(
    treated: Group, control: Group, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Compare mean changes with one variance for both groups."""
    dust = dust_of(treated, control)
    (n1, mean1, ss1), (n0, mean0, ss0) = (
        moments(group.change[..., visit], dust) for group in (treated, control)
    )
    df = np.maximum(n1 + n0 - 2.0, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt((ss1 + ss0) / df * (1.0 / n1 + 1.0 / n0))
    why = no_reasons(se.shape)
    give_need(why, (n1 < 1) | (n0 < 1), lambda i: few((n1[i], n0[i]), "1 in each arm, 3 in all"))
    give_need(why, df < 1.0, lambda i: few((n1[i], n0[i]), "3 in all"))
    people = (n1, n0)
    return student(mean1 - mean0, se, df, people, "t_test", level, alternative, why=why)


def welch(
    treated: Group, control: Group, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Compare mean changes with a variance for each group (Welch 1947, Satterthwaite's df)."""
    dust = dust_of(treated, control)
    (n1, mean1, ss1), (n0, mean0, ss0) = (
        moments(group.change[..., visit], dust) for group in (treated, control)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        part1, part0 = ss1 / (n1 - 1.0) / n1, ss0 / (n0 - 1.0) / n0
        df = (part1 + part0) ** 2 / (part1**2 / (n1 - 1.0) + part0**2 / (n0 - 1.0))
    # No spread at all: any df gives the same answer.
    df = np.where(part1 + part0 == 0.0, n1 + n0 - 2.0, df)
    why = no_reasons(df.shape)
    give_need(why, (n1 < 2) | (n0 < 2), lambda i: few((n1[i], n0[i]), "2 in each arm"))
    se = np.sqrt(part1 + part0)
    people = (n1, n0)
    return student(mean1 - mean0, se, df, people, "welch", level, alternative, why=why)


def within(
    treated: Group, control: Group | None, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Test the mean change of each person, or of the difference between a person's two sides."""
    dust = dust_of(treated, control)
    n, mean, ss = moments(differences(treated, control, visit), dust)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(ss / (n - 1.0) / n)
    df = np.maximum(n - 1.0, 0.0)
    why = no_reasons(df.shape)
    give_need(why, n < 2, lambda i: few((n[i],), "2"))
    people = (n, np.zeros_like(n))
    return student(mean, se, df, people, "paired_t", level, alternative, why=why)


def few(people: Sequence[int], needed: str) -> str:
    """Return the sentence that too few people have a value.

    Examples
    --------
    >>> few((2, 1), "4 in all")
    'too few people: 2 + 1 have a value, 4 in all are needed'
    """
    have = " + ".join(f"{int(count)}" for count in people)
    return f"too few people: {have} have a value, {needed} are needed"


def differences(treated: Group, control: Group | None, visit: int) -> Floats:
    """Return each person's change, less that of the same row of `control` where there is one."""
    change = treated.change[..., visit]
    return change if control is None else change - control.change[..., visit]


def ancova(
    treated: Group, control: Group, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Compare changes adjusted for baseline and covariates, one slope for both groups.

    A column that says nothing beyond the others (a baseline equal in all) is left out.
    """
    dust = dust_of(treated, control)
    usable = [
        group.complete & np.isfinite(group.change[..., visit]) for group in (treated, control)
    ]
    n1, n0 = (people_of_arm.sum(axis=-1) for people_of_arm in usable)
    people_used = np.concatenate(usable, axis=-1)
    change = np.concatenate([treated.change[..., visit], control.change[..., visit]], axis=-1)
    arm = np.concatenate([np.ones_like(treated.baseline), np.zeros_like(control.baseline)], axis=-1)
    fitted = Fitted(people_used)
    for column in columns(treated, control):
        fitted.adjust_for(column)
    y, x = fitted.unexplained(change), fitted.unexplained(arm)
    size = (x * x).sum(axis=-1)
    separable = size > ALIASED**2 * n1
    size = np.where(separable, size, np.nan)
    slope = (x * y).sum(axis=-1) / size
    unexplained = swept(((y - slope[..., None] * x) ** 2).sum(axis=-1), n1 + n0, dust)
    df = np.maximum(n1 + n0 - 1.0 - fitted.rank, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        se = np.sqrt(unexplained / df / size)
    why = no_reasons(df.shape)

    def need_text(index: int) -> str:
        return f"{int(fitted.rank[index]) + 2} in all (arm, mean and what is adjusted for, 1 more)"

    give_need(
        why, (n1 < 1) | (n0 < 1), lambda i: few((n1[i], n0[i]), f"1 in each arm, {need_text(i)}")
    )
    give_need(why, df < 1.0, lambda i: few((n1[i], n0[i]), need_text(i)))
    give_reason(why, ~separable, ALIASED_ARM)
    people = (n1, n0)
    return student(slope, se, df, people, "ancova", level, alternative, why=why)


def columns(treated: Group, control: Group) -> Iterable[Floats]:
    """Yield what is adjusted for, (..., n_treated + n_control): baseline, then the covariates."""
    yield np.concatenate([treated.baseline, control.baseline], axis=-1)
    if treated.covariates is not None and control.covariates is not None:
        joined = np.concatenate([treated.covariates, control.covariates], axis=-2)
        yield from np.moveaxis(joined, -1, 0)


class Fitted:
    """The mean and the columns so far, orthonormal, of the people used in each trial."""

    def __init__(self, used: NDArray[np.bool_]) -> None:
        self.used = used
        ones = used.astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            self._base = [ones / np.sqrt(ones.sum(axis=-1, keepdims=True))]
        self.rank = np.ones(used.shape[:-1])

    def unexplained(self, column: Floats) -> Floats:
        """Return what of a column the others do not explain, 0 for people not used."""
        unexplained = np.where(self.used, column, 0.0)
        # A second pass takes away the rounding that the first one leaves.
        for _ in range(2):
            for direction in self._base:
                unexplained = (
                    unexplained - (unexplained * direction).sum(axis=-1, keepdims=True) * direction
                )
        return unexplained

    def adjust_for(self, column: Floats) -> None:
        """Add a column, in those trials where it is not a sum of the others."""
        length = np.sqrt((np.where(self.used, column, 0.0) ** 2).sum(axis=-1))
        unexplained = self.unexplained(column)
        size = np.sqrt((unexplained * unexplained).sum(axis=-1))
        new = size > ALIASED * length
        with np.errstate(invalid="ignore", divide="ignore"):
            self._base.append(np.where(new[..., None], unexplained / size[..., None], 0.0))
        self.rank = self.rank + new
