"""One endpoint of one dataset as arrays: who was in which arm, seen when, with what value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from follicle_sim.analysis.statistics.effects import Group, refuse
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.types import Flags, Floats
from follicle_sim.protocol.unfold import unfold
from follicle_sim.results.counterparts import RECIPES
from follicle_sim.results.endpoints import arm_roles
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.scenario.model import Scenario

SMALLER_IS_BETTER = frozenset({"shed_rate", "telogen_fraction", "pull_count", "comb_count"})
"""Endpoints of which less is good for hair."""
SHARED = frozenset({"counterfactual", "split_scalp"})
"""Designs whose arms hold the same people."""
SAME_DAY = 0.5
"""Visits closer than this to the time asked for are that visit, day."""


@dataclass(frozen=True)
class Trial:
    """One endpoint of R trials (replicates) of A arms of at most S people at T visits.

    Parameters
    ----------
    arms, roles
        Labels and roles.
    endpoint, unit
        What `values` are.
    kind
        Kind of the design.
    days : (T,)
        Nominal days of the visits since baseline.
    values : (R, A, S, T)
        NaN where nobody was measured.
    known
        Further variables of people, (R, A, S) or (R, A, S, T), by name; only what the design has.
    periods
        Of a crossover: start (day) and label of the treatment given to each arm (sequence).
    switch
        Of a delayed start: day from which everybody is treated; NaN otherwise.
    seed
        Seed of the run, for draws that belong to the analysis.
    stratified
        Randomisation was balanced within classes of severity.
    drawn_as
        Names of the arms in the random draws; empty where they are the labels.
    """

    arms: tuple[str, ...]
    roles: tuple[str, ...]
    endpoint: str
    unit: str
    kind: str
    days: Floats
    values: Floats
    known: Mapping[str, NDArray[Any]]
    periods: tuple[tuple[float, Mapping[str, str]], ...]
    switch: float
    seed: int
    stratified: bool = False
    drawn_as: tuple[str, ...] = ()

    @cached_property
    def enrolled(self) -> Flags:
        """Where there is a person, (R, A, S)."""
        if "enrolled" in self.known:
            return np.asarray(self.known["enrolled"] == 1)
        return np.ones(self.values.shape[:3], dtype=bool)

    @property
    def paired(self) -> bool:
        """Tell whether every arm holds the same people."""
        return self.kind in SHARED

    @property
    def larger_is_better(self) -> bool:
        """Tell whether a gain of the endpoint is what treatment is for."""
        return self.endpoint not in SMALLER_IS_BETTER

    def name(self, label: str) -> str:
        """Return the name of an arm, or of what is given in a crossover, in the random draws."""
        return dict(zip(self.arms, self.drawn_as, strict=False)).get(label, label)

    def arm(self, label: str) -> int:
        """Return the position of an arm; refuses one that is not there."""
        if label not in self.arms:
            raise refuse("comparisons", f'no arm "{label}"{did_you_mean(label, self.arms)}')
        return self.arms.index(label)

    def visit(self, day: float) -> int:
        """Return the position of the visit nearest to a day; refuses one without a visit."""
        at = int(np.argmin(np.abs(self.days - day)))
        if abs(self.days[at] - day) > SAME_DAY:
            weeks = ", ".join(f"{day_of_visit / 7:g}" for day_of_visit in self.days[:20])
            raise refuse("at", f"nobody is seen at week {day / 7:g}; visits: weeks {weeks}")
        return at

    def group(self, arm: int, visits: Sequence[int], start: int, keep: Flags) -> Group:
        """Return the people of an arm in all R trials.

        Parameters
        ----------
        visits
            Positions of the follow-up visits.
        start
            Position of the baseline visit.
        keep : (R, A, S)
            Everybody else becomes missing.
        """
        values = np.where(keep[:, arm, :, None], self.values[:, arm], np.nan)
        return Group(values[..., start], values[..., list(visits)])


def read_trial(dataset: xr.Dataset, endpoint: str) -> Trial:
    """Return one endpoint of a dataset as arrays.

    Parameters
    ----------
    dataset
        What `simulate` returns, of any design; older ones too.
    endpoint
        A variable over arm, subject and time, or a name of `RECIPES` in results/counterparts.py.

    Raises
    ------
    InputError
        The dataset does not have it, with the nearest name it has; no visit at baseline.
    """
    names = ("replicate", "arm", "subject", "time")
    days = np.asarray(dataset["time"].values, dtype=np.float64)
    if not (days == 0.0).any():
        raise refuse("endpoint", "the run has no visit at baseline (0 days): no change to analyse")
    values, unit = _values(dataset, endpoint)
    known = {}
    for name in PEOPLE:
        if name in dataset:
            variable = dataset[name]
            if "replicate" not in variable.dims:
                variable = variable.expand_dims("replicate")
            known[name] = variable.transpose(*[dim for dim in names if dim in variable.dims]).values
    arms, roles = arm_roles(dataset)
    scenario = scenario_of(dataset)
    periods = tuple(
        (float(period["start"]), dict(period["given"]))
        for period in json.loads(dataset.attrs.get("periods", "[]"))
    )
    return Trial(
        tuple(arms),
        tuple(roles),
        endpoint,
        unit,
        str(dataset.attrs.get("design_kind", "parallel")),
        days,
        values.transpose(*names).values.astype(np.float64),
        known,
        periods,
        _switch(scenario),
        1 if scenario is None else scenario.run.seed,
        getattr(scenario.design, "stratify", None) is not None if scenario else False,
        () if scenario is None else named_arms(arms, scenario),
    )


def named_arms(labels: Sequence[str], scenario: Scenario) -> tuple[str, ...]:
    """Return what names each arm of a dataset in the random draws."""
    name_of = {arm.label: arm.drawn_as for arm in unfold(scenario).arms}
    return tuple(name_of.get(label, label) for label in labels)


def scenario_of(dataset: xr.Dataset) -> Scenario | None:
    """Return the scenario a dataset was made from; None where it does not say."""
    if "provenance" not in dataset.attrs:
        return None
    return stored_scenario(dataset.attrs, "dataset")


def _switch(scenario: Scenario | None) -> float:
    switch = getattr(scenario.design, "switch", None) if scenario is not None else None
    return float("nan") if switch is None else float(switch)


PEOPLE = (
    "visit_day",
    "attended",
    "enrolled",
    "left_day",
    "left_reason",
    "stopped_day",
    "doses_taken",
    "person",
    "severity_class",
)
"""Variables of people that an analysis may ask for."""


def endpoints_of(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return the names of everything in a dataset that can be an endpoint."""
    dims = {"arm", "subject", "time"}
    plain = [
        str(name)
        for name, values in dataset.data_vars.items()
        if dims <= set(values.dims) <= dims | {"replicate"} and name not in PEOPLE
    ]
    made = [
        name
        for name, recipe in RECIPES.items()
        if not recipe.factor and all(need in dataset for need in recipe.needs)
    ]
    return tuple(dict.fromkeys([*plain, *made]))


def _values(dataset: xr.Dataset, endpoint: str) -> tuple[xr.DataArray, str]:
    endpoints = endpoints_of(dataset)
    if endpoint not in endpoints:
        message = f'the run has no endpoint "{endpoint}"{did_you_mean(endpoint, endpoints)}'
        raise InputError("analysis", [Problem("endpoint", message)])
    if endpoint in dataset:
        values = dataset[endpoint]
        unit = str(values.attrs.get("units", ""))
    else:
        recipe = RECIPES[endpoint]
        parts = [dataset[name] for name in recipe.needs]
        values = xr.apply_ufunc(recipe.combine, *parts)
        # Every recipe keeps the unit of what comes first.
        unit = str(parts[0].attrs.get("units", ""))
    if "replicate" not in values.dims:
        values = values.expand_dims("replicate")
    return values, unit
