"""A stated baseline is met as the operators of the trial read it."""

import json
import re

import numpy as np
import pytest

from follicle_sim import parse_scenario, resolve, simulate
from follicle_sim.experiments.planning.trial_sources import SimulatedTrials
from follicle_sim.protocol.baseline.meet import meet_baseline
from follicle_sim.protocol.baseline.words import baseline_sentence
from follicle_sim.protocol.operators import factors_of_operators, read_by_own
from follicle_sim.scenario import Scenario

TRIAL = """
schema_version = 1
title = "counted by one operator"
[population]
subjects = {subjects}
target_area = "1 cm2"
condition = "aga_male"
hair_density = "140 cm-2"
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "4 weeks"]
[instrument]
method = "trichoscopy"
{tool}
[run]
seed = {seed}
replicates = {replicates}
"""


def counted(seed: int, *, subjects: int = 400, replicates: int = 1, tool: str = "") -> Scenario:
    return parse_scenario(
        TRIAL.format(seed=seed, subjects=subjects, replicates=replicates, tool=tool)
    )


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_one_trial_of_400_men_counts_what_was_stated_whoever_its_operator_is(seed: int) -> None:
    mean = float(simulate(counted(seed)).hair_density.sel(time=0).mean())
    assert mean == pytest.approx(140.0, rel=0.01)


def test_the_seed_of_a_call_names_the_operator_too() -> None:
    plans = [resolve(counted(1), seed=seed)[0].met for seed in (1, 2)]
    assert plans[1] == meet_baseline(counted(2))
    assert plans[0] != plans[1]


def test_the_sentence_and_the_result_say_how_the_operator_reads() -> None:
    scenario = counted(2, subjects=2)
    factor = read_by_own(scenario.instrument, 2).count_bias
    (percent,) = re.findall(r"operator with this seed reads ([+-]\d+\.\d) %", _said(scenario))
    assert float(percent) == pytest.approx(100.0 * (factor - 1.0), abs=0.06)
    stored = json.loads(simulate(scenario).attrs["baseline"])
    assert stored["operator_factor"] == pytest.approx(factor, rel=1e-4)
    assert "operator" not in _said(counted(2, tool="operator_error = 0.0"))
    assert "4 operators with this seed read" in _said(counted(2, tool="operators = 4"))


def test_several_replicates_are_met_as_operators_read_on_average() -> None:
    met = meet_baseline(counted(1, replicates=5))
    assert met == meet_baseline(counted(2, replicates=5))
    assert met == meet_baseline(counted(3), part=True)
    assert met is not None
    assert met.operators == 1.0
    assert "each replicate has operators of its own" in _said(counted(1, replicates=5))


def test_trials_of_a_power_search_are_the_same_however_they_are_cut() -> None:
    source = SimulatedTrials(counted(1), "hair_density")
    both = source.draw(range(2), 3).trial.values
    alone = [source.draw(range(r, r + 1), 3).trial.values for r in range(2)]
    assert np.array_equal(both, np.concatenate(alone), equal_nan=True)


def test_the_mean_and_the_spread_of_several_operators_are_those_drawn() -> None:
    tool = counted(7, tool="operators = 3").instrument
    factors = factors_of_operators(tool, 7, 0, np.arange(3))
    own = read_by_own(tool, 7)
    assert own.count_bias == pytest.approx(factors.mean())
    assert own.operator_error == pytest.approx(factors.std() / factors.mean())
    assert np.unique(factors).size == 3


def _said(scenario: Scenario) -> str:
    return baseline_sentence(scenario)
