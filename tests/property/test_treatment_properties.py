"""Properties of treatments: monotone, absent at zero, linear in doses, true to their equations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pharmacology_helpers import Dose, arm, potencies
from scipy.integrate import solve_ivp

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.factors import load_factors
from follicle_sim.pharmacology.disposition import (
    concentration,
    one_compartment,
    two_compartments,
)
from follicle_sim.pharmacology.exposure import arm_factors
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.scenario import parse_scenario

small = settings(deadline=None, max_examples=25)
TABLE = load_factors()
GRID = np.arange(0.0, 40.0)
ACTING = [name for name in treatment_names() if load_treatment(name).acts]
# A dose of ordinary size in the canonical unit of the amount.
USUAL = {"mass": 1.0, "volume": 1.0, "particles": 1e9, "sessions": 1.0}


def usual(name):
    grams = 1000.0 if name == "minoxidil_foam_5" else 1.0
    return grams * USUAL[load_treatment(name).amount]


@st.composite
def schedule(draw, name=None):
    name = name or draw(st.sampled_from(ACTING))
    return Dose(
        treatment=name,
        amount=usual(name) * draw(st.floats(0.01, 10.0)),
        start=draw(st.floats(0.0, 20.0)),
        every=draw(st.floats(0.4, 15.0)),
        count=draw(st.integers(1, 10)),
        duration=draw(st.sampled_from([0.0, 0.0, 0.3, 5.0])),
    )


def changed(dose, **fields):
    return Dose(**{**vars(dose), **fields})


@small
@given(dose=schedule(), more=st.floats(1.0, 20.0), subject=st.integers(0, 1000))
def test_more_drug_never_lowers_an_effect(dose, more, subject):
    less, most = (
        arm_factors(arm(changed(dose, amount=amount)), GRID, DrawNames(subjects=[subject]))
        for amount in (dose.amount, dose.amount * more)
    )
    for factor, drive in load_treatment(dose.treatment).drives().items():
        i = TABLE.index(factor)
        gain = np.sign(drive) * (most[:, i] - less[:, i])
        assert (gain >= -1e-12).all(), factor


@small
@given(dose=schedule(), other=schedule())
def test_a_treatment_at_zero_amount_is_absent(dose, other):
    who = DrawNames(subjects=np.arange(3))
    people = {"who": who, "potency": potencies(who, 0.3)}
    zero = changed(other, amount=0.0)
    alone = arm_factors(arm(dose), GRID, **people)
    assert arm_factors(arm(zero, dose), GRID, **people).tobytes() == alone.tobytes()
    assert (arm_factors(arm(zero), GRID, **people) == 1.0).all()


@st.composite
def responses(draw):
    rate = st.floats(0.03, 6.0)
    if draw(st.booleans()):
        rates = (draw(rate), draw(rate), draw(rate))
        response = two_compartments(*rates)
    else:
        rates = (draw(rate), 0.0, 1.0)
        response = one_compartment(rates[0])
    stages = draw(st.lists(st.floats(0.5, 12.0), max_size=2))
    for stage in stages:
        response = response.through(stage)
    return response, rates, stages


@st.composite
def events(draw):
    count = draw(st.integers(1, 5))
    days = st.integers(0, 60).map(lambda quarter: quarter / 4.0)
    times = np.sort(draw(st.lists(days, min_size=count, max_size=count)))
    amounts = draw(st.lists(st.floats(0.1, 5.0), min_size=count, max_size=count))
    durations = draw(st.lists(st.sampled_from([0.0, 0.5, 2.0]), min_size=count, max_size=count))
    return np.array(times), np.array(amounts), np.array(durations)


@small
@given(responses(), events())
def test_superposition_of_events_is_their_sum(chain, given_events):
    times, amounts, durations = given_events
    whole = concentration(times, amounts[None], durations, chain[0], GRID)
    parts = [
        concentration(
            times[k : k + 1], amounts[None, k : k + 1], durations[k : k + 1], chain[0], GRID
        )
        for k in range(len(times))
    ]
    # Stages of nearly equal rates have large coefficients of either sign: what rounding does to a
    # sum of them is a share of their sizes and not of the sum.
    rounding = 8.0 * np.finfo(float).eps * sum(abs(each) for each in chain[0].coefficients)
    for which in (0, 1):
        total = np.sum([part[which] for part in parts], axis=0)
        near = 1e-11 + rounding * amounts.sum()
        np.testing.assert_allclose(whole[which], total, rtol=1e-9, atol=near)


@small
@given(dose=schedule(), share=st.floats(0.05, 0.95))
def test_a_dose_split_in_two_at_the_same_time_is_one(dose, share):
    parts = [changed(dose, amount=dose.amount * part) for part in (share, 1.0 - share)]
    people = {
        "who": DrawNames(seed=3, subjects=np.arange(3))
    }  # batches are drawn, and shared by the parts
    whole = arm_factors(arm(dose), GRID, **people)
    np.testing.assert_allclose(arm_factors(arm(*parts), GRID, **people), whole, rtol=1e-9)


def integrated(chain, given_events, grid):
    """Return the level at the grid times by integrating the same equations."""
    _, (k10, k12, k21), stages = chain
    times, amounts, durations = given_events
    # A unit dose enters the central compartment and then runs through the stages.
    size = 2 + len(stages)

    def slope(t, y):
        rate = np.zeros(size)
        inflow = np.sum(np.where((times <= t) & (t < times + durations), flow, 0.0))
        rate[0] = inflow - (k10 + k12) * y[0] + k21 * y[1]
        rate[1] = k12 * y[0] - k21 * y[1]
        for s, k in enumerate(stages):
            rate[2 + s] = k * ((y[0] if s == 0 else y[1 + s]) - y[2 + s])
        return rate

    slow = durations > 0.0
    flow = np.where(slow, amounts / np.where(slow, durations, 1.0), 0.0)
    stops = np.unique(np.concatenate([grid, times, times + durations]))
    stops = stops[stops <= grid[-1]]
    y, out = np.zeros(size), {}
    for start, stop in zip(stops, [*stops[1:], None], strict=True):
        y = y.copy()
        y[0] += amounts[(times == start) & ~slow].sum()
        out[start] = y[0] if not stages else y[-1]
        if stop is not None:
            middle = 0.5 * (start + stop)  # the inflow is constant between stops
            held = np.sum(np.where((times <= middle) & (middle < times + durations), flow, 0.0))
            y = solve_ivp(
                lambda t, z, held=held: slope(-1.0, z) + held * np.eye(size)[0],
                (start, stop),
                y,
                method="DOP853",
                rtol=1e-11,
                atol=1e-13,
            ).y[:, -1]
    return np.array([out[t] for t in grid])


@settings(deadline=None, max_examples=12)
@given(responses(), events())
def test_concentrations_solve_their_equations(chain, given_events):
    grid = np.arange(0.0, 20.0)
    times, amounts, durations = given_events
    nodes, _ = concentration(times, amounts[None], durations, chain[0], grid)
    expected = integrated(chain, given_events, grid)
    np.testing.assert_allclose(nodes[0], expected, rtol=1e-6, atol=1e-6 * expected.max())


SCENARIO = """
schema_version = 1
title = "units"
[population]
subjects = 1
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "healthy"
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "{name}"
amount = "{amount}"
every = "{every}"
count = 4
[design]
kind = "counterfactual"
visits = ["0 days", "8 weeks"]
"""
SPELLINGS = {
    "mass": (("1 mg", "1000 ug", "0.001 g", "1000mcg"), "finasteride_oral"),
    "volume": (("1 mL", "1000 uL", "0.001 L", "1 ml"), "minoxidil_topical_5"),
    "particles": (
        ("1e9 particles/cm2", "1e7 particles/mm2", "1000000000 particles/cm^2"),
        "exosomes_foreskin_injection",
    ),
    "sessions": (("1 session", "1 sessions", "1 dose"), "laser_comb"),
}


@pytest.mark.parametrize("dimension", SPELLINGS)
def test_unit_spelling_changes_nothing(dimension):
    amounts, name = SPELLINGS[dimension]
    assert load_treatment(name).amount == dimension
    first = None
    for amount in amounts:
        for every in ("1 week", "7 days", "168 hours", "10080 min"):
            text = SCENARIO.format(name=name, amount=amount, every=every)
            scenario = parse_scenario(text)
            levels = arm_factors(scenario.arms[0], GRID, DrawNames(subjects=[5])).tobytes()
            first = first or (scenario, levels)
            assert (scenario, levels) == first, (amount, every)
