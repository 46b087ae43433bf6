"""Which run the rows of a table are from: its scenario, its seed and what was changed for it.

Tables of many folders can then be put together, and their rows told apart.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import xarray as xr

from follicle_sim.base.attributes import read_provenance, source_of
from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.files import write_text_atomic
from follicle_sim.results.provenance import overrides_in

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Origin:
    """The run that a table is about.

    Parameters
    ----------
    scenario_hash
        SHA-256 of what the scenario asks, after all changes; empty where nobody knows.
    seed
        Seed of the run; None where nobody knows.
    overrides
        Changes to the scenario's file, in their order, parted by "; "; empty for none.
    """

    scenario_hash: str = ""
    seed: int | None = None
    overrides: str = ""


UNKNOWN = Origin()


def origin_of(dataset: xr.Dataset) -> Origin:
    """Return which run a dataset is from; an empty origin for one that does not say."""
    if "provenance" not in dataset.attrs:
        return UNKNOWN
    source = source_of(dataset, "dataset")
    record = read_provenance(dataset.attrs, source)
    overrides = "; ".join(overrides_in(record, source))
    return Origin(str(record.get("scenario_hash", "")), record.get("seed"), overrides)


def write_rows_of_run(
    path: str | os.PathLike[str],
    kind: type[DataclassInstance],
    rows: Iterable[DataclassInstance],
    origin: Origin,
) -> None:
    """Write dataclass rows as CSV, in the last columns of each line which run it is from.

    Raises
    ------
    OutputError
        The file cannot be written; an earlier file stays as it was.
    """
    names = [field.name for field in fields(kind)]
    last = [field.name for field in fields(Origin)]
    run = [getattr(origin, name) for name in last]
    cells = ([*(getattr(row, name) for name in names), *run] for row in rows)
    write_text_atomic(path, csv_text([*names, *last], cells))
