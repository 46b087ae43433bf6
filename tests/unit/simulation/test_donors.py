"""Treatments made of the patient's own blood go with the patient's age and health, others not."""

import numpy as np
import pytest
from planned import planned

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.protocol.resolve import resolve
from follicle_sim.protocol.traits import Draws

YEAR = 365.25
TEXT = """
schema_version = 1
title = "one course"
[population]
subjects = 24
follicles = 30
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
{who}
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "{treatment}"
amount = "{amount}"
{dose}
[design]
kind = "counterfactual"
visits = ["0 days", "4 weeks"]
[run]
history = "30 days"
"""
PRP = {"treatment": "prp_injection", "amount": "1 session"}
EXOSOMES = {"treatment": "exosomes_foreskin_injection", "amount": "1e9 particles/cm2"}


def scenario(who='age = "33 years"', dose="", **drug):
    return parse_scenario(TEXT.format(who=who, dose=dose, **(drug or PRP)))


def levels(*args, **drug):
    """Levels of factors (S, F) at week 4, less what they are untreated."""
    return simulate(scenario(*args, **drug))["factor_level"].values[0, :, 1, :] - 1.0


AGED = 'variants = ["donor_age"]'


def test_older_blood_does_less_by_the_published_slope_and_at_33_years_the_same():
    """1 - 32,666 / 890,018 a decade; factors of a drive are linear in the effect."""
    plain, same = levels(), levels('age = "33 years"', AGED)
    assert same == pytest.approx(plain, rel=1e-12)
    # the turnover of factors is linear in their drive: a weaker drive is a weaker signal
    for age in (20.0, 63.0, 83.0):
        kept = (1.0 - 0.0367) ** ((age - 33.0) / 10.0)
        assert levels(f'age = "{age} years"', AGED) == pytest.approx(kept * plain, rel=1e-9)


def test_without_the_variant_age_changes_no_bit():
    assert levels('age = "20 years"').tobytes() == levels('age = "80 years"').tobytes()
    assert levels('age = "20 years"', AGED).tobytes() != levels('age = "80 years"', AGED).tobytes()


def test_exosomes_of_the_shelf_are_as_old_as_their_donor():
    young, old = (levels(f'age = "{age} years"', **EXOSOMES) for age in (20, 80))
    assert young.tobytes() == old.tobytes()
    assert load_treatment("exosomes_foreskin_injection").donor == "other"
    assert not load_treatment("exosomes_foreskin_injection").differs_by_donor
    with pytest.raises(InputError, match="donor_age"):
        scenario(dose=AGED, **EXOSOMES)


def test_people_of_several_ages_differ_each_by_their_own():
    who = 'age = ["20 years", "80 years"]\nspread = { potency = 0.3 }'
    plain, aged = scenario(who), scenario(who, AGED)
    ages = simulate(aged)["age"].values[0]
    kept = (1.0 - 0.0367) ** ((ages - 33.0) / 10.0)
    first = simulate(plain)["factor_level"].values[0, :, 1, :] - 1.0
    second = simulate(aged)["factor_level"].values[0, :, 1, :] - 1.0
    assert second == pytest.approx(kept[:, None] * first, rel=1e-9)
    assert kept.max() / kept.min() > 1.1


def test_few_platelets_halve_what_the_plasma_does():
    healthy = 'variants = ["donor_health"]'
    plain = levels('sex = "male"')
    nobody = levels('sex = "male"\nhealth = { low_platelets = 0.0 }', healthy)
    everybody = levels('sex = "male"\nhealth = { low_platelets = 1.0 }', healthy)
    assert nobody == pytest.approx(plain, rel=1e-12)
    assert everybody == pytest.approx(0.5 * plain, rel=1e-9)
    who = 'sex = "male"\nhealth = { low_platelets = 0.4 }'
    some, protocol = levels(who, healthy), planned(scenario(who, healthy))
    draws = Draws(protocol.population, protocol.seed, 0, 0, np.arange(24))
    few = draws.has("low_platelets")
    assert 0 < few.sum() < 24
    assert some == pytest.approx(np.where(few, 0.5, 1.0)[:, None] * plain, rel=1e-9)


def test_both_hypotheses_go_together_and_with_each_other_drug_in_the_arm():
    dose = 'variants = ["donor_age", "donor_health"]'
    second = '[[arms.doses]]\ntreatment = "finasteride_oral"\namount = "1 mg"\nevery = "1 day"\n'
    second += 'until = "8 weeks"'
    who = 'age = "63 years"\nsex = "male"\nhealth = { low_platelets = 1.0 }'
    plain = simulate(scenario(who, second))
    both = simulate(scenario(who, f"{dose}\n{second}"))
    names = [str(name) for name in plain["factor"].values]
    kept = 0.5 * (1.0 - 0.0367) ** 3.0
    for name in ("FGF7", "HGF"):
        at = names.index(name)
        one, two = (r["factor_level"].values[0, :, 1, at] - 1.0 for r in (plain, both))
        assert two == pytest.approx(kept * one, rel=1e-9)
    at = names.index("DHT")
    assert np.array_equal(
        plain["factor_level"].values[..., at], both["factor_level"].values[..., at]
    )


def refusals(**parts):
    with pytest.raises(InputError) as caught:
        resolve(scenario(**parts))
    return [f"{problem.where}: {problem.message}" for problem in caught.value.problems]


def test_an_age_or_a_state_that_nobody_knows_is_asked_for():
    (problem,) = refusals(who="", dose=AGED)
    assert problem.startswith("arms[0].doses[0].treatment: prp_injection is made of")
    assert "population.age" in problem
    (problem,) = refusals(who="", dose='variants = ["donor_health"]')
    assert "low_platelets" in problem
    assert "population.sex" in problem


OWN = """
[treatments.mine]
title = "mine"
route = "oral"
amount = "mass"
donor = "{donor}"
{part}
[treatments.mine.disposition]
half_life = {{ value = 1.0, unit = "d", source = "us", grade = "user" }}
[treatments.mine.effect]
kind = "emax"
ec50 = {{ value = 1.0, unit = "mg", source = "us", grade = "user" }}
hill = {{ value = 1.0, unit = "1", source = "us", grade = "user" }}
maximum = {{ value = 1.0, unit = "1", source = "us", grade = "user" }}
[treatments.mine.signature]
WNT = {{ value = 1.0, unit = "1", source = "us", grade = "user" }}
[treatments.mine.potency]
value = 1.0
unit = "1"
source = "us"
grade = "user"
"""
HALF = '{ value = 0.5, unit = "1", source = "us", grade = "user" }'


@pytest.mark.parametrize(
    ("donor", "part", "place", "words"),
    [
        ("other", f"donor_health = {{ smoking = {HALF} }}", "treatments.mine", 'donor = "self"'),
        ("self", f"donor_health = {{ smokin = {HALF} }}", "donor_health.smokin", "smoking"),
        ("slef", "", "treatments.mine.donor", 'found "slef"; did you mean "self"?'),
        (
            "other",
            'contraindications.pregnacy = { reason = "x", source = "us", grade = "user" }',
            "treatments.mine.contraindications.pregnacy",
            'did you mean "pregnancy"?',
        ),
        (
            "other",
            'contraindications.pregnancy = { source = "us", grade = "user" }',
            "treatments.mine.contraindications.pregnancy.reason",
            "missing",
        ),
        (
            "self",
            'donor_age.reference = { value = 4.0, unit = "year", source = "u", grade = "user" }\n'
            'donor_age.per_decade = { value = -1.5, unit = "1", source = "us", grade = "user" }',
            "treatments.mine.donor_age",
            "above -1",
        ),
    ],
)
def test_a_treatment_of_ones_own_with_a_wrong_donor_is_refused(donor, part, place, words):
    with pytest.raises(InputError) as caught:
        parse_scenario(TEXT.format(who="", dose="", **PRP) + OWN.format(donor=donor, part=part))
    assert any(
        place in problem.where and words in problem.message for problem in caught.value.problems
    ), str(caught.value)
