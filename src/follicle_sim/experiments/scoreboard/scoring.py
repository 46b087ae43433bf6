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
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from follicle_sim.evidence.normalise import density_change_sd
from follicle_sim.evidence.observed import Observation
from follicle_sim.evidence.studies import Grade, Use
from follicle_sim.experiments.scoreboard.designs import (
    explanations,
    offset_of,
    parameter_sds,
    scoring_rules,
)
from follicle_sim.experiments.scoreboard.sources import Sources, registry, sources_of
from follicle_sim.results.compare import ComparisonRow
from follicle_sim.scenario.model import Scenario

Compared = Literal["controlled", "uncontrolled", "control arm", "level"]
Baseline = Callable[[str, str], float]
"""Mean simulated baseline of an endpoint in an arm: (arm, endpoint) -> value."""

WITHIN = 2.0
"""A row farther off than this many standard errors is a miss."""

COVERED = 1.6448536269514722
"""Half width of a 90 % interval of a normal law, in standard errors."""

UNTREATED = "untreated or placebo"
_USES: tuple[Use, ...] = ("calibration", "validation", "display")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One published number beside its prediction, in the unit of the registry.

    Parameters
    ----------
    treatment
        What the arm is given, by names of the library; groups the scoreboard.
    study, design, observation, arm, control, endpoint, kind, week, unit
        What is compared; `design` names the scenario file.
    compared
        "controlled" (a difference), "uncontrolled" (an arm's own change), "control arm" (a control
        arm's own change) or "level".
    observed, observed_se, se_source
        As published, or the standard error that stands in for a missing one, and where from.
    simulated, mc_se
        The model's number and its Monte Carlo error.
    offset, offset_sd
        The drift of a trial: mean added to the prediction, SD added to its error; 0 in differences.
    predicted, error
        ``simulated + offset``; joint error of observation, Monte Carlo and offset (None without a
        standard error).
    z
        ``(predicted - observed) / error``: parameters held at their fitted values, the stricter
        rule, the same for numbers that were fitted to and those that were not.
    parameter_sd
        SD of the prediction over draws of fitted parameters and potencies (see
        `scoreboard.parameter_spread`); None where it was not computed.
    covered
        Whether the 90 % predictive interval, of half width 1.645 ``hypot(error, parameter_sd)``,
        holds the observation.
    counted, note
        Whether the row counts in the fit statistics, and why not where it does not.
    explanation
        One line on a miss; empty otherwise.
    """

    treatment: str
    study: str
    design: str
    observation: str
    arm: str
    control: str
    endpoint: str
    kind: str
    week: float
    unit: str
    compared: Compared
    observed: float
    observed_se: float | None
    se_source: str
    simulated: float
    mc_se: float
    offset: float
    offset_sd: float
    predicted: float
    error: float | None
    z: float | None
    parameter_sd: float | None
    covered: bool | None
    use: Use
    grade: Grade
    unverified: str
    counted: bool
    note: str
    explanation: str
    baseline: float

    @property
    def missed(self) -> bool:
        """Farther off than two standard errors."""
        return self.z is not None and abs(self.z) > WITHIN

    @property
    def covered_alone(self) -> bool:
        """Covered also without the spread of the parameters."""
        return self.z is not None and abs(self.z) <= COVERED

    @property
    def mc_z(self) -> float:
        """Monte Carlo error of z."""
        return self.mc_se / self.error if self.error else 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Fit statistics of some rows: how many, within two standard errors, and covered at 90 %.

    `covered_alone` is of intervals that leave out the spread of the fitted parameters.
    """

    rows: int
    within: int
    covered: int
    covered_alone: int

    @property
    def share_within(self) -> float:
        """Share of the rows within two standard errors; NaN without rows."""
        return self.within / self.rows if self.rows else math.nan

    @property
    def coverage(self) -> float:
        """Share of the rows inside their 90 % predictive interval; NaN without rows."""
        return self.covered / self.rows if self.rows else math.nan

    @property
    def coverage_alone(self) -> float:
        """Share inside intervals without the spread of the parameters; NaN without rows."""
        return self.covered_alone / self.rows if self.rows else math.nan


def tally(rows: Iterable[ScoreRow]) -> Tally:
    """Count the rows that have a score, whatever their use."""
    scored = [row for row in rows if row.z is not None]
    within = sum(not row.missed for row in scored)
    covered = sum(bool(row.covered) for row in scored)
    return Tally(len(scored), within, covered, sum(row.covered_alone for row in scored))


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
    given = {arm.label: _treatments(scenario, arm.label) for arm in scenario.arms}
    sources = sources_of(scenario)
    return [
        _scored(row, compared, given, design, baseline, sources)
        for row, compared in _once(rows, sources)
    ]


def effective_use(observation: Observation, sources: Sources | None = None) -> tuple[Use, str]:
    """Return what a number may be used for, and why; a derived one as its most restricted part.

    sources : where the parts are looked up; default: the registry
    """
    if not observation.derived_from:
        return observation.use, observation.reason
    known = (sources or registry()).observations
    parts = [effective_use(known[part], sources) for part in observation.derived_from]
    return max(parts, key=lambda part: _USES.index(part[0]))


def _treatments(scenario: Scenario, label: str) -> str:
    arm = next(arm for arm in scenario.arms if arm.label == label)
    names = dict.fromkeys(dose.treatment for dose in arm.doses if dose.treatment != "vehicle")
    return " + ".join(names) or UNTREATED


def _of_all(labels: str, given: dict[str, str]) -> str:
    """Return what several arms that make one number are given; untreated where one of them is."""
    names = dict.fromkeys(given.get(label, UNTREATED) for label in labels.split(" + "))
    return UNTREATED if UNTREATED in names else " or ".join(names)


def _once(rows: Sequence[ComparisonRow], sources: Sources) -> list[tuple[ComparisonRow, Compared]]:
    """Return one row for each arm, endpoint, week and control, with what it compares.

    A figure of the arm alone stands only where no difference does, or the other way round for
    endpoints scored arm by arm.
    """
    alone = scoring_rules().own_change.endpoints
    visits: defaultdict[tuple[object, ...], list[ComparisonRow]] = defaultdict(list)
    for row in rows:
        visits[row.study, row.arm, row.endpoint, row.week].append(row)

    def rank(row: ComparisonRow) -> tuple[object, ...]:
        use = _USES.index(effective_use(sources.observations[row.observation], sources)[0])
        return row.kind == "level", use, row.derived

    chosen = []
    for same in visits.values():
        wanted = [row for row in same if bool(row.control) != (row.endpoint in alone)] or same
        for control in dict.fromkeys(row.control for row in wanted):
            chosen.append(min((row for row in wanted if row.control == control), key=rank))
    controls = {(row.study, row.control, row.endpoint, row.week) for row in chosen if row.control}
    return [(row, _compared(row, controls, sources)) for row in chosen]


def _compared(row: ComparisonRow, controls: Set[tuple[object, ...]], sources: Sources) -> Compared:
    if row.control:
        return "controlled"
    if row.kind == "level":
        return "level"
    role = sources.studies[row.study].arm(row.study_arm).role
    # An active control is a treatment, and its own change says something about it.
    is_control = (row.study, row.arm, row.endpoint, row.week) in controls
    return "control arm" if is_control and role in ("placebo", "untreated") else "uncontrolled"


def _scored(
    row: ComparisonRow,
    compared: Compared,
    given: dict[str, str],
    design: str,
    baseline: Baseline,
    sources: Sources,
) -> ScoreRow:
    observation = sources.observations[row.observation]
    first = row.arm.split(" + ")[0] if row.arm not in given else row.arm
    start = baseline(first, row.endpoint)
    se, source = _observed_error(row, observation, start, sources)
    offset, offset_sd = _offset(row, compared, start)
    mc_se = row.simulated_se or 0.0
    predicted = row.simulated + offset
    error = None if se is None else math.sqrt(se**2 + mc_se**2 + offset_sd**2)
    z = (predicted - row.observed) / error if error else None
    parameter_sd = parameter_sds().get((design, row.observation, row.arm, row.control))
    half = COVERED * math.hypot(error or 0.0, parameter_sd or 0.0)
    use, reason = effective_use(observation, sources)
    note = _why_not_counted(row, compared, use, reason, z)
    missed = z is not None and abs(z) > WITHIN
    return ScoreRow(
        treatment=given.get(row.arm) or _of_all(row.arm, given),
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
    asked, held = kind.startswith("percent"), rule.relative
    scale = 1.0 if asked == held else start if held else 1.0 / start
    return rule.mean * scale, rule.sd * scale


def _why_not_counted(
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


def _observed_error(
    row: ComparisonRow, observation: Observation, start: float, sources: Sources
) -> tuple[float | None, str]:
    """Return the standard error of an observed number and its source, imputed where needed."""
    rules = scoring_rules()
    if row.observed_se is not None:
        return row.observed_se, row.se_source
    if row.observation in rules.error:
        given = rules.error[row.observation]
        return given.se, f"assumption: {given.why}"
    if row.imputed_se is not None:
        return row.imputed_se, row.se_source
    sizes = _sizes(observation, sources)
    spread = _person_sd(row, observation.sex, start)
    if sizes is None or spread is None:
        return None, ""
    sd, source = spread
    se = math.sqrt(sum(sd**2 / n for n in sizes))
    told = " and ".join(f"{n:g}" for n in sizes)
    return se, f"imputed: {source}, n = {told}"


def _person_sd(row: ComparisonRow, sex: str, start: float) -> tuple[float, str] | None:
    """Return how much one person's figure scatters, in the unit of the row."""
    rules = scoring_rules()
    if row.kind == "level":
        level = rules.level.get(row.endpoint)
        return None if level is None else (level.sd, f"SD between persons {level.sd:g}")
    relative = row.kind.startswith("percent")
    density = density_change_sd(row.endpoint, sex)
    if density is not None:
        told = f"SD of one person's change {density:g} hairs/cm2"
        return density / start if relative else density, told
    told = f"SD of one person's relative change {rules.relative.sd:g}"
    return rules.relative.sd * (1.0 if relative else abs(start)), told


def _sizes(observation: Observation, sources: Sources) -> tuple[float, ...] | None:
    """Return the people behind a number, one size per independent arm."""
    people = scoring_rules().people.get(observation.study)
    arms = people.arms if people is not None else {}
    own = observation.n or arms.get(observation.arm)
    if not observation.control:
        return None if not own else (own,)
    if sources.studies[observation.study].within_person:
        # Two sides of a person share half of the variance (assumption): the error of one side.
        return None if not own else (own,)
    if not observation.derived_from:
        # A printed difference has the number of people of the whole trial.
        if observation.n:
            return observation.n / 2, observation.n / 2
    else:
        other = sources.observations[observation.derived_from[1]]
        against = other.n or arms.get(observation.control)
        if own and against:
            return own, against
        return None
    against = arms.get(observation.control)
    return (own, against) if own and against else None
