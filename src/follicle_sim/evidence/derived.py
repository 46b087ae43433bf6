"""Numbers computed from published ones: changes from levels, differences from changes or shares.

Each says which other rows tell the same, so that no fit uses one fact twice.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from follicle_sim.evidence.normalise import Kind, measure
from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.standard_errors import imputed_error, is_share_of_people
from follicle_sim.evidence.studies import Study


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
    """Yield treated minus control for every pair of numbers whose difference nobody printed.

    Pairs of changes, and pairs of shares of people whose errors are known.
    """
    kinds: dict[Kind, Kind] = {
        "change": "difference",
        "percent_change": "percent_difference",
        "level": "difference",
    }
    printed = {(row.study, row.arm, row.endpoint, row.week) for row in rows if row.control}
    changes = [
        row
        for row in rows
        if row.kind in kinds
        and not row.duplicate_of
        # Shares of people are compared as they stand; of other levels the change counts.
        and (row.kind != "level" or _share_with_error(row, studies))
    ]
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


def _share_with_error(row: Observation, studies: Mapping[str, Study]) -> bool:
    one_arm = not studies[row.study].within_person
    return one_arm and row.se is not None and is_share_of_people(row.endpoint)


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
        meaning = measure(row.raw_endpoint, row.raw_unit)
        spread = imputed_error(meaning, kind, row.sex, row.n)
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
    overlaps: dict[str, tuple[str, ...]] = {}
    for row in rows:
        neighbours = visits[row.study, row.endpoint, row.week]
        overlaps[row.id] = tuple(
            other.id for other in neighbours if other.id != row.id and _overlap(row, other, nested)
        )
    return overlaps


def _overlap(row: Observation, other: Observation, nested: Set[tuple[str, str, str]]) -> bool:
    pairs = {(row.study, row.arm, other.arm), (row.study, other.arm, row.arm)}
    if not row.control and not other.control and pairs & nested:
        return True
    if row.arm == other.arm and row.control == other.control:
        # An absolute and a relative figure, a level and its change, or one number read twice;
        # but not two figures of a range, nor two kinds of event under one endpoint.
        return row.kind != other.kind or bool(row.duplicate_of or other.duplicate_of)
    if bool(row.control) == bool(other.control):
        return False
    arms = {row.arm, other.arm}
    return bool(arms & {row.control, other.control}) or row.arm == other.arm
