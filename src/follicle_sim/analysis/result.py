"""The numbers a trial is reported with, one row a question; as CSV, JSON and plain text."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from follicle_sim.analysis.statistics.effects import Effect
from follicle_sim.analysis.tests import Test
from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic


@dataclass(frozen=True, slots=True)
class Question:
    """What a row answers; fields as in `TrialRow`."""

    replicate: int
    purpose: str
    endpoint: str
    unit: str
    statistic: str


@dataclass(frozen=True, slots=True)
class TrialRow:
    """One answer of one trial.

    Parameters
    ----------
    replicate
        Which of the repeated trials, from 0.
    purpose
        primary, secondary and after_switch are tests of the plan; responders, time_to_response,
        average_change, satisfaction and adverse_events describe the primary comparison further.
    arm, control
        Labels; `control` is empty for a change from baseline.
    endpoint, unit
        Name of the endpoint, and the unit of means, estimate and limits.
    week
        Of the endpoint visit (in a crossover since the start of a period).
    n_treated, n_control
        People behind the estimate.
    mean_treated, mean_control
        Plain means of the change (rates, medians: see `statistic`); None where unknown.
    statistic
        What `estimate` is: "difference of changes", "change", "hazard ratio" and the like.
    estimate, se, low, high
        With its standard error and limits; None where there is none.
    p, p_adjusted
        Of no effect; adjusted for the other tests of the plan, None outside them.
    effect
        `p_adjusted` below the plan's alpha, None outside its tests.
    method, set, missing
        How it was found.
    why
        Why p, or all of it, could not be had; "" where it could.
    """

    replicate: int
    purpose: str
    arm: str
    control: str
    endpoint: str
    unit: str
    week: float
    n_treated: int
    n_control: int
    mean_treated: float | None
    mean_control: float | None
    statistic: str
    estimate: float | None
    se: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    effect: bool | None
    method: str
    set: str
    missing: str
    why: str = ""

    @classmethod
    def of(
        cls,
        effect: Effect,
        test: Test,
        question: Question,
        *,
        means: tuple[float | None, float | None],
        method: str,
        set: str,
        missing: str,
    ) -> TrialRow:
        """Return the row of an effect; numbers that are not finite become None."""
        return cls(
            replicate=question.replicate,
            purpose=question.purpose,
            arm=test.treatment,
            control=test.control,
            endpoint=question.endpoint,
            unit=question.unit,
            week=test.day / 7.0,
            n_treated=effect.n_treated,
            n_control=effect.n_control,
            mean_treated=means[0],
            mean_control=means[1],
            statistic=question.statistic,
            estimate=known(effect.estimate),
            se=known(effect.se),
            low=known(effect.low),
            high=known(effect.high),
            p=known(effect.p),
            p_adjusted=None,
            effect=None,
            method=method,
            set=set,
            missing=missing,
            why=effect.why,
        )


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What `analyse` found.

    Parameters
    ----------
    rows
        Replicate by replicate, in the order of the plan.
    level, alpha, multiplicity
        Of intervals and decisions.
    notes
        What a reader must know of the design or of numbers that could not be had.
    """

    rows: tuple[TrialRow, ...]
    level: float
    alpha: float
    multiplicity: str
    notes: tuple[str, ...] = ()

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write one line a row; raises OutputError and leaves an earlier file."""
        write_rows(path, TrialRow, self.rows)

    def to_json(self) -> str:
        """Return everything as JSON text; what is not known is null."""
        record = {
            "level": self.level,
            "alpha": self.alpha,
            "multiplicity": self.multiplicity,
            "notes": list(self.notes),
            "rows": [asdict(row) for row in self.rows],
        }
        return json.dumps(record, indent=1, allow_nan=False)

    def write_json(self, path: str | os.PathLike[str]) -> None:
        """Write `to_json`; raises OutputError and leaves an earlier file."""
        write_text_atomic(path, self.to_json() + "\n")

    def text(self) -> str:
        """Return the rows as a plain table, notes below."""
        head = ("question", "week", "n", "estimate", f"{self.level:.0%} interval", "p", "adjusted")
        lines = [head, *(_cells(row) for row in self.rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([*table, *(f"note: {note}" for note in self.notes)])


def _cells(row: TrialRow) -> tuple[str, ...]:
    against = f"{row.arm} against {row.control}" if row.control else row.arm
    question = f"{row.purpose}: {row.endpoint}, {against} ({row.method})"
    people = f"{row.n_treated} + {row.n_control}" if row.n_control else f"{row.n_treated}"
    unit = "" if row.unit == "1" else row.unit
    estimate = "" if row.estimate is None else f"{row.estimate:.4g} {unit}".strip()
    limits = "" if row.low is None or row.high is None else f"{row.low:.4g} to {row.high:.4g}"
    return (
        question,
        f"{row.week:g}",
        people,
        estimate,
        limits,
        p_text(row.p),
        p_text(row.p_adjusted),
    )


def p_text(p: float | None) -> str:
    """Return a p value as it is printed.

    Examples
    --------
    >>> p_text(0.00004), p_text(0.0321), p_text(None)
    ('<0.001', '0.032', '')
    """
    if p is None:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def known(value: float) -> float | None:
    """Return a number, None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def unique(notes: Iterable[str]) -> tuple[str, ...]:
    """Return notes without repeats, in order."""
    return tuple(dict.fromkeys(notes))
