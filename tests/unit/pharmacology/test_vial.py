"""The chain from the vial to the skin: neutral where nothing is said, and never upside down."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import InputError, parse_scenario, simulate
from follicle_sim.base.draw_names import DrawNames
from follicle_sim.pharmacology.exposure import acting_doses, arm_factors
from follicle_sim.pharmacology.site_effects import site_levels
from follicle_sim.pharmacology.variability import lot_multipliers
from follicle_sim.pharmacology.vial import Delivery, Product, load_deliveries, own_delivery
from follicle_sim.scenario.load import dump_scenario

NAME = "exosomes_umbilical_microneedling"
USER = 'source = "label", grade = "user" }'
PRODUCT = f"""
[products.our_lot]
title = "our vial"
cells = "umbilical cord"
size = {{ value = 120.0, unit = "nm", {USER}
concentration = {{ value = 2e10, unit = "particles/mL", {USER}
potency = {{ value = 0.8, unit = "1", {USER}
half_life = {{ value = 60.0, unit = "d", {USER}
loss_per_thaw = {{ value = 0.1, unit = "1", {USER}
lot_cv = {{ value = 0.3, unit = "1", {USER}
"""
GRID = np.arange(0.0, 85.0)


def text(chain: str = "", amount: str = 'amount = "1e9 particles/cm2"', product: str = "") -> str:
    links = f"[arms.doses.chain]\n{chain}\n" if chain else ""
    return f"""schema_version = 1
title = "from vial to skin"
[population]
subjects = 6
follicles = 60
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
severity = "norwood_iii"
{product}
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "{NAME}"
{amount}
every = "3 weeks"
count = 4
{links}
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 weeks", "12 weeks"]
"""


def factors(chain: str = "", **more: str) -> np.ndarray:
    scenario = parse_scenario(text(chain, **more))
    return arm_factors(scenario.arms[0], GRID)


def delivered(chain: str, product: str = "") -> float:
    return parse_scenario(text(chain, product=product)).arms[0].doses[0].delivered


def test_links_that_say_what_holds_anyway_move_no_bit() -> None:
    own = 'delivery = "needling_then_dabbing"\ndepth = "0.5 mm"\npunctures = "100 cm-2"'
    np.testing.assert_array_equal(factors(own), factors())
    plain = f'[products.plain]\ntitle = "x"\npotency = {{ value = 1.0, unit = "1", {USER}'
    np.testing.assert_array_equal(factors('product = "plain"', product=plain), factors())


def test_volume_area_and_concentration_are_an_amount() -> None:
    chain = 'product = "our_lot"\nvolume = "5 mL"\narea = "100 cm2"'
    by_volume = parse_scenario(text(chain, amount="", product=PRODUCT))
    assert by_volume.arms[0].doses[0].amount == 1e9
    by_amount = parse_scenario(text('product = "our_lot"', product=PRODUCT))
    np.testing.assert_array_equal(
        arm_factors(by_volume.arms[0], GRID), arm_factors(by_amount.arms[0], GRID)
    )
    assert parse_scenario(dump_scenario(by_volume)) == by_volume


def test_each_link_is_a_factor_of_the_amount() -> None:
    """By hand: potency 0.8, 30 of 60 days, two thaws, an injection in place of needles."""
    chain = 'product = "our_lot"\nstored = "30 days"\nthaws = 2\ndelivery = "injection"'
    share = (
        load_deliveries()["injection"].share.value
        / own_delivery("topical_after_microneedling").share.value
    )
    expected = 0.8 * 2.0**-0.5 * 0.9**2 * share
    assert delivered(chain, PRODUCT) == pytest.approx(expected, rel=1e-12)


def test_a_chain_is_a_smaller_or_larger_dose() -> None:
    chain = 'delivery = "dabbing"'
    amount = 1e9 * delivered(chain)
    np.testing.assert_allclose(
        factors(chain), factors(amount=f'amount = "{amount!r} particles/cm2"'), rtol=1e-12
    )


def test_two_half_sessions_at_once_are_one() -> None:
    half = 'amount = "5e8 particles/cm2"'
    once = text('delivery = "injection"')
    line = once[once.index("[[arms.doses]]") : once.index('[[arms]]\nlabel = "nothing"')]
    halves = line.replace('amount = "1e9 particles/cm2"', half)
    twice = once.replace(line, halves + "\n" + halves)
    np.testing.assert_allclose(
        arm_factors(parse_scenario(twice).arms[0], GRID),
        arm_factors(parse_scenario(once).arms[0], GRID),
        rtol=1e-12,
    )


needles = st.floats(0.05, 5.0)


@settings(deadline=None)
@given(needles, needles, st.floats(1.0, 1000.0), st.floats(1.0, 1000.0))
def test_deeper_and_denser_never_brings_less(a, b, c, d) -> None:
    way = load_deliveries()["needling_then_dabbing"]
    shallow, deep = sorted((a, b))
    few, many = sorted((c, d))
    assert way.delivered(shallow, few) <= way.delivered(deep, few) <= way.delivered(deep, many)
    assert way.plain.value <= way.delivered(shallow, few) <= 1.0


@settings(deadline=None)
@given(st.floats(0.0, 400.0), st.floats(0.0, 400.0), st.integers(0, 9), st.floats(0.1, 3.0))
def test_what_was_kept_longer_holds_less(a, b, thaws, potency) -> None:
    number = {"source": "label", "grade": "user"}
    product = Product(
        title="x",
        potency={"value": potency, "unit": "1", **number},
        half_life={"value": 60.0, "unit": "d", **number},
        loss_per_thaw={"value": 0.1, "unit": "1", **number},
    )
    early, late = sorted((a, b))
    assert product.content(late, thaws) <= product.content(early, thaws) <= potency
    assert product.content(early, thaws + 1) < product.content(early, thaws)
    assert product.content(early, thaws) == pytest.approx(
        potency * 2.0 ** (-early / 60.0) * 0.9**thaws
    )


def test_a_lot_is_the_same_for_everybody() -> None:
    people, again = DrawNames(seed=4, subjects=np.arange(9)), DrawNames(seed=4, subjects=[7, 3])
    crossed = lot_multipliers("our_lot", 0.3, 3, 7, people, nested=False)
    assert (crossed == crossed[0]).all()
    np.testing.assert_array_equal(crossed[0, :3], crossed[0, 3:6])
    assert len(set(crossed[0])) == 3
    nested = lot_multipliers("our_lot", 0.3, 3, 7, people, nested=True)
    assert (nested == nested[:, :1]).all()
    assert set(nested[:, 0]) <= set(crossed[0])
    np.testing.assert_array_equal(
        lot_multipliers("our_lot", 0.3, 3, 7, again, nested=True), nested[[7, 3]]
    )


def test_lots_have_mean_one_and_their_spread() -> None:
    contents = [
        lot_multipliers("our_lot", 0.3, 40, 40, DrawNames(seed=seed), nested=False)[0]
        for seed in range(100)
    ]
    values = np.concatenate(contents)
    assert values.mean() == pytest.approx(1.0, abs=4 * 0.3 / np.sqrt(values.size))
    assert values.std() == pytest.approx(0.3, rel=0.05)


def test_nested_lots_make_people_differ_and_one_lot_does_not() -> None:
    for use, differ in (("nested", True), ("crossed", False)):
        scenario = parse_scenario(
            text(f'product = "our_lot"\nlots = 3\nlot_use = "{use}"', product=PRODUCT)
        )
        acting = acting_doses(scenario.arms[0], 85.0)[NAME]
        assert acting.people_differ is differ or acting.treatment.differs_between_people
        levels = site_levels(acting, GRID, DrawNames(subjects=np.arange(30)))[1]
        assert len(levels) == (30 if differ or acting.treatment.batch_cv else 1)
        data = simulate(scenario)
        assert np.isfinite(data["hair_density"].values).all()


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        ('product = "our_lott"', 'did you mean "our_lot"?'),
        ('product = "our_lot"\nvolume = "5 mL"', "area: missing; volume and area go together"),
        ('volume = "5 mL"\narea = "9 cm2"', "a volume needs a product with a concentration"),
        ('stored = "3 days"', "stored: changes nothing: no product with half_life is named"),
        ("thaws = 2", "thaws: changes nothing: no product with loss_per_thaw is named"),
        ("lots = 2", "lots: changes nothing: no product with a lot_cv is named"),
        ('delivery = "injektion"', 'did you mean "injection"?'),
        (
            'delivery = "injection"\ndepth = "1 mm"',
            "depth: it is of needles, as in needling_then_dabbing; this is injection",
        ),
        (
            'product = "our_lot"\nvolume = "5 mL"\narea = "50 cm2"',
            "make 2e+09 particles/cm2, and amount says 1e+09",
        ),
    ],
)
def test_a_chain_that_cannot_be_is_refused(chain: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        parse_scenario(text(chain, product=PRODUCT))
    assert told in str(error.value)
    assert "arms[0].doses[0]" in str(error.value)


def test_a_way_that_the_route_forbids_is_refused() -> None:
    dabbed = text('delivery = "dabbing"').replace(NAME, "exosomes_foreskin_injection")
    with pytest.raises(InputError) as error:
        parse_scenario(dabbed)
    assert "is given by intradermal_injection; allowed: injection" in str(error.value)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("potenzy = 1", 'unknown key; did you mean "potency"?'),
        (f'potency = {{ value = 0.0, unit = "1", {USER}', "out of bounds: > 0"),
        (f'half_life = {{ value = 3.0, unit = "h", {USER}', 'this number is kept in "d"'),
    ],
)
def test_a_product_that_is_none_is_refused(line: str, told: str) -> None:
    product = f'[products.our_lot]\ntitle = "x"\n{line}\n'
    with pytest.raises(InputError) as error:
        parse_scenario(text('product = "our_lot"', product=product))
    assert told in str(error.value)
    assert "products.our_lot" in str(error.value)


def test_half_a_needle_is_no_delivery() -> None:
    with pytest.raises(ValueError, match="go together"):
        Delivery(
            title="x",
            routes=("topical",),
            share={"value": 0.5, "unit": "1", "source": "s", "grade": "assumption"},
            depth={"value": 0.5, "unit": "mm", "source": "s", "grade": "assumption"},
        )


def test_a_session_may_take_time_to_act() -> None:
    at_once, late = factors(), factors('time_to_act = "10 days"')
    np.testing.assert_array_equal(factors('time_to_act = "0 days"'), at_once)
    np.testing.assert_allclose(late[:, :, 10:], at_once[:, :, :-10], rtol=1e-12)
    assert (late[:, :, :10] == 1.0).all()


def test_a_product_says_when_it_acts_and_a_dose_may_know_better() -> None:
    slow = f'[products.slow]\ntitle = "x"\ntime_to_act = {{ value = 10.0, unit = "d", {USER}'
    own = factors('time_to_act = "10 days"')
    np.testing.assert_array_equal(factors('product = "slow"', product=slow), own)
    chain = 'product = "slow"\ntime_to_act = "0 days"'
    np.testing.assert_array_equal(factors(chain, product=slow), factors())
    with pytest.raises(InputError, match="time_to_act"):
        parse_scenario(text('time_to_act = "-1 days"'))


def test_what_is_missed_stays_missed_when_it_acts_later() -> None:
    """Who takes a dose is drawn by the day it is due, and not by the day it acts."""
    people = DrawNames(seed=3, subjects=np.arange(40))

    def levels(chain: str) -> np.ndarray:
        scenario = parse_scenario(text(chain).replace("count = 4", "count = 4\nadherence = 0.5"))
        return arm_factors(scenario.arms[0], GRID, people)

    np.testing.assert_allclose(
        levels('time_to_act = "10 days"')[:, :, 10:], levels("")[:, :, :-10], rtol=1e-12
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40))
def test_a_later_effect_is_never_ahead(a: int, b: int) -> None:
    """One session from untreated on: its rise comes later, never higher before the other's peak."""
    once = text().replace('every = "3 weeks"\ncount = 4', "")

    def one(days: int) -> np.ndarray:
        links = f'[arms.doses.chain]\ntime_to_act = "{days} days"\n\n[[arms]]\nlabel = "nothing"'
        scenario = parse_scenario(once.replace('[[arms]]\nlabel = "nothing"', links))
        return np.asarray(arm_factors(scenario.arms[0], GRID).max(axis=1)[0])

    early, late = one(min(a, b)), one(max(a, b))
    until = int(np.argmax(early)) + 1
    assert (late[:until] <= early[:until]).all()
