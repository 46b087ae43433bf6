"""Who has which side effect when, how severe it is, and for how long: pure functions of names.

A session strikes by itself; a treatment in use strikes at a constant rate, and its first event is
the one that is told. A draw is named by the trial, the arm, the person, the treatment, the event
and the minute of the session, so that neither the order of people nor that of doses moves one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.outcomes.reactions.doses import Doses
from follicle_sim.analysis.outcomes.reactions.kinds import Days, Severity
from follicle_sim.analysis.outcomes.reactions.names import Names, Whole
from follicle_sim.analysis.outcomes.reactions.reported import Reported
from follicle_sim.base.codes import Decision
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Floats
from follicle_sim.pharmacology.dosing import minutes, word


@dataclass(frozen=True)
class Events:
    """Side effects of one sort in one arm, by person and day.

    Parameters
    ----------
    reported
        What they are.
    person : (N,)
        Place in the arm.
    session : (N,)
        Day of the session, or of the first dose.
    start, end : (N,)
        Days; the end is infinite where it was not seen.
    severity : (N,)
        1 mild, 2 moderate, 3 severe.
    """

    reported: Reported
    person: Whole
    session: Floats
    start: Floats
    end: Floats
    severity: Whole


def draw_events(reported: Reported, doses: Doses, names: Names) -> Events:
    """Return the side effects of one sort that the people of an arm had and were seen to have."""
    cause = word(f"{reported.treatment} {reported.event}")
    u = names.of_trial(cause, Decision.ADVERSE_RATE)
    if reported.sessions is None:
        who, session, start = _in_use(reported, doses, names, cause, u)
        minute = np.zeros(who.size, np.uint32)
    else:
        who, session, minute = _at_sessions(reported, doses, names, cause, u)
        z = names.normal(who, minute, cause, Decision.ADVERSE_ONSET)
        start = session + _log_normal(reported.kind.onset, z)
    severity = names.of_people(who, minute, cause, Decision.ADVERSE_SEVERITY)
    shares = reported.kind.severity
    worse = [severity > shares.mild, severity > shares.mild + shares.moderate]
    grade = int(Severity.MILD) + worse[0].astype(np.int64) + worse[1].astype(np.int64)
    if reported.kind.duration is None:
        end = doses.ends[who]
    else:
        z = names.normal(who, minute, cause, Decision.ADVERSE_DURATION)
        end = start + _log_normal(reported.kind.duration, z)
    seen = start <= doses.last[who]
    end = np.where(end < doses.last[who], end, np.inf)
    return Events(reported, who[seen], session[seen], start[seen], end[seen], grade[seen])


def _at_sessions(
    reported: Reported, doses: Doses, names: Names, cause: int, u: float
) -> tuple[Whole, Floats, NDArray[np.uint32]]:
    """Return who is struck at which session: place, day and minute."""
    minute = minutes(doses.times)
    where = (names.seed, names.replicate, names.stream)
    drawn = uniforms(*where, names.ids[:, None], minute, cause, int(Decision.ADVERSE_EVENT))
    struck = doses.took & (drawn < reported.per_session(u, doses.amounts))
    who, session = np.nonzero(struck)
    return who, doses.times[session], minute[0, session]


def _in_use(
    reported: Reported, doses: Doses, names: Names, cause: int, u: float
) -> tuple[Whole, Floats, Floats]:
    """Return who is struck while using a treatment: place, first day of use, day of the event."""
    everybody = np.arange(names.ids.size)
    drawn = names.of_people(everybody, np.zeros(1, np.uint32), cause, Decision.ADVERSE_EVENT)
    taken = doses.took.sum(axis=1)
    given = doses.amounts.sum(axis=1)
    amount = np.divide(given, taken, out=np.zeros(taken.size), where=taken > 0)
    # one amount for all in an arm, or a few: the rate of each is found once
    each, place = np.unique(amount, return_inverse=True)
    rates = np.array([reported.per_day(u, float(one)) for one in each])[place]
    with np.errstate(divide="ignore", invalid="ignore"):
        start = doses.begins - np.log1p(-drawn) / rates
    who = np.flatnonzero(start < doses.ends)
    return who, doses.begins[who], start[who]


def _log_normal(law: Days, z: Floats) -> Floats:
    return law.median * np.exp(law.spread * z)
