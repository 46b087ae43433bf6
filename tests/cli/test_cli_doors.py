"""What comes in and goes out: standard input, links, names of folders, and formulas in labels."""

import csv
import io
import re
import sys

import pytest
from command_line import TINY, contents, in_process
from search_examples import SEARCH
from virtual_trials import PARALLEL

from follicle_sim import load_scenario
from follicle_sim.reporting.folders.run import FILES


@pytest.fixture
def typed(monkeypatch):
    """Type a text into standard input."""

    def type_in(text):
        data = text if isinstance(text, bytes) else text.encode()
        stream = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        monkeypatch.setattr(sys, "stdin", stream)

    return type_in


def test_a_run_of_standard_input(cli, typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    typed(TINY)
    assert cli("run", "-", "--quiet").code == 0
    assert set(contents(tmp_path / "results" / "stdin")) == set(FILES)
    typed(TINY)
    assert "<stdin>: fine: 2 arms, 4 subjects" in cli("check", "-").out
    typed(TINY)
    outcome = cli("check", "-", "--set", "population.subjects=0")
    assert "<stdin>: population.subjects: found 0" in outcome.err


def test_names_in_standard_input_are_of_the_current_folder(cli, typed, tmp_path, monkeypatch):
    (tmp_path / "base.toml").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    typed('extends = "base.toml"\n[population]\nsubjects = 7\n')
    assert "7 subjects" in cli("check", "-").out
    typed('extends = "bass.toml"\n')
    assert 'did you mean "base.toml"?' in cli("check", "-").err
    typed('treatment_folder = "none"\n' + TINY)
    assert "<stdin>: treatment_folder" in cli("check", "-").err


@pytest.mark.parametrize("data", [b"\xff\xfe", b"", b"title = [", b"#" * 1_000_001])
def test_what_is_no_scenario_in_standard_input(cli, typed, data):
    typed(data)
    outcome = cli("check", "-")
    assert outcome.code == 2
    assert "<stdin>: " in outcome.err


def test_a_pipe_in_a_process_of_its_own(tmp_path):
    outcome = in_process("run", "-", "--quiet", input=TINY, cwd=tmp_path)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


# -- links -----------------------------------------------------------------------------------------


@pytest.fixture
def linked(tmp_path):
    """A scenario that extends another, and a link to it from a folder of its own."""
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    (there / "base.toml").write_text(TINY)
    (there / "mine.toml").write_text('extends = "base.toml"\n[population]\nsubjects = 7\n')
    link = here / "mine.toml"
    try:
        link.symlink_to(there / "mine.toml")
    except OSError:
        pytest.skip("links are not allowed here")
    return link


def test_a_link_finds_what_stands_beside_its_target(linked):
    assert load_scenario(linked).population.subjects == 7


def test_what_stands_beside_the_link_comes_first(linked):
    (linked.parent / "base.toml").write_text(TINY.replace("A few men", "Other men"))
    assert load_scenario(linked).title.startswith("Other men")


def test_a_link_that_bears_the_name_of_what_its_target_extends(linked):
    link = linked.parent / "base.toml"
    link.symlink_to(linked.resolve())
    assert load_scenario(link).population.subjects == 7


def test_treatments_stand_beside_the_link_or_the_target(linked):
    target = linked.resolve()
    target.write_text('treatment_folder = "drugs"\n' + target.read_text())
    drugs = target.parent / "drugs"
    drugs.mkdir()
    (drugs / "nothing.toml").write_text('title = "x"\nroute = "oral"\namount = "mass"\n')
    assert "nothing" in load_scenario(linked).treatments


def test_no_file_is_suggested_to_itself(cli, linked):
    (linked.resolve().parent / "base.toml").unlink()
    outcome = cli("check", linked)
    assert outcome.code == 2
    assert "no such file beside this one" in outcome.err
    assert "did you mean" not in outcome.err
    linked.resolve().write_text('extends = "mine2.toml"\n')
    assert "did you mean" not in cli("check", linked.resolve()).err


# -- texts that break programs ---------------------------------------------------------------------

DEEP = [
    ".".join(["a"] * 5000) + " = 1\n",
    "[" + ".".join(["a"] * 5000) + "]\nb = 1\n",
    "a = " + "[" * 100 + "]" * 100 + "\n",
    "a = " + "[" * 5000 + "]" * 5000 + "\n",
    "a = " + "{b = " * 200 + "1" + "}" * 200 + "\n",
    "[treatments." + ".".join(["a"] * 400) + "]\nb = 1\n",
]


@pytest.mark.parametrize("text", DEEP)
@pytest.mark.parametrize("where", ["scenario", "base", "treatment", "plan"])
def test_deep_nesting_is_refused(cli, finished, tmp_path, text, where):
    deep = tmp_path / "deep.toml"
    deep.write_text(text + (TINY if where == "scenario" else ""))
    mine = tmp_path / "mine.toml"
    (tmp_path / "drugs").mkdir()
    (tmp_path / "drugs" / "mine.toml").write_text(text)
    arguments = {
        "scenario": ["check", deep],
        "base": ["check", mine],
        "treatment": ["check", mine],
        "plan": ["analyse", finished.folder, "--plan", deep],
    }[where]
    link = 'treatment_folder = "drugs"\n' if where == "treatment" else 'extends = "deep.toml"\n'
    mine.write_text(link + (TINY if where == "treatment" else ""))
    outcome = cli(*arguments)
    assert outcome.code == 2, outcome.err
    assert "Traceback" not in outcome.err
    if where != "plan":
        assert "nested too deeply" in outcome.err
        assert str(tmp_path) in outcome.err


@pytest.mark.parametrize(
    "setting", [".".join(["a"] * 5000) + "=1", "title=" + "[" * 500 + "]" * 500]
)
def test_deep_settings_are_refused(cli, tiny, setting):
    outcome = cli("check", tiny, "--set", setting)
    assert outcome.code == 2, outcome.err
    assert "Traceback" not in outcome.err


# -- formulas --------------------------------------------------------------------------------------

FORMULA = "=1+2"

SMALL_STUDY = """\
[[compare]]
study = "van_neste_2000"
arms = { drug = "finasteride", dummy = "placebo" }
"""


def cells(folder):
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                yield from ((path.name, cell) for cell in row)


def is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


def labelled(text):
    return re.sub(r'"drug"|(?<=\s)drug(?= =)', f'"{FORMULA}"', text)


@pytest.mark.parametrize(
    ("arguments", "tables"),
    [
        (["run"], {"endpoints.csv", "comparison.csv"}),
        (["trial", "--cdisc"], {"analysis.csv", "ADSL.csv", "EX.csv", "ADHC.csv"}),
        (["power", "--n", "4,5", "--replicates", "4"], {"power.csv", "smallest.csv"}),
        (["vpc", "--replicates", "20"], {"bands.csv", "points.csv"}),
    ],
)
def test_no_label_becomes_a_formula(cli, tmp_path, arguments, tables):
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    compare = TINY[TINY.index("[[compare]]") :]
    if arguments[0] == "vpc":  # whose trials are as large as the study
        compare = SMALL_STUDY
    path.write_text(labelled(PARALLEL + "\n" + compare))
    outcome = cli(*arguments, path, "--out", out, "-q")
    assert outcome.code == 0, outcome.err
    assert {name for name, _ in cells(out)} == tables
    risky = [each for each in cells(out) if each[1][:1] in tuple("=+-@\t\r") and each[1]]
    assert all(is_number(cell) for _, cell in risky), risky
    told = {name for name, cell in cells(out) if f"'{FORMULA}" in cell}
    assert told, "the label is in no table"
    negative = [cell for _, cell in risky if cell.startswith("-")]
    assert negative or arguments[0] in ("power", "vpc")  # numbers stay numbers


def test_the_search_writes_no_formula_either(cli, tmp_path):
    pytest.importorskip("optuna")
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(SEARCH)
    outcome = cli("optimise", path, "--trials", "4", "--out", out, "-q")
    assert outcome.code == 0, outcome.err
    assert all(is_number(c) for _, c in cells(out) if c and c[0] in "=+-@")


# -- nothing to compare ----------------------------------------------------------------------------

ALONE = TINY[: TINY.index("[[compare]]")]


def test_no_figure_of_nothing(cli, tmp_path):
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(ALONE)
    outcome = cli("run", path, "--out", out)
    assert outcome.code == 0
    assert set(contents(out)) == set(FILES) - {"comparison.png"}
    assert "comparison.png" not in outcome.out
    assert "names no study" in outcome.out


def test_the_figure_of_an_earlier_run_goes_and_one_of_the_user_stays(cli, tiny, tmp_path):
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(ALONE)
    assert cli("run", tiny, "--out", out, "-q").code == 0
    assert "comparison.png" in contents(out)
    assert cli("run", path, "--out", out, "-q").code == 0
    assert "comparison.png" not in contents(out)
    other = tmp_path / "other"
    other.mkdir()
    (other / "comparison.png").write_bytes(b"mine")
    assert cli("run", path, "--out", other, "-q").code == 0
    assert contents(other)["comparison.png"] == b"mine"


def test_tables_of_real_people_stay(cli, tmp_path):
    path, out = tmp_path / "mine.toml", tmp_path / "out"
    path.write_text(PARALLEL)
    out.mkdir()
    (out / "ADSL.csv").write_text("real")
    (out / "define.json").write_text('{"synthetic": false}')
    assert cli("trial", path, "--out", out, "-q").code == 0
    assert contents(out)["ADSL.csv"] == b"real"
