"""Whom treatments are not for, and whether a scenario lets such people in."""

from __future__ import annotations

from collections.abc import Iterator

from follicle_sim.base.errors import InputError
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import treatments_of
from follicle_sim.scenario.tables.health import find_state, parse_own_health
from follicle_sim.scenario.tables.population import Population


def suitability_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return a sentence for each treatment that is given to people it is not for, place first.

    Nothing of it changes a result: a scenario may ask what would happen to anybody.
    """
    return tuple(f"{place}: {text}" for place, text in _notes(scenario))


def _notes(scenario: Scenario) -> Iterator[tuple[str, str]]:
    try:
        treatments = treatments_of(scenario)
    except InputError:
        return  # names that a caller brought along, of which nothing is known here
    inclusion = scenario.population.inclusion
    excluded = () if inclusion is None else inclusion.exclude
    for name in dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses):
        let_in = [
            state
            for state in treatments[name].contraindications
            if state not in excluded and _can_have(scenario, state)
        ]
        if let_in:
            states = ", ".join(state.replace("_", " ") for state in let_in)
            text = f"{name} is not given to people with {states}, who are not left out"
            way = "name them in population.inclusion.exclude, or treat them all the same"
            yield "population.inclusion", f"{text}; {way} (follicle-sim treatments show {name})"
        if treatments[name].not_known:
            yield "arms", f"{name}: {treatments[name].not_known}"


def health_notes(scenario: Scenario) -> tuple[str, ...]:
    """Return what is known of the hair of people with each state that a population names.

    A state of health decides who may take part and of whose blood a treatment is made; that it
    moves no hair by itself is said, not left to be found out.
    """
    own = parse_own_health(scenario.health)
    notes = []
    for name in scenario.population.health:
        state = find_state(name, own)
        known = state.hair if state is not None and state.hair else "no effect on hair was read of"
        notes.append(f"population.health.{name}: moves no hair here; {known}")
    return tuple(notes)


def _can_have(scenario: Scenario, name: str) -> bool:
    """Return whether somebody of a population is known to be able to have a state of health.

    Where the sex of people is not said, that is not known of a state that one sex has.
    """
    who, state = scenario.population, find_state(name, parse_own_health(scenario.health))
    if state is None or state.sex is None:
        return True
    return state.sex in sexes_let_in(who)


def sexes_let_in(who: Population) -> tuple[str, ...]:
    """Return the sexes that people have who may take part; none where a population says nothing."""
    if who.inclusion is not None and who.inclusion.sex is not None:
        return (who.inclusion.sex,)
    if isinstance(who.sex, str):
        return (who.sex,)
    return tuple(sex for sex, share in (who.sex or {}).items() if share)
