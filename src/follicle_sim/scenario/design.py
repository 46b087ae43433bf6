"""The `[design]` table: how arms are related, who is in which, and when everybody is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from follicle_sim.scenario.checks import refuse_all
from follicle_sim.scenario.design_checks import own_problems
from follicle_sim.scenario.design_fields import Allocation, CalendarDay
from follicle_sim.scenario.fields import Visits
from follicle_sim.scenario.frozen import FrozenMap
from follicle_sim.scenario.quantities import Number, Quantity, one_of
from follicle_sim.scenario.table import LONGEST, Interval, Label, Table, Time, Variation

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
    wanted: Annotated[float, Quantity("density", lower=-1000.0, upper=1000.0)] = Field(
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

    kind: Annotated[Kind, one_of(Kind)] = Field(
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
        problems = own_problems(self)
        if problems:
            refuse_all(problems)
        return self
