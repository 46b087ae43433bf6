"""Simulated and observed numbers side by side, with z scores, and what has no counterpart."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Protocol, Self

import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_dataset, refused
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.estimates import Figure, FloatArray, estimate
from follicle_sim.evidence.normalise import Kind
from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.open_numbers import not_open
from follicle_sim.evidence.own.held import Held, held
from follicle_sim.evidence.studies import Grade, Use, load_studies
from follicle_sim.results.assumed import taken
from follicle_sim.results.by_treatment import WITHIN, by_treatment
from follicle_sim.results.counterparts import NO_BASELINE, Course, course
from follicle_sim.results.courses import SPANS
from follicle_sim.results.endpoints import arm_roles, draws_of, is_paired, scenario_of
from follicle_sim.results.moments import Moments, at_moments, moments_of
from follicle_sim.results.origin import UNKNOWN, Origin, origin_of, write_rows_of_run
from follicle_sim.results.unmatched import Unmatched, lonely_arms, unmatched

_ASKED = "comparison"


class Comparison(Protocol):
    """What `compare` needs to know: a study, and simulated arm label -> arm id of the study.

    One of one's own has `rows`, perhaps `within_person`; `weeks` and `assume` fill what is open.
    """

    @property
    def study(self) -> str: ...
    @property
    def arms(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One observed number and its simulated counterpart, in the same unit.

    Parameters
    ----------
    study, observation
        Ids in the registry.
    arm, control
        Labels of the simulated arms; `control` is empty unless the number is a difference. An
        observation of all randomised arms together has the labels of all of them, joined by " + ".
    study_arm, study_control
        Ids of the observed arms.
    endpoint, kind, statistic, week, day, unit
        What is compared. Weeks count as the published ones do. What a person has once in a run,
        such as the time to an event, has the last visit: it was looked for until then. Of a moment
        of an arm's life it is the day of the moment.
    observed, observed_se, imputed_se, se_source
        The published value; `observed_se` is None where no spread was published, `imputed_se` then
        may stand in for it.
    simulated, simulated_se, people
        The counterpart; its standard error is over `people` simulated subjects, or over draws
        where replicates draw what is not known: then it holds parameters, potency and people.
    z
        ``(simulated - observed) / sqrt(simulated_se**2 + observed_se**2)``; None without both.
    z_imputed
        The same with `imputed_se`; None where `z` is known or nothing may be imputed.
    ratio
        ``simulated / observed``; None where the observed value is zero.
    interpolated
        The simulated value lies between two visits.
    derived
        The observed value was computed from two published ones.
    use, grade, unverified, reason
        From the registry.
    """

    study: str
    observation: str
    arm: str
    control: str
    study_arm: str
    study_control: str
    endpoint: str
    kind: Kind
    statistic: str
    week: float
    day: float
    unit: str
    observed: float
    observed_se: float | None
    imputed_se: float | None
    se_source: str
    simulated: float
    simulated_se: float | None
    people: int
    z: float | None
    z_imputed: float | None
    ratio: float | None
    interpolated: bool
    derived: bool
    use: Use
    grade: Grade
    unverified: str
    reason: str


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """What `compare` found, and the run it is about."""

    rows: tuple[ComparisonRow, ...]
    unmatched: tuple[Unmatched, ...]
    origin: Origin = UNKNOWN

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line a matched row; its last columns are scenario_hash, seed and overrides.

        Raises OutputError and leaves an earlier file.
        """
        write_rows_of_run(path, ComparisonRow, self.rows, self.origin)


@dataclass(frozen=True, slots=True)
class _Stored:
    study: str
    arms: Mapping[str, str]
    rows: tuple[Mapping[str, Any], ...] = ()
    within_person: bool | None = None
    weeks: Mapping[str, float] | None = None
    assume: Mapping[str, float] | None = None
    moments: Mapping[str, Any] = field(default_factory=dict)
    of: str = ""

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Self:
        """Return a [[compare]] table of a stored scenario."""
        known = {one.name: table[one.name] for one in fields(cls) if one.name in table}
        return cls(**known | {"rows": tuple(table.get("rows", ()))})


def compare(
    dataset: xr.Dataset, comparisons: Sequence[Comparison] | None = None
) -> ComparisonTable:
    """Hold a simulated dataset against published studies, or against numbers of one's own.

    Parameters
    ----------
    dataset
        Result of `simulate`: dims arm, subject, time (days since baseline), perhaps replicate.
    comparisons
        Objects with `study` and `arms` (simulated label -> arm id of the study), and `rows` where
        the numbers are one's own; None for those of the scenario stored with the dataset.

    Returns
    -------
    ComparisonTable
        One row for every published number with a counterpart, in the order of the registry, and
        `unmatched`: the other numbers of the studies and the arms that met none.

    Raises
    ------
    InputError
        A study, an arm of a study or a simulated arm that does not exist; every one of them.

    Notes
    -----
    Differences are differences of changes from baseline; those of shares of people are differences
    of the shares at the visit. Relative changes are changes of the
    group's mean over the group's mean baseline. Errors are taken person by person where arms hold
    the same people and add as variances otherwise. A crossover is compared by treatment.

    Examples
    --------
    >>> from follicle_sim import compare, load_scenario, simulate
    >>> few = ["population.subjects=4", "run.history=30 days"]
    >>> result = simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", few))
    >>> row = compare(result).rows[0]
    >>> row.observation, row.week, row.observed, row.unit
    ('olsen_2002:1', 48.0, 18.6, 'cm-2')
    """
    check_dataset("compare", dataset, ("arm", "subject", "time"))
    if comparisons is None:
        stored = scenario_of(dataset).get("compare") or ()
        comparisons = [_Stored.read(table) for table in stored]
    dataset = by_treatment(dataset)
    labels, roles = arm_roles(dataset)
    within = dataset.attrs.get("design_kind") in ("split_scalp", WITHIN)
    role_of = dict(zip(labels, roles, strict=True))
    _check(comparisons, labels, lambda own: held(own, role_of, paired=within))
    rows: list[ComparisonRow] = []
    absent: list[Unmatched] = []
    courses: dict[tuple[str, float | None], Course | str] = {}
    for comparison in comparisons:
        met: set[str] = set()
        source = held(comparison, role_of, paired=within)
        weeks, assume = taken(comparison)
        moments = moments_of(comparison, labels)
        names = labels if moments is None else list(moments.days)
        for observation in source.observations:
            if observation.week is None and observation.id in weeks:
                observation = replace(observation, week=weeks[observation.id])
            key = observation.endpoint, assume.get(observation.endpoint)
            if key not in courses:
                courses[key] = course(dataset, *key)
            seen = courses[key]
            if moments is not None and not isinstance(seen, str):
                seen = at_moments(seen, moments, labels)
            teams = _teams(observation, comparison.arms)
            answer = (
                teams
                if isinstance(teams, str)
                else _match(observation, teams, seen, names, dataset, moments)
            )
            if not isinstance(answer, str):
                rows.extend(answer)
                met.update(label for team in teams for label in team)
            elif not observation.derived_from:
                # What a derived row lacks, the published rows behind it lack too.
                absent.append(unmatched(observation, answer))
        elsewhere = {name for other in comparisons for name in other.arms} - set(comparison.arms)
        # An arm that another study is about is not lonely, and one that none is about is told once.
        named = {other.name for other in absent if other.what == "arm"} - set(comparison.arms)
        open_labels = [label for label in names if label not in elsewhere | named]
        absent.extend(lonely_arms(source.study, comparison.arms, open_labels, met))
    return ComparisonTable(tuple(rows), tuple(absent), origin_of(dataset))


def _check(comparisons: Sequence[Any], labels: Sequence[str], hold: Callable[[Any], Held]) -> None:
    problems = []
    studies = load_studies()
    if not isinstance(comparisons, (list, tuple)):
        raise refused(_ASKED, "comparisons", comparisons, "a list with `study` and `arms` in each")
    for i, comparison in enumerate(comparisons):
        where = f"compare[{i}]"
        named = isinstance(getattr(comparison, "study", None), str)
        if not named or not isinstance(getattr(comparison, "arms", None), Mapping):
            raise refused(_ASKED, where, comparison, "an object with `study` and `arms`")
        own = getattr(comparison, "rows", ())
        study = hold(comparison).study if own else studies.get(comparison.study)
        if study is None:
            tail = did_you_mean(comparison.study, studies)
            problems.append(Problem(f"{where}.study", f'unknown study "{comparison.study}"{tail}'))
        moments = moments_of(comparison, labels)
        if moments is not None and moments.arm not in labels:
            message = f'no simulated arm "{moments.arm}"{did_you_mean(moments.arm, labels)}'
            problems.append(Problem(f"{where}.of", message))
        names = labels if moments is None else list(moments.days)
        for label, arm in comparison.arms.items():
            if label not in names:
                message = f'no simulated arm "{label}"{did_you_mean(label, names)}'
                problems.append(Problem(f"{where}.arms", message))
            if study is not None and arm not in (known := [own.id for own in study.arms]):
                message = f'{study.id} has no arm "{arm}"{did_you_mean(arm, known)}'
                problems.append(Problem(f"{where}.arms.{label}", message))
        closed = [(name, not_open(name)) for name in taken(comparison)[1] if not_open(name)]
        problems += [Problem(f"{where}.assume.{name}", message) for name, message in closed]
    if problems:
        raise InputError(_ASKED, problems)


def _match(
    observation: Observation,
    teams: Sequence[Mapping[str, float]],
    simulated: Course | str,
    labels: Sequence[str],
    dataset: xr.Dataset,
    moments: Moments | None = None,
) -> list[ComparisonRow] | str:
    """Return the rows of one observation, or the reason why it has none."""
    if observation.duplicate_of:
        return f"second reading of {observation.duplicate_of}"
    once = observation.endpoint in SPANS or getattr(simulated, "once", False)
    if observation.week is None and not once:
        return "its week is not stated"
    if isinstance(simulated, str):
        return simulated
    figure = simulated.figure(observation.kind, observation.statistic)
    if figure is None:
        return f"a {observation.statistic} ({observation.kind}) has no simulated counterpart"
    if observation.kind == "level" and observation.endpoint.endswith("_dht"):
        return "factors are simulated relative to baseline only"
    stated = observation.week
    day = float(simulated.days[-1]) if once or stated is None else 7.0 * stated
    visit = simulated.at(day)
    if visit is None:
        span = f"{simulated.days[0] / 7:g} to {simulated.days[-1] / 7:g}"
        return f"week {day / 7.0:g} is outside the run, weeks {span}"
    now, interpolated = visit
    base = simulated.reference(observation.kind)
    if base is None:
        return NO_BASELINE
    if once and not np.isfinite(now).any():
        return "nobody of this run has it"
    paired, draws = is_paired(dataset), draws_of(dataset)
    rows = []
    for team in teams:
        groups = [(w, now[i], base[i]) for label, w in team.items() for i in [labels.index(label)]]
        row = _row(observation, team, figure, groups, paired, draws, day, interpolated)
        rows.append(row if moments is None else _of_moments(row, team, moments))
    return rows


def _of_moments(row: ComparisonRow, team: Mapping[str, float], moments: Moments) -> ComparisonRow:
    """Return a row of the arm whose moments it is about, on the day of the one that counts."""
    day = next(moments.days[name] for name, weight in team.items() if weight > 0.0)
    control = moments.arm if row.control else ""
    return replace(row, arm=moments.arm, control=control, day=day, week=day / 7.0)


def _teams(observation: Observation, arms: Mapping[str, str]) -> list[dict[str, float]] | str:
    """Return the weights of simulated arms that make each counterpart, or why there is none."""
    if observation.role == "pooled":
        return [dict.fromkeys(sorted(arms), 1.0 / len(arms))] if arms else "no arm is simulated"
    own = [label for label, arm in arms.items() if arm == observation.arm]
    if not own:
        return f'arm "{observation.arm}" is not simulated'
    if not observation.control:
        return [{label: 1.0} for label in own]
    control = next((label for label, arm in arms.items() if arm == observation.control), None)
    if control is None:
        return f'its control arm "{observation.control}" is not simulated'
    return [{label: 1.0, control: -1.0} for label in own]


def _row(
    observation: Observation,
    team: Mapping[str, float],
    figure: Figure,
    groups: Sequence[tuple[float, FloatArray, FloatArray]],
    paired: bool,
    draws: int,
    day: float,
    interpolated: bool,
) -> ComparisonRow:
    simulated = estimate(figure, groups, paired=paired, draws=draws)
    value = float(simulated.value)
    se = float(simulated.se) if np.isfinite(simulated.se) else None
    gap = value - observation.value
    return ComparisonRow(
        study=observation.study,
        observation=observation.id,
        arm=" + ".join(label for label, weight in team.items() if weight > 0),
        control=next((label for label, weight in team.items() if weight < 0), ""),
        study_arm=observation.arm,
        study_control=observation.control,
        endpoint=observation.endpoint,
        kind=observation.kind,
        statistic=observation.statistic,
        week=day / 7.0,
        day=day,
        unit=observation.unit,
        observed=observation.value,
        observed_se=observation.se,
        imputed_se=observation.imputed_se,
        se_source=observation.se_source,
        simulated=value,
        simulated_se=se,
        people=int(simulated.n),
        z=_z(gap, se, observation.se),
        z_imputed=_z(gap, se, observation.imputed_se) if observation.se is None else None,
        ratio=value / observation.value if observation.value else None,
        interpolated=interpolated,
        derived=bool(observation.derived_from),
        use=observation.use,
        grade=observation.grade,
        unverified=observation.unverified,
        reason=observation.reason,
    )


def _z(gap: float, simulated_se: float | None, observed_se: float | None) -> float | None:
    if simulated_se is None or observed_se is None:
        return None
    scale = math.hypot(simulated_se, observed_se)
    return gap / scale if scale else None
