"""A table, a study or a result in the place of another: each is told where it belongs."""

from pathlib import Path

import pytest
import typer
from clinic_example import CLINIC
from typer.testing import CliRunner

from follicle_sim import InputError, load_scenario
from follicle_sim.cli.rerun import rerun

TABLE = "arm;week;endpoint;unit;mean;sd;n\nexosomes;12;hair density;hairs/cm2;150;18;24\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('file = "mine.csv"', 'compare[0].file: unknown key; did you mean "data"?'),
        ('csv = "mine.csv"', 'compare[0].csv: unknown key; did you mean "data"?'),
        (
            'study = "mine.csv"',
            'compare[0].study: found "mine.csv", a file; did you mean data = "mine.csv"?',
        ),
        (
            'data = "kaufman_1998"',
            'compare[0].data: found "kaufman_1998", no such file beside this one; that is a study '
            'of the registry, did you mean study = "kaufman_1998"?',
        ),
    ],
)
def test_another_key_for_a_table(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "mine.csv").write_text(TABLE)
    file = tmp_path / "clinic.toml"
    file.write_text(f"{CLINIC}\n[[compare]]\n{line}\n")
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    assert str(caught.value) == f"{file}: {told}"


def test_a_table_in_place_of_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(TABLE)
    with pytest.raises(InputError, match="is a table, and a scenario file is needed") as caught:
        load_scenario(tmp_path / "mine.csv")
    assert '[[compare]] and below it data = "mine.csv"' in str(caught.value)


def test_a_folder_with_a_result_in_place_of_a_scenario(tmp_path: Path) -> None:
    (tmp_path / "result.nc").write_bytes(b"CDF\x01")
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path)
    assert f"it holds the result of a run, {tmp_path / 'result.nc'}" in str(caught.value)
    (tmp_path / "scenario.resolved.toml").write_text(CLINIC)
    with pytest.raises(InputError, match=r"result\.nc, and scenario\.resolved\.toml"):
        load_scenario(tmp_path)


def test_rerun_names_the_command_that_changes() -> None:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(rerun)
    done = CliRunner().invoke(app, ["result.nc", "--set", "run.seed=1"])
    assert done.exit_code == 2
    assert "follicle-sim run result.nc --set run.seed=1" in " ".join(done.output.split())
