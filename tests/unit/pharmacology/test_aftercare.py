"""What is done after a session: shares of the dose and of the effect, off unless named."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_examples import EXOSOMES_AGAINST_SALINE

from follicle_sim import describe, explain, parse_scenario, scenario_of, simulate
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError
from follicle_sim.pharmacology.aftercare import load_aftercare, parse_aftercare
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.pharmacology.site_effects import Acting, effect_means, site_levels

OWN = """
[aftercare.{name}]
title = "something of ours"
routes = ["topical_after_microneedling"]
delivered = {{ value = {delivered}, unit = "1", source = "our clinic", grade = "user" }}
effect = {{ value = {effect}, unit = "1", source = "our clinic", grade = "user" }}
"""


def scenario(care="", more=""):
    key = f"count = 3\naftercare = {care}" if care else "count = 3"
    return parse_scenario(EXOSOMES_AGAINST_SALINE.replace("count = 3", key, 1) + more)


def same(one, two):
    return one.drop_attrs().identical(two.drop_attrs())


def test_nothing_named_and_what_changes_nothing_are_the_same_bits():
    plain = simulate(scenario())
    assert same(plain, simulate(scenario("[]")))
    neutral = OWN.format(name="rest", delivered=1.0, effect=1.0)
    assert same(plain, simulate(scenario('["rest"]', neutral)))
    assert not same(plain, simulate(scenario('["exercise"]')))


def test_what_is_washed_off_is_a_smaller_dose():
    less = scenario('["early_washing"]')
    text = EXOSOMES_AGAINST_SALINE.replace('"1 session"', '"0.7 sessions"', 1)
    smaller = parse_scenario(text)
    assert smaller.arms[0].doses[0].amount == 0.7
    assert same(simulate(less), simulate(smaller))


def test_the_order_of_the_list_moves_no_bit():
    names = ["anti_inflammatory", "early_washing", "exercise"]
    first, second = (scenario(str(each).replace("'", '"')) for each in (names, names[::-1]))
    assert same(simulate(first), simulate(second))
    care = load_aftercare()
    dose = first.arms[0].doses[0]
    assert dose.delivered == pytest.approx(0.7 * 0.9)
    assert dose.retained == care["anti_inflammatory"].effect.value == 0.8


def line(start, retained=1.0, amount=1.0):
    return SimpleNamespace(
        treatment="exosomes_adipose_microneedling",
        amount=amount,
        start=start,
        every=None,
        count=None,
        until=None,
        duration=0.0,
        adherence=1.0,
        retained=retained,
    )


def effect_of(*lines, grid=None):
    drug = load_treatment("exosomes_adipose_microneedling")
    grid = np.arange(0.0, 60.0) if grid is None else grid
    acting = Acting(drug, tuple((each, expand(each, float(grid[-1]))) for each in lines))
    return effect_means(acting, grid, DrawNames()), site_levels(acting, grid, DrawNames())[1]


def test_each_session_keeps_what_is_left_of_its_own_effect():
    """Where only the first still acts it counts alone; later both count by what is left of them."""
    both, _ = effect_of(line(0.0, 0.5), line(20.0))
    plain, _ = effect_of(line(0.0), line(20.0))
    kept = (both / plain)[0]
    assert kept[:20] == pytest.approx(0.5, rel=1e-12)
    # half-life 10 d: at day 20 a quarter of the first is left beside all of the second
    share = 2.0 ** (-np.arange(20.5, 59.5) / 10.0)
    second = 2.0 ** (-np.arange(0.5, 39.5) / 10.0)
    expected = (0.5 * share + second) / (share + second)
    assert kept[20:] == pytest.approx(expected, rel=2e-3)
    assert expected[0] == pytest.approx(0.9, rel=1e-12)


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.0, 40.0), st.floats(0.05, 2.0)), min_size=1, max_size=5),
    st.randoms(),
)
def test_an_effect_lies_between_the_least_and_the_most_that_is_left(doses, luck):
    lines = [line(start, kept) for start, kept in doses]
    some, level = effect_of(*lines)
    plain, _ = effect_of(*[line(start) for start, _ in doses])
    least, most = min(k for _, k in doses), max(k for _, k in doses)
    tiny = 1e-12
    assert (some >= least * plain * (1 - tiny) - tiny).all()
    assert (some <= most * plain * (1 + tiny) + tiny).all()
    assert np.isfinite(level).all()
    # and does not go with the order of the lines
    luck.shuffle(lines)
    assert effect_of(*lines)[0] == pytest.approx(some, rel=1e-12, abs=1e-15)


def test_a_table_of_ones_own_acts_as_one_of_the_library_and_is_stored():
    mine = scenario('["hot_bath"]', OWN.format(name="hot_bath", delivered=0.9, effect=1.0))
    result = simulate(mine)
    assert same(result, simulate(scenario('["exercise"]')))
    again = scenario_of(result)
    assert again.arms[0].doses[0].delivered == 0.9
    assert same(result, simulate(again))


def test_it_is_said_to_be_assumed_and_explain_follows_it():
    mine = scenario('["exercise", "anti_inflammatory"]')
    assert "then exercise, anti_inflammatory (assumed)" in describe(mine)
    assert all(
        number.grade == "assumption" and number.source.startswith("assumption: ")
        for care in load_aftercare().values()
        for number in care.numbers.values()
    )
    kept = float(explain(mine).effect.max() / explain(scenario()).effect.max())
    assert 0.7 < kept < 0.8


@pytest.mark.parametrize(
    ("care", "more", "words"),
    [
        ('["exercize"]', "", ["aftercare[0]", '"exercize"', 'did you mean "exercise"?']),
        ('["exercise", "Exercise"]', "", ["aftercare[1]", "twice"]),
        ('"exercise"', "", ['found "exercise"', "a list of names"]),
        ('["exercise"]', OWN.format(name="exercise", delivered=1.0, effect=1.0), ["another name"]),
        (
            '["b"]',
            OWN.format(name="b", delivered=1.5, effect=1.0),
            ["b.delivered", "out of bounds"],
        ),
        ('["b"]', OWN.format(name="b", delivered=1.0, effect=0.0), ["b.effect", "out of bounds"]),
        ('["b"]', '[aftercare.b]\ntitle = "b"\nroutes = ["oral"]\n', ["delivered or effect"]),
        ('["b"]', '[aftercare.b]\ntitl = "b"\nroutes = ["oral"]\n', ['did you mean "title"?']),
        (
            '["b"]',
            OWN.format(name="b", delivered=0.5, effect=1.0).replace("topical_after_micro", "micro"),
            ["aftercare[0]", "is given by topical_after_microneedling", "follows microneedling"],
        ),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(care, more, words):
    with pytest.raises(InputError) as caught:
        scenario(care, more)
    for word in words:
        assert word in str(caught.value)


def test_an_entry_names_its_file():
    with pytest.raises(InputError, match="file"):
        parse_aftercare("x", {"title": "x", "routes": []}, "file")
