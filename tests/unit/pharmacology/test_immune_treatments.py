"""Treatments that calm the attack on hair: dose-response, end of the effect, and start values."""

import numpy as np
import pytest
from pharmacology_helpers import Dose, arm

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.biology.factors import load_factors
from follicle_sim.pharmacology.exposure import acting_doses, arm_factors
from follicle_sim.pharmacology.fitted import load_fitted
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.site_effects import effect_means

TABLE = load_factors()
IFNG = TABLE.index("IFNG")
ONE = DrawNames().of(slice(0, 1))
STOP = 168.0
GRID = np.arange(0.0, STOP + 29.0)

REGIMENS = [
    ("baricitinib_oral", (2.0, 4.0), 1.0),
    ("ritlecitinib_oral", (30.0, 50.0, 200.0), 1.0),
    ("deuruxolitinib_oral", (4.0, 8.0, 12.0), 0.5),
    ("upadacitinib_oral", (15.0, 30.0), 1.0),
    ("tofacitinib_oral", (5.0, 10.0), 0.5),
    ("prednisolone_oral", (10.0, 20.0, 40.0), 1.0),
]


def effect_of(name, amount, every, grid=GRID):
    dose = Dose(name, amount, every=every, until=STOP)
    acting = acting_doses(arm(dose), float(grid[-1]))[name]
    return effect_means(*acting, grid, ONE)[0]


def at_steady_state(effect):
    """Mean of the last four weeks of treatment."""
    return float(effect[int(STOP) - 28 : int(STOP)].mean())


@pytest.mark.parametrize(("name", "amounts", "every"), REGIMENS)
def test_more_drug_calms_more_and_never_more_than_all(name, amounts, every):
    steady = [at_steady_state(effect_of(name, amount, every)) for amount in amounts]
    assert (np.diff(steady) > 0.02).all(), steady
    assert 0.3 < steady[0] < steady[-1] < 1.0


@pytest.mark.parametrize(("name", "amounts", "every"), REGIMENS)
def test_they_lower_ifng_alone(name, amounts, every):
    levels = arm_factors(arm(Dose(name, amounts[-1], every=every, until=STOP)), GRID)[0]
    lowest = 1.0 - at_steady_state(effect_of(name, amounts[-1], every))
    # the level is read at the end of a day, the effect is its mean: swings of half-lives of hours
    assert levels[IFNG, int(STOP) - 1] == pytest.approx(lowest, abs=0.02)
    assert (np.delete(levels, IFNG, axis=0) == 1.0).all()


@pytest.mark.parametrize("name", ["baricitinib_oral", "deuruxolitinib_oral", "tofacitinib_oral"])
def test_reversible_inhibitors_let_go_as_fast_as_they_leave(name):
    half_life = load_treatment(name).disposition.half_life.value
    days = max(2, int(12.0 * half_life))
    effect = effect_of(name, 4.0, 0.5)
    # Six half-lives on and more the level is far below ec50: the effect is level over ec50, to 2 %.
    after = effect[int(STOP) + days - 1 : int(STOP) + days + 1]
    assert after[1] / after[0] == pytest.approx(2.0 ** (-1.0 / half_life), rel=0.02)
    assert effect[int(STOP) + 7] < 0.001


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


def test_start_values_are_assumptions_that_a_fit_may_replace():
    for name, entry in load_fitted("areata").items():
        assert entry.grade == "assumption", name
        assert "before the fit" in entry.source, name
        place = "k_inact" if name.endswith("_k_inact") else "ec50"
        drug = name.removesuffix(f"_{place}")
        users = [t for t in treatment_names() if t.startswith(f"{drug}_") or t == drug]
        assert [getattr(load_treatment(t).effect, place).value for t in users] == [entry.value]
