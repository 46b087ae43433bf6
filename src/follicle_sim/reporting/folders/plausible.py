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
from follicle_sim.reporting.folders.asked import asked
from follicle_sim.scenario.model import Scenario


def as_record(
    answer: Plausible, repeats: Sequence[RepeatRow], scenario: Scenario, command: str
) -> dict[str, Any]:
    """Return an answer as plain numbers and words, for JSON."""
    plan = answer.plan
    return asked(scenario, command) | {
        "outcome": {
            "endpoint": plan.endpoint,
            "weeks": plan.weeks,
            "method": plan.method,
            "alpha": plan.level_of_error,
            "sided": plan.sides,
            "comparisons": plan.pairs,
        },
        "people": answer.subjects,
        "controlled": answer.controlled,
        "treatment": answer.treatment,
        "default_potency": answer.default,
        "drug_alone": [asdict(row) for row in answer.alone],
        "drug_and_all_else": [asdict(row) for row in answer.surrounded],
        "without_the_drug": [asdict(row) for row in answer.nulls],
        "months": [asdict(row) for row in answer.months],
        "likelihood_ratios": [asdict(row) for row in answer.ratios],
        "controlled_repeat": [asdict(row) for row in repeats],
        "seconds": round(answer.seconds, 1),
    }


@writes_whole("plausible")
def write_plausible(
    answer: Plausible,
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
    every = (*answer.nulls, *answer.months, *answer.alone, *answer.surrounded)
    write_rows(folder / "chances.csv", ChanceRow, every)
    write_rows(folder / "ratios.csv", RatioRow, answer.ratios)
    write_rows(folder / "repeat.csv", RepeatRow, repeats)
    text = json.dumps(as_record(answer, repeats, scenario, command), indent=1)
    write_text_atomic(folder / "plausible.json", text + "\n")
    figure = plot_plausible(
        answer.alone,
        answer.surrounded,
        answer.nulls,
        repeats,
        title=scenario.title,
        asked=describe_outcome(answer),
        default=answer.default,
        controlled=answer.controlled,
    )
    save_figure(figure, folder / "plausible.png")
    return "chances.csv", "ratios.csv", "repeat.csv", "plausible.json", "plausible.png"


def describe_outcome(answer: Plausible) -> str:
    """Return the published outcome in words."""
    plan = answer.plan
    weeks = [f"{week:g}" for week in plan.weeks]
    when = (
        f"week {weeks[0]}" if len(weeks) == 1 else f"weeks {', '.join(weeks[:-1])} and {weeks[-1]}"
    )
    gain = "gain" if plan.pairs[0][1] else "rise"
    arms = [treated for treated, _ in plan.pairs]
    everywhere = ""
    if len(arms) > 1:
        everywhere = f", in {', '.join(arms[:-1])} and {arms[-1]}"
    name = plan.endpoint.replace("_", " ")
    return f"{gain} in {name}, p < {plan.level_of_error:g}, at {when}{everywhere}"
