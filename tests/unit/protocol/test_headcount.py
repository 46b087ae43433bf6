"""How many people an n is: by arm and in all, wherever power and a scenario speak of it."""

import csv
import json

import numpy as np
import pytest

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.experiments.planning.power import power
from follicle_sim.experiments.planning.trial_sources import SimulatedTrials
from follicle_sim.protocol.describe import describe
from follicle_sim.protocol.headcount import Headcount, people_of
from follicle_sim.reporting.folders.power import as_record, write_power

TEXT = """
schema_version = 1
title = "laser against nothing"
[population]
subjects = 5
follicles = 20
target_area = "1 cm2"
follicle_density = "60 cm-2"
condition = "aga_male"
severity = { norwood_iii = 0.5, norwood_iv = 0.5 }
[[arms]]
label = "laser"
role = "treatment"
doses = [{ treatment = "laser_comb", amount = "1 session", every = "1 week", count = 12 }]
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "6 weeks", "12 weeks"]
[run]
history = "90 days"
"""

TWO_TO_ONE = "design.allocation={laser = 2}"
TURNS = ("design.kind=crossover", "design.period=12 weeks", "design.washout=4 weeks")
LATER = (
    "design.kind=delayed_start",
    "design.switch=6 weeks",
)
# changes to the scenario; people of each arm and in all with n = 4; in words; what n means
DESIGNS = {
    "parallel": (
        [],
        ([4, 4], 8),
        "8 people, 4 in each of 2 arms",
        "n: people an arm; in all 2 n",
    ),
    "unequal": (
        [TWO_TO_ONE],
        ([8, 4], 12),
        "12 people, 8 on laser and 4 on nothing",
        "n: people, 2 n on laser and n on nothing; in all 3 n",
    ),
    "unequal, in blocks": (
        [TWO_TO_ONE, "design.stratify=severity"],
        ([8, 4], 12),
        "12 people, about 8 on laser and about 4 on nothing",
        "n: people, 2 n on laser and n on nothing; in all 3 n",
    ),
    "split scalp": (
        ["design.kind=split_scalp"],
        ([4, 4], 4),
        "4 people, each with both sides",
        "n: people in all, each with both sides",
    ),
    "crossover": (
        TURNS,
        ([4, 4], 8),
        "8 people, 4 in each of 2 sequences",
        "n: people a sequence; in all 2 n",
    ),
    "delayed start": (
        LATER,
        ([4, 4], 8),
        "8 people, 4 in each of 2 arms",
        "n: people an arm; in all 2 n",
    ),
    "counterfactual": (
        ["design.kind=counterfactual"],
        ([4, 4], 4),
        "4 people, the same in every arm",
        "n: people in all, the same in every arm",
    ),
}


@pytest.fixture(scope="module")
def scenario():
    return parse_scenario(TEXT)


@pytest.mark.parametrize("name", DESIGNS)
def test_people_by_arm_and_in_all(scenario, name):
    changes, (sizes, total), text, meaning = DESIGNS[name]
    asked = with_overrides(scenario, changes)
    found = people_of(asked, 4)
    assert ([size for _, size in found.arms], found.total) == (sizes, total)
    assert (found.text(), people_of(asked, 1).meaning()) == (text, meaning)
    assert people_of(asked, 1).times(4) == found
    assert people_of(asked) == people_of(asked, 5)
    assert people_of(asked).text("subjects") in describe(asked)


@pytest.mark.parametrize("name", DESIGNS)
def test_as_many_people_take_part(scenario, name):
    asked = with_overrides(scenario, [*DESIGNS[name][0], "population.subjects=4"])
    data = simulate(asked)
    here = np.isfinite(data.hair_density.values).any(axis=-1)  # (arm, subject)
    planned = people_of(asked)
    lives = here.sum()
    assert lives == sum(size for _, size in planned.arms)
    assert planned.total == (lives // 2 if planned.shared else lives)


def test_one_arm_has_n_people(scenario):
    alone = scenario.model_copy(update={"arms": scenario.arms[:1]})
    found = people_of(alone, 7)
    one = people_of(alone, 1)
    assert (found.total, found.text()) == (7, "7 people")
    assert (one.meaning(), one.unit) == ("n: people", "people")


def test_names_too_long_for_a_figure_are_left_out_there():
    arms = ("exosomes weekly, twelve times, and minoxidil 5 %", 2), ("saline and vehicle", 1)
    found = Headcount(arms, 3, "parallel")
    assert found.meaning(short=True) == "n: people, allocated 2 : 1; in all 3 n"
    assert "saline and vehicle" in found.meaning()
    assert found.unit == "people in all, 2 : 1"


# of the designs that power takes
ASKED = [name for name in DESIGNS if name != "counterfactual"]


@pytest.mark.parametrize("name", ASKED)
def test_power_tells_how_many_people_a_trial_has(scenario, name, tmp_path):
    changes, (sizes, total), _, meaning = DESIGNS[name]
    asked = with_overrides(scenario, changes)
    told = []
    found = power(asked, [4, 6], 3, report=lambda *each: told.append(each))
    assert {row.people for row in found.rows if row.n == 4} == {total}
    assert found.trials["people"].sel(size=4) == total
    for row in found.smallest:
        assert row.people == (None if row.n is None else row.n * total // 4)
    # every person of a trial counts once
    largest = people_of(asked, 6).total
    assert told[-1] == ("drug off", 3 * largest, 3 * largest)
    record = as_record(found, asked, "power")
    assert record["meaning_of_n"] == meaning
    four = record["people"][0]
    assert (four["n"], list(four["arms"].values()), four["in_all"]) == (4, sizes, total)
    assert four["same_in_every_arm"] == (name == "split scalp")
    write_power(found, asked, tmp_path, "power")
    rows = list(csv.DictReader((tmp_path / "power.csv").read_text("utf-8").splitlines()))
    assert {row["people"] for row in rows if row["n"] == "4"} == {str(total)}
    assert json.loads((tmp_path / "power.json").read_text("utf-8"))["people"][0]["in_all"] == total


def test_a_source_hands_out_as_many_as_it_says(scenario):
    for name in ASKED:
        asked = with_overrides(scenario, DESIGNS[name][0])
        drawn = SimulatedTrials(asked, "hair_density").draw(range(2), 4)
        first = drawn.first(3)
        people = first.enrolled.sum(axis=(1, 2)) // (2 if drawn.people.shared else 1)
        assert set(people.tolist()) == {drawn.people.times(3).total}, name
