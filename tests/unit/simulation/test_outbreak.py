"""How patches break out in people: how much of the scalp, for how long, alike in every arm."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.scalps import TARGET_AREA, load_scalps
from follicle_sim.simulation.people.outbreak import Outbreak, Patchwork, break_out

AREATA, SALT = load_condition("alopecia_areata"), load_scalps()["salt"]
MANY = 4000


def people(severity: float = 70.0, scalp=SALT, condition=AREATA, count: int = MANY) -> Outbreak:
    who = DrawNames(seed=5, subjects=np.arange(count))
    return break_out(condition, scalp, np.full(count, severity), who)


def patches_of(severity: float = 70.0, scalp=SALT, condition=AREATA) -> Patchwork:
    patchwork = people(severity, scalp, condition).patchwork
    assert patchwork is not None
    return patchwork


@pytest.mark.parametrize("severity", [3.0, 37.0, 70.0, 98.0])
def test_bare_pieces_make_up_the_extent_on_average(severity):
    bare = np.isneginf(patches_of(severity).drawn_in)
    extent = 100.0 * (bare * SALT.weight).sum(axis=1)
    # one piece at the border is bare or not: no more than a piece off, and right in the mean
    assert np.abs(extent - severity).max() <= 100.0 * SALT.weight.max() + 1e-9
    assert extent.mean() == pytest.approx(severity, abs=3.0 * extent.std() / np.sqrt(MANY) + 1e-9)


@given(st.floats(0.0, 100.0), st.integers(0, 2**29))
@settings(max_examples=200)
def test_no_extent_is_none_and_the_whole_is_the_whole(severity, subject):
    who = DrawNames(seed=1, subjects=[subject])
    broken_out = [break_out(AREATA, SALT, np.array([s]), who) for s in (0.0, severity, 100.0)]
    extent = [
        float((np.isneginf(one.patchwork.drawn_in) * SALT.weight).sum()) for one in broken_out
    ]
    assert extent[0] == 0.0
    assert extent[2] == pytest.approx(1.0)
    assert extent[0] <= extent[1] <= extent[2] + 1e-12


def test_a_lone_target_area_lies_in_a_patch():
    assert np.isneginf(patches_of(3.0, TARGET_AREA).drawn_in).all()


def test_free_pieces_are_drawn_in_at_their_rate():
    patches = replace(AREATA.patches, spread=1e-3)
    drawn_in = patches_of(3.0, condition=replace(AREATA, patches=patches)).drawn_in
    waits = drawn_in[np.isfinite(drawn_in)]
    assert waits.mean() == pytest.approx(1000.0, rel=0.03)
    assert (waits > 1000.0).mean() == pytest.approx(np.exp(-1.0), abs=0.01)


def test_the_same_person_has_the_same_outbreak_whoever_else_is_there():
    grid = np.arange(-100.0, 2000.0, 50.0)
    alone = break_out(AREATA, SALT, np.full(1, 70.0), DrawNames(seed=5, subjects=[17])).patchwork
    among = patches_of(70.0)
    np.testing.assert_array_equal(alone.drawn_in[0], among.drawn_in[17])
    np.testing.assert_array_equal(alone.factor[0], among.factor[17])
    one, some = alone.awake(slice(None), grid), among.awake(slice(10, 30), grid)
    assert 0.0 < one.mean() < 1.0
    np.testing.assert_array_equal(one[0], some[7])


def test_who_is_taken_whole_is_bare_everywhere_and_of_the_worst_grade():
    patches = replace(AREATA.patches, whole_scalp=(0.01, 0.0, 0.0, 0.0), strength=(0.5, 1, 1, 2.0))
    patchwork = patches_of(10.0, condition=replace(AREATA, patches=patches))
    day = patchwork.whole_on[:50]
    assert day.mean() == pytest.approx(100.0, rel=0.4)
    for person, on in enumerate(day):
        grid = np.array([on - 1e-3, on, on + 0.5])
        before, then, after = patchwork.awake(slice(person, person + 1), grid)[0].T
        free = patchwork.drawn_in[person] > on
        assert (before[free] == 0.0).all()
        assert (then == 4.0).all()
        assert (after == 4.0).all()
    never = patches_of(97.0)
    assert np.isinf(never.whole_on).all()


SCENARIO = """
schema_version = 1
title = "a whole scalp"
[population]
subjects = 8
follicles = 200
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "{condition}"
scalp = "salt"
{more}
[instrument]
method = "salt_score"
[design]
kind = "{kind}"
visits = ["0 days", "24 weeks"]
[run]
history = "300 days"
[[arms]]
label = "one"
role = "untreated"
[[arms]]
label = "two"
role = "untreated"
"""


def scalp(condition: str = "healthy", more: str = "", kind: str = "counterfactual"):
    return simulate(parse_scenario(SCENARIO.format(condition=condition, more=more, kind=kind)))


def test_a_healthy_scalp_scores_nothing_and_covers_itself():
    data = scalp()
    assert (data.salt == 0.0).all()
    # 8 x 20 x 200 follicles, of which 7 of 8 show a hair: the mean share is known to 0.2 %
    assert float(data.cover.mean()) == pytest.approx(1.0, abs=0.006)
    assert data.region_share.values.sum() == pytest.approx(1.0)


def test_a_scalp_under_full_attack_scores_a_hundred():
    strong = "severity = 100.0"
    data = scalp("alopecia_areata", strong)
    everywhere = data.salt.values
    assert ((everywhere >= 0.0) & (everywhere <= 100.0)).all()
    # some people are attacked too weakly for every piece to look bare
    assert np.median(everywhere[..., 0]) == 100.0


def test_pieces_have_follicles_of_their_own():
    data = scalp()
    covers = data.region_cover.isel(arm=0, time=0).values
    # in people who are all alike, luck alone moves a piece: binomial, as each follicle has its own
    shown = float(data.hair_density.mean()) / 200.0
    luck = np.sqrt((1.0 - shown) / shown / 200.0)
    assert covers.std() == pytest.approx(luck, rel=0.2)
    assert covers.mean(axis=1).std() < 2.0 * luck / np.sqrt(20.0)


def test_arms_that_hold_the_same_people_hold_the_same_patches():
    data = scalp("alopecia_areata")
    covers = data.region_cover
    np.testing.assert_array_equal(covers.isel(arm=0), covers.isel(arm=1))
    apart = scalp("alopecia_areata", kind="parallel").region_cover
    assert (apart.isel(arm=0) != apart.isel(arm=1)).any()


@pytest.mark.parametrize("severity", [10.0, 70.0, 98.0])
def test_nobody_with_the_disease_has_less_than_the_weakest_attack(severity):
    outbreak, attack, patches = people(severity), AREATA.attacks[0], AREATA.patches
    grade = int(patches.grade(np.array([severity]))[0])
    rate = attack.at(patches.strength[grade] * outbreak.strength[0])
    assert rate.min() == pytest.approx(attack.least)
    assert np.log(rate[rate > 1.01 * attack.least]).std() > 0.2, "the others differ as they did"
