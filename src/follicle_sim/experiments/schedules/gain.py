"""What a schedule gains: the same few people with it and without it, person by person.

The people of the control are simulated once. Every draw has a name, so an arm simulated alone has
the bits it would have beside others, and all schedules meet the same random draws: two of them
differ by nothing but the schedule.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import stdtrit

from follicle_sim.base.types import Floats
from follicle_sim.base.units import format_quantity
from follicle_sim.experiments.schedules.candidates import Schedule, Space
from follicle_sim.scenario.fields.parts import regular
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.arms import Arm
from follicle_sim.scenario.tables.design import Design
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.simulation.simulate import simulate

LEVEL = 0.95
AREA_STEP = 14.0
"""Days between the visits that an area is summed over: gains bend over months."""

LIMITS = ("detection_calibre", "terminal_calibre", "visible_length")
"""What a search takes of the instrument."""

PER = 1000.0
"""Dollars; a search for the least cost of a hair looks for most hairs for so many."""


@dataclass(frozen=True)
class Gain:
    """A mean over people with its interval, in the unit of the objective; `se` of the mean."""

    value: float
    low: float
    high: float
    se: float


@dataclass(frozen=True)
class Trials:
    """People to try schedules on.

    space : what is searched; subjects, seed : how many people and their luck
    """

    space: Space
    subjects: int
    seed: int
    threads: int | None = None

    @property
    def area(self) -> bool:
        """Return whether the objective is an area and not a gain at one visit."""
        return self.space.search.objective == "area_under_gain"

    @property
    def visits(self) -> tuple[float, ...]:
        """Return the days that people are seen at."""
        at = self.space.search.at
        if not self.area:
            return (0.0, at)
        days = [day for day in regular(AREA_STEP, at) if day < at - 1e-9]
        return (*days, at)

    @cached_property
    def small(self) -> Scenario:
        """Return the scenario with few people, the same in every arm, all of whom stay.

        They are seen by a reader without error, with the instrument's limits of calibre and length:
        errors of reading would only add luck. Biology is that of the scenario, taken as known.
        """
        base, search = self.space.scenario, self.space.search
        people = {"subjects": self.subjects, "follicles": search.follicles}
        days = [format_quantity(day, "time") for day in self.visits]
        return base.model_copy(
            update={
                "population": base.population.model_copy(update=people),
                "design": Design.model_validate({"kind": "counterfactual", "visits": days}),
                "instrument": Instrument().model_copy(
                    update={key: getattr(base.instrument, key) for key in LIMITS}
                ),
                "run": base.run.model_copy(
                    update={"replicates": 1, "seed": self.seed, "uncertainty": "none"}
                ),
                "record": base.record.model_copy(
                    update={"follicles": False, "variables": ("hair_density",)}
                ),
                "compare": (),
                "optimise": None,
            }
        )

    def density(self, arm: Arm, **changes: object) -> Floats:
        """Return the density of each person at each visit of one arm, (S, V) hairs/cm2."""
        alone = self.small.model_copy(update={"arms": (arm,), **changes})
        data = simulate(alone, threads=self.threads)
        return np.asarray(data["hair_density"].isel(arm=0).transpose("subject", "time").values)

    @cached_property
    def untreated(self) -> Floats:
        """Return the density of the control's people, (S, V) hairs/cm2."""
        return self.density(self.space.control)

    def gains(self, schedule: Schedule) -> Floats:
        """Return what each person gains, (S,): hairs/cm2, or hair-weeks/cm2 for an area.

        A gain is the change from baseline less that of the same person in the control.
        """
        arm = self.space.arm.model_copy(update={"doses": schedule.doses})
        difference = self.density(arm, **self.space.cocktail_with(schedule)) - self.untreated
        difference = difference - difference[:, :1]
        if not self.area:
            return np.asarray(difference[:, -1])
        weeks = np.array(self.visits) / 7.0
        return np.asarray(0.5 * (difference[:, 1:] + difference[:, :-1]) @ np.diff(weeks))


def mean_gain(gains: Floats) -> Gain:
    """Return the mean of what people gain, with its 95 % Student t interval over people."""
    n = gains.size
    value, se = float(gains.mean()), float(gains.std(ddof=1) / math.sqrt(n))
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * se
    return Gain(value, value - half, value + half, se)


def score(objective: str, gain: float, cost: float) -> float:
    """Return what a search maximises: the gain, or the gain for each `PER` dollars."""
    return PER * gain / cost if objective == "cost_per_hair" else gain


def prices(gains: Floats, cost: float) -> Floats:
    """Return numbers (S,) whose mean is the price of a hair, and whose spread gives its error.

    The price is the cost over the mean gain; each person's number holds what he or she moves it by
    (the delta method), so that the price of two schedules can be held against each other person by
    person. NaN where nothing is gained.

    Examples
    --------
    >>> float(prices(np.array([10.0, 30.0]), 4000.0).mean())
    200.0
    """
    mean = gains.mean()
    if mean <= 0.0:
        return np.full_like(gains, np.nan)
    return np.asarray(cost / mean - cost / mean**2 * (gains - mean))


def cost_per_hair(gain: float, cost: float) -> float | None:
    """Return the price of one more hair per cm2, USD; None where there is none.

    Examples
    --------
    >>> cost_per_hair(20.0, 3000.0), cost_per_hair(-1.0, 3000.0)
    (150.0, None)
    """
    return cost / gain if gain > 0.0 else None
