"""A stated count beside a criterion of hair density: what cannot both be true is refused."""

import pytest

from follicle_sim import InputError, parse_scenario, resolve
from follicle_sim.protocol.baseline.criteria import contradiction, too_rare
from follicle_sim.protocol.baseline.meet import meet_baseline, question_of
from follicle_sim.scenario import Scenario

TRIAL = """
schema_version = 1
title = "criteria"
[population]
subjects = 20
target_area = "1 cm2"
condition = "{condition}"
{counted}
spread = "typical"
inclusion = {{ hair_density = ["60 cm-2", "120 cm-2"] }}
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
[instrument]
method = "trichoscopy"
operator_error = 0.0
"""


def trial(counted: str, condition: str = "aga_male") -> Scenario:
    return parse_scenario(TRIAL.format(counted=counted, condition=condition))


@pytest.mark.parametrize(
    "counted",
    [
        'hair_density = "140 cm-2"',
        'hair_density = "40 cm-2"',
        "hair_count = 140",
        'terminal_density = "130 cm-2"',
    ],
)
def test_a_mean_outside_of_the_criterion_is_refused_with_both_named(counted: str) -> None:
    with pytest.raises(InputError) as caught:
        resolve(trial(counted))
    text = str(caught.value)
    assert f"population.{counted.split(' ')[0]}: found" in text
    assert "outside of population.inclusion.hair_density (60 cm-2 to 120 cm-2)" in text


def test_a_mean_within_the_criterion_is_met() -> None:
    met = meet_baseline(trial('hair_density = "100 cm-2"'))
    assert met is not None
    assert met.expected == pytest.approx(100.0, rel=2e-3)


def test_few_terminal_hairs_are_no_contradiction() -> None:
    scenario = trial('terminal_density = "50 cm-2"')
    stated = scenario.population.stated
    assert stated is not None
    assert contradiction(question_of(scenario), stated) == ""


def test_an_attack_of_shedding_may_lead_out_of_the_criterion() -> None:
    scenario = trial('hair_density = "50 cm-2"', "telogen_effluvium")
    stated = scenario.population.stated
    assert stated is not None
    assert contradiction(question_of(scenario), stated) == ""


def test_a_mean_at_the_edge_that_hardly_anybody_meets_is_refused() -> None:
    with pytest.raises(InputError, match="change one of the two"):
        resolve(trial('hair_density = "119.9 cm-2"'))


def test_who_is_rare_is_told_how_rare() -> None:
    scenario = trial('hair_density = "100 cm-2"')
    stated = scenario.population.stated
    assert stated is not None
    question = question_of(scenario)
    assert too_rare(question, stated, 0.01) == ""
    assert "of which about one person in 5e+03 meets" in too_rare(question, stated, 2e-4)
    assert "of which nobody meets" in too_rare(question, stated, 0.0)
