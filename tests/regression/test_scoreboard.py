"""The committed scoreboard: no published number may fit worse than by luck, and misses are told.

Refresh it, after saying in CHANGELOG.md which numbers moved and why, with

    follicle-sim validate --quiet --json tests/regression/scoreboard.json
"""

import sys
from pathlib import Path

from follicle_sim.base.csv_text import write_rows
from follicle_sim.evidence.observed import observations
from follicle_sim.experiments.scoreboard.designs import explanations
from follicle_sim.experiments.scoreboard.run import Scoreboard, run_scoreboard, summary
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow
from follicle_sim.experiments.scoreboard.worsened import find_worsened, read_benchmark

sys.path.insert(0, str(Path(__file__).parents[2] / "scenarios"))
import redraw

BENCHMARK = Path(__file__).with_name("scoreboard.json")


def no_row_has_worsened(board: Scoreboard, _: Path) -> None:
    assert find_worsened(board, read_benchmark(BENCHMARK)) == []


def benchmark_is_up_to_date(board: Scoreboard, _: Path) -> None:
    # A row that fits better, or a new one, belongs into it too, or it could be lost again.
    before = read_benchmark(BENCHMARK)
    assert before["summary"] == summary(board.rows)
    then = {(row["design"], row["observation"], row["arm"]): row["z"] for row in before["rows"]}
    now = {(row.design, row.observation, row.arm): row.z for row in board.rows}
    assert then.keys() == now.keys()


def every_miss_is_explained_and_no_explanation_is_stale(board: Scoreboard, _: Path) -> None:
    assert {row.observation for row in board.misses} == set(explanations())


def monte_carlo_error_is_small(board: Scoreboard, _: Path) -> None:
    assert max(row.mc_z for row in board.counted) < 0.5


def fit_statistics_do_not_fall(board: Scoreboard, _: Path) -> None:
    told = summary(board.rows)
    assert told["counted"]["share_within_2_se"] > 0.65
    assert told["by_use"]["calibration"]["share_within_2_se"] > 0.9
    # The numbers that were known when most of the biology was fitted.
    first = {row.id for row in observations()[:228]}
    older = [row for row in board.rows if row.observation.partition("-")[0] in first]
    assert len(older) < len(board.rows)
    assert summary(older)["counted"]["share_within_2_se"] > 0.7


def every_counted_row_has_the_spread_of_its_parameters(board: Scoreboard, _: Path) -> None:
    lost = [row.observation for row in board.counted if row.parameter_sd is None]
    assert lost == [], "run python -m follicle_sim.experiments.scoreboard.prediction_spread"


def intervals_hold_about_what_they_promise_of_what_was_fitted(board: Scoreboard, _: Path) -> None:
    told = summary(board.rows)
    assert told["by_use"]["calibration"]["coverage_90"] > 0.85
    assert told["counted"]["coverage_90"] >= told["counted"]["coverage_90_parameters_held"]


def the_stored_figure_is_drawn_from_this_board(board: Scoreboard, tmp_path: Path) -> None:
    write_rows(tmp_path / "scoreboard.csv", ScoreRow, board.rows)
    entry = redraw.read_manifest()["scoreboard"]
    rows = redraw.read_table(tmp_path / "scoreboard.csv")
    assert redraw.digest(rows, entry["columns"]) == entry["digest"], (
        "python scenarios/redraw.py scoreboard"
    )


CHECKS = (
    no_row_has_worsened,
    benchmark_is_up_to_date,
    every_miss_is_explained_and_no_explanation_is_stale,
    monte_carlo_error_is_small,
    fit_statistics_do_not_fall,
    every_counted_row_has_the_spread_of_its_parameters,
    intervals_hold_about_what_they_promise_of_what_was_fitted,
    the_stored_figure_is_drawn_from_this_board,
)


def test_the_scoreboard(tmp_path: Path) -> None:
    """All checks of one board: as tests apart, each process of a run would make a board of its own,
    which takes a minute."""
    board = run_scoreboard()
    failures = []
    for check in CHECKS:
        try:
            check(board, tmp_path)
        except AssertionError as error:
            failures.append(f"{check.__name__}: {error}")
    assert not failures, "\n\n".join(failures)
