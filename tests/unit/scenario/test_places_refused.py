"""Where on the scalp: what a scenario may not ask of regions, maps and grafts, and the way out."""

import pytest
from regional import scenario, surgery

from follicle_sim.base.errors import InputError
from follicle_sim.biology.scalps import load_regions, load_scalps

TABLET = """
[[arms]]
label = "drug"
role = "treatment"
doses = [{ treatment = "finasteride_oral", amount = "1 mg", into = ["frontal"] }]
"""
OWN = """
severity = "mild"
[conditions.my_loss]
title = "my loss"
source = "our clinic"
androgen_sensitive = true
default_severity = "mild"
severities = { mild = 0.5, worse = 2.0 }
follicle_density = { value = 250.0, unit = "1/cm2", source = "our clinic", grade = "user" }
"""


def refusal(*words, **more):
    with pytest.raises(InputError) as caught:
        scenario(*words, **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            surgery(into='["frntal"]'),
            'into[0]: found "frntal", unknown region; did you mean "front',
        ),
        (surgery(into='["vertex", "crown"]'), 'into[1]: found "crown" twice'),
        (surgery(into='["top 1"]'), "unknown region"),
        (surgery(into="3"), 'found 3; allowed: a list of regions, ["frontal", "vertex"]'),
        (surgery(into="[]"), "found an empty list; allowed: a list of regions"),
        (
            surgery(into='["occiput"]'),
            '"occipital" is where grafts are taken from; allowed: frontal',
        ),
        (surgery(into='["left"]'), 'into: found "left"'),
        (
            surgery().replace('into = ["frontal"]', ""),
            "into: missing: the regions that get the grafts",
        ),
        (TABLET, "only grafts are set into a region; leave it out"),
    ],
)
def test_grafts_are_set_into_regions_of_the_map(words, said):
    told = refusal(arms=words)
    assert "arms[1].doses[0]" in told
    assert said in told


def test_grafts_of_one_target_area_have_no_region():
    told = refusal('region = "vertex"', arms=surgery())
    assert "arms[1].doses[0].into" in told
    assert "grafts go into the one target area; leave it out" in told


@pytest.mark.parametrize(
    ("place", "key"), [('scalp = "regions"', "scalp"), ('region = "vertex"', "region")]
)
def test_a_map_without_the_grades_of_the_condition_is_refused(place, key):
    told = refusal(place, OWN, condition="my_loss")
    assert f"population.{key}" in told
    assert "whose map has no grade of my_loss (mild, worse); it has norwood_ii, norwood_iii" in told
    assert scenario(place, OWN.replace("mild", "norwood_ii"), condition="my_loss")


def test_a_mixture_has_one_pattern_of_a_severity():
    both = "severity = { norwood_iii = 0.5, norwood_iii_vertex = 0.5 }"
    assert "which have one severity and differ in where hair is lost" in refusal(more=both)
    one = scenario(more="severity = { norwood_iii_vertex = 0.5, norwood_vii = 0.5 }")
    assert one.population.grades_named == {"norwood_iii_vertex", "norwood_vii"}


def test_classes_of_norwood_mean_their_pattern_where_there_is_a_map():
    def read(words, place):
        return scenario(place, f'severity = "{words}"').population.severity

    assert read("Norwood III vertex", 'scalp = "regions"') == "norwood_iii_vertex"
    assert read("NW3 vertex", 'region = "vertex"') == "norwood_iii_vertex"
    assert read("Norwood III vertex", "") == "norwood_iii"
    assert read("Norwood 7", "") == read("Norwood VII", 'scalp = "regions"') == "norwood_vii"


@pytest.mark.parametrize(
    ("words", "region"), [("Crown", "vertex"), ("occiput", "occipital"), ("mid scalp", "midscalp")]
)
def test_regions_are_known_by_other_words(words, region):
    assert scenario(f'region = "{words}"').population.region == region


def test_regions_are_those_of_the_maps():
    assert set(load_regions()) == set(load_scalps()["regions"].areas)
    told = refusal('region = "left"')
    assert 'found "left", unknown region; allowed: frontal, midscalp, vertex' in told
