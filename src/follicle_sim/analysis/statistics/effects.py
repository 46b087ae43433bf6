"""The effect found between two groups, or why none could be found."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.types import Floats

Alternative = Literal["two_sided", "greater", "less"]
ALTERNATIVES: tuple[str, ...] = get_args(Alternative)
NUMBERS = ("estimate", "se", "low", "high", "p", "df")

Reasons = NDArray[np.object_]
"""Why a number could not be had, "" where it could, (R,)."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Treated minus control (or change from baseline), with its uncertainty.

    Parameters
    ----------
    estimate, se, low, high
        In the unit of the values; `se` is NaN for methods on ranks.
    p
        Of the test of no effect; by ranks it is 1 where nobody differs at all.
    df
        Degrees of freedom of `se`, NaN for methods on ranks.
    n_treated, n_control
        People behind it; in a comparison within persons `n_control` is 0.
    method
        One of `METHODS`.
    why
        Why p, an interval, or all of it could not be had; "" where it could.
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
    why: str = ""

    @classmethod
    def missing(cls, n_treated: int, n_control: int, method: str, why: str) -> Effect:
        """Return the effect of a trial that cannot tell, with the reason."""
        nan = math.nan
        return cls(nan, nan, nan, nan, nan, nan, n_treated, n_control, method, why)


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
    why: Reasons

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
            str(self.why[index]),
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
    *,
    why: Reasons | None = None,
) -> Effects:
    """Return effects tested by Student's t.

    Parameters
    ----------
    estimate, se, df : (R,)
        `se` of exactly 0 says that nobody differs from what the method expects of them.
    people
        Treated and controls behind each, (R,) twice.
    why
        Reasons found so far; where there is one, p and interval are NaN. They are also where `se`
        is 0: there is nothing to hold the estimate against, be it 0 itself.
    """
    why = no_reasons(se.shape) if why is None else why
    give_reason(why, (se == 0.0) & (df > 0.0), NO_SPREAD)
    testable = np.isfinite(se) & (df > 0) & (why == "")
    give_reason(why, ~testable, "too few people")
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / se
        half = stdtrit(df, 0.5 + level / 2) * se
        p = {
            "two_sided": 2.0 * stdtr(df, -np.abs(t)),
            "greater": stdtr(df, -t),
            "less": stdtr(df, t),
        }[alternative]
    se, p, half = (np.where(testable, values, np.nan) for values in (se, p, half))
    return Effects(estimate, se, estimate - half, estimate + half, p, df, *people, method, why)


NO_SPREAD = (
    "no spread: people of one arm changed alike, so there is nothing to judge a difference by"
)


def no_reasons(shape: tuple[int, ...]) -> Reasons:
    """Return a table without reasons."""
    return np.full(shape, "", dtype=np.object_)


def give_reason(why: Reasons, where: NDArray[np.bool_], reason: str) -> None:
    """Write a reason where it holds and no earlier one stands."""
    why[where & (why == "")] = reason


def give_need(why: Reasons, where: NDArray[np.bool_], reason: Callable[[int], str]) -> None:
    """Write a reason made from the position of each trial where it holds."""
    for index in np.flatnonzero(where & (why == "")).tolist():
        why[index] = reason(index)


def stacked(effects: Sequence[Effect], method: str) -> Effects:
    """Return many effects as one table."""
    numbers = [np.array([getattr(effect, name) for effect in effects]) for name in NUMBERS]
    treated, control = (
        np.array([getattr(effect, name) for effect in effects], dtype=np.int64)
        for name in ("n_treated", "n_control")
    )
    estimate, se, low, high, p, df = numbers
    why = np.array([effect.why for effect in effects], dtype=np.object_)
    return Effects(estimate, se, low, high, p, df, treated, control, method, why)


def refuse(where: str, message: str) -> InputError:
    """Return an error about the analysis that was asked for."""
    return InputError("analysis", [Problem(where, message)])


def unknown(where: str, kind: str, name: str, options: tuple[str, ...]) -> InputError:
    """Return an error about a name that does not exist, with the nearest that does."""
    return refuse(where, f'no {kind} "{name}"{did_you_mean(name, options)}')
