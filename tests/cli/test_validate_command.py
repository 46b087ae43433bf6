"""`follicle-sim validate`: files, table, exit codes."""

import csv
import json
from pathlib import Path

import pytest

from follicle_sim.cli.app import main
from follicle_sim.experiments.scoreboard import designs

SMALL = ["--set", "population.subjects=20", "--set", "population.follicles=400"]


@pytest.fixture(autouse=True)
def few_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    import follicle_sim.experiments.scoreboard.run as board

    chosen = ("kaufman_1998", "olsen_2002", "park_2022", "lucky_2004", "loussouarn_2005")
    monkeypatch.setattr(board, "design_names", lambda: chosen)
    assert set(chosen) <= set(designs.design_names())


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(["validate", *SMALL, *arguments])
    return int(stopped.value.code or 0)


def test_writes_table_json_and_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, extra = tmp_path / "board", tmp_path / "extra.json"
    assert run("--out", str(out), "--json", str(extra)) == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "scoreboard.csv",
        "scoreboard.json",
        "scoreboard.png",
    ]
    assert extra.read_bytes() == (out / "scoreboard.json").read_bytes()
    told = json.loads(extra.read_text())
    rows = list(csv.DictReader((out / "scoreboard.csv").read_text().splitlines()))
    assert len(rows) == len(told["rows"]) > 8
    assert {"kaufman_1998", "olsen_2002", "park_2022"} <= {row["study"] for row in rows}
    printed = capsys.readouterr().out
    assert "within 2 SE" in printed
    assert "controlled" in printed
    assert "uncontrolled" in printed
    assert "Not expressed" in printed
    flat = " ".join(printed.split())
    assert "All counted rows: " in flat
    assert "published numbers are within 2 SE of the predicted one" in flat
    assert "with a standard deviation of 6 hairs/cm2 from trial to trial" in flat
    assert "on average by +3 hairs/cm2" in flat
    assert "malkud_2015: shares of diagnoses" in flat
    # both arms without a design in one line
    assert "loussouarn_2005, row 1, 3, 4, 6, 7, 9: of an arm" in printed


def test_use_takes_only_these_rows(tmp_path: Path) -> None:
    assert run("--use", "validation", "--out", str(tmp_path), "--quiet") == 0
    told = json.loads((tmp_path / "scoreboard.json").read_text())
    assert {row["use"] for row in told["rows"]} == {"validation"}
    assert {row["study"] for row in told["rows"]} == {"lucky_2004"}


def test_a_worse_fit_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tmp_path / "before.json"
    assert run("--out", str(tmp_path), "--quiet", "--json", str(before)) == 0
    assert run("--out", str(tmp_path), "--quiet", "--against", str(before)) == 0
    told = json.loads(before.read_text())
    for row in told["rows"]:
        if row["observation"] == "kaufman_1998:4":
            row.update(mc_z=0.0)
    before.write_text(json.dumps(told))
    worse = ["--set", "biology.progression=0.001 /day"]
    assert run("--out", str(tmp_path), "--quiet", "--against", str(before), *worse) == 3
    captured = capsys.readouterr()
    assert "kaufman_1998:4" in captured.out
    assert "fit worse than before" in captured.err


def test_folder_that_cannot_be_written_is_exit_code_4(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("--out", str(tmp_path / "file")) == 4


def test_unknown_use_is_exit_code_2(tmp_path: Path) -> None:
    assert run("--use", "everything", "--out", str(tmp_path)) == 2
