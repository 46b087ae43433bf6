"""Durations of phases in tracked follicles: what is cut and how, means, curves and differences."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import lognorm
from tracked import HEALTHY, PHASES, phases_at

from follicle_sim import InputError, parse_scenario, phase_durations, simulate, with_overrides
from follicle_sim.analysis.statistics.durations import duration_curve, error_of, mean_until
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.reporting.folders.run import duration_files
from follicle_sim.results.spells import spells_of
from follicle_sim.results.visits_seen import phases_on_visits

MANY = ["population.subjects=150", "record.tracked_follicles=60", "run.replicates=2",
        'design.visits=["0 days", "52 weeks"]']  # fmt: skip


@pytest.fixture(scope="module")
def healthy() -> xr.Dataset:
    return simulate(with_overrides(parse_scenario(HEALTHY), MANY))


def by_hand(days, onset, phase, **more) -> xr.Dataset:
    """Return a result of one arm, one person and some tracked follicles."""
    lead = ("arm", "subject", "tracked", "spell")
    spells = {
        "spell_onset": (lead, np.array(onset, float)[None, None]),
        "spell_phase": (lead, np.array(phase, np.uint8)[None, None]),
    }
    return xr.Dataset(spells | more, coords={"arm": ["a"], "subject": [0], "time": days})


def test_means_and_curves_are_those_of_the_law(healthy: xr.Dataset) -> None:
    """A year of follow-up of 18,000 follicles: every phase within 3.5 SE of its log-normal law."""
    found = phase_durations(healthy)
    p = load_parameters()
    for row in found.rows:
        mean, cv = p[f"{row.phase}_mean"], p[f"{row.phase}_cv"]
        sigma = np.sqrt(np.log1p(cv**2))
        law = lognorm(sigma, scale=mean * np.exp(-0.5 * sigma**2))
        se = (row.mean_high - row.mean_low) / (2 * 1.96)
        assert abs(row.mean - mean) <= 3.5 * se, row
        assert se < 0.03 * mean
        curve = found.curves[row.arm, row.phase]
        inner = (curve.survival > 0.02) & (curve.survival < 0.98)
        off = np.log(curve.survival[inner]) - law.logsf(curve.time[inner])
        assert np.abs(off / curve.log_error[inner]).max() <= 4.5, row.phase
        for quantile, share in (
            (row.lower_quartile, 0.25), (row.median, 0.5), (row.upper_quartile, 0.75),
        ):  # fmt: skip
            assert quantile == pytest.approx(law.ppf(share), rel=0.05)
        assert row.median_low <= row.median <= row.median_high
        assert row.entered_late > 0
        assert row.ended < row.spells


def test_without_late_entry_the_long_would_be_met_too_often(healthy: xr.Dataset) -> None:
    """The check above means something: phases taken as if seen from their start are too long."""
    part = spells_of(healthy).of(0, 0)
    naive = duration_curve(np.zeros_like(part.entry), part.exit, part.ended, part.person)
    assert naive.quantile(0.5) > 1.1 * phase_durations(healthy).rows[0].median


def test_what_is_cut_and_what_enters_late() -> None:
    nan = np.nan
    onset = [[-40.0, 10.0, 30.0], [-5.0, 60.0, nan], [-300.0, 120.0, nan], [-20.0, 50.0, nan]]
    phase = [[0, 1, 2], [2, 3, 255], [0, 4, 255], [0, 4, 255]]
    spells = spells_of(by_hand([0.0, 100.0], onset, phase))
    rows = zip(spells.follicle, spells.phase, spells.entry, spells.exit, spells.ended, strict=True)
    assert [tuple(map(float, row)) for row in rows] == [
        (0, 0, 40, 50, 1),  # ran already, and ended
        (0, 1, 0, 20, 1),
        (0, 2, 0, 70, 0),  # runs on
        (1, 2, 5, 65, 1),
        (1, 3, 0, 40, 0),
        (2, 0, 300, 400, 0),  # a change after the last visit is not seen
        (3, 0, 20, 70, 0),  # destroyed: cut, and not ended
    ]


def test_who_stays_away_is_followed_while_seen() -> None:
    day = ("arm", "subject", "time"), np.array([[[np.nan, 20.0, 60.0, np.nan]]])
    data = by_hand([0.0, 20.0, 60.0, 100.0], [[-40.0, 30.0, 80.0]], [[0, 1, 2]], visit_day=day)
    spells = spells_of(data)
    assert spells.entry.tolist() == [60.0, 0.0]
    assert spells.exit.tolist() == [70.0, 30.0]
    assert spells.ended.tolist() == [True, False]
    assert [row[3:] for row in phases_on_visits(data)] == [(20.0, "anagen"), (60.0, "catagen")]


def test_what_visits_see_is_what_the_run_saw() -> None:
    scenario = with_overrides(parse_scenario(HEALTHY), ["record.follicles=true"])
    data = simulate(scenario)
    shown = data.follicle_phase.values[..., : data.sizes["tracked"]]
    np.testing.assert_array_equal(np.moveaxis(phases_at(data), -1, 2), shown)
    rows = list(phases_on_visits(data))
    assert len(rows) == shown.size
    assert [row[4] for row in rows[:4]] == [PHASES[code] for code in shown[0, 0, :, 0]]


def test_following_follicles_changes_nothing_else() -> None:
    scenario = parse_scenario(HEALTHY)
    with_spells = simulate(scenario)
    without = simulate(with_overrides(scenario, ["record.tracked_follicles=0"]))
    for name in without.data_vars:
        np.testing.assert_array_equal(with_spells[name].values, without[name].values)
    assert "spell_onset" not in without


def test_errors_of_independent_people_are_greenwoods_and_those_of_copies_are_not() -> None:
    rng = np.random.Generator(np.random.Philox(7))
    n = 4000
    entry = rng.uniform(0.0, 2.0, n)
    whole = entry + rng.exponential(1.0, n)
    exit, ended = np.minimum(whole, 3.0), whole <= 3.0
    curve = duration_curve(entry, exit, ended, np.arange(n))
    d = 1.0 / curve.at_risk
    greenwood = np.sqrt(np.cumsum(d / (curve.at_risk - 1.0)))
    middle = slice(200, 2500)
    np.testing.assert_allclose(curve.log_error[middle], greenwood[middle], rtol=0.06)
    twice = [np.repeat(x, 2) for x in (entry, exit, ended, np.arange(n))]
    copies = duration_curve(*twice)
    np.testing.assert_allclose(copies.log_error, curve.log_error, rtol=1e-9)
    np.testing.assert_allclose(copies.survival, curve.survival, rtol=1e-9)


def test_the_mean_is_the_area_and_its_error_that_of_the_jackknife() -> None:
    rng = np.random.Generator(np.random.Philox(8))
    n = 300
    person = np.repeat(np.arange(60), 5)
    rate = np.repeat(rng.uniform(0.5, 2.0, 60), 5)
    entry = rng.uniform(0.0, 0.3, n)
    whole = entry + rng.exponential(1.0, n) / rate
    exit, ended = np.minimum(whole, 2.5), whole <= 2.5
    until = 2.0

    def mean(kept):
        part = [x[kept] for x in (entry, exit, ended, person)]
        return mean_until(duration_curve(*part), until, *part)

    found = mean(np.ones(n, bool))
    curve = duration_curve(entry, exit, ended, person)
    axis = np.linspace(0.0, until, 200_001)
    at = np.searchsorted(curve.time, axis, side="right")
    assert found.value == pytest.approx(np.mean(np.append(1.0, curve.survival)[at]) * 2, rel=1e-4)
    left_out = np.array([mean(person != k).value for k in range(60)])
    jackknife = np.sqrt(59 / 60 * np.sum((left_out - left_out.mean()) ** 2))
    assert found.error == pytest.approx(jackknife, rel=0.05)
    assert np.isnan(error_of(np.array([3.0, 0.0])))


TWO_ARMS = HEALTHY.replace("[design]", '[[arms]]\nlabel = "again"\nrole = "treatment"\n[design]')


def test_a_difference_of_the_same_people_is_exact_and_of_others_is_not() -> None:
    paired = phase_durations(simulate(parse_scenario(TWO_ARMS)))
    for row in paired.rows[4:]:
        assert (row.difference, row.difference_low, row.difference_high) == (0.0, 0.0, 0.0) or (
            row.difference_low is None
        )
    apart = parse_scenario(TWO_ARMS.replace("counterfactual", "parallel"))
    for row in phase_durations(simulate(apart)).rows[4:]:
        se = (row.difference_high - row.difference_low) / (2 * 1.96)
        assert 0.0 < abs(row.difference) <= 3.5 * se


def test_neither_order_nor_last_bits_decide(healthy: xr.Dataset) -> None:
    part = spells_of(healthy).of(0, 2)
    arrays = (part.entry, part.exit, part.ended, part.person)
    before = duration_curve(*arrays)
    order = np.random.Generator(np.random.Philox(9)).permutation(part.exit.size)
    after = duration_curve(*(x[order] for x in arrays))
    np.testing.assert_array_equal(before.survival, after.survival)
    np.testing.assert_allclose(before.log_error, after.log_error, rtol=1e-9)
    nudged = duration_curve(part.entry, np.nextafter(part.exit, np.inf), *arrays[2:])
    for share in (0.25, 0.5, 0.75):
        assert before.quantile(share) == after.quantile(share)
        assert nudged.quantile(share) == pytest.approx(before.quantile(share), rel=1e-12)


def test_a_curve_that_meets_a_half_but_for_its_last_bits_has_reached_it() -> None:
    """0.8 x 0.875 x 5/7 is a half, and more than one in floating point in some order."""
    n = 10
    exit = np.array([1.0, 1.0, 2.0, 3.0, 3.0, 4.0, 4.0, 4.0, 4.0, 4.0])
    curve = duration_curve(np.zeros(n), exit, exit < 4.0, np.arange(n))
    assert curve.survival[-1] == pytest.approx(0.5)
    assert curve.quantile(0.5) == 3.0
    assert curve.quantile(0.6) is None


def test_a_run_without_tracked_follicles_is_told_how_to_have_them() -> None:
    data = simulate(with_overrides(parse_scenario(HEALTHY), ["record.tracked_follicles=0"]))
    with pytest.raises(InputError, match=r"tracked_follicles = 50"):
        phase_durations(data)


def test_one_visit_writes_no_durations() -> None:
    """No phase ends at one visit: there is no table and no empty figure of it."""
    scenario = with_overrides(parse_scenario(HEALTHY), ["record.tracked_follicles=5"])
    assert duration_files(simulate(scenario))
    assert not duration_files(simulate(with_overrides(scenario, ['design.visits=["0 weeks"]'])))
