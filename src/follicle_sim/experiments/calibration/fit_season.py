"""Fit a season that also lets hairs go to the months in which men shed and grew most.

    python -m follicle_sim.experiments.calibration.fit_season [--dry-run]

Prints the four numbers of `season_anagen`, `season_telogen` and their peaks, and what was met; it
writes nothing: a scenario names them in [biology]. `--dry-run` looks at the numbers as they were
found. Three minutes.

Randall & Ebling 1991, Br J Dermatol 124:146 (abstract), 14 men in Sheffield for 18 months: most
anagen, over 90 %, in March; least in September; shedding fastest around August and September, when
least hairs grew, at more than twice that of the preceding winter. The autumn share of about 80 % is
a review's. Months are read as their middle, and as the border of the two; the errors are ours.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import minimize

from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR
from follicle_sim.protocol.timeline import SHED_WINDOW
from follicle_sim.scenario.load import from_document
from follicle_sim.simulation.simulate import simulate

FOUND = (0.98, 190.0, 0.37, 211.0)
"""season_anagen, its peak (day of the year), season_telogen, its peak; rounded."""

HARMONICS = 3
WINTER = (348.0, 73.0)
"""Days of the year from and to which winter lasts: mid December to mid March."""

AIMS: Mapping[str, tuple[float, float]] = {
    "most anagen, day": (74.0, 15.0),
    "least anagen, day": (258.0, 15.0),
    "fastest shedding, day": (243.0, 15.0),
    "most anagen, share": (0.92, 0.015),
    "swing of anagen, share": (0.10, 0.015),
    "shedding at its peak over that of winter": (2.2, 0.5),
}
"""What is met, and within how much."""


def seasonal_year(season: Sequence[float], *, follicles: int = 240_000) -> dict[str, float]:
    """Return what a healthy scalp does in a year, under the names of `AIMS`.

    season : as `FOUND`
    """
    anagen, anagen_peak, telogen, telogen_peak = season
    scenario = {
        "schema_version": 1,
        "title": "a healthy scalp through the year",
        "population": {
            "subjects": 1,
            "follicles": follicles,
            "target_area": f"{follicles / 250.0} cm2",
            "follicle_density": "250 cm-2",
            "condition": "healthy",
        },
        "arms": [{"label": "nobody treated", "role": "untreated"}],
        "design": {
            "kind": "counterfactual",
            "recruitment": {"opens": "1 January"},
            "visits": {"every": "6 days", "until": "366 days"},
        },
        "biology": {
            "season_anagen": anagen,
            "season_anagen_peak": f"{anagen_peak % YEAR} days",
            "season_telogen": telogen,
            "season_telogen_peak": f"{telogen_peak % YEAR} days",
        },
        "run": {"history": "6 years", "seed": 20261127},
    }
    data = simulate(from_document(scenario)).isel(arm=0, subject=0)
    days = np.asarray(data["time"].values, dtype=np.float64)
    growing = _smooth(days, data["anagen_fraction"].values)
    # shed hairs are counted over the weeks before a visit
    shed = _smooth(days - 0.5 * SHED_WINDOW, data["shed_rate"].values)
    winter = np.concatenate([shed[int(WINTER[0]) :], shed[: int(WINTER[1])]])
    return dict(
        zip(
            AIMS,
            (
                float(growing.argmax()),
                float(growing.argmin()),
                float(shed.argmax()),
                float(growing.max()),
                float(growing.max() - growing.min()),
                float(shed.max() / winter.mean()),
            ),
            strict=True,
        )
    )


def _smooth(days: Floats, values: Floats) -> Floats:
    """Return (365,) a yearly course through values, of a few harmonics, day by day."""

    def waves(at: Floats) -> Floats:
        turns = [k * 2.0 * np.pi * at / YEAR for k in range(1, HARMONICS + 1)]
        return np.stack([np.ones_like(at), *map(np.cos, turns), *map(np.sin, turns)], axis=1)

    found = np.linalg.lstsq(waves(days), values, rcond=None)[0]
    return np.asarray(waves(np.arange(365.0)) @ found)


def misfit(season: Sequence[float]) -> float:
    """Return the sum of squared deviations from the aims, each in its error."""
    if not (0.0 <= season[0] <= 2.0 and 0.0 <= season[2] <= 2.0):
        return float("inf")
    year = seasonal_year(season)
    total = 0.0
    for name, (aim, error) in AIMS.items():
        off = year[name] - aim
        if name.endswith("day"):
            off = (off + 0.5 * YEAR) % YEAR - 0.5 * YEAR
        total += (off / error) ** 2
    return total


def table(season: Sequence[float]) -> list[str]:
    """Return what was aimed at and what comes out, line by line."""
    year = seasonal_year(season)
    lines = [f"{'what':42} {'aim':>7} {'within':>7} {'simulated':>9}"]
    return lines + [
        f"{name:42} {aim:7.4g} {error:7.3g} {year[name]:9.4g}"
        for name, (aim, error) in AIMS.items()
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="fit nothing")
    season: Sequence[float] = FOUND
    if not parser.parse_args(arguments).dry_run:
        start = np.array(FOUND)
        corners = np.stack([start, *(start + np.diag([0.15, 12.0, 0.1, 15.0]))])
        options = {"initial_simplex": corners, "maxfev": 90, "xatol": 0.5, "fatol": 0.05}
        season = minimize(misfit, start, method="Nelder-Mead", options=options).x.tolist()
    names = ("season_anagen", "season_anagen_peak", "season_telogen", "season_telogen_peak")
    print("  ".join(f"{name} = {value:.3g}" for name, value in zip(names, season, strict=True)))
    print(f"misfit {misfit(season):.3g}; today's season without a release: {misfit(TODAY):.3g}")
    print("\n".join(table(season)))


TODAY = (0.6, 190.0, 0.0, 211.0)
"""The season that scenarios have unless they name another one."""


if __name__ == "__main__":
    main()
