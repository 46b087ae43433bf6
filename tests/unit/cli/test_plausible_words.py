"""The answers of `plausible` in words, of rows made by hand."""

from follicle_sim.cli.plausible_table import list_answers
from follicle_sim.experiments.planning.plausible import Plausible
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    NOTHING,
    SURROUNDED,
    ChanceRow,
    RatioRow,
)
from follicle_sim.experiments.planning.power_plan import Plan


def row(potency, chance, cause="the drug alone"):
    return ChanceRow(
        cause, cause, potency, 100, int(100 * chance), chance, 0.0, 1.0, chance, (1.0,)
    )


def answer(chances, ratios=(2.7,)):
    """Return the answers, of potencies 0, 0.5, 1, ... with these chances of the outcome."""
    rows = tuple(row(0.5 * k, chance) for k, chance in enumerate(chances))
    nulls = (row(None, 0.05, NOTHING), row(None, 0.2, ALL))
    held = tuple(RatioRow(SURROUNDED, 1.0 + k, value, 1.0, 9.0) for k, value in enumerate(ratios))
    plan = Plan("hair_density", (24.0,), "paired_t", pairs=(("drug", "control"),))
    found = Plausible(plan, 24, "drug", 1.0, rows, rows, nulls, (), held, 1.0)
    return list_answers(found, ())


def test_the_least_potency_tried_is_no_threshold():
    assert "than not already at the least potency tried, 0.5; at potency" in answer((0, 0.9, 1))[0]
    assert "likelier than not from potency 1 on;" in answer((0.0, 0.2, 0.9))[0]
    assert "likelier than not at no potency up to 1;" in answer((0.0, 0.2, 0.3))[0]


def test_a_range_of_ratios_is_given_only_where_there_is_one():
    assert "the outcome is 2.7 times as likely" in answer((0, 0.9, 1), (2.7,))[1]
    assert "the outcome is 2.7 times as likely" in answer((0, 0.9, 1), (2.71, 2.69))[1]
    assert "the outcome is 1.5 to 2.7 times as likely" in answer((0, 0.9, 1), (2.7, 1.5))[1]
