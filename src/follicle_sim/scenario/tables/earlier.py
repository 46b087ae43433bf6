"""Earlier treatment in a scenario: the names of treatments that people have failed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import shown
from follicle_sim.scenario.fields.quantities import FieldType, Name
from follicle_sim.scenario.fields.refusals import Collector, refuse

HELPED = "helped_by_"
"""Begins the name of a criterion: whom an earlier treatment helped is left out."""


@dataclass(frozen=True)
class TreatmentNames(FieldType):
    """Treatments by name, each once: ["minoxidil_topical_5"]."""

    def check(self, value: object, info: ValidationInfo) -> tuple[str, ...]:
        if not isinstance(value, (list, tuple)):
            example = '["minoxidil_topical_5"]'
            refuse(f"found {shown(value)}; allowed: a list of treatments, such as {example}")
        name, parts = Name("treatment", lambda known: known.treatments), Collector()
        names: list[str] = []
        for index, text in enumerate(value):
            found = parts.run((index,), partial(name.check, text, info))
            if found in names:
                parts.problems.append(((index,), f"found {shown(text)} twice"))
            names.append(found or "")
        parts.finish()
        return tuple(names)

    def write(self, value: Sequence[str]) -> list[str]:
        return list(value)

    def json_schema(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}
