"""Small datasets of trials with known answers, in the shape `simulate` returns."""

import json

import numpy as np
import xarray as xr

WEEKS = (0, 12, 24, 48)


def dataset(values, *, roles=("treatment", "placebo"), weeks=WEEKS, kind="parallel", **more):
    """Return a dataset of hair density (arm, subject, time), or (replicate, ...); attrs by name."""
    values = np.asarray(values, dtype=float)
    arms = [("drug", "control", "other", "fourth")[i] for i in range(values.shape[-3])]
    labels = more.pop("labels", arms)
    dims = ("replicate", "arm", "subject", "time")[-values.ndim :]
    attrs = {"design_kind": kind} | {
        name: json.dumps(more.pop(name)) for name in ("periods",) if name in more
    }
    variables = {"hair_density": (dims, values)}
    for name, array in more.items():
        array = np.asarray(array)
        shape = dims if array.ndim == values.ndim else dims[:-1]
        variables[name] = (shape, array)
    found = xr.Dataset(
        variables,
        coords={
            "arm": list(labels),
            "role": ("arm", list(roles)),
            "time": 7.0 * np.array(weeks, dtype=float),
        },
        attrs=attrs,
    )
    found["hair_density"].attrs["units"] = "cm-2"
    return found


def people(seed, arms=2, count=30, *, gains=(15.0, 0.0), weeks=WEEKS, replicates=None, spread=10.0):
    """Return Gaussian counts (arm, subject, time): a level, a slow gain, noise."""
    rng = np.random.default_rng(seed)
    lead = () if replicates is None else (replicates,)
    level = 200.0 + 30.0 * rng.standard_normal((*lead, arms, count, 1))
    share = np.array(weeks) / max(weeks[-1], 1)
    gain = np.array(gains[:arms])[:, None, None] * share
    own = spread * rng.standard_normal((*lead, arms, count, 1)) * share
    return level + gain + own + spread / 2 * rng.standard_normal((*lead, arms, count, len(weeks)))
