"""One published number in canonical units, with what it was made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from follicle_sim.evidence.normalise import Kind, Measure, grade_of, kind_of, measure
from follicle_sim.evidence.standard_errors import imputed_error, share_error, standard_error
from follicle_sim.evidence.studies import Grade, Role, RowException, Study, Use


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
        Canonical; `se` is None where no spread was reported and none follows from the number.
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


def observation_of(row_id: str, study: Study, raw: Mapping[str, str]) -> Observation:
    """Return a row of observations.csv, or one in its columns, as an observation of its study."""
    arm, control = study.place(raw["arm"])
    exceptions = study.exceptions(raw)
    meaning = _measure(raw, exceptions)
    kind = kind_of(
        is_change=raw["is_change_from_baseline"] == "1",
        relative=meaning.relative,
        has_control=bool(control),
    )
    n = int(raw["n"]) if raw["n"].isdecimal() else None  # "238 in all" says nothing of one arm
    spread = standard_error(raw["spread"], raw["spread_kind"], n, meaning.factor)
    if kind == "level" and not spread.source and study.controlled != "meta-analysis":
        spread = share_error(meaning, raw["endpoint"], float(raw["mean"]), n)
    imputed = imputed_error(meaning, kind, raw["sex"], n if spread.se is None else None)
    row = Observation(
        id=row_id,
        study=study.id,
        arm=arm.id,
        role=arm.role,
        control=control,
        endpoint=meaning.endpoint,
        statistic=meaning.statistic,
        kind=kind,
        week=float(raw["week"]) if raw["week"] else None,
        value=float(raw["mean"]) * meaning.factor,
        unit=meaning.unit,
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
        factor=meaning.factor,
        conversion=meaning.conversion,
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
        replacements = exception.model_dump(
            exclude={"match", "unit", "unit_source"}, exclude_none=True
        )
        row = replace(row, **replacements)
    return row


def _measure(raw: Mapping[str, str], exceptions: Sequence[RowException]) -> Measure:
    """Return what the endpoint and unit of a row mean, in the unit that was found out for it."""
    for exception in exceptions:
        if exception.unit is not None:
            meaning = measure(raw["endpoint"], exception.unit)
            conversion = f"{meaning.conversion}: {exception.unit_source or ''}"
            return replace(meaning, conversion=conversion)
    return measure(raw["endpoint"], raw["unit"])
