"""States of health that cannot be: refused where they stand, with the nearest name."""

import pytest
from people_examples import people
from scenario_examples import FULL, KNOWN

from follicle_sim import load_scenario
from follicle_sim.base.errors import InputError

GOUT = '[health.gout]\ntitle = "gout"\n'
NUMBER = '{{ value = {}, unit = "{}", source = "us", grade = "user" }}'.format

# lines of the population and below it: what the message must say
BROKEN = {
    "slip": (
        'inclusion = { exclude = ["pregnacy"] }',
        ["population.inclusion.exclude[0]", '"pregnacy"', 'did you mean "pregnancy"?'],
    ),
    "no_list": (
        'inclusion = { exclude = "pregnancy" }',
        ["population.inclusion.exclude", "a list of names"],
    ),
    "number": ("inclusion = { exclude = [3] }", ["exclude[0]: found 3", "state of health"]),
    "twice": (
        'inclusion = { exclude = ["autoimmune disease", "autoimmune_disease"] }',
        ["exclude[1]", "twice"],
    ),
    "criterion_of_its_own": (
        'inclusion = { exclude = ["age"] }',
        ["exclude[0]", "population.inclusion.age"],
    ),
    "needs_an_age": (
        'sex = "male"\ninclusion = { exclude = ["cancer"] }',
        ["exclude[0]", "depends on age", "population.age"],
    ),
    "needs_a_sex": (
        'age = "40 years"\ninclusion = { exclude = ["low platelets"] }',
        ["exclude[0]", "depends on sex", "population.sex"],
    ),
    "nobody_knows_how_many": (
        'inclusion = { exclude = ["smoking"] }',
        ["exclude[0]", "population.health.smoking = 0.05"],
    ),
    "everybody_has_it": (
        'health = { smoking = 1.0 }\ninclusion = { exclude = ["smoking"] }',
        ["population.inclusion.exclude", "nobody", "100 % of people have smoking"],
    ),
    "share_of_a_slip": ("health = { smokng = 0.2 }", ["population.health.smokng", "smoking"]),
    "share_above_one": ("health = { smoking = 1.2 }", ["health.smoking: found 1.2", "0 to 1"]),
    "share_twice": (
        'health = { "Low platelets" = 0.2, low_platelets = 0.1 }',
        ["population.health.low_platelets", "already"],
    ),
    "no_table": ('health = ["smoking"]', ["population.health", "a table is needed"]),
    "own_without_title": ("[health.gout]\n", ["health.gout.title", "missing"]),
    "own_with_a_slip": (f"{GOUT}sourse = 'x'\n", ["health.gout.sourse", 'did you mean "source"?']),
    "own_with_a_bad_name": ('[health.Gout]\ntitle = "x"\n', ["health.Gout", "small letters"]),
    "own_of_a_criterion": ('[health.age]\ntitle = "x"\n', ["health.age", "another name"]),
    "own_of_the_library": (
        '[health.cancer]\ntitle = "x"\n',
        ["health.cancer", "population.health", "cancer = 0.1"],
    ),
    "own_share_above_one": (
        f"{GOUT}[[health.gout.prevalence]]\nshare = {NUMBER(1.5, '1')}\n",
        ["health.gout.prevalence[0].share", "out of bounds"],
    ),
    "own_age_in_days": (
        f"{GOUT}[[health.gout.prevalence]]\nshare = {NUMBER(0.5, '1')}\nage = {NUMBER(50, 'd')}\n",
        ["health.gout.prevalence[0].age", 'unit is "d"', '"year"'],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_it_is_refused_where_it_stands(name):
    text, words = BROKEN[name]
    with pytest.raises(InputError) as caught:
        people(text)
    for word in words:
        assert word in str(caught.value), str(caught.value)
    assert "pydantic" not in str(caught.value)


def test_an_installation_without_states_says_that_there_are_none(tmp_path):
    path = tmp_path / "full.toml"
    path.write_text(
        FULL.replace("[[arms]]", '[population.inclusion]\nexclude = ["x"]\n[[arms]]', 1)
    )
    with pytest.raises(InputError, match="there are none to choose from"):
        load_scenario(path, known=KNOWN)
