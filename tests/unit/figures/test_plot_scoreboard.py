"""The scoreboard's figure: every change has its line, and an empty one says so."""

from pathlib import Path

from follicle_sim.experiments.scoreboard.run import run_scoreboard
from follicle_sim.figures.parts.style import save_figure
from follicle_sim.figures.scoreboard import plot_scoreboard

SMALL = ["population.subjects=8", "population.follicles=50", "run.history=1 year"]


def test_changes_have_a_line_and_dht_a_panel_of_its_own(tmp_path: Path) -> None:
    names = ["kaufman_1998", "drake_1999", "park_2022", "minoxidil_2_3_percent"]
    rows = run_scoreboard(designs=names, overrides=SMALL).rows
    ax = plot_scoreboard(rows)
    assert len(ax.child_axes) == 2
    texts = [text.get_text() for text in ax.texts]
    shown = [r for r in rows if r.kind != "level" and r.compared != "control arm"]
    assert sum(", week " in text for text in texts) == len(shown)
    assert {"finasteride oral", "exosomes adipose microneedling"} <= set(texts)
    # far beyond the axis: at its edge, with the number
    edge = [note.get_text() for note in ax.child_axes[0].texts]
    assert any(text.startswith("+1") for text in edge)
    save_figure(ax, tmp_path / "a.png")
    save_figure(plot_scoreboard(rows), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_nothing_to_show_says_so() -> None:
    assert "No published change" in plot_scoreboard([]).texts[0].get_text()
