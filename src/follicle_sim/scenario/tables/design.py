"""The `[design]` table: how arms are related, who is in which, and when everybody is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.units import format_quantity
from follicle_sim.scenario.fields.design import Allocation, CalendarDay
from follicle_sim.scenario.fields.parts import Visits
from follicle_sim.scenario.fields.quantities import Number, Quantity, one_of
from follicle_sim.scenario.fields.refusals import Path, refuse_all
from follicle_sim.scenario.fields.unjudged import judge
from follicle_sim.scenario.fields.words import KINDS
from follicle_sim.scenario.tables.table import LONGEST, Interval, Label, Table, Time, Variation

Kind = Literal["counterfactual", "parallel", "split_scalp", "crossover", "delayed_start"]
Stratum = Literal["severity"]

Yearly = Annotated[float, Number(0.0, 0.99)]


class Recruitment(Table):
    """When in the year people have their baseline visit: evenly between opening and closing."""

    opens: Annotated[float, CalendarDay()] = Field(
        description='day of the year recruitment opens, such as "1 March"'
    )
    lasts: Time = Field(default=0.0, description="how long it stays open; default: one day")


class LateVisits(Table):
    """Visits that come after their window."""

    share: Annotated[float, Number()] = Field(description="share of visits that are late, 0 to 1")
    by: Interval = Field(description="a late visit is evenly up to this much after its day")


class LackOfEffect(Table):
    """Leaving because too little was gained.

    At each attended visit after `after`, a person whose counted density has changed by c since
    baseline leaves with probability per_visit / (1 + exp((c - wanted) / softness)); with softness
    0 it is per_visit where c is below wanted, else 0.
    """

    per_visit: Annotated[float, Number()] = Field(
        description="largest probability of leaving at a visit, 0 to 1"
    )
    wanted: Annotated[float, Quantity("density", lower=-1000.0, upper=1000.0, of="hairs")] = Field(
        default=0.0, description='change in density people hope for, such as "5 cm-2"'
    )
    softness: Annotated[float, Quantity("density", upper=1000.0)] = Field(
        default=0.0, description="how gradually patience runs out; 0 is a sharp threshold"
    )
    after: Time = Field(default=0.0, description="nobody leaves for this before this time")


class Dropout(Table):
    """People who leave the trial and are not seen again."""

    per_year: Yearly = Field(
        default=0.0, description="share that leaves at random within a year (exponential)"
    )
    lack_of_effect: LackOfEffect | None = Field(
        default=None, description="leaving because too little was gained"
    )


class EarlyStop(Table):
    """People who stop taking doses but still come to their visits."""

    per_year: Yearly = Field(description="share that stops within a year (exponential)")


class Design(Table):
    """How arms are related, who is in which, and when everybody is looked at."""

    kind: Annotated[Kind, one_of(Kind, KINDS)] = Field(
        description="counterfactual (same subjects in every arm), parallel (different ones), "
        "split_scalp (half a scalp each), crossover (one after the other) or delayed_start"
    )
    visits: Annotated[tuple[float, ...], Visits(LONGEST)] = Field(
        description='list of times from "0 days", or {every = "4 weeks", until = "1 year"}'
    )
    allocation: Annotated[FrozenMap[str, int], Allocation()] | None = Field(
        default=None, description="arm = ratio to population.subjects; default: 1 for every arm"
    )
    stratify: Annotated[Stratum, one_of(Stratum)] | None = Field(
        default=None, description="severity: balance the arms within each severity class"
    )
    run_in: Interval | None = Field(
        default=None, description="time before baseline that starts with a screening visit"
    )
    run_in_arm: Label | None = Field(
        default=None, description="arm whose doses everybody takes in the run-in; default: none"
    )
    period: Interval | None = Field(
        default=None, description="crossover: how long each treatment is given; visits lie in it"
    )
    washout: Time | None = Field(
        default=None, description="crossover: time without doses between two periods"
    )
    switch: Interval | None = Field(
        default=None, description="delayed_start: when the controls begin the treatment"
    )
    recruitment: Recruitment | None = Field(
        default=None, description='calendar: { opens = "1 March", lasts = "26 weeks" }'
    )
    visit_window: Time = Field(
        default=0.0, description="a visit is evenly up to this much before or after its day"
    )
    late_visits: LateVisits | None = Field(
        default=None, description='late visits: { share = 0.1, by = "1 week" }'
    )
    missed_visits: Annotated[float, Number()] = Field(
        default=0.0, description="probability that a visit after baseline is missed"
    )
    missed_baseline: Annotated[float, Number()] = Field(
        default=0.0,
        description="probability that a baseline is missed, of the trial or a period",
    )
    dropout: Dropout | None = Field(default=None, description="people who leave the trial")
    early_stop: EarlyStop | None = Field(
        default=None, description="people who stop treatment but stay in the trial"
    )
    adherence_spread: Variation = Field(
        default=0.0, description="between people, standard deviation of the log odds of a dose"
    )

    @property
    def slack(self) -> float:
        """Days a visit may come after its nominal day."""
        return max(self.visit_window, self.late_visits.by if self.late_visits else 0.0)

    def end(self, arms: int) -> float:
        """Return the day of the last visit; in a crossover of so many arms, of the last period."""
        if self.period is None or self.washout is None:
            return self.visits[-1]
        return (arms - 1) * (self.period + self.washout) + self.visits[-1]

    def ratio(self, label: str) -> int:
        """Return the ratio of an arm's people to `population.subjects`."""
        return 1 if self.allocation is None else self.allocation.get(label, 1)

    @model_validator(mode="after")
    def _keys_fit_together(self) -> Design:
        problems = _problems(self)
        if problems:
            refuse_all(problems)
        return self


Problems = Iterator[tuple[Path, str]]

# Keys that only mean something in some kinds.
_BELONGS = {
    "allocation": ("parallel", "delayed_start"),
    "stratify": ("parallel", "crossover", "delayed_start"),
    "period": ("crossover",),
    "washout": ("crossover",),
    "switch": ("delayed_start",),
}


def _problems(design: Design) -> list[tuple[Path, str]]:
    """Return what is wrong with a design whatever its arms, with places below `design`."""
    rules = (
        _keys_of_kind,
        _period_problems,
        _washout_problems,
        _switch_problems,
        _window_problems,
        *_NEEDS,
    )
    return [problem for rule in rules for problem in judge(rule, design)]


def _keys_of_kind(design: Design) -> Problems:
    for key, kinds in _BELONGS.items():
        if getattr(design, key) is not None and design.kind not in kinds:
            where = " or ".join(kinds) if len(kinds) < 3 else ", ".join(kinds)
            yield (key,), f"does not belong to a {design.kind} design, only to {where}"


def _period_problems(design: Design) -> Problems:
    if design.kind != "crossover":
        return
    if design.period is None:
        yield ("period",), 'missing; a crossover needs the length of a period, such as "24 weeks"'
    elif design.visits[-1] > design.period:
        last, length = (format_quantity(x, "time") for x in (design.visits[-1], design.period))
        message = (
            f"the last visit ({last}) is after the end of the period ({length}); visits are given "
            "within a period and repeated in the next"
        )
        yield ("visits",), message


def _washout_problems(design: Design) -> Problems:
    if design.kind == "crossover" and design.washout is None:
        message = 'missing; a crossover needs the time between periods, such as "8 weeks"'
        yield ("washout",), f'{message}, or "0 days" for none'


def _switch_problems(design: Design) -> Problems:
    if design.kind != "delayed_start":
        return
    if design.switch is None:
        message = "missing; a delayed_start design needs the time the controls begin the treatment"
        yield ("switch",), message
    elif design.switch >= design.visits[-1]:
        switch, last = (format_quantity(x, "time") for x in (design.switch, design.visits[-1]))
        message = f"found {switch}; allowed: before the last visit ({last}), or nobody would see it"
        yield ("switch",), message


def _needs_run_in(design: Design) -> Problems:
    if design.run_in_arm is not None and design.run_in is None:
        yield ("run_in_arm",), '"run_in_arm" needs "run_in", the time before baseline'


def _needs_visits(design: Design) -> Problems:
    if design.missed_visits == 1.0 and len(design.visits) > 1:
        yield ("missed_visits",), "every visit after baseline would be missed; allowed: below 1"


def _needs_baseline(design: Design) -> Problems:
    if design.missed_baseline == 1.0:
        yield ("missed_baseline",), "nobody would have a baseline; allowed: below 1"


def _needs_dropout(design: Design) -> Problems:
    if design.dropout and not design.dropout.per_year and not design.dropout.lack_of_effect:
        yield ("dropout",), "nobody would leave; give per_year, lack_of_effect, or leave it out"


_NEEDS = (_needs_run_in, _needs_visits, _needs_baseline, _needs_dropout)


def _window_problems(design: Design) -> Problems:
    key = "late_visits" if design.slack > design.visit_window else "visit_window"
    for before, after, gap in _gaps(design):
        needed = (design.slack if before > 0.0 else 0.0) + design.visit_window
        if needed > gap:
            one, two = (format_quantity(day, "time") for day in (before, after))
            message = (
                f"the windows of the visits at {one} and {two} overlap: together they reach "
                f"{format_quantity(needed, 'time')}, the visits are "
                f"{format_quantity(gap, 'time')} apart"
            )
            yield (key,), message
            return  # one pair is enough to show it


def _gaps(design: Design) -> Iterator[tuple[float, float, float]]:
    """Yield neighbouring visits and the time between them that windows may fill."""
    days: Sequence[float] = design.visits
    for before, after in pairwise(days):
        yield before, after, after - before
    if design.kind == "crossover" and design.period is not None and design.washout is not None:
        # The start of a period is on its day, so that only the window before it may reach there.
        start = design.period + design.washout
        if days[-1] > 0.0 and start > days[-1]:
            yield days[-1], start, start - days[-1] + design.visit_window
