"""AE: side effects, one row an event, as they were drawn for the people of a trial."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from follicle_sim.analysis.outcomes.reactions.draws import Events
from follicle_sim.analysis.outcomes.reactions.kinds import Severity
from follicle_sim.analysis.outcomes.reactions.reported import PLACEBO
from follicle_sim.reporting.cdisc.base import (
    STUDYID,
    SYNTHFL,
    USUBJID,
    YES,
    Row,
    Variable,
    flag,
    number,
    people_of,
    study_day,
)
from follicle_sim.reporting.report import TrialReport

OUTCOMES = ("RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED")
"""In the terms of CDISC's code list OUT: over, and not over when the person was last seen."""

RELATED: Mapping[bool, str] = MappingProxyType({True: "NOT RELATED", False: "RELATED"})
"""By whether it happened on placebo."""

COLUMNS = (
    STUDYID,
    Variable("DOMAIN", "Domain Abbreviation", about="AE"),
    USUBJID,
    Variable("AESEQ", "Sequence Number", "integer"),
    Variable("AEGRPID", "Group ID", about="split scalp: the half of the scalp, by its arm"),
    Variable("AETERM", "Reported Term for the Adverse Event", about="not coded in MedDRA"),
    Variable("AEMODIFY", "Modified Reported Term", about="term of the kind of event"),
    Variable("AECAT", "Category for Adverse Event", about="kind of event"),
    Variable("AESCAT", "Subcategory for Adverse Event", about="treatment, or way of giving"),
    Variable("AESEV", "Severity/Intensity", about="MILD, MODERATE, SEVERE"),
    Variable("AETOXGR", "Standard Toxicity Grade", about="CTCAE 5.0: 1 mild, 2 moderate, 3 severe"),
    Variable("AESER", "Serious Event", about="Y: counted as serious"),
    Variable("AEREL", "Causality", about="NOT RELATED: on placebo"),
    Variable("AEOUT", "Outcome of Adverse Event", about="when the person was last seen"),
    Variable("AESTDY", "Study Day of Start of Adverse Event", "integer", "days"),
    Variable("AEENDY", "Study Day of End of Adverse Event", "integer", "days"),
    Variable("AESESDY", "Study Day of the Session Behind It", "integer", "days", added=True),
    Variable("AEDURD", "Duration in Days", "float", "days", "empty where not over", added=True),
    Variable("AEDOWNFL", "Downtime Flag", about="Y: its days count as downtime", added=True),
    SYNTHFL,
)


def event_rows(report: TrialReport) -> list[Row]:
    """Return the rows of AE: for each subject in the order of days."""
    arms = [str(label) for label in report.dataset["arm"].values]
    of_arm = {arm.arm: arm.events for arm in report.reactions}
    rows: list[Row] = []
    for person in people_of(report):
        had: list[tuple[float, str, str, Row]] = []
        for arm in person.arms:
            half = arms[arm] if len(person.arms) > 1 else ""
            for some in of_arm.get(arms[arm], ()):
                reported = some.reported
                for k in np.flatnonzero(some.person == person.place):
                    row = _row(some, int(k)) | {"AEGRPID": half}
                    had.append(
                        (float(some.start[k]), f"{reported.treatment} {reported.event}", half, row)
                    )
        had.sort(key=lambda event: event[:3])
        for sequence, (_, _, _, row) in enumerate(had, start=1):
            who: Row = {"STUDYID": report.study, "USUBJID": person.usubjid, "AESEQ": sequence}
            rows.append(row | who)
    return rows


def _row(some: Events, k: int) -> Row:
    reported, severity = some.reported, Severity(int(some.severity[k]))
    start, end = float(some.start[k]), float(some.end[k])
    over = bool(np.isfinite(end))
    kind = reported.kind
    return {
        "DOMAIN": "AE",
        "AETERM": reported.event.replace("_", " ").upper(),
        "AEMODIFY": kind.term,
        "AECAT": kind.title.upper(),
        "AESCAT": reported.treatment,
        "AESEV": severity.name,
        "AETOXGR": str(int(severity)),
        "AESER": flag(reported.group == "serious"),
        "AEREL": RELATED[reported.treatment == PLACEBO],
        "AEOUT": OUTCOMES[0] if over else OUTCOMES[1],
        "AESTDY": study_day(start),
        "AEENDY": study_day(end) if over else None,
        "AESESDY": study_day(float(some.session[k])),
        "AEDURD": number(end - start, 4) if over else None,
        "AEDOWNFL": flag(int(severity) >= kind.downtime.least),
        "SYNTHFL": YES,
    }
