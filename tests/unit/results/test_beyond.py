"""What of a run nobody has ever published, and the numbers it is held against."""

import numpy as np
import pytest
import xarray as xr
from trial_data import dataset

from follicle_sim import load_scenario, simulate
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.widest import WATCHED, widest_published
from follicle_sim.figures import plot_density
from follicle_sim.results.beyond import beyond_published

RNG = np.random.default_rng(3)


def run_of(variable: str, before: float, after: float) -> xr.Dataset:
    """Two arms of 20 people; the drug's go from one level to another, the others stay."""
    noise = RNG.normal(0.0, 0.01 * before, (2, 20, 1))
    values = before + noise + np.array([[[0.0, after - before]], [[0.0, 0.0]]])
    data = dataset(values, weeks=(0, 12)).rename(hair_density=variable)
    unit = {row.endpoint: row.unit for row in observations()}[variable]
    data[variable].attrs["units"] = unit
    return data


def limit_of(endpoint: str, what: str) -> float:
    (row,) = (row for row in widest_published() if (row.endpoint, row.what) == (endpoint, what))
    return row.value


@pytest.mark.parametrize("endpoint", WATCHED)
def test_a_limit_is_the_largest_number_of_the_registry(endpoint: str) -> None:
    limits = {row.what: row for row in widest_published() if row.endpoint == endpoint}
    assert limits
    for what, limit in limits.items():
        known = {row.id: row for row in observations()}
        row = known[limit.observation]
        assert (row.endpoint, row.value, row.unit) == (endpoint, limit.value, limit.unit)
        alike = [
            other.value
            for other in known.values()
            if other.endpoint == endpoint and other.unit == row.unit and other.kind == row.kind
        ]
        assert limit.value == max(alike), what


def test_weight_of_the_best_drug_is_36_percent_up() -> None:
    assert limit_of("hair_weight", "relative_change") == pytest.approx(0.358)


def test_far_beyond_is_told_with_both_numbers() -> None:
    (found,) = beyond_published(run_of("hair_weight", 60.0, 159.0))
    assert (found.arm, found.week) == ("drug", 12.0)
    assert found.value == pytest.approx(1.65, abs=0.01)
    assert found.sentence == (
        'hair weight of "drug" is up by 165 % at week 12: beyond anything published '
        "(at most 36 %: finasteride, price_2002 at week 96)"
    )


@pytest.mark.parametrize(
    ("variable", "what", "start"),
    [
        ("hair_density", "change", 150.0),
        ("terminal_density", "change", 150.0),
        ("shaft_calibre", "change", 60.0),
        ("hair_weight", "relative_change", 60.0),
    ],
)
def test_the_limit_itself_is_within(variable: str, what: str, start: float) -> None:
    gain = limit_of(variable, what) * (start if what == "relative_change" else 1.0)
    within = beyond_published(run_of(variable, start, start + 0.98 * gain))
    over = beyond_published(run_of(variable, start, start + 1.02 * gain))
    assert within == ()
    assert [one.widest.what for one in over] == [what]


def test_a_level_is_judged_in_every_arm() -> None:
    most = limit_of("growth_rate", "level")
    found = beyond_published(run_of("growth_rate", 1.1 * most, 1.1 * most))
    assert {one.arm for one in found} == {"drug", "control"}


def test_hair_that_comes_back_to_bare_skin_is_not_held_against_trials_of_pattern_loss() -> None:
    data = run_of("terminal_density", 20.0, 120.0)
    assert beyond_published(data)
    settings = ["population.subjects=2", "population.follicles=20"]
    areata = simulate(load_scenario("scenarios/chemotherapy_scalp_cooling.toml", settings))
    assert beyond_published(data.assign_attrs(provenance=areata.attrs["provenance"])) == ()


def test_other_endpoints_are_passed_over() -> None:
    data = run_of("hair_density", 100.0, 400.0)
    assert beyond_published(data, ["shaft_calibre", "salt"]) == ()
    assert beyond_published(data, ["hair_density"])


def test_the_figure_of_an_arm_beyond_says_so() -> None:
    texts = [t.get_text() for t in plot_density(run_of("hair_density", 100.0, 250.0)).texts]
    assert any("eyond anything" in text.replace("\n", " ") for text in texts)
    texts = [t.get_text() for t in plot_density(run_of("hair_density", 100.0, 120.0)).texts]
    assert not any("eyond anything" in text.replace("\n", " ") for text in texts)


def test_a_healthy_scalp_is_within() -> None:
    few = ["population.subjects=10", "population.follicles=200"]
    assert beyond_published(simulate(load_scenario("scenarios/healthy_scalp.toml", few))) == ()
