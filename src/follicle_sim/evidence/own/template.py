"""The empty table that a researcher fills in: a CSV file with the arms and visits of a trial."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from follicle_sim.base.csv_text import csv_text

GROUP_COLUMNS = (
    "arm",
    "week",
    "endpoint",
    "unit",
    "mean",
    "sd",
    "n",
    "is_change_from_baseline",
    "control",
)
PEOPLE_COLUMNS = ("subject", "arm", "side", "week", "endpoint", "unit", "value")

ABOUT_GROUPS = """\
# One row an arm, endpoint and week. Lines that begin with # may stay.
# week: weeks since the baseline visit. sd: between people; give se in its place if you have that.
# is_change_from_baseline: 1 where the mean is a change from baseline, else empty.
# control: the other arm, where the mean is the difference of the two changes, else empty.
# Delete rows that you have no number for.
"""
ABOUT_PEOPLE = """\
# One row a person, arm and week. Use codes for people, never names: results carry this table.
# side: left or right, where the arms are two sides of the same people, else empty.
# week: weeks since the baseline visit. value: empty where somebody was not counted.
"""

ROOM = 12
"""Rows of an empty table that knows no trial, in people."""


def groups_template(
    arms: Sequence[str] = ("treatment", "control"),
    weeks: Sequence[float] = (0.0, 12.0, 24.0),
    endpoint: str = "hair density",
    unit: str = "hairs/cm2",
) -> str:
    """Return an empty table of means as CSV text.

    Examples
    --------
    >>> print(groups_template(["drug"], [0, 12]).splitlines()[-1])
    drug,12,hair density,hairs/cm2,,,,,
    """
    rows = [(arm, f"{week:g}", endpoint, unit, *[""] * 5) for arm in arms for week in weeks]
    return ABOUT_GROUPS + csv_text(GROUP_COLUMNS, rows)


def people_template(
    people: Mapping[str, Sequence[str]] | None = None,
    weeks: Sequence[float] = (0.0, 12.0, 24.0),
    endpoint: str = "hair density",
    unit: str = "hairs/cm2",
) -> str:
    """Return an empty table of single people as CSV text.

    Parameters
    ----------
    people
        Codes of the people of each arm.
    weeks, endpoint, unit
        As for `groups_template`.

    Examples
    --------
    >>> print(people_template({"drug": ["P1"]}, [0]).splitlines()[-1])
    P1,drug,,0,hair density,hairs/cm2,
    """
    codes = people or {"treatment": numbered(ROOM), "control": numbered(ROOM, ROOM)}
    rows: Iterable[tuple[str, ...]] = (
        (code, arm, "", f"{week:g}", endpoint, unit, "")
        for arm, listed in codes.items()
        for code in listed
        for week in weeks
    )
    return ABOUT_PEOPLE + csv_text(PEOPLE_COLUMNS, rows)


def numbered(count: int, after: int = 0) -> list[str]:
    """Return codes of people, counted on from `after`.

    Examples
    --------
    >>> numbered(2, after=9)
    ['P010', 'P011']
    """
    return [f"P{number:03d}" for number in range(after + 1, after + count + 1)]
