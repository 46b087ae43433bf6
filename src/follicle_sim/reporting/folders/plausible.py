"""What an answer about a published outcome leaves on disk: tables, numbers and a figure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.planning.plausible import Plausible
from follicle_sim.experiments.planning.plausible_rows import ChanceRow, RatioRow
from follicle_sim.experiments.planning.repeat import RepeatRow
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.plausible import plot_plausible
from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.scenario.model import Scenario


def as_record(
    found: Plausible, repeats: Sequence[RepeatRow], scenario: Scenario, command: str
) -> dict[str, Any]:
    """Return an answer as plain numbers and words, for JSON."""
    plan = found.plan
    return {
        "command": command,
        "version": package_version(),
        "scenario": scenario.title,
        "scenario_hash": scenario_hash(scenario),
        "seed": scenario.run.seed,
        "outcome": {
            "endpoint": plan.endpoint,
            "weeks": plan.weeks,
            "method": plan.method,
            "alpha": plan.level_of_error,
            "sided": plan.sides,
            "comparisons": plan.pairs,
        },
        "people": found.subjects,
        "controlled": found.controlled,
        "treatment": found.treatment,
        "default_potency": found.default,
        "drug_alone": [asdict(row) for row in found.alone],
        "drug_and_all_else": [asdict(row) for row in found.surrounded],
        "without_the_drug": [asdict(row) for row in found.nulls],
        "months": [asdict(row) for row in found.months],
        "likelihood_ratios": [asdict(row) for row in found.ratios],
        "controlled_repeat": [asdict(row) for row in repeats],
        "seconds": round(found.seconds, 1),
    }


@writes_whole("plausible")
def write_plausible(
    found: Plausible,
    repeats: Sequence[RepeatRow],
    scenario: Scenario,
    folder: Path,
    command: str,
) -> tuple[str, ...]:
    """Write chances.csv, ratios.csv, repeat.csv, plausible.json and .png; return their names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    every = (*found.nulls, *found.months, *found.alone, *found.surrounded)
    write_rows(folder / "chances.csv", ChanceRow, every)
    write_rows(folder / "ratios.csv", RatioRow, found.ratios)
    write_rows(folder / "repeat.csv", RepeatRow, repeats)
    text = json.dumps(as_record(found, repeats, scenario, command), indent=1)
    write_text_atomic(folder / "plausible.json", text + "\n")
    figure = plot_plausible(
        found.alone,
        found.surrounded,
        found.nulls,
        repeats,
        title=scenario.title,
        asked=describe_outcome(found),
        default=found.default,
        controlled=found.controlled,
    )
    save_figure(figure, folder / "plausible.png")
    return "chances.csv", "ratios.csv", "repeat.csv", "plausible.json", "plausible.png"


def describe_outcome(found: Plausible) -> str:
    """Return the published outcome in words."""
    plan = found.plan
    weeks = [f"{week:g}" for week in plan.weeks]
    told = (
        f"week {weeks[0]}" if len(weeks) == 1 else f"weeks {', '.join(weeks[:-1])} and {weeks[-1]}"
    )
    gain = "gain" if plan.pairs[0][1] else "rise"
    arms = [treated for treated, _ in plan.pairs]
    everywhere = ""
    if len(arms) > 1:
        everywhere = f", in {', '.join(arms[:-1])} and {arms[-1]}"
    name = plan.endpoint.replace("_", " ")
    return f"{gain} in {name}, p < {plan.level_of_error:g}, at {told}{everywhere}"
