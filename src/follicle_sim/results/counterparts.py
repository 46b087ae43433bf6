"""The simulated counterpart of an observed endpoint: which variables, at which day, for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from follicle_sim.base.estimates import FloatArray
from follicle_sim.results.endpoints import people_last


@dataclass(frozen=True, slots=True)
class Recipe:
    """Variables an endpoint needs, and how one subject's values become the endpoint."""

    needs: tuple[str, ...]
    combine: Callable[..., FloatArray] = lambda values: values
    factor: str = ""


def _odds(fraction: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        ratio: FloatArray = fraction / (1.0 - fraction)
    return ratio


RECIPES = {
    "hair_density": Recipe(("hair_density",)),
    "terminal_density": Recipe(("terminal_density",)),
    "vellus_density": Recipe(
        ("hair_density", "terminal_density"), lambda hairs, terminal: hairs - terminal
    ),
    "anagen_density": Recipe(
        ("hair_density", "anagen_fraction"), lambda hairs, share: hairs * share
    ),
    "anagen_fraction": Recipe(("anagen_fraction",)),
    # A phototrichogram calls every hair that does not grow telogen, catagen included.
    "telogen_fraction": Recipe(("anagen_fraction",), lambda growing: 1.0 - growing),
    "anagen_telogen_ratio": Recipe(("anagen_fraction",), _odds),
    "shaft_calibre": Recipe(("shaft_calibre",)),
    "growth_rate": Recipe(("growth_rate",)),
    "hair_weight": Recipe(("hair_weight",)),
    # A factor's level is relative to baseline, so only its changes can be compared.
    "scalp_dht": Recipe(("factor_level",), factor="DHT"),
    "serum_dht": Recipe(("factor_level",), factor="DHT_SERUM"),
}


@dataclass(frozen=True, slots=True)
class Course:
    """One endpoint over time: `values` of shape (arm, time, people), `days` since baseline."""

    values: FloatArray
    days: FloatArray

    @property
    def base(self) -> FloatArray | None:
        """Values at day 0, shape (arm, people); None where the run has no such visit."""
        at_zero = np.flatnonzero(self.days == 0.0)
        return self.values[:, at_zero[0], :] if at_zero.size else None

    def at(self, day: float) -> tuple[FloatArray, bool] | None:
        """Return values (arm, people) at `day` and whether they lie between two visits.

        Linear between neighbouring visits; None outside them, because nothing is extrapolated.
        """
        exact = np.flatnonzero(np.abs(self.days - day) < 1e-6)
        if exact.size:
            return self.values[:, exact[0], :], False
        after = int(np.searchsorted(self.days, day))
        if after in (0, self.days.size):
            return None
        start, end = self.days[after - 1], self.days[after]
        share = (day - start) / (end - start)
        return (1 - share) * self.values[:, after - 1, :] + share * self.values[:, after, :], True


def course(dataset: xr.Dataset, endpoint: str) -> Course | str:
    """Return the simulated course of an endpoint, or the reason why there is none."""
    recipe = RECIPES.get(endpoint)
    if recipe is None:
        return f"the model does not simulate {endpoint}"
    missing = [name for name in recipe.needs if name not in dataset.data_vars]
    if missing:
        return f"not recorded in this run: {', '.join(missing)}"
    arrays: Sequence[xr.DataArray] = [dataset[name] for name in recipe.needs]
    if recipe.factor:
        if recipe.factor not in {str(name) for name in dataset["factor"].values}:
            return f"not recorded in this run: factor_level of {recipe.factor}"
        arrays = [array.sel(factor=recipe.factor) for array in arrays]
    values = recipe.combine(*(people_last(array, "arm", "time") for array in arrays))
    return Course(values, np.asarray(dataset["time"].values, dtype=np.float64))
