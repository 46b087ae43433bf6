"""Differences between people and batches, and hypotheses: on by data, mean 1, named draws."""

import numpy as np
import pytest
from pharmacology_helpers import Arm, Dose, arm
from scipy import stats

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.factors import channel, load_factors
from follicle_sim.pharmacology.exposure import arm_factors, people_differ
from follicle_sim.pharmacology.library import load_treatment, treatment_file
from follicle_sim.pharmacology.treatment import parse_treatment

TABLE = load_factors()
GRID = np.arange(0.0, 60.0)
WNT, FGF7 = TABLE.index("WNT"), TABLE.index("FGF7")
PEOPLE = np.arange(3000)


class Asking(Dose):
    """A dose that names hypotheses, as the scenario's own doses can."""

    def __init__(self, *variants, **fields):
        super().__init__(**fields)
        object.__setattr__(self, "variants", variants)


def lotion(*variants, name="minoxidil_topical_5"):
    return arm(Asking(*variants, treatment=name, every=0.5, until=60.0))


def test_nothing_varies_unless_its_data_say_so():
    for name in ("minoxidil_topical_5", "finasteride_oral", "exosomes_adipose_microneedling"):
        treatment = load_treatment(name)
        assert not treatment.differs_between_people
        assert not people_differ(arm(Dose(name)), 0.0)
    for name in ("prp_injection", "exosomes_foreskin_injection", "minoxidil_oral"):
        assert people_differ(arm(Dose(name)), 0.0)
    assert people_differ(lotion("responders"), 0.0)
    assert not people_differ(lotion("exogen_release"), 0.0)


def test_people_differ_in_plasma_by_the_stated_spread_and_the_same_at_every_session():
    doses = arm(Dose("prp_injection", every=20.0, count=3))
    rise = arm_factors(doses, GRID, DrawNames(subjects=PEOPLE))[:, FGF7] - 1.0
    one = arm_factors(doses, GRID, overrides={"prp_injection.person_cv": 0.0})[0, FGF7] - 1.0
    # SE of the mean 0.295/sqrt(3000) = 0.005
    assert np.mean(rise[:, 30]) / one[30] == pytest.approx(1.0, abs=0.02)
    assert np.std(rise[:, 30]) / np.mean(rise[:, 30]) == pytest.approx(0.295, abs=0.02)
    np.testing.assert_allclose(rise[:, 30] / one[30], rise[:, 5] / one[5], rtol=1e-9)


def test_batches_differ_from_session_to_session_and_person_to_person():
    doses = arm(Dose("exosomes_foreskin_injection", 1e7, every=30.0, count=2))
    rise = arm_factors(doses, GRID, DrawNames(subjects=PEOPLE))[:, FGF7] - 1.0
    first, second = rise[:, 5], rise[:, 35] - rise[:, 29]
    assert np.std(first) / np.mean(first) == pytest.approx(0.5, abs=0.06)  # far from saturation
    assert abs(stats.pearsonr(first, second)[0]) < 0.1
    alone = arm_factors(doses, GRID, DrawNames(subjects=[77]))
    everyone = arm_factors(doses, GRID, DrawNames(subjects=PEOPLE))
    assert alone[0, FGF7].tobytes() == everyone[77, FGF7].tobytes()


def test_doses_of_one_minute_come_from_one_batch():
    whole = arm(Dose("exosomes_foreskin_injection", 1e9))
    halves = arm(*[Dose("exosomes_foreskin_injection", 5e8)] * 2)
    who = DrawNames(subjects=np.arange(50))
    a, b = (arm_factors(doses, GRID, who) for doses in (whole, halves))
    np.testing.assert_allclose(a, b, rtol=1e-13)


def test_responders_are_a_mixture_of_mean_one_shared_by_all_strengths():
    five = arm_factors(lotion("responders"), GRID, DrawNames(subjects=PEOPLE))[:, WNT, -1] - 1.0
    plain = arm_factors(lotion(), GRID)[0, WNT, -1] - 1.0
    low, high = np.unique(np.round(five / plain, 9))
    assert (low, high) == (pytest.approx(0.2 / 0.52), pytest.approx(1.0 / 0.52))
    responds = five > plain
    assert np.mean(responds) == pytest.approx(0.4, abs=0.03)  # SE 0.009
    two = lotion("responders", name="minoxidil_topical_2")
    weak = arm_factors(two, GRID, DrawNames(subjects=PEOPLE))[:, WNT, -1]
    assert np.array_equal(weak > np.mean(weak), responds)


def test_exogen_release_has_the_channel_effects_of_the_model():
    treatment = load_treatment("minoxidil_topical_5").with_variants(["exogen_release"])
    levels = np.ones((1, len(TABLE.names), 1))
    for factor, drive in treatment.drives().items():
        levels[0, TABLE.index(factor)] += drive
    speed = {c: np.exp(channel(levels, c, TABLE)[0, 0]) for c in ("anagen", "telogen", "kenogen")}
    assert speed["telogen"] == pytest.approx(1.5, rel=1e-9)
    assert speed["kenogen"] == pytest.approx(2.0, rel=1e-9)
    assert speed["anagen"] == 1.0


def test_a_hypothesis_that_is_not_asked_for_changes_no_bit():
    tables = read_toml(treatment_file("minoxidil_topical_5"))
    del tables["variants"]
    bare = parse_treatment("minoxidil_topical_5", tables, "bare")
    with_them = arm_factors(lotion(), GRID)
    without = arm_factors(lotion(), GRID, treatments={"minoxidil_topical_5": bare})
    assert with_them.tobytes() == without.tobytes()


def test_wrong_hypotheses_are_refused():
    treatment = load_treatment("minoxidil_topical_5")
    with pytest.raises(InputError, match='did you mean "exogen_release"'):
        treatment.with_variants(["exogen_relase"])
    with pytest.raises(InputError, match="both replace its signature"):
        treatment.with_variants(["exogen_release", "telogen_shortening"])
    both = Arm((*lotion().doses, *lotion("responders").doses), "two minds")
    with pytest.raises(InputError, match=r"two minds.doses\[1\]: variants: differ from"):
        arm_factors(both, GRID)
    with pytest.raises(InputError, match="it has none"):
        load_treatment("laser_comb").with_variants(["x"])


def test_one_dose_response_for_both_strengths_of_minoxidil():
    two, five = load_treatment("minoxidil_topical_2"), load_treatment("minoxidil_topical_5")
    assert two.effect.ec50.value == five.effect.ec50.value
    assert two.drives() == five.drives()
    weak, strong = (
        arm_factors(lotion(name=name), GRID)[0, WNT, -1] - 1.0
        for name in ("minoxidil_topical_2", "minoxidil_topical_5")
    )
    assert weak / strong == pytest.approx(0.60, abs=0.01)


@pytest.mark.parametrize(
    ("name", "amount", "factor", "fall", "within"),
    [
        ("dutasteride_oral", 0.5, "DHT_SERUM", 94.7, 0.5),  # Clark 2004
        ("dutasteride_oral", 5.0, "DHT_SERUM", 98.4, 0.5),
        ("finasteride_topical", 0.2, "DHT_SERUM", 34.5, 0.5),  # Piraccini 2022
        ("finasteride_topical", 0.2, "DHT", 63.7, 0.5),  # as near the tablet as the file says
    ],
)
def test_dht_falls_as_the_file_says(name, amount, factor, fall, within):
    grid = np.arange(0.0, 168.5)
    levels = arm_factors(arm(Dose(name, amount, every=1.0, until=170.0)), grid)
    assert 100.0 * (1.0 - levels[0, TABLE.index(factor), -1]) == pytest.approx(fall, abs=within)


def test_two_drugs_on_one_factor_saturate_and_on_two_channels_multiply():
    laser = Dose("laser_comb", every=7 / 3, until=60.0)
    pill = Dose("finasteride_oral", every=1.0, until=60.0)
    a, b, both = (arm_factors(x, GRID) for x in (lotion(), arm(laser), arm(*lotion().doses, laser)))
    # Drives on one factor add, so the speed they set is less than the product of the two alone...
    np.testing.assert_allclose(both[0, WNT], a[0, WNT] + b[0, WNT] - 1.0, rtol=1e-12)
    speed = [float(np.exp(channel(x, "kenogen", TABLE)[0, -1])) for x in (a, b, both)]
    assert max(speed[:2]) < speed[2] < speed[0] * speed[1]
    # ...while what acts elsewhere is not touched at all.
    mixed = arm_factors(arm(*lotion().doses, pill), GRID)
    assert mixed[0, WNT].tobytes() == a[0, WNT].tobytes()
    alone = arm_factors(arm(pill), GRID)
    dht = TABLE.index("DHT")
    assert mixed[0, dht].tobytes() == alone[0, dht].tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t["responders"]["share"].update(value=1.2), "<= 1"),
        (lambda t: [t["responders"][k].update(value=0.0) for k in ("share", "others")], "nobody"),
        (lambda t: t["variants"].update(x={"reason": "none"}), "replaces nothing"),
        (
            lambda t: t["variants"]["exogen_release"]["signature"].update(
                BMQ=t["signature"]["WNT"]
            ),
            'no factor "BMQ"; allowed: WNT, IGF1',
        ),
        (lambda t: t.update(name="finasteride_oral"), "named by its file"),
    ],
)
def test_broken_variability_is_refused(change, message):
    tables = read_toml(treatment_file("minoxidil_oral"))
    change(tables)
    with pytest.raises(InputError, match=message):
        parse_treatment("minoxidil_oral", tables, "minoxidil_oral.toml")
