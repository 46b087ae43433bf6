"""Notes on tables of one's own: who is missing, other times than the visits, more people."""

from __future__ import annotations

from collections.abc import Iterator

from follicle_sim.evidence.own.held import held
from follicle_sim.protocol.headcount import people_of
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.comparison import Comparison

Notes = Iterator[tuple[str, str]]

SAME_DAY = 1e-6
"""Days by which a week of the table may miss a visit and still be read at it."""


def data_notes(scenario: Scenario) -> Notes:
    """Yield place and sentence of what a table of one's own has and the scenario has not."""
    roles = {arm.label: arm.role for arm in scenario.arms}
    for i, comparison in enumerate(scenario.compare):
        if comparison.rows:
            sentences = (
                *held(comparison, roles).notes,
                *_weeks(scenario, comparison),
                *_people(scenario, comparison),
            )
            for sentence in sentences:
                yield f"compare[{i}] ({comparison.title})", sentence


def _weeks(scenario: Scenario, comparison: Comparison) -> Iterator[str]:
    """Yield the weeks of a table at which the scenario has no visit."""
    visits = [float(day) for day in scenario.design.visits]
    weeks = {row["week"] for row in comparison.rows if row.get("week") is not None}
    for week in sorted(weeks):
        nearest = min(visits, key=lambda day: abs(day - 7.0 * week))
        if abs(nearest - 7.0 * week) < SAME_DAY:
            continue
        before = [day for day in visits if day < 7.0 * week]
        after = [day for day in visits if day > 7.0 * week]
        how = "it is outside of all visits and is not compared"
        if before and after:
            between = f"week {before[-1] / 7.0:g} and week {after[0] / 7.0:g}"
            how = f"the simulated value is interpolated between {between}"
        yield f"week {week:g} is no visit; {how}; the nearest visit is week {nearest / 7.0:g}"


def _people(scenario: Scenario, comparison: Comparison) -> Iterator[str]:
    """Yield the arms of a table that have more people than the same arm of the scenario."""
    headcount = people_of(scenario)
    sizes = dict(headcount.arms)
    labels = {arm: label for label, arm in comparison.arms.items()}
    for arm in dict.fromkeys(row["arm"] for row in comparison.rows):
        rows = [row for row in comparison.rows if row["arm"] == arm]
        # In a crossover, and in a row of several arms together, it is the people in all.
        size = headcount.total
        if not headcount.planned and not any("control" in row for row in rows):
            size = sizes.get(labels.get(arm, ""), size)
        count = max((int(row.get("n", 0)) for row in rows), default=0)
        if "subject" in rows[0]:
            count = len({row["subject"] for row in rows})
        if count > size:
            text = f'the arm "{arm}" has {count} people in the table and {size} in the scenario'
            yield f"{text} (population.subjects = {scenario.population.subjects})"
