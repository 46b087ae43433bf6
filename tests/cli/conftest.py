"""Fixtures: the command line in this process, a tiny scenario, and one finished run of it."""

import signal

import pytest
from command_line import TINY, Finished, Outcome, in_process

from follicle_sim.cli.app import main


@pytest.fixture
def cli(capsys, monkeypatch):
    """Run a command in this process, with the streams and the exit code a user would see."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments, columns=100):
        monkeypatch.setenv("COLUMNS", str(columns))
        capsys.readouterr()
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(int(caught.value.code), captured.out, captured.err)

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def tiny(tmp_path):
    """A scenario that runs in a tenth of a second."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """One run in a process of its own; tests must not change its folder."""
    folder = tmp_path_factory.mktemp("finished")
    scenario = folder / "tiny.toml"
    scenario.write_text(TINY, encoding="utf-8")
    outcome = in_process("run", scenario, "--out", folder / "out", columns=80)
    assert outcome.code == 0, outcome.err
    return Finished(scenario, folder / "out", outcome)
