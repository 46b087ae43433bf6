"""Side effects and downtime on a trial's page: what people had, and the counts behind it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from follicle_sim.analysis.outcomes.adverse import NOT_KNOWN, AdverseRow, ArmReactions
from follicle_sim.analysis.outcomes.reactions.words import percent
from follicle_sim.figures.parts.style import name_of
from follicle_sim.reporting.page import words
from follicle_sim.reporting.report import TrialReport

LETTERS = 20


def reaction_lines(report: TrialReport, width: int) -> Iterator[str]:
    """Yield the lines of the section; none where the plan does not ask for side effects."""
    if not report.reactions:
        return
    level = words.percent_of(report.plan.level)
    yield "Side effects and downtime"
    for arm in report.reactions:
        rows = [row for row in report.events if row.arm == arm.arm]
        if rows:
            yield from words.table([_head(arm.arm, level), *map(_cells, rows)], width)
            yield ""
    sources = {(row.treatment, row.event): row for row in report.events}
    if sources:
        head = ["Counts behind them", "counted in studies", "chance at one session (%)"]
        yield from words.table([head, *map(_counted, sources.values())], width)
    yield ""
    for arm in report.reactions:
        yield from words.paragraph(downtime_words(arm), width)
    text = (
        f"{NOT_KNOWN}. Limits: exact, of the people here. Expected: chance of one or more in the "
        "course taken, from the count and what it leaves open. Severity, onset and duration are "
        "those of a kind of event, most of them assumed; what nobody was seen to have is no proof "
        "that nobody can."
    )
    yield from words.paragraph(text, width)


def downtime_words(arm: ArmReactions) -> str:
    """Return how many people of an arm had anything, and how many days it kept them at home."""
    days, people = arm.downtime, arm.downtime.size
    if not arm.rows and not arm.given:
        return f"{arm.arm}: nothing is given while people are in the trial."
    if not arm.rows:
        return f"{arm.arm}: no side effect of what is given here was counted by any study read."
    if people == 0:
        return f"{arm.arm}: nobody."
    kept = days[days > 0.0]
    text = (
        f"{arm.arm}: {arm.affected} of {people} had any; {few(float(days.mean()))} days of downtime"
    )
    if kept.size == 0:
        return f"{text}."
    most = np.quantile(kept, 0.9)
    return f"{text} ({kept.size} people; of these one in ten {few(most)} days or more)."


def few(days: float) -> str:
    """Return a number of days as it is printed: small ones not to many digits.

    Examples
    --------
    >>> few(0.0), few(0.0005), few(2.24)
    ('0', 'under 0.01', '2.2')
    """
    return "under 0.01" if 0.0 < days < 0.01 else f"{days:.2g}"


def _head(arm: str, level: str) -> list[str]:
    return [arm, "people", f"{level} limits", "mild/mod/severe", "expected (%)"]


def _cells(row: AdverseRow) -> list[str]:
    people = f"{row.affected} of {row.people}"
    return [what(row), people, limits(row), severities(row), expected(row.course)]


def _counted(row: AdverseRow) -> list[str]:
    once = "in use" if row.per_session is None else expected(row.per_session)
    return [what(row), row.counted, once]


def what(row: AdverseRow) -> str:
    """Return a side effect with what it was counted of."""
    return f"{name_of(row.event)} ({name_of(row.treatment)})"


def limits(row: AdverseRow) -> str:
    """Return the interval of the share affected, of nobody what it is at most."""
    if row.people == 0:
        return ""
    if row.affected == 0:
        return f"at most {percent(row.high)}"
    return f"{percent(row.low)} to {percent(row.high)}"


def severities(row: AdverseRow) -> str:
    """Return the events of each severity."""
    return f"{row.mild}/{row.moderate}/{row.severe}" if row.events else "-"


def expected(chance: tuple[float, float, float]) -> str:
    """Return a chance and its limits, in per cent without the sign."""
    mean, low, high = (percent(part).removesuffix(" %") for part in chance)
    return f"{mean} ({low} to {high})"
