"""Schedules to events, and who takes them."""

import numpy as np
import pytest
from pharmacology_helpers import Dose

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError
from follicle_sim.pharmacology.dosing import MAX_EVENTS, doses_taken, expand

NAMES = {"seed": 7, "replicate": 0, "stream": 3}


def times(end=1e5, **fields):
    return expand(Dose(**fields), end).times.tolist()


def test_a_dose_without_interval_is_given_once():
    assert times(start=3.0) == [3.0]
    assert times(start=3.0, count=1) == [3.0]
    assert times(start=3.0, until=10.0) == [3.0]


def test_count_and_until_describe_the_same_twelve_weeks():
    weekly = [7.0 * i for i in range(12)]
    assert times(every=7.0, count=12) == weekly
    assert times(every=7.0, until=84.0) == weekly
    assert times(every=7.0, until=84.01) == [*weekly, 84.0]
    assert times(every=7.0, until=0.0) == []


@pytest.mark.parametrize("weeks", range(1, 200))
def test_until_a_whole_number_of_months_does_not_round_to_a_dose_more_or_less(weeks):
    month = 365.25 / 12
    assert len(times(every=month, until=weeks * month)) == weeks


def test_start_shifts_and_end_cuts():
    assert times(start=1.0, every=2.0, count=4) == [1.0, 3.0, 5.0, 7.0]
    assert times(end=5.0, start=1.0, every=2.0, count=4) == [1.0, 3.0]
    assert times(end=1.0, start=1.0, every=2.0, count=4) == []


def test_the_end_of_the_simulation_changes_no_earlier_dose():
    long = times(end=700.0, every=0.1, until=600.0)
    short = times(end=33.3, every=0.1, until=600.0)
    assert short == [t for t in long if t < 33.3]


def test_amount_and_duration_belong_to_every_event():
    events = expand(Dose(amount=2.5, duration=0.25, every=1.0, count=3), 10.0)
    assert events.amounts.tolist() == [2.5] * 3
    assert events.durations.tolist() == [0.25] * 3


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"every": 1.0, "count": 10**12}, "1e+12 doses"),
        ({"every": 1e-9, "until": 1.0}, "1e+09 doses"),
        ({"every": 1.0}, "needs `count` or `until`"),
        ({"every": 0.0, "count": 2}, "above 0 d"),
        ({"every": -1.0, "count": 2}, "above 0 d"),
        ({"every": float("nan"), "count": 2}, "above 0 d"),
        ({"count": 2}, "needs `every`"),
    ],
)
def test_impossible_schedules_are_refused_with_their_path(fields, word):
    with pytest.raises(InputError) as caught:
        expand(Dose(**fields), 365.0, where="arms[1].doses[0]")
    assert word in str(caught.value)
    assert str(caught.value).startswith("arms[1].doses[0]: ")


def test_the_limit_itself_is_allowed():
    assert len(times(end=1e9, every=1.0, count=MAX_EVENTS)) == MAX_EVENTS


def test_adherence_is_drawn_per_person_and_event_only():
    when = np.arange(0.0, 50.0, 0.5)
    everyone = doses_taken("x", when, DrawNames(**NAMES, subjects=np.arange(300)), adherence=0.7)
    assert everyone.shape == (300, 100)
    # SE of a share of 30,000 draws is 0.0026
    assert abs(everyone.mean() - 0.7) < 0.01
    few = doses_taken("x", when[10:20], DrawNames(**NAMES, subjects=[299, 5]), adherence=0.7)
    assert np.array_equal(few, everyone[[299, 5], 10:20])
    assert not np.array_equal(
        everyone, doses_taken("y", when, DrawNames(**NAMES, subjects=np.arange(300)), adherence=0.7)
    )


def test_a_more_faithful_person_takes_every_dose_the_less_faithful_took():
    when = np.arange(200.0)
    less = doses_taken("x", when, DrawNames(**NAMES, subjects=[1, 2]), adherence=[0.4, 0.5])
    more = doses_taken("x", when, DrawNames(**NAMES, subjects=[1, 2]), adherence=[0.6, 0.9])
    assert (more | ~less).all()
    assert doses_taken("x", when, DrawNames(**NAMES, subjects=[1]), adherence=1.0).all()
    assert not doses_taken("x", when, DrawNames(**NAMES, subjects=[1]), adherence=0.0).any()
