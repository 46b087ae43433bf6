"""The `[optimise]` and `[[costs]]` tables: what a search for a schedule may vary, and prices.

Prices are US dollars. A `[[costs]]` table takes the place of the library's prices of a treatment as
a whole (`pharmacology/costs.toml`): what it leaves out costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo

from follicle_sim.base.errors import shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.quantities import FieldType, Name, Number, Quantity, Whole, one_of
from follicle_sim.scenario.fields.ranges import (
    AMOUNT,
    WHOLE,
    FactorRanges,
    Grid,
    OwnName,
    SearchRange,
)
from follicle_sim.scenario.fields.refusals import refuse
from follicle_sim.scenario.tables.table import LONGEST, Interval, Label, Table

Objective = Literal["density_gain", "area_under_gain", "cost_per_hair"]
Second = Literal["cost"]
Money = Annotated[float, Quantity("money", upper=1e9)]
Times = Annotated[Grid, SearchRange("time", upper=LONGEST)]
Intervals = Annotated[Grid, SearchRange("time", upper=LONGEST, positive=True)]

MOST_COUNT = 10_000


class Changes(FieldType):
    """Overrides such as "population.severity=norwood_iv"."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)) or not value:
            refuse(f'found {shown(value)}; allowed: a list such as ["population.severity=2.2"]')
        for change in value:
            if not isinstance(change, str) or "=" not in change:
                refuse(f'found {shown(change)}; write "path=value", as after --set')
        return tuple(value)

    def write(self, value: Sequence[str]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


class TreatmentCost(Table):
    """What one treatment costs in this scenario."""

    treatment: Annotated[str, Name("treatment", lambda known: known.treatments)] = Field(
        description="name of a treatment"
    )
    once: Money = Field(default=0.0, description='paid once, such as a device: "545 USD"')
    per_dose: Money = Field(default=0.0, description="paid for each dose, whatever its size")
    per_amount: Money = Field(
        default=0.0,
        description="paid for each mg, mL or session of a dose, or each 1e9 particles/cm2",
    )
    visits: Annotated[float, Number(0.0, 100.0)] = Field(
        default=0.0, description="times one must come to a clinic for one dose"
    )


class VariedDose(Table):
    """What may vary of one dose line of the arm."""

    dose: Annotated[int, Whole(0, 99)] = Field(
        default=0, description="which [[arms.doses]] table of the arm, counted from 0"
    )
    count: Annotated[Grid, SearchRange(WHOLE, 1, MOST_COUNT)] | None = Field(
        default=None, description="range of the number of doses"
    )
    every: Intervals | None = Field(default=None, description="range of the time between doses")
    start: Times | None = Field(default=None, description="range of the day of the first dose")
    amount: Annotated[Grid, SearchRange(AMOUNT)] | None = Field(
        default=None, description="range of the amount of a dose"
    )


class Cocktail(Table):
    """What may vary in the composition of a treatment of the scenario's own."""

    treatment: Annotated[str, OwnName()] = Field(description="a [treatments.NAME] of this file")
    factors: Annotated[FrozenMap[str, Any], FactorRanges(SearchRange("number", -1e6, 1e6))] = Field(
        description="FACTOR = { least, most, step } of its entry in the signature"
    )
    most_total: Annotated[float, Number(0.0, 1e6)] | None = Field(
        default=None, description="largest sum of the sizes of the varied entries"
    )


class SubjectClass(Table):
    """A kind of people to find a schedule for."""

    label: Label = Field(description="name of the class")
    changes: Annotated[tuple[str, ...], Changes()] = Field(
        description='what differs from the scenario, as after --set: "population.severity=2.2"'
    )


class Optimise(Table):
    """A search for the best schedule of one arm, under a budget and a limit of visits."""

    arm: Label = Field(description="label of the arm whose schedule is searched")
    control: Label | None = Field(
        default=None, description="label of the arm it is held against; default: the control"
    )
    objective: Annotated[Objective, one_of(Objective)] = Field(
        description="density_gain, area_under_gain or cost_per_hair"
    )
    at: Interval = Field(description='when it is judged, for example "24 weeks"')
    second: Annotated[Second, one_of(Second)] | None = Field(
        default=None, description='"cost" searches for the whole front of cost against gain'
    )
    budget: Money | None = Field(default=None, description='most it may cost, such as "6000 USD"')
    most_visits: Annotated[int, Whole(0, 100_000)] | None = Field(
        default=None, description="most visits to a clinic"
    )
    doses: tuple[VariedDose, ...] = Field(
        default=(), max_length=20, description="[[optimise.doses]] tables"
    )
    cocktail: Cocktail | None = Field(default=None, description="[optimise.cocktail] table")
    classes: tuple[SubjectClass, ...] = Field(
        default=(), max_length=20, description="[[optimise.classes]] tables"
    )
    trials: Annotated[int, Whole(1, 100_000)] = Field(
        default=200, description="schedules to simulate"
    )
    subjects: Annotated[int, Whole(2, 100_000)] = Field(
        default=64, description="people each schedule is tried on"
    )
    follicles: Annotated[int, Whole(1, 100_000)] = Field(
        default=300, description="follicles of each of them"
    )
    retest_subjects: Annotated[int, Whole(2, 100_000)] = Field(
        default=256, description="fresh people the best schedules are tried on again"
    )
