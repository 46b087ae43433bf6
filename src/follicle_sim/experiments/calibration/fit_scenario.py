"""Which values of named numbers explain the observed counts of a scenario: a profile likelihood.

The scenario is simulated on about a hundred people, always the same ones, at values of the number
in question (`profile_search.py`). What comes out is held against the observed numbers under a
normal law with the covariance of `scenario_numbers.py`. The interval holds the values at which -2
log-likelihood, least over the other free numbers, lies within a quantile of its minimum: that of
chi-squared (Wilks 1938, doi:10.1214/aoms/1177732360), or of Student's t squared with few people.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy.linalg import cholesky, solve_triangular
from scipy.stats import chi2

from follicle_sim.base.arguments import check_call, check_whole
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.evidence.observation import Observation
from follicle_sim.experiments.calibration.profile import Verdict, judge
from follicle_sim.experiments.calibration.profile_search import (
    FirstProfile,
    Law,
    find_profile,
    limit_of,
)
from follicle_sim.experiments.calibration.scenario_numbers import (
    Numbers,
    baselines_of,
    choose_numbers,
    error_covariance,
    sampling_covariance,
    shifts,
)
from follicle_sim.experiments.calibration.scenario_runs import Runs, steady_scenario
from follicle_sim.experiments.planning.circumstances import (
    MONTHS,
    find_treatment,
    needle_of,
    with_needle,
)
from follicle_sim.experiments.scoreboard.sources import sources_of
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX
from follicle_sim.results.compare import ComparisonRow, compare
from follicle_sim.results.endpoints import is_paired
from follicle_sim.scenario.load import check_scenario, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.design import SEASONED
from follicle_sim.simulation.simulate import simulate

PEOPLE = 120
"""People simulated in each arm. The error of a mean change over so many is 1 to 2 hairs per cm2,
and it is in the covariance."""

PRIOR_SD = 0.7
"""SD of the logarithm of a number that is free beside the first, without a wish of its own: a
factor of two either way (assumption, as for the biology fit)."""


@dataclass(frozen=True)
class FittedRow:
    """One observed number beside what the fit makes of it, in the unit of the number.

    `untreated` is the counterpart at value 0 of the first number; `used` is False where the number
    was not fitted, and `why` says why not. `shift` is what the trial itself is expected to add: it
    is part of `fitted` and `untreated` already. `observed_sd` is how far people differ where an SD
    was published, `simulated_sd` how far the simulated ones do.
    """

    study: str
    observation: str
    arm: str
    control: str
    endpoint: str
    kind: str
    week: float
    unit: str
    observed: float
    se: float
    fitted: float
    untreated: float
    shift: float
    used: bool
    why: str
    observed_sd: float | None = None
    simulated_sd: float | None = None


@dataclass(frozen=True)
class ScenarioFit:
    """What the observed numbers of a scenario say of its free numbers.

    Parameters
    ----------
    names
        Free numbers; the first is the one in question.
    best
        Value of each at the best fit.
    low, high
        Ends of the interval of the first, None where the data set none (it ends at the
        bounds of the parameter, for a potency 0 and 50).
    level, limit
        Of the interval, and the rise that ends it.
    verdict
        Whether the data pin the number down.
    values, rise
        (p,) the profile: values of the first number, and -2 log-likelihood above its minimum.
    curve
        (2, m) values and rise between them.
    misfit, numbers
        -2 log-likelihood at the best fit, less that of a perfect one, and how many numbers it is
        of; by chance it would be about `numbers` less the free ones.
    chance
        Probability of a misfit as large by chance; small where the model cannot meet the data.
    rows
        Every observed number beside its counterparts.
    explanations
        What else was tried in place of the first number, by name: rise of -2 log-likelihood over
        the best fit. Up to about 4 (two units of standard error) the data do not tell them apart.
    drift
        Whether the trial was left a drift of its own.
    runs, seconds
        Work that was done.
    """

    names: tuple[str, ...]
    best: tuple[float, ...]
    low: float | None
    high: float | None
    level: float
    limit: float
    verdict: Verdict
    values: Floats
    rise: Floats
    curve: Floats
    misfit: float
    numbers: int
    chance: float
    rows: tuple[FittedRow, ...]
    explanations: Mapping[str, float]
    drift: bool
    runs: int
    seconds: float


def fit_scenario(
    scenario: Scenario,
    names: Sequence[str] = (),
    *,
    priors: Mapping[str, float] | None = None,
    level: float = 0.90,
    drift: bool = True,
    people: int = PEOPLE,
    report: Report | None = None,
) -> ScenarioFit:
    """Return which values of a scenario's numbers explain the counts it is compared with.

    Parameters
    ----------
    scenario
        With a `[[compare]]` table: a published study, or data of one's own.
    names
        Biology parameters to free, such as ``"potency_prp_injection"``; the first is in question.
        Default: the potency of the one treatment that treatment arms are given.
    priors
        SD of the logarithm of a number around its present value, by name. The first number has
        none unless it is named here; the others have `PRIOR_SD`.
    level
        Of the profile interval.
    drift
        Leave the trial the drift that arms of published trials show by themselves.
    people
        Simulated in each arm.
    report
        Called with a stage, runs done and runs expected.

    Raises
    ------
    InputError
        Nothing to compare with, no number that can be fitted, or a name that is no parameter.

    Examples
    --------
    >>> from follicle_sim import fit_scenario, load_scenario
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml", ["run.history=30 days"])
    >>> fit = fit_scenario(scenario, people=20)
    >>> fit.names, fit.verdict
    (('potency_minoxidil_topical_5',), 'identified')
    """
    scenario = check_scenario("fit_scenario", scenario)
    check_call("fit_scenario", "report", report)
    check_whole("fit_scenario", "people", people, 20)
    began = time.perf_counter()
    free = tuple(names) or (POTENCY_PREFIX + find_treatment(scenario),)
    runs = Runs(scenario, steady_scenario(scenario, people), free, report)
    data = runs.simulate_at(runs.present)
    numbers = choose_numbers(runs.rows_at(runs.present))
    _check_numbers(scenario, numbers)
    law = _law(scenario, data, numbers, runs, priors or {}, drift)
    is_potency = free[0].startswith(POTENCY_PREFIX)

    def model(values: Floats) -> Floats:
        return numbers.of(runs.rows_at(values))

    limit = limit_of(level, _people(scenario, numbers), len(numbers.rows))
    profile = find_profile(model, law, limit)
    nothing = np.array([0.0 if is_potency else runs.present[0], *profile.best[1:]])
    freedom = max(1, len(numbers.rows) - len(free))
    return ScenarioFit(
        names=free,
        best=tuple(float(f"{value:.4g}") for value in profile.best),
        low=profile.low,
        high=profile.high,
        level=level,
        limit=limit,
        verdict=judge(profile.low, profile.high),
        values=profile.values,
        rise=profile.rise,
        curve=profile.curve,
        misfit=profile.misfit,
        numbers=len(numbers.rows),
        chance=float(chi2.sf(profile.misfit, freedom)),
        rows=_with_spreads(
            _beside(numbers, runs.rows_at(profile.best), runs.rows_at(nothing), law),
            runs.rows_at(profile.best),
            sources_of(scenario).observations,
        ),
        explanations=_explanations(runs, numbers, law, profile) if is_potency else {},
        drift=drift,
        runs=runs.count,
        seconds=time.perf_counter() - began,
    )


def _check_numbers(scenario: Scenario, numbers: Numbers) -> None:
    if numbers.rows:
        return
    reasons = [f"{row.observation}: {why}" for row, why in numbers.dropped[:3]]
    message = "no observed number can be fitted; " + (
        "; ".join(reasons)
        if reasons
        else "give a [[compare]] table with a study, or data of your own"
    )
    raise InputError(scenario.origin, [Problem("compare", message)])


def _law(
    scenario: Scenario,
    data: xr.Dataset,
    numbers: Numbers,
    runs: Runs,
    priors: Mapping[str, float],
    drift: bool,
) -> Law:
    """Return the law of the observed numbers around simulated ones."""
    own_covariance = sampling_covariance(data, numbers.rows, paired=is_paired(data))
    # the people of a parallel trial differ from arm to arm, whoever was simulated
    trial_covariance = own_covariance
    if scenario.design.kind == "parallel" and is_paired(data):
        trial_covariance = sampling_covariance(data, numbers.rows, paired=False)
    shift, unknown = shifts(numbers, baselines_of(data, numbers.rows), drift=drift)
    root = cholesky(
        error_covariance(numbers, trial_covariance, own_covariance + unknown), lower=True
    )
    whiten = solve_triangular(root, np.eye(len(root)), lower=True)
    sds = [priors.get(name, np.inf if i == 0 else PRIOR_SD) for i, name in enumerate(runs.names)]
    return Law(numbers.value, whiten, shift, runs.present, np.array(sds), runs.lower, runs.upper)


def _people(scenario: Scenario, numbers: Numbers) -> float:
    """Return how many people the smallest of the arms had; infinity where nobody says."""
    known = sources_of(scenario).observations
    counts = [known[row.observation].n for row in numbers.rows]
    return float(min((n for n in counts if n), default=np.inf))


def _beside(
    numbers: Numbers,
    fitted: Sequence[ComparisonRow],
    untreated: Sequence[ComparisonRow],
    law: Law,
) -> tuple[FittedRow, ...]:
    """Return every observed number with what the fit, and no drug, make of it."""
    best, none = numbers.of(fitted), numbers.of(untreated)
    rows = [
        _row(row, float(se), float(a + shift), float(b + shift), float(shift), "")
        for row, se, a, b, shift in zip(
            numbers.rows, numbers.se, best, none, law.shift, strict=True
        )
    ]
    return (*rows, *(_row(row, np.nan, np.nan, np.nan, 0.0, why) for row, why in numbers.dropped))


def _with_spreads(
    fitted: Sequence[FittedRow],
    simulated: Sequence[ComparisonRow],
    known: Mapping[str, Observation],
) -> tuple[FittedRow, ...]:
    """Return rows with the SD of people, observed and simulated, where an SD was published."""
    counterparts = {(row.observation, row.arm, row.control): row for row in simulated}
    rows = []
    for row in fitted:
        observation = known[row.observation]
        other = counterparts[row.observation, row.arm, row.control]
        is_sd = observation.spread_kind.upper() == "SD" and not row.control
        if row.used and is_sd and observation.n and other.simulated_se is not None:
            observed_sd = row.se * math.sqrt(observation.n)
            simulated_sd = other.simulated_se * math.sqrt(other.people)
            row = replace(row, observed_sd=observed_sd, simulated_sd=simulated_sd)
        rows.append(row)
    return tuple(rows)


def _row(
    row: ComparisonRow, se: float, fitted: float, untreated: float, shift: float, why: str
) -> FittedRow:
    return FittedRow(
        study=row.study,
        observation=row.observation,
        arm=row.arm,
        control=row.control,
        endpoint=row.endpoint,
        kind=row.kind,
        week=row.week,
        unit=row.unit,
        observed=row.observed,
        se=se,
        fitted=fitted,
        untreated=untreated,
        shift=shift,
        used=not why,
        why=why,
    )


def _explanations(
    runs: Runs, numbers: Numbers, law: Law, profile: FirstProfile
) -> dict[str, float]:
    """Return what else was tried, without the drug: rise of -2 log-likelihood over the best.

    A season, and the drift of a trial, act on all arms: they are tried only where a number of an
    arm alone was fitted after baseline, and not where all of these are differences.
    """
    steady = runs.steady
    treatment = runs.names[0].removeprefix(POTENCY_PREFIX)
    none = runs.rows_at(np.array([0.0, *profile.best[1:]]))
    of_arms_alone = any(row.week and not row.control for row in numbers.rows)
    tried = {"the drift of the trial alone" if law.shift.any() else "nothing at all": none}
    if needle_of(steady, treatment):
        tried["the needle alone"] = compare(simulate(with_needle(steady, treatment))).rows
    if of_arms_alone and steady.design.recruitment is None:
        for month, _ in MONTHS[::3]:
            seasonal = _in_season(steady, treatment, month)
            tried[f"the season, begun in {month}"] = compare(simulate(seasonal)).rows

    def rise(rows: Sequence[ComparisonRow]) -> float:
        misfit = law.whiten @ (numbers.of(rows) + law.shift - law.value)
        return float(np.sum(np.square(misfit))) - profile.misfit

    return {name: rise(rows) for name, rows in tried.items()}


def _in_season(steady: Scenario, treatment: str, month: str) -> Scenario:
    settings = [
        f"biology.{POTENCY_PREFIX}{treatment}=0.0",
        f'design.recruitment={{opens = "1 {month}"}}',
        f'run.history="{math.ceil(SEASONED)} days"',
    ]
    return with_overrides(steady, settings)
