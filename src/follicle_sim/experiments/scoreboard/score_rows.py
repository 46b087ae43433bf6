"""One published number beside its prediction, and the fit statistics of many."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from follicle_sim.base.normal import NORMAL_90
from follicle_sim.evidence.studies import Grade, Use

Compared = Literal["controlled", "uncontrolled", "control arm", "level"]

WITHIN = 2.0
"""A row farther off than this many standard errors is a miss."""

COVERED = NORMAL_90
"""Half width of a 90 % interval of a normal law, in standard errors."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One published number beside its prediction, in the unit of the registry.

    Parameters
    ----------
    treatment
        What the arm is given, by names of the library; groups the scoreboard.
    study, design, observation, arm, control, endpoint, kind, week, unit
        What is compared; `design` names the scenario file.
    compared
        "controlled" (a difference), "uncontrolled" (an arm's own change), "control arm" (a control
        arm's own change) or "level".
    observed, observed_se, se_source
        As published, or the standard error that stands in for a missing one, and where from.
    simulated, mc_se
        The model's number and its Monte Carlo error.
    offset, offset_sd
        The drift of a trial: mean added to the prediction, SD added to its error; 0 in differences.
    predicted, error
        ``simulated + offset``; joint error of observation, Monte Carlo and offset (None without a
        standard error).
    z
        ``(predicted - observed) / error``: parameters held at their fitted values, the stricter
        rule, the same for numbers that were fitted to and those that were not.
    parameter_sd
        SD of the prediction over draws of fitted parameters and potencies (see
        `scoreboard.prediction_spread`); None where it was not computed.
    covered
        Whether the 90 % predictive interval, of half width 1.645 ``hypot(error, parameter_sd)``,
        holds the observation.
    counted, note
        Whether the row counts in the fit statistics, and why not where it does not.
    explanation
        One line on a miss; empty otherwise.
    """

    treatment: str
    study: str
    design: str
    observation: str
    arm: str
    control: str
    endpoint: str
    kind: str
    week: float
    unit: str
    compared: Compared
    observed: float
    observed_se: float | None
    se_source: str
    simulated: float
    mc_se: float
    offset: float
    offset_sd: float
    predicted: float
    error: float | None
    z: float | None
    parameter_sd: float | None
    covered: bool | None
    use: Use
    grade: Grade
    unverified: str
    counted: bool
    note: str
    explanation: str
    baseline: float

    @property
    def missed(self) -> bool:
        """Farther off than two standard errors."""
        return self.z is not None and abs(self.z) > WITHIN

    @property
    def covered_alone(self) -> bool:
        """Covered also without the spread of the parameters."""
        return self.z is not None and abs(self.z) <= COVERED

    @property
    def mc_z(self) -> float:
        """Monte Carlo error of z."""
        return self.mc_se / self.error if self.error else 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Fit statistics of some rows: how many, within two standard errors, and covered at 90 %.

    `covered_alone` is of intervals that leave out the spread of the fitted parameters.
    """

    rows: int
    within: int
    covered: int
    covered_alone: int

    @property
    def share_within(self) -> float:
        """Share of the rows within two standard errors; NaN without rows."""
        return self.within / self.rows if self.rows else math.nan

    @property
    def coverage(self) -> float:
        """Share of the rows inside their 90 % predictive interval; NaN without rows."""
        return self.covered / self.rows if self.rows else math.nan

    @property
    def coverage_alone(self) -> float:
        """Share inside intervals without the spread of the parameters; NaN without rows."""
        return self.covered_alone / self.rows if self.rows else math.nan


def tally(rows: Iterable[ScoreRow]) -> Tally:
    """Count the rows that have a score, whatever their use."""
    scored = [row for row in rows if row.z is not None]
    within = sum(not row.missed for row in scored)
    covered = sum(bool(row.covered) for row in scored)
    return Tally(len(scored), within, covered, sum(row.covered_alone for row in scored))
