"""How often something happened, as it was counted or printed, and what that leaves open."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator
from scipy.special import betaincinv, betaln, ndtri

from follicle_sim.analysis.statistics.exact import exact_limits
from follicle_sim.base.normal import NORMAL_95
from follicle_sim.pharmacology.treatment_parts import FrozenTable

Whole = Annotated[int, Field(ge=0, le=10_000_000)]
Rate = Annotated[float, Field(gt=0.0, lt=1.0)]

STEPS = 2001
"""Quantiles over which a law without a closed form is averaged."""


class Count(FrozenTable):
    """A share of people, known from one of three things.

    Counts (`events` among `of`) leave Jeffreys' posterior open, Beta(events + 1/2, of - events +
    1/2), which is above 0 though nobody was affected. A share printed with its 95 % interval
    (`share`, `low`, `high`) is the median of a law whose logit is normal on either side, with a
    width of its own, so that both limits come back. Of a highest share (`at_most`) every lower one
    is as likely.
    """

    events: Whole | None = None
    of: Whole | None = None
    share: Rate | None = None
    low: Rate | None = None
    high: Rate | None = None
    at_most: Annotated[float, Field(gt=0.0, le=1.0)] | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Count:
        counted = (self.events, self.of)
        printed = (self.share, self.low, self.high)
        ways = [counted, printed, (self.at_most,)]
        begun = [way for way in ways if any(part is not None for part in way)]
        if len(begun) != 1 or any(part is None for part in begun[0]):
            raise ValueError("give events and of, or share, low and high, or at_most: one of these")
        if (counted_people := self.counted) is not None:
            events, of = counted_people
            if of == 0:
                raise ValueError("of: nobody was looked at")
            if events > of:
                raise ValueError(f"events: {events} among {of} people")
        if (
            self.low is not None
            and self.high is not None
            and not self.low < self.center < self.high
        ):
            raise ValueError("low, share and high must rise")
        return self

    @property
    def counted(self) -> tuple[int, int] | None:
        """Events and people, None where a share was printed."""
        return None if self.events is None or self.of is None else (self.events, self.of)

    @property
    def center(self) -> float:
        """The share as counted or printed; the highest one where only that was."""
        if self.counted is not None:
            return self.counted[0] / self.counted[1]
        return next(part for part in (self.share, self.at_most) if part is not None)

    def quantile(self, u: float) -> float:
        """Return the share that a draw u in (0, 1) stands for; never 0."""
        if self.counted is not None:
            return float(betaincinv(*_jeffreys(*self.counted), u))
        if self.share is not None:
            assert self.low is not None
            assert self.high is not None
            z, middle = float(ndtri(u)), _logit(self.share)
            width = middle - _logit(self.low) if z < 0.0 else _logit(self.high) - middle
            return _expit(middle + z * width / NORMAL_95)
        assert self.at_most is not None
        return self.at_most * u

    def survives(self, times: float) -> float:
        """Return the expected chance that nothing happens `times` times in a row, E[(1 - p)^times].

        Of counts it is B(a, b + times) / B(a, b); else an average over quantiles.
        """
        if self.counted is not None:
            a, b = _jeffreys(*self.counted)
            return float(np.exp(betaln(a, b + times) - betaln(a, b)))
        middle = (np.arange(STEPS) + 0.5) / STEPS
        shares = np.array([self.quantile(float(u)) for u in middle])
        return float(np.mean((1.0 - shares) ** times))

    @property
    def mean(self) -> float:
        """Mean of what is left open."""
        return 1.0 - self.survives(1.0)

    def limits(self, level: float) -> tuple[float, float]:
        """Return the interval of the share: exact of counts, as printed else.

        Examples
        --------
        >>> low, high = Count(events=0, of=30).limits(0.95)
        >>> low, round(high, 4)
        (0.0, 0.095)
        """
        if self.counted is not None:
            return exact_limits(*self.counted, level)
        if self.at_most is not None:
            return 0.0, self.at_most
        tail = (1.0 - level) / 2.0
        return self.quantile(tail), self.quantile(1.0 - tail)


def _jeffreys(events: int, of: int) -> tuple[float, float]:
    return events + 0.5, of - events + 0.5


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


def _expit(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))
