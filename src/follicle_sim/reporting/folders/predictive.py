"""What a visual predictive check leaves on disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.planning.predictive import BandRow, PointRow, PredictiveCheck
from follicle_sim.figures.parts.published import study_name
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.predictive import plot_predictive
from follicle_sim.reporting.folders.asked import asked
from follicle_sim.scenario.model import Scenario


@writes_whole("vpc")
def write_check(
    check: PredictiveCheck, scenario: Scenario, folder: Path, command: str
) -> tuple[str, ...]:
    """Write bands.csv, points.csv, vpc.json (how it was made) and vpc.png; return their names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write_rows(folder / "bands.csv", BandRow, check.bands)
    write_rows(folder / "points.csv", PointRow, check.points)
    record = asked(scenario, command) | {
        "study": check.study,
        "people": dict(check.people),
        "people_assumed": list(check.assumed),
        "trials": check.bands[0].trials,
        "points": [asdict(point) for point in check.points],
    }
    write_text_atomic(folder / "vpc.json", json.dumps(record, indent=1) + "\n")
    title = f"{study_name(check.study)} against virtual trials of its size"
    save_figure(plot_predictive(check.bands, check.points, title), folder / "vpc.png")
    return "bands.csv", "points.csv", "vpc.json", "vpc.png"
