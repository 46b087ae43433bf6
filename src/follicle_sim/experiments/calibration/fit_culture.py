"""Fit what a dish does to follicles: two numbers of a condition to the control of one culture.

    python -m follicle_sim.experiments.calibration.fit_culture [--dry-run]

Writes `biology/conditions/fitted_culture.toml`. How much faster anagen ends is solved for on the
design of the study (`scoreboard/designs/ahn_2012.toml`), on the same donors in every evaluation;
how much slower a shaft grows then follows by proportion. No arm with a drug is looked at. Ten
seconds.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version

from scipy.optimize import brentq

from follicle_sim.base.fitted import FittedValue, fill_fitted, save_fitted
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.biology.condition_reading import FOLDER
from follicle_sim.evidence.observed import observations
from follicle_sim.experiments.scoreboard.designs import load_design
from follicle_sim.scenario.load import from_document, to_document
from follicle_sim.simulation.simulate import simulate

COMMAND = "python -m follicle_sim.experiments.calibration.fit_culture"
SET = "culture"
CONDITION = "organ_culture"
STUDY, DESIGN = "ahn_2012", "ahn_2012"
DAY = 12.0

AIMS = {"anagen_speed": "anagen_retention", "elongation": "growth_rate"}
"""Of each number: the endpoint of the control that it is met by."""

BOUNDS = (1.0, 500.0)
"""Between which the clock of anagen may run faster."""


def aim_of(endpoint: str) -> tuple[str, float]:
    """Return the id and the value of the control's row of an endpoint.

    Raises
    ------
    ValueError
        If the registry does not keep that row for calibration.
    """
    (row,) = (
        row
        for row in observations(STUDY)
        if row.endpoint == endpoint and row.role == "placebo" and row.kind == "level"
    )
    if row.use != "calibration":
        raise ValueError(f"{row.id} is for {row.use}, not for a fit")
    return row.id, row.value


def control(speed: float, elongation: float) -> tuple[float, float]:
    """Return the share still in anagen and the elongation (mm/day) on the last day, no drug given.

    Parameters
    ----------
    speed
        How much faster anagen ends in the dish.
    elongation
        Growth of a shaft relative to the scalp.
    """
    trial = {
        name: Quantity(value=value, unit="1", source="trial", grade="fitted")
        for name, value in (("anagen_speed", speed), ("elongation", elongation))
    }
    path = FOLDER / f"{CONDITION}.toml"
    document = to_document(load_design(DESIGN))
    document["conditions"] = {
        "trial": fill_fitted(read_toml(path), CONDITION, FOLDER, {SET: trial})
    }
    document["population"] = {**document["population"], "condition": "trial"}
    document["arms"] = [arm for arm in document["arms"] if arm["role"] == "placebo"]
    del document["compare"]
    last = simulate(from_document(document)).sel(time=DAY).isel(arm=0).mean("subject")
    return float(last["anagen_retention"]), float(last["shaft_elongation"])


def fit() -> dict[str, float]:
    """Return both numbers, of four digits."""
    left = aim_of("anagen_retention")[1]
    speed = brentq(lambda x: control(x, 1.0)[0] - left, *BOUNDS, xtol=0.01)
    grown = aim_of("growth_rate")[1] / control(speed, 1.0)[1]
    return {"anagen_speed": float(f"{speed:.4g}"), "elongation": float(f"{grown:.4g}")}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print what was met, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    options = parser.parse_args(arguments)
    values = fit()
    lines = ["number           value  observed  simulated  what"]
    for (name, endpoint), given in zip(AIMS.items(), control(**_named(values)), strict=True):
        row, observed = aim_of(endpoint)
        lines.append(f"{name:12} {values[name]:9.4g} {observed:9.4g} {given:10.4g}  {row}")
    print("\n".join(lines))
    if options.dry_run:
        return
    entries: Mapping[str, FittedValue] = {
        name: FittedValue(
            value=values[name],
            unit="1",
            source=f"{endpoint} of the control on day {DAY:g}: {aim_of(endpoint)[0]}",
            grade="fitted",
            command=COMMAND,
            data=(aim_of(endpoint)[0],),
            date=date.today().isoformat(),
            versions={package: version(package) for package in ("follicle-sim", "numpy")},
        )
        for name, endpoint in AIMS.items()
    }
    heading = f"Written by `{COMMAND}`; do not edit.\n\n" + "\n".join(lines)
    print(f"wrote {save_fitted(SET, entries, heading, FOLDER)}")


def _named(values: Mapping[str, float]) -> dict[str, float]:
    return {"speed": values["anagen_speed"], "elongation": values["elongation"]}


if __name__ == "__main__":
    main()
