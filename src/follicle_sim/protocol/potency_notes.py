"""Which potency of each treatment a scenario uses, where it is from, and how to set another."""

from __future__ import annotations

import re

from follicle_sim.base.errors import InputError
from follicle_sim.evidence.studies import load_studies
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX, potency_parameters
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import treatments_of


def potency_sentences(scenario: Scenario) -> tuple[str, ...]:
    """Return a sentence for each treatment given that has a potency to set."""
    treatments = _given_treatments(scenario)
    paths = [_short_path(name, treatments) for name in potency_parameters(treatments)]
    return tuple(
        f"{sentence}; --set {path}=VALUE changes it"
        for sentence, path in zip(potencies_in_short(scenario), paths, strict=True)
    )


def potencies_in_short(scenario: Scenario) -> tuple[str, ...]:
    """Return the potency of each treatment given, and where it is from."""
    treatments = _given_treatments(scenario)
    sentences = []
    for name, parameter in potency_parameters(treatments).items():
        value = scenario.biology.get(name, parameter.value)
        treatment = name.removeprefix(POTENCY_PREFIX)
        origin = describe_origin(scenario, treatment, treatments[treatment])
        words = treatment.replace("_", " ")
        sentences.append(f"potency of {words} {float(value):.3g}, {origin}")
    return tuple(sentences)


def describe_origin(scenario: Scenario, name: str, treatment: Treatment) -> str:
    """Return where the potency of a treatment is from, in words."""
    if f"{POTENCY_PREFIX}{name}" in scenario.biology:
        return "set in this scenario"
    if name in scenario.treatments:
        return "of this scenario's own treatment"
    potency = treatment.potency
    if potency is None:
        return "without effect"
    if potency.grade == "assumption":
        return "assumed"
    if potency.grade != "fitted":
        return str(potency.grade)
    source = potency.source
    if name in treatment_names():
        library = load_treatment(name).potency
        if library is not None and library.value == potency.value:
            source = library.source  # numbers stored with a result lack the sentence
    studies = [study for study in load_studies() if re.search(rf"\b{study}:", source)]
    return f"fitted to {' and '.join(studies)}" if studies else "fitted"


def fitted_elsewhere(scenario: Scenario, origin: str) -> bool:
    """Tell whether a potency was fitted to studies that the scenario is not compared with."""
    own_studies = [comparison.study for comparison in scenario.compare if comparison.study]
    return origin.startswith("fitted to") and not any(study in origin for study in own_studies)


def override_of(scenario: Scenario, name: str, value: float) -> str:
    """Return the shortest override that gives a parameter of [biology] a value."""
    if name.startswith(POTENCY_PREFIX):
        return f"{_short_path(name, _given_treatments(scenario))}={value:.2g}"
    return f"biology.{name}={value:.4g}"


def _given_treatments(scenario: Scenario) -> dict[str, Treatment]:
    names = dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses)
    try:
        known = treatments_of(scenario)
    except InputError:
        return {}  # names that a caller brought along, of which nothing is known here
    return {name: known[name] for name in names if name in known}


def _short_path(name: str, treatments: dict[str, Treatment]) -> str:
    """Return the path that --set takes: `potency` alone where one treatment has one."""
    alone = list(potency_parameters(treatments)) == [name]
    return "potency" if alone else f"potency.{name.removeprefix(POTENCY_PREFIX)}"
