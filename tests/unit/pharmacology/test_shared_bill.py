"""One session treats both halves of a scalp, and is paid for once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from follicle_sim import parse_scenario
from follicle_sim.pharmacology.bills import bill, shared_bill
from follicle_sim.reporting.page.money import arm_costs, both_halves


def sessions(treatment: str, every: float, count: int, amount: float = 1.0) -> SimpleNamespace:
    return SimpleNamespace(
        treatment=treatment,
        amount=amount,
        start=0.0,
        every=every,
        count=count,
        until=None,
        duration=0.0,
        adherence=1.0,
        amount_dimension="sessions",
    )


def test_the_same_session_on_both_halves_is_one() -> None:
    prp = [sessions("prp_injection", 28.0, 3)]
    assert shared_bill([prp, prp], 365.0) == bill(prp, 365.0)


def test_two_products_at_one_time_are_two_prices_and_one_visit() -> None:
    prp, needles = [sessions("prp_injection", 28.0, 3)], [sessions("microneedling", 28.0, 3)]
    both = shared_bill([prp, needles], 365.0)
    assert both.cost == pytest.approx(bill(prp, 365.0).cost + bill(needles, 365.0).cost)
    assert both.visits == bill(prp, 365.0).visits
    assert both.doses == 6


def test_sessions_on_other_days_are_sessions_of_their_own() -> None:
    monthly, weekly = [sessions("prp_injection", 28.0, 3)], [sessions("prp_injection", 7.0, 9)]
    assert shared_bill([monthly, weekly], 365.0).doses == 9  # days 0, 28 and 56 are in both


def test_of_two_amounts_the_larger_is_bought_whatever_the_order() -> None:
    one, two = [sessions("prp_injection", 7.0, 2)], [sessions("prp_injection", 7.0, 2, amount=2.0)]
    assert shared_bill([one, two], 90.0) == shared_bill([two, one], 90.0) == bill(two, 90.0)


TEXT = """
schema_version = 1
title = "halves"
[population]
subjects = 4
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "aga_male"
[[arms]]
label = "needles and plasma"
role = "treatment"
doses = [
  { treatment = "microneedling", amount = "1 session", every = "4 weeks", count = 3 },
  { treatment = "prp_injection", amount = "1 session", every = "4 weeks", count = 3 },
]
[[arms]]
label = "needles"
role = "active_control"
doses = [{ treatment = "microneedling", amount = "1 session", every = "4 weeks", count = 3 }]
[design]
kind = "split_scalp"
visits = ["0 days", "12 weeks"]
"""


def test_a_person_of_a_split_scalp_pays_for_one_session() -> None:
    scenario = parse_scenario(TEXT)
    arms, whole = arm_costs(scenario, 84.0), both_halves(scenario, 84.0)
    assert whole is not None
    # the second half adds nothing: it is needled in the session of the first
    assert whole.person == arms["needles and plasma"].person
    assert whole.person < sum(cost.person for cost in arms.values())
    assert both_halves(parse_scenario(TEXT.replace("split_scalp", "parallel")), 84.0) is None


def test_a_device_that_was_used_before_is_not_bought_again_on_either_half() -> None:
    weekly = sessions("laser_comb", 7.0, 12)
    before = SimpleNamespace(**(vars(weekly) | {"start": -21.0}))
    once = bill([weekly], 365.0).cost
    assert once > 0.0
    assert bill([before], 365.0).cost == shared_bill([[before], [before]], 365.0).cost < once
