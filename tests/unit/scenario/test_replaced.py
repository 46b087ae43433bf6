"""`replace` takes arms, or other tables, out of a file that is extended."""

import pytest
from scenario_examples import FULL, KNOWN, SMALL

from follicle_sim import InputError, load_scenario

NEW_ARM = '[[arms]]\nlabel = "exosomes"\nrole = "treatment"\n'


@pytest.fixture
def load(tmp_path):
    (tmp_path / "base.toml").write_text(FULL)

    def read(text, base='extends = "base.toml"\n'):
        path = tmp_path / "child.toml"
        path.write_text(base + text)
        return load_scenario(path, known=KNOWN)

    return read


def labels(scenario):
    return [arm.label for arm in scenario.arms]


def test_arms_take_the_place_of_all_arms(load):
    text = 'replace = ["arms", "compare", "analysis", "design.run_in_arm"]\n' + NEW_ARM
    scenario = load(text)
    assert labels(scenario) == ["exosomes"]
    assert scenario.compare == ()
    assert scenario.design.run_in_arm is None
    assert scenario.design.run_in == 28.0
    assert scenario.population.subjects == 50


def test_one_arm_is_replaced_as_a_whole_or_left_out(load):
    rest = 'replace = ["arms.finasteride", "compare", "analysis"]\n'
    arm = '[[arms]]\nlabel = "finasteride"\nrole = "active_control"\n'
    merged = load(arm)
    assert labels(merged) == ["placebo", "finasteride"]
    assert len(merged.arms[1].doses) == 2
    whole = load(rest + arm)
    assert labels(whole) == ["placebo", "finasteride"]
    assert whole.arms[1].doses == ()
    assert labels(load(rest + NEW_ARM)) == ["placebo", "exosomes"]


def test_a_table_or_a_key_of_one_is_replaced(load):
    scenario = load('replace = ["population.spread"]\n[population.spread]\ngrowth = 0.3\n')
    assert scenario.population.spread.growth == 0.3
    assert scenario.population.spread.severity is None


def test_the_extended_file_stays_as_it_is(load, tmp_path):
    load('replace = ["arms", "compare", "analysis", "design.run_in_arm"]\n' + NEW_ARM)
    assert labels(load_scenario(tmp_path / "base.toml", known=KNOWN)) == ["placebo", "finasteride"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('replace = ["arm"]\n', 'replace[0]: found "arm"; the extended file does not have it'),
        ('replace = ["arms.finastride"]\n', 'no such arm; did you mean "finasteride"?'),
        ('replace = ["popualtion.spread"]\n', 'no table popualtion; did you mean "population"?'),
        ('replace = ["arms[0]"]\n', 'replace[0]: found "arms[0]"; allowed: "arms", "arms.drug"'),
        ('replace = "arms"\n', 'replace: found "arms"; allowed: a list of "arms"'),
        ("replace = []\n", "replace: found an empty list; allowed: a list of"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(load, text, message):
    with pytest.raises(InputError) as caught:
        load(text)
    assert message in str(caught.value)


def test_nothing_is_replaced_where_nothing_is_extended(load):
    with pytest.raises(InputError, match="works together with extends"):
        load('replace = ["arms"]\n' + SMALL, base="")


def test_two_arms_of_one_label_are_told_of_the_way_out(load):
    with pytest.raises(InputError) as caught:
        load('[[arms]]\nlabel = "Placebo"\nrole = "untreated"\n')
    assert 'replace = ["arms"] takes no arm of a file that is extended' in str(caught.value)
