"""Conditions (pattern hair loss, effluvium, alopecia areata, ageing): data, one file each.

A condition is what acts on the follicles of its people: attacks that end the growth of a hair,
losses that end a follicle, changes of the phase clocks, and, where they act in patches only, the
course of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from follicle_sim import biology
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.fitted import FITTED_PREFIX, fill_fitted
from follicle_sim.base.numerics import log_array
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.biology.causes import Cause, ClockChange, Course, Hazard, Patches
from follicle_sim.biology.condition_tables import (
    CERTAIN,
    AttackTable,
    ClockTable,
    ConditionTable,
    PatchesTable,
    Timed,
    plain,
)

FOLDER = Path(biology.__file__).parent / "conditions"


@dataclass(frozen=True)
class Scale:
    """A published scale of severity: what it is called, and which grade each of its classes is."""

    title: str
    words: tuple[str, ...]
    classes: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Condition:
    """What a condition does to follicles.

    `severities` are multiples of the fitted baseline miniaturisation, or, of a condition with
    patches, the percentage of the scalp they cover; `follicle_density` (cm-2) is the usual one, for
    scenarios that give a count of hairs instead; `scales` are ways to name a grade;
    `typical_spread` names the condition whose people differ as much; `miniaturised` is the multiple
    of miniaturisation where the severity is of something else, None where it is the severity;
    `variation` are coefficients of variation by phase in place of the usual ones.
    """

    name: str
    title: str
    source: str
    androgen_sensitive: bool
    default_severity: str
    severities: Mapping[str, float]
    follicle_density: float
    scales: tuple[Scale, ...] = ()
    typical_spread: str = ""
    attacks: tuple[Hazard, ...] = ()
    losses: tuple[Hazard, ...] = ()
    clocks: tuple[ClockChange, ...] = ()
    patches: Patches | None = None
    miniaturised: float | None = None
    variation: Mapping[str, float] = field(default_factory=dict)

    def severity(self, grade: str | float | Mapping[str, float] | None) -> float:
        """Return the multiple for a class name, a number, or None for the default class.

        For a mixture of classes with their shares, it is the mean multiple.
        """
        if isinstance(grade, Mapping):
            return sum(share * self.severities[name] for name, share in grade.items())
        if isinstance(grade, str):
            return self.severities[grade]
        return self.severities[self.default_severity] if grade is None else float(grade)

    @property
    def parameters(self) -> dict[str, float]:
        """Biology parameters that the condition sets, by name."""
        return {f"{phase}_cv": value for phase, value in self.variation.items()}

    @property
    def quiet(self) -> bool:
        """True where nothing of the condition changes from day to day, but for slow loss."""
        return not (self.attacks or self.clocks)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All that it does."""
        return (*self.attacks, *self.losses, *self.clocks)

    @property
    def factors(self) -> frozenset[str]:
        """Names of the factors that something of it follows."""
        return frozenset(name for cause in self.causes for name, _ in cause.through)

    @property
    def slow_loss(self) -> float:
        """Hazard per day of losing a follicle that acts on everybody at all times."""
        return sum(
            (loss.rate for loss in self.losses if not (loss.course.dated or loss.within_patches)),
            0.0,
        )

    @property
    def before_baseline(self) -> bool:
        """True where it may change the number of hairs before baseline, but for slow loss."""
        return any(
            cause.course.earliest < 0.0 and not (cause in self.losses and not cause.course.dated)
            for cause in self.causes
        )

    @property
    def lead(self) -> float:
        """Days before baseline from which on something of it happens at a date."""
        starts = [cause.course.earliest for cause in self.causes]
        return max([0.0, *(-start for start in starts if start > -float("inf"))])

    def together_with(self, others: tuple["Condition", ...]) -> "Condition":
        """Return the condition of people who have others besides: all that acts, acts.

        Grades, patches and follicles are those of the first one; a variation is that of the first
        one that has it. Pattern hair loss as another one
        has its usual severity.
        """
        if not others:
            return self
        every = (self, *others)
        second = next((one for one in others if one.androgen_sensitive), None)
        miniaturised = self.miniaturised
        if not self.androgen_sensitive and second is not None:
            miniaturised = second.severity(None)
        return replace(
            self,
            miniaturised=miniaturised,
            androgen_sensitive=any(one.androgen_sensitive for one in every),
            attacks=_numbered([one.attacks for one in every]),
            losses=_numbered([one.losses for one in every]),
            clocks=_numbered([one.clocks for one in every]),
            variation={phase: cv for one in reversed(every) for phase, cv in one.variation.items()},
        )


def _numbered(groups: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return the causes of several conditions, each with the number of its own trigger."""
    return tuple(
        replace(cause, trigger=number) for number, group in enumerate(groups) for cause in group
    )


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
    try:
        table = ConditionTable.model_validate(fill_fitted(dict(tables), source, FOLDER, fitted))
    except ValidationError as error:
        problems = [
            Problem(".".join(map(str, e["loc"])), _in_words(e, tables)) for e in error.errors()
        ]
        raise InputError(source, problems) from None
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
        losses=tuple(_hazard(row) for row in table.losses),
        clocks=tuple(_clock(row) for row in table.clocks),
        patches=None if table.patches is None else _patches(table.patches),
        miniaturised=None if table.patches is None else 0.0,
        variation=MappingProxyType({phase: cv.value for phase, cv in table.variation.items()}),
    )


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


def _hazard(row: AttackTable) -> Hazard:
    if row.rate is not None:
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
        sensitivity_power=plain(row.sensitivity_power),
    )


def _clock(row: ClockTable) -> ClockChange:
    return ClockChange(**_cause(row), phase=row.phase, speed=row.speed.value, harmed=row.harmed)


def _cause(row: Timed) -> dict[str, Any]:
    return {
        "course": _course(row),
        "through": tuple((name, power.value) for name, power in row.through.items()),
        "lag": plain(row.lag),
        "within_patches": row.within is not None,
    }


def _patches(row: PatchesTable) -> Patches:
    grades = row.grades.values()
    return Patches(
        least=tuple(grade.least for grade in grades),
        remission=tuple(grade.remission.value for grade in grades),
        strength=tuple(grade.strength.value for grade in grades),
        relapse=row.relapse.value,
        spread=row.spread.value,
        patch_cv=row.patch_cv.value,
    )


def _in_words(error: Mapping[str, Any], tables: Mapping[str, Any]) -> str:
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


@cache
def load_conditions() -> Mapping[str, Condition]:
    """Return every condition that a population may have, by name.

    Severities are multiples of the fitted miniaturisation (dimensionless) or percentages of the
    scalp, rates are per day, densities per cm2.

    Examples
    --------
    >>> load_conditions()["aga_male"].severities["norwood_iii"]
    1.0
    """
    return MappingProxyType(
        {
            path.stem: parse_condition(path.stem, read_toml(path), path.name)
            for path in sorted(FOLDER.glob("*.toml"))
            if not path.stem.startswith(FITTED_PREFIX)
        }
    )


def load_condition(name: str) -> Condition:
    """Return one condition.

    Raises
    ------
    InputError
        If no condition has that name.
    """
    table = load_conditions()
    if name not in table:
        message = f"unknown condition{did_you_mean(name, table)}"
        raise InputError("conditions", [Problem(name, message)])
    return table[name]
