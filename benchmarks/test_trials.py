"""Timings of whole virtual trials and of a loop over many; nothing here can fail on time.

python -m pytest benchmarks/test_trials.py -n 0 --benchmark-columns=median,iqr,rounds

Aims on two idle cores: the trial of three arms in under 2 s; 500 trials of 30 people in each of two
arms in under 60 s, that is 25 times the part of 20 timed here.
"""

from collections.abc import Callable
from typing import Any

import pytest
from gaussian_trials import GaussianTrials

from follicle_sim.experiments.planning.power import judge, power
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.scenario.load import parse_scenario, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import simulate

Benchmark = Callable[..., Any]

THREE_ARMS = """
schema_version = 1
title = "Three arms of 100 people, 1,000 follicles each, 48 weeks of monthly visits"
[population]
subjects = 100
follicles = 1000
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = { follicle_density = 0.2, severity = 0.3, progression = 0.3, potency = 0.5, growth = 0.1 }
[[arms]]
label = "minoxidil"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "48 weeks"
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 12
[[arms]]
label = "vehicle"
role = "placebo"
[design]
kind = "parallel"
visits = { every = "4 weeks", until = "48 weeks" }
"""


@pytest.fixture(scope="module")
def three() -> Scenario:
    return parse_scenario(THREE_ARMS)


@pytest.fixture(scope="module")
def two(three: Scenario) -> Scenario:
    return three.model_copy(update={"arms": (three.arms[0], three.arms[2])})


def test_one_trial_of_three_arms(benchmark: Benchmark, three: Scenario) -> None:
    data = benchmark.pedantic(simulate, args=(three,), rounds=3, warmup_rounds=1)
    assert data.hair_density.shape == (3, 100, 13)


def test_twenty_trials_of_thirty_people(benchmark: Benchmark, two: Scenario) -> None:
    def run() -> Any:
        return power(two, [30], 20, type_one=False)

    found = benchmark.pedantic(run, rounds=2, warmup_rounds=1)
    assert found.trials.p.sizes["replicate"] == 20


def test_what_a_trial_costs_beside_its_follicles(benchmark: Benchmark, two: Scenario) -> None:
    few = with_overrides(two, ["population.follicles=1"])

    def run() -> Any:
        return power(few, [30], 20, type_one=False)

    benchmark.pedantic(run, rounds=3, warmup_rounds=1)


def test_analysis_of_500_trials_at_four_sizes(benchmark: Benchmark) -> None:
    law = GaussianTrials(("drug", "dummy"), ("treatment", "placebo"), (10.0, 0.0), 20.0)
    plan = Plan("hair_density", (48.0,), "ancova", 0.05, 2, pairs=(("drug", "dummy"),))
    found = benchmark(judge, {"on": law}, (10, 20, 30, 60), 500, plan)
    assert len(found.rows) == 4
