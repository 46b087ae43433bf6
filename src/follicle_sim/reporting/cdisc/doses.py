"""EX: doses really taken, intervals of daily ones and sessions one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np

from follicle_sim.analysis.outcomes.exposures import Exposure
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS
from follicle_sim.reporting.cdisc.base import (
    STUDYID,
    SYNTHFL,
    USUBJID,
    YES,
    Row,
    Variable,
    people_of,
    study_day,
)
from follicle_sim.reporting.report import TrialReport

OFTEN = 7.0
"""Doses closer than this, day, and taken one after the other are one interval."""

ROUTES: Mapping[str, str] = {
    "oral": "ORAL",
    "topical": "TOPICAL",
    "intradermal_injection": "INTRADERMAL",
    "intralesional_injection": "INTRALESIONAL",
    "microneedling": "PERCUTANEOUS",
    "topical_after_microneedling": "PERCUTANEOUS",
}
"""In the terms of CDISC's code list ROUTE; others (a device, surgery) are left as they are."""

FREQUENCIES: Mapping[float, str] = {
    0.5: "BID",
    1.0: "QD",
    2.0: "QOD",
    7.0: "QS",
    14.0: "Q2S",
    21.0: "Q3S",
    28.0: "Q4S",
}
"""In the terms of CDISC's code list FREQ, by days between doses."""

COLUMNS = (
    STUDYID,
    Variable("DOMAIN", "Domain Abbreviation", about="EX"),
    USUBJID,
    Variable("EXSEQ", "Sequence Number", "integer"),
    Variable("EXGRPID", "Group ID", about="split scalp: the half of the scalp, by its arm"),
    Variable("EXTRT", "Name of Treatment", about="`follicle-sim treatments show NAME`"),
    Variable("EXDOSE", "Dose", "float", "EXDOSU", "of one dose"),
    Variable("EXDOSU", "Dose Units"),
    Variable("EXDOSFRQ", "Dosing Frequency per Interval"),
    Variable("EXROUTE", "Route of Administration"),
    Variable("EXSTDY", "Study Day of Start of Treatment", "integer", "days"),
    Variable("EXENDY", "Study Day of End of Treatment", "integer", "days"),
    Variable("EXNDOSE", "Number of Doses in the Interval", "integer", "doses", added=True),
    SYNTHFL,
)


def dose_rows(report: TrialReport) -> list[Row]:
    """Return the rows of EX: for each subject in the order of days."""
    data, study = report.dataset, report.study
    rows: list[Row] = []
    for person in people_of(report):
        intakes: list[tuple[float, float, int, Exposure, str]] = []
        for arm in person.arms:
            half = str(data["arm"].values[arm]) if len(person.arms) > 1 else ""
            for line in report.given[arm]:
                for start, end, count in intervals(line, person.place):
                    intakes.append((start, end, count, line, half))
        intakes.sort(key=lambda intake: (intake[0], intake[3].dose.treatment, intake[4]))
        for sequence, (start, end, count, line, half) in enumerate(intakes, start=1):
            dose = line.dose
            rows.append(
                {
                    "STUDYID": study,
                    "DOMAIN": "EX",
                    "USUBJID": person.usubjid,
                    "EXSEQ": sequence,
                    "EXGRPID": half,
                    "EXTRT": dose.treatment,
                    "EXDOSE": dose.amount,
                    "EXDOSU": AMOUNT_UNITS.get(dose.amount_dimension, dose.amount_dimension),
                    "EXDOSFRQ": _frequency(dose.every if count > 1 else None),
                    "EXROUTE": _route(report, line),
                    "EXSTDY": study_day(start),
                    "EXENDY": study_day(end),
                    "EXNDOSE": count,
                    "SYNTHFL": YES,
                }
            )
    return rows


def intervals(line: Exposure, place: int) -> Iterator[tuple[float, float, int]]:
    """Yield first day, last day and number of doses of each unbroken run of a person's doses."""
    took = line.took[place]
    if line.dose.every is None or line.dose.every >= OFTEN:
        for day in line.times[took].tolist():
            yield day, day, 1
        return
    edges = np.flatnonzero(np.diff(np.concatenate([[0], took.astype(np.int8), [0]])))
    for first, after in edges.reshape(-1, 2).tolist():
        yield float(line.times[first]), float(line.times[after - 1]), after - first


def _frequency(every: float | None) -> str:
    if every is None:
        return "ONCE"
    return FREQUENCIES.get(every, f"EVERY {every:g} DAYS")


@cache
def _usual_route(treatment: str) -> str:
    return load_treatment(treatment).route if treatment in treatment_names() else ""


def _route(report: TrialReport, line: Exposure) -> str:
    dose = line.dose
    own = report.scenario.treatments.get(dose.treatment, {})
    route = dose.route or str(own.get("route", "")) or _usual_route(dose.treatment)
    return ROUTES.get(route, route.upper().replace("_", " "))
