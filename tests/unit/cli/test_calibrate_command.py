"""`follicle-sim calibrate` and `sensitivity` from the command line, the simulator a formula."""

import json
from pathlib import Path

import numpy as np
import pytest

from follicle_sim.cli.app import main
from follicle_sim.experiments.calibration.problem import Calibration
from follicle_sim.experiments.sensitivity_plan import Plan

ROOT = Path(__file__).parents[3]
SCENARIO = str(ROOT / "scenarios/untreated_aga.toml")
SMALL = ["--parameter", "severity", "--parameter", "progression", "--trial", "price_2002"]


@pytest.fixture(autouse=True)
def formula(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(self: Calibration, x: np.ndarray, seed: int, times: int = 1) -> np.ndarray:
        return np.array([0.1 + 0.2 * x[0] - 0.1 * x[1] ** 2, 0.1, 0.2 * x[1], 0.3])

    def outcomes(self: Plan, values: dict[str, float], seed: int) -> np.ndarray:
        return np.array([values["severity"] + 1e-3 * seed % 7 for _ in self.outcomes])

    monkeypatch.setattr(Calibration, "simulate", simulate)
    monkeypatch.setattr(Plan, "simulate", outcomes)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(list(arguments))
    return int(exit_.value.code or 0)


def test_posterior_writes_a_sample_and_resumes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("emcee")
    pytest.importorskip("arviz")
    call = ["calibrate", *SMALL, "--walkers", "8", "--out", str(tmp_path)]
    assert run(*call, "--steps", "60") == 0
    assert "r-hat" in capsys.readouterr().out
    record = json.loads((tmp_path / "posterior.json").read_text())
    assert {"command", "date", "seed", "data", "versions", "r_hat", "effective_draws"} <= set(
        record
    )
    first = (tmp_path / "posterior.csv").read_text()
    assert first.startswith("# Written by `follicle-sim")
    assert run(*call, "--steps", "60", "--resume", "--quiet") == 0
    assert (tmp_path / "posterior.csv").read_text().splitlines()[-5:] == first.splitlines()[-5:]
    assert run(*call, "--steps", "60", "--resume", "--quiet", "--seed", "4") == 2
    assert "other settings" in capsys.readouterr().err


def test_optimum_and_profile_write_what_they_found(tmp_path: Path) -> None:
    call = ["calibrate", *SMALL, "--out", str(tmp_path), "--method"]
    assert run(*call, "optimum", "--steps", "4") == 0
    assert json.loads((tmp_path / "optimum.json").read_text())["values"]["severity"]
    assert run(*call, "profile") == 0
    assert (tmp_path / "profile.csv").read_text().startswith("parameter,value,rise,verdict")
    assert (tmp_path / "profile.png").stat().st_size > 10_000


def test_sensitivity_writes_indices_and_figures(tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    assert run("sensitivity", SCENARIO, "--samples", "8", "--out", str(tmp_path)) == 0
    header = (tmp_path / "sensitivity.csv").read_text().splitlines()[0]
    assert header.startswith("arm,control,week,parameter")
    assert list(tmp_path.glob("sensitivity_*.png"))
    again = ["--samples", "8", "--out", str(tmp_path), "--resume", "--quiet"]
    assert run("sensitivity", SCENARIO, *again) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["calibrate", "--parameter", "severty"], 'did you mean "severity"'),
        (["calibrate", "--trial", "kaufmann_1998"], 'did you mean "kaufman_1998"'),
        (["sensitivity", SCENARIO, "--samples", "100"], "power of two"),
        (["calibrate", "--method", "profile", "--keep"], "--keep"),
    ],
)
def test_bad_input_exits_with_2(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert words in capsys.readouterr().err
