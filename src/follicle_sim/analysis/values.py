"""From a dataset to the arrays of one endpoint: what an analysis reads of a result."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import xarray as xr

from follicle_sim.analysis.statistics.effects import refuse
from follicle_sim.analysis.trial import Trial
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.protocol.unfold import unfold
from follicle_sim.results.counterparts import RECIPES
from follicle_sim.results.endpoints import arm_roles
from follicle_sim.results.provenance import stored_scenario
from follicle_sim.scenario.model import Scenario


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
