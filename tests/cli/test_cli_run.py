"""`run`: what it writes, what it prints, and what its options change."""

import csv
import os

import numpy as np
import pytest
from command_line import COMMAND, TINY, contents

from follicle_sim import load_result, load_scenario, parse_scenario
from follicle_sim.reporting.folders.run import FILES

PNG = b"\x89PNG\r\n\x1a\n"


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_writes_every_file(finished):
    assert set(contents(finished.folder)) == set(FILES)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".png")])
def test_figures_are_whole_pictures(finished, name):
    from matplotlib.image import imread

    path = finished.folder / name
    assert path.read_bytes().startswith(PNG)
    picture = imread(path)
    assert min(picture.shape[:2]) > 200
    assert picture[..., :3].std() > 0.01  # not blank


def test_endpoints_agree_with_the_data(finished):
    data = load_result(finished.folder / "result.nc")
    rows = rows_of(finished.folder / "endpoints.csv")
    assert {row["arm"] for row in rows} == {"drug", "dummy"}
    seen = 0
    for row in rows:
        if row["variable"] != "hair_density":
            continue
        seen += 1
        people = data.hair_density.sel(arm=row["arm"], time=float(row["day"])).values
        start = data.hair_density.sel(arm=row["arm"], time=0.0).values
        assert int(row["n"]) == 4
        assert row["unit"] == "cm-2"
        assert float(row["mean"]) == pytest.approx(people.mean(), rel=1e-12)
        assert float(row["sd"]) == pytest.approx(people.std(ddof=1), rel=1e-9)
        assert float(row["change"]) == pytest.approx((people - start).mean(), abs=1e-9)
        if row["arm"] == "drug":
            other = data.hair_density.sel(arm="dummy", time=float(row["day"])).values
            apart = (people - other - start + data.hair_density.sel(arm="dummy", time=0.0)).mean()
            assert float(row["difference"]) == pytest.approx(float(apart), abs=1e-9)
        else:
            assert row["difference"] == ""
    assert seen == 6


def test_comparison_names_the_published_numbers(finished):
    rows = rows_of(finished.folder / "comparison.csv")
    difference = next(row for row in rows if row["kind"] == "difference")
    assert difference["study"] == "kaufman_1998"
    assert float(difference["observed"]) == pytest.approx(107 / 5.067, rel=1e-3)
    assert {row["unit"] for row in rows} == {"cm-2"}


def test_resolved_scenario_is_the_one_that_ran(finished):
    assert load_scenario(finished.folder / "scenario.resolved.toml") == parse_scenario(TINY)


def test_prints_table_comparison_and_folder(finished):
    out = finished.outcome.out
    assert "A few men on finasteride" in out
    assert "Hair density (hairs/cm2)" in out
    for text in ("week", "change from", "baseline", "from control", "observed", "z"):
        assert text in out
    assert "difference +21.1" in out
    assert "drug minus dummy" in out
    assert str(finished.folder) in out
    for name in FILES:
        assert name in out
    assert "simulating: 4 of 4 subjects" in finished.outcome.err


def test_same_bytes_with_one_and_two_threads(cli, tiny, tmp_path):
    for threads in (1, 2):
        assert cli("run", tiny, "--threads", threads, "--out", tmp_path / str(threads)).code == 0
    one, two = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert one["endpoints.csv"] == two["endpoints.csv"]
    assert load_result(tmp_path / "1" / "result.nc").identical(
        load_result(tmp_path / "2" / "result.nc")
    )


def test_settings_and_seed(cli, tiny, tmp_path):
    out = tmp_path / "out"
    settings = ["--set", "population.subjects=3", "--set", "arms.drug.doses[0].amount=5 mg"]
    assert cli("run", tiny, *settings, "--seed", 9, "--out", out).code == 0
    ran = load_scenario(out / "scenario.resolved.toml")
    assert ran.population.subjects == 3
    assert ran.arms[0].doses[0].amount == 5.0
    assert ran.run.seed == 9
    assert load_result(out / "result.nc").sizes["subject"] == 3


def test_the_potency_used_is_named(cli, tiny, tmp_path):
    topical = "arms.drug.doses=[{treatment = 'minoxidil_topical_5', amount = '1 mL'}]"
    done = cli("run", tiny, "--set", topical, "--set", "potency=0.76", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "potency of minoxidil topical 5 0.76, set in this scenario;" in done.out


def test_another_seed_is_another_result(cli, tiny, finished, tmp_path):
    assert cli("run", tiny, "--seed", 2, "--out", tmp_path / "out").code == 0
    mine = load_result(tmp_path / "out" / "result.nc").hair_density.values
    assert not np.array_equal(mine, load_result(finished.folder / "result.nc").hair_density.values)


def test_default_folder_is_named_after_the_file(cli, tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("run", "tiny.toml", "--quiet").code == 0
    assert set(contents(tmp_path / "results" / "tiny")) == set(FILES)


def test_second_run_replaces_every_file(cli, tiny, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for name in FILES:
        (out / name).write_text("old")
    (out / "mine.txt").write_text("keep")
    assert cli("run", tiny, "--quiet", "--out", out).code == 0
    after = contents(out)
    assert set(after) == {*FILES, "mine.txt"}
    assert after.pop("mine.txt") == b"keep"
    assert b"old" not in after.values()


def test_no_figure_of_an_earlier_run_stays(cli, tiny, tmp_path):
    out = tmp_path / "out"
    assert cli("run", tiny, "--quiet", "--out", out).code == 0
    few = 'record.variables=["hair_density"]'
    outcome = cli("run", tiny, "--set", few, "--out", out)
    assert outcome.code == 0
    assert "phases.png" not in contents(out)
    assert "phases.png" not in outcome.out


def test_record_without_a_density_still_runs(cli, tiny, tmp_path):
    setting = 'record.variables=["growth_rate"]'
    outcome = cli("run", tiny, "--set", setting, "--out", tmp_path / "out")
    assert outcome.code == 0, outcome.err
    assert "Growth rate (mm/day)" in outcome.out
    assert "density.png" not in contents(tmp_path / "out")


def test_reader_of_the_output_may_leave(tiny, tmp_path):
    # `follicle-sim trials list | head -1`
    import subprocess

    with subprocess.Popen(
        [*COMMAND, "trials", "list"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        error = process.stderr.read()
        assert process.wait(60) == 0
    assert error == b""
