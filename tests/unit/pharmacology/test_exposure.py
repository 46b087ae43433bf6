"""From doses to factor levels."""

import numpy as np
import pytest
from pharmacology_helpers import Arm, Dose, arm, potencies

from follicle_sim.base.draw_names import DrawNames
from follicle_sim.base.errors import InputError
from follicle_sim.biology.factors import channel, load_factors
from follicle_sim.pharmacology import exposure
from follicle_sim.pharmacology.exposure import arm_factors, people_differ
from follicle_sim.pharmacology.library import load_treatment

TABLE = load_factors()
GRID = np.arange(-5.0, 90.0)
FIVE = DrawNames(subjects=np.arange(5))
PILL = Dose(every=1.0, until=60.0)
LOTION = Dose("minoxidil_topical_5", 1.0, every=0.5, until=80.0)
SESSIONS = Dose("exosomes_adipose_microneedling", 1.0, start=2.0, every=7.0, count=10)
VEHICLE = Dose("vehicle", 1.0, every=0.5, until=80.0)


def with_(dose, **fields):
    return Dose(**{**vars(dose), **fields})


def test_no_dose_vehicle_and_zero_amounts_are_the_same_bits():
    nothing = arm_factors(arm(), GRID)
    assert nothing.shape == (1, len(TABLE.names), GRID.size)
    assert (nothing == 1.0).all()
    for doses in ([VEHICLE], [with_(d, amount=0.0) for d in (PILL, LOTION, SESSIONS)]):
        same = arm_factors(arm(*doses), GRID, FIVE, potency=potencies(FIVE, 0.4))
        assert same.tobytes() == nothing.tobytes()


@pytest.mark.parametrize("dose", [PILL, LOTION, SESSIONS], ids=lambda d: d.treatment)
def test_a_zero_dose_beside_a_real_one_changes_no_bit(dose):
    alone = arm_factors(arm(dose), GRID)
    for other in (PILL, LOTION, SESSIONS, VEHICLE):
        with_zero = arm_factors(arm(with_(other, amount=0.0), dose), GRID)
        assert with_zero.tobytes() == alone.tobytes()


def test_a_missed_dose_is_a_zero_dose():
    potency = potencies(FIVE, 0.2)
    levels = arm_factors(arm(with_(PILL, adherence=0.0)), GRID, FIVE, potency=potency)
    assert levels.shape[0] == 5
    assert (levels == 1.0).all()


def test_levels_are_exactly_one_until_the_first_dose():
    levels = arm_factors(arm(SESSIONS), GRID)
    assert (levels[..., GRID <= 2.0] == 1.0).all()
    assert (levels[0, TABLE.index("FGF7"), GRID > 2.0] > 1.0).all()


def test_people_who_are_equal_share_one_row():
    assert arm_factors(arm(PILL), GRID, DrawNames(subjects=np.arange(100))).shape[0] == 1
    assert arm_factors(arm(with_(PILL, adherence=0.9)), GRID, FIVE).shape[0] == 5
    assert arm_factors(arm(PILL), GRID, FIVE, potency=potencies(FIVE, 0.1)).shape[0] == 5


def test_where_people_are_said_not_to_differ_they_share_one_row():
    for doses in ([], [PILL], [with_(PILL, adherence=0.9)], [VEHICLE]):
        for cv in (0.0, 0.1):
            potency = potencies(FIVE, cv) if cv else None
            rows = arm_factors(arm(*doses), GRID, FIVE, potency=potency).shape[0]
            assert people_differ(arm(*doses), cv) or rows == 1


def test_a_person_does_not_depend_on_the_others_or_on_other_doses():
    doses = [with_(PILL, adherence=0.7), with_(SESSIONS, adherence=0.8)]
    all_of_them = DrawNames(5, 1, 9, np.arange(150))
    person = all_of_them.of(slice(77, 78))
    everyone = arm_factors(arm(*doses), GRID, all_of_them, potency=potencies(all_of_them, 0.3))
    one = arm_factors(arm(*doses), GRID, person, potency=potencies(person, 0.3))
    assert one[0].tobytes() == everyone[77].tobytes()
    alone = arm_factors(arm(doses[1]), GRID, person, potency=potencies(person, 0.3))
    fgf7 = TABLE.index("FGF7")
    assert alone[0, fgf7].tobytes() == one[0, fgf7].tobytes()
    assert not np.array_equal(everyone[0], everyone[1])


def test_the_block_size_changes_no_bit(monkeypatch):
    run = {"who": FIVE, "potency": potencies(FIVE, 0.3)}
    doses = arm(with_(LOTION, adherence=0.7))
    whole = arm_factors(doses, GRID, **run)
    monkeypatch.setattr(exposure, "BLOCK", 2)
    assert arm_factors(doses, GRID, **run).tobytes() == whole.tobytes()


def test_a_longer_run_repeats_the_shorter():
    long = arm_factors(arm(PILL, SESSIONS), GRID)
    short = arm_factors(arm(PILL, SESSIONS), GRID[:40])
    assert short.tobytes() == np.ascontiguousarray(long[..., :40]).tobytes()


def test_two_schedules_of_one_treatment_equal_one():
    whole = arm_factors(arm(PILL), GRID)
    halves = arm_factors(arm(with_(PILL, amount=0.5), with_(PILL, amount=0.5)), GRID)
    np.testing.assert_allclose(halves, whole, rtol=1e-13)
    parts = arm_factors(arm(with_(PILL, until=30.0), with_(PILL, start=30.0)), GRID)
    np.testing.assert_allclose(parts, whole, rtol=1e-13)


def test_potency_spread_has_mean_one_and_the_given_spread():
    who = DrawNames(subjects=np.arange(4000))
    levels = arm_factors(arm(LOTION), GRID, who, potency=potencies(who, 0.3))
    rise = levels[:, TABLE.index("WNT"), -15] - 1.0
    middle = arm_factors(arm(LOTION), GRID)[0, TABLE.index("WNT"), -15] - 1.0
    # SE of the mean 0.3/sqrt(4000) = 0.005, of the CV about 0.004
    assert np.mean(rise) / middle == pytest.approx(1.0, abs=0.02)
    assert np.std(rise) / np.mean(rise) == pytest.approx(0.3, abs=0.02)


def test_reference_regimens_reach_their_design_effect():
    minoxidil = arm_factors(arm(LOTION), GRID, overrides={"minoxidil_topical_5.potency": 1.0})
    day60 = int(np.searchsorted(GRID, 60.0))
    assert np.exp(channel(minoxidil, "kenogen", TABLE)[0, day60]) == pytest.approx(1.6, rel=0.01)
    assert np.exp(channel(minoxidil, "anagen", TABLE)[0, day60]) == pytest.approx(0.9, rel=0.01)
    # Two fifths of the strength: the ratio of the two arms' gains in Olsen 2002 is 0.60.
    weak = arm_factors(arm(with_(LOTION, amount=0.4)), GRID)
    strong = arm_factors(arm(LOTION), GRID)
    wnt = TABLE.index("WNT")
    ratio = (weak[0, wnt, day60] - 1) / (strong[0, wnt, day60] - 1)
    assert ratio == pytest.approx(0.60, abs=0.01)


def test_exosome_signal_lasts_and_fades():
    levels = arm_factors(
        arm(with_(SESSIONS, start=0.0, count=12)),
        np.arange(0.0, 400.0),
        overrides={"exosomes_adipose_microneedling.potency": 1.0},
    )
    rise = levels[0, TABLE.index("FGF7")] - 1.0
    assert 0.7 < rise[7] < 0.8
    assert rise[70:84].mean() == pytest.approx(0.89, abs=0.01)
    # Half at 34 days after the last session, one to two days later through the factor's turnover.
    assert rise[77 + 34] > 0.5 > rise[77 + 36]
    assert rise[77 + 150] < 0.01


def test_overrides_and_own_treatments():
    strong = arm_factors(arm(LOTION), GRID, overrides={"minoxidil_topical_5.potency": 2.0})
    double = load_treatment("minoxidil_topical_5").with_values({"potency": 2.0})
    own = arm_factors(arm(LOTION), GRID, treatments={"minoxidil_topical_5": double})
    assert strong.tobytes() == own.tobytes()
    base = arm_factors(arm(LOTION), GRID, overrides={"minoxidil_topical_5.potency": 1.0})
    np.testing.assert_allclose(strong - 1.0, 2.0 * (base - 1.0), rtol=1e-12, atol=1e-15)
    zero = arm_factors(arm(LOTION), GRID, overrides={"minoxidil_topical_5.potency": 0.0})
    assert (zero == 1.0).all()
    # A treatment of another arm may be named; one that does not exist may not.
    arm_factors(arm(LOTION), GRID, overrides={"finasteride_oral.potency": 1.0})
    with pytest.raises(InputError, match='which one: "minoxidil_topical_2", "minoxidil_topical_5"'):
        arm_factors(arm(LOTION), GRID, overrides={"minoxidil_topical.potency": 1.0})


def test_bad_doses_are_refused_with_their_path():
    class Sized(Dose):
        amount_dimension = "volume"

    with pytest.raises(InputError, match=r"fin\.doses\[1\]: amount: amount is a volume"):
        arm_factors(Arm((PILL, Sized()), "fin"), GRID)
    with pytest.raises(InputError, match='did you mean "vehicle"'):
        arm_factors(arm(Dose("vehicel")), GRID)
    with pytest.raises(InputError, match=r"arm\.doses\[0\]: count"):
        arm_factors(arm(with_(PILL, until=None, count=10**12)), GRID)


@pytest.mark.parametrize("grid", [[0.0], [0.0, 0.0], [1.0, 0.0], [[0.0, 1.0]]])
def test_a_grid_must_increase(grid):
    with pytest.raises(ValueError, match="increasing"):
        arm_factors(arm(), grid)


def test_a_grid_must_start_before_the_first_dose():
    with pytest.raises(ValueError, match="after the first dose"):
        arm_factors(arm(PILL), [3.0, 4.0])
