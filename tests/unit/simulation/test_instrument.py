"""Methods of measuring hair: presets, what they see, refusals, and the counts they draw."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
from instrument_examples import seen_by

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.codes import Decision
from follicle_sim.base.errors import InputError
from follicle_sim.results.variables import OF_INSTRUMENTS as MEANING
from follicle_sim.scenario import Instrument, dump_scenario, scenario_hash
from follicle_sim.scenario.fields.methods import EXTRA_VARIABLES, load_methods
from follicle_sim.scenario.tables.instrument import READABLE
from follicle_sim.simulation.instrument import observable, unseen
from follicle_sim.simulation.instrument.reading_draws import LARGE, ReadingDraws, binomial, poisson

OF_DISEASES = {"salt", "hairline_recession", "lppai", "anagen_retention"}
OF_AREAS = [
    name for name, method in load_methods().items() if not OF_DISEASES & set(method.measures)
]
"""Methods that read a target area; the others need a whole scalp."""

GRADES = {"journal", "abstract", "review", "secondary", "assumption", "set"}


def luck(size: int = 20_000) -> ReadingDraws:
    return ReadingDraws(5, 0, 77, np.arange(size)[:, None], np.array([[0]]))


# -- presets ---------------------------------------------------------------------------------------


def test_every_number_of_a_method_has_a_source_and_a_grade() -> None:
    text = (
        files("follicle_sim.scenario.fields").joinpath("methods.toml").read_text(encoding="utf-8")
    )
    for name, tables in tomllib.loads(text).items():
        for key, row in tables.items():
            if key in ("title", "about", "measures", "extends"):
                continue
            assert set(row) == {"value", "grade", "source"}, f"{name}.{key}"
            assert row["grade"] in GRADES, f"{name}.{key}"
            assert len(row["source"]) > 8, f"{name}.{key}"
            assert (row["grade"] == "assumption") == row["source"].startswith("assumption: ")


@pytest.mark.parametrize("name", OF_AREAS)
def test_a_method_is_a_table_that_can_be_written_and_read_back(name: str) -> None:
    method = load_methods()[name]
    chosen = seen_by(f'method = "{name}"')
    assert set(method.measures) <= set(READABLE)
    assert chosen.instrument.measures == method.measures
    assert parse_scenario(dump_scenario(chosen)) == chosen
    assert method.sources.keys() == method.values.keys()


def test_a_key_of_the_file_wins_over_the_method_also_when_it_is_the_default() -> None:
    chosen = seen_by('method = "trichoscan"\ndetection_calibre = "0 um"\nreader_error = 0.01')
    assert chosen.instrument.detection_calibre == 0.0
    assert chosen.instrument.reader_error == 0.01
    assert chosen.instrument.occlusion == 0.1
    text = dump_scenario(chosen)
    assert 'detection_calibre = "0 um"' in text
    assert "occlusion" not in text
    assert parse_scenario(text) == chosen


def test_a_matched_method_is_the_other_with_matching() -> None:
    plain, matched = (load_methods()[n] for n in ("phototrichogram", "matched_phototrichogram"))
    assert dict(matched.values).items() >= dict(plain.values).items()
    assert matched.measures == plain.measures
    assert Instrument(method="matched_phototrichogram").matched


def test_an_unused_key_has_no_part_in_the_hash() -> None:
    assert scenario_hash(seen_by()) == scenario_hash(seen_by('method = "plain"\noperators = 1'))
    assert scenario_hash(seen_by()) != scenario_hash(seen_by("operators = 2"))


def test_limits_follow_the_coarser_of_two() -> None:
    tool = Instrument(detection_calibre="20 um", pixel="35 um", visible_length="0.01 mm")
    assert (tool.thinnest, tool.shortest) == (35.0, 0.035)


# -- what it sees ----------------------------------------------------------------------------------


def test_the_plain_instrument_sees_what_results_always_held() -> None:
    assert {"hair_density", "hair_weight", "telogen_fraction"} <= observable(Instrument())
    assert "pull_count" not in observable(Instrument())
    assert "observable" not in simulate(seen_by()).attrs


def test_an_endpoint_nobody_sees_gets_the_nearest_name() -> None:
    tool = Instrument(method="hair_pull")
    assert unseen("pull_count", tool) == ""
    assert "methods that do: " in unseen("hair_density", tool)
    assert 'did you mean "pull_count"?' in unseen("pul_count", tool)


def test_recording_what_is_not_measured_is_refused() -> None:
    with pytest.raises(InputError, match=r"record\.variables\[1\].*does not see pull_count.*pull"):
        seen_by('method = "trichoscan"', '[record]\nvariables = ["hair_density", "pull_count"]')


def test_unknown_method_gets_the_nearest() -> None:
    with pytest.raises(InputError, match='did you mean "trichoscan"'):
        seen_by('method = "trichoscn"')


@pytest.mark.parametrize("name", OF_AREAS)
def test_a_result_holds_the_special_variables_of_its_method_only(name: str) -> None:
    data = simulate(seen_by(f'method = "{name}"'))
    special = {str(v) for v in data.data_vars} & set(MEANING)
    assert special == set(load_methods()[name].measures) & set(MEANING)
    for variable in special:
        assert data[variable].attrs["units"] == MEANING[variable][0]
        assert np.isfinite(data[variable]).all()
    assert set(EXTRA_VARIABLES) == set(MEANING)


def test_ratings_start_at_none_and_need_a_baseline() -> None:
    data = simulate(seen_by('method = "global_photo"'))
    assert (data.global_rating.isel(time=0) == 0.0).all()
    assert set(np.unique(data.global_rating)) <= set(np.arange(-3.0, 4.0))


# -- counts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 40, 700])
@pytest.mark.parametrize("p", [0.01, 0.5, 0.95])
def test_binomial_counts_have_their_mean_and_variance(n: int, p: float) -> None:
    counts = binomial(np.full((20_000, 1), float(n)), p, luck(), Decision.MISSED)
    assert (counts >= 0).all()
    assert (counts <= n).all()
    assert (counts == np.rint(counts)).all()
    expected, variance = n * p, n * p * (1 - p)
    assert abs(counts.mean() - expected) <= 4 * np.sqrt(variance / 20_000) + 1e-12
    assert counts.var() == pytest.approx(variance, rel=0.06, abs=1e-12)


@pytest.mark.parametrize("mean", [0.0, 0.44, 5.0, LARGE - 0.5, LARGE + 0.5, 400.0])
def test_poisson_counts_have_their_mean_and_variance(mean: float) -> None:
    counts = poisson(np.full((20_000, 1), mean), luck(), Decision.COMB)
    assert (counts >= 0).all()
    assert (counts == np.rint(counts)).all()
    assert abs(counts.mean() - mean) <= 4 * np.sqrt(mean / 20_000) + 1e-12
    assert counts.var() == pytest.approx(mean, rel=0.06, abs=1e-12)


def test_small_poisson_counts_have_the_right_chances() -> None:
    counts = poisson(np.full((20_000, 1), 0.44), luck(), Decision.PULL)
    for k, chance in enumerate((0.6440, 0.2834, 0.0623)):
        assert abs((counts == k).mean() - chance) < 0.012
