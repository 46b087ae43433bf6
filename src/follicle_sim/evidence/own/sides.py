"""What is wrong between the rows of single people: a side in two arms, a change of side, totals.

A side of a person is treated one way from the first visit to the last. A row that says otherwise is
a slip of the pen, and would take the person out of the comparison of the sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from follicle_sim.base.errors import shown

Row = Mapping[str, Any]
Found = tuple[int, str]
"""Number of a row, from 0, and what is wrong with it."""

SIDES = "allowed: one side (left or right) for each arm of a person, the same at every visit"

_LONG_TOTALS = (
    *("mean", "average", "total", "totals", "median", "overall", "minimum", "maximum"),
    *("mittelwert", "mittel", "durchschnitt", "summe", "gesamt", "standardabweichung", "anzahl"),
    *("moyenne", "somme", "media", "promedio", "suma", "totale", "somma"),
)
_SHORT_TOTALS = ("sum", "avg", "sd", "se", "sem", "std", "stdev", "n", "min", "max", "mw", "all")


def people_problems(rows: Sequence[Row], places: Sequence[str]) -> list[Found]:
    """Return what is wrong between checked rows of people.

    Parameters
    ----------
    rows
        Each with a `subject`.
    places
        Where each stands, for messages.
    """
    problems: dict[int, str] = {}
    for at, text in (
        *_totals(rows),
        *_sides_in_two_arms(rows, places),
        *_changed_sides(rows, places),
    ):
        problems.setdefault(at, text)  # a row on the wrong side breaks both rules
    return list(problems.items())


def is_total(subject: str) -> bool:
    """Tell whether the code of a person is the title of a row of totals.

    Examples
    --------
    >>> is_total("Mean (n = 24)"), is_total("SD"), is_total("n 12"), is_total("P3")
    (True, True, False, False)
    """
    words = re.findall(r"[^\W\d_]+", subject.casefold())
    alone = re.sub(r"[\W_]", "", subject.casefold())
    return alone in (*_LONG_TOTALS, *_SHORT_TOTALS) or bool(words and words[0] in _LONG_TOTALS)


def _totals(rows: Sequence[Row]) -> Iterator[Found]:
    for at, row in enumerate(rows):
        if is_total(row["subject"]):
            text = f"subject {shown(row['subject'])} looks like a row of totals, not a person"
            yield at, f"{text}; delete the row: means and SD are computed from the people"


def _sides_in_two_arms(rows: Sequence[Row], places: Sequence[str]) -> Iterator[Found]:
    """Yield the rows in which a side of a person is in a second arm."""
    by_side: dict[tuple[str, str], dict[str, list[int]]] = {}
    sides: dict[tuple[str, str], set[str]] = {}
    for at, row in enumerate(rows):
        if "side" in row:
            subject, side = row["subject"], row["side"].casefold()
            by_side.setdefault((subject, side), {}).setdefault(row["arm"], []).append(at)
            sides.setdefault((subject, row["arm"]), set()).add(side)
    for (subject, _), by_arm in by_side.items():
        if len(by_arm) < 2:
            continue
        # The slip is in the arm that has another side too, and in fewer rows.
        wrong, *others = sorted(
            by_arm, key=lambda arm: (-len(sides[subject, arm]), len(by_arm[arm]))
        )
        at, other = by_arm[wrong][0], by_arm[others[0]][0]
        text = f"subject {shown(subject)} has the side {shown(rows[at]['side'])} in the arm"
        there = f'and in the arm "{rows[other]["arm"]}" ({places[other]})'
        yield at, f'{text} "{wrong}" {there}; {SIDES}'


def _changed_sides(rows: Sequence[Row], places: Sequence[str]) -> Iterator[Found]:
    """Yield the first row in which a person of an arm is on another side than at other visits."""
    visits: dict[tuple[str, ...], dict[str, dict[float, int]]] = {}
    for at, row in enumerate(rows):
        if "side" in row:
            key = (row["subject"], row["arm"], row["endpoint"], row["unit"])
            by_week = visits.setdefault(key, {}).setdefault(row["side"].casefold(), {})
            by_week[row["week"]] = at
    for (subject, arm, *_), by_side in visits.items():
        usual, *others = sorted(by_side.values(), key=lambda weeks: -len(weeks))
        for weeks in others:
            if weeks.keys().isdisjoint(usual):  # two sides of one arm are counted at one visit
                at, other = min(weeks.values()), min(usual.values())
                text = f'subject {shown(subject)} in the arm "{arm}" has the side'
                sides = f"{shown(rows[at]['side'])} here and {shown(rows[other]['side'])}"
                yield at, f"{text} {sides} in {places[other]}; {SIDES}"
