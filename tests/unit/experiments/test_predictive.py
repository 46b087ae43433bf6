"""Bands of virtual trials of a study's size, and the published points on them."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from follicle_sim import load_scenario, simulate, with_overrides
from follicle_sim.base.errors import InputError, Interrupted
from follicle_sim.experiments.planning.predictive import (
    as_trial,
    check_key,
    predictive_bands,
    study_sizes,
)
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.scoreboard.scoring import drift_of
from follicle_sim.figures.predictive import plot_predictive

PARK = Path(__file__).parents[3] / "scenarios" / "exosome_park_2022.toml"
SMALL = ["population.follicles=30", "run.history=90 days", "design.visits=['0 days', '12 weeks']"]
TRIALS = 20


@pytest.fixture(scope="module")
def scenario():
    return load_scenario(PARK, SMALL)


@pytest.fixture(scope="module")
def check(scenario):
    return predictive_bands(scenario, replicates=TRIALS)


def test_trials_have_the_people_of_the_study_and_of_their_own(scenario, check):
    assert dict(check.people) == {"exosomes weekly x 12": 39}
    assert check.assumed == ()
    trial = as_trial(scenario, 39)
    assert (trial.design.kind, trial.population.subjects) == ("parallel", 39)


def test_bands_are_quantiles_of_the_trials_means(scenario, check):
    trial = as_trial(scenario, 39)
    run = trial.run.model_copy(update={"replicates": TRIALS})
    data = simulate(trial.model_copy(update={"run": run}))
    change = (data.hair_density[..., 1] - data.hair_density[..., 0]).sel(arm="exosomes weekly x 12")
    low, middle, high = np.quantile(change.mean("subject"), [0.05, 0.5, 0.95])
    (row,) = (b for b in check.bands if b.endpoint == "hair_density" and b.week == 12)
    assert (row.low, row.middle, row.high) == pytest.approx((low, middle, high))
    assert row.trials == TRIALS
    # a trial's own drift has SD 6 and mean +3 (model 5.8)
    assert row.drift_high - row.drift_low > 2 * 1.64 * 6.0
    assert (row.drift_high + row.drift_low) / 2 == pytest.approx(change.mean() + 3.0)


def test_points_are_judged_by_their_band(check):
    assert {point.observation for point in check.points} == {
        "park_2022:2-change",
        "park_2022:4-change",
    }
    for point in check.points:
        assert point.inside == (point.low <= point.observed <= point.high)
        assert point.inside_with_drift == (point.drift_low <= point.observed <= point.drift_high)


def test_a_model_without_the_drug_does_not_look_like_the_study(scenario):
    off = with_overrides(scenario, ["arms[0].doses[0].amount=0 session"])
    point = predictive_bands(off, replicates=TRIALS).points[0]
    assert point.endpoint == "hair_density"
    assert not point.inside
    assert not point.inside_with_drift


def test_drift_in_the_unit_of_the_number():
    assert drift_of("hair_density", "change", 200.0) == (3.0, 6.0)
    assert drift_of("hair_density", "percent_change", 200.0) == pytest.approx((0.015, 0.03))
    assert drift_of("anagen_fraction", "change", 0.7) == (0.0, 0.0)


def test_a_size_nobody_gave_is_the_scenarios_own(scenario):
    alone = scenario.compare[0].model_copy(update={"arms": {"untreated (not in the study)": "x"}})
    assert study_sizes(scenario, alone) == (
        {"untreated (not in the study)": 39},
        ("untreated (not in the study)",),
    )


def test_what_is_refused(scenario):
    with pytest.raises(InputError, match='did you mean "park_2022"'):
        predictive_bands(scenario, "park_202")
    with pytest.raises(InputError, match="20 trials or more"):
        predictive_bands(scenario, replicates=5)
    with pytest.raises(InputError, match="no \\[\\[compare\\]\\] table"):
        predictive_bands(scenario.model_copy(update={"compare": ()}))
    several = scenario.model_copy(update={"compare": scenario.compare * 2})
    with pytest.raises(InputError, match="choose one"):
        predictive_bands(several)


def test_texts_of_the_figure_do_not_meet(check):
    figure = plot_predictive(
        check.bands, check.points, "Park 2022 against virtual trials of its size"
    )
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in figure.texts]
    boxes += [axes.get_tightbbox() for axes in figure.axes]
    for i, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_after_ctrl_c_it_goes_on_where_it_stopped(scenario, check, monkeypatch, tmp_path):
    seen, stop = [], [10]

    def watched(asked, **more):
        if more["first_replicate"] == stop[0]:
            raise KeyboardInterrupt
        seen.append(more["first_replicate"])
        return simulate(asked, **more)

    monkeypatch.setattr("follicle_sim.experiments.planning.predictive.MOST_TRIALS", 5)
    monkeypatch.setattr("follicle_sim.experiments.planning.predictive.simulate", watched)
    key, path = check_key(scenario, "", TRIALS), tmp_path / "trials.npz"
    with pytest.raises(Interrupted, match="stopped after 10 of 20 trials; go on with --resume"):
        predictive_bands(scenario, replicates=TRIALS, checkpoint=Checkpoint(path, key))
    stop[0] = None
    told = []
    again = predictive_bands(
        scenario,
        replicates=TRIALS,
        report=lambda *each: told.append(each),
        checkpoint=Checkpoint(path, key, resume=True),
    )
    limits = ("low", "middle", "high", "drift_low", "drift_high")
    for mine, theirs in zip(again.bands, check.bands, strict=True):  # there all are one part
        assert [getattr(mine, name) for name in limits] == pytest.approx(
            [getattr(theirs, name) for name in limits], rel=1e-12
        )
    assert seen == [0, 5, 10, 15]
    done = [done for _, done, _ in told]
    assert done == sorted(done)
    assert told[-1] == ("trials", TRIALS * 2 * 39, TRIALS * 2 * 39)
    assert key != check_key(scenario, "", TRIALS + 1)
