"""Side effects of a simulated trial: how many people of each arm have which, how severe, how long.

Nothing of it changes hair. Laboratory values and what comes after years are not known: no study of
hair that was read counts them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.analysis.outcomes.exposures import ArmExposure, anything_due, arm_exposure
from follicle_sim.analysis.outcomes.reactions.doses import Doses
from follicle_sim.analysis.outcomes.reactions.downtime import downtime_days
from follicle_sim.analysis.outcomes.reactions.draws import Events, draw_events
from follicle_sim.analysis.outcomes.reactions.exposed import exposed_to
from follicle_sim.analysis.outcomes.reactions.kinds import Severity
from follicle_sim.analysis.outcomes.reactions.names import Names
from follicle_sim.analysis.outcomes.reactions.reported import PLACEBO, Reported
from follicle_sim.analysis.outcomes.reactions.words import counted_words
from follicle_sim.analysis.statistics.effects import refuse
from follicle_sim.analysis.statistics.exact import exact_limits
from follicle_sim.analysis.values import scenario_of
from follicle_sim.base.types import Floats
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.resolve import resolve
from follicle_sim.protocol.streams import stream_of

Sorts = list[tuple[Reported, Doses]]
"""Side effects that an arm may have, each with the doses behind it."""

NOT_KNOWN = (
    "Laboratory values and long-term safety are not known: no count of them was read, and nothing "
    "here stands for them"
)


@dataclass(frozen=True)
class AdverseRow:
    """One side effect in one arm of one trial.

    Parameters
    ----------
    replicate, arm, treatment, event, kind
        Where and what; `treatment` may be "placebo" or a way of giving, such as "needles".
    people, affected, events
        People in the arm, those who had it, and how often it happened in all.
    low, high
        Exact limits of the share affected.
    mild, moderate, severe
        Events of each severity.
    sessions
        Sessions taken in the arm; None for a treatment in use.
    per_session
        Mean chance at one session by the published count, and its limits; None likewise.
    course
        Mean chance of it over the mean course taken, and its limits.
    downtime
        Mean days of downtime a person by this alone.
    counted
        The published count in words.
    source, grade, unverified
        Of the rate it was drawn with.
    """

    replicate: int
    arm: str
    treatment: str
    event: str
    kind: str
    people: int
    affected: int
    events: int
    low: float
    high: float
    mild: int
    moderate: int
    severe: int
    sessions: int | None
    per_session: tuple[float, float, float] | None
    course: tuple[float, float, float]
    downtime: float
    counted: str
    source: str
    grade: str
    unverified: str


@dataclass(frozen=True)
class ArmReactions:
    """What the people of one arm of one trial had.

    Parameters
    ----------
    replicate, arm
        Where.
    events
        Side effect by side effect.
    downtime : (S,)
        Days of each person.
    rows
        What `events` make, one a side effect.
    given
        Whether anything is given while people are in the trial; what they took before is no part.
    """

    replicate: int
    arm: str
    events: tuple[Events, ...]
    downtime: Floats
    rows: tuple[AdverseRow, ...]
    given: bool

    @property
    def affected(self) -> int:
        """People with any side effect at all."""
        return len({int(person) for some in self.events for person in some.person})


def adverse_events(dataset: xr.Dataset, level: float = 0.95) -> tuple[AdverseRow, ...]:
    """Draw the side effects of a simulated trial.

    Parameters
    ----------
    dataset
        With the scenario it was made from.
    level
        Of the intervals.

    Returns
    -------
    Arm by arm, only those with a reported rate: see `unreported` for the rest.

    Raises
    ------
    InputError
        The dataset does not say what it was made from, or is a crossover: its arms are sequences,
        and whom to blame for an event in the second period nobody can say.
    """
    return tuple(row for arm in reactions(dataset, level) for row in arm.rows)


def reactions(dataset: xr.Dataset, level: float = 0.95) -> tuple[ArmReactions, ...]:
    """Draw the side effects of a simulated trial, event by event.

    A rate is drawn once for a trial from what its count leaves open (`counts.Count`), the same for
    all arms, and who is struck when from it.

    Returns
    -------
    Trial by trial (replicate), arm by arm in the order of the scenario. Other parameters and errors
    as `adverse_events`.
    """
    scenario = scenario_of(dataset)
    if scenario is None:
        raise refuse("adverse_events", "the dataset does not hold the scenario it was made from")
    if len(json.loads(dataset.attrs.get("periods", "[]"))) > 0:
        raise refuse("adverse_events", "not offered in a crossover")
    return tuple(_of_arms(dataset, resolve(scenario), level))


def _of_arms(
    dataset: xr.Dataset, protocols: tuple[Protocol, ...], level: float
) -> Iterator[ArmReactions]:
    several = "replicate" in dataset.dims
    for replicate in range(dataset.sizes["replicate"] if several else 1):
        one = dataset.isel(replicate=replicate, drop=True) if several else dataset
        protocol = protocols[min(replicate, len(protocols) - 1)]
        exposed = [_exposed(one, protocol, arm, replicate) for arm in protocol.arms]
        # what happens on placebo is told where a treatment was asked about the same
        asked = {row.event for _, sorts in exposed for row, _ in sorts if row.treatment != PLACEBO}
        for arm, (exposure, sorts) in zip(protocol.arms, exposed, strict=True):
            kept = [(r, d) for r, d in sorts if r.treatment != PLACEBO or r.event in asked]
            yield _of_arm(exposure, kept, (protocol.seed, replicate, arm), level)


def _exposed(
    dataset: xr.Dataset, protocol: Protocol, arm: PlannedArm, replicate: int
) -> tuple[ArmExposure, Sorts]:
    exposure = arm_exposure(dataset, protocol, arm, replicate)
    return exposure, list(exposed_to(arm.role, exposure, protocol.source))


def _of_arm(
    exposure: ArmExposure, sorts: Sorts, where: tuple[int, int, PlannedArm], level: float
) -> ArmReactions:
    seed, replicate, arm = where
    ids = exposure.people.subject.astype(np.uint32)
    names = Names(seed, replicate, stream_of(arm.drawn_as), ids)
    events, rows = [], []
    for reported, doses in sorts:
        some = draw_events(reported, doses, names)
        events.append(some)
        days = downtime_days([some], exposure.last)
        rows.append(_row(some, doses, days, (replicate, arm.label), level))
    downtime = downtime_days(events, exposure.last)
    given = anything_due(exposure.lines)
    return ArmReactions(replicate, arm.label, tuple(events), downtime, tuple(rows), given)


def _row(
    some: Events, doses: Doses, days: Floats, where: tuple[int, str], level: float
) -> AdverseRow:
    reported, people = some.reported, doses.last.size
    affected = int(np.unique(some.person).size)
    taken = int(doses.took.sum())
    amount = float(doses.amounts.sum() / taken) if taken else 0.0
    weeks = np.maximum(doses.ends - doses.begins, 0.0) / 7.0
    size = taken / people if people else 0.0
    if reported.sessions is None:
        size = float(weeks.mean()) if people else 0.0
    counts = [int((some.severity == severity).sum()) for severity in Severity]
    low, high = exact_limits(affected, people, level)
    sessions = None if reported.sessions is None else taken
    return AdverseRow(
        replicate=where[0],
        arm=where[1],
        treatment=reported.treatment,
        event=reported.event,
        kind=reported.kind.title,
        people=people,
        affected=affected,
        events=int(some.person.size),
        low=low,
        high=high,
        mild=counts[0],
        moderate=counts[1],
        severe=counts[2],
        sessions=sessions,
        per_session=None if sessions is None else reported.course(amount, 1.0, level),
        course=reported.course(amount, size, level),
        downtime=float(days.mean()) if people else 0.0,
        counted=counted_words(reported, amount, level),
        source=reported.source,
        grade=reported.grade,
        unverified=reported.unverified,
    )
