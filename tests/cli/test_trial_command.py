"""`follicle-sim trial` and `analyse`: what they print, write, repeat and refuse."""

import io
import json
import re
import signal
from contextlib import redirect_stdout

import numpy as np
import pytest
from command_line import contents
from virtual_trials import DESIGNS, FULL, PARALLEL

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.cli.app import main
from follicle_sim.results.storage import load_result

FILES = {
    "result.nc",
    "scenario.resolved.toml",
    "analysis.csv",
    "analysis.json",
    "trial.txt",
    "flow.png",
    "trial.png",
}
STATISTICS = ("analysis.csv", "analysis.json", "trial.txt", "trial.png", "flow.png")


def write(folder, text, name="mine.toml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A trial with everything in it, and what was printed; tests must not change its folder."""
    folder = tmp_path_factory.mktemp("trial")
    scenario = write(folder, FULL)
    before, out = signal.getsignal(signal.SIGTERM), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setenv("COLUMNS", "100")
        with pytest.raises(SystemExit) as ended:
            main(["trial", str(scenario), "--out", str(folder / "out")])
    signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 0
    return scenario, folder / "out", out.getvalue()


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_gives_a_page_and_its_files(cli, tmp_path, name):
    scenario = write(tmp_path, DESIGNS[name])
    done = cli("trial", scenario, "--out", tmp_path / "out", columns=80)
    assert done.code == 0, done.err
    asked = {"reactions.png"} if "adverse_events = true" in DESIGNS[name] else set()
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES | asked
    assert ("Laboratory values and long-term safety are not known" in done.out) == bool(asked)
    for part in ("Question", "Design", "Flow of subjects", "Result", "Cost", "To keep in mind"):
        assert part in done.out
    body = done.out.partition("Written to")[0]
    assert max(map(len, body.splitlines())) <= 80
    no_control = "There is no control arm" in done.out
    assert no_control == (name == "one_arm")


def test_the_page_says_what_the_file_says(ran):
    _, out, printed = ran
    row = json.loads((out / "analysis.json").read_text())["rows"][0]
    text = re.sub(r"\s+", " ", (out / "trial.txt").read_text())
    assert f"The difference is {abs(row['estimate']):.1f} hairs/cm2 in favour of" in text
    assert f"interval {row['low']:.1f} to {row['high']:.1f}, p " in text
    assert f"({row['n_treated']} and {row['n_control']} people; analysis of covariance" in text
    assert "five-point" not in text or "satisfaction, mean answer" in text
    assert "no reported rate" not in text
    assert "drug: finasteride oral" not in text
    assert "Side effects" in text
    assert re.sub(r"\s+", " ", printed.partition("Written to")[0]).strip() == text.strip()


def test_flow_numbers_add_up(ran):
    _, out, _ = ran
    data = load_result(out / "result.nc")
    flow = json.loads(data.attrs["flow"])
    assert flow["screened"] == flow["enrolled"] + sum(flow["excluded"].values())
    text = (out / "trial.txt").read_text()
    told = {
        name.strip(): np.array(re.findall(r"(\d+)(?: of \d+)?(?=\s|$)", rest), dtype=int)
        for name, rest in re.findall(r"^  ([a-z][\w ,-]*?)  +(\d.*)$", text, re.M)
    }
    lost = told["left, at random"] + told["left, lack of effect"]
    assert (told["allocated"] == told["completed follow-up"] + lost).all()
    assert told["allocated"].sum() == flow["enrolled"]
    assert (told["took the treatment"] <= told["allocated"][:1]).all()
    assert f"{flow['screened']} screened, {flow['screened'] - flow['enrolled']} excluded" in text
    rows = json.loads((out / "analysis.json").read_text())["rows"]
    itt = next(v for k, v in told.items() if k.endswith("intention to treat"))
    assert [rows[0]["n_treated"], rows[0]["n_control"]] == itt.tolist()


def test_analyse_repeats_the_trials_numbers_exactly(cli, ran, tmp_path):
    _, out, printed = ran
    again = cli("analyse", out, "--out", tmp_path / "again", columns=100)
    assert again.code == 0, again.err
    before, after = contents(out), contents(tmp_path / "again")
    assert set(after) == {*FILES, "reactions.png"} - {"result.nc"}
    assert all(after[name] == before[name] for name in after)
    assert again.out.partition("Written to")[0] == printed.partition("Written to")[0]


def test_another_method_changes_statistics_only(cli, ran, tmp_path):
    _, out, _ = ran
    before = contents(out)
    done = cli("analyse", out, "--method", "wilcoxon", "--week", "26", "--set", "level=0.9")
    assert done.code == 0, done.err
    assert contents(out) == before
    folder = out.with_name("out.analysis")
    rows = json.loads((folder / "analysis.json").read_text())["rows"]
    assert (rows[0]["method"], rows[0]["week"]) == ("wilcoxon", 26.0)
    assert "90 % confidence interval" in re.sub(r"\s+", " ", done.out)
    assert 'method = "wilcoxon"' in (folder / "scenario.resolved.toml").read_text()


def test_a_plan_file_takes_the_place_of_the_scenarios_plan(cli, ran, tmp_path):
    _, out, _ = ran
    plan = write(tmp_path, '[analysis]\nendpoint = "terminal_density"\nset = "per_protocol"\n', "p")
    done = cli("analyse", out / "result.nc", "--plan", plan, "--out", tmp_path / "p.out")
    assert done.code == 0, done.err
    rows = json.loads((tmp_path / "p.out" / "analysis.json").read_text())["rows"]
    assert {row["endpoint"] for row in rows if row["purpose"] in ("primary", "secondary")} == {
        "terminal_density"
    }
    assert rows[0]["set"] == "per_protocol"


def test_equal_seeds_give_equal_bytes_and_another_seed_another_trial(cli, ran, tmp_path):
    scenario, out, _ = ran
    assert cli("trial", scenario, "--out", tmp_path / "b", "--threads", "1", "-q").out == ""
    assert contents(tmp_path / "b") == contents(out)
    cli("trial", scenario, "--out", tmp_path / "c", "--seed", "7", "-q")
    assert (tmp_path / "c" / "analysis.csv").read_bytes() != (out / "analysis.csv").read_bytes()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (["design.kind=counterfactual"], "every arm of a counterfactual design holds the same"),
        (["run.replicates=3"], "a trial is one"),
        (["analysis.endpoint=hair_densty"], 'did you mean "hair_density"'),
    ],
)
def test_what_is_no_trial_is_refused(cli, tmp_path, changes, told):
    settings = [word for change in changes for word in ("--set", change)]
    done = cli("trial", write(tmp_path, PARALLEL), "--out", tmp_path / "out", *settings)
    assert done.code == 2
    assert told in done.err
    assert not (tmp_path / "out").exists()


def test_bad_questions_to_a_stored_trial_are_refused(cli, ran, tmp_path):
    _, out, _ = ran
    plan = write(tmp_path, "[design]\n", "p.toml")
    asked = {
        ("--endpoint", "terminal_densty"): 'did you mean "terminal_density"',
        ("--endpoint", "pull_count"): "a method that does: hair_pull",
        ("--week", "11"): "nobody is seen at 11 weeks",
        ("--method", "ancva"): 'did you mean "ancova"',
        ("--plan", str(plan)): "has no [analysis] table",
        ("--plan", str(tmp_path / "no.toml")): "cannot be read",
    }
    for options, told in asked.items():
        done = cli("analyse", out, *options, "--out", tmp_path / "x")
        assert done.code == 2
        assert told in done.err
    empty = cli("analyse", tmp_path)
    assert empty.code == 2
    assert "has no result.nc; give the folder that follicle-sim trial or run wrote" in empty.err


def test_identical_people_are_warned_of(cli, tmp_path):
    scenario = write(tmp_path, PARALLEL.replace('spread = "typical"', ""))
    done = cli("trial", scenario, "--out", tmp_path / "out")
    assert "people are identical" in done.out


def test_a_potency_is_named_with_the_study_it_was_fitted_to(cli, tmp_path):
    topical = "arms.drug.doses=[{treatment = 'minoxidil_topical_5', amount = '1 mL'}]"
    asked = (write(tmp_path, PARALLEL), "--set", topical, "--out", tmp_path / "out")
    done = cli("trial", *asked)
    assert done.code == 0, done.err
    told = " ".join(done.out.split())
    assert "potency of minoxidil topical 5 1.35, fitted to olsen_2002; --set potency=VALUE" in told
    assert "potency of minoxidil topical 5 fitted to olsen 2002 (not to this trial)" in told


def test_a_plan_that_does_not_fit_is_refused_before_anything_is_simulated(cli, tmp_path):
    scenario, out = write(tmp_path, PARALLEL), tmp_path / "out"
    rule = ("--set", "analysis.missing=jump_to_reference", "--set", "arms[1].role=treatment")
    done = cli("trial", scenario, "--out", out, "-q", *rule)
    assert done.code == 2
    assert f"{scenario}: analysis.missing: jump_to_reference needs a control arm" in done.err
    assert not out.exists()
    assert cli("check", scenario, *rule).err == done.err


def test_data_are_kept_when_their_statistics_are_refused(cli, tmp_path, monkeypatch):
    scenario, out = write(tmp_path, PARALLEL), tmp_path / "out"
    assert cli("trial", scenario, "--out", out, "-q").code == 0

    def refused(data):
        raise InputError("analysis", [Problem("endpoint", "these data cannot be analysed")])

    with monkeypatch.context() as patch:
        patch.setattr("follicle_sim.reporting.folders.trial.make_report", refused)
        done = cli("trial", scenario, "--out", out, "-q")
    assert done.code == 2
    assert "these data cannot be analysed" in done.err
    assert "follicle-sim analyse asks them otherwise" in done.err
    assert [path.name for path in out.iterdir()] == ["result.nc"]
    assert cli("analyse", out, "--missing", "available", "-q").code == 0


@pytest.mark.parametrize("measure", ["average", "responders"])
def test_a_trial_can_be_of_averages_and_of_responders(cli, ran, tmp_path, measure):
    scenario, out, _ = ran  # its plan names ancova, which is no test of responders
    asked = ("--measure", measure, "--cdisc")
    first = cli("trial", scenario, *asked, "--out", tmp_path / "trial", columns=80)
    assert first.code == 0, first.err
    again = cli("analyse", out, *asked, "--out", tmp_path / "again", columns=80)
    assert again.code == 0, again.err
    before, after = contents(tmp_path / "trial"), contents(tmp_path / "again")
    assert set(before) - {"result.nc"} == set(after)
    assert all(before[name] == after[name] for name in STATISTICS)
    assert f'measure = "{measure}"' in after["scenario.resolved.toml"].decode()
    row = json.loads(after["analysis.json"])["rows"][0]
    told = re.sub(r"\s+", " ", first.out)
    if measure == "responders":
        assert (row["unit"], row["method"]) == ("1", "miettinen_nurminen")
        assert f"was {100 * row['mean_treated']:.0f} % on drug" in told
        assert f"is {100 * abs(row['estimate']):.0f} percentage points in favour of" in told
    else:
        assert (row["unit"], row["method"]) == ("cm-2", "ancova")
        assert f"is {abs(row['estimate']):.1f} hairs/cm2 in favour of" in told


def test_a_measure_that_does_not_fit_is_refused(cli, ran, tmp_path):
    crossover = write(tmp_path, DESIGNS["crossover"])
    cases = (
        (("trial", crossover, "--measure", "average"), 'in a crossover only "change"'),
        (("trial", crossover, "--measure", "averages"), 'did you mean "average"'),
        (("analyse", ran[1], "--measure", "respond"), 'did you mean "responders"'),
        (
            ("analyse", ran[1], "--measure", "responders", "--method", "welch"),
            "shares of responders have a test of their own",
        ),
        (
            ("analyse", ran[1], "--measure", "average", "--missing", "jump_to_reference"),
            "jump_to_reference imputes changes",
        ),
    )
    for arguments, told in cases:
        done = cli(*arguments, "--out", tmp_path / "x")
        assert done.code == 2, arguments
        assert told in done.err, done.err
        assert not (tmp_path / "x").exists()
