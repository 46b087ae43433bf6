"""The names a scenario may use: treatments, conditions, biology parameters and trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol


class Bounded(Protocol):
    """What a scenario needs to know of a biology parameter to check an override."""

    @property
    def dimension(self) -> str: ...
    @property
    def lower(self) -> float: ...
    @property
    def upper(self) -> float: ...


@dataclass(frozen=True)
class Known:
    """Names a scenario may use; tests inject their own.

    Parameters
    ----------
    treatments
        Treatment name to the dimension of its dose amount ("" or "none": any).
    conditions
        Condition name to the names of its severities.
    parameters
        Biology parameter name to its dimension and bounds (canonical unit).
    studies
        Study id to the ids of its arms.
    routes
        Treatment name to its route; a treatment left out may be given by any.
    variants
        Treatment name to the names of its hypotheses.
    own
        Treatments that the scenario brings along itself.
    own_conditions
        Conditions that it brings along, by name, as far as they can be read.
    brought
        Names of all conditions that it brings along.
    health
        Names of the states of health that people can have.
    own_health
        States of health that the scenario brings along, by name.
    aftercare
        What may be done after a session, by name, to the routes it can follow; none: any.
    own_aftercare
        Aftercare that the scenario brings along, by name.
    products
        What is in the scenario's vials, by name; None where its table is wrong.
    deliveries
        Names of the ways to bring a session to the skin.
    """

    treatments: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parameters: Mapping[str, Bounded] = field(default_factory=dict)
    studies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    routes: Mapping[str, str] = field(default_factory=dict)
    variants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    own_conditions: Mapping[str, Any] = field(default_factory=dict)
    brought: frozenset[str] = frozenset()
    health: tuple[str, ...] = ()
    own_health: Mapping[str, Any] = field(default_factory=dict)
    aftercare: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own_aftercare: Mapping[str, Any] = field(default_factory=dict)
    products: Mapping[str, Any] = field(default_factory=dict)
    deliveries: tuple[str, ...] = ()


@cache
def default_known() -> Known:
    """Return the names this installation knows, read once.

    The imports stand inside because the scenario layer is below pharmacology, biology and trials:
    only the names come up, and only when a scenario is checked.
    """
    from follicle_sim.biology.conditions import load_conditions
    from follicle_sim.biology.health import load_health
    from follicle_sim.biology.parameters import parameter_table
    from follicle_sim.evidence.studies import load_studies
    from follicle_sim.pharmacology.aftercare import load_aftercare
    from follicle_sim.pharmacology.library import load_treatment, treatment_names
    from follicle_sim.pharmacology.potencies import potency_parameters
    from follicle_sim.pharmacology.vial import load_deliveries

    treatments = {name: load_treatment(name) for name in treatment_names()}
    return Known(
        treatments={name: treatment.amount for name, treatment in treatments.items()},
        routes={name: treatment.route for name, treatment in treatments.items()},
        variants={name: tuple(treatment.variants) for name, treatment in treatments.items()},
        conditions={name: tuple(known.severities) for name, known in load_conditions().items()},
        parameters={**parameter_table(), **potency_parameters(treatments)},
        studies={
            name: tuple(arm.id for arm in study.arms) for name, study in load_studies().items()
        },
        health=tuple(load_health()),
        aftercare={name: care.routes for name, care in load_aftercare().items()},
        deliveries=tuple(load_deliveries()),
    )
