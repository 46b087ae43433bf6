"""`follicle-sim optimise` from the command line."""

import csv
import json
import tomllib

import pytest
from search_examples import SEARCH, cocktail_scenario

from follicle_sim.experiments.schedules.gain import Trials
from follicle_sim.scenario import dump_scenario, load_scenario
from follicle_sim.simulation.simulate import simulate

CLASSES = '[[optimise.classes]]\nlabel = "severe"\nchanges = ["population.severity=3.0"]\n'


@pytest.fixture
def searched(tmp_path):
    path = tmp_path / "search.toml"
    path.write_text(SEARCH + CLASSES)
    return path


def test_optimise_writes_tables_figure_and_a_winner_that_runs(cli, searched, tmp_path):
    out = tmp_path / "out"
    done = cli("optimise", searched, "--trials", "30", "--out", out, columns=110)
    assert done.code == 0, done.err
    for word in ("winner", "on fresh people", "luck", "Classes of people", "severe", "winner.toml"):
        assert word in done.out
    rows = list(csv.DictReader((out / "schedules.csv").open()))
    assert {row["people"] for row in rows} == {"everybody", "severe"}
    winners = [row for row in rows if row["role"].startswith("winner")]
    assert len(winners) == 2
    assert float(winners[0]["gain"]) - float(winners[0]["retest"]) == pytest.approx(
        float(winners[0]["luck"])
    )
    record = json.loads((out / "optimise.json").read_text())
    assert {"command", "date", "seed", "retest_seed", "versions", "scenario_hash"} <= set(record)
    assert record["best"]["everybody"]["every_schedule_tried"] is True
    assert record["prices"]["exosomes_adipose_microneedling"]["per_dose"]["source"]
    assert (out / "pareto.png").stat().st_size > 20_000
    winner = load_scenario(out / "winner.toml")
    assert winner.optimise is None
    assert tomllib.loads((out / "winner.toml").read_text())["design"]["kind"] == "parallel"
    assert simulate(winner).sizes["arm"] == 2


def test_a_finished_search_is_not_simulated_again(cli, searched, tmp_path, monkeypatch):
    out = tmp_path / "out"
    assert cli("optimise", searched, "--trials", "30", "--out", out, "--quiet").code == 0
    before = (out / "schedules.csv").read_bytes()
    simulated = []
    gains = Trials.gains

    def counted(self, schedule):
        simulated.append(self.subjects)
        return gains(self, schedule)

    monkeypatch.setattr(Trials, "gains", counted)
    call = ["optimise", searched, "--trials", "30", "--out", out, "--quiet", "--resume"]
    done = cli(*call)
    assert (done.code, done.out) == (0, "")
    assert (out / "schedules.csv").read_bytes() == before
    assert set(simulated) == {12}  # the retest alone
    done = cli(*call, "--seed", "7")
    assert done.code == 2
    assert "other settings" in done.err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["optimise.budget=2000 USD"], ["no schedule meets it", "2,250 USD"]),
        (["optimise.arm=session"], ['did you mean "sessions"']),
        (["optimise.objective=hair"], ["density_gain"]),
        (['optimise.classes[0].changes=["population.severty=2"]'], ['"severity"']),
    ],
)
def test_bad_searches_exit_with_2_and_leave_nothing(cli, searched, tmp_path, settings, words):
    options = [option for each in settings for option in ("--set", each)]
    done = cli("optimise", searched, *options, "--out", tmp_path / "out")
    assert done.code == 2
    for word in words:
        assert word in done.err
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_search_is_refused(cli, tiny, tmp_path):
    done = cli("optimise", tiny, "--out", tmp_path / "out")
    assert done.code == 2
    assert "[optimise] table" in done.err


def test_ctrl_c_keeps_what_is_done(cli, searched, tmp_path, monkeypatch):
    out, count = tmp_path / "out", []
    gains = Trials.gains

    def stopping(self, schedule):
        count.append(1)
        if len(count) == 6:
            raise KeyboardInterrupt
        return gains(self, schedule)

    monkeypatch.setattr(Trials, "gains", stopping)
    done = cli("optimise", searched, "--trials", "30", "--out", out, "--quiet")
    assert done.code == 130
    assert "stopped after 5 of 13 schedules; go on with --resume" in done.err
    assert (out / "evaluations_0.npz").exists()
    count[:] = [0] * 6
    done = cli("optimise", searched, "--trials", "30", "--out", out, "--quiet", "--resume")
    assert done.code == 0, done.err
    count.clear()
    monkeypatch.setattr(Trials, "gains", lambda self, s: stopping(self, s))
    done = cli("optimise", searched, "--trials", "30", "--out", out, "--quiet", "--resume")
    assert done.code == 130
    assert "what was searched is kept; go on with --resume" in done.err


def test_a_cocktail_is_shown_by_its_factors(cli, tmp_path):
    path = tmp_path / "mix.toml"
    few = ["optimise.follicles=20", "optimise.doses[0].count={least=1,most=2,step=1}"]
    path.write_text(dump_scenario(cocktail_scenario(few)))
    done = cli("optimise", path, "--trials", "400", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    assert "WNT" in done.out
    assert "IGF1" in done.out
