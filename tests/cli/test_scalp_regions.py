"""A scalp of regions on the command line: checked, shown with its sources, run and drawn."""

import pytest
from regional import SURGERY, TEXT

from follicle_sim.biology.scalps import scalp_table
from follicle_sim.cli.app import main


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "men.toml"
    text = TEXT.format(
        place='scalp = "regions"',
        more='severity = "Norwood VII"',
        arms=SURGERY.format(amount=50, start="0 days", into='["frontal"]'),
        subjects=3,
        density=200,
        condition="aga_male",
        visits='["0 days", "60 weeks"]',
    )
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([str(each) for each in arguments])
        out, _ = capsys.readouterr()
        assert stopped.value.code == 0, out
        return " ".join(out.split())

    return call


def test_check_says_what_is_left_in_the_donor_area(file, run):
    out = run("check", file)
    assert "3,444 grafts come from the occipital region, 35 % of its follicles" in out
    assert "120 of 184 follicles/cm2 are left there: more than the 30 % that can go unseen" in out


def test_show_prints_the_map_with_its_sources(file, run):
    out = run("show", file)
    assert "norwood_vii: frontal 4.6, midscalp 4.4, vertex 4.6" in out
    table = scalp_table("regions")
    for area in table.areas:
        for key in ("share", "density", "sensitivity"):
            quantity = getattr(area, key)
            assert f"{area.name} {key} = {quantity.value:.6g}" in out
            assert " ".join(quantity.source.split())[:60] in out
    assert "into frontal" in out


def test_show_prints_one_region_alone(file, run):
    text = file.read_text("utf-8").replace('scalp = "regions"', 'region = "occipital"')
    file.write_text(text.partition('label = "surgery"')[0].rpartition("[[arms]]")[0], "utf-8")
    out = run("show", file)
    assert "occipital sensitivity = 0" in out
    assert "frontal sensitivity" not in out


def test_run_prints_regions_and_draws_heads(file, run, tmp_path):
    folder = tmp_path / "out"
    out = run("run", file, "--out", folder)
    assert 'Donor area: of "surgery", 3,444 grafts' in out
    assert "Hairs by region (hairs/cm2): mean region week 0 week 60" in out
    assert (folder / "heads.png").stat().st_size > 10_000
    table = (folder / "endpoints.csv").read_text("utf-8")
    assert "region_density[occipital]" in table
