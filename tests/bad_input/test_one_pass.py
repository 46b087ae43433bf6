"""Every problem of a file comes in one pass, also what needs several tables to be seen."""

import pytest
from clinic_example import CLINIC, replaced

from follicle_sim import InputError, parse_scenario


def places(text):
    with pytest.raises(InputError) as caught:
        parse_scenario(text)
    return [problem.where for problem in caught.value.problems]


def broken(*changes):
    text = CLINIC
    for old, new in changes:
        text = replaced(old, new, text)
    return text


BAD_ENDPOINT = ('"hair_density"', '"hair_densty"')


def test_a_bad_grade_and_a_bad_endpoint_come_together():
    text = broken(
        ('"norwood_iii"', '"grade 9"'),
        BAD_ENDPOINT,
        ('role = "untreated"', 'role = "control"'),
        ('"180 cm-2"', '"180 hairs/cm2"'),
    )
    assert places(text) == [
        "population.follicle_density",
        "population.severity",
        "arms[1].role",
        "analysis.endpoint",
    ]


def test_a_grade_is_judged_although_the_condition_is_unknown():
    text = broken(('"norwood_iii"', '"grade 9"'), ('"aga_male"', '"alopecia"'))
    assert places(text) == ["population.condition", "population.severity"]
    good = broken(('"aga_male"', '"alopecia"'))
    assert places(good) == ["population.condition"]


def test_an_endpoint_is_judged_although_the_instrument_is_unknown():
    text = broken(('"trichoscopy"', '"camera"'), BAD_ENDPOINT)
    assert places(text) == ["instrument.method", "analysis.endpoint"]
    seen_by_some = broken(('"trichoscopy"', '"camera"'), ('"hair_density"', '"pull_count"'))
    assert places(seen_by_some) == ["instrument.method"]


def test_a_test_is_judged_beside_another_key_of_its_table():
    text = broken(('"paired_t"', '"paired_t"\nlevel = 7\nmissing = "jump_to_reference"'))
    assert places(text) == ["analysis.level", "analysis.missing"]


def test_rules_of_the_design_are_judged_although_a_visit_is_bad():
    design = 'kind = "crossover"\nrun_in_arm = "nobody"\nswitch = "4 weeks"'
    text = broken(('kind = "split_scalp"', design), ('"12 weeks"', '"12 wekes"'))
    assert places(text) == [
        "design.visits[1]",
        "design.switch",
        "design.period",
        "design.washout",
        "design.run_in_arm",
    ]


def test_arms_are_counted_although_the_population_is_bad():
    third = '[[arms]]\nlabel = "third"\nrole = "untreated"\n[design]'
    text = broken(("subjects = 24", "subjects = 0"), ("[design]", third))
    assert places(text) == ["population.subjects", "arms"]


def test_names_of_arms_are_judged_although_a_dose_is_bad():
    pair = '[[analysis.comparisons]]\ntreatment = "exosome"\ncontrol = "control"\n'
    text = broken(('"1 session"', '"1 mg"')) + pair
    assert places(text) == ["arms[0].doses[0].amount", "analysis.comparisons[0].treatment"]


def test_nothing_is_blamed_that_only_follows_from_a_refused_value():
    for old, new, where in (
        ('"split_scalp"', '"spilt"', "design.kind"),
        ("count = 6", "sessions = 6", "arms[0].doses[0].sessions"),
        ('"trichoscopy"', '"camera"', "instrument.method"),
        ('label = "control"', "label = 5", "arms[1].label"),
        ("subjects = 24", 'subjects = "few"', "population.subjects"),
    ):
        assert places(broken((old, new))) == [where]


def test_a_table_that_is_a_list_is_told_once():
    text = broken(("[instrument]", "[[instrument]]"))
    assert places(text) == ["instrument"]
