"""What a dose comes from and how it gets into the skin: `[arms.doses.chain]`, `[products.NAME]`.

Imports of the pharmacology stand inside, as in `treatments`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationInfo, model_validator

from follicle_sim.base import units
from follicle_sim.base.errors import InputError, UnitError
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.fields.quantities import Name, Quantity, Whole, one_of
from follicle_sim.scenario.fields.refusals import known_names, refuse_all
from follicle_sim.scenario.tables.own_tables import OwnTables, frozen, thawed
from follicle_sim.scenario.tables.table import Table, Time

if TYPE_CHECKING:
    from follicle_sim.pharmacology.vial import Product

MOST_THAWS = 100
MOST_LOTS = 1000

LotUse = Literal["crossed", "nested"]


class Chain(Table):
    """The links from the vial to the skin; each is neutral where it is not given."""

    product: Annotated[str, Name("product", lambda known: known.products)] | None = Field(
        default=None, description="name of a [products.NAME] table: what is in the vial"
    )
    volume: Annotated[float, Quantity("volume", positive=True)] | None = Field(
        default=None, description="volume of one session, with area in place of an amount"
    )
    area: Annotated[float, Quantity("area", positive=True)] | None = Field(
        default=None, description="area that the volume is spread over"
    )
    stored: Time = Field(default=0.0, description="time since the vial was filled")
    thaws: Annotated[int, Whole(0, MOST_THAWS)] = Field(
        default=0, description="times that it was frozen and thawed"
    )
    delivery: Annotated[str, Name("delivery", lambda known: known.deliveries)] | None = Field(
        default=None,
        description="how it is brought to the skin; default: as in the treatment's study",
    )
    depth: Annotated[float, Quantity("length", positive=True)] | None = Field(
        default=None, description="of the needles"
    )
    punctures: Annotated[float, Quantity("density", positive=True)] | None = Field(
        default=None, description="of the needles, per area"
    )

    time_to_act: Time | None = Field(
        default=None,
        description="from delivery to the beginning of the effect; default: as the product says, "
        "else none",
    )
    lots: Annotated[int, Whole(1, MOST_LOTS)] = Field(
        default=1, description="lots of the product that the trial uses"
    )
    lot_use: Annotated[LotUse, one_of(LotUse)] = Field(
        default="crossed",
        description="crossed (everybody is treated from every lot in turn) or nested (each person "
        "from one)",
    )

    _content: float = PrivateAttr(default=1.0)
    _lot_cv: float = PrivateAttr(default=0.0)
    _concentration: float | None = PrivateAttr(default=None)
    _delay: float = PrivateAttr(default=0.0)

    @property
    def delay(self) -> float:
        """Days from delivery to the beginning of the effect."""
        return self._delay

    @property
    def content(self) -> float:
        """What the vial holds relative to the reference lot."""
        return self._content

    @property
    def lot_cv(self) -> float:
        """Coefficient of variation between lots of the product."""
        return self._lot_cv

    @property
    def particles(self) -> float | None:
        """Particles per cm2 by volume, area and concentration; None where one is not given."""
        if self._concentration is None or self.volume is None or self.area is None:
            return None
        return self._concentration * self.volume / self.area

    def delivered(self, route: str) -> float:
        """Return the share that gets in, relative to the route's own way of giving."""
        from follicle_sim.pharmacology.vial import load_deliveries, own_delivery

        own = own_delivery(route)
        way = own if self.delivery is None else load_deliveries()[self.delivery]
        if own is None or way is None:
            return 1.0
        return way.delivered(self.depth, self.punctures) / own.delivered()

    @model_validator(mode="after")
    def _links_fit(self, info: ValidationInfo) -> Chain:
        problems: list[tuple[tuple[str, ...], str]] = []
        product: Product | None = known_names(info).products.get(self.product or "")
        if (self.volume is None) != (self.area is None):
            missing = "area" if self.area is None else "volume"
            problems.append(((missing,), "missing; volume and area go together"))
        if self.volume is not None and (product is None or product.concentration is None):
            text = "a volume needs a product with a concentration, in particles/mL"
            problems.append((("product",), text))
        if self.lots > 1 and (product is None or product.lot_cv is None):
            text = "changes nothing: no product with a lot_cv is named"
            problems.append((("lots",), f"{text}; give [products.NAME] one, or leave lots out"))
        for key, given in (("stored", self.stored > 0.0), ("thaws", self.thaws > 0)):
            number = {"stored": "half_life", "thaws": "loss_per_thaw"}[key]
            if given and (product is None or getattr(product, number) is None):
                text = f"changes nothing: no product with {number} is named"
                problems.append(((key,), f"{text}; give [products.NAME] one, or leave {key} out"))
        if problems:
            refuse_all(problems)
        if self.time_to_act is not None:
            self._delay = self.time_to_act
        elif product is not None and product.time_to_act is not None:
            self._delay = float(product.time_to_act.value)
        if product is not None:
            self._content = product.content(self.stored, self.thaws)
            self._lot_cv = 0.0 if product.lot_cv is None else float(product.lot_cv.value)
            if product.concentration is not None:
                self._concentration = float(product.concentration.value)
        return self


def amount_of(chain: object, known: Known) -> dict[str, str]:
    """Return the amount of a dose that is told by its volume, {} where it cannot be."""
    if not isinstance(chain, Mapping):
        return {}
    product: Any = known.products.get(str(chain.get("product")))
    try:
        volume = units.parse(chain["volume"], "volume")
        area = units.parse(chain["area"], "area")
        amount = product.concentration.value * volume / area
    except (KeyError, AttributeError, TypeError, UnitError, ZeroDivisionError):
        return {}  # the links themselves say what is wrong, at their own places
    return {"amount": f"{amount!r} particles/cm2"}


def chain_problem(chain: Chain, treatment: str, known: Known) -> tuple[str, str] | None:
    """Return the key of a chain that does not fit its treatment, and why; None where all do."""
    from follicle_sim.pharmacology.vial import load_deliveries, own_delivery

    route = known.routes.get(treatment, "")
    own = own_delivery(route)
    way = own if chain.delivery is None else load_deliveries()[chain.delivery]
    if chain.delivery is not None and way is not None and route and route not in way.routes:
        fitting = [name for name, one in load_deliveries().items() if route in one.routes]
        allowed = f"allowed: {', '.join(fitting)}" if fitting else "it has no other way"
        return "delivery", f'found "{chain.delivery}"; {treatment} is given by {route}; {allowed}'
    for key in ("depth", "punctures"):
        if getattr(chain, key) is not None and (way is None or not way.needled):
            name = chain.delivery or route
            needled = [way for way, one in load_deliveries().items() if one.needled]
            return key, f"it is of needles, as in {', '.join(needled)}; this is {name}"
    return None


@dataclass(frozen=True)
class OwnProducts(OwnTables):
    """Products by name: what is in a vial."""

    NOUN = "products"
    KIND = "a product"
    EXAMPLE = "our_lot_7"

    @staticmethod
    def _one(name: str, tables: Mapping[str, Any], known: Known) -> FrozenMap[str, Any]:
        _parse(name, tables)
        return frozen(dict(tables))  # type: ignore[no-any-return]


def with_own_products(known: Known, tables: object) -> Known:
    """Return known names with those of a scenario's products, as far as they can be read.

    A table that is wrong still gives its name, so that the mistake is told once, where it is.
    """
    if not isinstance(tables, Mapping) or not tables:
        return known
    products: dict[str, Product | None] = {}
    for name, rows in tables.items():
        products[name] = None
        try:
            products[name] = _parse(name, rows)
        except (InputError, TypeError, ValueError):
            continue  # told by the field
    return replace(known, products=products)


def _parse(name: str, tables: Any) -> Product:
    from follicle_sim.pharmacology.vial import parse_product

    return parse_product(name, thawed(tables), f"products.{name}")
