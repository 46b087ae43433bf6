"""From the numbers of single people to what a paper prints: means, SD, n, and how people correlate.

A person counts in the mean of a week if counted then, and in a change if counted at baseline too.
Two sides of a person in one arm are one person: their mean. Nothing is filled in; who is missing is
counted and said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from follicle_sim.evidence.own.rows import Row, arm_names

ByPerson = dict[str, float]
"""Subject -> value."""


@dataclass(frozen=True, slots=True)
class PersonSpread:
    """How the people of an arm differ and hold together, in the unit of the table.

    Parameters
    ----------
    arm, control
        `control` is empty unless two sides of the same people are compared.
    endpoint, unit, week
        Of the table.
    n
        People counted at baseline and in this week (on both sides).
    sd_baseline, sd_change
        Between people; of the difference of the changes where there is a control. None below two.
    correlation
        Of baseline and this week in the same people, or of the changes of their two sides. None
        below three people or where nobody differs.
    """

    arm: str
    control: str
    endpoint: str
    unit: str
    week: float
    n: int
    sd_baseline: float | None
    sd_change: float | None
    correlation: float | None


@dataclass(frozen=True)
class Summary:
    """What single people come to: rows of groups, spreads, and sentences about who is missing."""

    rows: tuple[dict[str, Any], ...]
    spreads: tuple[PersonSpread, ...]
    notes: tuple[str, ...]
    paired: bool


def shared_codes(rows: Sequence[Row]) -> str:
    """Return what is wrong where a code stands in two arms and no side says why, "" elsewhere.

    Many trials number the people of each arm from 1: equal codes are then not equal people.
    """
    arms: dict[str, set[str]] = {}
    sides: dict[str, list[Row]] = {}
    for row in rows:
        arms.setdefault(row["subject"], set()).add(row["arm"])
        sides.setdefault(row["subject"], []).append(row)
    for subject, names in arms.items():
        if len(names) > 1 and not all("side" in row for row in sides[subject]):
            text = " and ".join(f'"{arm}"' for arm in sorted(names))
            return (
                f'subject "{subject}" is in the arms {text}. Two sides of one person: say which in '
                "a column side (left, right). Different people: give them different codes"
            )
    return ""


def summary(rows: Sequence[Row], control: str) -> Summary:
    """Return what the numbers of single people come to.

    Parameters
    ----------
    rows
        Checked rows with a `subject`.
    control
        Arm against which the sides of the same people are compared, "" for none.
    """
    means: list[dict[str, Any]] = []
    spreads: list[PersonSpread] = []
    notes: list[str] = []
    paired = False
    for endpoint, unit in dict.fromkeys((row["endpoint"], row["unit"]) for row in rows):
        measured = [row for row in rows if (row["endpoint"], row["unit"]) == (endpoint, unit)]
        labels = {"endpoint": endpoint, "unit": unit}
        changes: dict[str, dict[float, ByPerson]] = {}
        for arm in arm_names(measured):
            counts = _counts([row for row in measured if row["arm"] == arm])
            columns = labels | {"arm": arm} | _carried(measured, arm)
            changes[arm] = {week: _changes(counts, week) for week in counts.weeks if week > 0.0}
            for week in counts.weeks:
                means += _row(columns, week, counts.at(week))
            for week, by_person in changes[arm].items():
                means += _row(columns | {"is_change_from_baseline": 1}, week, by_person)
                spreads.append(_over_time(columns, week, counts, by_person))
            notes += _missing(columns, counts)
        for arm, moved in changes.items():
            pairs = _pairs(arm, control, moved, changes.get(control, {}))
            for week, one, other in pairs:
                paired = True
                columns = labels | {"arm": arm, "control": control} | _carried(measured, arm)
                means += _row(columns, week, {who: one[who] - other[who] for who in one})
                spreads.append(_two_sides(columns, week, one, other))
            notes += _unpaired(arm, control, pairs, moved, changes.get(control, {}))
    return Summary(tuple(means), tuple(spreads), tuple(notes), paired)


@dataclass(frozen=True)
class _Counts:
    """Values of one arm and endpoint: (subject, side) -> week -> value."""

    values: Mapping[tuple[str, str], Mapping[float, float]]
    weeks: tuple[float, ...]
    people: tuple[str, ...]

    def at(self, week: float) -> ByPerson:
        return _means(
            (who, by_week[week]) for (who, _), by_week in self.values.items() if week in by_week
        )


def _counts(rows: Sequence[Row]) -> _Counts:
    values: dict[tuple[str, str], dict[float, float]] = {}
    for row in rows:
        by_week = values.setdefault((row["subject"], row.get("side", "")), {})
        if "value" in row:
            by_week[row["week"]] = row["value"]
    people = tuple(dict.fromkeys(who for who, _ in values))
    return _Counts(values, tuple(sorted({row["week"] for row in rows})), people)


def _changes(counts: _Counts, week: float) -> ByPerson:
    return _means(
        (who, by_week[week] - by_week[0.0])
        for (who, _), by_week in counts.values.items()
        if week in by_week and 0.0 in by_week
    )


def _means(values: Iterable[tuple[str, float]]) -> ByPerson:
    listed: dict[str, list[float]] = {}
    for who, value in values:
        listed.setdefault(who, []).append(value)
    return {who: math.fsum(sides) / len(sides) for who, sides in listed.items()}


def _row(columns: Mapping[str, Any], week: float, values: ByPerson) -> Iterator[dict[str, Any]]:
    """Yield the mean of some people; none of nobody."""
    if values:
        sd = _sd(list(values.values()))
        mean = math.fsum(values.values()) / len(values)
        spread = {"sd": sd} if sd else {}
        yield {**columns, "week": week, "mean": mean, "n": len(values), **spread}


def _carried(rows: Sequence[Row], arm: str) -> dict[str, Any]:
    """Return the words about an arm that its first row says."""
    first = next(row for row in rows if row["arm"] == arm)
    return {
        name: first[name] for name in ("role", "sex", "use", "reason", "seen_at") if name in first
    }


def _over_time(
    columns: Mapping[str, Any], week: float, counts: _Counts, changes: ByPerson
) -> PersonSpread:
    start, now = counts.at(0.0), counts.at(week)
    who = [person for person in changes if person in start and person in now]
    first, second = [start[person] for person in who], [now[person] for person in who]
    return PersonSpread(
        arm=columns["arm"],
        control="",
        endpoint=columns["endpoint"],
        unit=columns["unit"],
        week=week,
        n=len(who),
        sd_baseline=_sd(first),
        sd_change=_sd(list(changes.values())),
        correlation=_correlation(first, second),
    )


def _two_sides(
    columns: Mapping[str, Any], week: float, one: ByPerson, other: ByPerson
) -> PersonSpread:
    first, second = list(one.values()), [other[who] for who in one]
    return PersonSpread(
        arm=columns["arm"],
        control=columns["control"],
        endpoint=columns["endpoint"],
        unit=columns["unit"],
        week=week,
        n=len(first),
        sd_baseline=None,
        sd_change=_sd([a - b for a, b in zip(first, second, strict=True)]),
        correlation=_correlation(first, second),
    )


def _pairs(
    arm: str, control: str, treated: Mapping[float, ByPerson], controls: Mapping[float, ByPerson]
) -> list[tuple[float, ByPerson, ByPerson]]:
    """Return the changes of both sides of the people who have two, week by week."""
    pairs = []
    for week in treated if arm != control else ():
        both = [who for who in treated[week] if who in controls.get(week, {})]
        if both:
            here, there = treated[week], controls[week]
            pairs.append(
                (week, {who: here[who] for who in both}, {who: there[who] for who in both})
            )
    return pairs


def _unpaired(
    arm: str,
    control: str,
    pairs: Sequence[tuple[float, ByPerson, ByPerson]],
    treated: Mapping[float, ByPerson],
    controls: Mapping[float, ByPerson],
) -> Iterator[str]:
    for week, both, _ in pairs:
        alone = (set(treated[week]) | set(controls[week])) - set(both)
        if alone:
            place = f"{arm} against {control}, week {week:g}"
            yield f"{place}: {_people(alone)} with a change on one side only, left out"


def _missing(columns: Mapping[str, Any], counts: _Counts) -> Iterator[str]:
    """Yield a sentence for every week in which somebody is missing."""
    present = {week: set(counts.at(week)) for week in counts.weeks}
    last = {
        who: max((week for week in present if who in present[week]), default=-math.inf)
        for who in counts.people
    }
    place = f"{columns['arm']}, {columns['endpoint']}"
    never = {who for who in counts.people if math.isinf(last[who])}
    if never:
        yield f"{place}: {_people(never)} never counted"
    for week in counts.weeks:
        gone = {who for who in counts.people if last[who] < week} - never
        missed = set(counts.people) - present[week] - gone - never
        parts = []
        if gone:
            parts.append(f"{_people(gone)} gone for good by then")
        if missed:
            what = "so in no change" if week == 0.0 else "counted again later"
            parts.append(f"{_people(missed)} missing ({what})")
        if parts:
            number, total = len(present[week]), len(counts.people)
            yield f"{place}, week {week:g}: {number} of {total} people; {', '.join(parts)}"


def _people(who: Iterable[str]) -> str:
    names = sorted(who)
    listed = f" ({', '.join(names)})" if len(names) <= 4 else ""
    return f"{len(names)}{listed}"


def _sd(values: Sequence[float]) -> float | None:
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    if len(first) < 3 or not np.std(first) or not np.std(second):
        return None
    return float(np.corrcoef(first, second)[0, 1])
