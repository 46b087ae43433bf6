"""The count that lets people in: when it is a reading of its own, and what has acted before it."""

import json
from types import MappingProxyType

import numpy as np
import pytest
from people_examples import people
from planned import drawn_people, planned

from follicle_sim import simulate
from follicle_sim.protocol.resolve import resolve
from follicle_sim.scenario.model import Dose
from follicle_sim.screening import enrol_all, screening_count

PEOPLE, ERROR = 400, 0.1
SIZE = MappingProxyType({"subjects": PEOPLE, "follicles": 60})
ASKED = 'inclusion = {{ hair_density = ["{} cm-2", "{} cm-2"], screening = "{}" }}'


def asked(low: float = 0, high: float = 2000, screening: str = "0 days") -> str:
    return ASKED.format(low, high, screening)


def counted(scenario) -> np.ndarray:
    """Return what the screening of everybody reads, (S,)."""
    protocol = planned(scenario)
    return screening_count(protocol, protocol.arms[0], 1, drawn_people(scenario))


def with_arm(scenario, **changes):
    (arm,) = scenario.arms
    return scenario.model_copy(update={"arms": (arm.model_copy(update=changes),)})


def with_design(scenario, **changes):
    return scenario.model_copy(update={"design": scenario.design.model_copy(update=changes)})


def laser(start: float, count: int = 20) -> Dose:
    given = {"treatment": "laser_comb", "amount": "3 sessions", "every": "1 day", "count": count}
    return Dose.model_validate(given).model_copy(update={"start": start})


def test_a_screening_on_the_day_of_baseline_is_a_reading_of_its_own():
    """Same day, same hairs: the counts differ by two errors that have nothing in common."""
    scenario = people(asked(), error=ERROR, **SIZE)
    perfect = people(asked(), **SIZE)
    truth = counted(perfect)
    assert np.array_equal(truth, simulate(perfect)["hair_density"].values[0, :, 0])
    screened = counted(scenario) / truth - 1.0
    baseline = simulate(scenario)["hair_density"].values[0, :, 0] / truth - 1.0
    for error in (screened, baseline):
        assert abs(error.std() - ERROR) < 4.5 * ERROR / np.sqrt(2.0 * PEOPLE)
    assert abs(np.corrcoef(screened, baseline)[0, 1]) < 4.5 / np.sqrt(PEOPLE)


def test_who_was_let_in_by_luck_is_back_at_the_true_count_the_same_day():
    scenario = people(asked(high=200), error=ERROR, subjects=100, follicles=60)
    chosen = simulate(scenario)["hair_density"].values[0, :, 0]
    assert (chosen > 200.0).any()


@pytest.mark.parametrize("days", [1.0, 28.0])
def test_the_count_that_begins_a_run_in_is_that_visits(days):
    screening = asked(screening=f"{days:g} days")
    scenario = with_design(people(screening, error=ERROR, **SIZE), run_in=days)
    seen = simulate(scenario)["hair_density"].sel(time=-days).values[0]
    assert np.array_equal(counted(scenario), seen)


def test_doses_after_baseline_have_not_acted_and_those_of_a_run_in_have():
    plain = people(asked(), history="1 year", **SIZE)
    without = counted(plain)
    assert np.array_equal(counted(with_arm(plain, doses=(laser(0.0),))), without)
    run_in = with_design(plain, run_in=84.0)
    before = counted(with_arm(run_in, doses=(laser(-84.0, 80),)))
    assert before.mean() > counted(run_in).mean()


def test_nobody_is_screened_without_a_criterion():
    everybody = enrol_all(resolve(people(**SIZE)))
    assert everybody.people == [[None]]
    assert everybody.attrs == {}


def test_replicates_are_screened_apart_and_told_together():
    scenario = people(asked(high=240), error=ERROR, subjects=12, follicles=60)
    protocols = resolve(scenario) * 2
    both = enrol_all(protocols, 1)
    flow = json.loads(both.attrs["flow"])
    assert flow["screened"] == sum(each["screened"] for each in flow["replicates"])
    assert flow["enrolled"] == 24
    assert not np.array_equal(both.people[0][0], both.people[1][0])
    second = enrol_all(protocols[:1], 1, first_replicate=1)
    assert np.array_equal(second.people[0][0], both.people[1][0])
