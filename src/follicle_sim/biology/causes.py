"""What a condition does, as numbers: when it acts, how hard, on what (model section 5.6)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from follicle_sim.base.numerics import exp_array, log_array
from follicle_sim.base.types import Floats
from follicle_sim.biology.ages import AgeCurve

LATEST_SD = 4.0
"""Standard deviations by which a start can differ from its mean: draws beyond are held there."""

HALF_WIDTH = math.sqrt(3.0)
"""Half the width of an even spread, in its standard deviations."""


@dataclass(frozen=True, slots=True)
class Course:
    """When something acts: from `start` for `duration` (day), `count` times, one `every` so often.

    `start_sd` is how much people differ in the start. Without a start it has always been so.
    """

    start: float = -math.inf
    duration: float = math.inf
    every: float = 0.0
    count: int = 1
    start_sd: float = 0.0

    @property
    def dated(self) -> bool:
        """True where it begins at a date."""
        return self.start > -math.inf

    @property
    def earliest(self) -> float:
        """Day before which it begins for nobody."""
        return self.start - LATEST_SD * self.start_sd if self.dated else self.start

    def shifted(self, normal: Floats | None) -> Floats:
        """Return the days (S,) by which people's start is later, from standard normal draws."""
        if self.start_sd == 0.0 or normal is None:
            return np.zeros(1)
        return np.asarray(self.start_sd * np.clip(normal, -LATEST_SD, LATEST_SD))

    def covered(self, grid: Floats, shift: Floats) -> Floats:
        """Return for how many days (S or 1, T - 1) of each cell of a grid (T,) a dated one acts."""
        acting = np.zeros((shift.size, grid.size))
        for cycle in range(self.count):
            start = self.start + cycle * self.every + shift[:, None]
            acting += np.clip(grid - start, 0.0, self.duration)
        return np.diff(acting, axis=1)

    def around(self, grid: Floats, shift: Floats) -> Floats:
        """Return how much of the time around each node (S or 1, T) it acts, 0 to 1.

        Clocks are linear between nodes, so the time around a node is half of either cell beside it:
        a start on a node is half there, whatever the step. Where fine steps begin it is the later
        half alone that counts, and a start on that node is not there yet: it would reach back a
        month.
        """
        if not self.dated:
            return np.ones((1, grid.size))
        cells = np.diff(grid)
        before, after = np.append(0.0, cells) / 2.0, np.append(cells, cells[-1]) / 2.0
        coarse = before > 2.0 * after
        low, high = grid - np.where(coarse, 0.0, before), grid + after
        acting = np.zeros((shift.size, grid.size))
        for cycle in range(self.count):
            start = self.start + cycle * self.every + shift[:, None]
            end = start + self.duration
            overlap = np.minimum(high, end) - np.maximum(low, start)
            share = np.maximum(0.0, overlap) / (high - low)
            acting += np.where(coarse & (grid <= start), 0.0, share)
        return acting


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that a condition does.

    Parameters
    ----------
    course
        When it acts.
    through
        (factor, power): levels that it is proportional to a power of.
    lag
        Mean days with which it follows these levels and the state of its patch; 0, at once.
    lag_back
        The same on the way up, where it is another one; 0, as `lag`.
    within_patches
        It acts in patches only, while the disease is awake there.
    trigger
        Number of the condition it belongs to, for people who have several.
    """

    course: Course
    through: tuple[tuple[str, float], ...] = ()
    lag: float = 0.0
    lag_back: float = 0.0
    within_patches: bool = False
    trigger: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard(Cause):
    """A hazard on growing hairs, or on whole follicles.

    Parameters
    ----------
    rate
        Per day, while it acts, in an untreated person of mean strength.
    falls
        Share of struck growing hairs that fall at once; the others go through catagen and rest.
    delay, delay_sd
        Mean days from the strike to what it does, and their standard deviation between hairs, whose
        delays are spread evenly. A broken shaft falls when the break has come out of the skin.
    person_cv
        Coefficient of variation of the rate between people.
    least
        Rate per day of the person with the weakest disease.
    sensitivity_power
        The rate in a stratum is proportional to this power of its androgen sensitivity.
    ordered
        It works from a hairline backwards (`biology/hairline.py`): the rate is the share of the
        whole band that the line passes per day.
    activity, steepness
        With an activity the rate is no longer proportional to what the hazard follows: it is
        `rate` A^n / (1 + A^n), n the steepness, and `activity` is A in an untreated person of mean
        strength. Without one (0), it is proportional.
    """

    rate: float
    falls: float = 0.0
    delay: float = 0.0
    delay_sd: float = 0.0
    person_cv: float = 0.0
    least: float = 0.0
    sensitivity_power: float = 0.0
    # told apart by the hairline of its condition wherever conditions are told apart
    ordered: bool = field(default=False, repr=False)
    activity: float = 0.0
    steepness: float = 1.0

    def at(self, multiple: Floats) -> Floats:
        """Return the rate per day at multiples of what it is in an untreated person of mean
        strength: proportional to them, or by the switch A^n / (1 + A^n) (Hill 1910).
        """
        if self.activity == 0.0:
            return self.rate * multiple
        odds = exp_array(self.steepness * log_array(self.activity * multiple))
        return np.asarray(self.rate * odds / (1.0 + odds))

    @property
    def weakest(self) -> float:
        """Return the multiple at which the rate is `least`."""
        if self.activity == 0.0:
            return self.least / self.rate
        odds = log_array(self.least / (self.rate - self.least))
        return float(exp_array(odds / self.steepness) / self.activity)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange(Cause):
    """A change of the speed at which a phase ends, while its course (and its patch) lasts.

    What it follows (`through`, patches, the harm done) scales the logarithm of the speed, up to the
    whole of it. `harmed`: it follows how hard the attacks of its condition have struck so far.
    `by_age`: the speed at each age, in place of the one `speed`.
    """

    phase: Literal["anagen", "telogen", "kenogen"]
    speed: float = 1.0
    harmed: bool = False
    by_age: AgeCurve | None = None


@dataclass(frozen=True, slots=True)
class SignalChange:
    """A factor whose level is a multiple of what it would be, while a course lasts: a hormone.

    trigger : number of the condition it belongs to, for people who have several
    """

    course: Course
    factor: str
    level: float
    trigger: int = 0


@dataclass(frozen=True, slots=True)
class CalibreChange:
    """Shafts that grow thinner, or thicker, as a person grows older.

    Parameters
    ----------
    rate : um of diameter per year, by age
    since : age in years at which shafts have their full size
    shaft : diameter (um) of the shafts whose change was measured
    trigger : number of the condition it belongs to, for people who have several
    """

    rate: AgeCurve
    since: float
    shaft: float
    trigger: int = 0


@dataclass(frozen=True, slots=True)
class Patches:
    """How bare patches come and go, grade by grade (G), mildest first; rates per day.

    Parameters
    ----------
    least : (G,) percentage of the scalp from which on a person is of the grade
    remission : (G,) rate at which the disease of a person falls silent
    relapse : (G,) rate at which a silent disease awakes
    strength : (G,) factor on what every hazard within patches is proportional to
    spread : rate at which a free piece is drawn in
    patch_cv : coefficient of variation of the hazard between patches of a person
    whole_scalp : (G,) rate at which the disease takes the whole scalp, and is of the last grade
    lag : (G,) day, in place of the lag of what acts in patches; 0, none in its place
    straggle : (G,) mean days by which a patch falls silent, or awakes, later than the disease does
    """

    least: tuple[float, ...]
    remission: tuple[float, ...]
    relapse: tuple[float, ...]
    strength: tuple[float, ...]
    spread: float
    patch_cv: float
    whole_scalp: tuple[float, ...]
    lag: tuple[float, ...]
    straggle: tuple[float, ...]

    def grade(self, extent: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """Return the number of the grade that a percentage of the scalp is of."""
        places = np.searchsorted(np.array(self.least), extent, side="right") - 1
        return np.asarray(np.maximum(places, 0))
