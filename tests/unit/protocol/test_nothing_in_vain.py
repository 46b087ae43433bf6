"""The whole library, each treatment by itself and in pairs: none acts on nothing, and none twice,
without a word of `check`."""

from itertools import combinations

import numpy as np
import pytest

from follicle_sim import parse_scenario, simulate
from follicle_sim.pharmacology.library import load_treatments
from follicle_sim.pharmacology.treatment_parts import AMOUNT_UNITS
from follicle_sim.protocol.notes import notes

LIBRARY = load_treatments()
CONDITIONS = ("aga_male", "ageing", "lichen_planopilaris")
PAIRS = [
    pair
    for pair in combinations(sorted(LIBRARY), 2)
    if all(LIBRARY[name].contains is not None for name in pair)
]


MUCH = {"mass": 500.0, "particles": 1e10}
"""More than anybody is given, so that what a treatment does is seen in few follicles; else 1."""


def dose_of(name: str) -> str:
    amount = MUCH.get(LIBRARY[name].amount, 1.0)
    return f"""[[arms.doses]]
treatment = "{name}"
amount = "{amount!r} {AMOUNT_UNITS[LIBRARY[name].amount]}"
every = "1 day"
count = 168
"""


def scenario_of(names: list[str], condition: str = "aga_male"):
    doses = "".join(dose_of(name) for name in names)
    return parse_scenario(f"""schema_version = 1
title = "one treatment"
[population]
subjects = 4
follicles = 150
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "{condition}"
[[arms]]
label = "drug"
role = "treatment"
{doses}
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 weeks", "12 weeks", "24 weeks"]
[run]
history = "30 days"
forcing_step = "3.5 days"
""")


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize(
    "name", [name for name, drug in LIBRARY.items() if drug.acts and drug.potency.value > 0.0]
)
def test_a_treatment_changes_hair_or_check_says_that_it_does_not(name: str, condition: str) -> None:
    scenario = scenario_of([name], condition)
    data = simulate(scenario)
    same = all(
        np.array_equal(data[each].values[0], data[each].values[1], equal_nan=True)
        for each in ("hair_density", "shaft_calibre", "phase_count", "hair_weight")
    )
    told = any("it changes no hair" in note for note in notes(scenario))
    assert told == same


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " and ".join(pair))
def test_a_needle_that_is_inside_both_is_named(pair: tuple[str, str]) -> None:
    one, two = (set(LIBRARY[name].contains or ()) | {name} for name in pair)
    told = any("counted twice" in note for note in notes(scenario_of(list(pair))))
    acting = all(LIBRARY[name].acts for name in pair)
    assert told == bool(one & two and acting)
