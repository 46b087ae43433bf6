"""A crossover seen by treatment: every person under every treatment, on each period's own clock."""

from __future__ import annotations

import numpy as np
import xarray as xr

from follicle_sim.base.attributes import json_attribute, read_provenance, source_of

WITHIN = "within_person"
"""Kind of design of a crossover's result once it is arranged by treatment."""


def by_treatment(dataset: xr.Dataset) -> xr.Dataset:
    """Return the result of a crossover with treatments for arms; any other result as it is.

    Parameters
    ----------
    dataset
        Result of `simulate`: arms are sequences, time runs through all periods.

    Returns
    -------
    Dataset
        Dims arm (the treatments, in the order of the scenario), subject (all people, sequence
        after sequence, the same in every arm) and time (days since the start of the period); so a
        change from baseline is a change since the person's own start of that treatment. Its
        `design_kind` is "within_person": arms are paired person by person.
    """
    if dataset.attrs.get("design_kind") != "crossover" or "periods" not in dataset.attrs:
        return dataset
    periods = json_attribute(dataset.attrs, "periods", source_of(dataset, "dataset"))
    days = np.asarray(dataset["time"].values, dtype=np.float64)
    starts = [float(period["start"]) for period in periods]
    # The last period ends with the last visit, and all are alike.
    visits = days[(days >= 0.0) & (days <= days[-1] - starts[-1] + 1e-6)]
    sequences = [str(label) for label in dataset["arm"].values]
    treatments = [periods[0]["given"][label] for label in sequences]
    plain = dataset.drop_vars("role", errors="ignore")
    arms = []
    for treatment in treatments:
        parts = []
        for index, label in enumerate(sequences):
            turn = next(k for k, p in enumerate(periods) if p["given"][label] == treatment)
            where = [int(np.abs(days - (starts[turn] + day)).argmin()) for day in visits]
            part = plain.isel(arm=index, time=where).assign_coords(time=("time", visits))
            parts.append(part.drop_vars(["arm", "subject"], errors="ignore"))
        arms.append(xr.concat(parts, "subject"))
    turned = xr.concat(arms, "arm").assign_coords(arm=treatments)
    turned = turned.assign_coords(subject=np.arange(turned.sizes["subject"]))
    turned["time"].attrs = {"units": "d", "long_name": "days since the start of the period"}
    turned = turned.transpose("replicate", "arm", "subject", "time", ..., missing_dims="ignore")
    roles = _roles(dataset)
    if roles:
        turned = turned.assign_coords(role=("arm", [roles[label] for label in treatments]))
    return turned.assign_attrs(dataset.attrs | {"design_kind": WITHIN})


def _roles(dataset: xr.Dataset) -> dict[str, str]:
    if "provenance" not in dataset.attrs:
        return {}
    stored = read_provenance(dataset.attrs, source_of(dataset, "dataset"))["scenario"]
    return {str(arm["label"]): str(arm["role"]) for arm in stored.get("arms", ())}
