"""What a sensitivity analysis varies, within which ranges, and which answers it looks at.

Every parameter that is fitted or assumed, and the potency of every treatment given, varies by a
factor of two either way, evenly in its logarithm and independently of the others. The bounds in
parameters.toml are what the program accepts, not what anybody believes: they only cut the range.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.types import Floats
from follicle_sim.biology.parameters import Parameter, parameter_table
from follicle_sim.experiments.running.checkpoint import fingerprint
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX, potency_parameters
from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.model import Design, Scenario
from follicle_sim.simulation.simulate import simulate

FACTOR = 2.0
"""A parameter varies between its value divided and multiplied by this (assumption)."""

SAMPLES = 128
WEEKS = (12, 24, 48)

PEOPLE, FOLLICLES = 32, 1000
"""At most: fewer would make small changes mostly luck (90 % of the placebo's at 12 weeks with
a quarter of them)."""

GRADES = ("assumption", "fitted")


@dataclass(frozen=True)
class Outcome:
    """One answer: change of an arm's mean density at a week, or its difference from the control."""

    arm: str
    control: str  # empty for the arm's own change
    week: int

    @property
    def title(self) -> str:
        """Return the outcome without its week, in words."""
        return f"{self.arm} minus {self.control}" if self.control else f"{self.arm}, own change"


@dataclass(frozen=True)
class Plan:
    """What a sensitivity analysis simulates: names, ranges (d, 2) on a search scale, outcomes."""

    scenario: Scenario
    parameters: tuple[Parameter, ...]
    values: tuple[float, ...]  # middle of each range
    outcomes: tuple[Outcome, ...]
    samples: int

    @property
    def ranges(self) -> Floats:
        """Return low and high of each parameter, (d, 2)."""
        return np.array([_range(p, v) for p, v in zip(self.parameters, self.values, strict=True)])

    @property
    def runs(self) -> int:
        """Return how many simulations it takes, besides LUCK_RUNS."""
        return self.samples * (len(self.parameters) + 2)

    def at(self, unit: Floats) -> dict[str, float]:
        """Return parameter values at a point (d,) of the unit cube."""
        values = {}
        for parameter, (low, high), u in zip(self.parameters, self.ranges, unit, strict=True):
            sign = math.copysign(1.0, low)
            size = abs(low) * (abs(high) / abs(low)) ** float(u)
            values[parameter.name] = min(max(sign * size, parameter.lower), parameter.upper)
        return values

    def simulate(self, values: Mapping[str, float], seed: int) -> Floats:
        """Return every outcome, hairs/cm2."""
        biology = FrozenMap({**self.scenario.biology, **values})
        scenario = self.scenario.model_copy(update={"biology": biology})
        data = simulate(scenario, seed=seed, threads=1)
        mean = data.hair_density.mean("subject")
        change = mean - mean.sel(time=0.0)
        results = []
        for outcome in self.outcomes:
            value = float(change.sel(arm=outcome.arm, time=7.0 * outcome.week))
            if outcome.control:
                value -= float(change.sel(arm=outcome.control, time=7.0 * outcome.week))
            results.append(value)
        return np.array(results)


def _range(parameter: Parameter, value: float) -> tuple[float, float]:
    """Return the ends of a parameter's range, the one of smaller size first."""
    half, double = value / FACTOR, value * FACTOR
    inside = [min(max(end, parameter.lower), parameter.upper) for end in (half, double)]
    return inside[0], inside[1]


def make_plan(scenario: Scenario, samples: int = SAMPLES) -> Plan:
    """Return what to simulate for a scenario: the same few people in every arm, few visits.

    Raises
    ------
    InputError
        If `samples` is no power of two.
    """
    if samples < 2 or samples & (samples - 1):
        message = f"found {samples}; allowed: a power of two (64, 128, 256 ...)"
        raise InputError("sensitivity", [Problem("samples", message)])
    small = small_scenario(scenario)
    treatments = {dose.treatment for arm in small.arms for dose in arm.doses}
    candidates = [row for row in parameter_table().values() if row.grade in GRADES]
    candidates += [
        row
        for name, row in potency_parameters().items()
        if name.removeprefix(POTENCY_PREFIX) in treatments
    ]
    values = [scenario.biology.get(row.name, row.value) for row in candidates]
    # a parameter that is 0 is switched off: no factor of it is anything else
    varied = [(row, value) for row, value in zip(candidates, values, strict=True) if value != 0.0]
    labels = [arm.label for arm in small.arms]
    roles = {arm.label: arm.role for arm in small.arms}
    control = next(
        (label for role in ("placebo", "untreated") for label in labels if roles[label] == role), ""
    )
    outcomes = [
        Outcome(label, comparator, week)
        for label in labels
        for comparator in ([control, ""] if control and label != control else [""])
        for week in WEEKS
    ]
    return Plan(
        scenario=small,
        parameters=tuple(row for row, _ in varied),
        values=tuple(value for _, value in varied),
        outcomes=tuple(outcomes),
        samples=samples,
    )


def small_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario with few people, the same in every arm, at baseline and WEEKS."""
    people = scenario.population.model_copy(
        update={
            "subjects": min(PEOPLE, scenario.population.subjects),
            "follicles": min(FOLLICLES, scenario.population.follicles_per_subject),
        }
    )
    visits = (0.0, *(7.0 * week for week in WEEKS))
    return scenario.model_copy(
        update={
            "population": people,
            "design": Design.model_construct(kind="counterfactual", visits=visits),
            "run": scenario.run.model_copy(update={"replicates": 1}),
            "record": scenario.record.model_copy(
                update={
                    "follicles": False,
                    "tracked_follicles": 0,
                    "variables": ("hair_density",),
                }
            ),
            "compare": (),
        }
    )


def plan_key(plan: Plan) -> str:
    """Return the name of a plan for its checkpoint."""
    return fingerprint(
        {
            "scenario": scenario_hash(plan.scenario),
            "parameters": [parameter.name for parameter in plan.parameters],
            "ranges": plan.ranges.tolist(),
            "samples": plan.samples,
            "outcomes": [(o.arm, o.control, o.week) for o in plan.outcomes],
            "version": package_version(),
        }
    )
