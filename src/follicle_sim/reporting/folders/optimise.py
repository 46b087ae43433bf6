"""What a search for a schedule leaves on disk: tables, the winner as a scenario, the figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.schedules.gain import cost_per_hair, mean_gain
from follicle_sim.experiments.schedules.optimise import Optimised
from follicle_sim.experiments.schedules.retest import Best
from follicle_sim.figures.pareto import plot_pareto
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.pharmacology.prices import CURRENCY, load_costs
from follicle_sim.reporting.folders.record import write_record
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.load import dump_scenario

FILES = ("schedules.csv", "optimise.json", "winner.toml", "pareto.png")


@dataclass(frozen=True)
class ScheduleRow:
    """One schedule in one class of people.

    gain : on the people of the search, hairs/cm2 at the week of the objective, or hair-weeks/cm2
    retest : the same on fresh people; luck : gain less retest; behind : retest of the winner less
    this one's, the same fresh people; None where it was not tried again.
    cost in US dollars; cost_per_hair : per hair/cm2, from the retest where there is one.
    left_out : why it could not be chosen, of a course shown for orientation.
    """

    people: str
    role: str
    schedule: str
    cost: float
    visits: float
    doses: int
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    retest: float | None
    retest_low: float | None
    retest_high: float | None
    luck: float | None
    luck_se: float | None
    behind: float | None
    behind_low: float | None
    behind_high: float | None
    cost_per_hair: float | None
    left_out: str


@writes_whole("optimise")
def write_schedules(optimised: Optimised, folder: Path, command: str) -> tuple[str, ...]:
    """Write schedules.csv, optimise.json, winner.toml and pareto.png; return their names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    rows = [row for best in _everyone(optimised) for row in rows_of(best)]
    write_rows(folder / "schedules.csv", ScheduleRow, rows)
    winner = optimised.best.space.scenario_with(optimised.best.winner.schedule)
    write_text_atomic(folder / "winner.toml", dump_scenario(winner))
    save_figure(plot_pareto(optimised.best), folder / "pareto.png")
    record = summary(optimised) | {
        "scenario": optimised.scenario.title,
        "scenario_hash": scenario_hash(optimised.scenario),
        "seconds": round(optimised.seconds, 1),
        "schedules": [asdict(row) for row in rows if row.role],
    }
    write_record(folder / "optimise.json", command, optimised.seed, [], record)
    return FILES


def _everyone(optimised: Optimised) -> Iterator[Best]:
    yield optimised.best
    for row in optimised.classes:
        yield row.best


def rows_of(best: Best) -> list[ScheduleRow]:
    """Return every schedule tried, and the courses shown for orientation, by rising cost."""
    again = {row.schedule: row for row in (*best.courses, *best.retested)}
    front = {trial.schedule for trial in best.front}
    tried = {trial.schedule: trial for trial in best.searched.tried}
    names = {row.schedule: row.name for row in best.courses}
    rows = []
    for schedule in [*tried, *(s for s in names if s not in tried)]:
        row, trial = again.get(schedule), tried.get(schedule)
        bill = best.space.bill(schedule)
        searched_gain = None if trial is None else mean_gain(trial.gains)
        roles = ["winner"] if schedule == best.winner.schedule else []
        roles += ["front"] if schedule in front else []
        roles += [names[schedule]] if schedule in names else []
        known = (row.fresh if row is not None else searched_gain) or None
        rows.append(
            ScheduleRow(
                people=best.label,
                role=", ".join(roles),
                schedule=schedule.text,
                cost=bill.cost,
                visits=bill.visits,
                doses=bill.doses,
                gain=None if searched_gain is None else searched_gain.value,
                gain_low=None if searched_gain is None else searched_gain.low,
                gain_high=None if searched_gain is None else searched_gain.high,
                retest=None if row is None else row.fresh.value,
                retest_low=None if row is None else row.fresh.low,
                retest_high=None if row is None else row.fresh.high,
                luck=None if row is None else row.luck,
                luck_se=None if row is None else row.luck_se,
                behind=None if row is None else row.behind.value,
                behind_low=None if row is None else row.behind.low,
                behind_high=None if row is None else row.behind.high,
                cost_per_hair=_price(best, known.value if known else 0.0, bill.cost),
                left_out="" if row is None else row.refused,
            )
        )
    return sorted(rows, key=lambda row: row.cost)


def _price(best: Best, gain: float, cost: float) -> float | None:
    # an area is no number of hairs
    area = best.space.search.objective == "area_under_gain"
    return None if area else cost_per_hair(gain, cost)


def summary(optimised: Optimised) -> dict[str, object]:
    """Return what was asked and what came out, for JSON: the winner, luck, classes, prices."""
    search = optimised.best.space.search
    return {
        "objective": search.objective,
        "at_week": search.at / 7.0,
        "arm": search.arm,
        "control": optimised.best.space.control.label,
        "budget": search.budget,
        "most_visits": search.most_visits,
        "trials": optimised.trials,
        "retest_seed": optimised.retest_seed,
        "people": {"search": optimised.best.subjects, "retest": optimised.best.retest_subjects},
        "interval": "95 %, Student t over people; potency and biology are taken as known",
        "best": {best.label: _best(best) for best in _everyone(optimised)},
        "common_schedule": {
            row.label: {"gain": asdict(row.common), "loses": asdict(row.loss)}
            for row in optimised.classes
        },
        "prices": prices_used(optimised),
    }


def _best(best: Best) -> Mapping[str, Any]:
    again = best.again
    return {
        "schedule": again.schedule.text,
        "cost": again.bill.cost,
        "visits": again.bill.visits,
        "searched": None if again.searched is None else asdict(again.searched),
        "retested": asdict(again.fresh),
        "luck": again.luck,
        "cost_per_hair": _price_interval(best),
        "cheapest_not_told_apart": best.as_good.schedule.text,
        "method": best.searched.method,
        "tried": len(best.searched.tried),
        "every_schedule_tried": best.searched.whole,
        "left_out": best.searched.left_out,
    }


def _price_interval(best: Best) -> dict[str, float | None]:
    """Return the price of a hair with the winner, on fresh people; None where it may be none."""
    cost, fresh = best.again.bill.cost, best.again.fresh
    ends = {"value": fresh.value, "low": fresh.high, "high": fresh.low}
    return {name: _price(best, gain, cost) for name, gain in ends.items()}


def prices_used(optimised: Optimised) -> dict[str, object]:
    """Return the prices of what the arm is given, with their sources, for JSON."""
    space, library = optimised.best.space, load_costs()
    own = {cost.treatment for cost in space.scenario.costs}
    used: dict[str, object] = {}
    for name in dict.fromkeys(dose.treatment for dose in space.arm.doses):
        if name in own:
            price = space.prices[name]
            keys = ("once", "per_dose", "per_amount", "visits")
            numbers = {key: getattr(price, key) for key in keys}
            used[name] = numbers | {"unit": CURRENCY, "source": "set in the scenario"}
        else:
            used[name] = library[name].model_dump(exclude_none=True)
    return used
