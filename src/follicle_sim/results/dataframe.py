"""A result as one table, a row for every subject, arm and visit, for other programs to work on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_dataset
from follicle_sim.results.endpoints import is_paired
from follicle_sim.results.origin import origin_of

if TYPE_CHECKING:
    import pandas as pd

_INDEX = ("replicate", "arm", "subject", "time")
_WIDE = ("phase", "factor", "region")
"""Dimensions that become columns: one for each phase, factor, or piece of the scalp."""

_WORDS = ("arm", "role", "sex", "severity_class")


def to_dataframe(dataset: xr.Dataset) -> pd.DataFrame:
    """Return a result as a table with one row for every subject, arm and visit.

    `xarray.Dataset.to_dataframe` crosses all dimensions, and gives a row for every phase, factor
    and follicle of every subject besides. Here phases and factors are columns. It is a function and
    no accessor of xarray, so that it is there without an import that has a side effect, and type
    checkers know it.

    Parameters
    ----------
    dataset
        Result of `simulate` or `load_result`: dims arm (a), subject (s), time (t), perhaps
        replicate (r).

    Returns
    -------
    DataFrame
        At most r * a * s * t rows, numbered from 0: by replicate, arm, subject, then time. Places
        in an arm that nobody was allocated to have no row. `attrs["units"]` has the unit of every
        column of numbers; `attrs` also has paired, and scenario_hash, seed and overrides of the
        run.

        Columns and their types:

        * `replicate` (int64), where there are several;
        * `arm`, `role`, and where people differ in them `sex` and `severity_class` (category, in
          the order in which they appear, so that tables and axes keep the order of the scenario).
          In R read them as factors; Excel shows texts;
        * `subject` (int64), from 0 in every arm. Equal numbers in two arms are the same person
          where `attrs["paired"]` is true (counterfactual, split scalp), else different people;
        * `time` (float64), planned day since baseline, and `week`, which is ``time / 7``. In a
          crossover, whose arms are sequences, it runs through all periods;
        * every variable with one number a person, or one a person and visit, under its own name.
          Measured numbers are float64: densities in hairs per cm2 (cm-2), diameters in um, growth
          in mm per day. Where nobody was seen there is NaN: pandas calls it missing, R reads the
          empty cell of the CSV file as NA, Excel leaves it out of means. Flags and codes are
          int64: 1 yes, 0 no; `results/variables.py` says what each means. `person` has 16
          digits: Excel keeps 15 of a number, so import that column as text;
        * `phase_count_anagen`, ..., a column for each phase, and `factor_level_DHT`, ..., one for
          each factor: names that need no quotes in R.

        What is known of single follicles, and what each replicate drew, is not in it.

    Raises
    ------
    InputError
        For what is no result of `simulate`.

    Examples
    --------
    >>> from follicle_sim import load_scenario, simulate, to_dataframe
    >>> few = ["population.subjects=4", "run.history=30 days"]
    >>> result = simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", few))
    >>> table = to_dataframe(result)
    >>> len(table) == 2 * 4 * result.sizes["time"], table.attrs["units"]["hair_density"]
    (True, 'cm-2')
    >>> list(table.columns[:5])
    ['arm', 'role', 'subject', 'time', 'week']

    The mean of each arm at each visit, then a file for R and Excel:

    >>> means = table.groupby(["arm", "week"], observed=True)["hair_density"].mean()
    >>> table.to_csv("people.csv", index=False)  # doctest: +SKIP
    """
    import pandas as pd

    check_dataset("to_dataframe", dataset, ("arm", "subject", "time"))
    index = [name for name in _INDEX if name in dataset.dims]
    sizes = {name: dataset.sizes[name] for name in index}
    columns: dict[str, object] = {}
    units: dict[str, str] = {}
    for name, values in _columns(dataset, index):
        cells = values.expand_dims(
            {axis: n for axis, n in sizes.items() if axis not in values.dims}
        )
        flat = cells.transpose(*index).values.reshape(-1)
        if name in _WORDS:
            columns[name] = pd.Categorical(flat, pd.unique(values.values.reshape(-1)))
        else:
            columns[name] = flat.astype(np.int64 if flat.dtype.kind in "iu" else np.float64)
            units[name] = str(values.attrs.get("units", "1"))
    table = pd.DataFrame(columns)
    if "enrolled" in table:
        table = table[table.pop("enrolled") == 1].reset_index(drop=True)
        del units["enrolled"]
        for name in table.columns.intersection(_WORDS):  # nobody has no class of severity
            table[name] = table[name].cat.remove_unused_categories()
    table.attrs = {"units": units, "paired": is_paired(dataset), **asdict(origin_of(dataset))}
    return table


def _columns(dataset: xr.Dataset, index: Sequence[str]) -> Iterator[tuple[str, xr.DataArray]]:
    """Yield the columns in order; the dimensions of each are among those of the index."""
    for name in index:
        values = dataset[name].variable
        yield name, xr.DataArray(values.values, dims=(name,), attrs=values.attrs)
        if name == "arm" and "role" in dataset.coords:
            yield "role", xr.DataArray(dataset["role"].values, dims=("arm",))
    weeks = dataset["time"].values / 7.0
    yield "week", xr.DataArray(weeks, dims=("time",), attrs={"units": "week"})
    for key, variable in dataset.data_vars.items():
        further = [str(dim) for dim in variable.dims if dim not in index]
        plain = variable.drop_vars(list(variable.coords))
        if not {"arm", "subject"} <= set(variable.dims):
            continue
        if not further:
            yield str(key), plain
        elif further[0] in _WIDE and len(further) == 1:
            for at, label in enumerate(dataset[further[0]].values):
                yield f"{key}_{label}", plain.isel({further[0]: at})
