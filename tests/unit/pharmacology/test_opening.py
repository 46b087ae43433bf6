"""Needles that let another treatment in: a multiplier of its doses, apart from their own effect."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pharmacology_helpers import Dose, arm

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.pharmacology.dosing import DoseEvents, doses_taken
from follicle_sim.pharmacology.exposure import acting_doses, arm_factors
from follicle_sim.pharmacology.library import load_treatment, load_treatments
from follicle_sim.pharmacology.opening import Sessions, multipliers
from follicle_sim.pharmacology.site_effects import effect_means, site_levels
from follicle_sim.protocol.arm_notes import NEEDLES

GRID = np.arange(0.0, 61.0)
ONE = DrawNames()
PEOPLE = DrawNames(seed=5, subjects=np.arange(40))
OPENS = load_treatment("microneedling").variants["opens_skin"].opens
GAIN, HALF_LIFE = OPENS.gain.value, OPENS.half_life.value


def needles(start: float = 0.0, *, opens: bool = True, **more):
    variants = ("opens_skin",) if opens else ()
    return Dose("microneedling", 1.0, start=start, variants=variants, **more)


def minoxidil(start: float = 0.0, amount: float = 1.0):
    return Dose("minoxidil_topical_5", amount, start=start)


def level(*doses, treatment="minoxidil_topical_5", who=ONE):
    return site_levels(acting_doses(arm(*doses), 60.0)[treatment], GRID, who)[1]


def test_a_dose_right_after_needles_is_that_many_times_the_dose() -> None:
    np.testing.assert_allclose(
        level(needles(), minoxidil()), level(minoxidil(amount=GAIN)), rtol=1e-12
    )


def test_the_gain_halves_in_a_half_life_and_does_not_act_backwards() -> None:
    later = 1.0 + (GAIN - 1.0) / 2.0
    np.testing.assert_allclose(
        level(needles(), minoxidil(HALF_LIFE)),
        level(minoxidil(HALF_LIFE, later)),
        rtol=1e-9,
    )
    np.testing.assert_array_equal(level(needles(1.0), minoxidil()), level(minoxidil()))


def test_needles_act_by_themselves_as_before() -> None:
    """Both effects are there, one does not change the other, and each can be had alone."""
    both = acting_doses(arm(needles(), minoxidil()), 60.0)
    closed = acting_doses(arm(needles(opens=False), minoxidil()), 60.0)
    np.testing.assert_array_equal(
        effect_means(both["microneedling"], GRID, ONE),
        effect_means(closed["microneedling"], GRID, ONE),
    )
    assert closed["minoxidil_topical_5"].sessions == ()
    silent = {"microneedling.potency": 0.0}
    table = arm_factors(arm(minoxidil(amount=GAIN)), GRID)
    np.testing.assert_allclose(
        arm_factors(arm(needles(), minoxidil()), GRID, overrides=silent), table, rtol=1e-12
    )


def test_what_brings_its_own_needles_has_the_gain_inside() -> None:
    acting = acting_doses(
        arm(needles(), Dose("exosomes_adipose_microneedling", 1.0), Dose("finasteride_oral", 1.0)),
        60.0,
    )
    assert acting["exosomes_adipose_microneedling"].sessions == ()
    assert acting["finasteride_oral"].sessions == ()


def test_who_misses_the_needles_has_closed_skin() -> None:
    missed = needles(adherence=0.5)
    took = doses_taken("microneedling", np.array([0.0]), PEOPLE, adherence=0.5)[:, 0]
    assert 5 < took.sum() < 35
    levels = level(missed, minoxidil(), who=PEOPLE)
    np.testing.assert_allclose(
        levels[took], np.tile(level(minoxidil(amount=GAIN)), (took.sum(), 1))
    )
    np.testing.assert_allclose(levels[~took], np.tile(level(minoxidil()), ((~took).sum(), 1)))
    factors = arm_factors(arm(missed, minoxidil()), GRID, PEOPLE)
    assert len(factors) == len(PEOPLE.ids)


@st.composite
def session_lists(draw):
    starts = draw(st.lists(st.floats(0.0, 20.0), min_size=0, max_size=4))
    amounts = draw(st.lists(st.floats(0.05, 2.0), min_size=len(starts), max_size=len(starts)))
    return list(zip(starts, amounts, strict=True))


def of(sessions):
    found = []
    for start, amount in sessions:
        events = DoseEvents(np.array([start]), np.array([amount]), np.zeros(1))
        found.append(Sessions(OPENS, needles(start), events))
    return found


@settings(deadline=None)
@given(session_lists(), st.floats(0.0, 20.0), st.floats(0.05, 1.0))
def test_more_needles_never_let_less_in(sessions, start, amount) -> None:
    times = np.linspace(0.0, 25.0, 40)
    before = multipliers(times, of(sessions), ONE, None)
    after = multipliers(times, of([*sessions, (start, amount)]), ONE, None)
    assert (after >= before - 1e-12).all()
    assert ((before >= 1.0) & (before <= GAIN)).all()


@settings(deadline=None)
@given(session_lists(), st.floats(0.0, 20.0), st.floats(0.05, 1.0))
def test_two_half_sessions_are_one(sessions, start, amount) -> None:
    times = np.linspace(0.0, 25.0, 40)
    one = multipliers(times, of([*sessions, (start, amount)]), ONE, None)
    halves = multipliers(times, of([*sessions, *[(start, amount / 2.0)] * 2]), ONE, None)
    np.testing.assert_allclose(one, halves, rtol=1e-12)


@pytest.mark.parametrize("treatment", load_treatments().values(), ids=lambda t: t.name)
def test_every_needle_says_what_is_inside(treatment) -> None:
    """So that check can tell who is given the same needle twice."""
    if treatment.route in NEEDLES:
        assert treatment.contains is not None, "contains = [] where its own needle is not inside"
    for part in treatment.contains or ():
        assert load_treatment(part).route in NEEDLES
