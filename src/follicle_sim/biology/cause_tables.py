"""What acts in a condition file, as tables: attacks, losses, clocks, shafts and signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.quantity import (
    OLDEST_AGE,
    ByAge,
    Day,
    Days,
    Micrometres,
    Positive,
    PositiveByAge,
    Quantity,
    Rate,
    Share,
    Signed,
    Speed,
    ThinningByAge,
    Variation,
    Years,
)
from follicle_sim.biology.ages import AgeCurve
from follicle_sim.biology.causes import HALF_WIDTH
from follicle_sim.biology.factors import load_factors

CERTAIN = 0.999999
"""Largest share that a pulse strikes: a hazard that strikes all would be infinite."""

MOST_CYCLES = 200

Text = Annotated[str, Field(min_length=1)]


class FrozenTable(BaseModel):
    """A table of a condition's file: no unknown key, and nobody changes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Timed(FrozenTable):
    """Something that happens: always, once, or again and again.

    `start` is in days since baseline, negative before it; without it, it has always been so.
    `start_sd` is how much people differ in it. `through` are powers of factor levels that it is
    proportional to, and `lag` the mean days with which it follows them and the state of its patch,
    `lag_back` those on the way up.
    """

    about: Text
    start: Day | None = None
    start_sd: Days | None = None
    duration: Days | None = None
    every: Days | None = None
    count: Annotated[int, Field(ge=1, le=MOST_CYCLES, strict=True)] = 1
    within: Literal["patches"] | None = None
    through: Mapping[str, Signed] = Field(default_factory=dict)
    lag: Days | None = None
    lag_back: Days | None = None

    @model_validator(mode="after")
    def _follows_factors(self) -> Timed:
        names = load_factors().names
        for name in self.through:
            if name not in names:
                raise ValueError(f'through: no factor "{name}"{did_you_mean(name, names)}')
        if self.lag is not None and not (self.through or self.within):
            raise ValueError("lag is that of the factors in `through`, or of patches; it has none")
        if self.lag_back is not None and self.lag is None:
            raise ValueError(
                "lag_back is the lag on the way up; give lag, that on the way down, too"
            )
        return self

    @model_validator(mode="after")
    def _times_fit(self) -> Timed:
        if self.start is None:
            for key in ("start_sd", "duration", "every"):
                if getattr(self, key) is not None:
                    raise ValueError(f"{key} needs a start; without one it has always been so")
        elif self.duration is None:
            raise ValueError("duration is missing: for how long after its start")
        if self.count > 1 and self.every is None:
            raise ValueError("every is missing: days from the start of one cycle to the next")
        if self.every is not None and self.duration is not None:
            if self.count == 1:
                raise ValueError("count is missing: how many cycles there are")
            if self.every.value < self.duration.value:
                raise ValueError(
                    f"a cycle lasts {self.duration.value:g} days and the next begins "
                    f"{self.every.value:g} days after its start; allowed: no overlap"
                )
        return self


class AttackTable(Timed):
    """A hazard on growing hairs: its rate, or the share that is struck while it lasts.

    `falls` is the share of struck hairs that fall at once; the others go through catagen and rest.
    `delay` are the mean days from the strike to what it does, and `delay_sd` how much hairs differ.
    `person_cv` is how much people differ in it, `least` the smallest rate that anybody has (people
    with less do not have the disease), `sensitivity_power` how strata of follicles differ.
    `activity` makes it a switch: up to `rate`, half of it where the activity is 1, the more sudden
    the higher the `steepness`; the number is the activity in an untreated person of mean strength.
    """

    rate: Rate | None = None
    share: Share | None = None
    falls: Share | None = None
    delay: Days | None = None
    delay_sd: Days | None = None
    person_cv: Variation | None = None
    least: Rate | None = None
    sensitivity_power: Signed | None = None
    activity: Positive | None = None
    steepness: Positive | None = None

    @model_validator(mode="after")
    def _switch_fits(self) -> AttackTable:
        if (self.activity is None) != (self.steepness is None):
            raise ValueError("activity and steepness make a switch together; give both or neither")
        if self.activity is None:
            return self
        if self.start is not None:
            raise ValueError("activity: a switch has always been there; leave start out")
        most = plain(self.rate, float("inf"))
        if plain(self.least) >= most:
            raise ValueError(
                f"least: found {plain(self.least):g} per day; allowed with an activity: below the "
                f"rate, {most:g}, which is the most that a switch gives"
            )
        return self

    @property
    def sizes(self) -> tuple[Quantity | None, ...]:
        """How large it is, in the ways that this can be said; one of them is given."""
        return self.rate, self.share

    @model_validator(mode="after")
    def _one_size(self) -> AttackTable:
        if sum(size is not None for size in self.sizes) != 1:
            raise ValueError("give either rate (per day) or share (of those at risk), one of them")
        if self.share is not None and self.duration is None:
            raise ValueError("share needs start and duration: the share struck while it lasts")
        return self

    @model_validator(mode="after")
    def _delay_fits(self) -> AttackTable:
        if self.delay is None:
            if self.delay_sd is not None:
                raise ValueError("delay_sd needs a delay: the mean days that hairs differ from")
            return self
        if self.start is None:
            raise ValueError("delay needs a start: what has always been so comes no later")
        widest = self.delay.value / HALF_WIDTH
        if self.delay_sd is not None and self.delay_sd.value > widest:
            raise ValueError(
                f"delay_sd: found {self.delay_sd.value:g} days; allowed with a delay of "
                f"{self.delay.value:g} days: up to {widest:.3g}, so that none falls before the "
                "strike (delays are spread evenly)"
            )
        return self


class LossTable(AttackTable):
    """The same, of a follicle that is lost for ever.

    `speed`, in place of a rate, is that of a hairline: the follicles nearest to it are lost first.
    """

    speed: Speed | None = None

    @property
    def sizes(self) -> tuple[Quantity | None, ...]:
        """As of an attack, and the speed of a hairline."""
        return self.rate, self.share, self.speed

    @model_validator(mode="after")
    def _a_line_moves_as_one(self) -> LossTable:
        if self.speed is None:
            return self
        if self.start is None:
            raise ValueError("speed needs a start: the day from which on the line recedes")
        for key in ("within", "delay", "sensitivity_power", "least"):
            if getattr(self, key) is not None:
                raise ValueError(
                    f"{key}: a line that recedes takes all at a distance; leave it out"
                )
        return self

    @model_validator(mode="after")
    def _no_shedding(self) -> LossTable:
        if self.falls is not None:
            raise ValueError("falls: a follicle that is lost leaves no choice; leave it out")
        return self


class ClockTable(Timed):
    """A change of the speed at which a phase ends: 0.5, it lasts twice as long.

    `through` scales the logarithm of the speed; so does, with `harmed`, how hard the attacks of the
    condition have struck so far, against people whose factors are untreated. `speed_by_age` is a
    speed that follows a person's age, and `age_sd` how much people differ in these ages.
    """

    phase: Literal["anagen", "telogen", "kenogen"]
    speed: Positive | None = None
    speed_by_age: PositiveByAge | None = None
    age_sd: Years | None = None
    harmed: bool = False

    @model_validator(mode="after")
    def _one_speed(self) -> ClockTable:
        if (self.speed is None) == (self.speed_by_age is None):
            raise ValueError("give either speed or speed_by_age, one of them")
        if self.age_sd is not None and self.speed_by_age is None:
            raise ValueError("age_sd is how people differ in the ages of speed_by_age; it has none")
        return self


class SignalTable(FrozenTable):
    """A factor whose level is `level` times what it would be: always, or from `start` on."""

    about: Text
    factor: Text
    level: Positive
    start: Day | None = None
    duration: Days | None = None

    @model_validator(mode="after")
    def _known_and_timed(self) -> SignalTable:
        names = load_factors().names
        if self.factor not in names:
            hint = did_you_mean(self.factor, names)
            raise ValueError(f'factor: no factor "{self.factor}"{hint}')
        if (self.start is None) != (self.duration is None):
            raise ValueError("give start and duration together; without them it has always been so")
        return self


THINNEST = 0.1
"""Least share of the shaft that age may leave."""


class CalibreTable(FrozenTable):
    """Shafts that change with age: by `rate_by_age`, um a year, from their full size at `since` on.

    `shaft` is the diameter of the shafts whose change was measured: what counts is their ratio.
    """

    about: Text
    rate_by_age: ThinningByAge
    since: Years
    shaft: Micrometres
    age_sd: Years | None = None

    @model_validator(mode="after")
    def _something_left(self) -> CalibreTable:
        curve = curve_of(self.rate_by_age, self.age_sd)
        # the thinnest is where the rate changes its sign, or at an end
        for age in np.linspace(0.0, OLDEST_AGE, 241):
            left = self.shaft.value + float(curve.integral(self.since.value, np.asarray(age)))
            if left < THINNEST * self.shaft.value:
                raise ValueError(
                    f"rate_by_age leaves {left:.3g} um of a shaft of {self.shaft.value:g} um at "
                    f"{age:g} years; allowed: {100 * THINNEST:g} % of it or more at all ages up to "
                    f"{OLDEST_AGE:g} years"
                )
        return self


def curve_of(numbers: ByAge, spread: Quantity | None) -> AgeCurve:
    """Return numbers by age as a curve, with the SD (year) by which people differ in the ages."""
    return AgeCurve(numbers.ages, numbers.values, plain(spread))


def plain(quantity: Quantity | None, default: float = 0.0) -> float:
    """Return the number of a quantity, the default where there is none."""
    return default if quantity is None else float(quantity.value)
