"""From a vial to the skin: what a product holds, what is left of it, and what share gets in.

Every link is optional and neutral when it is not given, so that a dose without links is the dose of
the study that the potency was fitted to. What a session brings is

    amount x potency of the lot x 2^(-stored / half_life) x (1 - loss_per_thaw)^thaws
           x delivered share / delivered share of the treatment's own way of giving

Links multiply, so their order does not matter, and twice the amount through any chain brings twice
as much. The last link is a time: what got in begins to act `time_to_act` later, all of it. The dose
itself (whether it was taken, what needles let in, its lot) stays on its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import Field, model_validator

from follicle_sim.base.entries import read_entry
from follicle_sim.base.numerics import exp_array
from follicle_sim.base.quantity import (
    Concentration,
    Days,
    Millimetres,
    Nanometres,
    PerArea,
    Positive,
    Purity,
    Quantity,
    Share,
    Variation,
    read_toml,
)
from follicle_sim.pharmacology.disposition import LN2
from follicle_sim.pharmacology.treatment_parts import FrozenTable

DELIVERIES = Path(__file__).parent / "deliveries.toml"


class Product(FrozenTable):
    """What is in a vial.

    `potency` is that of the lot relative to the reference lot that the treatment's numbers stand
    for, `lot_cv` the coefficient of variation between lots; `half_life` and `loss_per_thaw` say how
    it keeps; `concentration` turns a volume on an area into particles; `time_to_act` is how long
    after its delivery it begins to act. Cells, culture, extraction, size and purity are told: no
    number connects them with an effect on hair.
    """

    title: str = Field(min_length=1)
    cells: str = ""
    culture: str = ""
    extraction: str = ""
    size: Nanometres | None = None
    purity: Purity | None = None
    concentration: Concentration | None = None
    potency: Positive | None = None
    lot_cv: Variation | None = None
    half_life: Days | None = None
    loss_per_thaw: Share | None = None
    time_to_act: Days | None = None

    def content(self, stored: float = 0.0, thaws: int = 0) -> float:
        """Return what a vial holds relative to the reference lot, fresh.

        Parameters
        ----------
        stored : days since it was made
        thaws : times it was frozen and thawed

        Examples
        --------
        >>> number = dict(unit="1", source="a label", grade="user")
        >>> vial = Product(title="x", potency={"value": 0.8, **number})
        >>> vial.content(stored=30.0, thaws=2)
        0.8
        """
        left = 1.0 if self.potency is None else float(self.potency.value)
        if self.half_life is not None and stored > 0.0:
            left *= float(exp_array(np.array([-LN2 / self.half_life.value * stored]))[0])
        if self.loss_per_thaw is not None:
            for _ in range(thaws):
                left *= 1.0 - self.loss_per_thaw.value
        return left


class Delivery(FrozenTable):
    """One way of bringing a dose to the follicle.

    `share` is what gets in with the usual needle, `plain` what gets in without one. With other
    needles it is plain + (share - plain) r(depth) r(punctures), at most 1, where r is x / (x +
    half) relative to its value at the usual needle. `own_of` are the routes of which this is the
    way that the treatments' own numbers stand for.
    """

    title: str = Field(min_length=1)
    share: Share
    routes: tuple[str, ...] = Field(min_length=1)
    own_of: tuple[str, ...] = ()
    plain: Share | None = None
    depth: Millimetres | None = None
    half_depth: Millimetres | None = None
    punctures: PerArea | None = None
    half_punctures: PerArea | None = None

    @model_validator(mode="after")
    def _a_needle_is_whole(self) -> Delivery:
        needle = (self.plain, self.depth, self.half_depth, self.punctures, self.half_punctures)
        if any(part is None for part in needle) and any(part is not None for part in needle):
            raise ValueError(
                "plain, depth, half_depth, punctures and half_punctures go together (needles)"
            )
        if self.plain is not None and self.plain.value > self.share.value:
            raise ValueError("plain is above share: a needle would keep the dose out")
        if self.share.value == 0.0:
            raise ValueError("share must be above 0")
        return self

    @property
    def needled(self) -> bool:
        """True where depth and number of punctures matter."""
        return self.plain is not None

    def delivered(self, depth: float | None = None, punctures: float | None = None) -> float:
        """Return the share that gets in.

        Parameters
        ----------
        depth : of the needles, mm; None for the usual one
        punctures : per cm2; None for the usual number

        Raises
        ------
        ValueError
            If needles are given to a way without them.
        """
        if not self.needled:
            if depth is not None or punctures is not None:
                raise ValueError("no needles here")
            return float(self.share.value)
        reach = _relative(depth, self.depth, self.half_depth)
        reach *= _relative(punctures, self.punctures, self.half_punctures)
        assert self.plain is not None
        low, usual = self.plain.value, self.share.value
        return float(min(1.0, low + (usual - low) * reach))

    @property
    def numbers(self) -> dict[str, Quantity]:
        """Return the numbers it has, by name."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: number for name, number in fields.items() if isinstance(number, Quantity)}


def _relative(value: float | None, usual: Quantity | None, half: Quantity | None) -> float:
    if value is None or usual is None or half is None:
        return 1.0
    at = usual.value / (usual.value + half.value)
    return float(value / (value + half.value) / at)


def parse_product(name: str, tables: Mapping[str, Any], source: str) -> Product:
    """Return a product from its table.

    Raises
    ------
    InputError
        With every problem of the table.
    """
    return read_entry(Product, name, tables, source)


@cache
def load_deliveries() -> Mapping[str, Delivery]:
    """Return every way of giving a session, by name.

    Examples
    --------
    >>> load_deliveries()["dabbing"].share.grade
    'assumption'
    """
    return MappingProxyType(
        {
            name: read_entry(Delivery, name, rows, DELIVERIES.name)
            for name, rows in read_toml(DELIVERIES).items()
        }
    )


def own_delivery(route: str) -> Delivery | None:
    """Return the way of giving that the numbers of treatments of a route stand for."""
    return next((one for one in load_deliveries().values() if route in one.own_of), None)
