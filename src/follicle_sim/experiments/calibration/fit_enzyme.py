"""Fit finasteride's enzyme inactivation and DHT shares to Drake 1999.

    python -m follicle_sim.experiments.calibration.fit_enzyme [--dry-run]

Writes `library/fitted_drake.toml`. Three numbers (k_inact, the scalp share and the serum share) are
fitted by least squares to the seven calibration rows of the trial registry, through the same path
from dose to factor level that a simulation takes. k_deg is not fitted: at a steady dose only
k_inact / k_deg can be seen.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from follicle_sim.base.fitted import FittedValue
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.biology.factors import load_factors
from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.observed import observations
from follicle_sim.pharmacology.exposure import arm_factors
from follicle_sim.pharmacology.fitted import write_fitted
from follicle_sim.pharmacology.library import treatment_file
from follicle_sim.pharmacology.treatment import Treatment, parse_treatment

TREATMENT = "finasteride_oral"
STUDY = "drake_1999"
FACTORS = {"scalp_dht": "DHT", "serum_dht": "DHT_SERUM"}
COMMAND = "python -m follicle_sim.experiments.calibration.fit_enzyme"
# Started from round numbers, so that a repeat does not depend on what an earlier fit left.
START = {"k_inact": 1000.0, "DHT": -0.5, "DHT_SERUM": -0.5}
UNITS = {"k_inact": "L/(mg d)", "DHT": "1", "DHT_SERUM": "1"}
DIGITS = 6  # more would differ between processors and mean nothing


@dataclass(frozen=True)
class DailyTablet:
    """One tablet a day, all taken."""

    amount: float
    until: float
    treatment: str = TREATMENT
    start: float = 0.0
    every: float | None = 1.0
    count: int | None = None
    duration: float = 0.0
    adherence: float = 1.0


@dataclass(frozen=True)
class OneArm:
    doses: Sequence[DailyTablet]
    label: str = STUDY


def treatment_with(values: Mapping[str, float]) -> Treatment:
    """Return finasteride with trial values of k_inact, DHT and DHT_SERUM."""
    trial = {
        name: Quantity(value=value, unit=UNITS[name], source="trial value", grade="fitted")
        for name, value in values.items()
    }
    path = treatment_file(TREATMENT)
    return parse_treatment(TREATMENT, read_toml(path), path.name, {"drake": trial})


def fitted_rows() -> tuple[Observation, ...]:
    """Return the rows of Drake 1999 that the registry allows a fit to use."""
    return tuple(row for row in observations(STUDY) if row.use == "calibration")


def predicted(treatment: Treatment, rows: Sequence[Observation]) -> NDArray[np.float64]:
    """Return the relative change of DHT that corresponds to each row, a number such as -0.7.

    Parameters
    ----------
    treatment : finasteride
    rows : (N,) observations of scalp or serum DHT on a daily dose

    Returns
    -------
    (N,)
    """
    table = load_factors()
    changes = []
    for row in rows:
        dose = 0.0 if row.role == "placebo" else float(row.dose.split()[0])
        day = 7.0 * float(row.week or 0.0)
        levels = arm_factors(
            OneArm([DailyTablet(dose, until=day)]),
            np.arange(day + 1.0),
            treatments={TREATMENT: treatment},
        )
        changes.append(levels[0, table.index(FACTORS[row.endpoint]), -1] - 1.0)
    return np.array(changes)


def sum_of_squares(values: Mapping[str, float], rows: Sequence[Observation]) -> float:
    """Return what the fit makes smallest."""
    return float(np.sum(_residuals(values, rows) ** 2))


def _residuals(values: Mapping[str, float], rows: Sequence[Observation]) -> NDArray[np.float64]:
    observed = np.array([row.value for row in rows], dtype=np.float64)
    return np.subtract(predicted(treatment_with(values), rows), observed)


def fit(rows: Sequence[Observation]) -> dict[str, float]:
    """Return the best k_inact, DHT and DHT_SERUM, rounded to `DIGITS` significant digits."""

    def name_values(x: NDArray[np.float64]) -> dict[str, float]:
        # k_inact spans decades: searched as its logarithm.
        return {"k_inact": float(np.exp(x[0])), "DHT": float(x[1]), "DHT_SERUM": float(x[2])}

    def residuals(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return _residuals(name_values(x), rows)

    result = least_squares(
        residuals,
        [np.log(START["k_inact"]), START["DHT"], START["DHT_SERUM"]],
        bounds=([0.0, -1.0, -1.0], [20.0, 0.0, 0.0]),
        xtol=1e-12,
        ftol=1e-14,
        gtol=1e-12,
    )
    return {name: float(f"{value:.{DIGITS}g}") for name, value in name_values(result.x).items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, print the comparison with every row of the study, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    options = parser.parse_args(arguments)
    rows = fitted_rows()
    values = fit(rows)
    lines = ["dose        factor      observed   fitted   difference (percentage points)"]
    all_rows = observations(STUDY)
    for row, change in zip(all_rows, predicted(treatment_with(values), all_rows), strict=True):
        note = "" if row in rows else "  not fitted"
        lines.append(
            f"{row.dose or 'placebo':10}  {row.endpoint:10}  {100 * row.value:+7.1f} %"
            f" {100 * change:+7.1f} %   {100 * (change - row.value):+5.1f}{note}"
        )
    print("\n".join(lines))
    print(", ".join(f"{name} = {value:g}" for name, value in values.items()))
    if options.dry_run:
        return
    entries = {
        name: FittedValue(
            value=value,
            unit=UNITS[name],
            source=f"least squares to {STUDY} at day 42; {rows[0].seen_at}",
            grade="fitted",
            command=COMMAND,
            data=tuple(
                f"{row.id}: {row.dose} {row.endpoint} {100 * row.value:+.1f} %" for row in rows
            ),
            date=date.today().isoformat(),
            versions={name: version(name) for name in ("follicle-sim", "numpy", "scipy")},
        )
        for name, value in values.items()
    }
    heading = f"Written by `{COMMAND}`; do not edit.\n\n" + "\n".join(lines)
    print(f"wrote {write_fitted('drake', entries, heading)}")


if __name__ == "__main__":
    main()
