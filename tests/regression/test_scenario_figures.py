"""The figures in scenarios/figures are those of this code.

`scenarios/redraw.py` stores beside each the hash of its scenario and a digest of the table it was
drawn from. Here the cheap tables are made again and compared whole. Too long for that, and checked
by a small run of the same command: those of conditions (alopecia_areata_brave,
alopecia_areata_steroid_vs_exosomes, chemotherapy_scalp_cooling, postcovid, postpartum,
receding_hairline, scarring, several_causes, sixty_years, sixty_years_women) and of regions
(norwood_map, transplant_whole_scalp), who_responds, exosome_vs_standard_care, exosome_sessions,
exosome_ersan_2024, exosome_schedule, sensitivity_exosome_park_2022. The table of the scoreboard is
compared whole by test_scoreboard.py. profile_ten_parameters (thousands of simulations) has no small
run: its files and command are checked here, its fit again by
tests/verification/test_fitted_defaults.py. The whole of the long ones:
`python scenarios/redraw.py --check`, about half an hour of one processor.

If a change of numbers is meant, redraw what the message names and commit it.
"""

import csv
import sys
from pathlib import Path

import pytest

SCENARIOS = Path(__file__).parents[2] / "scenarios"
sys.path.insert(0, str(SCENARIOS))
import redraw  # noqa: E402

DRAWINGS = {drawing.name: drawing for drawing in redraw.DRAWINGS}
EXTRAS = {"exosome_schedule": "optuna", "sensitivity_exosome_park_2022": "SALib"}
ELSEWHERE = ("scoreboard", "profile_ten_parameters")


@pytest.mark.parametrize("name", DRAWINGS)
def test_files_and_scenarios_are_those_drawn(name):
    assert redraw.stale_files(DRAWINGS[name], redraw.read_manifest()[name]) == []


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name not in ELSEWHERE])
def test_numbers_are_those_drawn(name):
    if name in EXTRAS:
        pytest.importorskip(EXTRAS[name])
    stale = redraw.stale_numbers(DRAWINGS[name], redraw.read_manifest()[name], quick=True)
    assert stale == [], f"python scenarios/redraw.py {name}"


def test_nothing_else_lies_there():
    entries = redraw.read_manifest()
    assert set(entries) == set(DRAWINGS)
    kept = {name for entry in entries.values() for name in entry["files"]}
    assert {path.name for path in redraw.FIGURES.iterdir()} == kept | {"manifest.json"}
    loose = [path.name for path in SCENARIOS.iterdir() if path.suffix in (".png", ".csv", ".nc")]
    assert loose == []


def test_a_stored_table_is_the_table_rounded(tmp_path):
    # what guides print is read from these files, so their numbers must be those of the digest
    for drawing in redraw.DRAWINGS:
        for name in (name for name in drawing.kept if name.endswith(".csv")):
            rows = redraw.read_table(redraw.FIGURES / name)
            assert rows, name
            assert list(rows[0]) == redraw.read_manifest()[drawing.name]["columns"]
            again = [{key: redraw.rounded(row[key], 4) for key in row} for row in rows]
            assert again == rows, name


def table(folder, text):
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return redraw.read_table(path)


def test_a_digest_sees_a_number_and_not_the_last_bit(tmp_path):
    columns = ["arm", "mean"]
    first = redraw.digest(table(tmp_path, "arm,mean\na,12.3456789012345\nb,1e-17\n"), columns)
    last_bit = table(tmp_path, "arm,mean\na,12.3456789012346\nb,-3e-18\n")
    assert redraw.digest(last_bit, columns) == first
    more = table(tmp_path, "# a comment\narm,new,mean\na,x,12.3456789012345\nb,y,0\n")
    assert redraw.digest(more, columns) == first  # a column more is no other number
    for text in ("arm,mean\na,12.3458\nb,0\n", "arm,mean\nc,12.3456789\nb,0\n", "arm,mean\n"):
        assert redraw.digest(table(tmp_path, text), columns) != first


def test_another_number_is_found_stale(tmp_path):
    drawing = DRAWINGS["exosome_park_2022"]
    entry = redraw.read_manifest()[drawing.name]
    fewer = redraw.Drawing(
        drawing.name,
        (*drawing.command, "--set", "population.follicles=100", "--set", "population.subjects=5"),
        drawing.table,
        drawing.kept,
    )
    assert redraw.stale_files(fewer, entry) == ["drawn by another command"]
    assert redraw.stale_numbers(fewer, entry, quick=True) == [
        f"`{redraw.in_words(fewer.command)}` gives other numbers in endpoints.csv"
    ]


def test_a_changed_file_or_scenario_is_found_stale(tmp_path, monkeypatch):
    drawing = DRAWINGS["exosome_park_2022"]
    entry = redraw.read_manifest()[drawing.name]
    monkeypatch.setattr(redraw, "FIGURES", tmp_path)
    (tmp_path / "exosome_park_2022.png").write_bytes(b"another picture")
    assert redraw.stale_files(drawing, entry) == [
        "exosome_park_2022.png is not the file that was drawn"
    ]
    other = {**entry, "scenario_hash": "0" * 64}
    assert "the scenario asks for something else now" in redraw.stale_files(drawing, other)


@pytest.mark.parametrize(("variable", "kept"), [("", ["a", "b"]), ("b", ["b"])])
def test_a_drawing_is_kept_with_its_table_rounded(variable, kept, tmp_path, monkeypatch):
    monkeypatch.setattr(redraw, "FIGURES", tmp_path)
    (tmp_path / "whole.csv").write_text(
        "variable,mean,who\na,12.345678,x y\nb,2.5e-12,z\n", encoding="utf-8"
    )
    drawing = redraw.Drawing(
        "it", ("run", "it.toml"), "whole.csv", {"it.csv": "whole.csv"}, variable=variable
    )
    redraw.keep(drawing, tmp_path)
    text = (tmp_path / "it.csv").read_text("utf-8").splitlines()
    assert text[0].startswith("# whole.csv of `follicle-sim run it.toml`")
    rows = {"a": ["a", "12.35", "x y"], "b": ["b", "0", "z"]}
    assert list(csv.reader(text[1:])) == [
        ["variable", "mean", "who"],
        *(rows[name] for name in kept),
    ]
