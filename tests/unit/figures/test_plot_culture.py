"""Figures of the bench: a culture with its published points, and papilla cells."""

import numpy as np
import pytest
import xarray as xr

from follicle_sim import InputError, compare, load_scenario, simulate
from follicle_sim.figures import plot_culture, save_figure
from follicle_sim.figures.papilla import plot_papilla
from follicle_sim.pharmacology.bench import load_papilla, proliferation

FEW = ["population.subjects=6", "population.follicles=40", "run.history=30 days"]


@pytest.fixture(scope="module")
def culture() -> xr.Dataset:
    return simulate(load_scenario("scenarios/organ_culture.toml", FEW))


def heights(ax, marker: str) -> list[float]:
    return [
        float(y)
        for line in ax.get_lines()
        if line.get_marker() == marker
        for y in np.asarray(line.get_ydata(), dtype=float)
    ]


def test_shares_run_over_days_and_lengths_stand_by_dose(culture: xr.Dataset) -> None:
    ax = plot_culture(culture, comparison=compare(culture))
    assert ax.get_xlabel() == "days in culture"
    assert ax.spines["bottom"].get_bounds() == (0.0, 12.0)
    lines = [line for line in ax.get_lines() if np.size(line.get_xdata()) == 13]
    drawn = np.array([line.get_ydata() for line in lines])
    means = culture.anagen_retention.mean("subject").values
    for mean in means:
        assert any(np.allclose(mean, one) for one in drawn)
    second = ax.figure.axes[1]
    labels = [text.get_text() for text in second.get_xticklabels()]
    assert labels == [str(label) for label in culture.arm.values]
    lengths = culture.shaft_elongation.isel(time=-1).mean("subject").values
    marks = [y for y in heights(second, "o") if y > 0.0]
    np.testing.assert_allclose(marks, lengths)


def test_published_numbers_are_drawn_where_they_are(culture: xr.Dataset) -> None:
    ax = plot_culture(culture, comparison=compare(culture))
    second = ax.figure.axes[1]
    assert sorted(heights(second, "D")) == pytest.approx([0.08, 0.10])
    words = [text.get_text() for text in second.get_legend().get_texts()]
    assert words == ["simulated, 95 % interval", "Ahn 2012"]
    alone = plot_culture(culture).figure.axes[1]
    assert heights(alone, "D") == []
    assert len(alone.get_legend().get_texts()) == 1


def test_the_same_data_give_the_same_bytes(culture: xr.Dataset, tmp_path) -> None:
    for name in ("a.png", "b.png"):
        save_figure(plot_culture(culture, comparison=compare(culture)), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_what_is_no_culture_is_refused(culture: xr.Dataset) -> None:
    with pytest.raises(InputError, match='method = "organ_culture"'):
        plot_culture(culture.drop_vars("shaft_elongation"))
    with pytest.raises(InputError, match="a visit after day 0"):
        plot_culture(culture.isel(time=[0]))


def test_papilla_cells_have_a_panel_each_and_marks_at_what_was_tried() -> None:
    ax = plot_papilla()
    assert len(ax.figure.axes) == len(load_papilla())
    for panel, row in zip(ax.figure.axes, load_papilla().values(), strict=True):
        tried = np.array(row.tried.values)
        np.testing.assert_allclose(heights(panel, "o"), proliferation(row, tried))
        assert panel.get_xscale() == "log"
    assert any("no hair follows" in text.get_text() for text in ax.figure.texts)
    with pytest.raises(InputError, match="at least one is needed"):
        plot_papilla({})
