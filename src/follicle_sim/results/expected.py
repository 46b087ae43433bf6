"""Which variables the result of a protocol has for certain, and why."""

from __future__ import annotations

from typing import Any

from follicle_sim.base.frozen import FrozenMap
from follicle_sim.pharmacology.exposure import made_of_patients, mixtures
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.pharmacology.variability import Responders
from follicle_sim.protocol.protocol import Protocol
from follicle_sim.results.variables import OF_PEOPLE
from follicle_sim.scenario.fields.correlation import correlated
from follicle_sim.scenario.tables.design import Design


def is_followed(design: Design) -> bool:
    """Return whether people can come on other days than planned, or not at all."""
    loose = design.visit_window > 0.0 or design.late_visits is not None
    missing = design.missed_visits > 0.0 or design.missed_baseline > 0.0
    return loose or missing or design.dropout is not None


def is_plain(protocol: Protocol) -> bool:
    """Return whether people only are in arms and come to every visit, as a bare design says."""
    design = protocol.conduct
    return (
        design.kind in ("counterfactual", "parallel")
        and design.allocation is None
        and design.stratify is None
        and design.recruitment is None
        and design.early_stop is None
        and design.adherence_spread == 0.0
        and not is_followed(design)
    )


def may_miss(protocol: Protocol) -> bool:
    """Return whether some dose may go untaken: by the schedule, by habit, or by an early stop."""
    design = protocol.conduct
    if design.early_stop is not None or design.adherence_spread > 0.0:
        return True
    return any(dose.adherence < 1.0 for arm in protocol.arms for dose in arm.doses)


def variables_of(protocol: Protocol) -> tuple[str, ...]:
    """Return the names of the variables that a result has about its people."""
    who = protocol.population
    selected, all_traits = who.inclusion is not None, protocol.record.traits
    mixed = protocol.conduct.stratify is not None
    mixed |= isinstance(who.severity, FrozenMap) or "severity" in correlated(who.correlation)
    present = {
        "person": selected,
        "age": who.varies("age") or (selected and who.age is not None),
        "sex": isinstance(who.sex, FrozenMap),
        "severity": selected or mixed or (all_traits and who.varies("severity")),
        "severity_class": selected or mixed,
        "responder": mixture_of(protocol) is not None,
        "duration": all_traits and lasts(protocol),
        "donor": all_traits and bool(donors_of(protocol)),
        **{name: all_traits and who.varies(name) for name in ("progression", "growth", "potency")},
    }
    return tuple(name for name in OF_PEOPLE if present[name])


def lasts(protocol: Protocol) -> bool:
    """Return whether people differ in how long they have been losing hair, by the model's law.

    Miniaturisation grows from 0 at a steady pace (`model 5.2`), so that severity and pace say when
    it began; a condition without androgens has no such clock.
    """
    who, condition = protocol.population, protocol.condition
    thins = condition.androgen_sensitive and condition.miniaturised is None
    moves = protocol.parameters["progression"] > 0.0
    return thins and moves and (who.varies("severity") or who.varies("progression"))


def donors_of(protocol: Protocol) -> dict[str, Treatment]:
    """Return the treatments, as some arm gives them, that go with the patient's age or health."""
    made: dict[str, Treatment] = {}
    for arm in protocol.arms:
        made |= made_of_patients(arm, protocol.treatments)
    return made


def always_known(protocol: Protocol) -> tuple[str, ...]:
    """Return the variables that `follow` gives for certain where a design asks for them."""
    if is_plain(protocol):
        return ()
    design = protocol.conduct
    present = {
        ("person",): True,
        ("visit_day", "attended"): is_followed(design),
        ("enrolled",): design.allocation is not None or design.stratify is not None,
        ("left_day", "left_reason"): design.dropout is not None,
        ("doses_taken",): design.early_stop is not None or design.adherence_spread > 0.0,
        ("stopped_day",): design.early_stop is not None,
        ("recruited",): design.recruitment is not None,
    }
    return tuple(name for names, there in present.items() if there for name in names)


def mixture_of(protocol: Protocol) -> Responders | None:
    """Return what makes responders in this trial; None where nothing does, or several things."""
    responders = mixtures(protocol.arms, protocol.treatments)
    return next(iter(responders.values())) if len(responders) == 1 else None


def periods_of(protocol: Protocol) -> list[dict[str, Any]]:
    """Return of each period when it begins and whose doses each arm has in it."""
    return [
        {"start": start, "given": {arm.label: arm.given[k] for arm in protocol.arms}}
        for k, start in enumerate(protocol.visits.starts)
    ]
