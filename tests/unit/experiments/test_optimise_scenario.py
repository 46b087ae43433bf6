"""The [optimise] and [[costs]] tables: in and out, and what is refused."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search_examples import SEARCH, cocktail_scenario, search_scenario

from follicle_sim.base.errors import InputError
from follicle_sim.protocol.describe import describe
from follicle_sim.scenario import Scenario, dump_scenario, parse_scenario, scenario_hash
from follicle_sim.scenario.fields.ranges import Grid

CLASSES = """
[[optimise.classes]]
label = "severe"
changes = ["population.severity=3.0"]
"""


def test_round_trip_keeps_every_number():
    for scenario in (search_scenario(extra=CLASSES), cocktail_scenario()):
        assert parse_scenario(dump_scenario(scenario)) == scenario
        assert hash(parse_scenario(dump_scenario(scenario))) == hash(scenario)


def test_a_file_without_a_search_keeps_its_hash():
    plain = SEARCH[: SEARCH.index("[optimise]")]
    asked = parse_scenario(SEARCH)
    found = parse_scenario(plain)
    assert scenario_hash(asked.model_copy(update={"optimise": None})) == scenario_hash(found)
    assert scenario_hash(asked) != scenario_hash(found)


def test_the_schema_knows_the_tables():
    schema = json.dumps(Scenario.model_json_schema())
    for word in ("most_visits", "area_under_gain", "per_amount", "most_total"):
        assert word in schema


def test_read_back_in_words():
    text = describe(cocktail_scenario())
    assert "price of mix: 400 USD a dose, 1 visits a dose" in text
    assert "optimise sessions: density_gain at 24 weeks for at most 9000 USD" in text
    assert "WNT 0 to 0.6" in text


@settings(deadline=None, max_examples=50)
@given(least=st.integers(0, 50), steps=st.integers(0, 30), step=st.integers(1, 9))
def test_a_grid_holds_its_ends_and_nothing_beyond(least, steps, step):
    for size in (1.0, 0.1, 7.0):
        grid = Grid(least * size, (least + steps * step) * size, step * size, "number")
        assert grid.size == steps + 1
        assert grid.value(0) == pytest.approx(grid.least)
        assert grid.value(grid.size - 1) == pytest.approx(grid.most)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('arm = "sessions"', 'arm = "session"', ["optimise.arm", 'did you mean "sessions"']),
        ('arm = "sessions"', 'arm = "sessions"\ncontrol = "sessions"', ["control", "arm itself"]),
        ('role = "untreated"', 'role = "active_control"', ["optimise.control", "untreated"]),
        ('at = "24 weeks"', 'at = "25 weeks"', ["optimise.at", "until the last visit (24 weeks)"]),
        ('at = "24 weeks"', "at = 24", ["optimise.at", "without a unit"]),
        ('"density_gain"', '"density"', ["optimise.objective", "density_gain"]),
        ('"9000 USD"', "9000", ["optimise.budget", '"2500 USD"']),
        ('budget = "9000 USD"', 'buget = "9000 USD"', ["optimise.buget", '"budget"']),
        ('"density_gain"', '"cost_per_hair"\nsecond = "cost"', ["optimise.second", "already"]),
        ("[[optimise.doses]]\ncount", "[[optimise.doses]]\ndose = 1\ncount", ["has 1, counted"]),
        ("most = 6,", "", ["optimise.doses[0].count.most: missing"]),
        ("most = 6,", "mots = 6,", ['count.mots: unknown key; did you mean "most"']),
        ("most = 6,", "most = 0,", ["optimise.doses[0].count"]),
        ("most = 6,", "most = 6.5,", ["whole number"]),
        ('"1 week", most = "4 weeks"', '"5 weeks", most = "4 weeks"', ["least or more"]),
        ('step = "1 week" }', 'step = "0 weeks" }', ["every.step"]),
        ('step = "1 week" }', 'step = "1 second" }', ["allowed: 1,000"]),
    ],
)
def test_bad_tables_are_told_with_place_and_way_out(old, new, words):
    with pytest.raises(InputError) as caught:
        search_scenario((old, new))
    message = str(caught.value)
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (CLASSES + CLASSES, ["optimise.classes[1].label", "twice"]),
        ('[[optimise.doses]]\nstart = 3\n[[costs]]\ntreatment = "x"', ["costs[0].treatment"]),
        ('amount = { least = "1 mg", most = "2 mg", step = "1 mg" }', ["dosed by sessions here"]),
        (
            'amount = { least = "1 mg", most = "2 sessions", step = "1 mg" }',
            ["are of one kind"],
        ),
        ("[optimise.cocktail]\ntreatment = 'mix'\nfactors.WNT = 3", ["[treatments.mix]"]),
        ('[[costs]]\ntreatment = "vehicle"\nper_dose = "1 mg"', ["costs[0].per_dose", "money"]),
        ('[[costs]]\ntreatment = "vehicle"\n' * 2, ["costs[1].treatment", "already priced"]),
    ],
)
def test_bad_additions_are_told(extra, words):
    with pytest.raises(InputError) as caught:
        search_scenario(extra=extra)
    for word in words:
        assert word in str(caught.value)


def test_a_treatment_without_price_and_an_unknown_factor_are_told():
    with pytest.raises(InputError, match=r"has no price; give one in a \[\[costs\]\] table"):
        cocktail_scenario(["costs=[]"])
    with pytest.raises(InputError, match=r'cocktail.factors.WNTT: not in .*did you mean "WNT"'):
        cocktail_scenario(["optimise.cocktail.factors.WNTT={least=0.0,most=1.0,step=0.5}"])
