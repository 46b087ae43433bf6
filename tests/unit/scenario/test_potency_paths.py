"""A potency is set from wherever it is looked for, or the one path that does it is named."""

import pytest
from clinic_example import CLINIC, MINOXIDIL, replaced

from follicle_sim import InputError, parse_scenario
from follicle_sim.scenario import with_overrides

NAME = "potency_exosomes_adipose_microneedling"

PATHS = [
    "potency",
    "biology.potency",
    f"biology.{NAME}",
    NAME,
    "arms.exosomes.potency",
    "arms[0].potency",
    "doses[0].potency",
    "arms.exosomes.doses[0].potency",
    "arms[0].doses[0].potency",
    "treatments.exosomes_adipose_microneedling.potency.value",
    "treatments.exosomes_adipose_microneedling.potency",
    "exosomes_adipose_microneedling.potency",
    "potency.exosomes_adipose_microneedling",
]

SECOND = """
[[arms.doses]]
treatment = "prp_injection"
amount = "1 session"
[[arms]]
label = "control"
"""
TWO = replaced('[[arms]]\nlabel = "control"\n', SECOND.lstrip())

OWN = (
    replaced('"exosomes_adipose_microneedling"', '"my_mix"')
    + """
[treatments.my_mix]
title = "Our own"
route = "microneedling"
amount = "sessions"
[treatments.my_mix.disposition]
half_life = { value = 10.0, unit = "d", source = "ours", grade = "user" }
[treatments.my_mix.effect]
kind = "emax"
ec50 = { value = 0.25, unit = "sessions", source = "ours", grade = "user" }
hill = { value = 1.0, unit = "1", source = "ours", grade = "user" }
maximum = { value = 1.0, unit = "1", source = "ours", grade = "user" }
[treatments.my_mix.signature]
WNT = { value = 0.3, unit = "1", source = "ours", grade = "user" }
[treatments.my_mix.potency]
value = 1.0
unit = "1"
source = "ours"
grade = "user"
"""
)


def refusal(text, override):
    with pytest.raises(InputError) as caught:
        parse_scenario(text, overrides=[override])
    return str(caught.value)


@pytest.mark.parametrize("path", PATHS)
def test_every_plain_path_sets_the_one_potency(path):
    plain = parse_scenario(CLINIC + f"\n[biology]\n{NAME} = 1.5\n")
    assert parse_scenario(CLINIC, overrides=[f"{path}=1.5"]) == plain
    assert with_overrides(parse_scenario(CLINIC), [f"{path} = 1.5"]) == plain


def test_of_two_treatments_the_arm_or_dose_says_which():
    assert parse_scenario(TWO, overrides=["arms[0].doses[1].potency=2"]).biology == {
        "potency_prp_injection": 2.0
    }
    for path in ("potency", "arms.exosomes.potency"):
        message = refusal(TWO, f"{path}=2")
        assert f"which treatment? write biology.{NAME} or biology.potency_prp_injection" in message


def test_treatments_are_known_by_their_other_names():
    text = replaced('"minoxidil_topical_5"', '"minoxidil 5 %"', MINOXIDIL)
    assert parse_scenario(text, overrides=["potency=2"]).biology == {
        "potency_minoxidil_topical_5": 2.0
    }


def test_a_fixed_potency_is_named_as_such():
    text = replaced('"minoxidil_topical_5"', '"finasteride_oral"', MINOXIDIL)
    text = replaced('amount = "1 mL"', 'amount = "1 mg"', text)
    assert "finasteride_oral has no potency to set" in refusal(text, "potency=2")


def test_a_value_out_of_bounds_is_refused_at_its_place():
    message = refusal(CLINIC, "potency=99")
    assert f'biology.{NAME}: found 99; allowed: 0 to 50 (from override "potency=99")' in message


@pytest.mark.parametrize("path", ["potency", "arms.exosomes.potency"])
def test_the_potency_of_a_treatment_of_ones_own_is_found_too(path):
    assert parse_scenario(OWN, overrides=[f"{path}=2"]).biology == {"potency_my_mix": 2.0}


@pytest.mark.parametrize("path", ["treatments.my_mix.potency", "treatments.my_mix.potency.value"])
def test_a_table_of_ones_own_is_changed_where_it_stands(path):
    scenario = parse_scenario(OWN, overrides=[f"{path}=2"])
    assert scenario.treatments["my_mix"]["potency"]["value"] == 2.0
    assert scenario.biology == {}


@pytest.mark.parametrize(
    "path", ["arms.exosomes.potency", "arms[1].potency", "arms.exosomes.doses[0].potency"]
)
def test_the_potency_of_one_arm_is_refused_where_two_arms_get_the_treatment(path):
    dose = CLINIC[CLINIC.index("[[arms.doses]]") : CLINIC.index('[[arms]]\nlabel = "control"')]
    both = replaced('role = "untreated"\n', f'role = "active_control"\n{dose}')
    message = refusal(both, f"{path}=1")
    assert 'not to an arm: "exosomes" and "control" all get exosomes_adipose_micro' in message
    assert f"biology.{NAME} changes it in all of them" in message
    assert "[treatments.my_exosomes_adipose_microneedling]" in message
    assert parse_scenario(both, overrides=[f"biology.{NAME}=1"]).biology == {NAME: 1.0}
    assert parse_scenario(both, overrides=["potency=1"]).biology == {NAME: 1.0}
