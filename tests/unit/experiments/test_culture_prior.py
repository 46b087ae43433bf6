"""From a dish to a prior: the effect and its error, the potency it asks for, and how wide it is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from follicle_sim import InputError
from follicle_sim.experiments.culture_prior import Dish, culture_prior, published_dish
from follicle_sim.pharmacology.bench import load_bench
from follicle_sim.pharmacology.library import load_treatment, load_treatments
from follicle_sim.pharmacology.potencies import potency_parameters
from follicle_sim.pharmacology.treatment import parse_treatment

BETA = 1.177


def one_factor(factor: str, share: float) -> dict[str, object]:
    def number(value: float, unit: str = "1") -> dict[str, object]:
        return {"value": value, "unit": unit, "source": "a test", "grade": "user"}

    return {
        "title": "a drug",
        "route": "topical",
        "amount": "sessions",
        "disposition": {"half_life": number(1.0, "d")},
        "effect": {
            "kind": "emax",
            "ec50": number(1.0, "sessions"),
            "hill": number(1.0),
            "maximum": number(1.0),
        },
        "signature": {factor: number(share)},
        "potency": number(1.0),
    }


def drug(factor: str = "IGF1", share: float = 1.0):
    return parse_treatment("a_drug", one_factor(factor, share), "a test")


def own(dish: Dish) -> dict[str, float]:
    return {"control": dish.control, "treated": dish.treated, "follicles": dish.follicles}


def test_the_published_dish_gives_back_what_the_elasticity_was_derived_from() -> None:
    # the medium doubles the signal: potency 1 of a treatment that is IGF-I
    prior = culture_prior(drug())
    assert prior.median == pytest.approx(1.0, abs=2e-3)
    assert prior.dish.log_ratio == pytest.approx(-BETA * math.log(2.0), abs=1e-3)
    assert "ahn_2012:2" in prior.dish.source
    assert "ahn_2012:4" in prior.dish.source


def test_the_error_of_the_effect_is_that_of_drawn_follicles() -> None:
    dish = published_dish()
    rng = np.random.default_rng(3)
    shares = [rng.binomial(700, p, 40_000) / 700 for p in (dish.control, dish.treated)]
    drawn = np.log(np.log(shares[1]) / np.log(shares[0]))
    many = Dish(dish.control, dish.treated, 700, "a test")
    assert many.standard_error == pytest.approx(drawn.std(), rel=0.03)
    assert dish.standard_error == pytest.approx(many.standard_error * math.sqrt(10.0), rel=1e-12)


@given(st.floats(0.1, 0.7), st.floats(0.05, 0.25), st.floats(0.05, 3.0))
def test_one_factor_has_a_potency_in_closed_form(left: float, more: float, share: float) -> None:
    dish = Dish(left, left + more, 10_000, "a test")
    prior = culture_prior(drug(share=share), **own(dish))
    gain = math.exp(-dish.log_ratio / BETA)
    assert prior.median == pytest.approx((gain - 1.0) / share, rel=1e-6)
    assert prior.log_sd > 0.9 * load_bench().transfer.sd_log.value  # never narrower than that
    # an effect greater or smaller by its width asks for these potencies
    effect = -dish.log_ratio
    assert prior.luck == pytest.approx(dish.standard_error / effect, rel=1e-12)
    width = math.sqrt(prior.luck**2 + prior.transfer**2)
    ends = [math.expm1(effect * math.exp(side * width) / BETA) / share for side in (-1.0, 1.0)]
    assert prior.log_sd == pytest.approx(0.5 * math.log(ends[1] / ends[0]), rel=1e-6)
    assert prior.low == pytest.approx(prior.median / math.exp(1.6449 * prior.log_sd), rel=1e-3)
    assert prior.high == pytest.approx(prior.median * math.exp(1.6449 * prior.log_sd), rel=1e-3)


def test_an_inhibitor_that_is_taken_away_delays_catagen_too() -> None:
    # TGFB2 halves: its elasticity of anagen is 0.5, so the clock runs at 0.5^0.5
    dish = Dish(0.5, 0.5 ** math.sqrt(0.5), 1000, "a test")
    prior = culture_prior(drug("TGFB2", -0.5), **own(dish))
    assert prior.median == pytest.approx(1.0, rel=1e-6)


def test_more_follicles_narrow_the_luck_and_leave_the_transfer() -> None:
    few, many = (culture_prior(drug(), control=0.4, treated=0.6, follicles=n) for n in (20, 2000))
    assert few.luck == pytest.approx(10.0 * many.luck, rel=1e-12)
    assert few.transfer == many.transfer == load_bench().transfer.sd_log.value
    assert few.log_sd > many.log_sd
    assert few.median == many.median


def test_the_potencies_that_trials_gave_are_within_a_prior_that_is_not_used_by_itself() -> None:
    for name in ("minoxidil_topical_5", "prp_injection"):
        prior = culture_prior(name)
        assert prior.low < prior.present < prior.high
        assert prior.present == load_treatment(name).potency.value
        assert prior.parameter in potency_parameters(load_treatments())
        # and the middle is far off, which is what a bridge without a width would claim
        assert prior.median > 2.0 * prior.present


@pytest.mark.parametrize(
    ("control", "treated", "follicles", "words"),
    [
        (0.0, 0.5, 70, "control: found 0; allowed: a share"),
        (0.5, 1.0, 70, "treated: found 1; allowed: a share"),
        (math.nan, 0.5, 70, "control"),
        (0.5, 0.7, 0, "follicles: found 0; allowed: a whole number of 1 or more"),
        (0.6, 0.5, 70, "50 % still in anagen with the treatment and 60 % without"),
        (0.5, 0.5, 70, "nothing was gained in the dish"),
        (None, 0.7, 70, "control: missing"),
        (0.5, None, 70, "treated: missing"),
        (0.5, 0.7, None, "follicles: missing"),
        (0.5, None, None, "treated, follicles: missing; a culture of your own needs all three"),
        (0.5, 0.7, 70.5, "follicles: found 70.5; allowed: a whole number of 1 or more"),
        ("0.5", 0.7, 70, 'control: found "0.5"; allowed: a number'),
    ],
)
def test_a_dish_that_says_nothing_is_refused(
    control: float, treated: float, follicles: int, words: str
) -> None:
    with pytest.raises(InputError) as error:
        culture_prior("minoxidil_topical_5", control=control, treated=treated, follicles=follicles)
    assert words in str(error.value)


def test_a_treatment_that_moves_no_catagen_is_not_judged_by_a_dish() -> None:
    for name in ("exosomes_adipose_microneedling", "finasteride_oral", "vehicle"):
        with pytest.raises(InputError, match="none of its factors moves the end of anagen"):
            culture_prior(name)
    with pytest.raises(InputError, match="none of its factors moves the end of anagen"):
        culture_prior(drug(share=0.0))
    with pytest.raises(InputError, match='did you mean "prp_injection"'):
        culture_prior("prp_injecton")
    # an inhibitor cannot fall below its floor, so it cannot do as much
    with pytest.raises(InputError, match=r"no potency up to 10000"):
        culture_prior(drug("TGFB2", -0.5), control=0.1, treated=0.95, follicles=70)
    # and what hastens catagen never does
    with pytest.raises(InputError, match=r"no potency up to 10000"):
        culture_prior(drug("TGFB2", 0.5))
