"""The `[instrument]` table: what the counting method sees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from follicle_sim.scenario.quantities import Quantity
from follicle_sim.scenario.table import Calibre, Label, Table, Variation


class Instrument(Table):
    """What the counting method sees."""

    name: Label = Field(default="phototrichogram", description="name of the method")
    detection_calibre: Calibre = Field(default=0.0, description="thinner hairs are not counted")
    terminal_calibre: Calibre = Field(default=30.0, description="from here on a hair is terminal")
    visible_length: Annotated[float, Quantity("length", upper=100.0)] = Field(
        default=1.0, description="shorter anagen hairs are not counted"
    )
    reader_error: Variation = Field(default=0.0, description="coefficient of variation of a count")
