"""What a comparison is made of: people's values, and the effect found between two groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from follicle_sim.errors import InputError, Problem, did_you_mean

Floats = NDArray[np.float64]

Alternative = Literal["two_sided", "greater", "less"]
ALTERNATIVES: tuple[str, ...] = get_args(Alternative)
NUMBERS = ("estimate", "se", "low", "high", "p", "df")


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
    """

    baseline: Floats
    followed: Floats
    covariates: Floats | None = None

    @property
    def change(self) -> Floats:
        """Change from baseline, (..., n, V)."""
        return self.followed - self.baseline[..., None]

    @property
    def known(self) -> NDArray[np.bool_]:
        """Who has a baseline and all covariates, (..., n)."""
        known = np.isfinite(self.baseline)
        if self.covariates is not None:
            known &= np.isfinite(self.covariates).all(axis=-1)
        return known

    def __getitem__(self, index: int) -> Group:
        """Return one of many trials."""
        covariates = None if self.covariates is None else self.covariates[index]
        return Group(self.baseline[index], self.followed[index], covariates)


@dataclass(frozen=True, slots=True)
class Effect:
    """Treated minus control (or change from baseline), with its uncertainty.

    Parameters
    ----------
    estimate, se, low, high
        In the unit of the values; `se` is NaN for methods on ranks.
    p
        Of the test of no effect; 1 where nobody differs at all.
    df
        Degrees of freedom of `se`, NaN for methods on ranks.
    n_treated, n_control
        People behind it; in a comparison within persons `n_control` is 0.
    method
        One of `METHODS`.
    """

    estimate: float
    se: float
    low: float
    high: float
    p: float
    df: float
    n_treated: int
    n_control: int
    method: str

    @classmethod
    def missing(cls, n_treated: int, n_control: int, method: str) -> Effect:
        """Return the effect of a trial too small to tell."""
        nan = math.nan
        return cls(nan, nan, nan, nan, nan, nan, n_treated, n_control, method)


@dataclass(frozen=True)
class Effects:
    """As `Effect`, one entry a trial: arrays (R,)."""

    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    df: Floats
    n_treated: NDArray[np.int64]
    n_control: NDArray[np.int64]
    method: str

    def __len__(self) -> int:
        return int(self.estimate.size)

    def __getitem__(self, index: int) -> Effect:
        """Return the effect of one trial."""
        return Effect(
            float(self.estimate[index]),
            float(self.se[index]),
            float(self.low[index]),
            float(self.high[index]),
            float(self.p[index]),
            float(self.df[index]),
            int(self.n_treated[index]),
            int(self.n_control[index]),
            self.method,
        )


def direction(sided: int, *, gains_rise: bool) -> Alternative:
    """Return the alternative of a test that looks for what is good for hair where `sided` is 1."""
    if sided == 2:
        return "two_sided"
    return "greater" if gains_rise else "less"


def student(
    estimate: Floats,
    se: Floats,
    df: Floats,
    people: tuple[NDArray[np.int64], NDArray[np.int64]],
    method: str,
    level: float,
    alternative: Alternative,
) -> Effects:
    """Return effects tested by Student's t; arrays (R,), `people` treated and controls."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where((estimate == 0) & (se == 0), 0.0, estimate / se)
        half = stdtrit(df, 0.5 + level / 2) * se
        p = {
            "two_sided": 2.0 * stdtr(df, -np.abs(t)),
            "greater": stdtr(df, -t),
            "less": stdtr(df, t),
        }[alternative]
    known = np.isfinite(se) & (df > 0)
    se, p, half = (np.where(known, each, np.nan) for each in (se, p, half))
    return Effects(estimate, se, estimate - half, estimate + half, p, df, *people, method)


def stacked(effects: Sequence[Effect], method: str) -> Effects:
    """Return many effects as one table."""
    numbers = [np.array([getattr(effect, name) for effect in effects]) for name in NUMBERS]
    treated, control = (
        np.array([getattr(effect, name) for effect in effects], dtype=np.int64)
        for name in ("n_treated", "n_control")
    )
    estimate, se, low, high, p, df = numbers
    return Effects(estimate, se, low, high, p, df, treated, control, method)


def refuse(where: str, message: str) -> InputError:
    """Return an error about the analysis that was asked for."""
    return InputError("analysis", [Problem(where, message)])


def unknown(where: str, what: str, found: str, options: tuple[str, ...]) -> InputError:
    """Return an error about a name that does not exist, with the nearest that does."""
    return refuse(where, f'no {what} "{found}"{did_you_mean(found, options)}')
