"""A SALT score from the reading to the page: stored, compared, analysed, powered, drawn.

Pieces of the scalp are made up here, since only what is measured of them is looked at.
"""

import numpy as np
import pytest

from follicle_sim import analyse, compare, parse_scenario, simulate, summarise, to_dataframe
from follicle_sim.experiments.planning.power import power
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.figures import save_figure
from follicle_sim.figures.parts.forest import group_rows
from follicle_sim.figures.trajectories import plot_density
from follicle_sim.reporting.page.figures import trial_figure
from follicle_sim.reporting.page.text import page
from follicle_sim.reporting.report import make_report
from follicle_sim.results.storage import load_result, save_result
from follicle_sim.simulation import record
from follicle_sim.simulation.instrument import read

TEXT = """
schema_version = 1
title = "made-up scalps"
[instrument]
method = "salt_score"
[population]
subjects = 20
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "healthy"
scalp = "salt"
follicles = 5
[[arms]]
label = "drug"
role = "treatment"
[[arms]]
label = "placebo"
role = "placebo"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks"]
[analysis]
endpoint = "salt"
sided = 1
responder_below = 20
[[compare]]
study = "thrive_aa1_2024"
[compare.arms]
drug = "deuruxolitinib_8_mg"
placebo = "placebo"
[run]
history = "30 days"
"""


@pytest.fixture
def scenario(monkeypatch: pytest.MonkeyPatch):
    """Return a scenario whose people are bare at baseline, and half of the treated no more."""

    def read_scalp(protocol, arm, cohort, tally, *, cover, weight, **rest):
        cover = np.full_like(cover, 0.1)
        people = len(cover)
        if arm.label == "drug":
            cover[: people // 2, 1:] = 0.8
        return read(protocol, arm, cohort, tally, cover=cover, weight=weight, **rest)

    monkeypatch.setattr(record, "read", read_scalp)
    return parse_scenario(TEXT)


def test_a_result_holds_the_score_and_is_stored_with_it(scenario, tmp_path) -> None:
    data = simulate(scenario)
    assert data["salt"].dims == ("arm", "subject", "time")
    assert data["region_cover"].dims == ("arm", "subject", "time", "region")
    assert data["salt"].attrs == {
        "units": "1",
        "long_name": "SALT score: share of the scalp without hair, in percent",
    }
    save_result(data, tmp_path / "result.nc")
    assert load_result(tmp_path / "result.nc").equals(data)
    table = to_dataframe(data)
    assert len(table) == data["salt"].size
    names = [row.variable for row in summarise(data).rows]
    assert "salt" in names
    assert "cover" in names
    assert summarise(data, ["region_cover"]).rows[0].variable == "region_cover[top 1]"


def test_it_is_compared_analysed_and_written_about(scenario, tmp_path) -> None:
    data = simulate(scenario)
    rows = {row.observation: row for row in compare(data).rows}
    assert rows["thrive_aa1_2024:1"].simulated == pytest.approx(0.5)
    assert rows["thrive_aa1_2024:1-vs-placebo"].z is not None
    titles = [group.title for group in group_rows(tuple(rows.values()))]
    assert titles == ["Share of people (%)", "Difference of shares of people (percentage points)"]
    result = analyse(data)
    assert result.rows[0].estimate < 0.0
    assert result.rows[0].effect
    text = page(make_report(data))
    assert "SALT score" in text
    assert "20 or less" in text
    assert "gain" not in text.lower().replace("against", "")
    drawn = plot_density(data, variable="salt", comparison=compare(data))
    assert drawn.get_ylabel() == "SALT score (points)"
    save_figure(trial_figure(make_report(data)), tmp_path / "trial.png")
    assert (tmp_path / "trial.png").stat().st_size > 10_000


def test_power_knows_which_way_is_better(scenario) -> None:
    result = power(scenario, [10], replicates=10, plan=Plan(endpoint="salt"), type_one=False)
    # half of the treated lose four fifths of their score, of the controls nobody
    assert {row.power for row in result.rows} == {1.0}
