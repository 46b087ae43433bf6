"""The numbers that rows of a comparison name: those of the registry, and a scenario's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.own.held import held
from follicle_sim.evidence.studies import Study, load_studies
from follicle_sim.scenario.model import Scenario


@dataclass(frozen=True)
class Sources:
    """Observations (derived ones too) and studies by id."""

    observations: Mapping[str, Observation]
    studies: Mapping[str, Study]


@cache
def registry() -> Sources:
    """Return all that was published."""
    return Sources({row.id: row for row in observations(derived=True)}, load_studies())


def sources_of(scenario: Scenario) -> Sources:
    """Return what the comparisons of a scenario may name: its own tables stand before the rest."""
    published = registry()
    tables = [
        held(
            comparison,
            {arm.label: arm.role for arm in scenario.arms},
            paired=scenario.design.kind in ("split_scalp", "crossover"),
        )
        for comparison in scenario.compare
        if comparison.rows
    ]
    if not tables:
        return published
    rows = {row.id: row for table in tables for row in table.observations}
    studies = {table.study.id: table.study for table in tables}
    return Sources({**published.observations, **rows}, {**published.studies, **studies})
