"""Published facts that the biology defaults are fitted to, and their simulated counterparts."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import numpy as np
import xarray as xr

from follicle_sim.evidence.observed import observations

TREATED, CONTROL = 0, 1
"""Order of the two arms of a fit scenario."""


@dataclass(frozen=True)
class Target:
    """One published number as a share (of baseline, or of hairs), with its standard error.

    quantity : "difference" of change between arms over baseline, change of the "control" or the
    "treated" arm over baseline, or the "baseline" level itself;
    density : hairs/cm2 that the value is a share of, where the table says so;
    imputed : where the standard error comes from if none was published.
    """

    observation: str
    variable: str
    quantity: Literal["difference", "control", "treated", "baseline"]
    week: float
    value: float
    se: float
    why: str
    density: float | None = None
    imputed: str = ""

    @property
    def study(self) -> str:
        """Id of the trial."""
        return self.observation.partition(":")[0]


def load_targets(name: str = "biology_targets.toml") -> tuple[Target, ...]:
    """Return the targets of a table in this package, values taken from the trial registry."""
    registry = {row.id: row for row in observations()}
    text = files("follicle_sim.experiments.calibration").joinpath(name).read_text("utf-8")
    targets = []
    for row in tomllib.loads(text)["target"]:
        observed = registry[row["observation"]]
        density = registry[row["per"]].value if "per" in row else None
        value = observed.value / (density or 1.0)
        se, imputed = observed.se, ""
        if "se" in row:
            se, imputed = row["se"], row["why"]
        elif se is None and observed.imputed_se is not None:
            se, imputed = observed.imputed_se / (density or 1.0), observed.se_source
        if observed.use != "calibration":
            raise ValueError(f"{name}: {observed.id} is for {observed.use}, not for a fit")
        if observed.week is None or se is None:
            raise ValueError(f"{name}: {observed.id} needs a week and a standard error")
        targets.append(
            Target(
                observation=observed.id,
                variable=row["variable"],
                quantity=row["quantity"],
                week=observed.week,
                value=value,
                se=float(se),
                why=row["why"],
                density=density,
                imputed=imputed,
            )
        )
    return tuple(targets)


def predict(target: Target, data: xr.Dataset) -> float:
    """Return the simulated counterpart of a target from a treated and a control arm."""
    if target.variable == "anagen_density":
        values = data.hair_density * data.anagen_fraction
    else:
        values = data[target.variable]
    mean = values.mean("subject").transpose("arm", "time")
    week = data.time.values / 7.0
    start = mean.values[:, 0]
    if target.quantity == "baseline":
        return float(start[CONTROL])
    change = np.array([np.interp(target.week, week, row) for row in mean.values]) - start
    share = change / start
    if target.quantity == "control":
        return float(share[CONTROL])
    if target.quantity == "treated":
        return float(share[TREATED])
    return float(share[TREATED] - share[CONTROL])
