"""What arms lose or give in vain is said by check."""

import pytest
from clinic_example import CLINIC, MINOXIDIL, replaced

from follicle_sim import parse_scenario
from follicle_sim.protocol.notes import notes
from follicle_sim.scenario.rules.controls import why_no_control


def test_a_trial_without_a_control_is_told_what_tables_lose():
    text = replaced('role = "untreated"', 'role = "active_control"')
    (note,) = notes(parse_scenario(text))
    assert note.startswith("arms: no arm has the role placebo or untreated, so no table shows a")
    assert '"control": active_control' in note
    assert notes(parse_scenario(CLINIC)) == ()


def test_a_control_of_either_kind_needs_no_word():
    for role in ("placebo", "untreated"):
        assert why_no_control({"a": "treatment", "b": role}) == ""
    assert why_no_control({}) == ""


def test_a_treatment_that_no_follicle_listens_to_is_named():
    text = replaced('"minoxidil_topical_5"', '"finasteride_oral"', MINOXIDIL)
    text = replaced('"1 mL"', '"1 mg"', text)
    assert notes(parse_scenario(text)) == ()
    healthy = replaced('"aga_male"\nseverity = "norwood_iii"', '"ageing"', text)
    (note,) = notes(parse_scenario(healthy.replace('spread = "typical"\n', "")))
    assert note.startswith("arms[0].doses[0]: finasteride_oral")
    assert "no follicle of ageing listens" in note


def test_a_factor_that_no_follicle_listens_to_is_named():
    dose = 'treatment = "exosomes_umbilical_microneedling"'
    calming = f'{dose}\nvariants = ["immune_calming"]'
    text = replaced('treatment = "minoxidil_topical_5"', calming, MINOXIDIL)
    text = replaced('"1 mL"', '"1e9 particles/cm2"', text)
    (note,) = notes(parse_scenario(text))
    assert note.endswith(
        "changes IFNG, to which no follicle of aga_male listens: that part changes no hair"
    )
    assert notes(parse_scenario(text.replace(calming, dose))) == ()


NEEDLING = """
[[arms.doses]]
treatment = "microneedling"
amount = "1 session"
every = "4 weeks"
count = 3
"""


@pytest.mark.parametrize(
    ("treatment", "amount", "told"),
    [
        ("exosomes_adipose_microneedling", "1 session", True),
        ("exosomes_umbilical_microneedling", "1e9 particles/cm2", True),
        ("growth_factor_cocktail_microneedling", "1 session", True),
        ("conditioned_medium_topical", "1 session", False),
        ("minoxidil_topical_5", "1 mL", False),
    ],
)
def test_needles_given_twice_are_named(treatment, amount, told):
    text = replaced('"minoxidil_topical_5"', f'"{treatment}"', MINOXIDIL)
    text = replaced('"1 mL"', f'"{amount}"', text)
    assert notes(parse_scenario(text)) == ()
    text = replaced('\n[[arms]]\nlabel = "control"', NEEDLING + '[[arms]]\nlabel = "control"', text)
    found = notes(parse_scenario(text))
    expected = (
        f'arms[0].doses[0]: {treatment} in "exosomes" holds the effect of microneedling already, '
        "which the arm is given as well: it is counted twice"
    )
    assert found == ((expected,) if told else ())


def test_a_placebo_without_needles_is_named():
    text = replaced('role = "untreated"', 'role = "placebo"')
    (note,) = notes(parse_scenario(text))
    assert note.startswith('arms[1]: "control" is given nothing, while needles alone do something')


@pytest.mark.parametrize(("duration", "count"), [("24 weeks", 1), ("1 hour", 0)])
def test_a_dose_longer_than_its_interval_is_named(duration, count):
    text = replaced('until = "24 weeks"', f'until = "24 weeks"\nduration = "{duration}"', MINOXIDIL)
    told = [note for note in notes(parse_scenario(text)) if "duration" in note]
    assert len(told) == count
