"""What a scenario brings along itself: treatments, conditions and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from follicle_sim.scenario.fields.known import Known
from follicle_sim.scenario.tables.aftercare import with_own_aftercare
from follicle_sim.scenario.tables.conditions import with_own_conditions
from follicle_sim.scenario.tables.health import with_own_health
from follicle_sim.scenario.tables.treatments import with_own_treatments
from follicle_sim.scenario.tables.vial import with_own_products


def with_own(known: Known, values: Mapping[str, Any]) -> Known:
    """Return known names with those that a scenario's tables bring along."""
    known = with_own_health(known, values.get("health"))
    known = with_own_aftercare(known, values.get("aftercare"))
    known = with_own_products(known, values.get("products"))
    known = with_own_treatments(known, values.get("treatments"))
    return with_own_conditions(known, values.get("conditions"))
