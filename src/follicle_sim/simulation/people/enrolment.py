"""Who takes part: candidates asked one after the other until an arm is full.

Candidates are the people 0, 1, 2, ... of the arm's draws, and the k-th subject is the k-th who is
eligible. Whether one is depends on nothing but who it is, so neither the number asked at a time nor
the number wanted changes who comes in, and nobody's biology depends on having been asked.

A count of hairs is read at a screening visit of its own, through the instrument and with its error.
Who came in because the error was large is back at the true count at the next reading: regression to
the mean needs no equation of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.types import Flags, Floats
from follicle_sim.pharmacology.earlier import as_taken, failed_on
from follicle_sim.pharmacology.variability import cv_of, person_multipliers
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.traits import Draws, grade_of
from follicle_sim.scenario.tables.earlier import HELPED
from follicle_sim.simulation.people.cohort import Cohort, draw_people

Tell = Callable[[int], None]
"""Called with how many of the people wanted have been found."""

Count = Callable[[Cohort], Floats]
"""Hairs counted per area at the screening visit, (S,) for the people of a cohort."""

RAREST = 1000
"""At least one candidate in so many must be eligible."""

PATIENCE = 10_000
"""Candidates asked before judging that too few are eligible."""

COUNTED = 500
"""Candidates whose hairs were counted, none of them eligible, after which screening is given up.
Counting is what takes long. Where one in 50 fits, it happens to one trial in 25,000."""

FEWEST, FIRST, MOST = 64, 256, 4096
"""Candidates drawn at a time: fewest, most at first, most at all."""


@dataclass(frozen=True)
class Flow:
    """How candidates became subjects: what the top of a CONSORT figure shows."""

    screened: int
    excluded: dict[str, int]  # by the first criterion each candidate fails

    @property
    def enrolled(self) -> int:
        """Candidates that came in."""
        return self.screened - sum(self.excluded.values())


@dataclass(frozen=True)
class Enrolled:
    """The people of one arm of one replicate: their names in the draws, and how they were found."""

    subject: NDArray[np.int64]  # (S,)
    flow: Flow


def enrol(
    protocol: Protocol, arm: PlannedArm, replicate: int, count: Count, tell: Tell | None = None
) -> Enrolled:
    """Ask candidates of one arm until as many are eligible as it seeks.

    Parameters
    ----------
    protocol : with `population.inclusion`
    arm, replicate : name the candidates' draws
    count : reads the screening visit; called only for people who meet every other criterion
    tell : told how far the search has got

    Raises
    ------
    InputError
        If fewer than one candidate in `RAREST` is eligible, or none of the first `COUNTED` whose
        hairs were counted, with how many each criterion excludes.
    """
    inclusion, places = protocol.population.inclusion, arm.sought
    assert inclusion is not None
    reasons = [np.zeros(0, np.int64)]  # where nobody is wanted, nobody is asked
    screened = enrolled = 0
    while enrolled < places:
        size = _next_block(screened, enrolled, places)
        people = np.arange(screened, screened + size)
        failed = _first_failed(protocol, arm, replicate, people, count)
        reasons.append(failed)
        screened += size
        enrolled += int((failed == NONE_FAILED).sum())
        if inclusion.hair_density is not None and not enrolled:
            hairs_counted = sum(
                int((part == len(inclusion.criteria) - 1).sum()) for part in reasons
            )
            if hairs_counted >= COUNTED:
                _refuse(protocol, np.concatenate(reasons))
        if tell is not None:
            tell(min(enrolled, places))
        if screened >= PATIENCE and enrolled * RAREST < screened and enrolled < places:
            _refuse(protocol, np.concatenate(reasons))
    first_failed = np.concatenate(reasons)
    eligible = np.flatnonzero(first_failed == NONE_FAILED)[:places]
    until = first_failed[: eligible[-1] + 1] if places else first_failed[:0]
    excluded = {name: int((until == index).sum()) for index, name in enumerate(inclusion.criteria)}
    return Enrolled(eligible.astype(np.int64), Flow(until.size, excluded))


NONE_FAILED = -1


def _next_block(screened: int, enrolled: int, places: int) -> int:
    """Return how many candidates to ask next: a little more than are expected to be needed."""
    if not enrolled:
        # Nothing is known of the rate: no more at once than were asked in vain before.
        return int(np.clip(screened or places, FEWEST, MOST if screened else FIRST))
    rate = (enrolled + 1) / (screened + 1)
    return int(np.clip(np.ceil(1.1 * (places - enrolled) / rate), FEWEST, MOST))


def _first_failed(
    protocol: Protocol,
    arm: PlannedArm,
    replicate: int,
    people: NDArray[np.int64],
    count: Count,
) -> NDArray[np.int64]:
    """Return the index of the first criterion each candidate fails (S,), NONE_FAILED for none."""
    inclusion = protocol.population.inclusion
    assert inclusion is not None
    cohort = draw_people(protocol, arm, replicate, people)
    failed = np.full(people.size, NONE_FAILED, dtype=np.int64)
    for index, name in enumerate(inclusion.criteria):
        left = np.flatnonzero(failed == NONE_FAILED)
        if name == "hair_density":
            # Simulated only for those who meet all else: this criterion is asked last.
            some = draw_people(protocol, arm, replicate, people[left])
            assert inclusion.hair_density is not None
            fits = _between(count(some), inclusion.hair_density) if left.size else np.ones(0, bool)
        else:
            fits = _fits(protocol, arm, cohort, name)[left]
        failed[left[~fits]] = index
    return failed


def _fits(protocol: Protocol, arm: PlannedArm, cohort: Cohort, name: str) -> Flags:
    """Tell who (S,) meets a criterion, other than a count."""
    inclusion = protocol.population.inclusion
    assert inclusion is not None
    if name.startswith(HELPED):
        return failed_on(strength_of(protocol, arm, cohort, name.removeprefix(HELPED)))
    if name == "age":
        assert cohort.age is not None
        assert inclusion.age is not None
        return _between(cohort.age, inclusion.age)
    if name == "sex":
        assert cohort.sex is not None
        return np.asarray(cohort.sex == inclusion.sex)
    if name in inclusion.exclude:
        return ~health_of(protocol, cohort, name)
    assert inclusion.severity is not None
    condition = protocol.condition
    grades = list(condition.severities)
    first, last = (grades.index(grade) for grade in inclusion.severity)
    return np.isin(grade_of(condition, cohort.severity), grades[first : last + 1])


def strength_of(protocol: Protocol, arm: PlannedArm, cohort: Cohort, name: str) -> Floats:
    """Return how strongly (S,) a treatment moves each person of a cohort; the mean of people is 1.

    It is what an arm that gives the treatment would do to them: their answer to every treatment,
    and their own to this one.
    """
    arms = (arm, *protocol.arms)  # as it is given here, or else in another arm
    treatment = as_taken(name, arms, protocol.treatments)
    cv = cv_of(treatment.person_cv)
    own = person_multipliers(name, cv, treatment.responders, cohort.draw_names)
    return cohort.potency if own is None else cohort.potency * own


def health_of(protocol: Protocol, cohort: Cohort, state: str) -> Flags:
    """Return who (S,) of a cohort has a state of health, by name."""
    names = (cohort.seed, cohort.replicate, cohort.person_stream, cohort.subject)
    return Draws(protocol.population, *names).has(state)


def _between(values: Floats, ends: tuple[float, float]) -> Flags:
    return np.asarray((values >= ends[0]) & (values <= ends[1]))


def _refuse(protocol: Protocol, failed: NDArray[np.int64]) -> None:
    inclusion = protocol.population.inclusion
    assert inclusion is not None
    exclusions, left = [], failed.size
    for index, name in enumerate(inclusion.criteria):
        out = int((failed == index).sum())
        exclusions.append(f"{name} {out:,} of {left:,}")
        left -= out
    rare = f", fewer than one in {RAREST:,}" if failed.size >= PATIENCE else ""
    message = (
        f"of {failed.size:,} candidates {left} are eligible{rare}; left out by "
        f"{', '.join(exclusions)}; widen a criterion, or let the population vary more"
    )
    raise InputError(protocol.source.origin, [Problem("population.inclusion", message)])


def joined(flows: Sequence[Flow]) -> Flow:
    """Return the sum of several flows with the same criteria."""
    excluded = {name: sum(flow.excluded[name] for flow in flows) for name in flows[0].excluded}
    return Flow(sum(flow.screened for flow in flows), excluded)


def flow_text(flows: Sequence[Flow]) -> str:
    """Return the flows of all replicates as JSON: their sum, and each where there are several."""
    total = _as_record(joined(flows))
    if len(flows) > 1:
        total["replicates"] = [_as_record(flow) for flow in flows]
    return json.dumps(total)


def _as_record(flow: Flow) -> dict[str, object]:
    return {"screened": flow.screened, "excluded": flow.excluded, "enrolled": flow.enrolled}
