"""What a colleague opens: every command says what a file is, and takes the scenario of a result."""

import shutil

import numpy as np
import pytest
import xarray as xr
from command_line import contents

from follicle_sim import load_result, scenario_of
from follicle_sim.scenario.hashing import scenario_hash


def test_show_says_which_run_made_a_result(cli, finished):
    result = finished.folder / "result.nc"
    shown = cli("show", result)
    assert shown.code == 0
    for part in (
        "A few men on finasteride",
        "the result of a run",
        "follicle_sim 0.",
        scenario_hash(scenario_of(result)),
        "seed",
        "overrides      none",
        "counterfactual, 1 replicate",
        "0, 26, 52 weeks",
        "kaufman_1998",
        "drug (treatment): 4 subjects",
        "dummy (placebo): 4 subjects",
        "terminal_density",
        "terminal hairs counted per area (cm-2)",
        f"follicle-sim rerun {result} --check",
    ):
        assert part in shown.out, part


def test_run_of_a_result_runs_its_scenario_and_leaves_the_result_alone(cli, finished, tmp_path):
    folder = tmp_path / "tiny"
    shutil.copytree(finished.folder, folder)
    before = contents(folder)
    outcome = cli("run", folder / "result.nc", "--out", tmp_path / "new")
    assert outcome.code == 0
    assert "is the result of a run: its scenario is simulated once more" in outcome.out
    assert "follicle-sim rerun" in outcome.out
    assert contents(folder) == before
    again = load_result(tmp_path / "new" / "result.nc")
    assert again.identical(load_result(folder / "result.nc"))


def test_by_default_a_run_of_a_result_goes_beside_its_folder(cli, finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(finished.folder, tmp_path / "results" / "tiny")
    assert cli("run", "results/tiny/result.nc", "--quiet", "--seed", 3).code == 0
    found = scenario_of(tmp_path / "results" / "tiny.again" / "result.nc")
    assert (found.run.seed, found.background.overrides) == (3, ("run.seed=3",))
    assert "overrides      run.seed=3" in cli("show", "results/tiny.again/result.nc").out
    monkeypatch.chdir(tmp_path / "results" / "tiny")
    assert cli("run", "result.nc", "--quiet").code == 0
    assert (tmp_path / "results" / "tiny" / "results" / "tiny.again").is_dir()


def test_other_commands_take_the_scenario_of_a_result(cli, finished):
    result = finished.folder / "result.nc"
    assert "fine: 2 arms, 5 subjects" in cli("check", result, "--set", "population.subjects=5").out
    shown = cli("show", result, "--set", "population.subjects=5")
    assert "Biology parameters" in shown.out
    told = cli("check", result, "--set", "population.subject=5")
    assert told.code == 2
    assert 'did you mean "subjects"?' in told.err


def test_a_run_with_uncertain_parameters_can_be_run_with_more_replicates(cli, tiny, tmp_path):
    some = ["--set", "population.subjects=2", "--set", 'run.uncertainty="posterior"']
    first, second = tmp_path / "first", tmp_path / "second"
    assert cli("run", tiny, *some, "--set", "run.replicates=2", "--out", first).code == 0
    more = ["--set", "run.replicates=3", "--out", second]
    assert cli("run", first / "result.nc", *more).code == 0
    few, many = load_result(first / "result.nc"), load_result(second / "result.nc")
    assert many.hair_density[:2].equals(few.hair_density)


def netcdf(path):
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(path, engine="h5netcdf")


def classic(path):
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")


def noise(path):
    path.write_bytes(np.random.default_rng(1).bytes(3000))


def spreadsheet(path):
    path.write_bytes(b"PK\x03\x04" + bytes(100))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (netcdf, "not a follicle_sim result"),
        (classic, "a NetCDF file of the classic format"),
        (noise, "is a binary file"),
        (spreadsheet, "is a ZIP archive, as spreadsheets"),
    ],
)
@pytest.mark.parametrize("command", ["show", "run", "check", "power"])
def test_what_is_neither_is_named(cli, tmp_path, command, make, words):
    path = tmp_path / "mine"
    make(path)
    outcome = cli(command, path)
    assert outcome.code == 2
    assert f"error: {path}" in outcome.err
    assert words in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("options", [[], ["--check"]])
def test_rerun_of_a_scenario_points_to_run(cli, tiny, options):
    outcome = cli("rerun", tiny, *options)
    assert outcome.code == 2
    assert "is a text file, no result" in outcome.err
    assert f"to simulate a scenario file: follicle-sim run {tiny}" in outcome.err


def test_show_of_an_explanation_says_what_it_is(cli, tiny, tmp_path):
    out = tmp_path / "why"
    assert cli("explain", tiny, "--out", out, "--quiet").code == 0
    shown = cli("show", out / "explain.nc")
    assert shown.code == 0
    assert 'what explain said of the arm "drug"' in shown.out
    assert "subjects" not in shown.out


def test_a_lost_column_says_why(cli, tiny, tmp_path):
    text = tiny.read_text("utf-8").replace('role = "placebo"', 'role = "active_control"')
    tiny.write_text(text, encoding="utf-8")
    outcome = cli("run", tiny, "--out", tmp_path / "out")
    assert "difference\nfrom control" not in outcome.out
    flat = " ".join(outcome.out.split())
    assert "No arm has the role placebo or untreated" in flat
    assert '"dummy": active_control' in flat
    assert '"arms.dummy.role=untreated" (or placebo) makes it the control' in flat
    mended = cli("run", tiny, "--out", tmp_path / "out", "--set", "arms.dummy.role=untreated")
    assert "from control" in mended.out
    assert "o arm has the role" not in " ".join(mended.out.split())


def test_subjects_are_written_where_asked_and_removed_where_not(cli, tiny, tmp_path):
    out = tmp_path / "out"
    assert cli("run", tiny, "--out", out, "--subjects").code == 0
    lines = (out / "subjects.csv").read_text("utf-8").splitlines()
    assert len(lines) == 1 + 2 * 4 * 3
    assert lines[0].startswith("arm,role,subject,time,week,hair_density,")
    assert cli("run", tiny, "--out", out).code == 0
    assert not (out / "subjects.csv").exists()
