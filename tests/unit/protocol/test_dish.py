"""A medium is given to a dish, a treatment to people; a medium that is changed is one dose."""

from __future__ import annotations

from pathlib import Path

import pytest

from follicle_sim import InputError, load_scenario, parse_scenario, resolve, with_overrides

DISH = load_scenario("scenarios/organ_culture.toml")
TEXT = Path("scenarios/organ_culture.toml").read_text("utf-8")
CHANGED = TEXT.replace('"4 sessions"', '"4 sessions"\nevery = "2 days"\ncount = 6')


def refused(scenario) -> str:
    with pytest.raises(InputError) as caught:
        resolve(scenario)
    return str(caught.value)


def test_the_shipped_dish_is_a_dish() -> None:
    assert resolve(DISH)


def test_a_medium_on_a_scalp_is_refused() -> None:
    scalp = parse_scenario("""
    schema_version = 1
    title = "a medium on people"
    [population]
    subjects = 2
    target_area = "1 cm2"
    follicle_density = "200 cm-2"
    condition = "healthy"
    [treatments.igf1_in_medium]
    title = "IGF-I in a medium"
    route = "medium"
    amount = "sessions"
    [[arms]]
    label = "medium"
    role = "treatment"
    doses = [{ treatment = "igf1_in_medium", amount = "1 session" }]
    [design]
    kind = "counterfactual"
    visits = ["0 days", "4 weeks"]
    """)
    text = refused(scalp)
    assert 'arms[0].doses[0].treatment: found "igf1_in_medium"' in text
    assert 'allowed with population.condition = "organ_culture"' in text


def test_a_treatment_of_people_in_a_dish_is_refused() -> None:
    changes = ["arms[0].doses[0].treatment=finasteride_oral", "arms[0].doses[0].amount=1 mg"]
    text = refused(with_overrides(DISH, changes))
    assert 'found "finasteride_oral", which people are given (oral)' in text
    assert 'route = "medium"' in text


def test_a_medium_that_is_changed_is_one_dose() -> None:
    assert "would add up" in refused(parse_scenario(CHANGED))


def test_every_problem_comes_in_one_pass() -> None:
    people = ["arms[1].doses[0].treatment=finasteride_oral", "arms[1].doses[0].amount=1 mg"]
    text = refused(with_overrides(parse_scenario(CHANGED), people))
    assert "arms[0].doses[0]" in text
    assert "arms[1].doses[0].treatment" in text


def test_people_are_dosed_as_ever() -> None:
    assert resolve(load_scenario("scenarios/finasteride_kaufman_1998.toml"))
