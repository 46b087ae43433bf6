"""Rows of an answer about a published outcome: chances, in what circumstances, and their ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from follicle_sim.base.normal import NORMAL_95
from follicle_sim.base.types import Flags, Floats
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.power_curve import wilson

ALONE, SURROUNDED = "the drug alone", "the drug, and all else a trial without control holds"
NOTHING, SPOT, SEASON = "nothing", "spot", "season"
YEAR, WORST, NEEDLE, DRIFT = "year", "worst", "needle", "drift"
TOGETHER, ALL = "together", "all"
APART, LEAVING, READING = "arms apart", "leaving", "reading"
"""Of trials with a control: see `follicle_sim.experiments.planning.arm_differences`."""


@dataclass(frozen=True, slots=True)
class ChanceRow:
    """How often the published outcome happens.

    Parameters
    ----------
    cause
        What there is but the drug: a key such as "season"; `text` in words.
    potency
        Of the drug; None without it.
    trials, hits
        Simulated studies, and those in which the outcome happened.
    chance, low, high
        Their share and its 95 % Monte Carlo interval (Wilson).
    one_arm
        Mean over the comparisons of the share in which one alone had it at every visit.
    changes
        Mean estimate at each visit, in the unit of the endpoint.
    """

    cause: str
    text: str
    potency: float | None
    trials: int
    hits: int
    chance: float
    low: float
    high: float
    one_arm: float
    changes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RatioRow:
    """How much likelier the outcome is with the drug than without it, all else equal.

    `ratio` and its 95 % Monte Carlo interval are of counts with a half added. Where the outcome was
    never seen without the drug there is none: any bound would grow with the studies simulated.
    """

    cause: str
    potency: float
    ratio: float | None
    low: float | None
    high: float | None


def chance_row(
    cause: str, text: str, potency: float | None, gained: Flags, changes: Floats
) -> ChanceRow:
    """Summarise studies; `gained` is (R, comparison, week)."""
    hits = int(gained.all(axis=(1, 2)).sum())
    low, high = wilson(hits, len(gained))
    one = float(gained.all(axis=2).mean())
    mean_changes = tuple(float(change) for change in changes)
    return ChanceRow(
        cause, text, potency, len(gained), hits, hits / len(gained), low, high, one, mean_changes
    )


def without_the_drug(
    rows: Sequence[ChanceRow],
) -> tuple[tuple[ChanceRow, ...], tuple[ChanceRow, ...]]:
    """Return the circumstances in the order they are told, and the months."""
    by_cause = {row.cause: row for row in rows if row.potency is None}
    months = tuple(by_cause[month] for month, _ in made.MONTHS if month in by_cause)
    if months:
        hits, trials = sum(row.hits for row in months), sum(row.trials for row in months)
        changes = np.mean([row.changes for row in months], axis=0)
        one = float(np.mean([row.one_arm for row in months]))
        mean = (hits / trials, *wilson(hits, trials), one, tuple(map(float, changes)))
        by_cause[YEAR] = ChanceRow(YEAR, "season, any month alike", None, trials, hits, *mean)
        # a month of which more is known, since the study was in it, stands for itself
        own = by_cause[SEASON]
        known = {row.cause: own if own.text.endswith(f" 1 {row.cause}") else row for row in months}
        name = max(known, key=lambda month: (known[month].chance, known[month].changes))
        if known[name] is own:
            by_cause[SEASON] = replace(own, text=f"{own.text} (worst month)")
        else:
            by_cause[WORST] = replace(known[name], cause=WORST, text=f"season, worst month: {name}")
    alone = (NOTHING, SPOT, NEEDLE, YEAR, SEASON, WORST, DRIFT, APART, LEAVING, READING)
    order = (*alone, TOGETHER, ALL)
    # with no circumstance of its own a study has nothing to put together
    return tuple(
        by_cause[cause] for cause in order if cause in by_cause and by_cause[cause].text
    ), months


def likelihood_ratio(row: ChanceRow, without: ChanceRow) -> RatioRow:
    """Return how much likelier the outcome of a row is than that of the study without the drug."""
    assert row.potency is not None
    if not without.hits:
        return RatioRow(row.cause, row.potency, None, None, None)
    a, b = (row.hits + 0.5) / (row.trials + 1.0), (without.hits + 0.5) / (without.trials + 1.0)
    variance = (1.0 - a) / (row.hits + 0.5) + (1.0 - b) / (without.hits + 0.5)
    half = math.exp(NORMAL_95 * math.sqrt(variance))
    ratio = a / b
    return RatioRow(row.cause, row.potency, ratio, ratio / half, ratio * half)
