"""ADHC: hair counts and what else was measured, in the basic data structure of ADaM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from follicle_sim.analysis.missing import MISSING
from follicle_sim.analysis.outcomes.flow import analysed_people, needed_visits
from follicle_sim.analysis.outcomes.satisfaction import answers, load_scales
from follicle_sim.analysis.sets import Rules, members_at
from follicle_sim.analysis.tests import Test
from follicle_sim.analysis.trial import Trial
from follicle_sim.analysis.values import endpoints_of
from follicle_sim.base.types import Flags, Floats
from follicle_sim.figures.parts.style import name_of
from follicle_sim.reporting.cdisc.base import (
    STUDYID,
    SYNTHFL,
    USUBJID,
    YES,
    Person,
    Row,
    Variable,
    number,
    people_of,
    study_day,
)
from follicle_sim.reporting.cdisc.subjects import switched_to
from follicle_sim.reporting.report import TrialReport
from follicle_sim.scenario.tables.instrument import observable

CODES: Mapping[str, str] = {
    "hair_density": "HAIRDEN",
    "terminal_density": "TERMDEN",
    "vellus_density": "VELLDEN",
    "shaft_calibre": "SHAFTCA",
    "cumulative_thickness": "CUMTHIC",
    "anagen_fraction": "ANAGFRA",
    "anagen_density": "ANAGDEN",
    "telogen_fraction": "TELOFRA",
    "anagen_telogen_ratio": "ATRATIO",
    "growth_rate": "GROWRAT",
    "shed_rate": "SHEDRAT",
    "hair_weight": "HAIRWT",
    "pull_count": "PULLCNT",
    "pull_positive": "PULLPOS",
    "comb_count": "COMBCNT",
    "global_rating": "GLOBRAT",
}
"""PARAMCD of every endpoint: seven letters, so that a half of the scalp can add its number."""

TYPES = {
    "last_observation_carried_forward": "LOCF",
    "baseline_observation_carried_forward": "BOCF",
}
REPEATED = ("mmrm", "mixed_model")

PERIOD = 1000.0
"""AVISITN of a crossover: this is added for each earlier period."""

COLUMNS = (
    STUDYID,
    USUBJID,
    Variable("TRTP", "Planned Treatment", about="of the period and half the record belongs to"),
    Variable("APERIOD", "Period", "integer"),
    Variable("PARAM", "Parameter", about="with its unit; split scalp: with the half"),
    Variable("PARAMCD", "Parameter Code"),
    Variable("AVISIT", "Analysis Visit"),
    Variable("AVISITN", "Analysis Visit (N)", "float", "weeks", "+ 1000 for each period before"),
    Variable("ADY", "Analysis Relative Day", "integer", "days", "empty where imputed"),
    Variable("ABLFL", "Baseline Record Flag", about="Y or empty; crossover: of the period"),
    Variable("AVAL", "Analysis Value", "float", "as PARAM says"),
    Variable("BASE", "Baseline Value", "float", "as PARAM says"),
    Variable("CHG", "Change from Baseline", "float", "as PARAM says"),
    Variable("PCHG", "Percent Change from Baseline", "float", "%"),
    Variable("DTYPE", "Derivation Type", about="LOCF, BOCF: imputed by the rule of [analysis]"),
    Variable("ANL01FL", "Analysis Flag 01", about="Y: enters a test of the plan, or its baseline"),
    SYNTHFL,
)


@dataclass(frozen=True)
class Measured:
    """One parameter of everybody: values (A, S, T), what was imputed, and what is analysed."""

    trial: Trial
    code: str
    name: str
    values: Floats
    imputed: Flags
    analysed: Flags
    only_after: bool = False


def count_rows(report: TrialReport) -> list[Row]:
    """Return the rows of ADHC: subject by subject, parameter by parameter, visit by visit."""
    params = parameters(report)
    rows = []
    for person in people_of(report):
        for param in params:
            for half, arm in enumerate(person.arms, start=1):
                side = half if len(person.arms) > 1 else 0
                rows += _records(report, param, person, arm, side)
    return rows


def parameters(report: TrialReport) -> list[Measured]:
    """Return everything the instrument sees, and the answers people gave."""
    variables = observable(report.scenario.instrument)
    measured = [
        _measured(report, name) for name in endpoints_of(report.dataset) if name in variables
    ]
    scale = report.plan.satisfaction
    if scale is not None:
        trial = report.trial("hair_density")
        values = answers(trial, load_scales()[scale])[0]
        nobody = np.zeros(values.shape, np.bool_)
        title = f"Satisfaction, {scale.replace('_', '-')} scale (answer)"
        code = f"SATIS{len(load_scales()[scale].answers)}"
        measured.append(Measured(trial, code, title, values, nobody, nobody, True))
    return measured


def _measured(report: TrialReport, endpoint: str) -> Measured:
    trial = report.trial(endpoint)
    values = np.where(trial.enrolled[0][..., None], trial.values[0], np.nan)
    nobody = np.zeros(values.shape, np.bool_)
    plain = {"cm-2": "hairs/cm2", "um": "um", "d-1 cm-2": "hairs/cm2/day", "mm d-1": "mm/day"}
    unit = plain.get(trial.unit, "" if trial.unit == "1" else trial.unit)
    name = f"{name_of(endpoint).capitalize()}{f' ({unit})' if unit else ''}"
    code = CODES.get(endpoint, endpoint.upper().replace("_", "")[:7])
    param = Measured(trial, code, name, values, nobody, nobody)
    tests = [test for test in report.tests if test.endpoint == endpoint]
    if not tests:
        return param
    if trial.kind == "crossover":
        return replace(param, analysed=_in_crossover(report, trial, tests))
    return _filled(report, param, tests)


def _filled(report: TrialReport, param: Measured, tests: list[Test]) -> Measured:
    """Return a parameter with the values its analysis imputes one by one, and who is analysed."""
    trial, plan = param.trial, report.plan
    start = int(np.flatnonzero(trial.days == 0.0)[0])
    fill = MISSING[plan.missing].fill
    values, analysed = param.values.copy(), param.analysed.copy()
    filled = values.copy()
    for test in tests:
        visit = trial.visit(test.day)
        part = slice(start, visit + 1)
        if fill is not None:
            filled[..., part] = fill(param.values[..., part])
        who = members_at(plan.set, trial, test.day, Rules(plan.least_doses, plan.most_late))[0]
        has = np.isfinite(filled)
        every = test.method in REPEATED or test.measure == "average"
        visits = range(start + 1, visit + 1) if every else (visit,)
        needed = (visit,) if test.measure == "average" else visits  # no average without the last
        arms = [trial.arm(label) for label in (test.treatment, test.control) if label]
        whole = {
            arm: who[arm] & has[arm, :, start] & has[arm][:, list(needed)].any(axis=1)
            for arm in arms
        }
        if trial.paired:
            both = np.all(list(whole.values()), axis=0)
            whole = dict.fromkeys(arms, both)
        for arm, people in whole.items():
            analysed[arm, people, start] = True
            for index in visits:
                analysed[arm, people & has[arm, :, index], index] = True
        if plan.missing in TYPES:
            values[..., part] = filled[..., part]
    values = np.where(trial.enrolled[0][..., None], values, np.nan)
    imputed = np.isfinite(values) & ~np.isfinite(param.values)
    return replace(param, values=values, imputed=imputed, analysed=analysed)


def _in_crossover(report: TrialReport, trial: Trial, tests: list[Test]) -> Flags:
    plan = report.plan
    analysed = np.zeros(trial.values.shape[1:], np.bool_)
    for test in tests:
        rules = Rules(plan.least_doses, plan.most_late)
        who = members_at(plan.set, trial, test.day, rules)[0]
        who = who & analysed_people(trial, test)
        for arm, visits in enumerate(needed_visits(trial, test)):
            analysed[arm][:, visits] |= who[arm][:, None]
    return analysed


def _records(
    report: TrialReport, param: Measured, person: Person, arm: int, half: int
) -> list[Row]:
    trial, place = param.trial, person.place
    label = trial.arms[arm]
    code = f"{param.code[:7]}{half}" if half else param.code
    name = f"{param.name}, half: {label}" if half else param.name
    days = trial.days
    actual = days
    if "visit_day" in trial.known:
        actual = trial.known["visit_day"][0, arm, place]
    rows: list[Row] = []
    for period, start, here, treatment in _periods(report, trial, label):
        base = float(param.values[arm, place, trial.visit(start)])
        for visit in here:
            value = float(param.values[arm, place, visit])
            if np.isnan(value):
                continue
            week = (days[visit] - start) / 7.0
            imputed = bool(param.imputed[arm, place, visit])
            change = value - base if week > 0.0 else float("nan")  # none before the baseline
            if param.only_after:
                base = change = float("nan")
            kind = TYPES.get(report.plan.missing, "") if imputed else ""
            rows.append(
                {
                    "STUDYID": report.study,
                    "USUBJID": person.usubjid,
                    "TRTP": treatment,
                    "APERIOD": period,
                    "PARAM": name,
                    "PARAMCD": code,
                    "AVISIT": _visit_name(week, period, len(trial.periods) > 1),
                    "AVISITN": number(_turn(trial, period) + week, 9),
                    "ADY": None if imputed else study_day(float(actual[visit])),
                    "ABLFL": YES if week == 0.0 and not param.only_after else "",
                    "AVAL": value,
                    "BASE": number(base, 17),
                    "CHG": number(change, 17),
                    "PCHG": number(100.0 * change / base, 17) if base > 0.0 else None,
                    "DTYPE": kind,
                    "ANL01FL": YES if param.analysed[arm, place, visit] else "",
                    "SYNTHFL": YES,
                }
            )
    return rows


def _periods(
    report: TrialReport, trial: Trial, label: str
) -> list[tuple[int, float, list[int], str]]:
    """Return number, start, visits and treatment of each period of an arm."""
    days = trial.days
    if len(trial.periods) > 1:
        periods = []
        for index, (start, treatment_of) in enumerate(trial.periods):
            # The day on which a period begins may be the last of the one before: it is in both.
            ends = [start + day for day in report.scenario.design.visits]
            here = [
                k
                for k, day in enumerate(days)
                if any(abs(day - end) < 1e-6 for end in ends) or (index == 0 and day < 0.0)
            ]
            periods.append((index + 1, start, here, treatment_of[label]))
        return periods
    later = switched_to(report, label)
    if later and later != label:
        before = [k for k, day in enumerate(days) if day <= trial.switch]
        after = [k for k, day in enumerate(days) if day > trial.switch]
        return [(1, 0.0, before, label), (2, 0.0, after, later)]
    return [(1, 0.0, list(range(days.size)), label)]


def _turn(trial: Trial, period: int) -> float:
    return PERIOD * (period - 1) if len(trial.periods) > 1 else 0.0


def _visit_name(week: float, period: int, turns: bool) -> str:
    head = f"Period {period} " if turns else ""
    if week < 0.0:
        return f"{head}Screening"
    return f"{head}Baseline" if week == 0.0 else f"{head}Week {week:g}"
