"""The simulated counterpart of an observed endpoint: which variables, at which day, for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from follicle_sim.base.estimates import (
    Figure,
    FloatArray,
    change_mean,
    change_median,
    level_geometric_mean,
    level_mean,
    level_median,
    relative_change,
    relative_change_median,
)
from follicle_sim.base.units import YEAR
from follicle_sim.evidence.normalise import Kind
from follicle_sim.results.assumed import ASSUMED, made_with, unstated
from follicle_sim.results.clocks import clock_starts
from follicle_sim.results.courses import SPANS
from follicle_sim.results.endpoints import people_last
from follicle_sim.results.recipe import Rate, Recipe, Span
from follicle_sim.results.sections import recipe_in_sections
from follicle_sim.results.shares import SHARES

NO_BASELINE = "the run has no visit at baseline"


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
    "salt": Recipe(("salt",)),
    "hairline_recession": Recipe(("hairline_recession",)),
    "hairline_speed": Recipe(("hairline_speed",)),
    "lppai": Recipe(("lppai",)),
    "anagen_retention": Recipe(("anagen_retention",)),
    "shaft_elongation": Recipe(("shaft_elongation",)),
    "shed_in_combing": Recipe(("comb_count",)),
    # A factor's level is relative to baseline, so only its changes can be compared.
    "scalp_dht": Recipe(("factor_level",), factor="DHT"),
    "serum_dht": Recipe(("factor_level",), factor="DHT_SERUM"),
}
"""Endpoints that are read at a visit, and can be analysed as they are."""


IN_A_DISH = {"growth_rate": Recipe(("shaft_elongation",))}
"""What endpoints mean of follicles in organ culture: all of a dish, those that stopped too."""

RATES = {
    "calibre_change_rate": Rate("shaft_calibre"),
    "follicle_loss_rate": Rate("follicle_density", relative=True),
}
"""Endpoints that are the change of another one per year, by age."""

FIGURES: Mapping[tuple[Kind, str], Figure] = {
    ("level", "mean"): level_mean,
    ("level", "geometric mean"): level_geometric_mean,
    ("level", "median"): level_median,
    ("change", "mean"): change_mean,
    ("change", "median"): change_median,
    ("difference", "mean"): change_mean,
    ("percent_change", "mean"): relative_change,
    ("percent_change", "median"): relative_change_median,
    ("percent_difference", "mean"): relative_change,
}
"""Of a published number, how people's values become the simulated one."""


@dataclass(frozen=True, slots=True)
class Course:
    """One endpoint over time.

    Parameters
    ----------
    values
        (arm, time, people).
    days
        (time,) since baseline.
    starts
        (arm,) day since baseline from which published weeks count.
    standing
        Compared as it stands at a visit (`Recipe.standing`).
    once
        A person has it once in the run: `values` has one time, the last visit, and no week is
        looked at.
    against
        (arm, people) what changes and differences are from, where it is not the baseline visit.
    """

    values: FloatArray
    days: FloatArray
    starts: FloatArray | None = None
    standing: bool = False
    once: bool = False
    against: FloatArray | None = None

    @property
    def base(self) -> FloatArray | None:
        """Values at day 0, shape (arm, people); None where the run has no such visit."""
        at_zero = np.flatnonzero(self.days == 0.0)
        return self.values[:, at_zero[0], :] if at_zero.size else None

    def reference(self, kind: str) -> FloatArray | None:
        """Return what a number of this kind is held against (arm, people): 0 for a level.

        None where it is a change and the run has no visit at baseline.
        """
        if kind == "level" or self.standing:
            return np.zeros_like(self.values[:, 0, :])
        return self.base if self.against is None else self.against

    def figure(self, kind: Kind, statistic: str) -> Figure | None:
        """Return how people's values become such a number; None where nothing here does."""
        return FIGURES.get(("level" if self.standing else kind, statistic))

    def at(self, day: float) -> tuple[FloatArray, bool] | None:
        """Return values (arm, people) at `day` and whether they lie between two visits.

        Linear between neighbouring visits; None outside them, because nothing is extrapolated.
        Days count as the published ones do.
        """
        if self.once:
            return self.values[:, 0, :], False
        starts = np.zeros(len(self.values)) if self.starts is None else self.starts
        parts = [self._arm_at(arm, day + start) for arm, start in enumerate(starts.tolist())]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return None
        return np.stack([values for values, _ in known]), any(between for _, between in known)

    def _arm_at(self, arm: int, day: float) -> tuple[FloatArray, bool] | None:
        exact = np.flatnonzero(np.abs(self.days - day) < 1e-6)
        if exact.size:
            return self.values[arm, exact[0], :], False
        after = int(np.searchsorted(self.days, day))
        if after in (0, self.days.size):
            return None
        start, end = self.days[after - 1], self.days[after]
        share = (day - start) / (end - start)
        before, later = self.values[arm, after - 1, :], self.values[arm, after, :]
        return (1 - share) * before + share * later, True


def course(dataset: xr.Dataset, endpoint: str, given: float | None = None) -> Course | str:
    """Return the simulated course of an endpoint, or the reason why there is none.

    given : the number that its papers leave open, where it has one (`results/assumed.py`)
    """
    days = np.asarray(dataset["time"].values, dtype=np.float64)
    if endpoint in ASSUMED:
        if given is None:
            return unstated(endpoint)
        made = made_with(endpoint, given)
        if isinstance(made, Span):
            return _span(dataset, made, days)
        recipe: Recipe | None = made
    elif endpoint in SPANS:
        return _span(dataset, SPANS[endpoint], days)
    elif endpoint in RATES:
        return _rate(dataset, RATES[endpoint])
    else:
        recipe = recipe_in_sections(endpoint, {str(name) for name in dataset.data_vars})
        recipe = recipe or (IN_A_DISH.get(endpoint) if "shaft_elongation" in dataset else None)
        recipe = recipe or RECIPES.get(endpoint) or SHARES.get(endpoint)
    if recipe is None:
        return f"the model does not simulate {endpoint}"
    if recipe.whole is not None and "salt" in dataset.data_vars:
        recipe = recipe.whole
    missing = [name for name in recipe.needs if name not in dataset.data_vars]
    if missing:
        return f"not recorded in this run: {', '.join(missing)}"
    arrays: Sequence[xr.DataArray] = [dataset[name] for name in recipe.needs]
    if recipe.factor:
        if recipe.factor not in {str(name) for name in dataset["factor"].values}:
            return f"not recorded in this run: factor_level of {recipe.factor}"
        arrays = [array.sel(factor=recipe.factor) for array in arrays]
    values = [_people_last(array, recipe.further) for array in arrays]
    if recipe.against_baseline:
        start = np.flatnonzero(days == 0.0)
        if not start.size:
            return NO_BASELINE
        values += [value[:, start[:1], :] for value in values]
    starts = clock_starts(dataset, recipe.clock)
    return Course(recipe.combine(*values), days, starts, recipe.standing)


def _people_last(values: xr.DataArray, further: Sequence[str]) -> FloatArray:
    first = [name for name in further if name in values.dims]
    return people_last(values, *first, "arm", "time")


def _rate(dataset: xr.Dataset, rate: Rate) -> Course | str:
    """Return the change per year at each visit, from the visits before and after it."""
    seen = course(dataset, rate.of)
    if isinstance(seen, str):
        return seen
    if seen.days.size < 2:
        return "a rate of change needs two visits or more"
    slope = np.gradient(seen.values, seen.days / YEAR, axis=1)
    return replace(seen, values=slope / seen.values if rate.relative else slope)


def _span(dataset: xr.Dataset, span: Span, days: FloatArray) -> Course | str:
    if span.needs not in dataset.data_vars:
        return f"not recorded in this run: {span.needs}"
    if not (days == 0.0).any():
        return NO_BASELINE
    later = days >= 0.0
    values = people_last(dataset[span.needs].isel(time=later), "arm", "time")
    numbers = span.of_course(np.moveaxis(values, 1, -1), days[later])
    if span.clock != "baseline":
        numbers = numbers - clock_starts(dataset, span.clock)[:, None]
    return Course(numbers[:, None, :], days[-1:], standing=True, once=True)
