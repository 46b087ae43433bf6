"""`doctor`: each fact it tells is the one that holds, and trouble is told rather than raised."""

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace

import pytest

from follicle_sim.base import compiled
from follicle_sim.base.code_cache import CodeCache
from follicle_sim.cli.options import default_folder
from follicle_sim.reporting import doctor
from follicle_sim.simulation.engine.run import default_threads

OPENBLAS = {
    "user_api": "blas",
    "internal_api": "openblas",
    "filepath": "/somewhere/libopenblas.so",
    "version": "0.3.30",
    "num_threads": 2,
    "architecture": "Haswell",
}


def asked(monkeypatch, *answers):
    """Let threadpoolctl answer this."""
    module = SimpleNamespace(threadpool_info=lambda: list(answers))
    monkeypatch.setitem(sys.modules, "threadpoolctl", module)


def test_the_whole_is_true_here():
    found = doctor.diagnose()
    assert found["python"] == platform.python_version()
    assert found["follicle_sim"] == version("follicle-sim")
    for name in ("numpy", "scipy", "numba", "xarray"):
        assert found["libraries"][name] == version(name)
    assert "pytest" in found["optional"]
    assert not set(found["libraries"]) & set(found["optional"])
    assert found["cores"] == os.cpu_count()
    assert found["threads"] == default_threads()


def test_the_kernel_is_what_the_library_says(monkeypatch):
    other = {"user_api": "openmp", "internal_api": "openmp", "num_threads": 2}
    asked(monkeypatch, OPENBLAS, other)
    assert doctor.blas() == [
        {
            "library": "openblas",
            "version": "0.3.30",
            "kernel": "Haswell",
            "threads": 2,
            "file": "libopenblas.so",
        }
    ]


def test_a_library_without_kernels_is_described(monkeypatch):
    bare = {"user_api": "blas", "internal_api": "mkl", "version": None, "num_threads": 1}
    asked(monkeypatch, bare)
    assert [doctor.described(each) for each in doctor.blas()] == ["mkl, kernel unknown, 1 thread"]


def test_without_threadpoolctl_it_says_how(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    (found,) = doctor.blas()
    assert found["kernel"] is None
    assert found["library"] != "unknown"
    assert "python -m pip install threadpoolctl" in doctor.described(found)


def test_a_library_that_threadpoolctl_does_not_know(monkeypatch):
    asked(monkeypatch)
    (found,) = doctor.blas()
    assert "threadpoolctl does not know this library" in doctor.described(found)


def test_only_what_steers_linear_algebra_and_threads_is_shown(monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("SECRET_OMP_TOKEN", "not for a report")
    shown = doctor.diagnose()["environment"]
    assert shown["OPENBLAS_CORETYPE"] == "Zen"
    assert shown["OMP_NUM_THREADS"] == "3"
    assert "SECRET_OMP_TOKEN" not in shown


def test_the_folder_of_compiled_code(monkeypatch, tmp_path):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(compiled, "code_cache", lambda name: CodeCache(tmp_path))
    kept = {"folder": str(tmp_path), "writable": True, "private": True, "notes": []}
    assert doctor.compiled_code() == kept
    if os.name == "posix":
        tmp_path.chmod(0o777)
        assert doctor.compiled_code() == kept | {"private": False}


def test_a_refused_folder_of_compiled_code_is_told(monkeypatch):
    refused = CodeCache(None, ("it belongs to another user",))
    monkeypatch.setattr(compiled, "code_cache", lambda name: refused)
    found = doctor.compiled_code()
    assert (found["folder"], found["writable"], found["private"]) == (None, False, False)
    assert any("it belongs to another user" in note for note in found["notes"])


def test_results_that_can_be_written_are_not_made(tmp_path):
    folder = tmp_path / "deep" / "results"
    assert doctor.results(folder) == {"folder": str(folder), "writable": True}
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_way_of_results(tmp_path):
    (tmp_path / "results").write_text("x")
    found = doctor.results(tmp_path / "results")
    assert found["writable"] is False
    assert found["reason"]


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="the super-user may write everywhere"
)
def test_a_folder_of_somebody_else(tmp_path):
    tmp_path.chmod(0o500)
    assert doctor.results(tmp_path / "results")["writable"] is False


def test_no_installation_is_no_reason_to_fail(monkeypatch):
    monkeypatch.setattr(doctor, "PACKAGE", "no-such-distribution-of-ours")
    assert doctor.dependencies() == ({}, {})
    assert doctor.installed("no-such-distribution-of-ours") is None


def test_one_line_for_a_log(monkeypatch):
    asked(monkeypatch, OPENBLAS, OPENBLAS)
    line = doctor.in_one_line(("numpy", "no-such-distribution-of-ours"))
    assert line == (
        f"Python {platform.python_version()}, numpy {version('numpy')}, "
        "no-such-distribution-of-ours not installed, "
        "BLAS openblas 0.3.30, kernel Haswell, 2 threads"
    )


def test_the_results_folder_is_where_commands_write():
    assert default_folder(Path("mine.toml")).parent == doctor.RESULTS
