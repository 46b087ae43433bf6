"""The columns of a table of one's own: those of the registry, and shorter words for some."""

from __future__ import annotations

import re
from collections.abc import Sequence

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.likeness import nearest

GROUPS = ("arm", "week", "endpoint", "unit", "mean")
"""Required in a table of means: one row an arm, endpoint and week."""

PEOPLE = ("subject", "arm", "week", "endpoint", "unit", "value")
"""Required in a table of people: one row a person, arm, endpoint and week."""

NUMBERS = ("week", "mean", "value", "n", "sd", "se", "ci_low", "ci_high", "spread")
"""Columns of numbers; every other one holds words."""

SPREADS = ("sd", "se", "ci_low", "ci_high", "spread")

_NOTES = ("treatment", "dose", "route", "sex", "population", "year", "study", "seen_at")
"""Words about a row that the registry has too; they go along and are shown."""

_JUDGED = ("role", "use", "reason", "grade", "unverified", "duplicate_of")
"""What the registry decides for published rows; left out, sensible values stand in."""

OPTIONAL = (
    *("control", "n", *SPREADS, "spread_kind", "is_change_from_baseline", *_NOTES, *_JUDGED),
)
OPTIONAL_OF_PEOPLE = ("side", "control", "sex", "role", "use", "reason", "seen_at")

_OTHER_WORDS = {
    "group": "arm",
    "weeks": "week",
    "units": "unit",
    "patient": "subject",
    "subject_id": "subject",
    "patient_id": "subject",
    "person": "subject",
    "std": "sd",
    "stdev": "sd",
    "standard_deviation": "sd",
    "sem": "se",
    "standard_error": "se",
    "ci95_low": "ci_low",
    "ci95_high": "ci_high",
    "change": "is_change_from_baseline",
    "is_change": "is_change_from_baseline",
}
_MEAN_WITH = {"mean\u00b1sd": "SD", "mean_(sd)": "", "mean\u00b1se": "SE", "mean\u00b1sem": "SE"}
# Words that often stand where another column is wanted, for the hint alone.
_HINTS = {
    "time": "week",
    "visit": "week",
    "day": "week",
    "days": "week",
    "month": "week",
    "months": "week",
    "outcome": "endpoint",
    "variable": "endpoint",
    "measure": "endpoint",
    "average": "mean",
    "count": "mean",
    "result": "mean",
    "density": "mean",
    "treated": "arm",
    "name": "subject",
}


def folded(title: str) -> str:
    """Return the title of a column in small letters, spaces and dashes as underscores.

    Examples
    --------
    >>> folded(" CI low"), folded("Mean \u00b1 SD")
    ('ci_low', 'mean\u00b1sd')
    """
    plain = re.sub(r"\s*\u00b1\s*", "\u00b1", title.replace("+/-", "\u00b1"))
    return re.sub(r"[\s\u00a0_-]+", "_", plain.strip().strip("\ufeff").lower()).strip("_")


def column_of(title: str) -> tuple[str, str] | None:
    """Return the column a title names and the kind of spread it says, None for an unknown title.

    Examples
    --------
    >>> column_of("Weeks"), column_of("mean \u00b1 SD"), column_of("colour")
    (('week', ''), ('mean', 'SD'), None)
    """
    name = folded(title)
    if _MEAN_WITH.get(name):
        return "mean", _MEAN_WITH[name]
    name = _OTHER_WORDS.get(name, name)
    return (name, "") if name in _every() else None


def header_problems(titles: Sequence[str]) -> list[tuple[str, str]]:
    """Return what is wrong with the titles of a table: unknown, twice, or missing."""
    title_of: dict[str, str] = {}
    problems = []
    people = any((column_of(title) or ("", ""))[0] == "subject" for title in titles)
    allowed = (*PEOPLE, *OPTIONAL_OF_PEOPLE) if people else (*GROUPS, *OPTIONAL)
    for title in titles:
        column = column_of(title)
        if column is None:
            problems.append((f'column "{title[:60]}"', f"unknown{_hint(title, allowed)}"))
            continue
        name = column[0]
        if name in title_of:
            message = f'"{title}" is the same column as "{title_of[name]}"; keep one of them'
            problems.append((f'column "{title}"', message))
        elif name not in allowed:
            kind = "people (it has a column subject)" if people else "means (no column subject)"
            problems.append((f'column "{title}"', f"has no place in a table of {kind}"))
        title_of.setdefault(name, title)
    required = PEOPLE if people else GROUPS
    missing = [name for name in required if name not in title_of]
    if missing:
        kind = "people" if people else "means"
        message = f"missing: {', '.join(missing)}; a table of {kind} needs {', '.join(required)}"
        problems.append(("header", message))
    return problems


def _hint(title: str, allowed: Sequence[str]) -> str:
    name = folded(title)
    if name in _MEAN_WITH:
        return "; give the SD a column of its own, sd"
    meant = _HINTS.get(name)
    if meant is None and nearest(name, _OTHER_WORDS) and not nearest(name, allowed):
        meant = _OTHER_WORDS[str(nearest(name, _OTHER_WORDS))]
    if meant is not None and meant in allowed:
        weeks = ", counted in weeks from baseline" if meant == "week" else ""
        return f'; the column is called "{meant}" here{weeks}'
    hint = did_you_mean(name, allowed)
    return hint if "did you mean" in hint else f"; allowed: {', '.join(allowed)}"


def _every() -> frozenset[str]:
    return frozenset((*GROUPS, *PEOPLE, *OPTIONAL, *OPTIONAL_OF_PEOPLE))
