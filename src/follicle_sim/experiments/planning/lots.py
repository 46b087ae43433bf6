"""What the spread between lots of a product costs a trial: the same trials with other lots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from follicle_sim.experiments.planning.power_rows import ON, PowerRow, SmallestRow
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario

PLANNED, ONE, ALIKE = "as planned", "one lot for all", "lots all alike"
"""Lots of a trial: those of the scenario, a single one, and lots that do not differ."""


@dataclass(frozen=True, slots=True)
class LotRow:
    """Power of one comparison at one week, in trials of one size that use some lots.

    Parameters
    ----------
    lots
        `PLANNED`, `ONE` or `ALIKE`.
    comparison, week, n, people, trials, power, power_low, power_high, estimate, estimate_sd
        As in `PowerRow`.
    for_80, for_90
        People in all for a power of 80 and 90 %; None where the sizes tried do not tell.
    """

    lots: str
    comparison: str
    week: str
    n: int
    people: int
    trials: int
    power: float
    power_low: float
    power_high: float
    estimate: float | None
    estimate_sd: float | None
    for_80: int | None
    for_90: int | None


def other_lots(scenario: Scenario) -> Mapping[str, Scenario]:
    """Return the scenario with one lot for all, and with lots that are all alike.

    Empty where no dose comes from lots that differ; without `ONE` where the scenario has one lot.
    """
    products: dict[str, None] = {}
    several = []
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            chain = dose.chain
            if chain is None or chain.lot_cv == 0.0 or chain.product is None:
                continue
            products[chain.product] = None
            if chain.lots > 1:
                several.append(f"arms[{i}].doses[{j}].chain.lots=1")
    variants = {}
    if several:
        variants[ONE] = with_overrides(scenario, several)
    if products:
        alike = [f'products."{name}".lot_cv.value=0.0' for name in products]
        variants[ALIKE] = with_overrides(scenario, alike)
    return variants


def lot_rows(
    lots: str, rows: Sequence[PowerRow], smallest: Sequence[SmallestRow]
) -> tuple[LotRow, ...]:
    """Return what trials with some lots found, size by size, with the drug on."""
    needed = {(row.comparison, row.week, row.target): row.people for row in smallest}
    return tuple(
        LotRow(
            lots,
            row.comparison,
            row.week,
            row.n,
            row.people,
            row.trials,
            row.power,
            row.power_low,
            row.power_high,
            row.estimate,
            row.estimate_sd,
            needed.get((row.comparison, row.week, 0.8)),
            needed.get((row.comparison, row.week, 0.9)),
        )
        for row in rows
        if row.drug == ON
    )


def cost_in_words(rows: Sequence[LotRow]) -> tuple[str, ...]:
    """Return, comparison by comparison, what the spread between lots costs in people.

    Examples
    --------
    >>> row = LotRow("", "a minus b", "12", 20, 40, 99, 0.6, 0.5, 0.7, 9.0, 5.0, 60, 90)
    >>> from dataclasses import replace
    >>> both = [replace(row, lots=PLANNED), replace(row, lots=ALIKE, for_80=40, estimate=9.5)]
    >>> cost, effect = cost_in_words(both)[0].partition(": ")[2].split("; ")
    >>> cost
    'lots that differ cost 20 people of 60 for a power of 80 % (99 trials a size)'
    >>> effect
    'mean effect 9, with lots all alike 9.5'
    """
    by_lots = {(row.lots, row.comparison, row.week): row for row in rows}
    sentences = []
    for (lots, comparison, week), row in by_lots.items():
        alike = by_lots.get((ALIKE, comparison, week))
        if lots != PLANNED or alike is None:
            continue
        start = f"{comparison}, week {week}: "
        if alike.for_80 is None:
            text = "the sizes tried do not tell what lots that differ cost in people"
        elif row.for_80 is None:
            text = (
                f"with lots all alike {alike.for_80:,} people give a power of 80 %; with lots that "
                "differ no size tried does"
            )
        else:
            more = row.for_80 - alike.for_80
            text = (
                f"lots that differ cost {more:,} people of {row.for_80:,} for a power of 80 % "
                f"({row.trials:,} trials a size)"
                if more > 0
                else f"no cost of lots that differ was seen ({row.for_80:,} people, and "
                f"{alike.for_80:,} with lots all alike, for a power of 80 %)"
            )
        if row.estimate is not None and alike.estimate is not None:
            # a response that bends makes less on average of lots that differ
            text += f"; mean effect {row.estimate:.3g}, with lots all alike {alike.estimate:.3g}"
        sentences.append(start + text)
    return tuple(sentences)
