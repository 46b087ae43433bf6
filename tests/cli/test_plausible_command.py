"""`follicle-sim plausible`: what it prints, writes and refuses."""

import json
import re
from importlib import import_module
from types import SimpleNamespace

import pytest
from command_line import contents
from plausible_examples import TEXT

from follicle_sim.experiments.planning.trial_sources import SimulatedTrials


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "study.toml"
    path.write_text(TEXT.replace("subjects = 6", "subjects = 4"), encoding="utf-8")
    return path


def test_the_three_answers_are_printed_and_written(cli, study, tmp_path, monkeypatch):
    clock = iter((10.0, 87.0))  # when all of it began, and when all of it ended
    command = import_module("follicle_sim.cli.plausible")
    monkeypatch.setattr(command, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    out = tmp_path / "out"
    asked = ("plausible", study, "--potency", "1,8", "--replicates", "4", "--out", out)
    done = cli(*asked, "--repeat-week", "12", columns=80)
    assert done.code == 0, done.err
    for start in ("1. With nothing but the drug", "2. With no effect of the drug", "3. At potency"):
        assert start in done.out
    assert "season, from 1 January" in done.out
    assert "potency of exosomes foreskin injection 1, assumed; --set potency" in done.out
    assert "about" in done.err
    assert "s, the repeat included" in done.err
    assert "77 s. Written to" in done.out
    assert max(map(len, done.out.splitlines())) <= 80 or "Written to" in done.out
    names = {path.name for path in out.iterdir()}
    assert names == {"chances.csv", "ratios.csv", "repeat.csv", "plausible.json", "plausible.png"}


def test_json_is_all_that_is_printed(cli, study, tmp_path):
    asked = ("plausible", study, "--potency", "8", "--replicates", "4", "--out", tmp_path / "out")
    done = cli(*asked, "--json", "--no-repeat", "--seed", "3", "--method", "signed_rank")
    found = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert (found["seed"], found["outcome"]["method"]) == (3, "signed_rank")
    assert found["controlled_repeat"] == []
    assert [row["potency"] for row in found["drug_alone"]] == [0.0, 8.0]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--potency", "1,much"), "numbers with commas, such as"),
        (("--potency", "-1"), "allowed: 0 or more"),
        (("--repeat-week", "0"), "allowed: above 0"),
        (("--method", "ancova"), "does not fit"),
        (("--week", "5"), "no visit after baseline"),
    ],
)
def test_what_cannot_be_asked_is_refused(cli, study, tmp_path, more, message):
    done = cli("plausible", study, "--out", tmp_path / "out", *more)
    assert done.code == 2
    assert message in done.err
    assert not (tmp_path / "out").exists()


def test_ctrl_c_keeps_what_was_simulated_and_resume_goes_on(cli, study, tmp_path, monkeypatch):
    draw, drawn = SimulatedTrials.draw, []

    def stopping(self, replicates, n):
        if len(drawn) == 5:
            raise KeyboardInterrupt
        drawn.append(replicates)
        return draw(self, replicates, n)

    out = tmp_path / "out"
    asked = ("plausible", study, "--potency", "8", "--replicates", "4", "--repeat-week", "12")
    whole = cli(*asked, "--out", tmp_path / "whole")
    assert whole.code == 0, whole.err
    with monkeypatch.context() as patch:
        patch.setattr(SimulatedTrials, "draw", stopping)
        done = cli(*asked, "--out", out)
    assert done.code == 130
    assert re.search(r"stopped after \d+ of \d+ studies; go on with --resume", done.err)
    assert [path.name for path in out.iterdir()] == ["studies.npz"]
    other = cli(*asked, "--out", out, "--resume", "--spots", "1")
    assert other.code == 2
    assert "studies.npz: was made with other settings" in other.err
    again = cli(*asked, "--out", out, "--resume")
    assert again.code == 0, again.err
    before, after = contents(tmp_path / "whole"), contents(out)
    assert set(before) == set(after)  # nothing half-finished is left
    for name in ("chances.csv", "ratios.csv", "repeat.csv", "plausible.png"):
        assert before[name] == after[name], name


def test_a_controlled_trial_gets_rows_of_its_own_and_no_ratio_to_nothing(cli, study, tmp_path):
    text = study.read_text("utf-8")
    control = '\n[[arms]]\nlabel = "control"\nrole = "untreated"\n[design]'
    study.write_text(text.replace("\n[design]", control), encoding="utf-8")
    out = tmp_path / "out"
    asked = ("plausible", study, "--potency", "8", "--replicates", "8", "--no-repeat")
    done = cli(*asked, "--out", out, columns=100)
    assert done.code == 0, done.err
    assert "repeat" not in done.err
    told = " ".join(done.out.split())
    for text in (
        "chance alone",
        "arms that drift apart",
        "leave the treated arm",
        "8 people in all",
    ):
        assert text in told
    for text in ("without control", "season", "more than", "e+0"):
        assert text not in told
    record = json.loads((out / "plausible.json").read_text("utf-8"))
    assert record["controlled"] is True
    unseen = record["drug_alone"][0]["hits"] == 0
    alone = [row for row in record["likelihood_ratios"] if row["cause"] == "the drug alone"]
    assert all((row["ratio"] is None) == unseen for row in alone)
