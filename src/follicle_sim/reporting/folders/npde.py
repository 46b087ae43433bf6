"""What prediction errors of single people leave on disk."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.experiments.planning.npde import ErrorRow, NpdeCheck
from follicle_sim.figures.npde import plot_npde
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.reporting.folders.asked import asked
from follicle_sim.scenario.model import Scenario


@writes_whole("npde")
def write_npde(check: NpdeCheck, scenario: Scenario, folder: Path, command: str) -> tuple[str, ...]:
    """Write npde.csv (a row a value), npde.json (shapes, how it was made) and npde.png.

    Returns
    -------
    Their names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write_rows(folder / "npde.csv", ErrorRow, check.rows)
    record = asked(scenario, command) | {
        "data": check.source,
        "left_out": list(check.left_out),
        "shapes": [
            asdict(shape) | {"fits": shape.fits if shape.tells else None} for shape in check.shapes
        ],
    }
    write_text_atomic(folder / "npde.json", json.dumps(record, indent=1) + "\n")
    save_figure(plot_npde(check), folder / "npde.png")
    return "npde.csv", "npde.json", "npde.png"
