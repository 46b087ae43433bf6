"""What `bench papilla` leaves in its folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.folders import writes_whole
from follicle_sim.pharmacology.bench import load_papilla, proliferation, proliferation_band
from follicle_sim.reporting.folders.run import make_folder

TABLE, FIGURE = "papilla.csv", "papilla.png"
COLUMNS = ("agent", "concentration", "unit", "relative_cells", "low_90", "high_90")


def write_papilla(folder: Path) -> tuple[str, str]:
    """Write the exposure-responses of papilla cells at what was tried, and their figure.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    return _write(make_folder(folder))


@writes_whole("bench")
def _write(folder: Path) -> tuple[str, str]:
    from follicle_sim.figures.papilla import plot_papilla
    from follicle_sim.figures.parts.style import save_figure

    rows: list[tuple[object, ...]] = []
    for name, response in load_papilla().items():
        tried = np.array([0.0, *response.tried.values])
        low, high = proliferation_band(response, tried)
        values = zip(tried, proliferation(response, tried), low, high, strict=True)
        rows += [
            (name, float(c), response.unit, float(mean), float(least), float(most))
            for c, mean, least, most in values
        ]
    write_text_atomic(folder / TABLE, csv_text(COLUMNS, rows))
    save_figure(plot_papilla(), folder / FIGURE)
    return TABLE, FIGURE
