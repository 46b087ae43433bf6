"""`trials template`: the empty table on disk, and what to do with it."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from follicle_sim.base.errors import OutputError
from follicle_sim.cli.own_data import template
from follicle_sim.cli.stored import print_changed_tables
from follicle_sim.reporting.own_table import own_table
from follicle_sim.scenario.load import load_scenario

SCENARIO = """
schema_version = 1
title = "clinic"
[population]
subjects = 2
follicles = 50
target_area = "1 cm2"
follicle_density = "180 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
"""


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    app.command("list")(lambda: None)
    app.command("template")(template)
    return app


def test_the_table_is_written_once(app: typer.Typer, tmp_path: Path) -> None:
    file, out = tmp_path / "clinic.toml", tmp_path / "mine.csv"
    file.write_text(SCENARIO)
    words = ["template", "--from", str(file), "--people", "--out", str(out)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert 'data = "mine.csv"' in done.output
    assert out.read_text() == own_table(load_scenario(file), people=True)
    again = CliRunner().invoke(app, words)
    assert isinstance(again.exception, OutputError)


def test_a_changed_table_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "mine.csv"
    table.write_text("arm,week,endpoint,unit,mean\ndrug,12,hair density,hairs/cm2,140\n")
    file = tmp_path / "clinic.toml"
    file.write_text(f'{SCENARIO}[[compare]]\ndata = "mine.csv"\n')
    scenario = load_scenario(file)
    print_changed_tables(scenario, [tmp_path])
    assert capsys.readouterr().err == ""
    table.write_text(table.read_text().replace("140", "141"))
    print_changed_tables(scenario, [tmp_path])
    assert "mine.csv says other than the 1 rows stored for mine" in capsys.readouterr().err


@pytest.mark.parametrize("table", [None, "arm,week,endpoint,unit,mean\ndrug,12,hair density,,\n"])
def test_a_template_is_written_whatever_the_table_named_already_is(
    app: typer.Typer, tmp_path: Path, table: str | None
) -> None:
    file, out = tmp_path / "clinic.toml", tmp_path / "empty.csv"
    file.write_text(f'{SCENARIO}[[compare]]\ndata = "mine.csv"\n')
    if table is not None:
        (tmp_path / "mine.csv").write_text(table)
    done = CliRunner().invoke(app, ["template", "--from", str(file), "--out", str(out)])
    assert done.exit_code == 0
    file.write_text(SCENARIO)
    assert out.read_text() == own_table(load_scenario(file))


def test_a_template_is_written_of_a_scenario_from_standard_input(
    app: typer.Typer, tmp_path: Path
) -> None:
    out = tmp_path / "empty.csv"
    text = f'{SCENARIO}[[compare]]\ndata = "mine.csv"\n'
    done = CliRunner().invoke(app, ["template", "--from", "-", "--out", str(out)], input=text)
    assert done.exit_code == 0
    assert "drug,12,hair density" in out.read_text()


def test_a_template_still_needs_a_sound_scenario(app: typer.Typer, tmp_path: Path) -> None:
    file = tmp_path / "clinic.toml"
    file.write_text(f'{SCENARIO.replace("untreated", "nobody")}[[compare]]\ndata = "mine.csv"\n')
    done = CliRunner().invoke(app, ["template", "--from", str(file)])
    assert "arms[0].role" in str(done.exception)
    assert "mine.csv" not in str(done.exception)
