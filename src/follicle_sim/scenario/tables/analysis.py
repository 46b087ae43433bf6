"""The `[analysis]` table: what a trial looks at, and how it decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.units import format_quantity
from follicle_sim.scenario.fields.methods import DERIVED, SMALLER_IS_BETTER
from follicle_sim.scenario.fields.quantities import (
    FieldType,
    Flag,
    Number,
    Quantity,
    Text,
    Whole,
    one_of,
)
from follicle_sim.scenario.fields.refusals import Path, refuse_all
from follicle_sim.scenario.fields.unjudged import NotJudgedError, judge
from follicle_sim.scenario.fields.words import ENDPOINTS, TESTS, understand
from follicle_sim.scenario.tables.instrument import READABLE, Instrument, unseen
from follicle_sim.scenario.tables.table import Interval, Label, Table

MethodName = Literal[
    "t_test",
    "welch",
    "wilcoxon",
    "ancova",
    "mmrm",
    "mixed_model",
    "paired_t",
    "signed_rank",
]
Measure = Literal["change", "average", "responders"]
SetName = Literal["intention_to_treat", "per_protocol"]
MissingRule = Literal[
    "available",
    "complete_cases",
    "last_observation_carried_forward",
    "baseline_observation_carried_forward",
    "jump_to_reference",
]
Multiplicity = Literal["none", "bonferroni", "holm", "hochberg", "hierarchical"]
Scale = Literal["five_point", "seven_point"]


@dataclass(frozen=True)
class EndpointName(FieldType):
    """Name of a result variable, or another word for it; what is seen is checked with the whole."""

    def check(self, value: object, info: ValidationInfo) -> str:
        return Text(80, label=True).check(understand(value, MEASURED, ENDPOINTS), info)


Endpoint = Annotated[str, EndpointName()]

MEASURED = (*READABLE, *DERIVED)
"""Names of everything that some instrument sees, or that can be worked out from it."""

MOST_SHOWN = 15
UNPOOLED = ("wilcoxon", "paired_t", "signed_rank")
"""Tests that give no standard error between two arms."""
REPEATED = ("mmrm", "mixed_model")
"""Tests that look at several visits of a person at once."""


class Pair(Table):
    """Two arms to hold against each other."""

    treatment: Label = Field(description="label of the arm that should do better")
    control: Label = Field(description="label of the arm it is held against")


class Secondary(Table):
    """A further endpoint, tested after the primary one."""

    endpoint: Endpoint = Field(description="name of a result variable")
    at: Interval | None = Field(default=None, description="time of the visit; default: as above")
    method: Annotated[MethodName, one_of(MethodName, TESTS)] | None = Field(
        default=None, description="test; default: as above"
    )


class Analysis(Table):
    """What a trial looks at, and how it decides."""

    endpoint: Endpoint = Field(
        default="hair_density", description="primary endpoint: name of a result variable"
    )
    at: Interval | None = Field(
        default=None, description="time of the visit it is judged at; default: the last one"
    )
    method: Annotated[MethodName, one_of(MethodName, TESTS)] | None = Field(
        default=None,
        description="test; default: ancova, paired_t within persons, t_test in a crossover; "
        "mixed_model does not keep its level where people drift apart: prefer mmrm",
    )
    measure: Annotated[Measure, one_of(Measure)] = Field(
        default="change",
        description="what is tested of the primary endpoint: its change from baseline, the change "
        "averaged over the time until then, or the share of people with the gain of a responder",
    )
    level: Annotated[float, Number(0.5, 0.999)] = Field(
        default=0.95, description="of confidence intervals, which are two-sided"
    )
    alpha: Annotated[float, Number(0.0001, 0.5)] = Field(
        default=0.05, description="a p below this is called an effect"
    )
    sided: Annotated[int, Whole(1, 2)] = Field(
        default=2, description="2, or 1: only a change that is good for hair counts"
    )
    comparisons: tuple[Pair, ...] = Field(
        default=(),
        max_length=64,
        description="[[analysis.comparisons]] tables; default: every arm against the control arm",
    )
    set: Annotated[SetName, one_of(SetName)] = Field(
        default="intention_to_treat", description="whose data count"
    )
    least_doses: Annotated[float, Number()] = Field(
        default=0.8, description="per_protocol: share of doses that must have been taken"
    )
    most_late: Interval = Field(
        default=14.0, description="per_protocol: how far the endpoint visit may be off its day"
    )
    missing: Annotated[MissingRule, one_of(MissingRule)] = Field(
        default="available", description="what stands in for values nobody measured"
    )
    imputations: Annotated[int, Whole(2, 1000)] = Field(
        default=20, description="jump_to_reference: number of imputations"
    )
    stratify: Annotated[bool, Flag()] = Field(
        default=True, description="adjust for the classes that randomisation was stratified by"
    )
    multiplicity: Annotated[Multiplicity, one_of(Multiplicity)] = Field(
        default="none",
        description="how p values of several tests are adjusted; hierarchical: in the order given",
    )
    responder_gain: (
        Annotated[float, Quantity("density", upper=1000.0, positive=True, of="hairs")] | None
    ) = Field(default=None, description='a gain that makes a responder, such as "10 cm-2"')
    responder_share: Annotated[float, Number(0.0001, 10.0)] | None = Field(
        default=None, description='the same as a share of the baseline, such as "10%"'
    )
    responder_below: Annotated[float, Number(0.0, 10_000.0)] | None = Field(
        default=None,
        description="instead of a gain, the level that makes a responder, in the endpoint's unit: "
        "20 for a SALT score of 20 or less, which is also the default of salt",
    )
    secondary: tuple[Secondary, ...] = Field(
        default=(), max_length=32, description="[[analysis.secondary]] tables"
    )
    satisfaction: Annotated[Scale, one_of(Scale)] | None = Field(
        default=None, description="also ask people how they find their hair, on this scale"
    )
    adverse_events: Annotated[bool, Flag()] = Field(
        default=False, description="also count side effects of the sessions"
    )

    @model_validator(mode="after")
    def _keys_fit_together(self) -> Analysis:
        problems = [problem for rule in PLAN_RULES for problem in judge(rule, self)]
        if problems:
            refuse_all(problems)
        return self


Problems = Iterator[tuple[Path, str]]


def _one_responder(plan: Analysis) -> Problems:
    keys = ("responder_gain", "responder_share", "responder_below")
    given = [key for key in keys if getattr(plan, key) is not None]
    if len(given) > 1:
        yield (given[1],), f"{' and '.join(given)} exclude each other; keep one"


def _responder_fits_endpoint(plan: Analysis) -> Problems:
    if plan.responder_below is not None and plan.endpoint not in SMALLER_IS_BETTER:
        falling = ", ".join(sorted(SMALLER_IS_BETTER))
        message = (
            f"less of {plan.endpoint} is no response; allowed where less is better ({falling}); "
            "use responder_gain or responder_share"
        )
        yield ("responder_below",), message
    if plan.responder_gain is not None and plan.endpoint == "salt":
        message = (
            "a gain of hairs is none of a score; use responder_below, or responder_share for a "
            "fall by a share of the baseline"
        )
        yield ("responder_gain",), message


def _imputation_needs_error(plan: Analysis) -> Problems:
    if plan.missing == "jump_to_reference" and plan.method in UNPOOLED:
        message = (
            f"jump_to_reference needs a standard error between two arms, which {plan.method} "
            "does not give; use ancova"
        )
        yield ("missing",), message


def _method_fits_measure(plan: Analysis) -> Problems:
    if plan.measure == "responders" and plan.method is not None:
        message = (
            f"found {plan.method}; shares of responders have a test of their own; leave it out"
        )
        yield ("method",), message
    if plan.measure == "average" and plan.method in REPEATED:
        message = f"found {plan.method}; an average is one value a person; use ancova"
        yield ("method",), message


def _imputation_fits_measure(plan: Analysis) -> Problems:
    if plan.measure != "change" and plan.missing == "jump_to_reference":
        message = f"jump_to_reference imputes changes, measure is {plan.measure}; use available"
        yield ("missing",), message


def _pairs_differ(plan: Analysis) -> Problems:
    for index, pair in enumerate(plan.comparisons):
        if pair.treatment == pair.control:
            yield ("comparisons", index, "control"), "the same arm twice; name two arms"


PLAN_RULES = (
    _one_responder,
    _responder_fits_endpoint,
    _imputation_needs_error,
    _method_fits_measure,
    _imputation_fits_measure,
    _pairs_differ,
)
"""What must hold within the table, a rule a function."""


def plan_problems(
    plan: Analysis, labels: Sequence[str], visits: Sequence[float], instrument: Instrument
) -> list[tuple[Path, str]]:
    """Return what a plan asks for that the rest of the scenario does not have.

    A table left at its defaults asks for nothing.
    """
    if _is_default(plan):
        return []
    return [
        *judge(_endpoint_problems, plan, instrument),
        *judge(_time_problems, plan, visits),
        *judge(_pair_problems, plan, labels),
    ]


def _is_default(plan: Analysis) -> bool:
    try:
        return plan == Analysis()
    except NotJudgedError:
        return False  # a value that was refused was no default


def _looks(plan: Analysis) -> Iterator[tuple[Path, Analysis | Secondary]]:
    yield ("analysis",), plan
    for index, secondary in enumerate(plan.secondary):
        yield ("analysis", "secondary", index), secondary


def _endpoint_problems(plan: Analysis, instrument: Instrument) -> Problems:
    for where, look in _looks(plan):
        for message in judge(_sight, look, instrument):
            yield (*where, "endpoint"), message


def _sight(look: Analysis | Secondary, instrument: Instrument) -> Iterator[str]:
    """Yield why an endpoint is not seen; of an unknown instrument, if none could see it."""
    try:
        message = unseen(look.endpoint, instrument)
    except NotJudgedError:
        known = look.endpoint in MEASURED
        hint = did_you_mean(look.endpoint, MEASURED)
        message = "" if known else f"no instrument sees {look.endpoint}{hint}"
    if message:
        yield message


def _time_problems(plan: Analysis, visits: Sequence[float]) -> Problems:
    for where, look in _looks(plan):
        for message in judge(_no_visit, look, visits):
            yield (*where, "at"), message


def _no_visit(look: Analysis | Secondary, visits: Sequence[float]) -> Iterator[str]:
    at = look.at
    if at is not None and not any(abs(at - day) < 0.5 for day in visits):
        days = [format_quantity(day, "time") for day in visits if day > 0.0]
        later = ", ".join(days[:MOST_SHOWN]) + ", ..." * (len(days) > MOST_SHOWN)
        yield f"nobody is seen at {format_quantity(at, 'time')}; visits: {later}"


def _pair_problems(plan: Analysis, labels: Sequence[str]) -> Problems:
    for index, pair in enumerate(plan.comparisons):
        for key in ("treatment", "control"):
            label = getattr(pair, key)
            if label not in labels:
                message = f"unknown arm of this scenario{did_you_mean(label, labels)}"
                yield ("analysis", "comparisons", index, key), message
