"""What the spread between lots costs a trial: the same people, other lots."""

from dataclasses import replace

import numpy as np
import pytest

from follicle_sim import parse_scenario, power, simulate
from follicle_sim.experiments.planning.lots import (
    ALIKE,
    ONE,
    PLANNED,
    LotRow,
    cost_in_words,
    lot_rows,
    other_lots,
)
from follicle_sim.reporting.folders.power import write_power

PRODUCT = """
[products.vial]
title = "a product whose lots differ"
lot_cv = { value = 1.5, unit = "1", source = "made up", grade = "user" }
"""


def text(lots: str = "lots = 3", product: str = PRODUCT) -> str:
    chain = f'chain = {{ product = "vial", {lots} }}\n' if product else ""
    return f"""schema_version = 1
title = "lots in a trial"
[population]
subjects = 8
follicles = 200
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "aga_male"
severity = "norwood_iv"
spread = "typical"
{product}
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_umbilical_microneedling"
amount = "3e8 particles/cm2"
every = "3 weeks"
count = 4
{chain}
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "16 weeks"]
[run]
history = "60 days"
"""


def test_a_scenario_without_lots_that_differ_has_no_others() -> None:
    assert dict(other_lots(parse_scenario(text(product="")))) == {}
    alike = text(product=PRODUCT.replace("value = 1.5", "value = 0.0"))
    assert dict(other_lots(parse_scenario(alike))) == {}
    assert set(other_lots(parse_scenario(text("lots = 1")))) == {ALIKE}
    result = power(parse_scenario(text(product="")), [4], replicates=3)
    assert result.lots == ()


def test_other_lots_are_the_same_trial_but_for_them() -> None:
    scenario = parse_scenario(text())
    variants = other_lots(scenario)
    assert list(variants) == [ONE, ALIKE]
    chains = {name: study.arms[0].doses[0].chain for name, study in variants.items()}
    assert (chains[ONE].lots, chains[ONE].lot_cv) == (1, 1.5)
    assert (chains[ALIKE].lots, chains[ALIKE].lot_cv) == (3, 0.0)
    assert scenario.arms[0].doses[0].chain.lots == 3
    plain = simulate(parse_scenario(text(product="")))
    alike = simulate(variants[ALIKE])
    np.testing.assert_array_equal(alike.hair_density.values, plain.hair_density.values)
    one = simulate(variants[ONE])
    # the control arm has no vial
    np.testing.assert_array_equal(one.hair_density.values[1], plain.hair_density.values[1])
    assert not np.array_equal(one.hair_density.values[0], plain.hair_density.values[0])


def test_one_lot_for_all_spreads_trials_more_than_lots_all_alike(tmp_path) -> None:
    """What a lot lacks does not average out over people: trials differ more, however large."""
    scenario = parse_scenario(text("lots = 4"))
    result = power(scenario, [40], replicates=60, type_one=False)
    spread = {row.lots: row.estimate_sd for row in result.lots}
    assert list(spread) == [PLANNED, ONE, ALIKE]
    assert spread[ONE] > 1.25 * spread[ALIKE]
    assert spread[ONE] > spread[PLANNED] > 1.1 * spread[ALIKE]
    needed = {row.lots: row.power for row in result.lots}
    assert needed[ALIKE] > needed[ONE]
    assert result.lots[0].power == result.rows[0].power
    names = write_power(result, scenario, tmp_path, "power")
    assert "lots.csv" in names
    assert len((tmp_path / "lots.csv").read_text("utf-8").splitlines()) == 4
    plain = power(parse_scenario(text(product="")), [4], replicates=2, type_one=False)
    assert "lots.csv" not in write_power(plain, scenario, tmp_path, "power")
    assert not (tmp_path / "lots.csv").exists()


ROW = LotRow("", "a minus b", "12", 20, 40, 99, 0.6, 0.5, 0.7, 9.0, 5.0, 60, 90)


@pytest.mark.parametrize(
    ("planned", "alike", "said"),
    [
        (60, 40, "cost 20 people of 60"),
        (60, 60, "no cost of lots that differ was seen (60 people, and 60"),
        (None, 40, "with lots all alike 40 people give a power of 80 %"),
        (60, None, "do not tell"),
    ],
)
def test_the_cost_is_told_in_people(planned, alike, said) -> None:
    rows = [replace(ROW, lots=PLANNED, for_80=planned), replace(ROW, lots=ALIKE, for_80=alike)]
    (sentence,) = cost_in_words(rows)
    assert sentence.startswith("a minus b, week 12: ")
    assert said in sentence
    assert cost_in_words(rows[::-1]) == (sentence,)
    assert cost_in_words(rows[:1]) == ()


def test_rows_are_those_with_the_drug_on() -> None:
    result = power(parse_scenario(text(product="")), [3, 4], replicates=3)
    rows = lot_rows(ALIKE, result.rows, result.smallest)
    assert [row.n for row in rows] == [3, 4]
    assert {row.lots for row in rows} == {ALIKE}


def row_of(lots, for_80, estimate=9.0):
    return LotRow(lots, "a minus b", "12", 20, 40, 99, 0.6, 0.5, 0.7, estimate, 5.0, for_80, 90)


def sentence(planned, alike) -> str:
    (told,) = cost_in_words([planned, alike])
    return told.partition(": ")[2]


@pytest.mark.parametrize(
    ("planned", "alike", "told"),
    [
        (60, 59, "lots that differ cost 1 people of 60 for a power of 80 % (99 trials a size)"),
        (60, 60, "no cost of lots that differ was seen (60 people, and 60 with lots all alike"),
        (None, 60, "with lots all alike 60 people give a power of 80 %; with lots that differ no"),
        (60, None, "the sizes tried do not tell what lots that differ cost in people"),
    ],
)
def test_the_cost_of_lots_in_words(planned, alike, told) -> None:
    assert sentence(row_of(PLANNED, planned), row_of(ALIKE, alike)).startswith(told)


@pytest.mark.parametrize(
    ("planned", "alike", "told"),
    [(9.0, 9.5, True), (None, 9.5, False), (9.0, None, False), (None, None, False)],
)
def test_the_effect_is_told_where_both_are_known(planned, alike, told) -> None:
    text = sentence(row_of(PLANNED, 60, planned), row_of(ALIKE, 40, alike))
    assert ("mean effect 9, with lots all alike 9.5" in text) is told
    assert ("mean effect" in text) is told


def test_rows_hold_the_people_for_each_power_and_only_those_with_the_drug() -> None:
    from types import SimpleNamespace

    def row(drug):
        return SimpleNamespace(
            drug=drug, comparison="a", week="12", n=5, people=10, trials=9, power=0.5,
            power_low=0.4, power_high=0.6, estimate=1.0, estimate_sd=2.0,
        )  # fmt: skip

    needed = [
        SimpleNamespace(comparison="a", week="12", target=target, people=people)
        for target, people in ((0.8, 44), (0.9, 66))
    ]
    (only,) = lot_rows(PLANNED, [row("on"), row("off")], needed)
    assert (only.for_80, only.for_90, only.people) == (44, 66, 10)
    (without,) = lot_rows(PLANNED, [row("on")], needed[:1])
    assert (without.for_80, without.for_90) == (44, None)
