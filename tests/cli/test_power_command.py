"""`follicle-sim power`: what it prints, writes and refuses."""

import csv
import json
import re
from pathlib import Path

import pytest
from command_line import TINY, contents

from follicle_sim.base.errors import Interrupted
from follicle_sim.experiments.planning.trial_sources import SimulatedTrials

PARALLEL = TINY.replace('"counterfactual"', '"parallel"').replace(
    "follicles = 300", "follicles = 50"
)


@pytest.fixture
def trial(tmp_path):
    path = tmp_path / "trial.toml"
    path.write_text(PARALLEL, encoding="utf-8")
    return path


def test_power_writes_tables_trials_and_a_figure(cli, trial, tmp_path):
    out = tmp_path / "out"
    asked = ("power", trial, "--n", "3,6", "--replicates", "6", "--out", out, "--week", "26")
    done = cli(*asked, "--week", "52", columns=80)
    assert done.code == 0, done.err
    assert "12 trials of up to 12 people, 6 in each of 2 arms; about" in done.err
    assert "s for both, drug on and off" in done.err
    assert "drug minus dummy, drug switched off" in done.out
    assert "People needed in all (95 % Monte Carlo interval), and people an arm" in done.out
    assert max(map(len, done.out.splitlines())) <= 80 or "Written to" in done.out
    names = {path.name for path in out.iterdir()}
    assert names == {"power.csv", "smallest.csv", "power.json", "trials.nc", "power.png"}
    rows = list(csv.DictReader((out / "power.csv").read_text().splitlines()))
    whole = [row for row in rows if row["drug"] == "on" and row["week"] == "all"]
    assert [(row["n"], row["people"]) for row in whole] == [("3", "6"), ("6", "12")]
    assert whole[0]["people_in_words"] == "6 people, 3 in each of 2 arms"


def test_a_split_scalp_counts_people_in_all_and_no_arm(cli, trial, tmp_path):
    asked = ("power", trial, "--n", "4", "--replicates", "4", "--no-type-one", "--out", tmp_path)
    topical = "arms.drug.doses=[{treatment = 'minoxidil_topical_5', amount = '1 mL'}]"
    done = cli(*asked, "--set", "design.kind=split_scalp", "--set", topical, columns=80)
    assert done.code == 0, done.err
    assert "an arm" not in done.out
    assert "potency of minoxidil topical 5 1.35, fitted to olsen_2002; --set" in done.out
    assert "--n: people in all, each with both sides." in done.out
    assert re.search(r"^ +52 +4 +\d", done.out, re.MULTILINE)
    (row,) = csv.DictReader((tmp_path / "power.csv").read_text().splitlines())
    assert row["people_in_words"] == "4 people, each with both sides"


def test_json_is_all_that_is_printed(cli, trial, tmp_path):
    asked = ("power", trial, "--n", "4", "--replicates", "4", "--out", tmp_path / "out")
    done = cli(*asked, "--json", "--no-type-one", "--seed", "3", "--method", "welch")
    found = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert (found["seed"], found["plan"]["method"]) == (3, "welch")
    assert [row["drug"] for row in found["power"]] == ["on"]


def test_a_counterfactual_design_is_refused(cli, tiny, tmp_path):
    done = cli("power", tiny, "--out", tmp_path / "out")
    assert done.code == 2
    assert "the same people with the same luck" in done.err
    assert not (tmp_path / "out").exists()


def test_sizes_are_whole_numbers(cli, trial):
    done = cli("power", trial, "--n", "10,many")
    assert done.code == 2
    assert 'found "10,many"; allowed: whole numbers with commas' in done.err


def test_ctrl_c_reports_the_trials_done(cli, trial, tmp_path, monkeypatch):
    draw = SimulatedTrials.draw

    def twice(self, replicates, n):
        if replicates.start >= 50:
            raise Interrupted("stopped by Ctrl-C")
        return draw(self, replicates, n)

    monkeypatch.setattr(SimulatedTrials, "draw", twice)
    out = tmp_path / "out"
    done = cli("power", trial, "--n", "3", "--replicates", "60", "--out", out)
    assert done.code == 130
    assert "50 of 60 with the drug on" in done.out
    assert "the trials done so far are in" in done.err
    assert json.loads((out / "power.json").read_text())["stopped"] is True


def test_vpc_writes_bands_and_points(cli, tmp_path):
    scenario = Path(__file__).parents[2] / "scenarios" / "exosome_park_2022.toml"
    small = ("--set", "population.follicles=20", "--set", "run.history=90 days")
    few = ("--set", "design.visits=['0 days', '12 weeks']", "--replicates", "20")
    done = cli("vpc", scenario, *small, *few, "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "park_2022: 20 virtual trials; people: exosomes weekly x 12 39" in done.out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"bands.csv", "points.csv", "vpc.json", "vpc.png"}


def test_power_of_a_reader_without_error_is_told_to_be_too_high(cli, trial, tmp_path):
    done = cli("power", trial, "--n", "4", "--replicates", "2", "--no-type-one", "--out", tmp_path)
    assert "never errs" in done.out
    assert "too high" in " ".join(done.out.split())


def test_responders_and_a_test_that_needs_a_warning(cli, trial, tmp_path):
    asked = ("power", trial, "--n", "4", "--replicates", "2", "--no-type-one", "--out", tmp_path)
    done = cli(*asked, "--measure", "responders")
    assert "hair density (responders), miettinen nurminen" in done.out
    assert cli(*asked, "--measure", "responders", "--method", "welch").code == 2
    done = cli(*asked, "--method", "mixed_model")
    assert "1 to 15 of 100" in " ".join(done.out.split())
    assert "Note: mixed_model takes one variance" in done.err


UNEQUAL = "design.allocation={drug = 2, dummy = 1}"


def test_what_n_means_is_told_under_unequal_allocation(cli, trial, tmp_path):
    asked = ("power", trial, "--set", UNEQUAL, "--n", "4", "--replicates", "4", "--out", tmp_path)
    done = cli(*asked, "--no-type-one", columns=80)
    assert "4 trials of up to 12 people, 8 on drug and 4 on dummy; about" in done.err
    assert "--n: people, 2 n on drug and n on dummy; in all 3 n." in done.out
    assert re.search(r"^ +52 +12 +8 : 4 ", done.out, re.MULTILINE)
    assert max(map(len, done.out.partition("Written to")[0].splitlines())) <= 80
    found = json.loads((tmp_path / "power.json").read_text())["people"]
    assert found == [
        {"n": 4, "arms": {"drug": 8, "dummy": 4}, "in_all": 12, "same_in_every_arm": False}
    ]


def test_help_says_what_n_counts(cli):
    told = " ".join(cli("power", "--help", columns=80).out.split())
    assert "n = 24 at 2 : 1 is 48 and 24, 72 in all" in told
    assert "people in all on a split scalp" in told


def test_lines_tell_how_far_it_is_where_there_is_no_terminal(cli, trial, tmp_path, monkeypatch):
    # every line is due at once
    monkeypatch.setattr("follicle_sim.cli.progress.EVERY", 0.0)
    asked = ("--n", "4", "--replicates", "4", "--no-type-one", "--out", tmp_path)
    criteria = "population.inclusion={hair_density = ['10 cm-2', '900 cm-2']}"
    told = cli("power", trial, "--set", criteria, *asked).err
    assert "trials: screening: 32 of 32 subjects" in told
    assert "trials: 32 of 32 subjects" in told
    for done, of in re.findall(r": ([\d,]+) of ([\d,]+) subjects", told):
        assert int(done) <= int(of) == 32


def test_vpc_goes_on_after_ctrl_c(cli, tmp_path, monkeypatch):
    from follicle_sim.simulation.simulate import simulate

    scenario = Path(__file__).parents[2] / "scenarios" / "exosome_park_2022.toml"
    small = ("--set", "population.follicles=20", "--set", "run.history=90 days")
    few = ("--set", "design.visits=['0 days', '12 weeks']", "--replicates", "20")
    asked = ("vpc", scenario, *small, *few)

    def stopping(asked, **more):
        if more["first_replicate"] >= 10:
            raise KeyboardInterrupt
        return simulate(asked, **more)

    monkeypatch.setattr("follicle_sim.experiments.planning.predictive.MOST_TRIALS", 5)
    with monkeypatch.context() as patch:
        patch.setattr("follicle_sim.experiments.planning.predictive.simulate", stopping)
        done = cli(*asked, "--out", tmp_path / "out")
    assert done.code == 130
    assert "stopped after 10 of 20 trials; go on with --resume" in done.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["trials.npz"]
    assert cli(*asked, "--out", tmp_path / "out", "--resume").code == 0
    assert cli(*asked, "--out", tmp_path / "whole").code == 0
    before, after = contents(tmp_path / "whole"), contents(tmp_path / "out")
    assert set(before) == set(after)
    for name in ("bands.csv", "points.csv", "vpc.png"):
        assert before[name] == after[name], name
