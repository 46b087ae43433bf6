"""`follicle-sim instruments list | show ID | compare FILE`."""

import pytest

from follicle_sim.cli.app import main
from follicle_sim.scenario.fields.methods import load_methods

TRIAL = """
schema_version = 1
title = "A small trial"
arms = [{ label = "one", role = "untreated" }, { label = "two", role = "placebo" }]
[population]
subjects = 8
target_area = "1 cm2"
follicle_density = "150 cm-2"
condition = "aga_male"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[run]
history = "1 year"
"""


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main(["instruments", *arguments])
        out, err = capsys.readouterr()
        return stopped.value.code, out, err

    return call


def test_list_names_every_method_and_what_it_measures(run):
    code, out, err = run("list")
    assert (code, err) == (0, "")
    for name, method in load_methods().items():
        assert name in out
        assert method.title in out


@pytest.mark.parametrize("name", load_methods())
def test_show_prints_every_number_with_its_source(run, name):
    code, out, _ = run("show", name)
    assert code == 0
    flat = " ".join(out.split())
    for key, source in load_methods()[name].sources.items():
        assert f"{key} = " in flat
        assert source in flat
    assert "assumption: assumption" not in flat


def test_an_unknown_method_is_bad_input_with_the_nearest(run):
    code, _, err = run("show", "trichscan")
    assert code == 2
    assert 'did you mean "trichoscan"' in err


def test_compare_writes_a_figure_and_a_table(run, tmp_path):
    file = tmp_path / "trial.toml"
    file.write_text(TRIAL, encoding="utf-8")
    code, out, err = run(
        "compare", str(file), "--method", "trichoscan", "--method", "phototrichogram", "--out",
        str(tmp_path / "out"), "--threads", "1",
    )  # fmt: skip
    assert code == 0, err
    assert err.startswith("reading: ")
    assert "people needed" in out
    assert (tmp_path / "out" / "instruments.png").stat().st_size > 10_000


def test_compare_refuses_what_counts_no_hairs(run, tmp_path):
    file = tmp_path / "trial.toml"
    file.write_text(TRIAL, encoding="utf-8")
    where = ("--out", str(tmp_path / "out"))
    code, _, err = run("compare", str(file), "--method", "comb_count", *where)
    assert code == 2
    assert "comb_count does not count hairs; methods that do: plain, macrophotography" in err
