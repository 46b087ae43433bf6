"""What tables and figures say of a dataset whose replicates drew their parameters."""

import json

import numpy as np
import pytest
import xarray as xr

from follicle_sim import compare
from follicle_sim.base.estimates import change_mean, estimate
from follicle_sim.figures import plot_density, plot_small_multiples, save_figure
from follicle_sim.figures.multiples import MANY_ARMS
from follicle_sim.reporting.folders.run import shown_as_change
from follicle_sim.results.endpoints import draws_of, summarise

DRAWS, PEOPLE = 40, 25
WEEKS = np.array([0.0, 12.0, 24.0])


def dataset(arms: int = 2, uncertainty: str = "posterior") -> xr.Dataset:
    """Return people who differ by 20, and draws whose effect in the first arm is 10 (SD 5)."""
    rng = np.random.default_rng(1)
    effect = rng.normal(10.0, 5.0, (DRAWS, 1, 1, 1)) * (WEEKS / 24.0)
    people = rng.normal(150.0, 20.0, (DRAWS, 1, PEOPLE, 1))
    treated = np.array([1.0] + [0.5] * (arms - 2) + [0.0]).reshape(1, arms, 1, 1)
    hairs = people + treated * effect + rng.normal(0.0, 1.0, (DRAWS, arms, PEOPLE, 3))
    labels = [f"arm {i}" for i in range(arms - 1)]
    scenario = {"design": {"kind": "counterfactual"}}
    return xr.Dataset(
        {"hair_density": (("replicate", "arm", "subject", "time"), hairs, {"units": "cm-2"})},
        coords={
            "arm": [*labels, "untreated"],
            "role": ("arm", ["treatment"] * (arms - 1) + ["untreated"]),
            "time": 7.0 * WEEKS,
            "replicate": np.arange(DRAWS),
        },
        attrs={"uncertainty": uncertainty, "design_kind": scenario["design"]["kind"]},
    )


def last(data: xr.Dataset, arm: str = "arm 0"):
    rows = [row for row in summarise(data).rows if row.arm == arm]
    return rows[-1]


def test_intervals_are_quantiles_over_draws():
    data = dataset()
    row = last(data)
    means = (data.hair_density - data.hair_density.isel(time=0)).mean("subject").isel(time=-1)
    each = means.sel(arm="arm 0").values
    assert summarise(data).level == 0.90
    assert row.change == pytest.approx(each.mean())
    assert (row.change_low, row.change_high) == pytest.approx(
        tuple(np.quantile(each, [0.05, 0.95]))
    )
    assert row.change_se == pytest.approx(each.std(ddof=1))
    apart = each - means.sel(arm="untreated").values
    assert row.difference == pytest.approx(apart.mean())
    assert row.difference_low == pytest.approx(np.quantile(apart, 0.05))
    assert row.sd == pytest.approx(20.0, rel=0.1)  # between people, not between draws
    assert row.n == DRAWS * PEOPLE
    assert row.interval == "90 % credible interval: fitted parameters, potency and people"


def test_without_draws_replicates_are_only_more_people():
    # the wrong model of such a dataset: it would promise a fifth of the true error
    row = last(dataset(uncertainty="none"))
    assert draws_of(dataset(uncertainty="none")) == 1
    assert row.interval == "95 % confidence interval: people"
    assert row.change_se < 0.3 * last(dataset()).change_se


def test_estimate_over_draws_leaves_missing_people_out():
    now = np.array([[1.0, 3.0, np.nan, 10.0]])
    found = estimate(change_mean, [(1.0, now, np.zeros_like(now))], paired=True, draws=2)
    assert found.value.tolist() == [6.0]
    assert found.n.tolist() == [3.0]
    low, high = found.interval(0.5)
    assert (low[0], high[0]) == (4.0, 8.0)
    nobody = np.full((1, 4), np.nan)
    empty = estimate(change_mean, [(1.0, nobody, nobody)], paired=True, draws=2)
    assert np.isnan(empty.value).all()
    assert np.isnan(empty.interval(0.9)).all()


def test_comparison_has_the_error_of_the_draws():
    data = dataset()
    data.attrs["provenance"] = json.dumps(
        {"scenario": {"compare": [{"study": "park_2022", "arms": {"arm 0": "exosomes"}}]}}
    )
    row = next(row for row in compare(data).rows if row.kind == "change")
    assert row.simulated_se == pytest.approx(2.5, rel=0.3)


def words(figure):
    found = [text.get_text() for text in figure.texts]
    for legend in [*figure.legends, *(ax.get_legend() for ax in figure.axes)]:
        found += [text.get_text() for text in legend.get_texts()] if legend else []
    for ax in figure.axes:
        found += [text.get_text() for text in ax.texts] + [ax.get_ylabel(), ax.get_xlabel()]
    return found


def test_figures_say_what_their_bands_hold(tmp_path):
    band = "mean and its 90 % credible interval: fitted parameters and potency"
    for ax in (plot_density(dataset()), plot_small_multiples(dataset(7), change=True)):
        assert band in words(ax.figure)
    assert shown_as_change(dataset(), compare(dataset(), []), "hair_density")
    assert not shown_as_change(dataset(uncertainty="none"), compare(dataset(), []), "hair_density")


def test_small_multiples_have_a_panel_for_each_arm_but_the_control(tmp_path):
    arms = MANY_ARMS + 2
    figure = plot_small_multiples(dataset(arms), change=True).figure
    assert len(figure.axes) == arms - 1
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    told = words(figure)
    assert "untreated, in grey behind each panel" in told
    first = last(dataset(arms))
    assert any(text.startswith(f"+{first.difference:.0f} (") for text in told)
    save_figure(figure, tmp_path / "one.png")
    save_figure(plot_small_multiples(dataset(arms), change=True), tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_no_word_of_the_small_multiples_lies_on_another_or_outside():
    figure = plot_small_multiples(dataset(7), change=True).figure
    boxes = [text.get_window_extent() for text in figure.texts]
    for ax in figure.axes:
        boxes += [text.get_window_extent() for text in ax.texts if text.get_text()]
    for i, box in enumerate(boxes):
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.width
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_small_multiples_without_a_control_and_of_one_arm():
    data = dataset(3).isel(arm=[0, 1])
    assert len(plot_small_multiples(data).figure.axes) == 2
    assert len(plot_small_multiples(data.isel(arm=[0])).figure.axes) == 1
