"""Who comes, stops and leaves: the laws of the draws, at fixed seeds and with wide bounds."""

from dataclasses import replace

import numpy as np
import pytest
from planned import drawn_people, planned

from follicle_sim import parse_scenario
from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.numerics import uniforms
from follicle_sim.pharmacology.dosing import Habit, doses_taken, expand, share_taken
from follicle_sim.results.expected import is_followed
from follicle_sim.scenario.tables.design import LackOfEffect
from follicle_sim.simulation.people.attendance import (
    Left,
    attend,
    depart,
    habit_of,
    leaving_chance,
    visit_days,
)
from follicle_sim.simulation.people.cohort import allocate

PEOPLE = 20_000
TEXT = f"""
schema_version = 1
title = "many people"
[population]
subjects = {PEOPLE}
follicles = 1
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "1 year"
adherence = 0.8
[design]
kind = "parallel"
visits = ["0 days", "26 weeks", "365.25 days"]
"""
YEAR = 365.25


def drawn(design: str):
    scenario = parse_scenario(TEXT + design)
    return planned(scenario), drawn_people(scenario)


def near(share: float, expected: float, people: int = PEOPLE) -> bool:
    """Tell whether a share lies within 4.5 standard errors of its binomial law."""
    return abs(share - expected) < 4.5 * np.sqrt(expected * (1.0 - expected) / people)


def test_without_wishes_everybody_comes_as_planned():
    scenario, cohort = drawn("")
    assert visit_days(scenario, cohort).tolist() == [[0.0, 182.0, YEAR]]
    assert attend(scenario, cohort).came.all()
    assert np.isinf(attend(scenario, cohort).leaves).all()
    assert habit_of(scenario, cohort) is None


@pytest.mark.parametrize(
    ("design", "late"),
    [
        ('visit_window = "5 days"', 5.0),
        ('late_visits = { share = 0.2, by = "2 weeks" }', 14.0),
        ("missed_visits = 0.1", 0.0),
        ("missed_baseline = 0.1", 0.0),
        ("dropout = { per_year = 0.1 }", 0.0),
    ],
)
def test_any_wish_about_visits_is_followed_to_its_last_day(design, late):
    protocol, _ = drawn(design)
    assert is_followed(protocol.conduct)
    assert protocol.visits.last_day == YEAR + late


def test_habits_of_taking_doses_say_nothing_of_visits():
    protocol, _ = drawn("early_stop = { per_year = 0.3 }\nadherence_spread = 1.5")
    assert not is_followed(protocol.conduct)
    assert not is_followed(drawn("")[0].conduct)
    assert protocol.visits.last_day == YEAR


def test_codes_of_who_left_are_kept():
    assert {each.name: each.value for each in Left} == {
        "COMPLETED": 0,
        "AT_RANDOM": 1,
        "LACK_OF_EFFECT": 2,
    }


def test_missed_visits_follow_their_law_and_spare_baseline():
    scenario, cohort = drawn("missed_visits = 0.12")
    came = attend(scenario, cohort).came
    assert came[:, 0].all()
    assert near(1.0 - came[:, 1].mean(), 0.12)
    assert near(1.0 - came[:, 2].mean(), 0.12)
    # one visit says nothing about the next
    assert near((~came[:, 1] & ~came[:, 2]).mean(), 0.12**2)
    # nobody leaves here, and who missed a visit was not seen at it
    gone = depart(scenario, cohort, attend(scenario, cohort), None)
    assert np.array_equal(gone.attended, came)


def test_a_baseline_is_missed_only_when_said():
    came = attend(*drawn("missed_baseline = 0.1")).came
    assert near(1.0 - came[:, 0].mean(), 0.1)
    assert came[:, 1:].all()


def test_who_takes_part_was_screened():
    """A baseline may be missed, the screening that begins a run-in never."""
    scenario, cohort = drawn('missed_baseline = 0.1\nrun_in = "4 weeks"')
    came = attend(scenario, cohort).came
    assert came[:, 0].all()
    assert near(1.0 - came[:, 1].mean(), 0.1)


def test_dropout_at_random_follows_its_law():
    scenario, cohort = drawn("dropout = { per_year = 0.3 }")
    leaves = attend(scenario, cohort).leaves
    assert near((leaves < YEAR).mean(), 0.3)
    assert near((leaves < YEAR / 2).mean(), 1.0 - 0.7**0.5)
    gone = depart(scenario, cohort, attend(scenario, cohort), None)
    assert near((gone.reason == Left.AT_RANDOM).mean(), 0.3)
    assert np.array_equal(np.isnan(gone.left), gone.reason == Left.COMPLETED)
    assert np.array_equal(gone.attended[:, 1], ~(gone.left < 182.0))


def test_a_law_with_another_rate_is_told_apart():
    leaves = attend(*drawn("dropout = { per_year = 0.33 }")).leaves
    assert not near((leaves < YEAR).mean(), 0.3)


def test_more_dropout_brings_a_day_forward_and_never_back():
    few, many = (attend(*drawn(f"dropout = {{ per_year = {rate} }}")).leaves for rate in (0.1, 0.4))
    assert (many < few).all()


def test_visits_fill_their_window_and_baseline_keeps_its_day():
    scenario, cohort = drawn('visit_window = "5 days"')
    day = visit_days(scenario, cohort)
    assert (day[:, 0] == 0.0).all()
    shift = day[:, 1] - 182.0
    assert -5.0 < shift.min() < -4.99
    assert 4.99 < shift.max() < 5.0
    assert abs(shift.mean()) < 4.5 * 5.0 / np.sqrt(3.0 * PEOPLE)
    assert near((shift < -2.5).mean(), 0.25)


def test_late_visits_are_late_as_often_as_said():
    scenario, cohort = drawn('late_visits = { share = 0.2, by = "2 weeks" }')
    shift = visit_days(scenario, cohort)[:, 2] - YEAR
    assert near((shift > 0.0).mean(), 0.2)
    assert 13.9 < shift.max() < 14.0
    assert shift.min() == 0.0


def test_another_visit_moves_no_draw():
    options = 'visit_window = "5 days"\nmissed_visits = 0.2'
    scenario, cohort = drawn(options)
    more = parse_scenario(
        (TEXT + options).replace('"26 weeks"', '"8 weeks", "26 weeks", "40 weeks"')
    )
    one, two = attend(scenario, cohort), attend(planned(more), drawn_people(more))
    same = [0, 2, 4]
    assert np.array_equal(one.day, two.day[:, same])
    assert np.array_equal(one.came, two.came[:, same])


def test_lack_of_effect_is_a_threshold_or_a_slope():
    gain = np.array([-20.0, 4.9, 5.0, 20.0, np.nan])
    sharp = LackOfEffect(per_visit=0.4, wanted="5 cm-2")
    assert leaving_chance(sharp, gain)[:4].tolist() == [0.4, 0.4, 0.0, 0.0]
    soft = LackOfEffect(per_visit=0.4, wanted="5 cm-2", softness="5 cm-2")
    chance = leaving_chance(soft, gain)
    assert chance[2] == 0.2
    assert chance[:4].tolist() == sorted(chance[:4], reverse=True)
    assert leaving_chance(soft, np.array([-1e9, 1e9])) == pytest.approx([0.4, 0.0])
    # one softness above or below what is wanted: odds of 1 to e, and e to 1
    assert leaving_chance(soft, np.array([10.0, 0.0])) == pytest.approx(
        [0.4 / (1.0 + np.e), 0.4 / (1.0 + 1.0 / np.e)], rel=1e-12
    )
    # nothing gained by who was not seen before: 5 below what is wanted
    assert leaving_chance(soft, np.array([np.nan]))[0] == pytest.approx(0.4 / (1.0 + 1.0 / np.e))


def test_who_gains_nothing_leaves_at_the_visit_that_showed_it():
    lack = 'per_visit = 0.25, wanted = "5 cm-2", after = "1 week"'
    scenario, cohort = drawn(f"dropout = {{ lack_of_effect = {{ {lack} }} }}")
    coming = attend(scenario, cohort)
    gain = np.zeros(coming.day.shape)
    gain[PEOPLE // 2 :, 1:] = 10.0
    gone = depart(scenario, cohort, coming, gain)
    unhappy, happy = gone.left[: PEOPLE // 2], gone.left[PEOPLE // 2 :]
    assert np.isnan(happy).all()
    assert near((unhappy == 182.0).mean(), 0.25, PEOPLE // 2)
    # the visit itself counts, and who gives up at the last one has completed the trial
    assert gone.attended[:, 1].all()
    assert set(unhappy[~np.isnan(unhappy)]) == {182.0}
    unknown = depart(scenario, cohort, coming, np.full_like(gain, np.nan))
    assert np.isnan(unknown.left).all()


def test_nobody_leaves_for_lack_of_effect_where_nothing_is_said_of_it():
    scenario, cohort = drawn("dropout = { per_year = 0.3 }")
    coming = attend(scenario, cohort)
    without = depart(scenario, cohort, coming, None)
    gone = depart(scenario, cohort, coming, np.zeros(coming.day.shape))
    assert np.array_equal(gone.left, without.left, equal_nan=True)
    assert set(gone.reason) == {Left.AT_RANDOM, Left.COMPLETED}


def test_whichever_comes_first_is_the_reason():
    lack = 'lack_of_effect = { per_visit = 1, wanted = "5 cm-2" }'
    scenario, cohort = drawn(f"dropout = {{ per_year = 0.5, {lack} }}")
    coming = attend(scenario, cohort)
    gone = depart(scenario, cohort, coming, np.where(coming.day > 0.0, 0.0, 9.0))
    before = coming.leaves < 182.0
    assert (gone.reason[before] == Left.AT_RANDOM).all()
    assert (gone.reason[~before] == Left.LACK_OF_EFFECT).all()
    assert np.array_equal(gone.left, np.minimum(coming.leaves, 182.0))


def test_early_stop_and_adherence():
    scenario, cohort = drawn("early_stop = { per_year = 0.3 }\nadherence_spread = 1.5")
    habit = habit_of(scenario, cohort)
    assert near((habit.stops < YEAR).mean(), 0.3)
    chance = habit.chance(0.8)
    assert near((chance < 0.8).mean(), 0.5)  # 0.8 is the median person's
    assert (habit.chance(1.0) == 1.0).all()
    assert (habit.chance(0.0) == 0.0).all()
    few = replace(cohort, subject=cohort.subject[:300])
    who = few.draw_names
    dose = scenario.arms[0].doses[0]
    times = expand(dose, YEAR).times
    some = habit.of(slice(0, 300))
    took = doses_taken(dose.treatment, times, who, adherence=0.8, habit=some)
    assert not took[times >= some.stops[:, None]].any()
    share = share_taken([dose], np.full(300, YEAR), who, habit=some)
    assert np.allclose(share, took.mean(axis=1))
    assert abs(took[some.stops > YEAR].mean(axis=1) - chance[:300][some.stops > YEAR]).max() < 0.11


def test_who_forgets_doses_stops_no_sooner_than_others():
    """Adherence, early stopping and dropout are independent: each has a draw of its own."""
    options = (
        "early_stop = { per_year = 0.3 }\nadherence_spread = 1.5\ndropout = { per_year = 0.3 }"
    )
    scenario, cohort = drawn(options)
    habit = habit_of(scenario, cohort)
    leaves = attend(scenario, cohort).leaves
    some = [np.log(habit.odds), np.log(habit.stops), np.log(leaves)]
    apart = np.corrcoef(some)[np.triu_indices(3, 1)]
    assert np.abs(apart).max() < 4.5 / np.sqrt(PEOPLE)
    assert np.log(habit.odds).std() == pytest.approx(1.5, rel=0.02)


def test_each_wish_stands_alone():
    _, cohort = drawn("")
    stopping = habit_of(drawn("early_stop = { per_year = 0.3 }")[0], cohort)
    assert (stopping.odds == 1.0).all()
    forgetting = habit_of(drawn("adherence_spread = 1.5")[0], cohort)
    assert np.isinf(forgetting.stops).all()
    assert not (forgetting.odds == 1.0).any()


def test_a_habit_that_says_nothing_changes_no_dose():
    times, ids = np.arange(50.0), np.arange(40)
    who = DrawNames(seed=3, subjects=ids)
    idle = Habit(np.ones(40), np.full(40, np.inf))
    kept, same = (
        doses_taken("x", times, who, adherence=0.6, habit=habit) for habit in (None, idle)
    )
    assert np.array_equal(kept, same)


def test_no_dose_due_gives_no_share():
    assert np.isnan(share_taken([], np.array([5.0]), DrawNames()))


def test_recruitment_fills_its_season():
    _, cohort = drawn('recruitment = { opens = "1 November", lasts = "26 weeks" }')
    opens = 304.0
    name = (cohort.seed, cohort.replicate, cohort.person_stream, cohort.subject, SUBJECT_LEVEL, 0)
    expected = (opens + 182.0 * uniforms(*name, int(Decision.RECRUITED))) % YEAR
    np.testing.assert_allclose(cohort.calendar, expected, rtol=1e-12)
    since = (cohort.calendar - opens) % YEAR
    assert since.min() < 0.1
    assert 181.9 < since.max() < 182.0
    assert near((since < 45.5).mean(), 0.25)


def test_blocks_balance_arms_within_classes():
    classes = np.arange(1000) % 7 // 3  # classes of unequal size
    arms = allocate(classes, [40, 20, 20], seed=1, replicate=0)
    for each in np.unique(classes):
        counts = np.bincount(arms[classes == each], minlength=3)
        full = (classes == each).sum() // 4
        assert 2 * full <= counts[0] <= 2 * full + 2
        assert (counts[1:] - full <= 1).all()
    # neither in turn nor the same in every block
    first = arms[classes == 0][:400].reshape(-1, 4)
    assert len(np.unique(first, axis=0)) > 6
