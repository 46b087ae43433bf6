"""From the scenario as written to what will be done: the one place that asks the libraries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from follicle_sim.base.arguments import check_kind
from follicle_sim.base.codes import CYCLE
from follicle_sim.base.errors import InputError, Problem
from follicle_sim.biology.condition import Condition
from follicle_sim.biology.severity_map import severity_map
from follicle_sim.biology.strata import sensitivities
from follicle_sim.pharmacology.earlier import as_taken, people_answer_alike
from follicle_sim.pharmacology.potencies import potency_overrides
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.protocol.baseline.meet import meet_baseline
from follicle_sim.protocol.before import doses_before, lead_of_doses, same_before
from follicle_sim.protocol.dish import medium_problems
from follicle_sim.protocol.donor import harvest_problems
from follicle_sim.protocol.own_blood import donor_problems
from follicle_sim.protocol.protocol import PlannedArm, Protocol
from follicle_sim.protocol.replicates import draws_of
from follicle_sim.protocol.streams import check_streams, streams_of
from follicle_sim.protocol.surgery import dose_problems, sessions
from follicle_sim.protocol.timeline import time_grid
from follicle_sim.protocol.unfold import Unfolded, unfold
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import biology_of, factors_of, treatments_of

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
        Doses that nobody can be given, phases without length, fewer posterior draws than
        replicates, labels that would share draws, a counted baseline that nothing can meet.

    Examples
    --------
    >>> from follicle_sim.scenario.load import load_scenario
    >>> plan = resolve(load_scenario("scenarios/minoxidil_olsen_2002.toml"))[0]
    >>> plan.condition.name, plan.visits.end, sorted(plan.treatments)
    ('aga_male', 336.0, ['minoxidil_topical_5', 'vehicle'])
    """
    check_kind("resolve", "scenario", scenario, Scenario, "a scenario")
    unfolded = unfold(scenario)
    treatments = treatments_of(scenario)
    condition = scenario.population.disease
    seed = scenario.run.seed if seed is None else seed
    check_doses(scenario, unfolded, treatments)
    if scenario.design.kind != "counterfactual":
        check_streams(tuple(arm.drawn_as for arm in unfolded.arms))
    draws = draws_of(scenario, treatments, seed, first_replicate)
    part = first_replicate > 0
    shared = (scenario, unfolded, condition, treatments, seed, part)
    if not draws:
        return (_protocol(*shared, scenario.biology),) * scenario.run.replicates
    return tuple(_protocol(*shared, draw) for draw in draws)


def check_doses(
    scenario: Scenario,
    unfolded: Unfolded,
    treatments: Mapping[str, Treatment],
) -> None:
    """Refuse doses that nobody can be given, whoever is drawn; every arm's first problem at once.

    Raises
    ------
    InputError
        As `protocol.surgery.dose_problems`.
    """
    end = unfolded.visits.last_day + scenario.run.forcing_step
    problems = [
        problem
        for rule in (medium_problems, donor_problems, failure_problems)
        for problem in rule(scenario, treatments)
    ]
    for index, arm in enumerate(scenario.arms):
        place, who = f"arms[{index}]", scenario.population
        problems += dose_problems(place, arm, end, treatments) or harvest_problems(
            place, who, arm, end, treatments
        )
    if not problems:
        # what people get one after the other may not go together either
        for arm in unfolded.arms:
            problems += dose_problems(f'arms, "{arm.label}"', arm, end, treatments)
    problems += _shared_screening(scenario, unfolded)
    if problems:
        raise InputError(scenario.origin, problems)


def _shared_screening(scenario: Scenario, unfolded: Unfolded) -> list[Problem]:
    """Refuse a count that lets people in where the same people have had different doses by then."""
    inclusion, design = scenario.population.inclusion, scenario.design
    shared = design.kind in ("counterfactual", "split_scalp") or design.stratify is not None
    if not shared or inclusion is None or inclusion.hair_density is None:
        return []
    if same_before(unfolded.arms):
        return []
    treated = next(arm.label for arm in unfolded.arms if doses_before(arm.doses))
    message = (
        f'arms share their people, and those of "{treated}" have other doses before baseline than '
        "the rest, so a count at screening would let in others in each arm; give all arms the same "
        'doses before baseline, choose kind = "parallel", or leave the criterion out'
    )
    return [Problem("population.inclusion.hair_density", message)]


def failure_problems(scenario: Scenario, treatments: Mapping[str, Treatment]) -> Iterator[Problem]:
    """Yield each treatment that nobody can have failed on, as it moves everybody alike."""
    who = scenario.population
    if who.inclusion is None or who.variation["potency"] > 0.0:
        return
    for index, name in enumerate(who.inclusion.failed):
        if people_answer_alike(as_taken(name, scenario.arms, treatments)):
            message = (
                f'"{name}" moves everybody with one strength here: nobody failed; give its doses a '
                'variant in which people differ, or population.spread = "typical"'
            )
            yield Problem(f"population.inclusion.failed[{index}]", message)


def _check_cycle(scenario: Scenario, parameters: Mapping[str, float]) -> None:
    if sum(parameters[f"{phase.name.lower()}_mean"] for phase in CYCLE) < SHORTEST_CYCLE:
        message = f"the mean durations of the phases add up to less than {SHORTEST_CYCLE:g} day"
        raise InputError(scenario.origin, [Problem("biology", message)])


def _protocol(
    scenario: Scenario,
    unfolded: Unfolded,
    condition: Condition,
    treatments: Mapping[str, Treatment],
    seed: int,
    part: bool,
    changes: Mapping[str, float],
) -> Protocol:
    design, run = scenario.design, scenario.run
    parameters = biology_of(scenario, changes)
    _check_cycle(scenario, parameters)
    seeded = scenario.model_copy(update={"run": run.model_copy(update={"seed": seed})})
    met = meet_baseline(seeded, part=part)
    # fine steps from the first dose before baseline on, or the first event of the condition
    lead = max(design.run_in or 0.0, condition.lead, lead_of_doses(unfolded.arms))
    grid = time_grid(run.history, unfolded.visits.last_day, run.forcing_step, lead)
    who = scenario.population if met is None else met.population(scenario.population)
    place = who.place
    pooled, sizes = design.stratify is not None, unfolded.sizes
    arms = tuple(
        PlannedArm(
            index=index,
            label=arm.label,
            role=arm.role,
            doses=arm.doses,
            size=sizes[index],
            sought=sum(sizes) if pooled else sizes[index],
            surgery=sessions(arm, float(grid[-1]), treatments),
            drawn_as=arm.drawn_as,
            streams=streams_of(design.kind, arm.drawn_as, pooled=pooled),
            given=unfolded.given[index],
        )
        for index, arm in enumerate(unfolded.arms)
    )
    return Protocol(
        source=scenario,
        seed=seed,
        arms=arms,
        visits=unfolded.visits,
        population=who,
        conduct=design,
        condition=condition,
        scalp=place,
        severity_map=severity_map(place, condition.grades, who.grades_named),
        parameters=parameters,
        treatments=treatments,
        factors=factors_of(scenario),
        potencies=potency_overrides(changes),
        drawn=changes,
        sensitivity=sensitivities(condition, parameters["sensitivity_shape"]),
        grid=grid,
        history=run.history,
        lead=lead,
        step=run.forcing_step,
        instrument=scenario.instrument,
        record=scenario.record,
        met=met,
    )
