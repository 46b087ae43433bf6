"""Treatments that calm the attack on hair: dose-response, end of the effect, and start values."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from pharmacology_helpers import Dose, arm

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.factors import load_factors
from follicle_sim.pharmacology.exposure import acting_doses, arm_factors
from follicle_sim.pharmacology.fitted import load_fitted
from follicle_sim.pharmacology.library import load_treatment, treatment_file, treatment_names
from follicle_sim.pharmacology.site_effects import effect_means
from follicle_sim.pharmacology.treatment import parse_treatment

TABLE = load_factors()
IFNG = TABLE.index("IFNG")
ONE = DrawNames().of(slice(0, 1))
STOP = 364.0  # a whole number of weeks and of four weeks; nine half-lives of the slowest
GRID = np.arange(0.0, STOP + 141.0)

REGIMENS = [
    ("baricitinib_oral", (2.0, 4.0), 1.0),
    ("ritlecitinib_oral", (30.0, 50.0, 200.0), 1.0),
    ("deuruxolitinib_oral", (4.0, 8.0, 12.0), 0.5),
    ("upadacitinib_oral", (15.0, 30.0), 1.0),
    ("tofacitinib_oral", (5.0, 10.0), 0.5),
    ("prednisolone_oral", (10.0, 20.0, 40.0), 1.0),
    ("triamcinolone_intralesional", (0.25, 0.5, 1.0), 28.0),
    ("clobetasol_topical", (0.5, 1.0), 0.5),
    ("contact_immunotherapy", (0.5, 1.0), 7.0),
    ("methotrexate_oral", (7.5, 15.0, 25.0), 7.0),
    ("hydroxychloroquine_oral", (200.0, 400.0), 1.0),
]


def effect_of(name, amount, every, grid=GRID):
    dose = Dose(name, amount, every=every, until=STOP)
    acting = acting_doses(arm(dose), float(grid[-1]))[name]
    return effect_means(acting, grid, ONE)[0]


def at_steady_state(effect):
    """Mean of the last four weeks of treatment."""
    return float(effect[int(STOP) - 28 : int(STOP)].mean())


@pytest.mark.parametrize(("name", "amounts", "every"), REGIMENS)
def test_more_drug_calms_more_and_never_more_than_all(name, amounts, every):
    steady = [at_steady_state(effect_of(name, amount, every)) for amount in amounts]
    # of what is left of the signal, more drug takes a tenth at least
    left = 1.0 - np.array(steady)
    assert (left[1:] < 0.9 * left[:-1]).all(), steady
    assert 0.25 < steady[0] < steady[-1] < 1.0


@pytest.mark.parametrize(("name", "amounts", "every"), REGIMENS)
def test_they_lower_ifng_alone(name, amounts, every):
    levels = arm_factors(arm(Dose(name, amounts[-1], every=every, until=STOP)), GRID)[0]
    last = levels[IFNG, int(STOP) - 27 : int(STOP) + 1].mean()
    steady = 1.0 - at_steady_state(effect_of(name, amounts[-1], every))
    # The level follows the effect within a day, so their means over a dosing interval are equal; a
    # day's shift of the window moves the mean of the four-weekly injection the most.
    assert last == pytest.approx(steady, abs=0.01)
    assert (np.delete(levels, IFNG, axis=0) == 1.0).all()


@pytest.mark.parametrize("name", ["baricitinib_oral", "deuruxolitinib_oral", "tofacitinib_oral"])
def test_reversible_inhibitors_let_go_as_fast_as_they_leave(name):
    half_life = load_treatment(name).disposition.half_life.value
    # Six half-lives after the level has come down to ec50: the effect is level over ec50, to 2 %.
    effect = effect_of(name, 4.0, 0.5)
    below = int(np.argmax(effect[int(STOP) :] < 0.01))
    days = below + max(2, int(4.0 * half_life))
    after = effect[int(STOP) + days - 1 : int(STOP) + days + 1]
    assert after[1] / after[0] == pytest.approx(2.0 ** (-1.0 / half_life), rel=0.02)
    assert effect[int(STOP) + 14] < 0.001


def test_ritlecitinib_outlasts_its_plasma_by_the_turnover_of_the_enzyme():
    treatment = load_treatment("ritlecitinib_oral")
    assert treatment.disposition.half_life.value < 0.1
    effect = effect_of("ritlecitinib_oral", 50.0, 1.0)
    after = effect[int(STOP) + 1 : int(STOP) + 8]
    # Ten half-lives of the drug after the last dose only renewal is left.
    np.testing.assert_allclose(
        after[1:] / after[:-1], np.exp(-treatment.effect.k_deg.value), rtol=2e-3
    )
    assert 0.2 < after[1] < 0.4


@pytest.mark.parametrize(
    ("name", "amount", "every", "half_life"),
    [
        ("triamcinolone_intralesional", 0.25, 28.0, 10.0),
        ("contact_immunotherapy", 0.2, 7.0, 7.0),
        ("methotrexate_oral", 2.0, 7.0, 19.25),
        ("hydroxychloroquine_oral", 50.0, 1.0, 40.0),
    ],
)
def test_slow_treatments_let_go_over_weeks(name, amount, every, half_life):
    effect = effect_of(name, amount, every)
    days = int(half_life)
    late = effect[int(STOP) + 2 * days :]
    # E / (1 - E) is level over ec50, whatever the saturation; it halves with every half-life.
    odds = late / (1.0 - late)
    assert odds[days] / odds[0] == pytest.approx(2.0 ** (-days / half_life), rel=2e-3)
    assert late[0] > 0.02


def test_an_injection_calms_at_once_and_hydroxychloroquine_over_months():
    quick = effect_of("triamcinolone_intralesional", 0.5, 28.0)
    slow = effect_of("hydroxychloroquine_oral", 400.0, 1.0)
    assert quick[0] > 0.8
    assert slow[0] < 0.05
    assert slow[14] < 0.5 * at_steady_state(slow) < slow[42]
    assert slow[84] < 0.9 * at_steady_state(slow)


def test_a_cold_cap_narrows_the_vessels_for_its_day():
    hours = np.arange(0.0, 3.0 + 1e-9, 1.0 / 24.0)
    levels = arm_factors(arm(Dose("scalp_cooling", 1.0, every=21.0, count=1)), hours)[0]
    blood = levels[TABLE.index("PERFUSION")]
    assert blood[0] == 1.0
    # three hours after the cap is put on, all but e^-3 of the change is there
    assert blood[3:13].max() < 0.3
    assert blood[6:13] == pytest.approx(0.25, abs=2e-3)
    assert blood[24:].min() > 0.98
    assert blood[36:] == pytest.approx(1.0, abs=1e-6)
    assert (np.delete(levels, TABLE.index("PERFUSION"), axis=0) == 1.0).all()


def test_on_a_grid_of_days_a_cap_acts_on_its_own_day_alone():
    days = np.arange(0.0, 46.0)
    levels = arm_factors(arm(Dose("scalp_cooling", 1.0, every=21.0, count=2)), days)[0]
    blood = levels[TABLE.index("PERFUSION")]
    # 0.8 of the day at full effect: the level at its end
    assert blood[[1, 22]] == pytest.approx(1.0 - 0.75 * 0.8, abs=2e-3)
    assert np.delete(blood, [1, 22]) == pytest.approx(1.0, abs=1e-4)


CALMING = [
    ("exosomes_adipose_microneedling", 1.0),
    ("exosomes_foreskin_injection", 1e9),
    ("exosomes_placental_injection", 1e9),
    ("exosomes_umbilical_microneedling", 1e9),
    ("prp_injection", 1.0),
]


@dataclass(frozen=True)
class Asked(Dose):
    variants: tuple[str, ...] = ()


@pytest.mark.parametrize(("name", "amount"), CALMING)
def test_calming_is_added_to_growth_only_where_a_dose_asks_for_it(name, amount):
    plain = Asked(name, amount, every=28.0, count=3)
    asked = replace(plain, variants=("immune_calming",))
    before, after = (arm_factors(arm(dose), GRID, ONE) for dose in (plain, asked))
    assert (before[:, IFNG] == 1.0).all()
    assert 0.3 < after[:, IFNG].min() < 0.9
    # growth is the same to the bit
    np.testing.assert_array_equal(*(np.delete(x, IFNG, axis=1) for x in (before, after)))


@pytest.mark.parametrize(("name", "amount"), CALMING)
def test_without_the_variant_a_file_means_what_it_meant(name, amount):
    tables = read_toml(treatment_file(name))
    del tables["variants"]["immune_calming"]
    bare = {name: parse_treatment(name, tables, "test")}
    doses = arm(Dose(name, amount, every=28.0, count=3))
    np.testing.assert_array_equal(
        arm_factors(doses, GRID, ONE), arm_factors(doses, GRID, ONE, treatments=bare)
    )


def test_the_calming_variant_goes_along_with_that_of_batches():
    treatment = load_treatment("exosomes_adipose_microneedling")
    both = treatment.with_variants(["immune_calming", "batches"])
    assert both.batch_cv is not None
    assert both.signature["IFNG"].value < 0.0
    assert {**both.signature, "IFNG": None} == {**treatment.signature, "IFNG": None}


def test_sizes_are_fitted_or_said_to_be_assumptions():
    fitted = set()
    for name, entry in load_fitted("areata").items():
        if entry.grade == "fitted":
            fitted.add(name)
        else:
            assert entry.grade == "assumption", name
            assert entry.source.startswith("assumption: "), name
        place = "k_inact" if name.endswith("_k_inact") else "ec50"
        drug = name.removesuffix(f"_{place}")
        users = [t for t in treatment_names() if t.startswith(f"{drug}_") or t == drug]
        assert [getattr(load_treatment(t).effect, place).value for t in users] == [entry.value]
    assert fitted == {
        "baricitinib_ec50",
        "deuruxolitinib_ec50",
        "ritlecitinib_k_inact",
        "upadacitinib_ec50",
    }
