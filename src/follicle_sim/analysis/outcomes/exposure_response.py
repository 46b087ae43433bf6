"""Exposure and response of single simulated people: who got more, and did more grow?

Groups of people alike in exposure stand beside those who got nothing. Within an arm people differ
in exposure through the doses they took and their own response; these are drawn apart from their
scalps unless the scenario ties them (`population.correlation`), which no trial can be sure of.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr
from scipy.special import stdtrit

from follicle_sim.analysis.outcomes.person_exposure import amounts_taken, mean_effects
from follicle_sim.analysis.statistics.effects import refuse, unknown
from follicle_sim.analysis.values import read_trial, scenario_of
from follicle_sim.base.arguments import check_dataset, check_number, check_text, check_whole
from follicle_sim.base.types import Flags, Floats
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.protocol.resolve import resolve

Measure = Literal["effect", "amount"]

DIGITS = 9
"""Of exposures that count as equal: no last bit decides in which group a person is."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: exposure from baseline to the visit, and change of the endpoint by then."""

    arm: str
    subject: int
    exposure: float
    change: float


@dataclass(frozen=True, slots=True)
class GroupRow:
    """People alike in exposure: from the least to the most of theirs, and their mean change.

    low, high : 95 % interval of the mean change; NaN for one person
    """

    least: float
    most: float
    people: int
    exposure: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class ExposureResponse:
    """What goes with exposure.

    Parameters
    ----------
    treatment, measure, exposure_unit
        What people were exposed to, and how it is measured: "effect" (mean effect at the
        follicle, 1 where the treatment has its full potency) or "amount" (taken in all).
    endpoint, unit, week
        What changed, up to which week.
    people, groups
        The group of those who got nothing comes first, where there are any.
    slope, slope_error
        Change per unit of exposure over all people, by least squares, and its standard error; NaN
        where all have the same exposure.
    """

    treatment: str
    measure: str
    exposure_unit: str
    endpoint: str
    unit: str
    week: float
    people: tuple[PersonRow, ...]
    groups: tuple[GroupRow, ...]
    slope: float
    slope_error: float


def exposure_response(
    data: xr.Dataset,
    endpoint: str = "hair_density",
    *,
    treatment: str = "",
    measure: Measure = "effect",
    week: float | None = None,
    groups: int = 4,
) -> ExposureResponse:
    """Return exposure and change from baseline of the people of a run (its first replicate).

    Arms that are given other drugs, and not this one, are left out.

    Parameters
    ----------
    data
        From `simulate`.
    endpoint
        A variable read at visits.
    treatment
        Default: the first that acts.
    measure
        "effect" or "amount".
    week
        Of the visit; default: the last.
    groups
        Of people who got something, of equal size.

    Raises
    ------
    InputError
        A crossover, nothing that acts, another treatment, measure or week, or fewer groups than 1.

    Examples
    --------
    >>> from follicle_sim import load_scenario, simulate
    >>> small = ["run.history=30 days", "population.subjects=8", "population.follicles=100"]
    >>> run = simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", small))
    >>> found = exposure_response(run, groups=2)
    >>> found.treatment, [row.people for row in found.groups]
    ('minoxidil_topical_5', [8, 4, 4])
    """
    check_dataset("exposure_response", data, ("arm", "subject", "time"))
    check_text("exposure_response", "endpoint", endpoint)
    check_text("exposure_response", "treatment", treatment)
    check_whole("exposure_response", "groups", groups)
    if week is not None:
        check_number("exposure_response", "week", week)
    scenario = scenario_of(data)
    if scenario is None:
        raise refuse("exposure_response", "the dataset does not hold the scenario it was made from")
    if measure not in get_args(Measure):
        raise unknown("exposure_response", "measure", measure, get_args(Measure))
    trial = read_trial(data, endpoint)
    if trial.periods:
        raise refuse("exposure_response", "not offered in a crossover")
    protocol = resolve(scenario)[0]
    name = _treatment(protocol, treatment)
    day = float(trial.days[-1]) if week is None else 7.0 * week
    at, start = trial.visit(day), trial.visit(0.0)
    if day <= 0.0:
        raise refuse("week", f"found {day / 7.0:g}; allowed: after baseline")
    one = data.isel(replicate=0) if "replicate" in data.dims else data
    rows: list[PersonRow] = []
    reach = mean_effects if measure == "effect" else amounts_taken
    for arm in protocol.arms:
        acting = {d.treatment for d in arm.doses if protocol.treatments[d.treatment].acts}
        if acting and name not in acting:
            continue  # another drug's people are no people without a drug
        exposures = reach(one, protocol, arm, name, day)
        values = trial.values[0, arm.index, : exposures.size]
        for subject, exposure in enumerate(exposures.tolist()):
            change = float(values[subject, at] - values[subject, start])
            if math.isfinite(change):
                rows.append(PersonRow(arm.label, subject, exposure, change))
    slope, error = _slope(rows)
    amount = AMOUNT_UNITS[protocol.treatments[name].amount]
    return ExposureResponse(
        treatment=name,
        measure=measure,
        exposure_unit="1" if measure == "effect" else amount,
        endpoint=endpoint,
        unit=trial.unit,
        week=day / 7.0,
        people=tuple(rows),
        groups=_groups(rows, groups),
        slope=slope,
        slope_error=error,
    )


def _treatment(protocol: Protocol, asked: str) -> str:
    given = dict.fromkeys(dose.treatment for arm in protocol.arms for dose in arm.doses)
    acting = tuple(name for name in given if protocol.treatments[name].acts)
    if not acting:
        raise refuse("treatment", "no arm is given anything that acts")
    if asked and asked not in acting:
        raise unknown("exposure_response", "treatment", asked, acting)
    return asked or acting[0]


def _groups(rows: Sequence[PersonRow], number: int) -> tuple[GroupRow, ...]:
    """Return those who got nothing, then groups of equal size by exposure; ties stay together."""
    exposure = np.array([row.exposure for row in rows])
    rounded = np.array([float(f"{one:.{DIGITS}g}") for one in exposure])
    change = np.array([row.change for row in rows])
    some = np.sort(rounded[rounded > 0.0])
    made = [_group(exposure, change, rounded <= 0.0)]
    if some.size:
        # the k-th group ends with the person who completes its share
        ends = [some[math.ceil(some.size * (k + 1) / number) - 1] for k in range(number)]
        low = 0.0
        for end in ends:
            made.append(_group(exposure, change, (rounded > low) & (rounded <= end)))
            low = end
    return tuple(group for group in made if group is not None)


def _group(exposure: Floats, change: Floats, members: Flags) -> GroupRow | None:
    own, gained = exposure[members], change[members]
    if not own.size:
        return None
    # fsum: the order of people moves no bit
    mean = math.fsum(gained) / own.size
    half = math.nan
    if own.size > 1:
        variance = math.fsum((gained - mean) ** 2) / (own.size - 1)
        half = float(stdtrit(own.size - 1, 0.975)) * math.sqrt(variance / own.size)
    middle = math.fsum(own) / own.size
    least, most = float(own.min()), float(own.max())
    return GroupRow(least, most, own.size, middle, mean, mean - half, mean + half)


def _slope(rows: Sequence[PersonRow]) -> tuple[float, float]:
    """Return the slope of change on exposure and its standard error."""
    x, y = (np.array([getattr(row, name) for row in rows]) for name in ("exposure", "change"))
    if len(rows) < 3:
        return math.nan, math.nan
    x = x - math.fsum(x) / x.size
    y = y - math.fsum(y) / y.size
    square = math.fsum(x * x)
    if square <= 1e-18 * x.size:
        return math.nan, math.nan
    slope = math.fsum(x * y) / square
    residual = math.fsum((y - slope * x) ** 2) / (x.size - 2)
    return slope, math.sqrt(residual / square)
