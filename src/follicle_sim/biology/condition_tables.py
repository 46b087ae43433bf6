"""A condition as its file holds it: tables of numbers with unit, source and grade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, model_validator

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.quantity import (
    Days,
    Millimetres,
    PerArea,
    Positive,
    Rate,
    Variation,
)
from follicle_sim.biology.cause_tables import (
    AttackTable,
    CalibreTable,
    ClockTable,
    FrozenTable,
    LossTable,
    SignalTable,
    Text,
)


class ScaleTable(FrozenTable):
    """A published scale whose classes are grades of the condition, and the words that name them."""

    title: Text
    words: tuple[Text, ...]
    source: Text
    classes: Mapping[str, str]


class PatternTable(FrozenTable):
    """A grade that differs from others in where on the head hair is lost, and no other way."""

    severity: Annotated[FiniteFloat, Field(ge=0.0)]
    classes: tuple[Text, ...]
    source: Text


class GradeTable(FrozenTable):
    """Patches of people of one grade: from which share of the scalp on (percent), and their course.

    `strength` multiplies what the hazards within patches are proportional to, `remission` is the
    rate per day at which the disease falls silent, `relapse` that at which it awakes again,
    `whole_scalp` that at which it takes the whole scalp and is of the last grade from then on.
    `lag` stands in place of the lag of what acts in patches. A patch falls silent, and awakes,
    `straggle` days later than the person's disease, on average; without it all do so together.
    """

    least: Annotated[FiniteFloat, Field(ge=0.0, lt=100.0)]
    remission: Rate
    relapse: Rate
    strength: Positive
    whole_scalp: Rate | None = None
    lag: Days | None = None
    straggle: Days | None = None


class PatchesTable(FrozenTable):
    """Bare patches: how many people have, and how the disease comes and goes.

    `spread` is the rate per day at which a free piece of scalp is drawn in, `patch_cv` how much
    patches of a person differ.
    """

    source: Text
    grades: Mapping[str, GradeTable]
    spread: Rate
    patch_cv: Variation

    @model_validator(mode="after")
    def _in_order(self) -> PatchesTable:
        least = [grade.least for grade in self.grades.values()]
        if not least or least != sorted(set(least)):
            raise ValueError("grades: at least one, each with a higher `least` than the one before")
        return self


class HairlineTable(FrozenTable):
    """The band behind a hairline that recedes: how deep it is (mm)."""

    depth: Millimetres


class CultureTable(FrozenTable):
    """A dish: how fast shafts grow in it, relative to the scalp."""

    elongation: Positive


class ConditionTable(FrozenTable):
    """One condition: what it does to follicles, and what its grades are.

    `variation` are coefficients of variation of phases' lengths in place of the usual ones.
    `includes` are conditions whose causes are in it already: nobody has both.
    """

    title: Text
    source: Text
    androgen_sensitive: bool
    default_severity: str
    severities: Mapping[str, Annotated[FiniteFloat, Field(ge=0.0)]]
    follicle_density: PerArea
    typical_spread: str | None = None
    scales: tuple[ScaleTable, ...] = ()
    patterns: Mapping[str, PatternTable] = Field(default_factory=dict)
    attacks: tuple[AttackTable, ...] = ()
    losses: tuple[LossTable, ...] = ()
    clocks: tuple[ClockTable, ...] = ()
    calibres: tuple[CalibreTable, ...] = ()
    signals: tuple[SignalTable, ...] = ()
    includes: tuple[Text, ...] = ()
    patches: PatchesTable | None = None
    hairline: HairlineTable | None = None
    culture: CultureTable | None = None
    variation: Mapping[Literal["anagen", "catagen", "telogen", "kenogen"], Variation] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _grades_exist(self) -> ConditionTable:
        grades = list(self.severities)
        if self.default_severity not in grades:
            hint = did_you_mean(self.default_severity, grades)
            raise ValueError(f'default_severity: no severity "{self.default_severity}"{hint}')
        for scale in self.scales:
            for grade in scale.classes.values():
                if grade not in grades:
                    hint = did_you_mean(grade, grades)
                    raise ValueError(f'scales: no severity "{grade}"{hint}')
        for name in self.patterns:
            if name in grades:
                raise ValueError(f'patterns: "{name}" is a severity already')
        if not self.attacks and any(clock.harmed for clock in self.clocks):
            raise ValueError("clocks: harmed needs an attack that does the harm")
        self._patches_fit()
        self._line_fits()
        if self.culture is not None and self.androgen_sensitive:
            raise ValueError(
                "[culture]: follicles in a dish are of full size; androgen_sensitive = false"
            )
        return self

    def _line_fits(self) -> None:
        moving = [row for row in self.losses if row.speed is not None]
        if moving and self.hairline is None:
            raise ValueError("speed is that of a hairline: give [hairline] with its depth (mm)")
        if self.hairline is not None and not moving:
            raise ValueError("[hairline]: no loss has a speed; a line without one stands still")
        if len(moving) > 1:
            raise ValueError("losses: one of them moves the hairline; two have a speed")

    def _patches_fit(self) -> None:
        within = [row for row in (*self.attacks, *self.losses, *self.clocks) if row.within]
        if self.patches is None:
            if within:
                raise ValueError('within = "patches" needs a [patches] table')
            return
        if not within:
            raise ValueError('[patches]: no attack, loss or clock has within = "patches"')
        if list(self.patches.grades) != list(self.severities):
            raise ValueError(
                f"patches.grades: found {', '.join(self.patches.grades)}; needed: the grades of "
                f"severities in their order ({', '.join(self.severities)})"
            )
        for name, grade in self.patches.grades.items():
            if not grade.least <= self.severities[name] <= 100.0:
                raise ValueError(
                    f"severities.{name}: {self.severities[name]:g} is no percentage of scalp from "
                    f"{grade.least:g} to 100"
                )
