"""The schedules a search may choose from: their grid, what each costs, and which can be followed.

A schedule is the arm's doses and the signature of its cocktail with numbers from the ranges of
`[optimise]` put in. Two points of the grid that give the same doses (one session, every week or
every month) are one schedule, simulated once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod

from follicle_sim.base import units
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.pharmacology.bills import Bill, bill
from follicle_sim.pharmacology.prices import CostLike, price_list
from follicle_sim.protocol.describe import dose_text
from follicle_sim.scenario.fields.ranges import Grid
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.search import control_of
from follicle_sim.scenario.tables.arms import Arm, Dose
from follicle_sim.scenario.tables.own_tables import frozen, thawed
from follicle_sim.scenario.tables.search import Optimise

Point = tuple[int, ...]
"""Where on the grid: an index for each dimension."""

FIELDS = ("count", "every", "start", "amount")

OVER_BUDGET = "over the budget"
OVER_VISITS = "more visits than allowed"
TOO_LATE = "a dose after it is judged"
TOO_MUCH = "the cocktail holds more than allowed"


@dataclass(frozen=True)
class Dimension:
    """One thing that varies: a field of a dose line, or (dose -1) a factor of the cocktail."""

    name: str
    dose: int
    field: str
    grid: Grid


@dataclass(frozen=True)
class Schedule:
    """What an arm is given: its doses, and entries of its cocktail's signature."""

    doses: tuple[Dose, ...]
    factors: tuple[tuple[str, float], ...] = ()

    @property
    def text(self) -> str:
        """Return the schedule in words, without the names of treatments where there is one."""
        lines = [dose_text(dose) for dose in self.doses]
        if len(self.doses) == 1:
            lines = [lines[0].removeprefix(self.doses[0].treatment).strip()]
        if self.factors:
            lines.append(", ".join(f"{name} {value:g}" for name, value in self.factors))
        return "; ".join(lines)


@dataclass(frozen=True)
class Space:
    """Every schedule of a search, in one scenario (or one class of people of it)."""

    scenario: Scenario
    search: Optimise
    arm: Arm
    control: Arm
    dimensions: tuple[Dimension, ...]
    prices: Mapping[str, CostLike]

    @property
    def size(self) -> int:
        """Return the number of points of the grid."""
        return prod(dimension.grid.size for dimension in self.dimensions)

    def points(self) -> Iterator[Point]:
        """Yield every point of the grid."""
        return product(*(range(dimension.grid.size) for dimension in self.dimensions))

    def schedule(self, point: Point) -> Schedule:
        """Return the schedule at a point of the grid."""
        changes: list[dict[str, float | int | None]] = [{} for _ in self.arm.doses]
        factors = []
        for dimension, index in zip(self.dimensions, point, strict=True):
            value = dimension.grid.value(index)
            if dimension.dose < 0:
                factors.append((dimension.field, value))
            elif dimension.field == "count":
                changes[dimension.dose] |= {"count": int(value), "until": None}
            else:
                changes[dimension.dose][dimension.field] = value
        doses = []
        for dose, change in zip(self.arm.doses, changes, strict=True):
            changed = dose.model_copy(update=change)
            if changed.count == 1 and change:  # then no interval means anything
                changed = changed.model_copy(update={"every": None})
            doses.append(changed)
        return Schedule(tuple(doses), tuple(factors))

    def as_written(self) -> Schedule:
        """Return the schedule of the scenario itself."""
        cocktail = self.search.cocktail
        if cocktail is None:
            return Schedule(self.arm.doses)
        signature = self.scenario.treatments[cocktail.treatment]["signature"]
        return Schedule(
            self.arm.doses, tuple((name, signature[name]["value"]) for name in cocktail.factors)
        )

    def bill(self, schedule: Schedule) -> Bill:
        """Return what a schedule costs until it is judged."""
        return bill(schedule.doses, self.search.at, self.prices)

    def refusal(self, schedule: Schedule, costs: Bill) -> str:
        """Return why a schedule is left out, empty where it may be followed."""
        search = self.search
        if any(_last_day(dose) >= search.at for dose in schedule.doses if dose.count is not None):
            return TOO_LATE
        if search.budget is not None and costs.cost > search.budget:
            return OVER_BUDGET
        if search.most_visits is not None and costs.visits > search.most_visits:
            return OVER_VISITS
        most = None if search.cocktail is None else search.cocktail.most_total
        # the sum of a few decimal steps may lie a rounding error above the limit
        if most is not None and sum(abs(v) for _, v in schedule.factors) > most * (1 + 1e-9):
            return TOO_MUCH
        return ""

    def cheapest(self) -> Point:
        """Return the point that costs least: prices only rise with number and amount of doses."""
        with_count = {d.dose for d in self.dimensions if d.field == "count"}
        with_count |= {i for i, dose in enumerate(self.arm.doses) if dose.count is not None}

        def is_cheaper_later(
            dimension: Dimension,
        ) -> bool:  # of doses given until a day, the rarer and later
            until_a_day = dimension.dose >= 0 and dimension.dose not in with_count
            return until_a_day and dimension.field in ("every", "start")

        return tuple(d.grid.size - 1 if is_cheaper_later(d) else 0 for d in self.dimensions)

    def shortest(self) -> Point:
        """Return the point whose last dose comes first."""
        return (0,) * len(self.dimensions)

    def scenario_with(self, schedule: Schedule) -> Scenario:
        """Return the scenario with a schedule in place of the arm's own, and no search in it."""
        arm = self.arm.model_copy(update={"doses": schedule.doses})
        arms = tuple(arm if other.label == arm.label else other for other in self.scenario.arms)
        changes = {"arms": arms, "optimise": None, **self.cocktail_with(schedule)}
        return self.scenario.model_copy(update=changes)

    def cocktail_with(self, schedule: Schedule) -> dict[str, object]:
        """Return what a schedule changes of the scenario's own treatments."""
        cocktail = self.search.cocktail
        if cocktail is None or not schedule.factors:
            return {}
        treatments = thawed(self.scenario.treatments)
        signature = treatments[cocktail.treatment]["signature"]
        for name, value in schedule.factors:
            if value != signature[name]["value"]:
                source = "chosen by a search over [optimise.cocktail]"
                signature[name] |= {"value": value, "source": source, "grade": "user"}
        return {"treatments": FrozenMap(frozen(treatments))}


def _last_day(dose: Dose) -> float:
    return dose.start + ((dose.count or 1) - 1) * (dose.every or 0.0)


def make_space(scenario: Scenario) -> Space:
    """Return the schedules of a scenario's search, after making sure that some can be followed.

    Raises
    ------
    InputError
        If the scenario has no `[optimise]` table, or no schedule of it meets the budget, the limit
        of visits or the week of the objective; says what the cheapest one costs.
    """
    search = scenario.optimise
    if search is None:
        message = "missing; the search needs an [optimise] table: arm, objective, at, what to vary"
        raise InputError(scenario.origin, [Problem("optimise", message)])
    arm = next(arm for arm in scenario.arms if arm.label == search.arm)
    control = control_of(scenario, search)
    assert control is not None  # a scenario without one is refused when it is read
    dimensions = []
    for varied in search.doses:
        several = f"dose {varied.dose} " if len(search.doses) > 1 else ""
        for field in FIELDS:
            grid = getattr(varied, field)
            if grid is not None:
                dimensions.append(Dimension(f"{several}{field}", varied.dose, field, grid))
    if search.cocktail is not None:
        for factor, grid in search.cocktail.factors.items():
            dimensions.append(Dimension(factor, -1, factor, grid))
    prices = price_list({cost.treatment: cost for cost in scenario.costs})
    space = Space(scenario, search, arm, control, tuple(dimensions), prices)
    _check_possible(space)
    return space


def _check_possible(space: Space) -> None:
    search = space.search
    problems = []
    shortest = space.schedule(space.shortest())
    last_days = [_last_day(dose) for dose in shortest.doses if dose.count is not None]
    if max(last_days, default=0.0) >= search.at:
        day, week = (units.format_quantity(x, "time") for x in (max(last_days), search.at))
        message = f"even the shortest course gives its last dose at {day}; it is judged at {week}"
        problems.append(Problem("optimise.at", message))
    schedule = space.schedule(space.cheapest())
    cheapest_bill = space.bill(schedule)
    if search.budget is not None and cheapest_bill.cost > search.budget:
        message = (
            f"found {search.budget:,.0f} USD; no schedule meets it: the cheapest "
            f"({schedule.text}) costs {cheapest_bill.cost:,.0f} USD"
        )
        problems.append(Problem("optimise.budget", message))
    # lines of doses may share their visits, so no schedule takes fewer than its longest line
    fewest = max((space.bill(Schedule((dose,))).visits for dose in schedule.doses), default=0.0)
    if search.most_visits is not None and fewest > search.most_visits:
        message = f"found {search.most_visits}; every schedule takes {fewest:g} visits or more"
        problems.append(Problem("optimise.most_visits", message))
    if search.objective == "cost_per_hair" and cheapest_bill.cost == 0.0:
        message = f"a schedule ({schedule.text}) costs nothing, so a hair has no price"
        problems.append(Problem("optimise.objective", message))
    if problems:
        raise InputError(space.scenario.origin, problems)
