"""`follicle-sim explain`: what it prints and writes."""

import re
from pathlib import Path

import pytest

from follicle_sim.cli.app import main
from follicle_sim.results.storage import load_result

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SHORT = ["--set", 'design.visits={ every = "4 weeks", until = "16 weeks" }', "--set"]


@pytest.fixture(autouse=True)
def few_follicles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("follicle_sim.experiments.explain.FOLLICLES", 2000)


def command(name: str, *options: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["explain", str(SCENARIOS / f"{name}.toml"), *options])
    return int(stopped.value.code or 0)


def test_prints_every_link_and_writes_both_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command("exosome_park_2022", *SHORT, "run.history=1 year", "--out", str(tmp_path))
    printed = capsys.readouterr().out
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["explain.nc", "explain.png"]
    for link in ("dose", "level", "effect", "factors", "clocks", "calibre", "phases", "density"):
        assert f"\n{link}\n" in printed
    assert re.search(r"kenogen ends \d\.\d times as fast at week 11 as without treatment", printed)
    assert "elasticity 1 (assumption)" in printed
    assert "factors.toml" in printed
    assert "other arms (--arm): untreated (not in the study)" in printed
    data = load_result(tmp_path / "explain.nc")
    assert data.dose_level.sizes == {"treatment": 1, "time": 113}


def test_the_untreated_arm_has_no_exposure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--arm", "placebo", *SHORT, "run.history=1 year", "--out", str(tmp_path))
    assert command("finasteride_kaufman_1998", *options) == 0
    printed = capsys.readouterr().out
    assert "nothing is given" in printed
    assert "at baseline" in printed
    assert "Level at the site" not in printed


def test_an_unknown_arm_is_bad_input_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "new"
    assert command("exosome_park_2022", "--arm", "exosomes weekly", "--out", str(folder)) == 2
    assert 'did you mean "exosomes weekly x 12"' in capsys.readouterr().err
    assert not folder.exists()
