"""The scenario: frozen classes that are the file format, field by field.

Quantities are floats in the canonical unit of their dimension (days, mm, um for calibre, cm2, cm-2,
mg, mL, particles/cm2, bytes). In a file, and when a class is built in Python, they are texts with a
unit: ``every = "4 weeks"``. Plain numbers are for counts, fractions and coefficients of variation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from follicle_sim import units
from follicle_sim.errors import UnitError, did_you_mean
from follicle_sim.scenario.checks import Path, refuse_all
from follicle_sim.scenario.fields import (
    ArmPairs,
    Overrides,
    Route,
    SchemaVersion,
    Severity,
    VariableNames,
    Visits,
)
from follicle_sim.scenario.frozen import FrozenMap
from follicle_sim.scenario.own import OwnTreatments, VariantNames
from follicle_sim.scenario.quantities import (
    Amount,
    Flag,
    Name,
    Number,
    Quantity,
    Text,
    Whole,
    one_of,
)

YEAR = 365.25
LONGEST = 200 * YEAR
MOST_FOLLICLES = 5_000_000_000
MOST_DOSES = 100_000
MOST_NODES = 1_000_000

Role = Literal["treatment", "placebo", "active_control", "untreated"]
Kind = Literal["counterfactual", "parallel"]
Sex = Literal["male", "female"]

Time = Annotated[float, Quantity("time", upper=LONGEST)]
Interval = Annotated[float, Quantity("time", upper=LONGEST, positive=True)]
Calibre = Annotated[float, Quantity("calibre", upper=500.0)]
Variation = Annotated[float, Number(0.0, 10.0)]
Label = Annotated[str, Text(80, label=True)]
Prose = Annotated[str, Text()]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Spread(_Table):
    """How much subjects differ: coefficients of variation between subjects, 0 for none."""

    follicle_density: Variation = Field(default=0.0, description="of follicle density")
    severity: Variation = Field(default=0.0, description="of the severity at baseline")
    progression: Variation = Field(default=0.0, description="of the speed of progression")
    potency: Variation = Field(default=0.0, description="of the response to treatment")
    growth: Variation = Field(default=0.0, description="of the hair growth rate")


class Population(_Table):
    """Who is simulated, and on which patch of scalp."""

    subjects: Annotated[int, Whole(1, 1_000_000)] = Field(
        description="subjects per arm, a whole number"
    )
    target_area: Annotated[float, Quantity("area", upper=2000.0, positive=True)] = Field(
        description='area counted, for example "5.067 cm2"'
    )
    follicle_density: Annotated[float, Quantity("density", upper=2000.0, positive=True)] = Field(
        description='follicles (not hairs) per area, for example "300 cm-2"'
    )
    follicles: Annotated[int, Whole(1, 1_000_000)] | None = Field(
        default=None, description="follicles per subject; default: density times area"
    )
    condition: Annotated[str, Name("condition", lambda known: known.conditions)] = Field(
        description='the state of the scalp, for example "aga_male"'
    )
    severity: Annotated[float | str, Severity()] | None = Field(
        default=None,
        description="a number or a grade of the condition; default: the condition's own",
    )
    sex: Annotated[Sex, one_of(Sex)] | None = Field(default=None, description="male or female")
    age: Annotated[float, Quantity("time", upper=120 * YEAR)] | None = Field(
        default=None, description='age at baseline, for example "35 years"'
    )
    spread: Spread = Field(default=Spread(), description="differences between subjects")

    @property
    def follicles_per_subject(self) -> int:
        """Follicles simulated in each subject (before spread in density)."""
        if self.follicles is not None:
            return self.follicles
        return max(1, round(self.follicle_density * self.target_area))


class Dose(_Table):
    """One line of a dosing schedule: a single dose, or one repeated every so often."""

    treatment: Annotated[str, Name("treatment", lambda known: known.treatments)] = Field(
        description="name of a treatment"
    )
    amount: Annotated[float, Amount()] = Field(description='amount per dose, for example "1 mg"')
    amount_dimension: SkipJsonSchema[str] = Field(
        default="", description="set from the unit of the amount"
    )
    route: Annotated[str, Route()] | None = Field(
        default=None, description="default: the treatment's own"
    )
    variants: Annotated[tuple[str, ...], VariantNames()] = Field(
        default=(), description="hypotheses of the treatment to switch on"
    )
    start: Time = Field(default=0.0, description="day of the first dose, baseline being 0")
    every: Interval | None = Field(
        default=None, description="interval between doses; needs count or until"
    )
    count: Annotated[int, Whole(1, MOST_DOSES)] | None = Field(
        default=None, description="number of doses"
    )
    until: Interval | None = Field(
        default=None,
        description="end of dosing: doses fall before this time",
        validate_default=True,
    )
    duration: Time = Field(
        default=0.0, description="how long one dose takes to enter; 0 is at once"
    )
    adherence: Annotated[float, Number()] = Field(
        default=1.0, description="share of doses taken, 0 to 1"
    )

    @model_validator(mode="before")
    @classmethod
    def _dimension_from_amount(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if "amount_dimension" in data:
            below = ("amount_dimension",)
            refuse_all([(below, 'unknown key; the unit stands in "amount", as in "1 mg"')])
        try:
            _, dimension = units.parse_amount(data["amount"])
        except (KeyError, AttributeError, UnitError):
            return data  # the field itself says what is wrong, at its own path
        return data | {"amount_dimension": dimension}

    @field_validator("until")
    @classmethod
    def _schedule_is_complete(cls, until: float | None, info: ValidationInfo) -> float | None:
        # A name missing from info.data was refused itself, and the rules on it cannot be judged.
        start, every, count = (info.data.get(k, math.nan) for k in ("start", "every", "count"))
        problems: list[tuple[Path, str]] = []
        if until is not None and count is not None:
            problems.append((("until",), "count and until exclude each other; keep one"))
        if every is None and until is not None:
            problems.append((("until",), '"until" needs "every", the interval between doses'))
        if every is None and count is not None and count > 1:
            problems.append((("count",), f'{count} doses need "every", the interval between them'))
        if every is not None and count is None and until is None:
            problems.append((("every",), '"every" needs "count" or "until" to say when it ends'))
        if until is not None and until <= start:
            found, begin = (units.format_quantity(x, "time") for x in (until, start))
            problems.append((("until",), f"found {found}; allowed: after the start ({begin})"))
        if every is not None and until is not None and (until - start) / every > MOST_DOSES:
            most = f"at most {MOST_DOSES:,} doses are allowed"
            problems.append((("every",), f"{(until - start) / every:,.0f} doses; {most}"))
        if problems:
            refuse_all(problems, siblings=True)
        return until


class Arm(_Table):
    """One group of subjects and what they are given."""

    label: Label = Field(description="name of the arm, different from the others")
    role: Annotated[Role, one_of(Role)] = Field(
        description="treatment, placebo, active_control or untreated"
    )
    doses: tuple[Dose, ...] = Field(default=(), description="[[arms.doses]] tables")


class Design(_Table):
    """How arms are related, and when everybody is looked at."""

    kind: Annotated[Kind, one_of(Kind)] = Field(
        description="counterfactual (same subjects in every arm) or parallel (different ones)"
    )
    visits: Annotated[tuple[float, ...], Visits(LONGEST)] = Field(
        description='list of times from "0 days", or {every = "4 weeks", until = "1 year"}'
    )


class Instrument(_Table):
    """What the counting method sees."""

    name: Label = Field(default="phototrichogram", description="name of the method")
    detection_calibre: Calibre = Field(default=0.0, description="thinner hairs are not counted")
    terminal_calibre: Calibre = Field(default=30.0, description="from here on a hair is terminal")
    visible_length: Annotated[float, Quantity("length", upper=100.0)] = Field(
        default=1.0, description="shorter anagen hairs are not counted"
    )
    reader_error: Variation = Field(default=0.0, description="coefficient of variation of a count")


class Record(_Table):
    """What is kept; it cannot change results."""

    variables: Annotated[tuple[str, ...], VariableNames()] | None = Field(
        default=None, description="names of result variables; default: all"
    )
    follicles: Annotated[bool, Flag()] = Field(default=False, description="keep every follicle too")
    memory_limit: Annotated[float, Quantity("memory", upper=1e15, positive=True)] = Field(
        default=2e9, description="refuse to run when results need more"
    )


class Run(_Table):
    """How the simulation is run."""

    seed: Annotated[int, Whole(0, 2**32 - 1)] = Field(default=1, description="seed of all draws")
    replicates: Annotated[int, Whole(1, 1_000_000)] = Field(
        default=1, description="repeated whole trials"
    )
    history: Time = Field(default=6 * YEAR, description="natural history before baseline")
    forcing_step: Annotated[float, Quantity("time", upper=30.0, positive=True)] = Field(
        default=1.0,
        description="grid of drug and factor levels; a dose acts on the step it falls in",
    )


class Comparison(_Table):
    """An observed trial to hold the result against."""

    study: Annotated[str, Name("study", lambda known: known.studies)] = Field(
        description="id of an observed study"
    )
    arms: Annotated[FrozenMap[str, str], ArmPairs()] = Field(
        description='simulated arm = "arm of the study"'
    )


class Scenario(_Table):
    """A question to the simulator: population, arms, design, instrument, run and overrides."""

    schema_version: Annotated[Literal[1], SchemaVersion(1)] = Field(description="1")
    title: Annotated[str, Text(200, label=True)] = Field(description="one line")
    description: Prose = Field(default="", description="what the scenario shows")
    source: Prose = Field(default="", description="where its numbers come from")
    population: Population = Field(description="[population] table")
    treatments: Annotated[FrozenMap[str, Any], OwnTreatments()] = Field(
        default_factory=FrozenMap, description="[treatments.NAME] tables: treatments of your own"
    )
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=64, description="[[arms]] tables")
    design: Design = Field(description="[design] table")
    instrument: Instrument = Field(default=Instrument(), description="[instrument] table")
    record: Record = Field(default=Record(), description="[record] table")
    run: Run = Field(default=Run(), description="[run] table")
    compare: tuple[Comparison, ...] = Field(
        default=(), max_length=64, description="[[compare]] tables"
    )
    biology: Annotated[FrozenMap[str, float], Overrides()] = Field(
        default_factory=FrozenMap, description="biology parameters to change"
    )

    @property
    def end(self) -> float:
        """Day of the last visit."""
        return self.design.visits[-1]

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Scenario:
        problems = label_problems(
            [arm.label for arm in self.arms], [comparison.arms for comparison in self.compare]
        )
        problems += self._size_problems()
        if problems:
            refuse_all(problems)
        return self

    def _size_problems(self) -> list[tuple[Path, str]]:
        problems: list[tuple[Path, str]] = []
        subjects, follicles = self.population.subjects, self.population.follicles_per_subject
        total = len(self.arms) * subjects * follicles * self.run.replicates
        if total > MOST_FOLLICLES:
            product = (
                f"{len(self.arms)} arms x {subjects:,} subjects x {follicles:,} follicles "
                f"x {self.run.replicates:,} replicates"
            )
            limit = f"allowed: {MOST_FOLLICLES:,}; lower one of them"
            problems.append((("population",), f"{product} = {total:,} follicles; {limit}"))
        who = self.population
        if who.follicles is None and who.follicle_density * who.target_area < 0.5:
            message = "density times area gives less than one follicle; raise one of them"
            problems.append((("population", "follicle_density"), message))
        nodes = (self.run.history + self.end) / self.run.forcing_step
        if nodes > MOST_NODES:
            limit = f"allowed: {MOST_NODES:,}; use a longer step or a shorter history"
            problems.append((("run", "forcing_step"), f"{nodes:,.0f} steps in the run; {limit}"))
        return problems


def label_problems(
    labels: Sequence[object], compared: Sequence[Iterable[object]]
) -> list[tuple[Path, str]]:
    """Return what is wrong with arm labels; also works on a file whose other parts are broken."""
    problems: list[tuple[Path, str]] = []
    known = list(dict.fromkeys(label for label in labels if isinstance(label, str)))
    for index, label in enumerate(labels):
        if isinstance(label, str) and labels.index(label) < index:
            first = labels.index(label)
            message = f'found "{label}", already the label of arms[{first}]; labels must differ'
            problems.append((("arms", index, "label"), message))
    for index, pairs in enumerate(compared):
        for label in pairs:
            if isinstance(label, str) and label not in known:
                message = f"unknown arm of this scenario{did_you_mean(label, known)}"
                problems.append((("compare", index, "arms", label), message))
    return problems
