"""The areas of a map of the scalp that something is done to: a list of names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import shown
from follicle_sim.biology.scalps import load_scalps
from follicle_sim.scenario.fields.quantities import FieldType
from follicle_sim.scenario.fields.refusals import Collector, choose, refuse
from follicle_sim.scenario.fields.words import REGIONS, understand


@dataclass(frozen=True)
class Areas(FieldType):
    """Names of areas, each once: ["frontal", "vertex"]; one alone may stand without brackets."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, (list, tuple)) or not names:
            refuse(f'found {shown(value)}; allowed: a list of regions, ["frontal", "vertex"]')
        known = list(
            dict.fromkeys(area for scalp in load_scalps().values() for area in scalp.areas)
        )
        parts, areas = Collector(), list[str]()
        for index, word in enumerate(names):
            name = understand(word, known, REGIONS)
            area = parts.run((index,), partial(choose, name, known, "region"))
            if area in areas:
                parts.problems.append(((index,), f"found {shown(word)} twice"))
            if area is not None:
                areas.append(area)
        parts.finish()
        return tuple(areas)

    def write(self, value: tuple[str, ...]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}
