"""Prices of treatments, and the bill of a schedule."""

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.base.errors import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.pharmacology.bills import bill
from follicle_sim.pharmacology.library import treatment_names
from follicle_sim.pharmacology.prices import Numbers, load_costs, price_list, priced_unit


def dose(treatment="prp_injection", count=3, every=28.0, amount=1.0, kind="sessions", start=0.0):
    return SimpleNamespace(
        treatment=treatment,
        amount=amount,
        amount_dimension=kind,
        start=start,
        every=every,
        count=count,
        until=None,
        duration=0.0,
        adherence=1.0,
    )


UNPRICED = {
    "clobetasol_topical",
    "contact_immunotherapy",
    "deuruxolitinib_oral",
    "hyaluronic_booster",
    "methotrexate_oral",
    "prednisolone_oral",
}
"""No page with a price was found; a scenario that asks for a bill must bring one."""


def test_every_treatment_of_the_library_has_a_price_or_none_was_found():
    assert set(treatment_names()) - set(load_costs()) == UNPRICED
    with pytest.raises(InputError, match="deuruxolitinib_oral: has no price"):
        bill([dose("deuruxolitinib_oral", amount=8.0, kind="mass")], 100.0)


def test_what_is_not_known_says_so():
    for name, cost in load_costs().items():
        for price in (cost.once, cost.per_dose, cost.per_amount):
            if price is not None and price.grade == "assumption":
                assert price.source.startswith("assumption: "), name


def test_a_session_of_exosomes_lies_in_the_published_range():
    cost = load_costs()["exosomes_adipose_microneedling"]
    ends = [(p.low, p.value, p.high) for p in (cost.per_dose, cost.per_amount)]
    low, value, high = (sum(parts) for parts in zip(*ends, strict=True))
    assert (low, value, high) == (1500.0, 2250.0, 3000.0)


def test_bill_counts_devices_once_and_doses_until_the_end():
    prices = {"comb": Numbers(500.0, 0.0, 0.0, 0.0), "shot": Numbers(0.0, 100.0, 50.0, 1.0)}
    comb, shot = dose("comb", 100, 1.0), dose("shot", 10, 7.0, 2.0)
    assert bill([comb, comb], 30.0, prices).cost == 500.0
    found = bill([comb, shot], 28.0, prices)
    assert (found.cost, found.visits, found.doses) == (500.0 + 4 * 200.0, 4.0, 28 + 4)


def test_treatments_of_one_day_share_a_visit():
    prices = {"a": Numbers(0.0, 10.0, 0.0, 1.0), "b": Numbers(0.0, 20.0, 0.0, 2.0)}
    assert bill([dose("a"), dose("b")], 100.0, prices).visits == 6.0
    assert bill([dose("a"), dose("b", start=1.0)], 100.0, prices).visits == 9.0


def test_particles_are_priced_by_the_billion():
    one = bill([dose("exosomes_foreskin_injection", 1, amount=1e9, kind="particles")], 9.0)
    assert one.cost == 2250.0
    assert priced_unit("particles") == "1e9 particles/cm2"


def test_a_treatment_without_price_is_named():
    with pytest.raises(InputError, match=r'prp_injektion: has no price; did you mean "prp_in'):
        bill([dose("prp_injektion")], 100.0)


def test_a_price_of_the_scenario_replaces_the_whole():
    own = price_list({"prp_injection": Numbers(0.0, 1.0, 0.0, 0.0)})
    assert bill([dose()], 100.0, own) == bill([dose("vehicle", 3)], 100.0, {
        "vehicle": Numbers(0.0, 1.0, 0.0, 0.0)
    })  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(
    counts=st.lists(st.integers(1, 20), min_size=2, max_size=2),
    every=st.floats(0.5, 60.0),
    amounts=st.lists(st.floats(0.0, 5.0), min_size=2, max_size=2),
)
def test_more_never_costs_less(counts, every, amounts):
    name = "exosomes_adipose_microneedling"
    few, many = sorted(counts)
    small, large = sorted(amounts)
    end = every * 21
    less = bill([dose(name, few, every, small)], end)
    more = bill([dose(name, many, every, large)], end)
    assert less.cost <= more.cost
    assert less.visits <= more.visits


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('per_dose = { value = 5.0, low = 6.0, unit = "USD"', "lies within"),
        ('per_dose = { value = -5.0, unit = "USD"', "0 or more"),
        ('per_dose = { value = 5.0, unit = "EUR"', '"USD"'),
        ('per_amount = { value = 5.0, unit = "USD/mg"', '"USD/sessions"'),
    ],
)
def test_bad_price_lists_are_refused(text, words, tmp_path):
    tail = ', source = "a guess", grade = "user" }\n'
    visits = 'visits = { value = 1.0, unit = "1"' + tail
    path = tmp_path / "costs.toml"
    path.write_text(f"[prp_injection]\n{text}{tail}{visits}")
    assert read_toml(path)
    with pytest.raises(InputError, match=words):
        load_costs(path)
