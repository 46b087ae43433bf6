"""Rows of an answer about a published outcome: chances, in what circumstances, and their ratios."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from follicle_sim.base.types import Flags, Floats
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.power_curve import wilson
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.scenario.model import Scenario

ALONE, SURROUNDED = "the drug alone", "the drug, and all else a trial without control holds"
NOTHING, SPOT, SEASON = "nothing", "spot", "season"
YEAR, WORST, NEEDLE, DRIFT = "year", "worst", "needle", "drift"
TOGETHER, ALL = "together", "all"


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

    `ratio` and its 95 % Monte Carlo interval are of counts with a half added, so that none seen is
    not none possible; `bound` tells that without the drug it was never seen: at least `low`.
    """

    cause: str
    potency: float
    ratio: float
    low: float
    high: float
    bound: bool


def chance_row(
    cause: str, text: str, potency: float | None, gained: Flags, changes: Floats
) -> ChanceRow:
    """Summarise studies; `gained` is (R, comparison, week)."""
    hits = int(gained.all(axis=(1, 2)).sum())
    low, high = wilson(hits, len(gained))
    one = float(gained.all(axis=2).mean())
    told = tuple(float(each) for each in changes)
    return ChanceRow(
        cause, text, potency, len(gained), hits, hits / len(gained), low, high, one, told
    )


def words_of(scenario: Scenario, plan: Plan, drug: str, spots: int) -> dict[str, str]:
    """Return circumstances in words, by cause."""
    own = scenario.design.recruitment
    choice = spots > 1 and made.can_choose_spots(scenario)
    needle = bool(plan.own_change and made.needle_of(scenario, drug))
    parts = ["spot"] * choice + ["season"] * (own is not None) + ["needle"] * needle
    return {
        NOTHING: "nothing but hair cycle and reading",
        SPOT: f"thinner of {spots} spots counted"
        if spots == 2
        else f"thinnest of {spots} spots counted",
        SEASON: "" if own is None else f"season, from {day_in_words(own.opens)}",
        NEEDLE: f"the needle ({made.needle_of(scenario, drug).replace('_', ' ')})",
        DRIFT: "drift of published arms",
        TOGETHER: _listed(parts),
        ALL: _listed([*parts, "drift"]),
    }


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def day_in_words(day: float) -> str:
    """Return a day of the year in words.

    Examples
    --------
    >>> day_in_words(0.0), day_in_words(60.0)
    ('1 January', '2 March')
    """
    month, start = next(each for each in reversed(made.MONTHS) if each[1] <= day)
    return f"{int(day - start) + 1} {month}"


def without_the_drug(
    rows: Sequence[ChanceRow],
) -> tuple[tuple[ChanceRow, ...], tuple[ChanceRow, ...]]:
    """Return the circumstances in the order they are told, and the months."""
    found = {row.cause: row for row in rows if row.potency is None}
    months = tuple(found[month] for month, _ in made.MONTHS if month in found)
    if months:
        hits, trials = sum(row.hits for row in months), sum(row.trials for row in months)
        changes = np.mean([row.changes for row in months], axis=0)
        one = float(np.mean([row.one_arm for row in months]))
        mean = (hits / trials, *wilson(hits, trials), one, tuple(map(float, changes)))
        found[YEAR] = ChanceRow(YEAR, "season, any month alike", None, trials, hits, *mean)
        # a month of which more is known, since the study was in it, stands for itself
        own = found[SEASON]
        known = {row.cause: own if own.text.endswith(f" 1 {row.cause}") else row for row in months}
        name = max(known, key=lambda month: (known[month].chance, known[month].changes))
        if known[name] is own:
            found[SEASON] = replace(own, text=f"{own.text} (worst month)")
        else:
            found[WORST] = replace(known[name], cause=WORST, text=f"season, worst month: {name}")
    order = (NOTHING, SPOT, NEEDLE, YEAR, SEASON, WORST, DRIFT, TOGETHER, ALL)
    # with no circumstance of its own a study has nothing to put together
    return tuple(found[each] for each in order if each in found and found[each].text), months


def likelihood_ratio(row: ChanceRow, without: ChanceRow) -> RatioRow:
    """Return how much likelier the outcome of a row is than that of the study without the drug."""
    a, b = (row.hits + 0.5) / (row.trials + 1.0), (without.hits + 0.5) / (without.trials + 1.0)
    variance = (1.0 - a) / (row.hits + 0.5) + (1.0 - b) / (without.hits + 0.5)
    half = math.exp(1.96 * math.sqrt(variance))
    assert row.potency is not None
    ratio = a / b
    return RatioRow(row.cause, row.potency, ratio, ratio / half, ratio * half, not without.hits)
