"""`follicle-sim doctor [--json]`."""

import json
import os
import platform
from importlib.metadata import version

from follicle_sim.base import compiled
from follicle_sim.base.code_cache import CodeCache
from follicle_sim.reporting import doctor


def test_everything_is_told_on_one_page(cli):
    done = cli("doctor")
    assert (done.code, done.err) == (0, "")
    told = " ".join(done.out.split())
    for fact in (
        f"follicle_sim {version('follicle-sim')}",
        f"Python {platform.python_version()}",
        f"numpy {version('numpy')}",
        f"{os.cpu_count()} core",
        "kernel ",
        "kept in",
        "can be written",
    ):
        assert fact in told
    assert all(len(line) <= 100 or " " not in line.strip() for line in done.out.splitlines())


def test_json_is_all_that_is_printed_and_the_same(cli):
    done = cli("doctor", "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out) == doctor.diagnose()


def test_trouble_is_told_and_is_no_failure(cli, monkeypatch, tmp_path):
    (tmp_path / "results").write_text("in the way")
    monkeypatch.chdir(tmp_path)
    refused = CodeCache(None, (f"{tmp_path} belongs to another user",))
    monkeypatch.setattr(compiled, "code_cache", lambda name: refused)
    done = cli("doctor", columns=300)
    assert (done.code, done.err) == (0, "")
    assert "not kept: every start compiles anew" in done.out
    assert f"{tmp_path} belongs to another user" in done.out
    assert "results cannot be written" in done.out
    assert "--out" in done.out
