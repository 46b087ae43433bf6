"""A density of hairs is none of follicles: where the unit says one and the key means the other,
the scenario is refused."""

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.scenario.load import parse_scenario

SCENARIO = """
schema_version = 1
title = "clinic"
[population]
subjects = 3
target_area = "1 cm2"
follicle_density = "{follicles}"
condition = "aga_male"
inclusion = {{ hair_density = ["80 cm-2", "{most}"] }}
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
dropout.lack_of_effect = {{ per_visit = 0.1, wanted = "{wanted}" }}
[analysis]
responder_gain = "{gain}"
"""
PLAIN = {"follicles": "140 cm-2", "most": "200 cm-2", "wanted": "5 cm-2", "gain": "10 cm-2"}


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("follicles", "140 follicles/cm2"),
        ("follicles", "140 per cm2"),
        ("most", "200 hairs/cm2"),
        ("wanted", "5 hairs/cm2"),
        ("gain", "10 hairs/cm2"),
    ],
)
def test_the_right_unit_says_the_same_as_none(key: str, text: str) -> None:
    assert parse_scenario(SCENARIO.format(**PLAIN | {key: text})) == parse_scenario(
        SCENARIO.format(**PLAIN)
    )


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("follicles", "140 hairs/cm2", "population.follicle_density: found"),
        ("follicles", "140 Hairs/cm2", "follicles are meant, and an instrument counts fewer hairs"),
        ("follicles", "1 hair per mm2", "allowed: follicles per area"),
        ("most", "200 follicles/cm2", "population.inclusion.hair_density[1]: found"),
        ("wanted", "5 follicles/cm2", "design.dropout.lack_of_effect.wanted: found"),
        ("gain", "10 follicles/cm2", "counted hairs are meant; allowed: hairs per area"),
    ],
)
def test_the_unit_of_the_other_is_refused(key: str, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_scenario(SCENARIO.format(**PLAIN | {key: text}))
    assert told in str(caught.value)
    assert text in str(caught.value)
