"""What every command does alike: help, wrong options, files that are not there, quiet, JSON.

The commands are those of the app: a new one is tested here without a line. It must run on `SUITS`
within the options of `SMALL`.
"""

import io
import json
import sys

import numpy as np
import pytest
import typer
from command_line import TINY, contents
from search_examples import SEARCH
from virtual_trials import PARALLEL

from follicle_sim.cli.app import make_app


def walk(command, words=()):
    """Yield the words and the click command of every command below one."""
    if hasattr(command, "commands"):
        for name, part in command.commands.items():
            yield from walk(part, (*words, name))
    else:
        yield " ".join(words), command


COMMANDS = dict(walk(typer.main.get_command(make_app())))

# One study that commands can take, and what some need besides.
SUITS = (
    PARALLEL.replace('["0 days", "26 weeks", "52 weeks"]', '["0 days", "12 weeks"]')
    .replace("subjects = 10", "subjects = 4")
    .replace('until = "52 weeks"\nadherence = 0.9', "count = 3")
    .replace("finasteride_oral", "exosomes_adipose_microneedling")
    .replace('"1 mg"', '"1 session"')
    .replace('"1 day"', '"4 weeks"')
    .replace('role = "placebo"', 'role = "untreated"')
)
BESIDES = {
    "optimise": SEARCH[SEARCH.index("[optimise]") :]
    .replace('arm = "sessions"', 'arm = "drug"')
    .replace('at = "24 weeks"', 'at = "12 weeks"')
    .replace("most = 6", "most = 2"),
    "npde": '[[compare]]\nstudy = "mine"\n'
    + "".join(
        f"""[[compare.rows]]
subject = "{code}"
arm = "drug"
week = 0
endpoint = "hair density"
unit = "hairs/cm2"
value = {value}
"""
        for code, value in (("P1", 140), ("P2", 150))
    ),
    "vpc": '[[compare]]\nstudy = "park_2022"\narms = { drug = "exosomes" }\n',
}

SMALL = {
    "n": "4",
    "replicates": "20",
    "samples": "8",
    "trials": "2",
    "steps": "60",
    "walkers": "10",
    "potency": "1",
    "repeat_week": "12",
}
"""Little work, by the name of an option."""


def option_names(command):
    return {param.name: param.opts[0] for param in COMMANDS[command].params if param.opts}


def with_option(name, flag=None):
    """Return the commands that have an option, or have it as a flag."""
    return [
        words
        for words, command in COMMANDS.items()
        for param in command.params
        if f"--{name}" in param.opts and (flag is None or param.is_flag == flag)
    ]


def arguments_of(command):
    return [p for p in COMMANDS[command].params if p.param_type_name == "argument"]


def test_all_commands_are_walked():
    assert {"run", "power", "trials list", "instruments compare"} <= set(COMMANDS)
    assert len(COMMANDS) >= 22
    assert {"run", "rerun", "analyse", "calibrate"} <= set(with_option("quiet"))
    assert set(with_option("json", flag=True)) >= {"power", "plausible", "doctor"}
    assert with_option("json", flag=False) == ["validate"]
    assert {"run", "instruments compare"} <= set(TAKING)
    assert {("run", "--out"), ("validate", "--json")} <= set(WRITTEN)


GROUPS = sorted({command.split()[0] for command in COMMANDS if " " in command})


@pytest.mark.parametrize("command", [*COMMANDS, *GROUPS])
def test_help_has_a_sentence_and_the_exit_codes(cli, command):
    done = cli(*command.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert "130 stopped by the user" in " ".join(done.out.split())
    assert "..." not in done.out.partition("Options:")[2].replace(",...", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_option_is_named(cli, command):
    done = cli(*command.split(), "--sead", "1")
    assert (done.code, done.out) == (2, "")
    assert "No such option: --sead" in done.err
    assert "Traceback" not in done.err


FILES = {
    f"{command} {param.opts[0]}": (command, param)
    for command in COMMANDS
    for param in COMMANDS[command].params
    if param.metavar in ("FILE", "RESULT", "RUN_DIR")
}
"""Every file that a command reads."""


@pytest.mark.parametrize("place", FILES)
def test_a_file_that_is_not_there_is_named_and_nothing_is_written(
    cli, tiny, finished, tmp_path, monkeypatch, place
):
    command, param = FILES[place]
    monkeypatch.chdir(tmp_path)
    near = "tinny.toml" if param.metavar == "FILE" else "reslt.nc"
    words = command.split()
    if param.param_type_name == "option":
        words += [finished.folder for _ in arguments_of(command)] + [param.opts[0]]
    words.append(near)
    if "out" in option_names(command):
        words += ["--out", "out"]
    done = cli(*words)
    assert (done.code, done.out) == (2, ""), done.err
    assert done.err.startswith("error: ")
    assert near in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == [tiny.name]
    if param.param_type_name == "argument" and param.metavar != "RUN_DIR":
        assert "no such file" in done.err
    if param.param_type_name == "argument" and param.metavar == "FILE":
        assert 'did you mean "tiny.toml"?' in done.err


TAKING = [command for command, param in FILES.values() if param.name == "file"]
"""Commands with a scenario file."""


@pytest.mark.parametrize("command", TAKING)
def test_a_scenario_is_read_from_standard_input(cli, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    text = TINY.replace('"5.067 cm2"', "5.067").encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text), encoding="utf-8"))
    done = cli(*command.split(), "-")
    assert done.code == 2
    assert "error: <stdin>: population.target_area" in done.err
    assert contents(tmp_path) == {}


WRITTEN = [
    (command, param.opts[0])
    for command in COMMANDS
    for param in COMMANDS[command].params
    if param.metavar == "PATH"
]
"""Every option of a path that is written to."""


@pytest.mark.parametrize(("command", "option"), WRITTEN)
@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_refused(cli, tiny, tmp_path, monkeypatch, command, option, name):
    monkeypatch.chdir(tmp_path)
    files = [tiny for _ in arguments_of(command)]
    done = cli(*command.split(), *files, option, name)
    assert done.code == 2
    assert option in done.err
    assert "empty name" in done.err
    assert [path.name for path in tmp_path.iterdir()] == [tiny.name]


@pytest.fixture
def quick(monkeypatch):
    """Take the simulations out of what fits, and most designs out of the scoreboard."""
    from follicle_sim.experiments.calibration.problem import Calibration
    from follicle_sim.experiments.scoreboard import run
    from follicle_sim.experiments.sensitivity_plan import Plan

    def fit(self, x, seed, times=1):
        return np.tile(0.1 * np.tanh(x).sum(), len(self.targets)) + 0.01 * x[0] ** 2

    def vary(self, values, seed):
        return np.array([values["severity"] + 1e-3 * seed % 7 for _ in self.outcomes])

    monkeypatch.setattr(Calibration, "simulate", fit)
    monkeypatch.setattr(Plan, "simulate", vary)
    monkeypatch.setattr(run, "design_names", lambda: ("park_2022",))


@pytest.fixture
def typed(tmp_path, finished):
    """Return a command line that works, with little to do."""
    suits = tmp_path / "suits.toml"
    given = {"FILE": suits, "RESULT": finished.folder / "result.nc", "RUN_DIR": finished.folder}

    def words(command):
        names = option_names(command)
        suits.write_text(SUITS + BESIDES.get(command, ""), encoding="utf-8")
        typed = [given[param.metavar] for param in arguments_of(command) if param.required]
        options = [word for name in SMALL if name in names for word in (names[name], SMALL[name])]
        out = ["--out", tmp_path / "out"] if "out" in names else []
        return [*command.split(), *typed, *options, *out]

    return words


NEEDS = {"calibrate": "emcee", "sensitivity": "SALib", "optimise": "optuna"}
"""Libraries of the `inference` extra, by the command that cannot do without."""


@pytest.mark.parametrize("command", with_option("quiet"))
def test_quiet_prints_nothing(cli, typed, quick, tmp_path, command):
    if command in NEEDS:
        pytest.importorskip(NEEDS[command])
    if command == "analyse":  # a run with the same people in every arm is no trial
        trial = [*typed("trial"), "--quiet"]
        assert cli(*trial).code == 0
        words = ["analyse", tmp_path / "out", "--out", tmp_path / "again"]
    else:
        words = typed(command)
    done = cli(*words, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert contents(words[-1])


@pytest.mark.parametrize("command", with_option("json", flag=True))
def test_json_is_all_that_is_printed(cli, typed, command):
    done = cli(*typed(command), "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out)


@pytest.mark.parametrize("command", with_option("json", flag=False))
def test_json_is_written_where_it_takes_a_path(cli, typed, quick, tmp_path, command):
    assert cli(*typed(command), "--quiet", "--json", tmp_path / "answer.json").code == 0
    assert json.loads((tmp_path / "answer.json").read_text())
