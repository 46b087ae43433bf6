"""Killed while writing: a folder is whole, or says that it is not."""

import os
import signal
import subprocess
import sys

import pytest
from command_line import TINY, contents
from virtual_trials import DESIGNS

from follicle_sim.base.folders import INCOMPLETE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a matter of Unix")

# Dies before, or right after, a file takes its place: no clean-up runs, as after a power cut.
DIES = """
import os, signal, sys
from follicle_sim.cli.app import main
moment, when = int(sys.argv[1]), sys.argv[2]
real, seen = os.replace, 0
def replace(*names):
    global seen
    if seen == moment and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*names)
    if seen == moment and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    seen += 1
os.replace = replace
main(sys.argv[3:])
"""

PARALLEL = DESIGNS["parallel"]


def killed(moment, when, *arguments):
    command = [sys.executable, "-c", DIES, str(moment), when, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, timeout=300).returncode


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    path = tmp_path_factory.mktemp("killed") / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


MOMENTS = [(0, "before"), (0, "after"), (1, "after"), (4, "after"), (6, "before"), (7, "after")]


@pytest.mark.parametrize(("moment", "when"), MOMENTS)
def test_a_killed_run_is_whole_or_says_so(cli, scenario, finished, tmp_path, moment, when):
    out = tmp_path / "out"
    out.mkdir()
    for name, data in contents(finished.folder).items():
        (out / name).write_bytes(data)
    (out / "mine.txt").write_text("keep")
    before = contents(out)
    arguments = ("run", scenario, "--seed", 7, "--quiet", "--out", out)
    assert killed(moment, when, *arguments) == -signal.SIGKILL
    after = {name: data for name, data in contents(out).items() if "-partial" not in name}
    assert (out / "mine.txt").read_text() == "keep"
    if after == before:
        assert (moment, when) == (0, "before")
    else:
        assert "run was not written to its end" in (out / INCOMPLETE).read_text()
        told = cli("rerun", out / "result.nc", "--check", "-q")
        assert told.code == 0, told.err  # the data themselves are whole, old or new
        assert f"{out}: run was not written to its end" in told.err
        told = cli("show", scenario)
        assert "not written to its end" not in told.err
    # a run that ends puts everything right
    assert cli(*arguments).code == 0
    assert not (out / INCOMPLETE).exists()
    assert (out / "mine.txt").read_text() == "keep"
    after = contents(out)
    for name in before:
        changed = name not in ("mine.txt",)
        assert (after[name] != before[name]) == changed, name


@pytest.mark.parametrize("moment", [2, 5])
def test_a_killed_trial_says_so_to_those_who_read_it(cli, tmp_path, moment):
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(PARALLEL, encoding="utf-8")
    assert killed(moment, "after", "trial", path, "--out", out, "-q") == -signal.SIGKILL
    outcome = cli("analyse", out, "-q")
    assert outcome.code == 0, outcome.err
    assert f"{out}: trial was not written to its end" in outcome.err
    assert not os.path.exists(tmp_path / "out.analysis" / INCOMPLETE)


def test_python_is_warned_too(scenario, tmp_path):
    from follicle_sim import load_result

    out = tmp_path / "out"
    assert killed(2, "after", "run", scenario, "-q", "--out", out) == -signal.SIGKILL
    with pytest.warns(UserWarning, match="run was not written to its end"):
        load_result(out / "result.nc")
