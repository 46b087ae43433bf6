"""Which potency a scenario uses, and where it is from, in one sentence for all commands."""

from pathlib import Path

from clinic_example import CLINIC, MINOXIDIL

from follicle_sim import load_scenario, parse_scenario
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.protocol.potency_notes import (
    describe_origin,
    fitted_elsewhere,
    override_of,
    potency_sentences,
)

ROOT = Path(__file__).parents[3]
EXOSOMES = "potency_exosomes_adipose_microneedling"


def test_a_potency_of_the_library_names_its_study_and_the_way_to_another():
    (sentence,) = potency_sentences(parse_scenario(CLINIC))
    assert sentence == (
        "potency of exosomes adipose microneedling 2.14, fitted to park_2022; "
        "--set potency=VALUE changes it"
    )


def test_a_potency_that_was_set_is_named_with_its_value():
    (sentence,) = potency_sentences(parse_scenario(CLINIC, overrides=["potency=0.76"]))
    assert "microneedling 0.76, set in this scenario;" in sentence


def test_of_two_treatments_each_path_names_its_own():
    both = CLINIC.replace(
        'role = "untreated"',
        'role = "placebo"\ndoses = [{ treatment = "microneedling", amount = "1 session" }]',
    )
    scenario = parse_scenario(both)
    first, second = potency_sentences(scenario)
    assert "--set potency.exosomes_adipose_microneedling=VALUE" in first
    assert "potency of microneedling 0.8, fitted to ro_fgf9;" in second
    setting = override_of(scenario, EXOSOMES, 0.7604)
    assert setting == "potency.exosomes_adipose_microneedling=0.76"
    (changed, _) = potency_sentences(parse_scenario(both, overrides=[setting]))
    assert "0.76, set in this scenario" in changed


def test_one_treatment_is_set_by_the_short_word():
    scenario = parse_scenario(CLINIC)
    assert override_of(scenario, EXOSOMES, 0.7604) == "potency=0.76"
    assert override_of(scenario, "severity", 0.30231) == "biology.severity=0.3023"


def test_a_fit_to_another_trial_is_told_apart_from_one_to_this():
    scenario = parse_scenario(MINOXIDIL)
    name = "minoxidil_topical_5"
    origin = describe_origin(scenario, name, load_treatment(name))
    assert origin == "fitted to olsen_2002"
    assert fitted_elsewhere(scenario, origin)
    own = load_scenario(ROOT / "scenarios/minoxidil_olsen_2002.toml")
    assert not fitted_elsewhere(own, origin)
