"""Days on which side effects keep people from work or company."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from follicle_sim.analysis.outcomes.reactions.draws import Events
from follicle_sim.analysis.outcomes.reactions.names import Whole
from follicle_sim.base.types import Floats


def downtime_days(events: Sequence[Events], last: Floats) -> Floats:
    """Return the days of downtime of each person of an arm.

    The days of an event count from the severity on that its kind names, up to the day the person
    was last seen; a day under two events counts once.

    Parameters
    ----------
    events : of all sorts in the arm
    last : (S,) day up to which each person was seen

    Returns
    -------
    (S,) days
    """
    spans = [_kept_away(some, last) for some in events]
    days = np.zeros(last.size)
    if not spans:
        return days
    person, start, end = (np.concatenate(parts) for parts in zip(*spans, strict=True))
    until = np.full(last.size, -np.inf)
    for k in np.lexsort((end, start)):
        who = person[k]
        if end[k] > until[who]:
            days[who] += end[k] - max(start[k], until[who])
            until[who] = end[k]
    return days


def _kept_away(events: Events, last: Floats) -> tuple[Whole, Floats, Floats]:
    """Return person, start and end of the events of one sort that count, (N,) each."""
    counts = events.severity >= events.reported.kind.downtime.least
    person = events.person[counts]
    end = np.asarray(np.minimum(events.end[counts], last[person]))
    return person, events.start[counts], end
