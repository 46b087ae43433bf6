"""`follicle-sim conditions list | show ID`."""

import pytest

from follicle_sim.biology.conditions import condition_table, load_conditions
from follicle_sim.cli.app import main
from follicle_sim.cli.conditions import PARTS
from follicle_sim.cli.quantities import list_quantities


@pytest.fixture
def run(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main(["conditions", *arguments])
        out, err = capsys.readouterr()
        return stopped.value.code, out, err

    return call


def test_list_names_every_condition(run):
    code, out, err = run("list")
    assert (code, err) == (0, "")
    for name, condition in load_conditions().items():
        assert name in out
        assert condition.title in " ".join(out.split())
    assert "in patches of the scalp" in out
    assert "follicles shrink under androgens" in out


@pytest.mark.parametrize("name", load_conditions())
def test_show_prints_every_number_of_what_acts_with_its_source(run, name):
    code, out, _ = run("show", name)
    assert code == 0
    flat = " ".join(out.split())
    table = condition_table(name)
    for part in (row for name in PARTS for row in getattr(table, name)):
        assert part.about in flat
        for _, quantity in list_quantities(part):
            assert quantity.written in flat
            assert " ".join(quantity.source.split()) in flat


def test_an_unknown_one_is_refused_with_its_nearest_name(run):
    code, _, err = run("show", "alopecia_arreata")
    assert code == 2
    assert 'did you mean "alopecia_areata"?' in err
