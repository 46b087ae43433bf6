"""What a simulation is held against: a published study, or a table of one's own in its place.

A row of one's own goes the way of a published one: it becomes a row in the registry's columns, and
the same functions convert it, find its standard error and derive changes and differences.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from follicle_sim.evidence.derived import with_derived
from follicle_sim.evidence.normalise import grade_of
from follicle_sim.evidence.observation import Observation, observation_of
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.own.people import PersonSpread, Summary, summary
from follicle_sim.evidence.own.rows import Row, arm_names
from follicle_sim.evidence.studies import Contrast, Role, Study, StudyArm, load_studies

OWN = "own data"
"""What a row is read at where it does not say; the grade "own" hangs on it."""

REASON = "A table of the user's own, not part of the registry."
_GIVEN = ("use", "reason", "grade", "unverified", "duplicate_of")


class Compared(Protocol):
    """A [[compare]] table, from a scenario or from a stored result."""

    @property
    def study(self) -> str: ...
    @property
    def arms(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Held:
    """A study and its numbers, derived ones included.

    Parameters
    ----------
    study, observations
        As in the registry.
    own
        They come from the user's own table.
    notes
        Sentences about people who are missing from it.
    spreads
        How single people differ and hold together; empty for a table of means.
    """

    study: Study
    observations: tuple[Observation, ...]
    own: bool = False
    notes: tuple[str, ...] = ()
    spreads: tuple[PersonSpread, ...] = ()


def held(
    compared: Compared, roles: Mapping[str, str] | None = None, *, paired: bool = False
) -> Held:
    """Return what a [[compare]] table holds a simulation against.

    Parameters
    ----------
    compared
        With the id of a study of the registry, or with rows of its own.
    roles
        Roles of the simulated arms by label: those of a table's own arms where it does not say.
    paired
        The arms of the simulation are sides or periods of the same people; a table of its own is
        then taken for one of that kind, unless `compared.within_person` says otherwise.

    Raises
    ------
    InputError
        No such study.
    """
    rows = tuple(getattr(compared, "rows", ()) or ())
    if not rows:
        return Held(load_studies()[compared.study], observations(compared.study, derived=True))
    within = getattr(compared, "within_person", None)
    by_arm = {study_arm: (roles or {}).get(label, "") for label, study_arm in compared.arms.items()}
    roles_of_arms = tuple((str(arm), str(role)) for arm, role in by_arm.items())
    return _held(
        compared.study, _frozen(rows), roles_of_arms, paired if within is None else bool(within)
    )


def data_hash(rows: Sequence[Row]) -> str:
    """Return the SHA-256 of what a table says, whatever marks and line ends its file has.

    Examples
    --------
    >>> data_hash([{"arm": "A", "mean": 1}]) == data_hash([{"mean": 1.0, "arm": "A"}])
    True
    """
    text = json.dumps([_plain(row) for row in rows], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(row: Row) -> dict[str, Any]:
    return {
        key: float(value) if isinstance(value, (int, float)) else value
        for key, value in row.items()
    }


Frozen = tuple[tuple[tuple[str, Any], ...], ...]


def _frozen(rows: Sequence[Row]) -> Frozen:
    return tuple(tuple(row.items()) for row in rows)


@lru_cache(maxsize=64)
def _held(name: str, frozen: Frozen, roles: tuple[tuple[str, str], ...], within: bool) -> Held:
    rows: list[dict[str, Any]] = [dict(row) for row in frozen]
    study = _study(name, rows, dict(roles), within)
    people = Summary(tuple(rows), (), (), paired=False)
    if "subject" in rows[0]:
        people = summary(rows, study.control.id if study.control else "")
        if people.paired:
            study = study.model_copy(update={"within_person": True})
        study = _study(
            name, people.rows, {arm.id: arm.role for arm in study.arms}, study.within_person
        )
    published = [
        _observation(f"{name}:{at}", study, row) for at, row in enumerate(people.rows, start=1)
    ]
    # Of single people all changes are computed, from those who have both numbers.
    derived = with_derived(published, {name: study}, changes="subject" not in rows[0])
    return Held(study, tuple(derived.values()), True, people.notes, people.spreads)


def _study(name: str, rows: Sequence[Row], roles: Mapping[str, str], within: bool) -> Study:
    """Return the study that a table is of; arms in their order in the table."""
    own_roles = {row["arm"]: row["role"] for row in rows if "role" in row}
    arms = []
    for arm in arm_names(rows):
        role: Any = own_roles.get(arm) or roles.get(arm) or "treatment"
        arms.append(StudyArm(id=arm, role=role, labels=(arm,)))
    pairs = dict.fromkeys((row["arm"], row["control"]) for row in rows if "control" in row)
    contrasts = [Contrast(label=_label(*pair), arm=pair[0], control=pair[1]) for pair in pairs]
    controls: tuple[Role, ...] = ("placebo", "untreated", "active_control")
    return Study(
        id=name,
        names=(name,),
        title=name,
        citation=name,
        controlled="controlled" if any(arm.role in controls for arm in arms) else "uncontrolled",
        within_person=within,
        use="validation",
        reason=REASON,
        arms=tuple(arms),
        contrasts=tuple(contrasts),
    )


def _label(arm: str, control: str) -> str:
    return f"diff:{arm}\0{control}"


def _observation(row_id: str, study: Study, row: Row) -> Observation:
    observation = observation_of(row_id, study, _as_registered(study, row))
    words = {name: row[name] for name in _GIVEN if name in row}
    label = f"{row['arm']} minus {row['control']}" if "control" in row else row["arm"]
    return replace(observation, raw_arm=label, **words)


def _as_registered(study: Study, row: Row) -> dict[str, str]:
    """Return a row of one's own in the columns of observations.csv."""
    spread, kind = "", "none"
    if "sd" in row:
        spread, kind = _text(row["sd"]), "SD"
    elif "se" in row:
        spread, kind = _text(row["se"]), "SE"
    elif "ci_low" in row:
        spread, kind = f"{_text(row['ci_low'])};{_text(row['ci_high'])}", "CI95"
    elif "spread" in row:
        spread = _text(row["spread"])
    seen_at = row.get("seen_at", OWN)
    try:
        grade_of(seen_at)
    except StopIteration:
        seen_at = f"{OWN}: {seen_at}"
    return {
        "study": study.id,
        "year": row["year"] if row.get("year", "").isdecimal() else "",
        "arm": _label(row["arm"], row["control"]) if "control" in row else row["arm"],
        "n": str(row["n"]) if "n" in row else "",
        "sex": row.get("sex", ""),
        "endpoint": row["endpoint"],
        "unit": row["unit"],
        "week": _text(row["week"]) if row.get("week") is not None else "",
        "mean": _text(row["mean"]),
        "spread": spread,
        "spread_kind": kind,
        "is_change_from_baseline": str(row.get("is_change_from_baseline", 0)),
        "seen_at": seen_at,
        **{name: row.get(name, "") for name in ("treatment", "dose", "route", "population")},
    }


def _text(value: float) -> str:
    """Return a number with all its digits and no exponent, as papers print."""
    return format(Decimal(repr(float(value))), "f")
