"""Numbers that follow age, and several causes in one person: what is added, and nothing twice."""

from dataclasses import replace

import numpy as np
import pytest
from engine_by_hand import clocks_of, forcing_on, healthy_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.biology.ages import AgeCurve
from follicle_sim.biology.calibre_changes import calibre_changes
from follicle_sim.biology.causes import CalibreChange, ClockChange, Course, SignalChange
from follicle_sim.biology.clock_changes import clock_changes
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.expected_cycle import ANAGEN, TELOGEN, Lives, cycle_shares
from follicle_sim.biology.expected_sight import Limits, seen_on
from follicle_sim.biology.factors import load_factors, with_changes
from follicle_sim.biology.forcing import Drive, integrate
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.signals import Setting
from follicle_sim.simulation.engine.agents.clocks import GROWN, LOG_CALIBRE

YEAR = 365.25
GRID = np.linspace(-5.0 * YEAR, 30.0 * YEAR, 71)
FACTORS = load_factors()


def setting(age=40.0, grid=GRID, **more):
    levels = np.ones((1, len(FACTORS.names), grid.size))
    old = None if age is None else np.atleast_1d(age) * YEAR
    return Setting(grid, levels, FACTORS, more.pop("shifts", {}), {}, np.zeros(1), age=old, **more)


curves = st.integers(2, 6).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 240), min_size=n, max_size=n, unique=True).map(sorted),
        st.lists(st.floats(-5.0, 5.0), min_size=n, max_size=n),
    )
)


@settings(deadline=None)
@given(curves, st.floats(0.0, 120.0), st.floats(0.0, 120.0))
def test_an_integral_over_age_is_that_of_fine_steps_and_adds_up(drawn, since, age):
    halves, values = drawn
    curve = AgeCurve(tuple(half / 2.0 for half in halves), tuple(values))
    # knots lie on the fine steps, so that trapezia are exact
    steps = np.union1d(np.linspace(since, age, 9), np.clip(curve.ages, *sorted((since, age))))
    heights = curve.at(steps)
    fine = np.sum(0.5 * np.diff(steps) * (heights[1:] + heights[:-1])) * np.sign(age - since)
    assert curve.integral(since, np.array(age)) == pytest.approx(fine, rel=1e-9, abs=1e-9)
    back = curve.integral(age, np.array(since))
    assert curve.integral(since, np.array(age)) == pytest.approx(-back, abs=1e-9)


def test_a_clock_follows_age_and_people_differ_in_when():
    curve = AgeCurve((40.0, 60.0), (1.0, 2.0), spread=4.0)
    change = ClockChange(Course(), phase="telogen", by_age=curve)
    total = clock_changes([change], setting([40.0, 50.0], shifts={0: np.array([0.0, 1.0])}))
    today = int(np.searchsorted(GRID, 0.0))
    np.testing.assert_allclose(np.exp(total[:, 1, today]), [1.0, 1.3])
    np.testing.assert_allclose(np.exp(total[:, 1, -1]), 2.0)
    assert not total[:, [0, 2]].any()


def test_a_speed_that_is_the_same_at_every_age_is_that_speed_to_the_bit():
    plain = ClockChange(Course(), phase="anagen", speed=1.3)
    by_age = ClockChange(Course(), phase="anagen", by_age=AgeCurve((20.0, 80.0), (1.3, 1.3)))
    one, other = (clock_changes([change], setting()) for change in (plain, by_age))
    assert one.tobytes() == other.tobytes()


def test_a_shaft_has_the_diameter_that_the_rates_add_up_to():
    change = CalibreChange(AgeCurve((30.0, 50.0), (0.0, -2.0)), since=30.0, shaft=100.0)
    full = np.exp(calibre_changes([change], setting(35.0)))[0]
    ages = 35.0 + GRID / YEAR
    inside = np.where(ages < 50.0, -0.05 * (ages - 30.0) ** 2, -20.0 - 2.0 * (ages - 50.0))
    np.testing.assert_allclose(100.0 * full, 100.0 + np.where(ages < 30.0, 0.0, inside))
    assert calibre_changes([], setting()) is None
    twice = calibre_changes([change, replace(change, trigger=1)], setting(35.0))
    np.testing.assert_allclose(np.exp(twice[0]), full**2)


def test_without_ages_nothing_can_follow_them():
    with pytest.raises(ValueError, match="age"):
        calibre_changes(
            [CalibreChange(AgeCurve((1.0, 2.0), (0.0, 0.0)), 30.0, 80.0)], setting(None)
        )


# ------------------------------------------------------------------------- the shaft and the clocks


def tables(shaft=0.0, *, lost=0.0, gain=0.0, a=1.0):
    """Return the tables of one stratum that has lost so much log calibre to androgens."""
    grid = np.linspace(0.0, 10.0, 3)
    row = np.ones(3)
    forcing = forcing_on(grid, miniaturisation=lost * row, gain=gain * row, shaft=shaft * row)
    return clocks_of(forcing, healthy_rules(), [a]).table[:, 0]


@settings(deadline=None)
@given(st.floats(-1.0, 0.3), st.floats(0.0, 2.5), st.floats(-0.3, 0.3))
def test_a_shaft_is_as_thin_as_the_one_that_went_further_makes_it(full, lost, gain):
    both, androgens = tables(full, lost=lost, gain=gain), tables(lost=lost, gain=gain)
    age = tables(full, gain=gain)
    y = both[LOG_CALIBRE]
    if full < 0.0:  # the deeper of the two, not their sum
        assert (y == np.minimum(androgens[LOG_CALIBRE], age[LOG_CALIBRE])).all()
    else:
        assert (y >= androgens[LOG_CALIBRE]).all()
    assert (y >= -2.0).all()
    assert (y <= 0.2).all()
    # age moves the shaft and its growth alone: the clocks are those of androgens
    clocks = [row for row in range(6) if row not in (LOG_CALIBRE, GROWN)]
    assert both[clocks].tobytes() == androgens[clocks].tobytes()
    np.testing.assert_allclose(both[GROWN, -1], 10.0 * 0.37 * np.exp(y[0]), rtol=1e-12)


def test_full_size_at_every_age_changes_no_bit():
    assert tables(0.0, lost=0.4).tobytes() == tables(lost=0.4).tobytes()


def lives(condition, age, **parameters):
    """Return one person of a condition with its clocks and shafts, who does not drift otherwise."""
    where = setting(age)
    p = load_parameters({"progression": 0.0, **parameters})
    levels = with_changes(where.levels, condition.signals, GRID, FACTORS)
    drive = integrate(levels, GRID, p, FACTORS)
    changed = clock_changes(condition.clocks, where)
    log_rho = drive.log_rho if changed is None else drive.log_rho + changed
    one = np.ones(1)
    return Lives(
        grid=GRID,
        severity=0.0 * one,
        progression=one,
        growth=one,
        pace=np.zeros((1, 3)),
        sensitivity=0.0 * one,
        weight=one,
        drive=Drive(drive.miniaturisation, drive.reversible, drive.brake, drive.gain, log_rho),
        parameters=p,
        shaft=calibre_changes(condition.calibres, where),
    )


def test_expected_shares_and_shafts_are_those_of_the_changed_clocks():
    """Theory: past the last age the cycle is stationary again, shares as mean over speed."""
    old = lives(load_condition("ageing_male"), 70.0)
    shares = cycle_shares(old)[-1].phase[:, 0, 0]
    p = old.parameters
    times = np.array([p["anagen_mean"] / 1.398, *(p[f"{n}_mean"] for n in ("catagen", "telogen"))])
    times = np.append(times, p["kenogen_mean"])
    np.testing.assert_allclose(shares, times / times.sum(), rtol=1e-6)
    assert np.exp(old.log_shaft(-1)[0, 0]) == pytest.approx(1.0 - 27.67 / 85.9, abs=2e-3)
    assert old.log_calibre(-1)[0, 0] == 0.0
    limits = Limits(1.0, 0.0, 70.0)
    thick = [
        seen_on(lives(load_condition("ageing_male"), age), (0.0,), limits)[0].terminal[0]
        for age in (30.0, 50.0, 70.0)
    ]
    assert thick == sorted(thick, reverse=True)
    assert thick[2] < 0.2 * thick[0]


def test_rest_is_more_frequent_with_age_by_the_odds_it_was_set_to():
    """14 % of hairs at 18.5 years and 22 % at 43 are odds in the ratio 1.73 (telogen_by_age)."""
    odds = []
    for age in (18.5, 43.0):
        fixed = replace(load_condition("ageing_male"), calibres=())
        still = [
            replace(clock, speed=float(clock.by_age.at(np.array(age))), by_age=None)
            for clock in fixed.clocks
        ]
        phase = cycle_shares(lives(replace(fixed, clocks=tuple(still)), age))[-1].phase[:, 0, 0]
        odds.append(phase[TELOGEN] / phase[ANAGEN])
    assert odds[1] / odds[0] == pytest.approx((0.22 / 0.78) / (0.14 / 0.86), rel=2e-3)


# ----------------------------------------------------------------------------------- a hormone more


def test_a_signal_that_has_always_been_stronger_is_in_balance_from_the_start():
    excess = load_condition("androgen_excess").signals
    levels = with_changes(setting().levels, excess, GRID, FACTORS)
    drive = integrate(levels, GRID, load_parameters(), FACTORS)
    np.testing.assert_allclose(drive.reversible, 1.5, rtol=1e-12)
    np.testing.assert_allclose(drive.brake, 1.5, rtol=1e-12)
    assert (setting().levels == 1.0).all()


def test_what_a_drug_leaves_and_what_a_condition_adds_multiply():
    levels = setting().levels
    levels[:, FACTORS.index("DHT")] = 0.36
    late = SignalChange(Course(start=0.0, duration=1e5), "DHT", 1.5)
    changed = with_changes(levels, [late], GRID, FACTORS)[0, FACTORS.index("DHT")]
    np.testing.assert_allclose(changed[GRID < -1.0], 0.36)
    np.testing.assert_allclose(changed[GRID > YEAR], 0.54)
    other = [i for i, name in enumerate(FACTORS.names) if name != "DHT"]
    assert (with_changes(levels, [late], GRID, FACTORS)[:, other] == 1.0).all()


# --------------------------------------------------------------------------------- several causes


def test_of_several_causes_hazards_add_and_clocks_multiply():
    one, two = load_condition("ageing_male"), load_condition("effluvium_short_anagen")
    third = replace(one, name="third", losses=(replace(one.losses[0], rate=1e-5),))
    joined = load_condition("aga_male").together_with((third, two))
    assert joined.slow_loss == pytest.approx(third.slow_loss + two.slow_loss)
    both = clock_changes(joined.clocks, setting())
    apart = [clock_changes(one.clocks, setting()) for one in (third, two)]
    np.testing.assert_allclose(both, apart[0] + apart[1], rtol=1e-12)
    assert joined.follows_age


def test_the_order_of_the_others_is_no_matter():
    names = ("ageing_female", "menopause", "postpartum")
    others = [load_condition(name) for name in names]
    first = load_condition("aga_female")
    assert first.together_with(tuple(others)) == first.together_with(tuple(reversed(others)))


def test_pattern_loss_and_ageing_lose_no_follicle_twice():
    ageing = load_condition("ageing_male")
    both = load_condition("aga_male").together_with((ageing,))
    assert both.slow_loss == ageing.slow_loss == load_condition("ageing").slow_loss
    assert len(both.losses) == 1
