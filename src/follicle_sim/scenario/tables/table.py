"""What every table of a scenario file shares: frozen, no unknown keys, and common types.

Quantities are floats in the canonical unit of their dimension (days, mm, um for calibre, cm2, cm-2,
mg, mL, particles/cm2, bytes). In a file, and when a class is built in Python, they are texts with a
unit: ``every = "4 weeks"``. Plain numbers are for counts, fractions and coefficients of variation.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict

from follicle_sim.base.units import YEAR
from follicle_sim.scenario.fields.quantities import Number, Quantity, Text

LONGEST = 200 * YEAR

Time = Annotated[float, Quantity("time", upper=LONGEST)]
Moment = Annotated[float, Quantity("time", lower=-LONGEST, upper=LONGEST)]
Interval = Annotated[float, Quantity("time", upper=LONGEST, positive=True)]
Calibre = Annotated[float, Quantity("calibre", upper=500.0)]
Variation = Annotated[float, Number(0.0, 10.0)]
Label = Annotated[str, Text(80, label=True)]
Prose = Annotated[str, Text()]


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
