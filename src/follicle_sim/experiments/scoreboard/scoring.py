"""From comparison rows to scores: each number once, its drift and error stated, z and coverage.

A published number can appear as a level, a change, a difference and a share of baseline. Of all
that say the same about an arm, an endpoint and a week one is scored: the difference from control
where there is one, because the model does not simulate what a trial does to its own arms (model
5.8). Changes without a control, and control arms' own, are predicted with that drift as an offset
of stated mean and SD. Control arms' own changes are shown and not counted: they test the offset.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import replace

from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.studies import Use
from follicle_sim.experiments.scoreboard.designs import (
    explanations,
    offset_of,
    parameter_sds,
    scoring_rules,
)
from follicle_sim.experiments.scoreboard.observed_error import find_error
from follicle_sim.experiments.scoreboard.score_rows import COVERED, WITHIN, Compared, ScoreRow
from follicle_sim.experiments.scoreboard.sources import Sources, registry, sources_of
from follicle_sim.results.assumed import taken
from follicle_sim.results.compare import ComparisonRow
from follicle_sim.scenario.model import Scenario

Baseline = Callable[[str, str], float]
"""Mean simulated baseline of an endpoint in an arm: (arm, endpoint) -> value."""

UNTREATED = "untreated or placebo"
_USES: tuple[Use, ...] = ("calibration", "validation", "display")


def score(
    rows: Sequence[ComparisonRow], scenario: Scenario, design: str, baseline: Baseline
) -> list[ScoreRow]:
    """Score the comparison of one design, each published number once.

    Parameters
    ----------
    rows
        From `compare`.
    scenario, design
        What was simulated, and its name.
    baseline
        Simulated baselines, to turn spreads of densities into shares and back.
    """
    treatment_of = {arm.label: _treatments_of(scenario, arm.label) for arm in scenario.arms}
    sources = sources_of(scenario)
    scored = [
        _score_row(row, compared, treatment_of, design, baseline, sources)
        for row, compared in _choose_rows(rows, sources)
    ]
    return [_with_assumption(row, scenario) for row in scored]


def _with_assumption(row: ScoreRow, scenario: Scenario) -> ScoreRow:
    """Return a counted row as one that is shown only, where its design assumes what it compares."""
    for comparison in scenario.compare:
        weeks, assume = taken(comparison)
        parts = [part for part in (row.observation, row.endpoint) if comparison.study == row.study]
        given = [f"week {weeks[part]:g}" for part in parts if part in weeks]
        given += [f"{part} = {assume[part]:g}" for part in parts if part in assume]
        why = scoring_rules().assumed.get(row.study, "")
        if given and row.counted:
            return replace(row, counted=False, note=f"the design assumes {' and '.join(given)}")
        if why and row.counted:
            return replace(row, counted=False, note=f"the design assumes its regimen: {why}")
    return row


def effective_use(observation: Observation, sources: Sources | None = None) -> tuple[Use, str]:
    """Return what a number may be used for, and why; a derived one as its most restricted part.

    sources : where the parts are looked up; default: the registry
    """
    if not observation.derived_from:
        return observation.use, observation.reason
    observations = (sources or registry()).observations
    parts = [effective_use(observations[part], sources) for part in observation.derived_from]
    return max(parts, key=lambda part: _USES.index(part[0]))


def _treatments_of(scenario: Scenario, label: str) -> str:
    arm = next(arm for arm in scenario.arms if arm.label == label)
    names = dict.fromkeys(dose.treatment for dose in arm.doses if dose.treatment != "vehicle")
    return " + ".join(names) or UNTREATED


def _treatments_together(labels: str, treatment_of: Mapping[str, str]) -> str:
    """Return what several arms that make one number are given; untreated where one of them is."""
    names = dict.fromkeys(treatment_of.get(label, UNTREATED) for label in labels.split(" + "))
    return UNTREATED if UNTREATED in names else " or ".join(names)


def _choose_rows(
    rows: Sequence[ComparisonRow], sources: Sources
) -> list[tuple[ComparisonRow, Compared]]:
    """Return one row for each arm, endpoint, week and control, with what it compares.

    A figure of the arm alone stands only where no difference does, or the other way round for
    endpoints scored arm by arm.
    """
    own_endpoints = scoring_rules().own_change.endpoints
    visits: defaultdict[tuple[object, ...], list[ComparisonRow]] = defaultdict(list)
    for row in rows:
        visits[row.study, row.arm, row.endpoint, row.week].append(row)

    def rank(row: ComparisonRow) -> tuple[object, ...]:
        use = _USES.index(effective_use(sources.observations[row.observation], sources)[0])
        return row.kind == "level", use, row.derived

    single = []
    for group in visits.values():
        preferred = [
            row for row in group if bool(row.control) != (row.endpoint in own_endpoints)
        ] or group
        for control in dict.fromkeys(row.control for row in preferred):
            single.append(min((row for row in preferred if row.control == control), key=rank))
    controls = {(row.study, row.control, row.endpoint, row.week) for row in single if row.control}
    return [(row, _classify(row, controls, sources)) for row in single]


def _classify(row: ComparisonRow, controls: Set[tuple[object, ...]], sources: Sources) -> Compared:
    if row.control:
        return "controlled"
    if row.kind == "level":
        return "level"
    role = sources.studies[row.study].arm(row.study_arm).role
    # An active control is a treatment, and its own change says something about it.
    is_control = (row.study, row.arm, row.endpoint, row.week) in controls
    return "control arm" if is_control and role in ("placebo", "untreated") else "uncontrolled"


def _score_row(
    row: ComparisonRow,
    compared: Compared,
    treatment_of: dict[str, str],
    design: str,
    baseline: Baseline,
    sources: Sources,
) -> ScoreRow:
    observation = sources.observations[row.observation]
    first = row.arm.split(" + ")[0] if row.arm not in treatment_of else row.arm
    start = baseline(first, row.endpoint)
    se, source = find_error(row, observation, start, sources)
    offset, offset_sd = _offset(row, compared, start)
    mc_se = row.simulated_se or 0.0
    predicted = row.simulated + offset
    error = None if se is None else math.sqrt(se**2 + mc_se**2 + offset_sd**2)
    z = (predicted - row.observed) / error if error else None
    parameter_sd = parameter_sds().get((design, row.observation, row.arm, row.control))
    half = COVERED * math.hypot(error or 0.0, parameter_sd or 0.0)
    use, reason = effective_use(observation, sources)
    note = _explain_omission(row, compared, use, reason, z)
    missed = z is not None and abs(z) > WITHIN
    return ScoreRow(
        treatment=treatment_of.get(row.arm) or _treatments_together(row.arm, treatment_of),
        study=row.study,
        design=design,
        observation=row.observation,
        arm=row.arm,
        control=row.control,
        endpoint=row.endpoint,
        kind=row.kind,
        week=row.week,
        unit=row.unit,
        compared=compared,
        observed=row.observed,
        observed_se=se,
        se_source=source,
        simulated=row.simulated,
        mc_se=mc_se,
        offset=offset,
        offset_sd=offset_sd,
        predicted=predicted,
        error=error,
        z=z,
        parameter_sd=parameter_sd,
        covered=None if z is None else abs(predicted - row.observed) <= half,
        use=use,
        grade=row.grade,
        unverified=row.unverified,
        counted=not note,
        note=note,
        explanation=explanations().get(row.observation, "") if missed else "",
        baseline=start,
    )


def _offset(row: ComparisonRow, compared: Compared, start: float) -> tuple[float, float]:
    """Return mean and SD of what the trial itself adds, in the unit of the row."""
    if compared in ("controlled", "level"):
        return 0.0, 0.0
    return drift_of(row.endpoint, row.kind, start)


def drift_of(endpoint: str, kind: str, start: float) -> tuple[float, float]:
    """Return mean and SD of what an arm moves by itself, in the unit of the kind (model 5.8).

    start : mean baseline of the arm
    """
    rule = offset_of(endpoint)
    if rule is None:
        return 0.0, 0.0
    as_percent, rule_relative = kind.startswith("percent"), rule.relative
    scale = 1.0 if as_percent == rule_relative else start if rule_relative else 1.0 / start
    return rule.mean * scale, rule.sd * scale


def _explain_omission(
    row: ComparisonRow, compared: Compared, use: Use, reason: str, z: float | None
) -> str:
    met = scoring_rules().met.get(row.study)
    if use == "display":
        return f"display only: {reason}"
    if compared == "control arm":
        return "a control arm's own change tests the offset, not the treatment"
    if compared == "level" and met is not None and row.endpoint in met.endpoints:
        return f"the design's population was chosen to meet it: {met.why}"
    if row.observation in scoring_rules().used:
        return f"not independent: {scoring_rules().used[row.observation]}"
    if z is None:
        return "no spread is known and none can stand in for it"
    return ""
