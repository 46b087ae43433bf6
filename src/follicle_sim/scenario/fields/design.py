"""Field types of the `[design]` table: allocation ratios and days of the calendar."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationInfo

from follicle_sim.base.errors import did_you_mean, shown
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.scenario.fields.labels import not_cut
from follicle_sim.scenario.fields.quantities import FieldType, Whole
from follicle_sim.scenario.fields.refusals import Collector, refuse

MOST_TO_ONE = 100
_MONTHS = tuple(calendar.month_name)[1:]
_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Allocation(FieldType):
    """Arm label to its share of the people in whole numbers; labels are checked with the arms."""

    def check(self, value: object, info: ValidationInfo) -> FrozenMap[str, int]:
        if not isinstance(value, Mapping):
            refuse(f'found {shown(value)}; a table is needed: {{"drug" = 2, "placebo" = 1}}')
        if not value:
            refuse("found an empty table; leave the key out for arms of equal size")
        parts = Collector()
        ratio = Whole(1, MOST_TO_ONE)
        for label, number in value.items():
            parts.run((label,), partial(not_cut, label, number))
            if not isinstance(number, Mapping):
                parts.run((label,), partial(ratio.check, number, info))
        parts.finish()
        return FrozenMap({label: int(number) for label, number in value.items()})

    def write(self, value: Mapping[str, int]) -> dict[str, int]:
        return dict(value)

    def json_schema(self) -> dict[str, Any]:
        whole = {"type": "integer", "minimum": 1, "maximum": MOST_TO_ONE}
        return {"type": "object", "additionalProperties": whole}


@dataclass(frozen=True)
class CalendarDay(FieldType):
    """A day of the year such as "1 March", kept as its number, 1 January being 0.

    Years have 365 days here: what the season does does not hang on a day in February.
    """

    def check(self, value: object, info: ValidationInfo) -> float:
        if not isinstance(value, str):
            refuse(f'found {shown(value)}; allowed: a day and a month, such as "1 March"')
        match = re.fullmatch(r"\s*(\d{1,2})\s+([A-Za-z]+)\s*", value)
        if match is None:
            refuse(f'found {shown(value)}; allowed: a day and a month, such as "1 March"')
        names = [month.lower() for month in _MONTHS]
        day, word = int(match[1]), match[2].lower()
        if word not in names:
            hint = did_you_mean(match[2], _MONTHS)
            refuse(f"found {shown(value)}, unknown month{hint}")
        month = names.index(word)
        if not 1 <= day <= _LENGTHS[month]:
            refuse(f"found {shown(value)}; {_MONTHS[month]} has days 1 to {_LENGTHS[month]}")
        return float(sum(_LENGTHS[:month]) + day - 1)

    def write(self, value: float) -> str:
        left, month = int(value) + 1, 0
        while left > _LENGTHS[month]:
            left -= _LENGTHS[month]
            month += 1
        return f"{left} {_MONTHS[month]}"

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "examples": ["1 March"]}
