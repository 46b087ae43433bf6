"""Exit code 2: what a user got wrong, said on standard error without a traceback."""

import pytest
from command_line import TINY, in_process


def refused(outcome, *fragments, code=2):
    assert outcome.code == code, outcome.err
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    for fragment in fragments:
        assert fragment in outcome.err


@pytest.mark.parametrize("command", ["run", "check", "show"])
def test_broken_scenario(cli, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    text = TINY.replace("every", "evry").replace('"5.067 cm2"', "5.067")
    (tmp_path / "broken.toml").write_text(text)
    outcome = cli(command, "broken.toml")
    refused(outcome, "broken.toml: arms[0].doses[0].evry: unknown key", 'did you mean "every"?')
    assert "population.target_area" in outcome.err  # every problem at once
    assert not (tmp_path / "results").exists()


def test_in_a_process_of_its_own(tmp_path):
    (tmp_path / "broken.toml").write_text("schema_version = 1\n")
    outcome = in_process("run", "broken.toml", cwd=tmp_path)
    refused(outcome, "error: broken.toml: ")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_debug_shows_the_traceback_anywhere(cli, tmp_path, place):
    path = tmp_path / "broken.toml"
    path.write_text("schema_version = 1\n")
    arguments = ["check", path]
    arguments.insert(place, "--debug")
    outcome = cli(*arguments)
    assert outcome.code == 2
    assert "Traceback" in outcome.err
    assert "InputError" in outcome.err
    assert outcome.err.rstrip().splitlines()[-1].startswith(("error: ", str(path)))


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["ran", "x.toml"], "No such command 'ran'"),
        (["run"], "Missing argument"),
        (["run", "x.toml", "--seed", "-1"], "--seed"),
        (["run", "x.toml", "--seed", "4294967296"], "--seed"),
        (["run", "x.toml", "--threads", "0"], "--threads"),
        (["trials", "show", "kaufmann_1998"], 'did you mean "kaufman_1998"?'),
        (["rerun", "result.nc"], "--check"),
    ],
)
def test_wrong_command_line(cli, arguments, fragment):
    refused(cli(*arguments), fragment)


@pytest.mark.parametrize(
    ("setting", "fragment"),
    [
        ("population.subjcts=3", "subjects"),
        ("population.subjects=0", "population.subjects"),
        ("population.subjects", "population.subjects"),
        ("arms.drug.doses[0].amount=5", "amount"),
        ("record.memory_limit=1 kB", "record.memory_limit"),
    ],
)
def test_wrong_setting(cli, tiny, tmp_path, setting, fragment):
    outcome = cli("run", tiny, "--set", setting, "--out", tmp_path / "out")
    refused(outcome, fragment)
    assert not (tmp_path / "out").exists()


def test_an_unexpected_error_says_so(cli, tiny, tmp_path, monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("a bug")

    monkeypatch.setattr("follicle_sim.reporting.folders.run.main_variable", fail)
    outcome = cli("run", tiny, "--quiet", "--out", tmp_path / "out")
    refused(outcome, "RuntimeError: a bug", "--debug", code=1)
    assert (tmp_path / "out" / "result.nc").exists()  # what took long is kept
