"""ADSL: one row a subject."""

from __future__ import annotations

import json

import numpy as np

from follicle_sim.analysis.outcomes.exposures import anything_due, ended_early
from follicle_sim.analysis.sets import Rules, members_at
from follicle_sim.base.types import Flags
from follicle_sim.base.units import YEAR
from follicle_sim.reporting.cdisc.base import (
    STUDYID,
    SYNTHFL,
    USUBJID,
    YES,
    Person,
    Row,
    Variable,
    flag,
    number,
    people_of,
    study_day,
)
from follicle_sim.reporting.report import TrialReport
from follicle_sim.scenario.rules.design import CONTROLS
from follicle_sim.simulation.people.attendance import Left

HALVES = " | "
"""Joins the labels of the halves of a scalp."""

REASONS = {
    Left.AT_RANDOM: "WITHDRAWAL BY SUBJECT",
    Left.LACK_OF_EFFECT: "LACK OF EFFICACY",
}
"""In the terms of CDISC's code list NCOMPLT."""

COLUMNS = (
    STUDYID,
    USUBJID,
    Variable("SUBJID", "Subject Identifier for the Study"),
    Variable("SITEID", "Study Site Identifier", about="always VIRTUAL"),
    Variable("AGE", "Age", "float", "years", "at baseline; empty where the scenario has no ages"),
    Variable("AGEU", "Age Units"),
    Variable("SEX", "Sex", about="F, M, U = the scenario does not say"),
    Variable("ARM", "Description of Planned Arm", about="split scalp: both halves"),
    Variable("ACTARM", "Description of Actual Arm", about="empty where no dose was taken"),
    Variable("TRT01P", "Planned Treatment for Period 01"),
    Variable("TRT01A", "Actual Treatment for Period 01", about="empty where no dose was taken"),
    Variable("TRT02P", "Planned Treatment for Period 02", about="crossover, delayed start"),
    Variable("TRTSEQP", "Planned Sequence of Treatments", about="crossover: all periods in order"),
    Variable("STRATAR", "Strata Used for Randomization", about="grade of severity"),
    Variable("RANDDY", "Study Day of Randomization", "integer", "days", added=True),
    Variable("TRTSDY", "Study Day of First Exposure", "integer", "days", added=True),
    Variable("TRTEDY", "Study Day of Last Exposure", "integer", "days", added=True),
    Variable("EOSSTT", "End of Study Status", about="COMPLETED, DISCONTINUED"),
    Variable("EOSDY", "Study Day of End of Study", "integer", "days", added=True),
    Variable(
        "DCSREAS",
        "Reason for Discontinuation from Study",
        about="WITHDRAWAL BY SUBJECT: left at random; LACK OF EFFICACY: gained too little",
    ),
    Variable(
        "EOTSTT",
        "End of Treatment Status",
        about="DISCONTINUED: stopped or left before the last dose; empty where no dose was taken",
    ),
    Variable("RANDFL", "Randomized Population Flag", about="Y: everybody here"),
    Variable("ITTFL", "Intent-To-Treat Population Flag", about="Y: everybody allocated"),
    Variable("SAFFL", "Safety Population Flag", about="Y: took a dose, or none was to be taken"),
    Variable("PPROTFL", "Per-Protocol Population Flag", about="as [analysis] defines it"),
    Variable("COMPLFL", "Completers Population Flag", about="Y: did not leave"),
    Variable("DOSEPCT", "Doses Taken", "float", "%", "of those due in the trial", added=True),
    Variable("SEVBL", "Severity at Baseline", "float", "1", "multiple of the fitted one", True),
    Variable("SEVCLBL", "Severity Class at Baseline", added=True),
    Variable("RECRDOY", "Baseline Visit, Day of the Year", "float", "days", "1 Jan = 0", True),
    SYNTHFL,
)


def subject_rows(report: TrialReport) -> list[Row]:
    """Return the rows of ADSL, in the order of `people_of`."""
    trial = report.trial(report.primary.endpoint)
    rules = Rules(report.plan.least_doses, report.plan.most_late)
    protocol = members_at("per_protocol", trial, report.primary.day, rules)[0]
    return [_row(report, person, protocol) for person in people_of(report)]


def _row(report: TrialReport, person: Person, protocol: Flags) -> Row:
    data, who = report.dataset, report.scenario.population
    arm, place = person.arms[0], person.place
    labels = [str(data["arm"].values[index]) for index in person.arms]
    lines = [line for index in person.arms for line in report.given[index]]
    days = np.concatenate([line.times[line.took[place]] for line in lines] or [np.empty(0)])
    due = sum(int(line.due[place].sum()) for line in lines)

    def known(name: str) -> float:
        return float(data[name].values[arm, place]) if name in data else float("nan")

    age = known("age")
    if np.isnan(age) and isinstance(who.age, float):
        age = who.age / YEAR
    sex = str(data["sex"].values[arm, place]) if "sex" in data else who.sex
    grade = str(data["severity_class"].values[arm, place]) if "severity_class" in data else ""
    left = known("left_day")
    stays = np.isnan(left)
    reason = int(known("left_reason")) if "left_reason" in data else 0
    last = float(data["time"].values[-1]) if stays else left
    name, later = HALVES.join(labels), _second(report, labels[0])
    first = _first(report, labels)
    treated = anything_due(lines)
    exposed = days.size > 0 or not treated
    until = np.fmin(left, known("stopped_day"))
    stopped = bool(ended_early(lines, np.array([until]))[0]) if treated else not stays
    ended = "DISCONTINUED" if stopped else "COMPLETED"
    return {
        "STUDYID": report.study,
        "USUBJID": person.usubjid,
        "SUBJID": person.subjid,
        "SITEID": "VIRTUAL",
        "AGE": number(age, 4),
        "AGEU": "" if np.isnan(age) else "YEARS",
        "SEX": {"male": "M", "female": "F"}.get(str(sex), "U"),
        "ARM": name,
        "ACTARM": name if exposed else "",
        "TRT01P": first,
        "TRT01A": first if exposed else "",
        "TRT02P": later,
        "TRTSEQP": " - ".join(period[labels[0]] for period in _periods(report)),
        "STRATAR": grade if report.scenario.design.stratify is not None else "",
        "RANDDY": 1,
        "TRTSDY": study_day(float(days.min())) if days.size else None,
        "TRTEDY": study_day(float(days.max())) if days.size else None,
        "EOSSTT": "COMPLETED" if stays else "DISCONTINUED",
        "EOSDY": study_day(last),
        "DCSREAS": "" if stays else REASONS[Left(reason)],
        "EOTSTT": ended if exposed else "",
        "RANDFL": YES,
        "ITTFL": YES,
        "SAFFL": flag(exposed),
        "PPROTFL": flag(bool(protocol[list(person.arms), place].all())),
        "COMPLFL": flag(bool(stays)),
        "DOSEPCT": number(100.0 * days.size / due, 4) if due else None,
        "SEVBL": number(known("severity"), 6),
        "SEVCLBL": grade,
        "RECRDOY": number(known("recruited"), 5),
        "SYNTHFL": YES,
    }


def _periods(report: TrialReport) -> list[dict[str, str]]:
    periods = json.loads(report.dataset.attrs.get("periods", "[]"))
    return [dict(period["given"]) for period in periods]


def _first(report: TrialReport, labels: list[str]) -> str:
    periods = _periods(report)
    return periods[0][labels[0]] if periods else HALVES.join(labels)


def _second(report: TrialReport, label: str) -> str:
    periods = _periods(report)
    if len(periods) > 1:
        return periods[1][label]
    return switched_to(report, label)


def switched_to(report: TrialReport, label: str) -> str:
    """Return what an arm is given after the switch of a delayed start, "" in other designs."""
    if report.scenario.design.switch is None:
        return ""
    arms = report.scenario.arms
    roles = {arm.label: arm.role for arm in arms}
    treatment = next(arm.label for arm in arms if arm.role == "treatment")
    return treatment if roles[label] in CONTROLS else label
