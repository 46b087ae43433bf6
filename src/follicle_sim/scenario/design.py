"""The `[design]` table: how arms are related, and when everybody is looked at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from follicle_sim.scenario.fields import Visits
from follicle_sim.scenario.quantities import one_of
from follicle_sim.scenario.table import LONGEST, Table

Kind = Literal["counterfactual", "parallel"]


class Design(Table):
    """How arms are related, and when everybody is looked at."""

    kind: Annotated[Kind, one_of(Kind)] = Field(
        description="counterfactual (same subjects in every arm) or parallel (different ones)"
    )
    visits: Annotated[tuple[float, ...], Visits(LONGEST)] = Field(
        description='list of times from "0 days", or {every = "4 weeks", until = "1 year"}'
    )
