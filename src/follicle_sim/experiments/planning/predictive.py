"""A visual predictive check: would trials of a study's size, under the model, look like the study?

Whole virtual trials with as many people as the study had are simulated, and each published mean
change is held against where nine in ten of their means lie.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_call, check_text, check_threads, check_whole
from follicle_sim.base.errors import InputError, Interrupted, Problem, did_you_mean
from follicle_sim.base.estimates import Figure, change_mean, relative_change
from follicle_sim.base.progress import Parts, Report
from follicle_sim.base.types import Floats
from follicle_sim.evidence.own.held import held
from follicle_sim.experiments.planning.trial_sources import PART
from follicle_sim.experiments.running.checkpoint import Checkpoint, Kept, fingerprint
from follicle_sim.experiments.scoreboard.designs import scoring_rules
from follicle_sim.experiments.scoreboard.scoring import drift_of
from follicle_sim.protocol.baseline.meet import with_baseline
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.resolve import resolve
from follicle_sim.results.compare import ComparisonRow, compare
from follicle_sim.results.counterparts import RECIPES, course
from follicle_sim.results.courses import SPANS
from follicle_sim.results.endpoints import arm_roles
from follicle_sim.results.provenance import package_version
from follicle_sim.results.shares import SHARES
from follicle_sim.scenario.fields.methods import EXTRA_VARIABLES
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import check_scenario, with_overrides
from follicle_sim.scenario.luck import check_luck
from follicle_sim.scenario.model import Comparison, Scenario
from follicle_sim.simulation.simulate import memory_needed, simulate

LIMITS = (0.05, 0.5, 0.95)
NORMAL_90 = 1.6449
"""Standard normal quantile of 0.95."""

FEWEST, MOST_TRIALS = 20, 50
"""Trials in all at least (a limit of 5 % needs one beyond it), and of one part at most."""

FIGURES: Mapping[str, Figure] = {
    "change": change_mean,
    "difference": change_mean,
    "percent_change": relative_change,
    "percent_difference": relative_change,
}


@dataclass(frozen=True, slots=True)
class BandRow:
    """Where virtual trials lie at one visit.

    Parameters
    ----------
    endpoint, unit, kind
        What is compared: change, percent_change (of the mean baseline), difference (of changes).
    arm, control
        Simulated arms; `control` is empty unless the number is a difference.
    week
        Of the visit.
    n, n_control, trials
        People of the arms, and virtual trials.
    low, middle, high
        5, 50 and 95 % of the trials.
    drift_low, drift_high
        The same limits with what any trial's arm moves by itself (model 5.8) added; equal to low
        and high for differences, which are free of it.
    """

    endpoint: str
    unit: str
    kind: str
    arm: str
    control: str
    week: float
    n: int
    n_control: int
    trials: int
    low: float
    middle: float
    high: float
    drift_low: float
    drift_high: float


@dataclass(frozen=True, slots=True)
class PointRow:
    """A published number and the band at its week, linear between visits."""

    observation: str
    endpoint: str
    unit: str
    kind: str
    arm: str
    control: str
    week: float
    observed: float
    observed_se: float | None
    low: float
    high: float
    inside: bool
    drift_low: float
    drift_high: float
    inside_with_drift: bool


@dataclass(frozen=True)
class PredictiveCheck:
    """What a check found; `people` of each arm, and whether the table held their number."""

    study: str
    people: Mapping[str, int]
    assumed: tuple[str, ...]
    bands: tuple[BandRow, ...]
    points: tuple[PointRow, ...]


Series = tuple[str, str, str, str, str]
"""Endpoint, unit, kind, arm, control."""


def predictive_bands(
    scenario: Scenario,
    study: str = "",
    replicates: int = 200,
    *,
    threads: int | None = None,
    report: Report | None = None,
    checkpoint: Checkpoint | None = None,
) -> PredictiveCheck:
    """Simulate trials of a study's size and hold its published changes against them.

    Parameters
    ----------
    scenario
        With a [[compare]] table of the study. In a counterfactual design the arms get people of
        their own here, as in any trial.
    study
        Its id; may be left out where the scenario names one study only.
    replicates
        Virtual trials.
    threads, report
        As for `power`.
    checkpoint
        Where finished trials are kept, under `check_key`, and taken from.

    Raises
    ------
    InputError
        A study the scenario is not compared with, too few trials, a study without any number that
        could be compared, or a checkpoint of another question.
    Interrupted
        On Ctrl-C; what was finished is in the checkpoint.

    Examples
    --------
    >>> from follicle_sim import load_scenario, predictive_bands
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml", ["run.history=30 days"])
    >>> check = predictive_bands(scenario, replicates=20)
    >>> check.study
    'olsen_2002'
    """
    scenario = check_scenario("predictive_bands", scenario)
    check_text("predictive_bands", "study", study)
    check_whole("predictive_bands", "replicates", replicates)
    check_threads("predictive_bands", threads)
    check_call("predictive_bands", "report", report)
    comparison = compared_study(scenario, study)
    if replicates < FEWEST:
        message = f"found {replicates}; 5 % and 95 % need {FEWEST} trials or more"
        raise InputError(scenario.origin, [Problem("replicates", message)])
    people, assumed = study_sizes(scenario, comparison)
    trial = as_trial(scenario, max(people.values()))
    # every trial has operators of its own, also where a part holds a single trial
    trial = with_baseline(trial, part=True)
    per_trial = people_of(trial).total
    at_once = max(1, min(MOST_TRIALS, int(PART // memory_needed(resolve(trial)[0]))))
    parts, store = Parts("trials", replicates * per_trial, report), Kept(checkpoint)
    rows = _read_rows(store)
    figures: list[
        tuple[Floats, Floats]
    ] = []  # by part: courses (series, R, T) and starts (series,)
    for low in range(0, replicates, at_once):
        number = min(at_once, replicates - low)
        names = f"{low}-{number}-courses", f"{low}-{number}-starts"
        before = store.get(*names)
        if before is not None:
            parts.skip(number * per_trial)
            figures.append((before[0], before[1]))
            continue
        part = trial.model_copy(update={"run": trial.run.model_copy(update={"replicates": number})})
        try:
            data = simulate(part, threads=threads, progress=parts.part(), first_replicate=low)
        except (KeyboardInterrupt, Interrupted):
            raise store.stopped(low, replicates, "trials") from None
        if not rows:
            rows = _comparable(data, comparison, scenario)
            store.put({"rows": np.array(json.dumps([asdict(row) for row in rows]))})
        pairs = [trial_figures(data, series, people) for series in _every_series(rows)]
        figures.append((np.array([course for course, _ in pairs]), np.array([x for _, x in pairs])))
        store.put(dict(zip(names, figures[-1], strict=True)))
        store.save()
    days, sizes = np.array(trial.design.visits), [part.shape[1] for part, _ in figures]
    bands: list[BandRow] = []
    points: list[PointRow] = []
    for k, series in enumerate(_every_series(rows)):
        courses = np.concatenate([part[k] for part, _ in figures])
        # of all trials, so that no number depends on how many are one part
        start = float(np.average([starts[k] for _, starts in figures], weights=sizes))
        own_bands = _bands(series, courses, days, people, start)
        bands += own_bands
        points += [_point(row, own_bands) for row in rows if _series(row) == series]
    return PredictiveCheck(comparison.study, people, assumed, tuple(bands), tuple(points))


def compared_study(scenario: Scenario, study: str) -> Comparison:
    """Return the [[compare]] table of a study; of the only one where none is named."""
    check_luck(scenario)
    known = [table.study for table in scenario.compare]
    tables = [table for table in scenario.compare if table.study == study or not study]
    if len(tables) == 1:
        return tables[0]
    if not known:
        message = "no [[compare]] table: name a study and its arms to hold trials against"
    elif study:
        message = f'not compared with "{study}"{did_you_mean(study, known)}'
    else:
        message = f"compared with several studies; choose one: {', '.join(known)}"
    raise InputError(scenario.origin, [Problem("study", message)])


def study_sizes(
    scenario: Scenario, comparison: Comparison
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the people of the study by simulated arm, and the arms whose number nobody gave.

    Numbers are those printed with a result, else those of designs/scoring.toml, else the
    scenario's own.
    """
    stored = scoring_rules().people.get(comparison.study)
    published = [row for row in held(comparison).observations if not row.derived_from]
    sizes, assumed = {}, []
    for label, arm in comparison.arms.items():
        printed = [row.n for row in published if row.arm == arm and row.n]
        size = max(printed, default=0) or (stored.arms.get(arm, 0) if stored else 0)
        if not size:
            size = scenario.population.subjects
            assumed.append(label)
        sizes[label] = max(2, size)
    return sizes, tuple(assumed)


def as_trial(scenario: Scenario, subjects: int) -> Scenario:
    """Return a scenario as one trial: so many people of its own an arm, and no more than needed."""
    changes = [f"population.subjects={subjects}", "run.replicates=1"]
    if scenario.design.kind == "counterfactual":
        changes.append("design.kind=parallel")
    trial = with_overrides(scenario, changes)
    recipes = [*RECIPES.values(), *SHARES.values()]
    unmeasured = set(EXTRA_VARIABLES) - set(trial.instrument.measures)
    needs = sorted({name for recipe in recipes for name in recipe.needs} - unmeasured)
    record = trial.record.model_copy(update={"variables": tuple(needs), "follicles": False})
    return trial.model_copy(update={"record": record})


def _comparable(
    data: xr.Dataset, comparison: Comparison, scenario: Scenario
) -> list[ComparisonRow]:
    labels, _ = arm_roles(data)
    table = compare(data, [comparison])
    rows = [
        row
        for row in table.rows
        if row.kind in FIGURES
        and row.statistic == "mean"
        and row.arm in labels
        and row.endpoint not in SPANS  # no course to draw a band of
    ]
    if not rows:
        reasons = sorted({lost.reason for lost in table.unmatched})[:3]
        message = f"no change of {comparison.study} has a counterpart: {'; '.join(reasons)}"
        raise InputError(scenario.origin, [Problem("study", message)])
    return rows


def _series(row: ComparisonRow) -> Series:
    return row.endpoint, row.unit, row.kind, row.arm, row.control


def _every_series(rows: list[ComparisonRow]) -> list[Series]:
    return list(dict.fromkeys(_series(row) for row in rows))


def _read_rows(store: Kept) -> list[ComparisonRow]:
    stored = store.get("rows")
    return [] if stored is None else [ComparisonRow(**row) for row in json.loads(str(stored[0]))]


def check_key(scenario: Scenario, study: str, replicates: int) -> str:
    """Return the name of a check for its checkpoint."""
    return fingerprint(
        {
            "scenario": scenario_hash(scenario),
            "study": study,
            "replicates": replicates,
            "version": package_version(),
        }
    )


def trial_figures(
    data: xr.Dataset, series: Series, people: Mapping[str, int]
) -> tuple[Floats, float]:
    """Return a figure of each trial at each visit (R, T), and the mean baseline of the arm."""
    endpoint, _, kind, arm, control = series
    values, days = endpoint_values(data, endpoint)  # (R, A, S, T)
    labels, _ = arm_roles(data)
    baseline = int(np.flatnonzero(days == 0.0)[0])

    def read_arm(label: str) -> tuple[Floats, float]:
        counts = values[:, labels.index(label), : people[label]]
        now = np.moveaxis(counts, -1, 1)  # (R, T, S)
        base = np.broadcast_to(now[:, [baseline]], now.shape)
        return FIGURES[kind](now, base)[0], float(np.nanmean(base))

    figures, start = read_arm(arm)
    if control:
        figures = figures - read_arm(control)[0]
    return figures, start


def endpoint_values(data: xr.Dataset, endpoint: str) -> tuple[Floats, Floats]:
    """Return an endpoint of a dataset (R, A, S, T) and the days of its visits (T,).

    Raises
    ------
    InputError
        If the dataset does not hold it.
    """
    measured = course(data, endpoint)
    if isinstance(measured, str):
        raise InputError("predictive check", [Problem("endpoint", measured)])
    shape = (*measured.values.shape[:2], data.sizes.get("replicate", 1), data.sizes["subject"])
    return np.moveaxis(measured.values.reshape(shape), (2, 0, 3, 1), (0, 1, 2, 3)), measured.days


def _bands(
    series: Series, courses: Floats, days: Floats, people: Mapping[str, int], start: float
) -> list[BandRow]:
    endpoint, _, kind, arm, control = series
    offset, sd = (0.0, 0.0) if control else drift_of(endpoint, kind, start)
    rows = []
    for t in np.flatnonzero(days >= 0.0):
        trials = courses[:, t][np.isfinite(courses[:, t])]
        if not trials.size:
            continue
        low, middle, high = (float(x) for x in np.quantile(trials, LIMITS))
        ends = low, high
        if sd and days[t] > 0.0:
            centre = float(trials.mean()) + offset
            half = NORMAL_90 * float(np.hypot(trials.std(), sd))
            ends = centre - half, centre + half
        sizes = people[arm], people.get(control, 0)
        week = float(days[t]) / 7.0
        rows.append(BandRow(*series, week, *sizes, trials.size, low, middle, high, *ends))
    return rows


def _point(row: ComparisonRow, bands: list[BandRow]) -> PointRow:
    weeks = [band.week for band in bands]

    def at(name: str) -> float:
        return float(np.interp(row.week, weeks, [getattr(band, name) for band in bands]))

    low, high, drift_low, drift_high = (
        at(name) for name in ("low", "high", "drift_low", "drift_high")
    )
    return PointRow(
        row.observation,
        *_series(row),
        row.week,
        row.observed,
        row.observed_se if row.observed_se is not None else row.imputed_se,
        low,
        high,
        low <= row.observed <= high,
        drift_low,
        drift_high,
        drift_low <= row.observed <= drift_high,
    )
