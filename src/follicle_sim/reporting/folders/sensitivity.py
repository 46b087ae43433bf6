"""What a sensitivity analysis leaves on disk."""

import re
from itertools import groupby
from pathlib import Path

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.sensitivity import Ranking, SensitivityRow
from follicle_sim.experiments.sensitivity_plan import FACTOR, Plan
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.sensitivity import plot_sensitivity
from follicle_sim.reporting.folders.record import write_record
from follicle_sim.scenario.hashing import scenario_hash


@writes_whole("sensitivity")
def write_sensitivity(ranking: Ranking, plan: Plan, folder: Path, command: str) -> tuple[str, ...]:
    """Write sensitivity.csv, a figure an outcome, and how it was made; return the names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write_rows(folder / "sensitivity.csv", SensitivityRow, ranking.rows)
    files = ["sensitivity.json", "sensitivity.csv"]
    for (arm, control), group in groupby(ranking.rows, key=lambda row: (row.arm, row.control)):
        against = f" minus {control}" if control else ", own change"
        words = re.sub(r"[^a-z0-9]+", "_", f"{arm}{against}".lower()).strip("_")
        title = f"What moves the density change: {arm}{against}"
        save_figure(plot_sensitivity(list(group), title), folder / f"sensitivity_{words}.png")
        files.append(f"sensitivity_{words}.png")
    record = {
        "scenario": plan.scenario.title,
        "scenario_hash": scenario_hash(plan.scenario),
        "samples": plan.samples,
        "runs": ranking.runs,
        "range_factor": FACTOR,
        "parameters": [parameter.name for parameter in plan.parameters],
        "seconds": round(ranking.seconds, 1),
    }
    seed = plan.scenario.run.seed
    write_record(folder / "sensitivity.json", command, seed, [], record)
    return tuple(files)
