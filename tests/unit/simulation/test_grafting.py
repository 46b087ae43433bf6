"""Transplants on their way to the engine: which are given, to whom, and the shock they bring."""

import math

import numpy as np
import pytest
from engine_by_hand import clocks_of, forcing_on, healthy_rules

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.codes import Decision, Phase
from follicle_sim.base.errors import InputError
from follicle_sim.base.numerics import uniforms
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.scalps import Donor, Scalp
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.protocol.surgery import DENSEST, Session, sessions
from follicle_sim.scenario.model import Arm
from follicle_sim.simulation.engine.agents.grafts import FIRST_NAME, Grafts, no_grafts, plant
from follicle_sim.simulation.engine.agents.state import STATE
from follicle_sim.simulation.surgery import follicles_in, grafts_of, moved_by, sessions_undergone

CONDITION = load_condition("aga_male")
TREATMENTS = {name: load_treatment(name) for name in ("hair_transplant", "laser_comb")}
GRAFT = TREATMENTS["hair_transplant"].graft


def arm(*doses: dict) -> Arm:
    given = [{"treatment": "hair_transplant", "amount": "30 grafts/cm2", **dose} for dose in doses]
    return Arm.model_validate({"label": "surgery", "role": "treatment", "doses": given})


def given(*doses: dict, end: float = 1000.0):
    return sessions(arm(*doses), end, TREATMENTS)


def test_sessions_come_in_order_of_time():
    found = given({"start": "200 days"}, {"start": "0 days", "every": "90 days", "count": 2})
    assert [session.day for session in found] == [0.0, 90.0, 200.0]
    assert {session.density for session in found} == {30.0}


def test_no_graft_is_no_session_and_other_treatments_are_none():
    laser = {"treatment": "laser_comb", "amount": "1 session"}
    assert given({"amount": "0 grafts/cm2"}, laser) == ()
    (session,) = given(laser, {"start": "20 days"})
    assert session.day == 20.0


def test_as_many_as_a_scalp_takes_is_allowed_and_one_more_is_not():
    assert given({"amount": f"{DENSEST:g} grafts/cm2"})[0].density == DENSEST
    with pytest.raises(InputError, match=r"200\.1 grafts/cm2; allowed: up to 200"):
        given({"amount": "200.1 grafts/cm2"})
    often = {"amount": "1 grafts/cm2", "every": "1 day"}
    assert len(given(often | {"count": 100})) == 100
    with pytest.raises(InputError, match="101 transplants; allowed: up to 100"):
        given(often | {"count": 101})


def test_what_cannot_be_is_refused_all_at_once():
    with pytest.raises(InputError) as caught:
        given({"amount": "300 grafts/cm2", "adherence": 0.9})
    told = str(caught.value)
    for part in ("300 grafts/cm2", "a transplant is not missed"):
        assert part in told


def test_the_shock_takes_its_share_of_growing_hairs():
    (session,) = given({"start": "50 days"})
    shock = session.shock
    assert shock.start == 50.0 + GRAFT.shock_start.value
    assert shock.duration == GRAFT.shock_duration.value
    spared = math.exp(-shock.hazard * shock.duration)
    assert spared == pytest.approx(1.0 - GRAFT.shock_share.value, rel=1e-12)


def test_a_shock_of_every_hair_is_a_hazard_all_the_same():
    whole = GRAFT.shock_share.model_copy(update={"value": 1.0})
    shock = Session(0.0, 30.0, GRAFT.model_copy(update={"shock_share": whole})).shock
    assert math.exp(-shock.hazard * shock.duration) == pytest.approx(1e-6, rel=1e-6)


def test_who_stops_on_the_day_of_surgery_has_none():
    some = given({"start": "10 days"}, {"start": "20 days"})
    stops = np.array([10.0, 10.0 + 1e-9, 20.0, np.inf])
    assert sessions_undergone(some, stops).tolist() == [
        [False, False],
        [True, False],
        [True, False],
        [True, True],
    ]
    number = grafts_of(some, np.full(4, 2.0), stops).number
    hairs = round(30.0 * GRAFT.hairs_per_graft.value * 2.0)
    assert (number == hairs * sessions_undergone(some, stops)).all()


def test_follicles_planted_are_grafts_times_hairs_times_area():
    some = given({"start": "10 days"}, {"start": "20 days", "amount": "40 grafts/cm2"})
    grafts = grafts_of(some, np.array([0.5, 2.0]))
    hairs = GRAFT.hairs_per_graft.value
    expected = np.rint(np.outer([0.5, 2.0], [30.0 * hairs, 40.0 * hairs]))
    assert grafts.number.tolist() == expected.tolist()
    assert grafts.day.tolist() == [10.0, 20.0]
    assert (grafts.survival == GRAFT.survival.value).all()
    for name in ("shaft", "rest"):
        assert (getattr(grafts, name) == getattr(GRAFT, name).value).all()
        cv = getattr(GRAFT, f"{name}_cv").value
        sigma = math.sqrt(math.log1p(cv * cv))
        np.testing.assert_allclose(getattr(grafts, f"{name}_sigma"), sigma, rtol=1e-12)


def test_nobody_is_planted_without_surgery():
    grafts = grafts_of((), np.ones(3))
    assert grafts.day.size == 0
    assert grafts.number.shape == (3, 0)
    assert no_grafts().number.shape == (1, 0)
    assert all(each.size == 0 for each in no_grafts())


ONE = """
schema_version = 1
title = "one transplant"
design = { kind = "parallel", visits = ["0 days", "10 days", "11 days", "20 days"] }
run = { history = "30 days" }
[population]
subjects = 2
follicles = 10
target_area = "1 cm2"
follicle_density = "20 cm-2"
condition = "aga_male"
[[arms]]
label = "surgery"
role = "treatment"
doses = [{ treatment = "hair_transplant", amount = "20 grafts/cm2", start = "10 days" }]
"""


def test_follicles_of_a_single_session_are_there_from_the_day_after():
    """Half a square centimetre has ten grafts; of their follicles those that take are seen."""
    counts = simulate(parse_scenario(ONE))["phase_count"].values[0]
    planted = round(20.0 * GRAFT.hairs_per_graft.value * 0.5)
    there = counts.sum(axis=2)
    assert (there[:, :2] == 10).all()
    took = there[:, 2] - 10
    taking = GRAFT.survival.value
    assert (took <= planted).all()
    assert (took > planted * taking - 4.5 * math.sqrt(planted * taking * (1.0 - taking))).all()
    assert (there[:, 3] == there[:, 2]).all()
    new = counts[:, 2] - counts[:, 1]
    assert (new[:, Phase.TELOGEN] >= took).all(), "natives that fall in shock enter kenogen"
    assert (new[:, Phase.ANAGEN] <= 0).all()


def test_a_graft_may_be_destroyed_from_its_day_on_and_not_for_what_was_before():
    """Hazard h: lost after -ln(u) / h days, counted from surgery; u is its own draw."""
    hazard, day, number = 0.005, 50.0, 40
    grid = np.linspace(-100.0, 400.0, 51)
    rules = healthy_rules()
    clocks = clocks_of(forcing_on(grid, destruction=np.full(grid.size, hazard)), rules)
    long, sure = np.array([1e5]), np.ones(1)
    grafts = Grafts(np.array([day]), sure, long, 0.0 * long, long, 0.0 * long, np.array([[number]]))
    state, name = np.zeros(number, STATE), (3, 1, 7, 5)
    plant(state, clocks, rules, name, grafts, np.array([number]))
    u = uniforms(*name, FIRST_NAME + np.arange(number), 0, int(Decision.DESTRUCTION))
    lost = day - np.log(u) / hazard
    within = lost < grid[-1]
    assert 20 < within.sum() < number
    np.testing.assert_allclose(state["next"][within], lost[within], rtol=1e-12)
    assert np.isinf(state["next"][~within]).all()


MAP = Scalp(
    title="three areas",
    source="by hand",
    pieces=("front", "top", "back"),
    share=(0.1, 0.4, 0.5),
    areas=("front", "top", "back"),
    density=(0.5, 1.0, 1.25),
    donor=Donor("back", 0.3),
)
"""An area of the donor is 5 times as large as the front and 1.25 times as the top."""


def test_a_piece_has_follicles_by_its_density_and_one_at_least():
    people = np.array([200, 101, 1])
    assert follicles_in(MAP, 0, people).tolist() == [100, 50, 1]
    assert follicles_in(MAP, 2, people).tolist() == [250, 126, 1]
    assert follicles_in(MAP, 0, people).dtype == np.int64
    alone = Scalp("one", "by hand", ("front",), (1.0,), ("front",), (0.5,))
    assert follicles_in(alone, 0, people) is people
    alike = Scalp("alike", "by hand", ("a", "b"), (0.5, 0.5), ("a", "b"))
    assert follicles_in(alike, 1, people) is people


def test_what_is_planted_has_been_taken():
    """By hand: 40 follicles a piece of the front are 40 * 0.1/0.5 = 8 of the back's pieces."""
    done = [Session(0.0, 30.0, GRAFT, "front"), Session(90.0, 30.0, GRAFT, "top")]
    wanted, people = np.array([[40, 100], [0, 60], [20, 0]]), np.array([200, 200, 80])
    moved = moved_by(done, MAP, wanted, people)
    assert moved.planted.tolist() == wanted.tolist()
    # of the top: 100 * 0.4/0.5 = 80, on top of the 8 of the first session
    assert moved.taken.tolist() == [[8, 88], [0, 48], [4, 4]]
    assert moved.planted.dtype == moved.taken.dtype == np.int64


def test_where_the_donor_area_has_no_more_less_is_planted():
    done = [Session(0.0, 30.0, GRAFT, "top"), Session(90.0, 30.0, GRAFT, "top")]
    # 100 follicles of the back: 80 go at first, the 20 that are left are 25 of the top
    moved = moved_by(done, MAP, np.array([[100, 100]]), np.array([80]))
    assert moved.taken.tolist() == [[80, 100]]
    assert moved.planted.tolist() == [[100, 25]]
    gone = moved_by(done, MAP, np.array([[200, 50]]), np.array([80]))
    assert gone.taken.tolist() == [[100, 100]]
    assert gone.planted.tolist() == [[125, 0]]


def test_nothing_moves_without_a_donor_area_or_a_session():
    done = [Session(0.0, 30.0, GRAFT, "top")]
    plain = Scalp("plain", "by hand", ("top", "back"), (0.5, 0.5), ("top", "back"))
    assert moved_by(done, plain, np.array([[10]]), np.array([100])) is None
    assert moved_by([], MAP, np.zeros((1, 0), np.int64), np.array([100])) is None
