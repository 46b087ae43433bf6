"""Exit code 4: what cannot be written is said with a way out, and no earlier file is lost."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile

import pytest
from command_line import contents, in_process

from follicle_sim.reporting.folders.run import FILES


def told(outcome, *fragments):
    assert outcome.code == 4, outcome.err
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    for fragment in fragments:
        assert fragment in outcome.err


def test_a_file_is_in_the_way_of_the_folder(cli, tiny, tmp_path):
    (tmp_path / "out").write_text("keep")
    told(cli("run", tiny, "--out", tmp_path / "out"), str(tmp_path / "out"), "--out")
    told(cli("run", tiny, "--out", tmp_path / "out" / "deeper"), "--out")
    assert (tmp_path / "out").read_text() == "keep"


def test_a_folder_that_may_not_be_written(cli, tiny, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    if os.access(out, os.W_OK):  # the super-user may write everywhere

        def refuse(*_arguments, **_options):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    outcome = cli("run", tiny, "--out", out)
    told(outcome, f"{out}: cannot write: Permission denied", "choose another folder with --out")
    assert "simulating" not in outcome.err  # refused before time was spent
    assert contents(out) == {}


def test_a_folder_in_the_way_of_a_file(cli, tiny, tmp_path):
    (tmp_path / "out" / "comparison.csv").mkdir(parents=True)
    outcome = cli("run", tiny, "--quiet", "--out", tmp_path / "out")
    told(outcome, "comparison.csv: cannot write", "written to", "result.nc")


def earlier(folder):
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(b"earlier " + name.encode())
    return contents(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a Unix matter")
def test_no_room_for_the_data_leaves_every_earlier_file(finished, tiny, tmp_path):
    import resource

    before = earlier(tmp_path / "out")
    room = (finished.folder / "result.nc").stat().st_size // 2
    outcome = in_process(
        *("run", tiny, "--quiet", "--out", tmp_path / "out"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    told(outcome, "result.nc: cannot write", "choose another folder", "nothing was written")
    assert contents(tmp_path / "out") == before


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are a Unix matter")
def test_no_room_for_a_figure_keeps_data_and_earlier_figures(finished, tiny, tmp_path):
    import resource

    before = earlier(tmp_path / "out")
    sizes = {name: (finished.folder / name).stat().st_size for name in FILES}
    room = max(size for name, size in sizes.items() if not name.endswith(".png")) + 1000
    if sizes["density.png"] <= room:
        pytest.skip("the figure is no larger than the data")
    outcome = in_process(
        *("run", tiny, "--quiet", "--out", tmp_path / "out"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    told(outcome, "density.png: cannot write", "written to", "endpoints.csv")
    after = contents(tmp_path / "out")
    assert b"run was not written to its end" in after.pop("INCOMPLETE")
    assert set(after) == set(FILES)
    for name in FILES:
        assert (after[name] == before[name]) == name.endswith(".png")


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 192 kB."""
    mount = shutil.which("mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    if mount is None or os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only the super-user may mount a small disk")
    command = [mount, "-t", "tmpfs", "-o", "size=192k", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("left", [0, 4096, 16384])
def test_full_disk(small_disk, tiny, left):
    before = earlier(small_disk / "out")
    with (small_disk / "ballast").open("wb", buffering=0) as ballast:

        def fill():
            while True:
                ballast.write(bytes(4096))

        with pytest.raises(OSError, match="No space left"):
            fill()
    os.truncate(small_disk / "ballast", (small_disk / "ballast").stat().st_size - left)
    outcome = in_process("run", tiny, "--quiet", "--out", small_disk / "out")
    told(outcome, "cannot write: No space left on device", "free some space")
    assert len(outcome.err.splitlines()) == 2
    assert contents(small_disk / "out") == before
