"""Simulations of one scenario at values of its free numbers, each done once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.base.units import format_quantity
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.experiments.planning.circumstances import known_treatments
from follicle_sim.pharmacology.potencies import potency_parameters
from follicle_sim.results.compare import ComparisonRow, compare
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import biology_of
from follicle_sim.simulation.simulate import simulate

EXPECTED_RUNS = 20
"""For progress: a potency usually takes about as many."""


class Runs:
    """Simulations at values of the free numbers, each done once."""

    def __init__(
        self, scenario: Scenario, steady: Scenario, names: Sequence[str], report: Report | None
    ) -> None:
        known = dict(potency_parameters(known_treatments(scenario))) | dict(parameter_table())
        for name in names:
            if name not in known:
                message = f'no biology parameter "{name}"{did_you_mean(name, known)}'
                raise InputError(scenario.origin, [Problem("calibrate", message)])
        biology = biology_of(steady)
        present = [biology.get(name, known[name].value) for name in names]
        self.names, self.steady, self.report = tuple(names), steady, report
        self.present = np.array([value if value > 0.0 else 1.0 for value in present])
        self.lower = np.array([known[name].lower for name in names])
        self.upper = np.array([known[name].upper for name in names])
        self.dimensions = tuple(known[name].dimension for name in names)
        self.kept: dict[tuple[float, ...], tuple[ComparisonRow, ...]] = {}
        self.count = 0

    def simulate_at(self, values: Floats) -> xr.Dataset:
        """Return the trial at values (d,) of the free numbers; its comparison is kept."""
        key = _key(values)
        settings = [
            setting_of(name, value, dimension)
            for name, value, dimension in zip(self.names, key, self.dimensions, strict=True)
        ]
        data = simulate(with_overrides(self.steady, settings))
        self.kept[key] = compare(data).rows
        self.count += 1
        if self.report is not None:
            self.report("calibrating", self.count, max(EXPECTED_RUNS, self.count))
        return data

    def rows_at(self, values: Floats) -> tuple[ComparisonRow, ...]:
        """Return every observed number beside its counterpart at values (d,)."""
        key = _key(values)
        if key not in self.kept:
            self.simulate_at(values)
        return self.kept[key]


def setting_of(name: str, value: float, dimension: str) -> str:
    """Return the override that sets a number of the biology, in its canonical unit.

    Examples
    --------
    >>> setting_of("anagen_mean", 700.0, "time"), setting_of("gamma_anagen", 1.5, "number")
    ('biology.anagen_mean="100 weeks"', 'biology.gamma_anagen=1.5')
    """
    text = format_quantity(value, dimension)
    return f"biology.{name}={text}" if dimension == "number" else f'biology.{name}="{text}"'


def _key(values: Floats) -> tuple[float, ...]:
    """Return values to six digits: closer ones are one run."""
    return tuple(float(f"{value:.6g}") for value in values)


def steady_scenario(scenario: Scenario, people: int) -> Scenario:
    """Return the scenario with more people, the same in every arm where its kind allows it."""
    settings = [f"population.subjects={people}", "run.replicates=1", 'run.uncertainty="none"']
    if scenario.design.kind == "parallel":
        design = scenario.design
        if design.allocation is None and design.stratify is None:
            settings.append('design.kind="counterfactual"')
    return with_overrides(scenario, settings)
