"""What exposure and response leave on disk."""

from __future__ import annotations

import json
from pathlib import Path

import xarray as xr

from follicle_sim.analysis.outcomes.exposure_response import ExposureResponse, GroupRow, PersonRow
from follicle_sim.base.csv_text import write_rows
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.figures.exposure_response import plot_exposure_response
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.reporting.folders.asked import asked
from follicle_sim.scenario.model import Scenario


@writes_whole("exposure")
def write_exposure(
    found: ExposureResponse, data: xr.Dataset, scenario: Scenario, folder: Path, command: str
) -> tuple[str, ...]:
    """Write people.csv, groups.csv, exposure.json (how it was made) and exposure.png.

    Returns
    -------
    Their names.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    write_rows(folder / "people.csv", PersonRow, found.people)
    write_rows(folder / "groups.csv", GroupRow, found.groups)
    record = asked(scenario, command) | {
        "treatment": found.treatment,
        "measure": found.measure,
        "exposure_unit": found.exposure_unit,
        "endpoint": found.endpoint,
        "unit": found.unit,
        "week": found.week,
        "people": len(found.people),
        "slope": None if found.slope != found.slope else found.slope,
        "slope_error": None if found.slope_error != found.slope_error else found.slope_error,
    }
    write_text_atomic(folder / "exposure.json", json.dumps(record, indent=1) + "\n")
    save_figure(plot_exposure_response(data, found=found), folder / "exposure.png")
    return "people.csv", "groups.csv", "exposure.json", "exposure.png"
