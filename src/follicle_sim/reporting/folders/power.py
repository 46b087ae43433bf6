"""What an answer about power leaves on disk: tables, every trial, a figure, and how it was made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.planning.lots import LotRow
from follicle_sim.experiments.planning.power import PowerResult
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.power_rows import PowerRow, SmallestRow
from follicle_sim.figures.parts.style import name_of, save_figure
from follicle_sim.figures.power import plot_power
from follicle_sim.protocol.headcount import people_of
from follicle_sim.protocol.potency_notes import potencies_in_short
from follicle_sim.reporting.folders.asked import asked
from follicle_sim.results.storage import save_result
from follicle_sim.scenario.model import Scenario

REACH = 2.0
"""The figure goes on to this many times the largest number tried, where the curve needs it."""

ROOM = 1.06

LOTS = "lots.csv"


def as_record(result: PowerResult, scenario: Scenario, command: str) -> dict[str, Any]:
    """Return an answer as plain numbers and words, for JSON."""
    return asked(scenario, command) | {
        "plan": _record_plan(result.plan),
        "notes": list(result.plan.notes),
        "people": [
            {"n": n, **result.people.times(n).as_record()}
            for n in dict.fromkeys(row.n for row in result.rows)
        ],
        "meaning_of_n": result.people.meaning(),
        "trials_asked_for": result.wanted,
        "stopped": result.stopped,
        "seconds": round(result.seconds, 1),
        "power": [asdict(row) for row in result.rows],
        "smallest": [asdict(row) for row in result.smallest],
        "lots": [asdict(row) for row in result.lots],
    }


def _record_plan(plan: Plan) -> dict[str, Any]:
    named = {name: value for name, value in vars(plan).items() if name != "table"}
    return named | {"analysis": plan.table.model_dump(mode="json")}


@writes_whole("power")
def write_power(
    result: PowerResult, scenario: Scenario, folder: Path, command: str
) -> tuple[str, ...]:
    """Write power.csv, smallest.csv, power.json, trials.nc and power.png; return their names.

    lots.csv too, where the scenario has lots that differ.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    save_result(result.trials, folder / "trials.nc")
    write_rows(folder / "power.csv", PowerRow, result.rows)
    write_rows(folder / "smallest.csv", SmallestRow, result.smallest)
    more: tuple[str, ...] = ()
    (folder / LOTS).unlink(missing_ok=True)
    if result.lots:
        write_rows(folder / LOTS, LotRow, result.lots)
        more = (LOTS,)
    text = json.dumps(as_record(result, scenario, command), indent=1)
    write_text_atomic(folder / "power.json", text + "\n")
    tried = max(row.n for row in result.rows)
    needed = max((row.n or 0 for row in result.smallest), default=0)
    last = ROOM * max(tried, min(REACH * tried, needed))
    plan = result.plan
    sides = "two-sided" if plan.sides == 2 else "one-sided"
    measure = "" if plan.measured == "change" else f" ({plan.measured})"
    title = f"Power: {name_of(plan.endpoint)}{measure}, {plan.method.replace('_', ' ')}, {sides}"
    figure = plot_power(
        result.rows,
        result.lines(last),
        result.smallest,
        title,
        plan.level_of_error,
        result.people,
        people_of(scenario).total,
        "; ".join(potencies_in_short(scenario)),
    )
    save_figure(figure, folder / "power.png")
    return "power.csv", "smallest.csv", *more, "power.json", "trials.nc", "power.png"
