"""`follicle-sim calibrate FILE`: the potency that explains a scenario's own numbers."""

import csv
import json

import pytest

from follicle_sim.cli.app import main

TEXT = """
schema_version = 1
title = "our clinic"
[population]
subjects = 20
target_area = "1 cm2"
follicle_density = "80 cm-2"
condition = "aga_male"
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 3
[[arms]]
label = "control"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[run]
history = "60 days"
[[compare]]
data = "clinic.csv"
"""
TABLE = """arm;week;endpoint;unit;mean;sd;n;is_change_from_baseline
exosomes;12;hair_density;hairs/cm2;8,5;9,0;20;yes
control;12;hair_density;hairs/cm2;0,5;8,0;20;yes
"""


def run_command(*arguments):
    with pytest.raises(SystemExit) as stopped:
        main(list(arguments))
    return int(stopped.value.code or 0)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clinic")
    (folder / "clinic.toml").write_text(TEXT, encoding="utf-8")
    (folder / "clinic.csv").write_text(TABLE, encoding="utf-8")
    return folder


def test_own_numbers_get_a_potency_with_an_interval(clinic, capsys):
    out = clinic / "fit"
    code = run_command("calibrate", str(clinic / "clinic.toml"), "--out", str(out))
    assert code == 0
    shown = capsys.readouterr().out
    assert "potency of exosomes adipose microneedling" in shown
    assert "+8.0 (2.7)" in shown
    assert "Your data have an SD, but spread is not given: people are identical" in shown
    command = shown.partition("follicle-sim power ")[2].splitlines()[0]
    assert command.startswith(f"{clinic / 'clinic.toml'} --set potency=1.")
    assert {path.name for path in out.iterdir()} == {
        "fit.csv", "fit.json", "fit.png", "fit_profile.csv",
    }  # fmt: skip
    found = json.loads((out / "fit.json").read_text("utf-8"))
    name = "potency_exosomes_adipose_microneedling"
    assert found["low"] < found["values"][name] < found["high"]
    assert found["numbers"] == 1  # the difference; what follows from it is not counted again
    rows = list(csv.DictReader((out / "fit.csv").open(encoding="utf-8")))
    (used,) = [row for row in rows if row["used"] == "True"]
    assert used["kind"] == "difference"
    assert float(used["observed"]) == pytest.approx(8.0)
    assert float(used["fitted"]) == pytest.approx(8.0, abs=0.3)
    assert abs(float(used["untreated"])) < 1.0


def test_file_and_screen_tell_the_same_numbers_the_shift_of_the_trial_in_both(tmp_path, capsys):
    (tmp_path / "clinic.toml").write_text(TEXT, encoding="utf-8")
    only_drug = TABLE.rpartition("control;")[0].replace("8,5;9,0", "18,5;9,0")
    (tmp_path / "clinic.csv").write_text(only_drug, encoding="utf-8")
    out = tmp_path / "out"
    assert run_command("calibrate", str(tmp_path / "clinic.toml"), "--out", str(out)) == 0
    (row,) = csv.DictReader((out / "fit.csv").open(encoding="utf-8"))
    assert float(row["shift"]) == 3.0
    assert float(row["observed_sd"]) == pytest.approx(9.0)
    assert float(row["simulated_sd"]) > 0.0
    shown = capsys.readouterr().out
    fitted, untreated = (f"{float(row[name]):+.1f}" for name in ("fitted", "untreated"))
    cells = ["12", "hair", "density,", "change", "+18.5", "(2.0)", fitted, untreated]
    assert cells in [line.split() for line in shown.splitlines()]
    assert float(row["untreated"]) > 1.5  # the shift is in it
    assert "These alone do not explain the numbers (worse by more than two" in shown
    assert "shift" in json.loads((out / "fit.json").read_text("utf-8"))["columns_of_fit_csv"]


def test_a_larger_gain_asks_for_a_larger_potency(clinic, tmp_path):
    best = []
    for gain in ("6,0", "11,0"):
        (tmp_path / "clinic.toml").write_text(TEXT, encoding="utf-8")
        (tmp_path / "clinic.csv").write_text(TABLE.replace("8,5", gain), encoding="utf-8")
        out = tmp_path / gain
        run_command("calibrate", str(tmp_path / "clinic.toml"), "--out", str(out), "--quiet")
        best += json.loads((out / "fit.json").read_text("utf-8"))["values"].values()
    assert best[0] < best[1]


@pytest.mark.parametrize(
    ("change", "words", "told"),
    [
        (
            ("[[compare]]\ndata", "# data"),
            (),
            "no observed number can be fitted; give a [[compare]]",
        ),
        (("", ""), ("--parameter", "potency_exosome_adipose_microneedling"), "did you mean"),
    ],
)
def test_what_cannot_be_fitted_is_refused(clinic, tmp_path, capsys, change, words, told):
    (tmp_path / "clinic.toml").write_text(TEXT.replace(*change), encoding="utf-8")
    (tmp_path / "clinic.csv").write_text(TABLE, encoding="utf-8")
    code = run_command("calibrate", str(tmp_path / "clinic.toml"), *words)
    assert code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--trial", "kaufman_1998", "--steps", "50"), "--trial, --steps belong"),
        (("--method", "posterior"), "--method belongs"),  # its default value, but given
        (("--every-parameter",), "--every-parameter belongs"),
        (("--resume",), "--resume belongs"),
    ],
)
def test_options_of_the_other_kind_are_refused_with_a_file(clinic, capsys, words, told):
    assert run_command("calibrate", str(clinic / "clinic.toml"), *words) == 2
    shown = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert told in shown
    allowed = "--parameter, --out, --set, --no-drift, --follicles, --misread, --quiet"
    assert f"with a FILE: {allowed}" in shown


def test_options_of_a_file_are_refused_without_one(capsys):
    assert run_command("calibrate", "--no-drift", "--set", "potency=1") == 2
    shown = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert "--set, --no-drift belong to calibrate with a FILE" in shown


SEARCH = """
[optimise]
arm = "exosomes"
at = "12 weeks"
objective = "density_gain"
budget = "12000 USD"
most_visits = 6
[[optimise.doses]]
dose = 0
count = { least = 1, most = 2, step = 1 }
"""


@pytest.mark.parametrize(
    "words",
    [
        ("power", "--n", "4", "--replicates", "3"),
        ("plausible", "--replicates", "10", "--potency", "0,1"),
    ],
    ids=lambda words: words[0],
)
def test_tables_that_speak_of_arms_do_not_stop_trials_of_other_arms(tmp_path, words):
    # [[compare]] names arms by label, [optimise] doses by place: both change with the drug off
    (tmp_path / "clinic.toml").write_text(TEXT + SEARCH, encoding="utf-8")
    (tmp_path / "clinic.csv").write_text(TABLE, encoding="utf-8")
    first, *more = words
    code = run_command(
        first, str(tmp_path / "clinic.toml"), *more, "--out", str(tmp_path / "out"), "--quiet"
    )
    assert code == 0


OWN = """
[treatments.mix]
title = "a mix"
route = "intradermal_injection"
amount = "sessions"
[treatments.mix.disposition]
half_life = { value = 10.0, unit = "d", source = "a guess", grade = "user" }
[treatments.mix.effect]
kind = "emax"
ec50 = { value = 0.25, unit = "sessions", source = "a guess", grade = "user" }
hill = { value = 1.0, unit = "1", source = "a guess", grade = "user" }
maximum = { value = 1.0, unit = "1", source = "a guess", grade = "user" }
[treatments.mix.signature]
WNT = { value = 0.3, unit = "1", source = "a guess", grade = "user" }
[treatments.mix.potency]
value = 1.0
unit = "1"
source = "a guess"
grade = "user"
"""


SEASON = "the season, begun in January"


@pytest.mark.parametrize("controlled", [False, True])
def test_a_season_is_tried_where_it_could_move_a_number(tmp_path, controlled, capsys):
    """Of a treatment of the scenario's own too; a season moves both arms, and no difference."""
    text = TEXT.replace("exosomes_adipose_microneedling", "mix") + OWN
    table = TABLE if controlled else "".join(TABLE.splitlines(keepends=True)[:2])
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    (tmp_path / "clinic.csv").write_text(table, encoding="utf-8")
    out = tmp_path / "own"
    assert run_command("calibrate", str(tmp_path / "own.toml"), "--out", str(out)) == 0
    tried = json.loads((out / "fit.json").read_text("utf-8"))["rise_with_another_explanation"]
    assert "the needle alone" in tried
    assert (SEASON in tried) is not controlled
    assert ("the drift of the trial alone" in tried) is not controlled
    assert ("act on both arms alike" in capsys.readouterr().out) is controlled


def test_run_says_that_people_are_identical_where_the_data_have_an_sd(clinic, tmp_path, capsys):
    warning = "Your data have an SD, but spread is not given"
    asked = ["run", str(clinic / "clinic.toml"), "--set", "population.subjects=4"]
    assert run_command(*asked, "--out", str(tmp_path / "a")) == 0
    assert warning in capsys.readouterr().out
    spread = ["--set", "population.spread=typical", "--out", str(tmp_path / "b")]
    assert run_command(*asked, *spread) == 0
    assert warning not in capsys.readouterr().out
