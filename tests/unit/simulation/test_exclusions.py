"""Who is left out for their health: drawn by the person, counted by reason, never let in."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people_examples import people
from planned import drawn_by_name, planned

from follicle_sim import dump_scenario, parse_scenario, simulate
from follicle_sim.protocol.baseline.people import even_people
from follicle_sim.protocol.suitability import suitability_notes
from follicle_sim.protocol.traits import Draws
from follicle_sim.scenario.rules.eligible import share_without
from follicle_sim.simulation.people.enrolment import enrol

STATES = (
    "pregnancy",
    "autoimmune_disease",
    "cancer",
    "anticoagulants",
    "low_platelets",
    "infection",
)
WHO = """
age = ["20 years", "80 years"]
sex = { female = 0.6, male = 0.4 }
health = { infection = 0.3, cancer = 0.25 }
"""


def left_out(states, wanted=150, more=WHO):
    names = ", ".join(f'"{name}"' for name in states)
    scenario = people(f"{more}inclusion = {{ exclude = [{names}] }}")
    protocol = planned(scenario)
    arm = replace(protocol.arms[0], sought=wanted)
    return scenario, protocol, enrol(protocol, arm, 0, lambda cohort: None)


def has(scenario, protocol, names, state):
    stream = protocol.arms[0].streams.person
    return Draws(scenario.population, protocol.seed, 0, stream, names).has(state)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(STATES), unique=True, min_size=1), st.randoms())
def test_leaving_out_more_lets_in_fewer_of_the_same_candidates(states, luck):
    """And whoever comes in with more reasons comes in with fewer; none has what is excluded."""
    fewer = [state for state in states if luck.random() < 0.5]
    scenario, protocol, strict = left_out(states)
    for state in states:
        assert not has(scenario, protocol, strict.subject, state).any()
    assert strict.flow.enrolled == 150
    assert list(strict.flow.excluded) == list(states)
    if fewer:
        _, _, loose = left_out(fewer)
        assert loose.flow.screened <= strict.flow.screened
        among = loose.subject[loose.subject <= strict.subject[-1]]
        kept = np.isin(strict.subject[strict.subject <= loose.subject[-1]], among)
        assert kept.all()
    # the order of the list moves nobody in or out: only for what each is counted
    _, _, turned = left_out(states[::-1])
    assert turned.subject.tolist() == strict.subject.tolist()
    assert sum(turned.flow.excluded.values()) == sum(strict.flow.excluded.values())


def test_a_person_has_a_state_whoever_else_is_drawn_and_whatever_else_is_asked():
    scenario, protocol, _ = left_out(["cancer"])
    many = has(scenario, protocol, np.arange(500), "cancer")
    some = np.array([7, 3, 499, 120])
    assert has(scenario, protocol, some, "cancer").tolist() == many[some].tolist()
    other, planned_other, _ = left_out(["infection", "cancer"])
    assert has(other, planned_other, np.arange(500), "cancer").tolist() == many.tolist()
    # two states are drawn apart
    both = has(scenario, protocol, np.arange(4000), "cancer")
    infected = has(scenario, protocol, np.arange(4000), "infection")
    assert (both & infected).mean() == pytest.approx(0.25 * 0.3, abs=0.015)


def test_as_many_have_a_state_as_the_population_says():
    scenario, protocol, _ = left_out(["pregnancy"])
    names = np.arange(30_000)
    draws = Draws(scenario.population, protocol.seed, 0, protocol.arms[0].streams.person, names)
    sex, age = draws.sex(), draws.age() / 365.25
    fertile = (sex == "female") & (age >= 15.0) & (age < 45.0)
    pregnant = draws.has("pregnancy")
    assert not pregnant[~fertile].any()
    assert pregnant[fertile].mean() == pytest.approx(0.055, abs=0.006)
    assert draws.has("cancer").mean() == pytest.approx(0.25, abs=0.008)
    for state in STATES:
        expected = 1.0 - share_without(scenario.population, state)
        assert draws.has(state).mean() == pytest.approx(expected, abs=0.01), state


def test_a_result_counts_who_was_left_out_and_for_what():
    scenario = people(
        f'{WHO}inclusion = {{ age = ["30 years", "70 years"], exclude = ["infection"] }}'
    )
    flow = json.loads(simulate(scenario).attrs["flow"])
    assert list(flow["excluded"]) == ["age", "infection"]
    assert flow["screened"] == flow["enrolled"] + sum(flow["excluded"].values())
    asked = drawn_by_name(scenario, flow["screened"])
    young = (asked.age < 30 * 365.25) | (asked.age > 70 * 365.25)
    assert flow["excluded"]["age"] == young.sum()


def test_nothing_named_means_the_same_bits():
    plain, empty = (
        people('age = ["20 years", "80 years"]'),
        people('age = ["20 years", "80 years"]\nhealth = { smoking = 0.4 }\n'),
    )
    assert simulate(plain).drop_attrs().identical(simulate(empty).drop_attrs())
    named = people('age = ["20 years", "80 years"]\ninclusion = { age = ["20 years", "80 years"] }')
    more = people(
        'age = ["20 years", "80 years"]\nhealth = { smoking = 0.0 }\n'
        'inclusion = { age = ["20 years", "80 years"], exclude = ["smoking"] }'
    )
    assert simulate(named).drop_attrs().identical(simulate(more).drop_attrs())


OWN = """
[health.gout]
title = "gout"
[[health.gout.prevalence]]
age = { value = 30.0, unit = "year", source = "our clinic", grade = "user" }
share = { value = 0.0, unit = "1", source = "our clinic", grade = "user" }
[[health.gout.prevalence]]
age = { value = 70.0, unit = "year", source = "our clinic", grade = "user" }
share = { value = 0.5, unit = "1", source = "our clinic", grade = "user" }
"""


def test_a_state_of_ones_own_needs_no_python_and_is_stored_with_the_scenario():
    body = 'age = ["20 years", "80 years"]\ninclusion = { exclude = ["Gout"] }\n'
    scenario = people(body + OWN)
    assert scenario.population.inclusion.exclude == ("gout",)
    again = parse_scenario(dump_scenario(scenario))
    first, second = simulate(scenario), simulate(again)
    assert first.drop_attrs().identical(second.drop_attrs())
    assert json.loads(first.attrs["flow"])["excluded"]["gout"] > 10


def test_people_who_stand_for_a_population_are_those_who_are_let_in():
    """Where age goes with severity and with health, the mean severity of those let in moves too."""
    body = """
age = ["20 years", "80 years"]
severity = { norwood_ii = 0.3, norwood_iv = 0.4, norwood_vi = 0.3 }
correlation = { "severity-age" = 0.8 }
[population.spread]
severity = 0.1
[population.inclusion]
exclude = ["gout"]
"""
    scenario = people(body + OWN.replace("value = 0.5", "value = 1.0"))
    protocol = planned(scenario)
    arm = replace(protocol.arms[0], sought=6000)
    names = enrol(protocol, arm, 0, lambda cohort: None).subject
    draws = Draws(scenario.population, protocol.seed, 0, arm.streams.person, names)
    drawn = draws.severity(protocol.condition).mean()
    stand_in = even_people(scenario.population, protocol.condition, None).severity.mean()
    everybody = even_people(
        scenario.population.model_copy(update={"inclusion": None}), protocol.condition, None
    ).severity.mean()
    assert stand_in == pytest.approx(drawn, rel=0.02)
    assert everybody > 1.1 * drawn


def test_states_are_understood_in_the_words_of_a_clinic():
    scenario = people(
        f'{WHO}inclusion = {{ exclude = ["Pregnant", "blood thinners", "Thrombocytopenia"] }}'
    )
    assert scenario.population.inclusion.exclude == ("pregnancy", "anticoagulants", "low_platelets")


def given_to(treatment, amount, more=""):
    text = dump_scenario(people(more))
    doses = (
        f'[[arms]]\nlabel = "drug"\nrole = "treatment"\n[[arms.doses]]\ntreatment = "{treatment}"\n'
    )
    return parse_scenario(text.replace("[design]", f'{doses}amount = "{amount}"\n[design]'))


def test_check_names_a_treatment_that_people_should_not_get():
    notes = suitability_notes(given_to("prp_injection", "1 session"))
    assert len(notes) == 1
    assert "anticoagulants" in notes[0]
    assert "population.inclusion.exclude" in notes[0]
    every = 'health = { smoking = 0.2, infection = 0.1, liver_disease = 0.02 }\nsex = "male"\n'
    every += 'age = "40 years"\ninclusion = { exclude = ["smoking", "infection", "cancer", '
    every += '"anticoagulants", "low platelets", "liver disease"] }'
    assert suitability_notes(given_to("prp_injection", "1 session", every)) == ()
    # a drug that harms the unborn is nothing to men
    assert suitability_notes(given_to("finasteride_oral", "1 mg", 'sex = "male"')) == ()
    both = "sex = { female = 0.1, male = 0.9 }"
    assert "pregnancy" in suitability_notes(given_to("finasteride_oral", "1 mg", both))[0]
    assert suitability_notes(given_to("finasteride_oral", "1 mg")) == ()
    assert (
        "approved"
        in suitability_notes(given_to("exosomes_foreskin_injection", "1e9 particles/cm2"))[0]
    )
