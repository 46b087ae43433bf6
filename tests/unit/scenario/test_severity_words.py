"""Grades in the words of the scales that papers use, and the scales that say nothing here."""

import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.biology.conditions import load_conditions
from follicle_sim.scenario.load import parse_scenario

SCENARIO = """
schema_version = 1
title = "words"
[population]
subjects = 3
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "{condition}"
severity = {severity}
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks"]
"""


def severity_of(condition: str, severity: str) -> object:
    text = SCENARIO.format(condition=condition, severity=severity)
    return parse_scenario(text).population.severity


@pytest.mark.parametrize(
    ("words", "grade"),
    [
        ("Norwood 3", "norwood_iii"),
        ("norwood_3", "norwood_iii"),
        ("III", "norwood_iii"),
        ("3", "norwood_iii"),
        ("grade III", "norwood_iii"),
        ("norwood 3 vertex", "norwood_iii"),
        ("Norwood-Hamilton III", "norwood_iii"),
        ("Hamilton-Norwood type IV", "norwood_iv"),
        ("NW5", "norwood_v"),
        ("NW IIIa", "norwood_iii"),
        ("Norwood stage VI", "norwood_vi"),
    ],
)
def test_a_mans_grade_is_read_in_many_words(words: str, grade: str) -> None:
    assert severity_of("aga_male", f'"{words}"') == grade


@pytest.mark.parametrize(
    ("words", "grade"),
    [
        ("Ludwig 2", "ludwig_ii"),
        ("ludwig grade III", "ludwig_iii"),
        ("II", "ludwig_ii"),
        ("Savin I-3", "ludwig_i"),
        ("Ludwig-Savin II-2", "ludwig_ii"),
    ],
)
def test_a_womans_grade_is_read_in_many_words(words: str, grade: str) -> None:
    assert severity_of("aga_female", f'"{words}"') == grade


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("aga_male", "Norwood 1"),
        ("aga_male", "Norwood III-IV"),
        ("aga_male", "Ludwig 2"),
        ("aga_male", "Savin II-1"),
        ("aga_male", "SALT 60"),
        ("aga_male", "BASP M2F1"),
        ("aga_male", "C2"),
        ("aga_female", "Norwood 3"),
        ("aga_female", "Sinclair 3"),
        ("aga_female", "Savin I-1"),
        ("aga_female", "Ludwig 4"),
    ],
)
def test_no_other_grade_is_suggested_for_what_the_condition_has_not(
    condition: str, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        severity_of(condition, f'"{words}"')
    message = str(caught.value)
    assert f'population.severity: found "{words}", unknown grade of {condition}' in message
    assert "did you mean" not in message
    assert all(grade in message for grade in load_conditions()[condition].severities)


def test_a_mixture_is_written_in_the_same_words() -> None:
    mixture = '{ "Norwood 3" = 0.5, "IV" = 0.25, norwood_v = 0.25 }'
    expected = {"norwood_iii": 0.5, "norwood_iv": 0.25, "norwood_v": 0.25}
    assert severity_of("aga_male", mixture) == expected
    with pytest.raises(InputError, match="norwood_iii stands here already"):
        severity_of("aga_male", '{ "Norwood 3" = 0.5, "III" = 0.5 }')
    with pytest.raises(InputError, match="unknown grade of aga_male: the Ludwig scale"):
        severity_of("aga_male", '{ "Ludwig 2" = 0.5, "III" = 0.5 }')


def test_criteria_are_told_the_grade_that_is_meant() -> None:
    with pytest.raises(InputError, match='name of this grade here is "norwood_iii"'):
        severity_of("aga_male", '1.5\ninclusion = { severity = ["Norwood 3", "norwood_v"] }')


def test_a_slip_of_the_pen_is_still_put_right() -> None:
    with pytest.raises(InputError, match='did you mean "norwood_iii"'):
        severity_of("aga_male", '"norwod_iii"')


@pytest.mark.parametrize("number", ["1", "3", "10"])
def test_a_whole_number_may_be_a_grade_and_is_refused(number: str) -> None:
    with pytest.raises(InputError) as caught:
        severity_of("aga_male", number)
    assert f"found {number}, which may be a grade or a multiple" in str(caught.value)
    assert f"{number}.0, that many times the fitted severity" in str(caught.value)


@pytest.mark.parametrize(("condition", "number"), [("aga_male", "3.0"), ("aga_male", "0")])
def test_a_multiple_is_written_with_a_decimal_point(condition: str, number: str) -> None:
    assert severity_of(condition, number) == float(number)


def test_every_class_of_a_scale_is_a_grade_and_has_a_source() -> None:
    for condition in load_conditions().values():
        assert 100.0 < condition.follicle_density < 400.0
        for scale in condition.scales:
            assert set(scale.classes.values()) <= set(condition.severities)
            assert len(scale.source) > 20
            assert scale.words
