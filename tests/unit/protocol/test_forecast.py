"""Predicted cost grows with what it depends on."""

import pytest
from scenario_examples import SMALL

from follicle_sim import parse_scenario
from follicle_sim.experiments.forecast import BASE_MEMORY, START_UP, predict_cost


def cost(*overrides, threads=1):
    return predict_cost(parse_scenario(SMALL, overrides=overrides), threads)


def test_twice_the_subjects_take_twice_the_work():
    few = cost("population.subjects=1000").seconds - START_UP
    many = cost("population.subjects=2000").seconds - START_UP
    assert many == pytest.approx(2 * few)


def test_androgen_sensitive_scalps_cost_more():
    assert cost('population.condition="aga_male"').seconds > cost().seconds


def test_a_second_thread_helps_but_does_not_halve():
    one = cost("population.subjects=100000").seconds - START_UP
    two = cost("population.subjects=100000", threads=2).seconds - START_UP
    assert one / 2 < two < 0.7 * one


def test_memory_counts_the_record_of_follicles():
    plain, full = cost().memory, cost("record.follicles=true").memory
    assert BASE_MEMORY < plain < full
    # 2 subjects x 2 visits x 100 follicles x 5 bytes, padded and stacked
    assert full - plain == 2 * 2 * 100 * 5 * 3


def test_larger_arms_and_further_periods_cost_more():
    one = cost("population.subjects=1000", "design.kind=parallel")
    two = cost(
        "population.subjects=1000", "design.kind=parallel", "design.allocation={untreated = 3}"
    )
    assert two.seconds > one.seconds
    assert two.memory > one.memory


def test_a_count_that_decides_who_comes_in_costs_a_life_up_to_it():
    many = ["population.subjects=1000", "run.history=6 years", 'population.condition="aga_male"']
    plain = cost(*many).seconds - START_UP
    grades = 'population.inclusion={severity = ["norwood_ii", "norwood_vi"]}'
    counted = 'population.inclusion={hair_density = ["1 cm-2", "900 cm-2"]}'
    assert cost(*many, grades).seconds - START_UP == plain
    assert 1.5 * plain < cost(*many, counted).seconds - START_UP < 2.5 * plain
