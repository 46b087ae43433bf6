"""From the scenario as written to what will be done: the one place that asks the libraries."""

from __future__ import annotations

from collections.abc import Mapping

from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.strata import sensitivities
from follicle_sim.codes import CYCLE
from follicle_sim.errors import InputError, Problem
from follicle_sim.pharmacology.factors import load_factors
from follicle_sim.pharmacology.library import POTENCY_PREFIX, Treatment, potency_overrides
from follicle_sim.protocol.given import treatments_of
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.replicates import draws_of
from follicle_sim.protocol.streams import check_streams, streams_of
from follicle_sim.protocol.timeline import time_grid
from follicle_sim.protocol.unfold import Unfolded, unfold
from follicle_sim.scenario.model import Scenario

SHORTEST_CYCLE = 1.0
"""Days; a cycle without length would turn for ever at one instant."""


def resolve(
    scenario: Scenario, *, seed: int | None = None, first_replicate: int = 0
) -> tuple[Protocol, ...]:
    """Return the protocol of every replicate of a scenario.

    Replicates that are planned alike are one and the same object; only where each takes a draw of
    what is not known (`run.uncertainty`) do they differ.

    Parameters
    ----------
    scenario : from `load_scenario`
    seed : replaces the scenario's
    first_replicate : name of the first replicate in the draws

    Raises
    ------
    InputError
        Phases without length, fewer posterior draws than replicates, labels that would share draws.

    Examples
    --------
    >>> from follicle_sim.scenario.load import load_scenario
    >>> plan = resolve(load_scenario("scenarios/minoxidil_olsen_2002.toml"))[0]
    >>> plan.condition.name, plan.visits.end, sorted(plan.treatments)
    ('aga_male', 336.0, ['minoxidil_topical_5'])
    """
    unfolded = unfold(scenario)
    treatments = treatments_of(scenario)
    seed = scenario.run.seed if seed is None else seed
    if scenario.design.kind != "counterfactual":
        check_streams(tuple(arm.label for arm in unfolded.arms))
    draws = draws_of(scenario, treatments, seed, first_replicate)
    if not draws:
        one = _protocol(scenario, unfolded, treatments, seed, scenario.biology)
        return (one,) * scenario.run.replicates
    return tuple(_protocol(scenario, unfolded, treatments, seed, each) for each in draws)


def _protocol(
    scenario: Scenario,
    unfolded: Unfolded,
    treatments: Mapping[str, Treatment],
    seed: int,
    changes: Mapping[str, float],
) -> Protocol:
    design, run = scenario.design, scenario.run
    condition = load_condition(scenario.population.condition)
    biology = {key: value for key, value in changes.items() if not key.startswith(POTENCY_PREFIX)}
    parameters = load_parameters(biology)
    if sum(parameters[f"{phase.name.lower()}_mean"] for phase in CYCLE) < SHORTEST_CYCLE:
        message = f"the mean durations of the phases add up to less than {SHORTEST_CYCLE:g} day"
        raise InputError(scenario.title, [Problem("biology", message)])
    pooled = design.stratify is not None
    sizes = unfolded.sizes
    arms = tuple(
        PlannedArm(
            index=index,
            label=arm.label,
            role=arm.role,
            doses=arm.doses,
            size=sizes[index],
            sought=sum(sizes) if pooled else sizes[index],
            streams=streams_of(design.kind, arm.label, pooled=pooled),
            given=unfolded.given[index],
        )
        for index, arm in enumerate(unfolded.arms)
    )
    return Protocol(
        source=scenario,
        seed=seed,
        arms=arms,
        visits=unfolded.visits,
        population=scenario.population,
        conduct=design,
        condition=condition,
        parameters=parameters,
        treatments=treatments,
        factors=load_factors(),
        potencies=potency_overrides(changes),
        drawn=changes,
        sensitivity=sensitivities(condition, parameters["sensitivity_shape"]),
        grid=time_grid(
            run.history, unfolded.visits.last_day, run.forcing_step, design.run_in or 0.0
        ),
        history=run.history,
        step=run.forcing_step,
        instrument=scenario.instrument,
        record=scenario.record,
    )
