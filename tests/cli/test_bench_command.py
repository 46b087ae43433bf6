"""`follicle-sim bench`: papilla cells as a table and a figure, and a culture as a prior."""

import csv
from pathlib import Path

import pytest

SCENARIO = Path(__file__).parents[2] / "scenarios" / "organ_culture.toml"


def test_papilla_cells_are_shown_with_sources_and_without_a_claim_about_hair(cli, tmp_path):
    outcome = cli("bench", "papilla", "--out", str(tmp_path / "it"))
    assert outcome.code == 0
    said = " ".join(outcome.out.split())
    assert "tried: 0.01, 0.1, 1 uM" in said
    assert "assumption: no size was read" in said
    assert "Extracellular vesicles" in said
    assert "no hair follows" in said
    with (tmp_path / "it" / "papilla.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["agent"] for row in rows} == {"minoxidil", "platelet_rich_plasma"}
    first = rows[0]
    assert [float(first[k]) for k in ("concentration", "relative_cells", "low_90")] == [0, 1, 1]
    for row in rows[1:4]:
        assert 1 < float(row["low_90"]) < float(row["relative_cells"]) < float(row["high_90"])
    assert (tmp_path / "it" / "papilla.png").stat().st_size > 10_000
    assert not (tmp_path / "it" / "INCOMPLETE").exists()


def test_papilla_writes_nothing_unless_asked_to(cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli("bench", "papilla").code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(cli, tmp_path):
    (tmp_path / "file").write_text("")
    outcome = cli("bench", "papilla", "--out", str(tmp_path / "file" / "below"))
    assert outcome.code != 0
    assert "cannot write" in outcome.err


def test_a_prior_says_its_width_and_what_it_rests_on(cli):
    said = " ".join(cli("bench", "prior", "minoxidil_topical_5").out.split())
    assert "45.8 % of follicles still in anagen without, 70.8 % with" in said
    assert "the transfer from dish to scalp: an assumption" in said
    assert "does to follicles what IGF-I did there" in said
    assert "Off unless you use it" in said
    assert 'fit_scenario(scenario, priors={"potency_minoxidil_topical_5": ' in said


def test_a_culture_of_ones_own_takes_the_place_of_the_published_one(cli):
    own = ("--control", "40", "--treated", "60", "--follicles", "30")
    said = " ".join(cli("bench", "prior", "prp_injection", *own).out.split())
    assert "40 % of follicles still in anagen without, 60 % with (30 in each arm" in said
    assert "IGF-I" not in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("minoxidil_topical_5", "--control", "40"), "treated, follicles: missing"),
        (("minoxidil_topical",), 'which one: "minoxidil_topical_2"'),
        (("exosomes_adipose_microneedling",), "says nothing of its potency"),
        (
            ("prp_injection", "--control", "60", "--treated", "40", "--follicles", "9"),
            "nothing was gained in the dish",
        ),
        (
            ("prp_injection", "--control", "145", "--treated", "40", "--follicles", "9"),
            "'--control': Input should be less than or equal to 100",  # in percent, as given
        ),
    ],
)
def test_what_gives_no_prior_is_refused(cli, words, message):
    outcome = cli("bench", "prior", *words)
    assert outcome.code == 2
    assert message in outcome.err


def test_a_run_of_a_dish_shows_the_dish_and_no_scalp(cli, tmp_path):
    few = ("--set", "population.subjects=3", "--set", "population.follicles=27")
    recorded = '["hair_density", "phase_count", "anagen_retention", "shaft_elongation"]'
    all_of_it = ("--set", f"record.variables={recorded}")
    outcome = cli("run", str(SCENARIO), *few, *all_of_it, "--out", str(tmp_path / "dish"))
    assert outcome.code == 0, outcome.err
    written = {path.name for path in (tmp_path / "dish").iterdir()}
    assert {"culture.png", "comparison.png", "endpoints.csv"} <= written
    assert not {"density.png", "phases.png"} & written
    assert "control (placebo)" in outcome.out
    assert "anagen retention, level" in outcome.out
