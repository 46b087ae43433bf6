"""The scenario: frozen classes that are the file format, field by field.

Each table has a module of its own; here they meet, with what only the whole can be checked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.units import YEAR
from follicle_sim.scenario.background import Background
from follicle_sim.scenario.fields.parts import Overrides, SchemaVersion, VariableNames
from follicle_sim.scenario.fields.quantities import Flag, Quantity, Text, Whole, one_of
from follicle_sim.scenario.fields.refusals import known_names, refuse_all
from follicle_sim.scenario.rules.whole import whole_problems
from follicle_sim.scenario.tables.aftercare import OwnAftercare
from follicle_sim.scenario.tables.analysis import Analysis
from follicle_sim.scenario.tables.arms import Arm, Dose
from follicle_sim.scenario.tables.comparison import Comparison
from follicle_sim.scenario.tables.conditions import OwnConditions
from follicle_sim.scenario.tables.design import Design
from follicle_sim.scenario.tables.health import OwnHealth
from follicle_sim.scenario.tables.instrument import Instrument
from follicle_sim.scenario.tables.population import (
    Inclusion,
    Population,
    Spread,
)
from follicle_sim.scenario.tables.search import Optimise, TreatmentCost
from follicle_sim.scenario.tables.table import Prose, Table, Time
from follicle_sim.scenario.tables.treatments import OwnTreatments
from follicle_sim.scenario.tables.vial import OwnProducts

__all__ = [
    "Analysis",
    "Arm",
    "Comparison",
    "Design",
    "Dose",
    "Inclusion",
    "Instrument",
    "Optimise",
    "Population",
    "Record",
    "Run",
    "Scenario",
    "Spread",
    "TreatmentCost",
]


class Record(Table):
    """What is kept; it cannot change results."""

    variables: Annotated[tuple[str, ...], VariableNames()] | None = Field(
        default=None, description="names of result variables; default: all"
    )
    follicles: Annotated[bool, Flag()] = Field(default=False, description="keep every follicle too")
    tracked_follicles: Annotated[int, Whole(0, 10_000)] = Field(
        default=0, description="follicles of each person whose phases are kept from day to day"
    )
    traits: Annotated[bool, Flag()] = Field(
        default=False, description="keep every trait that people differ in, to see who responds"
    )
    memory_limit: Annotated[float, Quantity("memory", upper=1e15, positive=True)] = Field(
        default=2e9, description="refuse to run when results need more"
    )


Uncertainty = Literal["none", "posterior"]
EngineName = Literal["agents", "expected"]


class Run(Table):
    """How the simulation is run."""

    seed: Annotated[int, Whole(0, 2**32 - 1)] = Field(default=1, description="seed of all draws")
    replicates: Annotated[int, Whole(1, 1_000_000)] = Field(
        default=1, description="repeated whole trials"
    )
    uncertainty: Annotated[Uncertainty, one_of(Uncertainty)] = Field(
        default="none",
        description="none: every replicate has the same parameters; posterior: each its own draw",
    )
    engine: Annotated[EngineName, one_of(EngineName)] = Field(
        default="agents",
        description="agents: every follicle with its luck; expected: how many are where on average",
    )
    history: Time = Field(default=6 * YEAR, description="natural history before baseline")
    forcing_step: Annotated[float, Quantity("time", upper=30.0, positive=True)] = Field(
        default=1.0,
        description="grid of drug and factor levels; a dose acts on the step it falls in",
    )


class Scenario(Table):
    """A question to the simulator: population, arms, design, instrument, run and overrides.

    Examples
    --------
    >>> from follicle_sim import load_scenario
    >>> scenario = load_scenario("scenarios/minoxidil_olsen_2002.toml")
    >>> scenario.population.condition, [arm.role for arm in scenario.arms]
    ('aga_male', ['treatment', 'placebo'])
    """

    schema_version: Annotated[Literal[1], SchemaVersion(1)] = Field(description="1")
    title: Annotated[str, Text(200, label=True)] = Field(description="one line")
    description: Prose = Field(default="", description="what the scenario shows")
    source: Prose = Field(default="", description="where its numbers come from")
    population: Population = Field(description="[population] table")
    treatments: Annotated[FrozenMap[str, Any], OwnTreatments()] = Field(
        default_factory=FrozenMap, description="[treatments.NAME] tables: treatments of your own"
    )
    conditions: Annotated[FrozenMap[str, Any], OwnConditions()] = Field(
        default_factory=FrozenMap, description="[conditions.NAME] tables: conditions of your own"
    )
    health: Annotated[FrozenMap[str, Any], OwnHealth()] = Field(
        default_factory=FrozenMap, description="[health.NAME] tables: states of health of your own"
    )
    aftercare: Annotated[FrozenMap[str, Any], OwnAftercare()] = Field(
        default_factory=FrozenMap,
        description="[aftercare.NAME] tables: what is done after sessions, of your own",
    )
    products: Annotated[FrozenMap[str, Any], OwnProducts()] = Field(
        default_factory=FrozenMap, description="[products.NAME] tables: what is in your vials"
    )
    arms: tuple[Arm, ...] = Field(min_length=1, max_length=64, description="[[arms]] tables")
    design: Design = Field(description="[design] table")
    instrument: Instrument = Field(default=Instrument(), description="[instrument] table")
    record: Record = Field(default=Record(), description="[record] table")
    run: Run = Field(default=Run(), description="[run] table")
    analysis: Analysis = Field(default=Analysis(), description="[analysis] table")
    compare: tuple[Comparison, ...] = Field(
        default=(), max_length=64, description="[[compare]] tables"
    )
    biology: Annotated[FrozenMap[str, float], Overrides()] = Field(
        default_factory=FrozenMap, description="biology parameters to change"
    )
    costs: tuple[TreatmentCost, ...] = Field(
        default=(), max_length=100, description="[[costs]] tables: prices of this scenario's own"
    )
    optimise: Optimise | None = Field(
        default=None, description="[optimise] table: a schedule to search for"
    )

    _background: Background = PrivateAttr(default=Background())

    @property
    def background(self) -> Background:
        """Where it was read and what else it remembers; no part of what it asks."""
        return self._background

    @property
    def origin(self) -> str:
        """Name for messages: the file it was read from, else its title."""
        return self._background.source or self.title

    def remembering(self, **changes: Any) -> Self:
        """Return the same scenario with another background; keys are those of `Background`."""
        copied = super().model_copy()
        copied._background = replace(self._background, **changes)
        return copied

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with other values, which nothing has checked."""
        copied = super().model_copy(update=update, deep=deep)
        if update:
            copied._background = replace(self._background, checked=False)
        return copied

    @property
    def end(self) -> float:
        """Day of the last visit; in a crossover that of the last period."""
        return self.design.end(len(self.arms))

    @model_validator(mode="after")
    def _parts_fit_together(self, info: ValidationInfo) -> Scenario:
        problems = whole_problems(self, partial(known_names, info))
        if problems:
            refuse_all(problems)
        self._background = replace(self._background, checked=True)
        return self
