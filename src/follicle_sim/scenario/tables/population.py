"""The `[population]` table: who is simulated, how much they differ, and who may take part."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import (
    Field,
    GetJsonSchemaHandler,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from follicle_sim.base.errors import shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.health import HealthState
from follicle_sim.biology.people_spread import typical_spread
from follicle_sim.biology.scalps import TARGET_AREA, Scalp, load_regions, load_scalps
from follicle_sim.scenario.fields.baseline import HairCount, Stated, statement_problems
from follicle_sim.scenario.fields.correlation import TRAITS, pair_of
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.laws import (
    Age,
    AgeLaw,
    Between,
    Correlations,
    Grades,
    OneOrShares,
)
from follicle_sim.scenario.fields.quantities import Flag, Name, Quantity, Whole, one_of
from follicle_sim.scenario.fields.refusals import Collector, Path, choose, known_names, refuse_all
from follicle_sim.scenario.fields.severity import Severity, grade_named
from follicle_sim.scenario.tables.conditions import OtherConditions
from follicle_sim.scenario.tables.earlier import HELPED, TreatmentNames
from follicle_sim.scenario.tables.health import CRITERIA, HealthShares, StateNames, find_state
from follicle_sim.scenario.tables.table import Table, Time, Variation

Sex = Literal["male", "female"]
SEXES: tuple[Sex, Sex] = ("male", "female")
TYPICAL = "typical"
STATEMENTS = ("hair_density", "terminal_density", "hair_count")
"""Keys that say what was counted at baseline; at most one of them is given."""

SCREENING_DAYS = 14.0
"""Days from the screening visit to baseline where neither is given (assumption: as is usual)."""


Counted = Annotated[float, Quantity("density", upper=2000.0, positive=True, of="hairs")]


class Spread(Table):
    """How much subjects differ: coefficients of variation between subjects.

    A key left out is 0, or the typical spread of the condition where `typical` is true.
    """

    typical: Annotated[bool, Flag()] = Field(
        default=False, description="take what is left out from the condition; see biology/spread"
    )
    follicle_density: Variation | None = Field(default=None, description="of follicle density")
    severity: Variation | None = Field(default=None, description="of the severity at baseline")
    progression: Variation | None = Field(default=None, description="of the speed of progression")
    potency: Variation | None = Field(default=None, description="of the response to treatment")
    growth: Variation | None = Field(default=None, description="of the hair growth rate")
    anagen: Variation | None = Field(default=None, description="of the mean length of anagen")
    telogen: Variation | None = Field(default=None, description="of the mean length of telogen")
    kenogen: Variation | None = Field(default=None, description="of the mean length of kenogen")


class OrTypical:
    """Marks a table of spreads that one word can stand for, in the schema that editors use."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [handler(schema), {"const": TYPICAL}]}


class Inclusion(Table):
    """Who may take part; candidates are asked one after the other until the arms are full."""

    age: Annotated[tuple[float, float], Between("time", 120 * YEAR)] | None = Field(
        default=None, description='youngest and oldest: ["22 years", "65 years"]'
    )
    sex: Annotated[Sex, one_of(Sex)] | None = Field(default=None, description="male or female")
    severity: Annotated[tuple[str, str], Grades()] | None = Field(
        default=None, description='first and last grade: ["norwood_iii", "norwood_vi"]'
    )
    hair_density: Annotated[tuple[float, float], Between("density", 2000.0, of="hairs")] | None = (
        Field(
            default=None, description="least and most hairs counted per area at the screening visit"
        )
    )
    exclude: Annotated[tuple[str, ...], StateNames()] = Field(
        default=(),
        description='states of health that keep people out: ["pregnancy", "anticoagulants"]',
    )
    failed: Annotated[tuple[str, ...], TreatmentNames()] = Field(
        default=(),
        description="only people on whom these treatments failed before: "
        '["minoxidil_topical_5"]; they keep what made them fail, and come untreated unless every '
        'arm gives them doses before baseline (start = "-26 weeks", until = "-12 weeks")',
    )
    screening: Time | None = Field(
        default=None,
        description="how long before baseline hairs are counted to decide; default: the start of "
        "the run-in, or 2 weeks",
    )

    @property
    def criteria(self) -> tuple[str, ...]:
        """Names of the criteria in use, in the order they are asked."""
        traits = tuple(name for name in CRITERIA[:-1] if getattr(self, name) is not None)
        counted = () if self.hair_density is None else CRITERIA[-1:]
        helped = tuple(f"{HELPED}{name}" for name in self.failed)
        return (*traits, *self.exclude, *helped, *counted)


class Population(Table):
    """Who is simulated, and on which patch of scalp."""

    subjects: Annotated[int, Whole(1, 1_000_000)] = Field(
        description="subjects per arm, a whole number"
    )
    target_area: Annotated[float, Quantity("area", upper=2000.0, positive=True)] = Field(
        description='area counted, for example "5.067 cm2"'
    )
    follicle_density: (
        Annotated[float, Quantity("density", upper=2000.0, positive=True, of="follicles")] | None
    ) = Field(
        default=None,
        description='follicles (not hairs) per area, for example "300 cm-2"; or give hair_density',
    )
    follicles: Annotated[int, Whole(1, 1_000_000)] | None = Field(
        default=None, description="follicles per subject; default: density times area"
    )
    condition: Annotated[str, Name("condition", lambda known: known.conditions)] = Field(
        description='the state of the scalp, for example "aga_male"'
    )
    also: Annotated[tuple[str, ...], OtherConditions()] = Field(
        default=(), description='what people have besides: ["telogen_effluvium", "ageing"]'
    )
    scalp: Annotated[str, Name("map of the scalp", lambda _known: load_scalps())] | None = Field(
        default=None,
        description='"salt" or "regions": the whole scalp, in pieces of which each has '
        "`target_area`; default: one target area",
    )
    region: Annotated[str, Name("region", lambda _known: load_regions())] | None = Field(
        default=None,
        description='where the one target area lies: "vertex", "occipital"; default: where the '
        "trials count that the model is fitted to",
    )
    severity: Annotated[float | str | FrozenMap[str, float], Severity()] | None = Field(
        default=None,
        description="a number, a grade or a mixture of grades; default: the condition's own",
    )
    hair_density: Counted | None = Field(
        default=None,
        description='hairs per area as the instrument counts them at baseline, "140 cm-2"; '
        "severity is set so that they are, or follicle_density",
    )
    terminal_density: Counted | None = Field(
        default=None, description="the same of terminal hairs; one of the three"
    )
    hair_count: Annotated[float, HairCount()] | None = Field(
        default=None, description="the same of all hairs in the target area: 876"
    )
    sex: Annotated[Sex | FrozenMap[str, float], OneOrShares(SEXES)] | None = Field(
        default=None, description="male or female, or { female = 0.4, male = 0.6 }"
    )
    age: Annotated[AgeLaw, Age()] | None = Field(
        default=None,
        description='"35 years", ["22 years", "65 years"], or a table of mean and sd',
    )
    spread: Annotated[Spread, OrTypical()] = Field(
        default=Spread(),
        description='differences between subjects; "typical": the condition\'s own',
    )
    correlation: Annotated[FrozenMap[str, float], Correlations()] = Field(
        default_factory=FrozenMap, description='traits that go together: { "severity-age" = 0.3 }'
    )
    health: Annotated[FrozenMap[str, float], HealthShares()] = Field(
        default_factory=FrozenMap,
        description="how many people have a state of health: { smoking = 0.2 }; default: as usual",
    )
    inclusion: Inclusion | None = Field(default=None, description="who may take part")

    _disease: Condition | None = PrivateAttr(default=None)
    _own_health: dict[str, HealthState] = PrivateAttr(default_factory=dict)

    @property
    def disease(self) -> Condition:
        """What acts on the follicles: the condition, and what people have besides."""
        if self._disease is not None:
            return self._disease
        others = tuple(load_condition(name) for name in self.also)
        return load_condition(self.condition).together_with(others)

    @property
    def place(self) -> Scalp:
        """What is simulated of each person: a whole scalp in pieces, or one target area."""
        if self.scalp is not None:
            return load_scalps()[self.scalp]
        return TARGET_AREA if self.region is None else load_regions()[self.region]

    @property
    def pieces(self) -> int:
        """Pieces of scalp that are simulated of each person."""
        return len(self.place.pieces)

    @property
    def local_density(self) -> float:
        """Follicles per area of the region that the target area lies in, relative to the usual."""
        return 1.0 if self.region is None else self.place.density_of(0)

    @property
    def grades_named(self) -> frozenset[str]:
        """Names of the grades that the people are said to have; none where a number is given."""
        if isinstance(self.severity, FrozenMap):
            return frozenset(self.severity)
        if isinstance(self.severity, float | int):
            return frozenset()
        return frozenset([self.severity or self.disease.default_severity])

    @property
    def scalp_density(self) -> float:
        """Follicles per area, cm-2: as given, else as is usual in the condition."""
        if self.follicle_density is not None:
            return self.follicle_density
        return self.disease.follicle_density

    @property
    def stated(self) -> Stated | None:
        """What the scenario says was counted at baseline; None where it says nothing."""
        for name in ("hair_density", "terminal_density"):
            value = getattr(self, name)
            if value is not None:
                return Stated(name, value, name)
        if self.hair_count is None:
            return None
        return Stated("hair_count", self.hair_count / self.target_area, "hair_density")

    @property
    def follicles_per_subject(self) -> int:
        """Follicles simulated in each subject (before spread in density)."""
        if self.follicles is not None:
            return self.follicles
        return max(1, round(self.scalp_density * self.local_density * self.target_area))

    @property
    def variation(self) -> Mapping[str, float]:
        """Coefficient of variation of every trait but age, typical ones in place."""
        typical = typical_spread(self.disease.typical_spread) if self.spread.typical else {}
        spreads = {}
        for trait in TRAITS[1:]:
            own = getattr(self.spread, trait)
            usual = typical[trait].value if trait in typical else 0.0
            spreads[trait] = usual if own is None else own
        return spreads

    def prevalence(self, name: str, age: Floats | None, sex: NDArray[np.str_] | None) -> Floats:
        """Return how likely (S,) people are to have a state of health: as given, else as usual.

        age : (S,) day; sex : (S,); None where the population does not say
        """
        state = find_state(name, self._own_health)
        assert state is not None
        people = next((len(trait) for trait in (age, sex) if trait is not None), 1)
        if name in self.health:
            return np.where(state.possible(people, age, sex), self.health[name], 0.0)
        return state.share_of(people, age, sex)

    def health_problem(self, name: str) -> str:
        """Return why it cannot be said who has a state of health, in words; "" if it can."""
        state = find_state(name, self._own_health)
        if state is None:
            return ""  # refused by its field, or a name that a caller brought along
        stated = name in self.health
        for trait in state.needs(stated=stated):
            if getattr(self, trait) is None:
                return f"who has {name} depends on {trait}; give population.{trait} too"
        if not stated and not state.prevalence:
            return f"how many people have it is not known; say so: population.health.{name} = 0.05"
        return ""

    @field_validator("spread", mode="before")
    @classmethod
    def _one_word_for_all(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        choose(value, [TYPICAL], "spread")
        return {"typical": True}

    @model_validator(mode="after")
    def _people_can_be_drawn(self, info: ValidationInfo) -> Population:
        known = known_names(info)
        self._own_health = dict(known.own_health)
        own = known.own_conditions
        if own.keys() & {self.condition, *self.also}:
            parts = [own.get(name) or load_condition(name) for name in (self.condition, *self.also)]
            self._disease = parts[0].together_with(tuple(parts[1:]))
        problems = self._inclusion_problems(known.conditions[self.condition])
        problems += self._correlation_problems()
        problems += self._age_problems(known)
        problems += statement_problems(self, STATEMENTS)
        if problems:
            refuse_all(problems)
        return self

    def _inclusion_problems(self, grades: tuple[str, ...]) -> list[tuple[Path, str]]:
        inclusion = self.inclusion
        if inclusion is None:
            return []
        parts = Collector()
        for name in ("age", "sex"):
            if getattr(inclusion, name) is not None and getattr(self, name) is None:
                message = f"nobody's {name} is known; give population.{name} too"
                parts.problems.append((("inclusion", name), message))
        for index, name in enumerate(inclusion.exclude):
            if problem := self.health_problem(name):
                parts.problems.append((("inclusion", "exclude", index), problem))
        if inclusion.severity is not None:
            where: Path = ("inclusion", "severity")
            for grade in dict.fromkeys(inclusion.severity):
                meant = parts.run(
                    where,
                    partial(grade_named, grade, self.condition, grades, self.disease.scales),
                )
                if meant is not None and meant != grade:
                    message = f'found {shown(grade)}; the name of this grade here is "{meant}"'
                    parts.problems.append((where, message))
            places = [grades.index(grade) for grade in inclusion.severity if grade in grades]
            if len(places) == 2 and places[0] > places[1]:
                parts.problems.append((where, "the milder grade comes first"))
        return parts.problems

    def _age_problems(self, known: Known) -> list[tuple[Path, str]]:
        every = (self.condition, *self.also)
        # one that cannot be read has no grades, and is told where it stands
        if self.age is not None or not all(known.conditions[name] for name in every):
            return []
        if not self.disease.follows_age:
            return []
        names = " or ".join(every)
        message = f'{names} follows people\'s age, and none is given; for example "35 years"'
        return [(("age",), message)]

    def _correlation_problems(self) -> list[tuple[Path, str]]:
        problems: list[tuple[Path, str]] = []
        for key in self.correlation:
            for trait in pair_of(key):
                if not self.varies(trait):
                    way = "a range, or mean and sd" if trait == "age" else "a spread"
                    problem = f"{trait} is the same for everybody; give it {way}"
                    problems.append((("correlation", key), problem))
        return problems

    def varies(self, trait: str) -> bool:
        """Tell whether people differ in a trait."""
        if trait == "age":
            return not (self.age is None or isinstance(self.age, float))
        mixed = trait == "severity" and isinstance(self.severity, FrozenMap)
        return mixed or self.variation[trait] > 0.0


def lead_of(inclusion: Inclusion | None, run_in: float | None) -> float:
    """Return how long before baseline the hairs of candidates are counted, day."""
    if inclusion is not None and inclusion.screening is not None:
        return inclusion.screening
    return SCREENING_DAYS if run_in is None else run_in


def screening_problems(
    inclusion: Inclusion | None, run_in: float | None, history: float
) -> list[tuple[Path, str]]:
    """Return what is wrong with a screening visit that natural history has to reach back to."""
    if inclusion is None or inclusion.hair_density is None:
        return []
    if lead_of(inclusion, run_in) > history:
        message = "the screening visit lies before the start; run.history must be at least as long"
        return [(("population", "inclusion", "screening"), message)]
    return []
