"""Notes on arms: what a result will lack, and what is given but has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from follicle_sim.base.errors import InputError
from follicle_sim.biology.factors import CHANNELS
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import factors_of, treatments_of
from follicle_sim.scenario.rules.controls import why_no_control
from follicle_sim.scenario.tables.arms import Dose

Notes = Iterator[tuple[str, str]]

NEEDLES = (
    "intradermal_injection",
    "intralesional_injection",
    "microneedling",
    "topical_after_microneedling",
)
"""Routes that wound the skin, which is an effect of its own in the library."""


OBSERVED = ("DHT_SERUM",)
"""Factors that trials measure and that are not meant to act on hair."""


def arm_notes(scenario: Scenario) -> Notes:
    """Yield place and sentence of everything in the arms that is lost or does nothing."""
    roles = {arm.label: arm.role for arm in scenario.arms}
    if len(roles) > 1 and (reason := why_no_control(roles)):
        yield "arms", reason
    yield from _long_doses(scenario)
    try:
        treatments = treatments_of(scenario)
    except InputError:
        return  # names that a caller brought along, of which nothing is known here
    yield from _unheard(scenario, treatments)
    yield from _twice(scenario, treatments)
    needles = [name for name, drug in treatments.items() if drug.route in NEEDLES]
    pricked = any(dose.treatment in needles for arm in scenario.arms for dose in arm.doses)
    for index, arm in enumerate(scenario.arms):
        if pricked and arm.role == "placebo" and not arm.doses:
            text = f'"{arm.label}" is given nothing, while needles alone do something'
            way = 'for the same handling give it doses of "saline_injection" or "microneedling"'
            yield f"arms[{index}]", f"{text}; {way}"


def _unheard(scenario: Scenario, treatments: dict[str, Treatment]) -> Notes:
    """Yield treatments whose factors no follicle of this condition listens to."""
    table = factors_of(scenario)
    disease = scenario.population.disease
    sensitive, heeded = disease.androgen_sensitive, disease.factors
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            treatment = _with_variants(treatments[dose.treatment], dose)
            moved = [name for name, share in treatment.signature.items() if share.value]
            heard = [
                name
                for name in moved
                if (name == "DHT" and sensitive)
                or name in heeded
                or any(table.factors[name].elasticity(channel) for channel in CHANNELS)
            ]
            unheard = [name for name in moved if name not in heard]
            if heard:
                unheard = [name for name in unheard if name not in OBSERVED]
            if unheard:
                condition = scenario.population.condition
                alone = " alone" if not heard else ""
                text = f'{dose.treatment} in "{arm.label}" changes {", ".join(unheard)}{alone}'
                end = "it changes no hair" if not heard else "that part changes no hair"
                yield (
                    f"arms[{i}].doses[{j}]",
                    f"{text}, to which no follicle of {condition} listens: {end}",
                )


def _twice(scenario: Scenario, treatments: dict[str, Treatment]) -> Notes:
    """Yield treatments of an arm whose effect is inside another one of the same arm."""
    for i, arm in enumerate(scenario.arms):
        given = {dose.treatment: j for j, dose in reversed(list(enumerate(arm.doses)))}
        inside: dict[str, str] = {}
        for name, j in sorted(given.items(), key=lambda item: item[1]):
            acting = _with_variants(treatments[name], arm.doses[j])
            if not any(share.value for share in acting.signature.values()):
                continue  # by its variant it does nothing itself
            for part in acting.contains or ():
                place = f"arms[{i}].doses[{j}]"
                if part in given:
                    text = f'{name} in "{arm.label}" holds the effect of {part} already'
                    yield place, f"{text}, which the arm is given as well: it is counted twice"
                elif part in inside:
                    text = f'{inside[part]} and {name} in "{arm.label}" both hold the effect of'
                    yield place, f"{text} {part}: it is counted twice"
                inside.setdefault(part, name)


def _with_variants(treatment: Treatment, dose: Dose) -> Treatment:
    return treatment.with_variants(dose.variants)


def _long_doses(scenario: Scenario) -> Notes:
    """Yield doses that take longer to enter than the time to the next one."""
    for i, arm in enumerate(scenario.arms):
        for j, dose in enumerate(arm.doses):
            if dose.every is not None and dose.duration > dose.every:
                text = "duration is how long one dose takes to enter, longer here than the time"
                way = "to the next dose; how long a treatment is given stands in until or count"
                yield f"arms[{i}].doses[{j}].duration", f"{text} {way}"
