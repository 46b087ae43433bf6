"""The observed numbers as one tidy table, in canonical units, with what they were made from."""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache

from follicle_sim.base.files import write_rows
from follicle_sim.evidence.normalise import (
    Kind,
    Measure,
    grade_of,
    imputed_error,
    kind_of,
    measure,
    standard_error,
)
from follicle_sim.evidence.studies import (
    Grade,
    Role,
    RowException,
    Study,
    Use,
    load_studies,
    load_study,
    raw_rows,
)

__all__ = ["Observation", "load_studies", "load_study", "observations", "write_observations"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One published number.

    Parameters
    ----------
    id
        Study id and running number within the study, ``kaufman_1998:4``; derived rows add a suffix.
    study, arm, role, control
        Ids in the registry; `control` is empty unless the number is a difference.
    endpoint, statistic, kind
        Canonical endpoint; "mean" unless the paper gives another figure; level, change, ...
    week
        Weeks since baseline, None where not stated.
    value, unit, se
        Canonical; `se` is None where no spread was reported.
    imputed_se, se_source
        A standard error that may stand in for a missing one, and where either comes from.
    raw_mean, raw_unit, factor, conversion
        As printed; ``value = raw_mean * factor``.
    grade, unverified, use, reason
        Quality of the page, what was recalled and not read, and what the row may be used for.
    excluded_with
        Rows that say the same (a difference and its two arms count as two numbers, not three);
        never fit this row together with them, but for a difference with its control arm.
    duplicate_of
        Row of which this is a second reading.
    derived_from
        Rows a derived number was computed from; empty for the published ones.
    """

    id: str
    study: str
    arm: str
    role: Role
    control: str
    endpoint: str
    statistic: str
    kind: Kind
    week: float | None
    value: float
    unit: str
    se: float | None
    imputed_se: float | None
    se_source: str
    n: int | None
    treatment: str
    dose: str
    route: str
    sex: str
    population: str
    year: int | None
    raw_study: str
    raw_arm: str
    raw_endpoint: str
    raw_mean: float
    raw_unit: str
    factor: float
    conversion: str
    raw_spread: str
    spread_kind: str
    grade: Grade
    unverified: str
    use: Use
    reason: str
    excluded_with: tuple[str, ...]
    duplicate_of: str
    derived_from: tuple[str, ...]
    seen_at: str


def observations(study: str | None = None, *, derived: bool = False) -> tuple[Observation, ...]:
    """Return the observed numbers of one study, or of all of them.

    Parameters
    ----------
    study
        Study id; None for every study, in file order.
    derived
        Add changes computed from levels and differences computed from changes, where the paper
        prints only the parts. They are for display and name the rows they exclude.

    Raises
    ------
    InputError
        No such study; names the nearest one.

    Examples
    --------
    >>> first = observations("kaufman_1998")[0]
    >>> first.raw_mean, first.raw_unit, round(first.value, 1), first.unit
    (876.0, 'hairs per 1-inch circle (5.1 cm2)', 172.9, 'cm-2')
    """
    table = _table()
    if study is None:
        rows: Iterable[Observation] = table.values()
    else:
        load_study(study)
        rows = (row for row in table.values() if row.study == study)
    return tuple(row for row in rows if derived or not row.derived_from)


def write_observations(
    path: str | os.PathLike[str], rows: Sequence[Observation] | None = None
) -> None:
    """Write the tidy table as CSV, every published row unless `rows` says otherwise.

    Raises
    ------
    OutputError
        The file cannot be written; an earlier file stays as it was.
    """
    write_rows(path, Observation, observations() if rows is None else rows)


@cache
def _table() -> Mapping[str, Observation]:
    studies = load_studies()
    counts: defaultdict[str, int] = defaultdict(int)
    published: list[Observation] = []
    for raw in raw_rows():
        study = next(study for study in studies.values() if study.owns(raw))
        counts[study.id] += 1
        published.append(observation_of(f"{study.id}:{counts[study.id]}", study, raw))
    return with_derived(published, studies)


def with_derived(
    published: Sequence[Observation], studies: Mapping[str, Study], *, changes: bool = True
) -> Mapping[str, Observation]:
    """Return numbers by id, with those computed from them, each naming what it excludes.

    Parameters
    ----------
    published
        As printed.
    studies
        The studies they are of.
    changes
        Compute changes from levels; not where all that can be computed is there already.
    """
    moved = list(_changes(published)) if changes else []
    differences = list(_differences([*published, *moved], studies))
    rows = [*published, *moved, *differences]
    redundant = _redundant(rows, _nested_arms(studies.values()))
    return {row.id: replace(row, excluded_with=redundant[row.id]) for row in rows}


def observation_of(row_id: str, study: Study, raw: Mapping[str, str]) -> Observation:
    """Return a row of observations.csv, or one in its columns, as an observation of its study."""
    arm, control = study.place(raw["arm"])
    exceptions = study.exceptions(raw)
    found = _measured(raw, exceptions)
    kind = kind_of(
        is_change=raw["is_change_from_baseline"] == "1",
        relative=found.relative,
        has_control=bool(control),
    )
    n = int(raw["n"]) if raw["n"].isdecimal() else None  # "238 in all" says nothing of one arm
    spread = standard_error(raw["spread"], raw["spread_kind"], n, found.factor)
    imputed = imputed_error(found, kind, raw["sex"], n if spread.se is None else None)
    row = Observation(
        id=row_id,
        study=study.id,
        arm=arm.id,
        role=arm.role,
        control=control,
        endpoint=found.endpoint,
        statistic=found.statistic,
        kind=kind,
        week=float(raw["week"]) if raw["week"] else None,
        value=float(raw["mean"]) * found.factor,
        unit=found.unit,
        se=spread.se,
        imputed_se=imputed.se,
        se_source=imputed.source or spread.source,
        n=n,
        treatment=raw["treatment"],
        dose=raw["dose"],
        route=raw["route"],
        sex=raw["sex"],
        population=raw["population"],
        year=int(raw["year"]) if raw["year"] else None,
        raw_study=raw["study"],
        raw_arm=raw["arm"],
        raw_endpoint=raw["endpoint"],
        raw_mean=float(raw["mean"]),
        raw_unit=raw["unit"],
        factor=found.factor,
        conversion=found.conversion,
        raw_spread=raw["spread"],
        spread_kind=raw["spread_kind"],
        grade=grade_of(raw["seen_at"]),
        unverified="",
        use=study.use,
        reason=study.reason,
        excluded_with=(),
        duplicate_of="",
        derived_from=(),
        seen_at=raw["seen_at"],
    )
    for exception in exceptions:
        given = exception.model_dump(exclude={"match", "unit", "unit_source"}, exclude_none=True)
        row = replace(row, **given)
    return row


def _measured(raw: Mapping[str, str], exceptions: Sequence[RowException]) -> Measure:
    """Return what the endpoint and unit of a row mean, in the unit that was found out for it."""
    for exception in exceptions:
        if exception.unit is not None:
            measured = measure(raw["endpoint"], exception.unit)
            return replace(
                measured, conversion=f"{measured.conversion}: {exception.unit_source or ''}"
            )
    return measure(raw["endpoint"], raw["unit"])


def _changes(published: Sequence[Observation]) -> Iterator[Observation]:
    """Yield the change of every later level from the same arm's level at week 0."""
    levels = [row for row in published if row.kind == "level" and not row.duplicate_of]
    for row in levels:
        if not row.week:
            continue
        for base in levels:
            if base.week == 0 and _series(base) == _series(row):
                yield _derive(row, base, "change")
                break


def _differences(
    rows: Sequence[Observation], studies: Mapping[str, Study]
) -> Iterator[Observation]:
    """Yield treated minus control for every pair of changes whose difference nobody printed."""
    kinds: dict[Kind, Kind] = {"change": "difference", "percent_change": "percent_difference"}
    printed = {(row.study, row.arm, row.endpoint, row.week) for row in rows if row.control}
    changes = [row for row in rows if row.kind in kinds and not row.duplicate_of]
    for row in changes:
        control = studies[row.study].control
        if (
            control is None
            or row.role not in ("treatment", "active_control")
            or row.arm == control.id
            or row.statistic != "mean"
            or (row.study, row.arm, row.endpoint, row.week) in printed
        ):
            continue
        for other in changes:
            if other.arm == control.id and _visit(other) == _visit(row):
                difference = _derive(row, other, kinds[row.kind], control=control.id)
                yield _without_error(difference) if studies[row.study].within_person else difference
                break


def _series(row: Observation) -> tuple[object, ...]:
    return row.study, row.arm, row.endpoint, row.raw_unit, row.statistic


def _visit(row: Observation) -> tuple[object, ...]:
    return row.study, row.endpoint, row.unit, row.kind, row.week, row.statistic


def _derive(row: Observation, other: Observation, kind: Kind, control: str = "") -> Observation:
    """Return `row` minus `other`; its standard error is known only where both arms' are."""
    se = imputed = None
    source = ""
    if control:
        # Arms of different people: variances add. A change within people has no such rule.
        if row.se is not None and other.se is not None:
            se, source = math.hypot(row.se, other.se), "from the SE of both arms"
        elif row.imputed_se is not None and other.imputed_se is not None:
            imputed = math.hypot(row.imputed_se, other.imputed_se)
            source = f"{row.se_source} against n = {other.n}"
    else:
        found = measure(row.raw_endpoint, row.raw_unit)
        spread = imputed_error(found, kind, row.sex, row.n)
        imputed, source = spread.se, spread.source
    parts = (row.id, other.id)
    return replace(
        row,
        id=f"{row.id}-{'vs-' + control if control else 'change'}",
        control=control,
        kind=kind,
        value=row.value - other.value,
        raw_mean=row.raw_mean - other.raw_mean,
        se=se,
        imputed_se=imputed,
        se_source=source,
        unverified=row.unverified or other.unverified,
        use="display",
        reason=f"Computed from {parts[0]} minus {parts[1]}: use it instead of them, not with them.",
        derived_from=parts,
    )


def _without_error(difference: Observation) -> Observation:
    """Drop the standard error of a difference between two sides of the same people."""
    source = "unknown: both arms are the same people"
    return replace(difference, se=None, imputed_se=None, se_source=source)


def _nested_arms(studies: Iterable[Study]) -> frozenset[tuple[str, str, str]]:
    """Return study, arm and arm that holds its people too."""
    return frozenset(
        (study.id, arm.id, arm.part_of) for study in studies for arm in study.arms if arm.part_of
    )


def _redundant(
    rows: Sequence[Observation], nested: Set[tuple[str, str, str]]
) -> Mapping[str, tuple[str, ...]]:
    """Return, for every row, the rows that tell the same about the same arm, endpoint and week.

    nested : study, arm, and the arm that holds its people too
    """
    visits: defaultdict[tuple[object, ...], list[Observation]] = defaultdict(list)
    members = {(study, arm) for study, *arms in nested for arm in arms}
    for row in rows:
        if row.week != 0 or row.control or (row.study, row.arm) in members:
            visits[row.study, row.endpoint, row.week].append(row)
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        same = visits[row.study, row.endpoint, row.week]
        found[row.id] = tuple(
            other.id for other in same if other.id != row.id and _overlap(row, other, nested)
        )
    return found


def _overlap(row: Observation, other: Observation, nested: Set[tuple[str, str, str]]) -> bool:
    pair = (row.arm, other.arm)
    if (
        not row.control
        and not other.control
        and {(row.study, *pair), (row.study, *pair[::-1])} & (nested)
    ):
        return True
    if row.arm == other.arm and row.control == other.control:
        # An absolute and a relative figure, a level and its change, or one number read twice;
        # but not two figures of a range, nor two kinds of event under one endpoint.
        return row.kind != other.kind or bool(row.duplicate_of or other.duplicate_of)
    if bool(row.control) == bool(other.control):
        return False
    arms = {row.arm, other.arm}
    return bool(arms & {row.control, other.control}) or row.arm == other.arm
