"""What was counted at baseline: the keys that say it, and which of them go together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import shown
from follicle_sim.scenario.fields.quantities import FieldType, Quantity, read, within
from follicle_sim.scenario.fields.refusals import Path, refuse

MOST_HAIRS = 1_000_000.0
_AREA = re.compile(r"\b(?:in|on|within|of)\s+(\d.*)")
"""Words after a count that tell its area."""
ALLOWED = 'allowed: a number of hairs, such as 876 or "876 hairs"'


@dataclass(frozen=True)
class Stated:
    """A baseline as it was counted.

    Parameters
    ----------
    key
        Of the population table.
    density
        Hairs per area, cm-2.
    variable
        Result variable whose mean at baseline it is.
    """

    key: str
    density: float
    variable: str


@dataclass(frozen=True)
class HairCount(FieldType):
    """Hairs in the target area: a number, or text such as "876 hairs"."""

    def check(self, value: object, info: ValidationInfo) -> float:
        number = value
        if isinstance(value, str):
            plain, _, unit = value.strip().partition(" ")
            if "/" in unit or unit.endswith("-2") or unit.startswith("per"):
                refuse(
                    f"found {shown(value)}, hairs per area; hair_count is of the target area; "
                    f"allowed: a number of hairs, or in its place hair_density = {shown(value)}"
                )
            if area := _AREA.search(unit):
                refuse(
                    f"found {shown(value)}; the area in which hairs are counted is target_area; "
                    f'allowed: hair_count = {plain} and target_area = "{area[1].strip()}"'
                )
            if unit not in ("", "hair", "hairs"):
                refuse(f"found {shown(value)}; {ALLOWED}")
            number = read(plain, "number")
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            refuse(f"found {shown(value)}; {ALLOWED}")
        bounds = Quantity("number", upper=MOST_HAIRS, positive=True)
        return within(read(number, "number"), value, bounds)

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_HAIRS}
        return {"anyOf": [number, {"type": "string", "pattern": "hairs?$"}]}


def statement_problems(who: Any, keys: Sequence[str]) -> list[tuple[Path, str]]:
    """Return what is wrong with the statements about a population's baseline.

    Of counted hairs, severity and follicles, two settle the third; one count says enough of hairs.
    """
    stated = [key for key in keys if getattr(who, key) is not None]
    if not stated:
        if who.follicle_density is not None:
            return []
        message = (
            'missing; required: follicles (not hairs) per area, for example "300 cm-2", or what '
            f'was counted at baseline, for example hair_density = "140 cm-2" ({", ".join(keys)})'
        )
        return [(("follicle_density",), message)]
    first, *others = stated
    if others:
        message = (
            f"found beside {first}, which says the same of the same hairs; leave one of them out"
        )
        return [((key,), message) for key in others]
    if who.follicle_density is not None and who.severity is not None:
        message = (
            "found beside follicle_density and severity, which settle how many hairs are counted; "
            "leave out severity (it is then set so that the count is met) or follicle_density"
        )
        return [((first,), message)]
    return []
