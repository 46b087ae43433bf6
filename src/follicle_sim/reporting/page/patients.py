"""What people see and feel of their hair, as a table of a trial's page."""

from __future__ import annotations

from collections.abc import Iterator

import xarray as xr

from follicle_sim.analysis.outcomes.patient_scales import patient_scales
from follicle_sim.reporting.page import words
from follicle_sim.reporting.report import TrialReport


def patient_lines(report: TrialReport, width: int) -> Iterator[str]:
    """Yield a table of scales by arm, where the plan asks people how they find their hair."""
    data = report.dataset
    if report.plan.satisfaction is None or not {"hair_density", "shaft_calibre"} <= set(data):
        return
    if data.attrs["design_kind"] == "crossover":  # an arm is then an order of treatments
        return
    scales = patient_scales(data)
    arms = [str(arm) for arm in data["arm"].values]
    head = ["As people see it", "rests on", *arms]
    rows = [
        [values.attrs["long_name"], values.attrs["basis"], *_courses(values, report.primary.day)]
        for values in scales.data_vars.values()
    ]
    yield from words.table([head, *rows], width, indent=0)
    week = f"week {report.primary.day / 7:g}"
    yield from words.paragraph(f"Means of people, baseline to {week}, by `patient_scales`.", width)


def _courses(values: xr.DataArray, day: float) -> list[str]:
    """Return the mean of each arm at baseline and at the visit nearest to a day."""
    means = values.mean("subject").transpose("arm", ..., "time")
    before, after = means.sel(time=0.0), means.sel(time=day, method="nearest")
    return [
        f"{float(first):.2g} to {float(last):.2g}"
        for first, last in zip(before.values.ravel(), after.values.ravel(), strict=True)
    ]
