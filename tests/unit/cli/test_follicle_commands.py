"""Single follicles on the command line: fitted by `calibrate`, their durations written by `run`."""

import csv
import json
from pathlib import Path

import pytest
from tracked import HEADER, HEALTHY, write_table

from follicle_sim import parse_scenario, simulate
from follicle_sim.cli.app import main

SMALL = HEALTHY.replace("subjects = 30", "subjects = 8")


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(list(arguments))
    return int(exit_.value.code or 0)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "healthy.toml"
    file.write_text(SMALL)
    return file


def test_calibrate_fits_a_table_of_follicles(
    tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = write_table(simulate(parse_scenario(SMALL)), tmp_path / "hairs.csv")
    call = ["calibrate", str(scenario), "--follicles", str(table), "--out", str(tmp_path / "fit")]
    assert run(*call) == 0
    told = capsys.readouterr().out
    assert "anagen mean" in told
    assert "160 follicles, 8 people, 4 visits" in told
    assert {path.name for path in (tmp_path / "fit").iterdir()} == {
        "fit.json", "fit.csv", "fit_profile.csv", "fit.png",
    }  # fmt: skip
    record = json.loads((tmp_path / "fit/fit.json").read_text())
    best = record["values"]["anagen_mean"]
    assert record["low"] < best < record["high"]
    assert record["follicles"] == 160
    with (tmp_path / "fit/fit.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sum(int(row["observed"]) for row in rows) == 3 * 160


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--misread", "0.1"], "belongs to --follicles"),
        (["--follicles", "x.csv", "--no-drift"], "no --no-drift"),
        (["--follicles", "x.csv"], "cannot be read"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    scenario: Path, options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("calibrate", str(scenario), *options) == 2
    shown = capsys.readouterr()
    assert message in " ".join((shown.out + shown.err).replace("\u2502", " ").split())


def test_a_bad_row_ends_the_command_with_its_line(
    tmp_path: Path, scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "hairs.csv"
    table.write_text(HEADER + "nobody,1,1,0,telogn\n")
    assert run("calibrate", str(scenario), "--follicles", str(table)) == 2
    assert "line 2, column seen" in capsys.readouterr().err.replace("\n", " ")


def test_a_run_with_tracked_follicles_writes_their_durations(
    tmp_path: Path, scenario: Path
) -> None:
    assert run("run", str(scenario), "--out", str(tmp_path / "out"), "--quiet") == 0
    assert (tmp_path / "out/phase_durations.png").stat().st_size > 10_000
    with (tmp_path / "out/phase_durations.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["phase"] for row in rows] == ["anagen", "catagen", "telogen", "kenogen"]
    assert all(int(row["spells"]) >= int(row["ended"]) > 0 for row in rows)
    again = ["run", str(scenario), "--out", str(tmp_path / "out"), "--quiet"]
    assert run(*again, "--set", "record.tracked_follicles=0") == 0
    assert not (tmp_path / "out/phase_durations.csv").exists()
