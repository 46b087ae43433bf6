"""The days of a trial: those of visits, and those on which forcing is tabulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHED_WINDOW = 28.0
"""Days before a visit over which shed hairs are counted."""

HISTORY_STEP = 30.0
"""Grid step of untreated natural history, day: forcing there only drifts over years."""


@dataclass(frozen=True, slots=True)
class Visits:
    """When people are seen, on the trial's own clock: day 0 is the baseline visit.

    Parameters
    ----------
    days : (V,)
        Every visit, the screening visit of a run-in and later periods too, in order.
    starts
        Days on which a period begins; (0,) where there is only one.
    slack
        Days by which a visit can be later than planned.
    """

    days: tuple[float, ...]
    starts: tuple[float, ...] = (0.0,)
    slack: float = 0.0

    @property
    def end(self) -> float:
        """Day of the last visit, as planned."""
        return self.days[-1]

    @property
    def last_day(self) -> float:
        """Last day on which anybody can be seen."""
        return self.end + self.slack

    @property
    def exact(self) -> tuple[float, ...]:
        """Visits that happen on their very day: screening, baseline, starts of periods."""
        return tuple(day for day in self.days if day <= 0.0 or day in self.starts)


def time_grid(history: float, end: float, step: float, lead: float = 0.0) -> NDArray[np.float64]:
    """Return forcing times: coarse from -history to -lead, then every `step` past `end`, day.

    Nodes from -lead on are multiples of `step`, whatever the end, so a later visit moves none. No
    visit lies in the last cell: the level of a factor at the very end is rounded differently.
    """
    before = int(np.ceil(lead / step))  # steps of a run-in, in which doses may act
    first = before * step
    back = max(history, SHED_WINDOW + first)
    coarse = np.linspace(-back, -first, int(np.ceil((back - first) / HISTORY_STEP)) + 1)
    return np.concatenate([coarse, np.arange(1 - before, int(np.floor(end / step)) + 3) * step])
