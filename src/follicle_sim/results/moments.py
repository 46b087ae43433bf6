"""Groups of people of several ages, seen as one arm at several moments of its life.

Published cross-sections compare people of 20 with people of 70. A simulated arm is followed from
the one age to the other: nobody leaves or dies on the way, so it is the same people, and what a
generation had that the next one has not is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from follicle_sim.base.units import parse
from follicle_sim.results.counterparts import Course


@dataclass(frozen=True, slots=True)
class Moments:
    """Days (since baseline) of one simulated arm, by the name that `arms` gives them."""

    arm: str
    days: Mapping[str, float]


def moments_of(comparison: Any, labels: Sequence[str]) -> Moments | None:
    """Return the moments that a comparison is about; None where it is about whole arms.

    comparison : of a scenario, or a table of a stored one, in which times are text
    """
    named = getattr(comparison, "moments", None)
    if not named:
        return None
    arm = getattr(comparison, "of", "") or labels[0]
    days = {
        name: parse(time, "time") if isinstance(time, str) else float(time)
        for name, time in named.items()
    }
    return Moments(arm, days)


def at_moments(course: Course, moments: Moments, labels: Sequence[str]) -> Course | str:
    """Return a course whose arms are moments of one arm, each at its day 0, in their order.

    Changes and differences are from the first of them: groups are held against the youngest.
    """
    if course.once:
        return "a person has it once in a run, so moments of a life do not tell it"
    arm = [labels.index(moments.arm)]
    starts = None if course.starts is None else course.starts[arm]
    one = replace(course, values=course.values[arm], starts=starts)
    seen = [one.at(day) for day in moments.days.values()]
    if any(visit is None for visit in seen):
        return "a moment is outside the run"
    values = np.stack([visit[0][0] for visit in seen if visit is not None])
    first = values[[int(np.argmin(list(moments.days.values())))]]
    against = np.broadcast_to(first, values.shape)
    return Course(values[:, None, :], np.zeros(1), standing=course.standing, against=against)
