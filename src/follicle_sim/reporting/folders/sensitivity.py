"""What a sensitivity analysis leaves on disk."""

import re
import time
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from follicle_sim.base.extras import need
from follicle_sim.base.files import write_rows
from follicle_sim.base.folders import being_written
from follicle_sim.base.progress import Report
from follicle_sim.experiments.calibration.tables import write_record
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.sensitivity import FACTOR, Plan, SensitivityRow, analyse, plan_key
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.sensitivity import plot_sensitivity
from follicle_sim.scenario.hashing import scenario_hash


@dataclass(frozen=True)
class FoundSensitivity:
    """Rows of every outcome, the files written, and how much work it was."""

    rows: tuple[SensitivityRow, ...]
    files: tuple[str, ...]
    seconds: float
    runs: int


def run_sensitivity(
    plan: Plan, folder: Path, command: str, resume: bool = False, report: Report | None = None
) -> FoundSensitivity:
    """Analyse a plan and write sensitivity.csv, a figure an outcome, and how it was made."""
    for module in ("SALib.sample.sobol", "SALib.analyze.sobol"):
        need(module)
    began = time.perf_counter()
    place = Checkpoint(folder / "evaluations.npz", plan_key(plan), resume)
    rows = analyse(plan, place, report)
    with being_written(folder, "sensitivity"):
        write_rows(folder / "sensitivity.csv", SensitivityRow, rows)
        files = ["sensitivity.json", "sensitivity.csv"]
        for (arm, control), group in groupby(rows, key=lambda row: (row.arm, row.control)):
            against = f" minus {control}" if control else ", own change"
            words = re.sub(r"[^a-z0-9]+", "_", f"{arm}{against}".lower()).strip("_")
            title = f"What moves the density change: {arm}{against}"
            save_figure(plot_sensitivity(list(group), title), folder / f"sensitivity_{words}.png")
            files.append(f"sensitivity_{words}.png")
        seconds = time.perf_counter() - began
        write_record(
            folder / "sensitivity.json",
            command,
            plan.scenario.run.seed,
            [],
            {
                "scenario": plan.scenario.title,
                "scenario_hash": scenario_hash(plan.scenario),
                "samples": plan.samples,
                "runs": plan.runs,
                "range_factor": FACTOR,
                "parameters": [parameter.name for parameter in plan.parameters],
                "seconds": round(seconds, 1),
            },
        )
    return FoundSensitivity(rows, tuple(files), seconds, plan.runs)
