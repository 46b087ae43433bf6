"""What a person sees and feels of a scalp: cover, Sinclair scale, quality of life.

Each follows from counted density and mean calibre by a relation that is published or assumed, and
says which. No luck is added: people of one scalp differ in what they feel by more than their hair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field

from follicle_sim.analysis.statistics.effects import refuse, unknown
from follicle_sim.base.arguments import check_dataset, check_number, check_texts
from follicle_sim.base.quantity import Quantity, read_toml
from follicle_sim.base.types import Floats

FILE = Path(__file__).parent / "patient_scales.toml"

Basis = Literal["published", "part assumed", "geometry", "assumption", "none"]


class PatientScale(BaseModel):
    """One scale: what it rests on, and its numbers.

    `basis` is none for a scale that nothing ties to hair: listed so that nobody looks in vain.
    It is part assumed for a published relation of which `unverified` says what was not read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    unit: str = "1"
    basis: Basis
    source: str = Field(min_length=1)
    unverified: str = ""
    length: Quantity | None = None
    contrast: Quantity | None = None
    slope: Quantity | None = None
    at_one: Quantity | None = None
    anchor: Quantity | None = None
    anchor_at: Quantity | None = None
    health_at: Quantity | None = None

    def number(self, name: str) -> float:
        """Return one of its numbers."""
        quantity = getattr(self, name)
        assert isinstance(quantity, Quantity), name
        return float(quantity.value)


@cache
def load_patient_scales() -> Mapping[str, PatientScale]:
    """Return every scale by name, with its source.

    Examples
    --------
    >>> load_patient_scales()["sinclair"].basis
    'part assumed'
    """
    return {name: PatientScale.model_validate(table) for name, table in read_toml(FILE).items()}


def hair_thickness_density(density: Floats, calibre: Floats) -> Floats:
    """Return the sum of calibres per area, cm of hair per cm2.

    density : hairs/cm2; calibre : mean, um. No hair is no thickness, whatever the calibre of none.
    """
    thickness = density * calibre * 1e-4
    return np.where(density == 0.0, 0.0, thickness)


def seen_cover(thickness: Floats, length: float) -> Floats:
    """Return the share of skin that hairs lying at random cover, 0 to 1.

    Parameters
    ----------
    thickness
        cm of hair per cm2, see `hair_thickness_density`.
    length
        Of the hairs, mm.

    Examples
    --------
    >>> seen_cover(np.array([0.0, 1.0]), length=10.0).round(3).tolist()
    [0.0, 0.632]
    """
    return np.asarray(-np.expm1(-thickness * length / 10.0))


def sinclair_of(thickness: Floats) -> Floats:
    """Return the Sinclair scale that trichoscopy gives, 1 to 5 points.

    thickness : cm of hair per cm2

    Examples
    --------
    >>> sinclair_of(np.array([0.0, 0.5, 1.0, 9.0])).round(2).tolist()
    [5.0, 3.57, 2.4, 1.0]
    """
    scale = load_patient_scales()["sinclair"]
    with np.errstate(divide="ignore"):
        points = scale.number("at_one") - scale.number("slope") * np.log10(thickness)
    return np.clip(points, 1.0, 5.0)


def dlqi_of(sinclair: Floats) -> Floats:
    """Return the Dermatology Life Quality Index, 0 to 30, of a Sinclair scale; an assumption.

    Examples
    --------
    >>> dlqi_of(np.array([1.0, 2.5, 5.0])).round(2).tolist()
    [0.0, 8.16, 30.0]
    """
    scale = load_patient_scales()["dlqi"]
    health = scale.number("health_at")
    per_point = scale.number("anchor") / (scale.number("anchor_at") - health)
    return np.clip(per_point * (sinclair - health), 0.0, 30.0)


def patient_scales(
    dataset: xr.Dataset,
    scales: Sequence[str] | None = None,
    *,
    length: float | None = None,
    contrast: float | None = None,
) -> xr.Dataset:
    """Return what people see and feel of their hair at every visit.

    Parameters
    ----------
    dataset
        Result with `hair_density` and `shaft_calibre`.
    scales
        Some of seen_cover, seen_scalp, sinclair, dlqi; by default all of them.
    length
        Of the hair as it is worn, mm; default that of the file, an assumption.
    contrast
        Of hair and skin, 0 to 1; default 1.

    Returns
    -------
    A variable for each scale with the dimensions of hair_density; attributes say what it rests on.

    Raises
    ------
    InputError
        A scale that nothing ties to hair, with the reason; density or calibre are missing; a length
        that is not above 0, or a contrast outside 0 to 1.

    Examples
    --------
    >>> from follicle_sim import load_scenario, patient_scales, simulate
    >>> scenario = load_scenario("scenarios/healthy_scalp.toml", ["population.subjects=2"])
    >>> float(patient_scales(simulate(scenario)).sinclair.mean()) < 2.0
    True
    """
    check_dataset("patient_scales", dataset, ("arm", "subject", "time"))
    if scales is not None:
        scales = check_texts("patient_scales", "scales", scales)
    if length is not None:
        length = check_number("patient_scales", "length", length)
    if contrast is not None:
        contrast = check_number("patient_scales", "contrast", contrast)
    known = load_patient_scales()
    told = tuple(name for name, scale in known.items() if scale.basis != "none")
    wanted = told if scales is None else tuple(scales)
    for name in wanted:
        if name not in known:
            raise unknown("patient_scales", "scales", name, told)
        if name not in told:
            raise refuse("patient_scales", f"{name}: {known[name].source}")
    for name in ("hair_density", "shaft_calibre"):
        if name not in dataset:
            raise refuse("patient_scales", f"the dataset has no {name}")
    worn = known["seen_cover"].number("length") if length is None else float(length)
    seen_as = known["seen_scalp"].number("contrast") if contrast is None else float(contrast)
    if not worn > 0.0:
        raise refuse("patient_scales", f"length: found {worn:g} mm; allowed: above 0")
    if not 0.0 <= seen_as <= 1.0:
        raise refuse("patient_scales", f"contrast: found {seen_as:g}; allowed: 0 to 1")
    density, calibre = xr.align(dataset["hair_density"], dataset["shaft_calibre"], join="exact")
    calibre = calibre.transpose(*density.dims)
    thickness = hair_thickness_density(density.values, calibre.values)
    cover = seen_cover(thickness, worn)
    points = sinclair_of(thickness)
    values = {
        "seen_cover": cover,
        "seen_scalp": seen_as * (1.0 - cover),
        "sinclair": points,
        "dlqi": dlqi_of(points),
    }
    out = xr.Dataset(coords=density.coords)
    for name in wanted:
        scale = known[name]
        out[name] = (density.dims, values[name])
        out[name].attrs = {
            "units": scale.unit,
            "long_name": scale.title,
            "basis": scale.basis,
            "source": scale.source,
            "unverified": scale.unverified,
        }
    return out
