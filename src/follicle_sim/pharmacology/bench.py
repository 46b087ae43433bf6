"""What dishes say besides follicles in culture: how papilla cells multiply, and what that is worth.

An exposure-response of cells, kept apart from hair on purpose: nothing in the model reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator
from scipy.special import expit, ndtri

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.quantity import Grade, Positive, Quantity, Variation, read_toml
from follicle_sim.base.types import Floats

FILE = Path(__file__).parent / "bench.toml"

NODES = 200
"""Equally probable values of each uncertain number, of which a band is made."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tried(_Table):
    """Concentrations that somebody tried, in the unit of the response, and where that was read."""

    values: tuple[Annotated[FiniteFloat, Field(gt=0.0)], ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    grade: Grade

    @model_validator(mode="after")
    def _rising(self) -> Tried:
        if list(self.values) != sorted(set(self.values)):
            raise ValueError("values: each must be above the one before")
        return self


class PapillaResponse(_Table):
    """How dermal-papilla cells multiply with the concentration of one agent.

    Parameters
    ----------
    title, unit
        A few words; the unit of concentrations.
    tried
        Concentrations that were read.
    emax
        The most that is added to the number of cells without the agent, relative to it.
    ec50
        Concentration of half of that.
    hill
        Steepness.
    emax_sd_log, ec50_sd_log
        Standard deviations of the natural logarithms: what is not known.
    """

    title: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    tried: Tried
    emax: Positive
    emax_sd_log: Variation
    ec50: Quantity
    ec50_sd_log: Variation
    hill: Positive

    @model_validator(mode="after")
    def _one_unit(self) -> PapillaResponse:
        if self.ec50.unit != self.unit:
            raise ValueError(f'ec50 is in "{self.ec50.unit}"; this response is in "{self.unit}"')
        if self.ec50.value <= 0.0:
            raise ValueError(f"ec50: found {self.ec50.value:g}; allowed: above 0")
        return self


class Unread(_Table):
    """A claim without a concentration or a size that was read."""

    title: str = Field(min_length=1)
    source: str = Field(min_length=1)


class Transfer(_Table):
    """How far the effect of a signal on a scalp may be from that in a dish."""

    sd_log: Variation


class Bench(_Table):
    """What `bench.toml` holds."""

    papilla: Mapping[str, PapillaResponse]
    unread: Mapping[str, Unread] = Field(default_factory=dict)
    transfer: Transfer


def parse_bench(tables: Mapping[str, Any], source: str) -> Bench:
    """Return the tables of a file, checked.

    Raises
    ------
    InputError
        With every problem and its place in the file.
    """
    try:
        return Bench.model_validate(tables)
    except ValidationError as error:
        problems = [_in_words(e) for e in error.errors()]
        raise InputError(source, problems) from None


def _in_words(error: Any) -> Problem:
    place = [str(part) for part in error["loc"]]
    if error["type"] == "extra_forbidden":
        known = _keys_at(place[:-1])
        return Problem(".".join(place), f"unknown key{did_you_mean(place[-1], known)}")
    if error["type"] == "missing":
        return Problem(".".join(place), "missing; every number of a response needs it")
    message = str(error["msg"]).removeprefix("Value error, ")
    return Problem(".".join(place), message[:1].lower() + message[1:])


def _keys_at(place: list[str]) -> list[str]:
    """Return the keys that a table of the file may have."""
    tables: Mapping[str, type[BaseModel]] = {
        "papilla": PapillaResponse,
        "unread": Unread,
        "transfer": Transfer,
    }
    if not place:
        return list(Bench.model_fields)
    model = tables.get(place[0])
    if model is None:
        return []
    deep = len(place) > (1 if place[0] == "transfer" else 2)
    if deep:
        return list((Tried if place[-1] == "tried" else Quantity).model_fields)
    return list(model.model_fields)


@cache
def load_bench() -> Bench:
    """Return what the file of the library holds.

    Examples
    --------
    >>> load_bench().papilla["minoxidil"].unit
    'uM'
    """
    return parse_bench(read_toml(FILE), FILE.name)


def load_papilla() -> Mapping[str, PapillaResponse]:
    """Return the exposure-responses of dermal-papilla cells by name."""
    return MappingProxyType(dict(load_bench().papilla))


def proliferation(response: PapillaResponse, concentration: Floats) -> Floats:
    """Return cells relative to those without the agent, an array like `concentration`.

    1 + emax C^h / (ec50^h + C^h), C in the unit of the response, 0 or more.

    Raises
    ------
    InputError
        A concentration below 0, or none that is a number.

    Examples
    --------
    >>> minoxidil = load_papilla()["minoxidil"]
    >>> proliferation(minoxidil, np.array([0.0, 0.1])).round(3).tolist()
    [1.0, 1.15]
    """
    return _multiple(_checked(concentration), response.emax.value, response.ec50.value, response)


def proliferation_band(
    response: PapillaResponse, concentration: Floats, level: float = 0.9
) -> tuple[Floats, Floats]:
    """Return the ends of the middle `level` of what is not known, arrays like `concentration`.

    `emax` and `ec50` are log-normal around their values and independent; the band is of their
    response, at each concentration by itself, over equally probable values of both.
    """
    c = _checked(concentration)
    z = ndtri((np.arange(NODES) + 0.5) / NODES)
    emax = response.emax.value * np.exp(response.emax_sd_log.value * z)[:, None]
    ec50 = response.ec50.value * np.exp(response.ec50_sd_log.value * z)[None, :]
    values = _multiple(c[..., None, None], emax, ec50, response).reshape(*c.shape, -1)
    low, high = np.quantile(values, [0.5 - level / 2.0, 0.5 + level / 2.0], axis=-1)
    return np.asarray(low), np.asarray(high)


def _multiple(
    concentration: Floats, emax: Floats | float, ec50: Floats | float, response: PapillaResponse
) -> Floats:
    # C^h / (ec50^h + C^h) by logarithms, which no unit and no steepness makes overflow
    with np.errstate(divide="ignore"):
        distance = np.log(concentration) - np.log(ec50)
    return np.asarray(1.0 + emax * expit(response.hill.value * distance))


def _checked(concentration: Floats) -> Floats:
    values = np.asarray(concentration, dtype=np.float64)
    if not (np.isfinite(values) & (values >= 0.0)).all():
        bad = values[~(np.isfinite(values) & (values >= 0.0))].ravel()[0]
        raise InputError(
            "proliferation", [Problem("concentration", f"found {bad:g}; allowed: 0 or more")]
        )
    return values
