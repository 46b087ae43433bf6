"""What an endpoint is made of: the variables it needs, and how a person's values become it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from follicle_sim.base.estimates import FloatArray

Clock = Literal["baseline", "chemotherapy_end"]
"""From when the weeks of a published number count."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """An endpoint that a person has at every visit.

    Parameters
    ----------
    needs
        Variables of the result.
    combine
        Takes their values (..., time, people) and gives the endpoint.
    factor
        Signalling factor whose level is meant.
    against_baseline
        `combine` takes, after the values, those of the person's own baseline (..., 1, people).
    standing
        The endpoint is compared as it stands at a visit: a share of people, or what is held against
        the baseline already. A difference of two arms is then one of levels and not of changes.
    clock
        From when its published weeks count.
    whole
        The same endpoint of a whole scalp, where a SALT score is recorded.
    further
        Dimensions that the variables have besides; `combine` finds them first.
    """

    needs: tuple[str, ...]
    combine: Callable[..., FloatArray] = lambda values: values
    factor: str = ""
    against_baseline: bool = False
    standing: bool = False
    clock: Clock = "baseline"
    whole: Recipe | None = None
    further: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """The change of an endpoint per year at a visit; `relative`, as a share of what it is."""

    of: str
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """An endpoint that a person has once in a run, such as a time; its rows need no week.

    Parameters
    ----------
    needs
        Variable of the result.
    of_course
        Takes its course (..., people, time), the days (time,) since baseline, from the baseline
        visit on, and gives one number a person (..., people), NaN for people without one.
    clock
        From when a time counts.
    """

    needs: str
    of_course: Callable[[FloatArray, FloatArray], FloatArray]
    clock: Clock = "baseline"
