"""The `[[arms]]` tables: groups of subjects and their dosing schedules."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from follicle_sim.base import units
from follicle_sim.base.errors import UnitError
from follicle_sim.scenario.fields.areas import Areas
from follicle_sim.scenario.fields.parts import Route
from follicle_sim.scenario.fields.quantities import Amount, Every, Name, Number, Whole, one_of
from follicle_sim.scenario.fields.refusals import Path, known_names, refuse_all
from follicle_sim.scenario.fields.words import ROLES
from follicle_sim.scenario.tables.aftercare import AftercareNames, find_aftercare
from follicle_sim.scenario.tables.table import LONGEST, Label, Moment, Table, Time
from follicle_sim.scenario.tables.treatments import VariantNames
from follicle_sim.scenario.tables.vial import Chain, amount_of, chain_problem

MOST_DOSES = 100_000

Role = Literal["treatment", "placebo", "active_control", "untreated"]
Batches = Literal["own", "shared"]


class Dose(Table):
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
    start: Moment = Field(
        default=0.0,
        description='day of the first dose, baseline being 0; "-26 weeks": people arrive treated',
    )
    every: Annotated[float, Every("time", upper=LONGEST, positive=True)] | None = Field(
        default=None, description="interval between doses; needs count or until"
    )
    count: Annotated[int, Whole(1, MOST_DOSES)] | None = Field(
        default=None, description="number of doses"
    )
    until: Moment | None = Field(
        default=None,
        description='end of dosing: doses fall before this time; "baseline" for what people leave',
        validate_default=True,
    )
    duration: Time = Field(
        default=0.0, description="how long one dose takes to enter; 0 is at once"
    )
    adherence: Annotated[float, Number()] = Field(
        default=1.0, description="share of doses taken, 0 to 1"
    )
    batches: Annotated[Batches, one_of(Batches)] = Field(
        default="own",
        description="where batches differ: own (one for each person and session) or shared (one "
        "for everybody treated on the same day of the trial)",
    )
    aftercare: Annotated[tuple[str, ...], AftercareNames()] = Field(
        default=(), description='what is done after it, as assumed: ["early_washing"]'
    )
    into: Annotated[tuple[str, ...], Areas()] = Field(
        default=(),
        description="of grafts, where a whole scalp is simulated: the regions that get them, "
        '["frontal"]',
    )
    chain: Chain | None = Field(
        default=None, description="[arms.doses.chain]: from the vial to the skin"
    )

    _delivered: float = PrivateAttr(default=1.0)
    _retained: float = PrivateAttr(default=1.0)

    @property
    def delivered(self) -> float:
        """What gets in and stays, relative to the dose of the treatment's own study."""
        return self._delivered

    @property
    def retained(self) -> float:
        """What is left of the effect of the dose, after what is done then."""
        return self._retained

    @model_validator(mode="after")
    def _know_aftercare(self, info: ValidationInfo) -> Dose:
        if self.aftercare:
            from follicle_sim.pharmacology.aftercare import share_of_all

            # by name, so that the order of the list moves no bit
            cares = find_aftercare(sorted(self.aftercare), known_names(info).own_aftercare)
            self._delivered = share_of_all(cares, "delivered")
            self._retained = share_of_all(cares, "effect")
        return self

    @model_validator(mode="after")
    def _know_chain(self, info: ValidationInfo) -> Dose:
        # judged only where its parts could be read: `in_part` looks at the rest of a broken table
        if not isinstance(self.chain, Chain) or not isinstance(self.amount, float):
            return self
        known = known_names(info)
        problem = chain_problem(self.chain, self.treatment, known)
        if problem is not None:
            refuse_all([(("chain", problem[0]), problem[1])])
        particles = self.chain.particles
        if particles is not None and not math.isclose(particles, self.amount, rel_tol=1e-9):
            text = f"volume, area and concentration make {particles:.6g} particles/cm2, and amount"
            refuse_all([(("amount",), f"{text} says {self.amount:.6g}; leave one of them out")])
        route = known.routes.get(self.treatment, "")
        self._delivered *= self.chain.content * self.chain.delivered(route)
        return self

    @model_validator(mode="before")
    @classmethod
    def _dimension_from_amount(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict):
            return data
        if "amount" not in data:
            data = data | amount_of(data.get("chain"), known_names(info))
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
            end, begin = (units.format_quantity(x, "time") for x in (until, start))
            problems.append((("until",), f"found {end}; allowed: after the start ({begin})"))
        if every is not None and until is not None and (until - start) / every > MOST_DOSES:
            most = f"at most {MOST_DOSES:,} doses are allowed"
            problems.append((("every",), f"{(until - start) / every:,.0f} doses; {most}"))
        if problems:
            refuse_all(problems, siblings=True)
        return until


class Arm(Table):
    """One group of subjects and what they are given."""

    label: Label = Field(
        description="name of the arm, different from the others; without an id it names the draws "
        "too, so that another label means other people"
    )
    id: Label | None = Field(
        default=None,
        description="names the arm's draws in place of the label, which may then be corrected",
    )
    role: Annotated[Role, one_of(Role, ROLES)] = Field(
        description="treatment, placebo, active_control or untreated"
    )
    doses: tuple[Dose, ...] = Field(default=(), description="[[arms.doses]] tables")

    @property
    def drawn_as(self) -> str:
        """Name of the arm in the random draws: its id, else its label."""
        return self.label if self.id is None else self.id
