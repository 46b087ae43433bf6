"""The memory estimate, and the refusal of a record that would not fit."""

import numpy as np
import pytest
from planned import planned

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.base.errors import InputError
from follicle_sim.scenario import dump_scenario
from follicle_sim.simulation.simulate import check_memory, memory_needed

SMALL = parse_scenario(
    """
schema_version = 1
title = "memory"
[population]
subjects = 20
follicles = 400
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "healthy"
[[arms]]
label = "untreated"
role = "untreated"
[design]
kind = "counterfactual"
visits = { every = "4 weeks", until = "24 weeks" }
[run]
history = "0 days"
[record]
follicles = true
"""
)

TRANSPLANT = """
[[arms]]
label = "transplant"
role = "treatment"
[[arms.doses]]
treatment = "hair_transplant"
amount = "40 grafts/cm2"
start = "1 week"
"""


def test_estimate_covers_what_the_result_holds() -> None:
    data = simulate(SMALL)
    held = sum(variable.nbytes for variable in data.data_vars.values())
    assert held <= memory_needed(planned(SMALL)) <= 5 * held


def test_estimate_covers_unequal_arms_and_grafts() -> None:
    text = dump_scenario(SMALL).replace("counterfactual", "parallel")
    text = text.replace("[[arms]]", TRANSPLANT + "[[arms]]", 1)
    unequal = parse_scenario(text, overrides=["design.allocation={transplant = 30}"])
    data = simulate(with_overrides(unequal, ["population.subjects=1"]))
    held = sum(variable.nbytes for variable in data.data_vars.values())
    needed = memory_needed(planned(with_overrides(unequal, ["population.subjects=1"])))
    assert data.sizes["follicle"] > 400
    assert held <= needed <= 5 * held
    # without a record too, what is padded is held
    plain = with_overrides(unequal, ["population.subjects=1", "record.follicles=false"])
    assert simulate(plain).nbytes <= memory_needed(planned(plain))


def test_follicle_record_is_there_when_asked_for() -> None:
    data = simulate(SMALL)
    counted = (data.follicle_calibre > 0).sum("follicle")
    np.testing.assert_array_equal(counted, data.hair_density / 250.0 * 400.0)


def test_a_record_above_the_limit_is_refused_before_anything_runs() -> None:
    limited = with_overrides(SMALL, ['record.memory_limit="0.5 MB"'])
    with pytest.raises(
        InputError, match=r"record\.memory_limit.*need about .* more than"
    ) as refused:
        simulate(limited)
    assert refused.value.exit_code == 2
    assert "switch record.follicles off" in str(refused.value)


def test_huge_records_are_refused_by_the_default_limit() -> None:
    huge = with_overrides(SMALL, ["population.subjects=100000"])
    with pytest.raises(InputError, match="GB"):
        check_memory(planned(huge))
    less = with_overrides(SMALL, ["population.subjects=100000", "record.follicles=false"])
    check_memory(planned(less))
