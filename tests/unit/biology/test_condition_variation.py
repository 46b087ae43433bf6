"""A condition may set how much the lengths of phases vary; a scenario's own number comes first."""

import pytest

from follicle_sim import parse_scenario
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.protocol.resolve import resolve

SCENARIO = """
schema_version = 1
title = "people"
arms = [{{ label = "untreated", role = "untreated" }}]
design = {{ kind = "counterfactual", visits = ["0 days"] }}
{biology}
[population]
subjects = 2
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "{condition}"
also = {also}
"""


@pytest.mark.parametrize(
    ("condition", "also", "biology", "cv"),
    [
        ("healthy", "[]", "", load_parameters()["anagen_cv"]),
        ("chronic_telogen_effluvium", "[]", "", 0.1),
        ("ageing", '["chronic_telogen_effluvium"]', "", 0.1),
        ("chronic_telogen_effluvium", "[]", "[biology]\nanagen_cv = 0.2", 0.2),
    ],
)
def test_the_nearest_number_holds(condition: str, also: str, biology: str, cv: float) -> None:
    text = SCENARIO.format(condition=condition, also=also, biology=biology)
    parameters = resolve(parse_scenario(text))[0].parameters
    assert parameters["anagen_cv"] == cv
    assert parameters["telogen_cv"] == load_parameters()["telogen_cv"]


def test_of_two_conditions_the_first_that_has_one_decides() -> None:
    chronic, ageing = load_condition("chronic_telogen_effluvium"), load_condition("ageing")
    assert ageing.together_with((chronic,)).parameters == {"anagen_cv": 0.1}
    assert chronic.together_with((ageing,)).parameters == {"anagen_cv": 0.1}
