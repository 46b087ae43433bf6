"""Emulator, sampler, profiles and sensitivity on problems with known answers; checkpoints."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from follicle_sim import load_scenario
from follicle_sim.base.errors import InputError
from follicle_sim.base.extras import MissingExtraError, need
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.biology.posterior import load_posterior
from follicle_sim.experiments import sensitivity, sensitivity_plan
from follicle_sim.experiments.calibration.emulator import (
    all_powers,
    features,
    fit_polynomial,
    likely_points,
    log_posterior,
    make_emulator,
    root_mean_square,
    spread_points,
)
from follicle_sim.experiments.calibration.fit_biology import fit_scenario, without_brake
from follicle_sim.experiments.calibration.likelihood import make_likelihood
from follicle_sim.experiments.calibration.posterior import sample
from follicle_sim.experiments.calibration.problem import Calibration, make_calibration
from follicle_sim.experiments.calibration.profile import LIMIT, profiles, read_profile
from follicle_sim.experiments.calibration.sharpen import lowest_points, sharpen
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.running.evaluate import evaluate_all

ROOT = Path(__file__).parents[3]
RNG = np.random.default_rng(4)


def test_powers_and_features_are_all_monomials() -> None:
    powers = all_powers(3, 3)
    assert len(powers) == 20  # (3 + 3 choose 3)
    x = np.array([[2.0, 3.0, 5.0]])
    expected = 2.0 ** powers[:, 0] * 3.0 ** powers[:, 1] * 5.0 ** powers[:, 2]
    assert features(x, powers)[0] == pytest.approx(expected)
    assert features(x[0], powers) == pytest.approx(expected)


def test_polynomial_recovers_a_cubic() -> None:
    x = spread_points(120, 2)
    y = np.stack([1 + x[:, 0] - 2 * x[:, 0] * x[:, 1] ** 2, x[:, 1] ** 3], axis=1)
    found = fit_polynomial(x, y, np.ones(len(x)))
    at = RNG.uniform(-1, 1, (7, 2))
    expected = np.stack([1 + at[:, 0] - 2 * at[:, 0] * at[:, 1] ** 2, at[:, 1] ** 3], axis=1)
    assert found(at) == pytest.approx(expected, abs=1e-10)


def normal(x: np.ndarray) -> np.ndarray:
    inside = (np.abs(x) <= 1).all(axis=-1)
    return np.where(inside, -0.5 * np.sum((x - [0.1, -0.2]) ** 2 / 0.15**2, axis=-1), -np.inf)


def test_likely_points_lie_where_the_density_does() -> None:
    points = likely_points(normal, 2, 300, skip=0, heat=1.0)
    assert len(points) > 290
    assert points.mean(axis=0) == pytest.approx([0.1, -0.2], abs=0.02)
    assert points.std(axis=0) == pytest.approx([0.15, 0.15], abs=0.02)


def test_sampler_finds_a_normal_and_its_diagnostics_agree() -> None:
    pytest.importorskip("emcee")
    pytest.importorskip("arviz")
    starts = likely_points(normal, 2, 80, skip=0, heat=1.0)
    found = sample(normal, starts, steps=400, walkers=8, seed=3)
    assert found.draws.mean(axis=0) == pytest.approx([0.1, -0.2], abs=0.02)
    assert found.draws.std(axis=0) == pytest.approx([0.15, 0.15], abs=0.02)
    assert (found.r_hat() < 1.1).all()
    assert (found.effective_size() > 200).all()
    assert 0.1 < found.acceptance < 0.9
    assert found.thinned(50).shape == (50, 2)


def test_resumed_chain_is_the_same_chain(tmp_path: Path) -> None:
    pytest.importorskip("emcee")
    starts = likely_points(normal, 2, 80, skip=0, heat=1.0)
    whole = sample(normal, starts, steps=220, walkers=8, seed=3)
    file = tmp_path / "chain.npz"
    sample(normal, starts, steps=90, walkers=8, seed=3, checkpoint=Checkpoint(file, "k"))
    again = Checkpoint(file, "k", resume=True)
    resumed = sample(normal, starts, steps=220, walkers=8, seed=3, checkpoint=again)
    assert np.array_equal(whole.chain, resumed.chain)
    assert whole.acceptance == resumed.acceptance
    other = sample(normal, starts, steps=50, walkers=8, seed=4)
    assert not np.array_equal(whole.chain[:50], other.chain)


def test_sampler_refuses_too_few_walkers() -> None:
    pytest.importorskip("emcee")
    with pytest.raises(InputError, match="walkers"):
        sample(normal, np.zeros((9, 2)), walkers=3)


def test_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.npz"
    Checkpoint(file, "one").save(rows=np.ones(3))
    assert Checkpoint(file, "one", resume=True).load()["rows"].tolist() == [1, 1, 1]
    assert Checkpoint(file, "two").load() == {}
    with pytest.raises(InputError, match="other settings"):
        Checkpoint(file, "two", resume=True).load()
    file.write_bytes(b"no zip")
    with pytest.raises(InputError, match="no checkpoint"):
        Checkpoint(file, "one", resume=True).load()


def test_evaluations_resume_with_what_is_left(tmp_path: Path) -> None:
    asked: list[int] = []

    def work(i: int) -> np.ndarray:
        asked.append(i)
        if i == 5 and len(asked) < 8:
            raise KeyboardInterrupt
        return np.array([float(i), float(i * i)])

    place = Checkpoint(tmp_path / "e.npz", "k", resume=True)
    with pytest.raises(Exception, match="go on with --resume"):
        evaluate_all(work, 20, 2, place, None, "t", threads=1)
    first = set(asked) - {5}
    found = evaluate_all(work, 20, 2, place, None, "t", threads=1)
    assert np.array_equal(found, [[i, i * i] for i in range(20)])
    assert all(asked.count(i) == 1 for i in range(5))
    assert first


def test_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "emcee", None)
    with pytest.raises(MissingExtraError, match=r"emcee is not installed.*follicle-sim\[inference"):
        need("emcee")


class Known(Calibration):
    """A calibration whose simulator is a formula: one target moves with x0, none with x1."""

    def simulate(self, x: np.ndarray, seed: int, times: int = 1) -> np.ndarray:
        return np.array([0.1 + 0.2 * x[0] + 0.05 * x[0] ** 2] * len(self.targets))


@pytest.fixture
def known() -> Known:
    real = make_calibration(["severity", "gamma_kenogen"], ["price_2002"])
    return Known(real.names, real.targets, real.rules, real.seed)


def test_emulator_and_profiles_tell_what_is_identified(known: Known) -> None:
    emulator = make_emulator(known, lambda name, key: Checkpoint(None, key))
    assert (emulator.error < 1e-10).all()
    curves = {curve.name: curve for curve in profiles(known, emulator, points=11)}
    assert curves["severity"].verdict == "identified"
    assert curves["gamma_kenogen"].verdict == "not identified"
    assert curves["gamma_kenogen"].rise.max() < 0.01
    likelihood = make_likelihood(known.targets, known.rules, emulator.error)
    density = log_posterior(known, likelihood, emulator)
    assert density(np.array([[0.0, 0.0], [0.0, 1.5]]))[1] == -np.inf


def test_emulator_leaves_out_a_scalp_without_hair(known: Known) -> None:
    class Bald(Known):
        def simulate(self, x: np.ndarray, seed: int, times: int = 1) -> np.ndarray:
            found = super().simulate(x, seed, times)
            return np.full_like(found, np.nan) if x[0] < -0.9 else found

    bald = Bald(known.names, known.targets, known.rules, known.seed)
    emulator = make_emulator(bald, lambda name, key: Checkpoint(None, key))
    assert (emulator.range_error < 1e-9).all()


def test_profile_interval_and_verdicts() -> None:
    values = np.geomspace(0.1, 10.0, 21)
    rise = (np.log(values) / 0.7) ** 2
    curve = read_profile("severity", values, rise)
    assert curve.verdict == "identified"
    assert np.log(curve.high) == pytest.approx(0.7 * np.sqrt(LIMIT), rel=0.02)
    assert np.log(curve.low) == pytest.approx(-0.7 * np.sqrt(LIMIT), rel=0.02)
    assert read_profile("s", values, np.where(values < 1, 0.0, rise)).verdict == "no lower limit"
    assert read_profile("s", values, np.where(values > 1, 0.0, rise)).verdict == "no upper limit"


def test_calibration_refuses_what_it_cannot_free() -> None:
    with pytest.raises(InputError, match='did you mean "severity"') as caught:
        make_calibration(["severty"], ["van_nest_2000"])
    assert "van_neste_2000" in str(caught.value)
    with pytest.raises(InputError, match="once"):
        make_calibration(["severity", "severity"])


def test_a_search_within_a_factor_of_the_defaults() -> None:
    near = make_calibration(["severity", "gamma_anagen"], within=2.0)
    defaults = {name: parameter_table()[name].value for name in near.names}
    assert near.values(np.zeros(2)) == pytest.approx(defaults)
    ends = near.decode(np.array([-np.ones(2), np.ones(2)]))
    assert ends[1] / ends[0] == pytest.approx([4.0, 4.0])
    # the prior is where it was: farther from its centre is less likely, whichever way that is
    away = near.from_prior(np.zeros(2))
    assert near.log_prior(np.zeros(2)) == pytest.approx(-0.5 * np.sum(away**2))
    toward = -np.sign(away) * 0.1
    assert near.log_prior(toward) > near.log_prior(np.zeros(2))
    assert near.settings() != make_calibration(["severity", "gamma_anagen"]).settings()
    with pytest.raises(InputError, match="at most 4"):
        make_calibration(within=5.0)


def test_an_emulator_is_sharpened_where_its_profiles_go(known: Known) -> None:
    class Bent(Known):
        """What a cubic cannot follow over the whole range."""

        def simulate(self, x: np.ndarray, seed: int, times: int = 1) -> np.ndarray:
            found = super().simulate(x, seed, times)
            return found + 0.3 * np.exp(-((x[0] - 0.1) ** 2) / 0.02)

    bent = Bent(known.names, known.targets, known.rules, known.seed)
    rough = make_emulator(bent, lambda name, key: Checkpoint(None, key))
    sharp = sharpen(bent, rough, lambda name, key: Checkpoint(None, key))
    assert sharp.simulations == rough.simulations + 2 * 2 * 7 + 4
    at = lowest_points(bent, rough, np.linspace(-1.0, 1.0, 7))
    truth = np.array([bent.simulate(x, 0) for x in at])
    before, after = (root_mean_square(model(at) - truth) for model in (rough, sharp))
    assert (after < 0.8 * before).all()


def test_prior_is_cut_off_at_the_ends_of_the_range() -> None:
    calibration = make_calibration()
    x = np.zeros((2, 5))
    x[1, 3] = 1.01
    assert calibration.log_prior(x).tolist() == [0.0, -np.inf]
    ends = calibration.decode(np.array([-np.ones(5), np.ones(5)]))
    assert ends[1] / ends[0] == pytest.approx(np.exp(4 * 0.7))


def test_sensitivity_plan_holds_every_uncertain_parameter() -> None:
    plan = sensitivity_plan.make_plan(
        load_scenario(ROOT / "scenarios/finasteride_kaufman_1998.toml"), 8
    )
    names = {parameter.name for parameter in plan.parameters}
    assert {"severity", "brake_time", "calibre_log_min", "kenogen_cv"} <= names
    assert "anagen_mean" not in names  # read in a review
    assert plan.runs == 8 * (len(names) + 2)
    low, high = plan.at(np.zeros(len(names))), plan.at(np.ones(len(names)))
    assert high["severity"] == pytest.approx(4 * low["severity"])
    assert (low["calibre_log_min"], high["calibre_log_min"]) == pytest.approx((-1.0, -4.0))
    with pytest.raises(InputError, match="power of two"):
        sensitivity_plan.make_plan(plan.scenario, 100)


def test_asked_of_expected_values_next_to_nothing_is_luck() -> None:
    """What is left goes with where the lattice of people begins, which the seed names."""
    spread = []
    for engine in ("agents", "expected"):
        words = ["population.subjects=12", "population.follicles=200", f"run.engine={engine}"]
        plan = sensitivity_plan.make_plan(
            load_scenario(ROOT / "scenarios/untreated_aga.toml", words)
        )
        middle = dict(zip([row.name for row in plan.parameters], plan.values, strict=True))
        spread.append(np.std([plan.simulate(middle, seed)[-1] for seed in range(5)]))
    assert spread[1] < 0.2 * spread[0]


def test_sobol_indices_of_a_known_function(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("SALib")
    plan = sensitivity_plan.make_plan(load_scenario(ROOT / "scenarios/untreated_aga.toml"), 128)

    def formula(self: Any, values: dict[str, float], seed: int) -> np.ndarray:
        logs = np.log(values["severity"]), np.log(values["progression"])
        return np.array([2 * logs[0] + logs[1]] * len(self.outcomes))

    monkeypatch.setattr(sensitivity_plan.Plan, "simulate", formula)
    found = {row.parameter: row for row in sensitivity.rank_parameters(plan).rows if row.week == 24}
    assert found["severity"].first == pytest.approx(0.8, abs=0.12)
    assert found["progression"].total == pytest.approx(0.2, abs=0.06)
    assert found["gamma_anagen"].total == pytest.approx(0.0, abs=1e-9)
    assert found["severity"].luck == 0.0
    gap = abs(found["severity"].first - 0.8)
    assert gap < 3 * found["severity"].first_interval


def test_stored_posterior_can_be_used() -> None:
    draws = load_posterior()
    assert len(draws) == 200
    assert set(draws[0]) == set(make_calibration().names)


def test_no_posterior_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("severty\n1.0\n")
    with pytest.raises(InputError, match="severity"):
        load_posterior(file)
    file.write_text("severity\nx\n")
    with pytest.raises(InputError, match="no posterior sample"):
        load_posterior(file)


def test_without_brake_switches_every_brake_off() -> None:
    off = without_brake(fit_scenario(subjects=2, follicles=5)).biology
    assert {name: off[name] for name in off} == {
        "brake_anagen": 0.0,
        "brake_telogen": 0.0,
        "brake_kenogen": 0.0,
    }
