"""Compiled code is only read from where nobody else can have put it."""

import os
import stat
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from follicle_sim.base import code_cache as cache
from follicle_sim.base import compiled

POSIX = pytest.mark.skipif(os.name != "posix", reason="owners and modes are a Unix matter")


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A home and a temporary directory that are empty; returns where caches of both lie."""
    home, shared = tmp_path / "home", tmp_path / "shared"
    shared.mkdir()
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(shared))
    return home / "follicle_sim", shared / f"follicle_sim-{cache._user_name()}"


def mode(folder):
    return stat.S_IMODE(folder.stat().st_mode)


def no_home(home):
    """Put a file where the cache folder of the home should be, as a home that is not writable."""
    home.parent.parent.joinpath(home.parent.name).write_text("in the way")


def test_the_home_comes_first_and_others_are_shut_out(places):
    home, shared = places
    before = os.umask(0) if os.name == "posix" else None
    try:
        found = cache.code_cache("abc")
    finally:
        if before is not None:
            os.umask(before)
    assert found == cache.CodeCache(home / "abc")
    assert not shared.exists()
    if os.name == "posix":
        assert mode(home) == mode(home / "abc") == 0o700


def test_without_a_home_the_shared_directory_gets_a_private_folder(places):
    home, shared = places
    no_home(home)
    assert cache.code_cache("abc") == cache.CodeCache(shared / "abc")
    if os.name == "posix":
        assert mode(shared) == mode(shared / "abc") == 0o700
        assert shared.name == f"follicle_sim-{os.geteuid()}"


def test_a_chosen_folder_is_the_only_one_looked_at(places, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "mine" / "deep"))
    assert cache.code_cache("abc").folder == tmp_path / "mine" / "deep" / "abc"
    (tmp_path / "file").write_text("x")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert cache.code_cache("abc") == cache.CodeCache(None)
    assert not any(place.exists() for place in places)


def test_a_full_disk_is_passed_over(places, monkeypatch):
    home, shared = places
    (shared / "abc").mkdir(parents=True, mode=0o700)
    (shared / "abc" / "code").write_text("compiled before")
    shared.chmod(0o700)
    monkeypatch.setattr(cache, "ROOM", None)  # bytes(None) stands for what does not fit
    monkeypatch.setattr(cache, "bytes", lambda size: _fits(size), raising=False)
    assert cache.code_cache("abc") == cache.CodeCache(shared / "abc")
    assert list(home.glob("abc/*")) == []


def _fits(size):
    if size is None:
        raise OSError(28, "No space left on device")
    return b""


@POSIX
@pytest.mark.parametrize("which", ["base", "folder"])
@pytest.mark.parametrize("bits", [0o770, 0o707, 0o1777])
def test_a_shared_folder_that_others_may_write_is_refused(places, which, bits):
    home, shared = places
    no_home(home)
    folder = shared / "abc"
    folder.mkdir(parents=True)
    shared.chmod(0o700)
    folder.chmod(0o700)
    (shared if which == "base" else folder).chmod(bits)
    found = cache.code_cache("abc")
    culprit = shared if which == "base" else folder
    assert found == cache.CodeCache(None, (f"{culprit} may be written by other users",))
    assert mode(culprit) == bits & 0o777 | (bits & 0o1000), "what is not ours to trust is left"
    assert list(folder.iterdir()) == []


@POSIX
@pytest.mark.parametrize("which", ["base", "folder"])
def test_a_folder_of_another_user_is_refused(places, monkeypatch, which):
    home, shared = places
    no_home(home)
    folder = shared / "abc"
    folder.mkdir(parents=True, mode=0o700)
    shared.chmod(0o700)
    culprit = shared if which == "base" else folder
    if os.geteuid() == 0:
        os.chown(culprit, 12345, -1)
    else:
        pytest.skip("only the super-user may give a folder away")
    found = cache.code_cache("abc")
    assert found == cache.CodeCache(None, (f"{culprit} belongs to another user",))


@POSIX
def test_everything_belongs_to_another_user_than_a_stranger(tmp_path, monkeypatch):
    # the same without being the super-user
    tmp_path.chmod(0o700)
    assert cache.not_private(tmp_path) == ""
    mine = os.geteuid()
    monkeypatch.setattr(cache.os, "geteuid", lambda: mine + 1)
    assert cache.not_private(tmp_path) == f"{tmp_path} belongs to another user"


@POSIX
@pytest.mark.parametrize("which", ["base", "folder"])
def test_a_symbolic_link_is_refused(places, tmp_path, which):
    home, shared = places
    no_home(home)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "abc").mkdir(parents=True, mode=0o700)
    elsewhere.chmod(0o700)
    if which == "base":
        culprit = shared
        shared.symlink_to(elsewhere)
    else:
        culprit = shared / "abc"
        shared.mkdir(mode=0o700)
        culprit.symlink_to(elsewhere / "abc")
    found = cache.code_cache("abc")
    assert found == cache.CodeCache(None, (f"{culprit} is a symbolic link",))
    assert list((elsewhere / "abc").iterdir()) == []


@POSIX
def test_a_link_to_nowhere_and_a_file_are_refused(places):
    home, shared = places
    no_home(home)
    shared.symlink_to(shared.parent / "nowhere")
    assert cache.code_cache("abc") == cache.CodeCache(None, (f"{shared} is a symbolic link",))
    assert not (shared.parent / "nowhere").exists()
    shared.unlink()
    shared.write_text("x")
    assert cache.code_cache("abc").refused == (f"{shared} is not a folder",)


@POSIX
def test_a_home_left_open_by_an_earlier_version_is_closed(places):
    home, _ = places
    home.mkdir(parents=True)
    home.chmod(0o777)
    assert cache.code_cache("abc") == cache.CodeCache(home / "abc")
    assert mode(home) == 0o700


@POSIX
def test_code_of_an_open_folder_in_the_home_is_not_read(places):
    home, shared = places
    (home / "abc").mkdir(parents=True)
    (home / "abc").chmod(0o777)
    found = cache.code_cache("abc")
    assert found.folder == shared / "abc"
    assert found.refused == (f"{home / 'abc'} may be written by other users",)


def test_a_refusal_is_told_with_a_way_out(monkeypatch):
    monkeypatch.setattr(
        compiled,
        "code_cache",
        lambda name: cache.CodeCache(None, ("it is another user's",)),
    )
    with pytest.warns(UserWarning, match=r"it is another user's; .*NUMBA_CACHE_DIR") as told:
        assert compiled.cache_folder() is None
    assert len(told) == 1


def test_nothing_writable_is_told_and_a_good_folder_is_not(monkeypatch, tmp_path):
    monkeypatch.setattr(compiled, "code_cache", lambda name: cache.CodeCache(None))
    with pytest.warns(UserWarning, match="no writable cache folder"):
        compiled.cache_folder()
    monkeypatch.setattr(compiled, "code_cache", lambda name: cache.CodeCache(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compiled.cache_folder() == tmp_path


@POSIX
def test_compiled_code_still_runs_where_the_folder_is_refused(tmp_path):
    # from end to end, in a process of its own: planted code is not read and results still come
    shared = tmp_path / "shared"
    planted = shared / f"follicle_sim-{os.geteuid()}"
    planted.mkdir(parents=True)
    planted.chmod(0o777)
    code = """import numpy
from follicle_sim.base.numerics import exp_array
print(exp_array(numpy.zeros(2)))"""
    environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    environment |= {"XDG_CACHE_HOME": "/dev/null/none", "TMPDIR": str(shared)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.split() == ["[1.", "1.]"]
    assert f"{planted} may be written by other users" in done.stderr
    assert list(planted.iterdir()) == []


@POSIX
def test_a_disk_that_fills_while_code_is_compiled_stops_nothing(tmp_path):
    # the folder is there and not empty, so that its room is not looked at again
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))"
    use = """import numpy
from follicle_sim.base.numerics import exp_array
print(exp_array(numpy.zeros(2)))"""
    fill = "from follicle_sim.base import compiled; print(compiled._FOLDER)"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "code")}

    def run(code):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip(), done.stderr

    folder, _ = run(fill)
    Path(folder, "begun").write_text("x")
    assert run(f"{limit}; {use}") == ("[1. 1.]", "")
    written = sorted(path.stat().st_size for path in Path(folder).rglob("*.nb?"))
    assert all(size <= 2000 for size in written)
    assert run(use) == ("[1. 1.]", "")  # and what is missing is taken as not compiled yet
    assert any(path.stat().st_size > 2000 for path in Path(folder).rglob("*.nbc"))


@pytest.mark.parametrize("library", ["numba", "llvmlite", "np"])
def test_environments_with_other_compilers_keep_apart(monkeypatch, library):
    before = compiled._source_hash()
    assert before == compiled._source_hash()
    monkeypatch.setattr(getattr(compiled, library), "__version__", "0.0.1")
    assert compiled._source_hash() != before
