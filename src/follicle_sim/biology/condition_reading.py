"""From the tables of a condition to what it means, or to what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from follicle_sim import biology
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.fitted import fill_fitted
from follicle_sim.base.numerics import log_array
from follicle_sim.base.quantity import Quantity
from follicle_sim.biology.cause_tables import (
    CERTAIN,
    AttackTable,
    CalibreTable,
    ClockTable,
    LossTable,
    SignalTable,
    Timed,
    curve_of,
    plain,
)
from follicle_sim.biology.causes import (
    CalibreChange,
    ClockChange,
    Course,
    Hazard,
    Patches,
    SignalChange,
)
from follicle_sim.biology.condition import Condition, Pattern, Scale
from follicle_sim.biology.condition_tables import ConditionTable, PatchesTable
from follicle_sim.biology.hairline import Hairline

FOLDER = Path(biology.__file__).parent / "conditions"
"""Of the library: one file a condition, and the numbers that were fitted."""


def parse_condition(
    name: str,
    tables: Mapping[str, Any],
    source: str,
    fitted: Mapping[str, Mapping[str, Quantity]] | None = None,
) -> Condition:
    """Return a condition from the tables of its file.

    fitted : sets of fitted numbers to use instead of the files of the folder

    Raises
    ------
    InputError
        With every problem: what is missing, unknown, out of bounds or does not fit together.
    """
    table = read_tables(tables, source, fitted)
    depth = 0.0 if table.hairline is None else table.hairline.depth.value
    return Condition(
        name=name,
        title=table.title,
        source=table.source,
        androgen_sensitive=table.androgen_sensitive,
        default_severity=table.default_severity,
        severities=MappingProxyType(dict(table.severities)),
        follicle_density=table.follicle_density.value,
        scales=tuple(
            Scale(row.title, row.words, MappingProxyType(dict(row.classes)), row.source)
            for row in table.scales
        ),
        typical_spread=table.typical_spread or name,
        attacks=tuple(_hazard(row) for row in table.attacks),
        losses=tuple(_hazard(row, depth) for row in table.losses),
        clocks=tuple(_clock(row) for row in table.clocks),
        calibres=tuple(_calibre(row) for row in table.calibres),
        signals=tuple(_signal(row) for row in table.signals),
        patches=None if table.patches is None else _patches(table.patches),
        miniaturised=None if table.patches is None else 0.0,
        hairline=Hairline(depth) if depth else None,
        variation=MappingProxyType({phase: cv.value for phase, cv in table.variation.items()}),
        patterns=MappingProxyType(
            {name: Pattern(row.severity, row.classes) for name, row in table.patterns.items()}
        ),
        includes=table.includes,
        elongation=None if table.culture is None else table.culture.elongation.value,
    )


def read_tables(
    tables: Mapping[str, Any],
    source: str,
    fitted: Mapping[str, Mapping[str, Quantity]] | None = None,
) -> ConditionTable:
    """Return the tables of a condition, checked; errors as `parse_condition`."""
    try:
        return ConditionTable.model_validate(fill_fitted(dict(tables), source, FOLDER, fitted))
    except ValidationError as error:
        problems = [Problem(".".join(map(str, e["loc"])), _in_words(e)) for e in error.errors()]
        raise InputError(source, problems) from None


def _course(row: Timed) -> Course:
    if row.start is None:
        return Course()
    return Course(
        start=row.start.value,
        duration=plain(row.duration),
        every=plain(row.every),
        count=row.count,
        start_sd=plain(row.start_sd),
    )


def _hazard(row: AttackTable, depth: float = 0.0) -> Hazard:
    speed = row.speed if isinstance(row, LossTable) else None
    if speed is not None:
        rate = speed.value / depth
    elif row.rate is not None:
        rate = row.rate.value
    else:
        assert row.share is not None
        assert row.duration is not None
        rate = float(-log_array(1.0 - min(row.share.value, CERTAIN))) / row.duration.value
    return Hazard(
        **_cause(row),
        rate=rate,
        falls=plain(row.falls),
        delay=plain(row.delay),
        delay_sd=plain(row.delay_sd),
        person_cv=plain(row.person_cv),
        least=plain(row.least),
        ordered=speed is not None,
        sensitivity_power=plain(row.sensitivity_power),
        activity=plain(row.activity),
        steepness=plain(row.steepness, 1.0),
    )


def _clock(row: ClockTable) -> ClockChange:
    by_age = None if row.speed_by_age is None else curve_of(row.speed_by_age, row.age_sd)
    speed = plain(row.speed, 1.0)
    return ClockChange(
        **_cause(row), phase=row.phase, speed=speed, harmed=row.harmed, by_age=by_age
    )


def _signal(row: SignalTable) -> SignalChange:
    course = Course()
    if row.start is not None:
        course = Course(start=row.start.value, duration=plain(row.duration))
    return SignalChange(course, factor=row.factor, level=row.level.value)


def _calibre(row: CalibreTable) -> CalibreChange:
    rate = curve_of(row.rate_by_age, row.age_sd)
    return CalibreChange(rate, since=row.since.value, shaft=row.shaft.value)


def _cause(row: Timed) -> dict[str, Any]:
    return {
        "course": _course(row),
        "through": tuple((name, power.value) for name, power in row.through.items()),
        "lag": plain(row.lag),
        "lag_back": plain(row.lag_back),
        "within_patches": row.within is not None,
    }


def _patches(row: PatchesTable) -> Patches:
    grades = row.grades.values()
    return Patches(
        least=tuple(grade.least for grade in grades),
        remission=tuple(grade.remission.value for grade in grades),
        relapse=tuple(grade.relapse.value for grade in grades),
        strength=tuple(grade.strength.value for grade in grades),
        spread=row.spread.value,
        patch_cv=row.patch_cv.value,
        whole_scalp=tuple(plain(grade.whole_scalp) for grade in grades),
        lag=tuple(plain(grade.lag) for grade in grades),
        straggle=tuple(plain(grade.straggle) for grade in grades),
    )


def _in_words(error: Mapping[str, Any]) -> str:
    """Return a problem of a table in words, with the key that may have been meant."""
    if error["type"] == "missing":
        return "missing; every condition, and every number of one, needs it"
    if error["type"] != "extra_forbidden":
        message = str(error["msg"]).removeprefix("Value error, ")
        return message[:1].lower() + message[1:]
    place = error["loc"]
    parent: Any = ConditionTable
    for key in place[:-1]:
        parent = _below(parent, key)
    known = list(getattr(parent, "model_fields", {}))
    return f"unknown key{did_you_mean(str(place[-1]), known)}"


def _below(model: Any, key: object) -> Any:
    """Return the model of a table below another one, as far as its annotation names one."""
    field = getattr(model, "model_fields", {}).get(key)
    if field is None:
        return model
    models = [field.annotation]
    while models:
        kind = models.pop()
        if hasattr(kind, "model_fields"):
            return kind
        models += list(getattr(kind, "__args__", ()))
    return None
