"""`rerun`: a result file repeats itself, and an altered one is found out."""

import shutil

import numpy as np
import pytest
import xarray as xr
from command_line import contents

from follicle_sim import load_result, save_result
from follicle_sim.reporting.folders.run import FILES


def test_repeated_run_is_equal(cli, finished):
    outcome = cli("rerun", finished.folder / "result.nc", "--check")
    assert outcome.code == 0
    assert "equal, bit for bit" in outcome.out


def test_one_bit_is_enough_to_differ(cli, finished, tmp_path):
    data = load_result(finished.folder / "result.nc")
    density = data.hair_density.values.copy()
    density[0, 0, 0] = np.nextafter(density[0, 0, 0], np.inf)
    data["hair_density"] = data.hair_density.copy(data=density)
    tampered = tmp_path / "result.nc"
    save_result(data, tampered)
    outcome = cli("rerun", tampered, "--check")
    assert outcome.code == 3
    assert "hair_density" in outcome.err
    assert "shaft_calibre" not in outcome.err
    assert "Traceback" not in outcome.err


def test_writes_the_files_again(cli, finished, tmp_path):
    out = tmp_path / "again"
    assert cli("rerun", finished.folder / "result.nc", "--out", out).code == 0
    first, second = contents(finished.folder), contents(out)
    assert set(second) == set(FILES)
    for name in ("endpoints.csv", "comparison.csv", "scenario.resolved.toml"):
        assert second[name] == first[name]


def test_settings_of_the_first_run_are_kept(cli, tiny, tmp_path):
    out = tmp_path / "out"
    assert cli("run", tiny, "--seed", 77, "--set", "population.subjects=2", "--out", out).code == 0
    tiny.unlink()  # the result needs no file but itself
    assert cli("rerun", out / "result.nc", "--check").code == 0


def no_provenance(path):
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(path, engine="h5netcdf")


def not_netcdf(path):
    path.write_text("hello")


def empty(path):
    path.touch()


@pytest.mark.parametrize("make", [no_provenance, not_netcdf, empty])
def test_files_that_are_not_ours(cli, tmp_path, make):
    path = tmp_path / "result.nc"
    make(path)
    outcome = cli("rerun", path, "--check")
    assert outcome.code == 2
    assert str(path) in outcome.err
    assert "Traceback" not in outcome.err


def test_a_folder_is_not_a_result(cli, finished):
    outcome = cli("rerun", finished.folder, "--check")
    assert outcome.code == 2
    assert "result.nc" in outcome.err


def test_half_a_file(cli, finished, tmp_path):
    whole = (finished.folder / "result.nc").read_bytes()
    (tmp_path / "result.nc").write_bytes(whole[: len(whole) // 2])
    outcome = cli("rerun", tmp_path / "result.nc", "--check")
    assert outcome.code == 2


def test_stored_file_is_left_alone(cli, finished, tmp_path):
    shutil.copytree(finished.folder, tmp_path / "copy")
    before = contents(tmp_path / "copy")
    outcome = cli("rerun", tmp_path / "copy" / "result.nc", "--check", "--quiet")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert contents(tmp_path / "copy") == before
