"""Public functions check what they are given, in plain words and before any work."""

import inspect
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from planned import planned
from virtual_trials import DESIGNS, PARALLEL

import follicle_sim
from follicle_sim import (
    InputError,
    arms_text,
    compare,
    culture_prior,
    describe,
    dump_scenario,
    event_table,
    explain,
    exposure_response,
    fit_follicles,
    fit_scenario,
    load_result,
    load_scenario,
    npde,
    parse_scenario,
    patient_scales,
    phase_durations,
    power,
    predictive_bands,
    read_event_table,
    resolve,
    run_scoreboard,
    save_result,
    scenario_of,
    simulate,
    summarise,
    to_dataframe,
    who_responds,
    with_overrides,
)
from follicle_sim.analysis.analyse import analyse
from follicle_sim.experiments.calibration.calibrate import calibrate
from follicle_sim.experiments.planning.plausible import plausible
from follicle_sim.experiments.planning.question import make_question
from follicle_sim.experiments.schedules.optimise import optimise
from follicle_sim.simulation.simulate import SMALLEST

SCENARIO = parse_scenario(SMALLEST)
TRIAL = parse_scenario(DESIGNS["parallel"])
BAD_PEOPLE = SCENARIO.model_copy(
    update={"population": SCENARIO.population.model_copy(update={"subjects": -5})}
)
RESULT = xr.Dataset({"hair_density": (("arm", "subject", "time"), np.zeros((1, 2, 1)))})

# function, arguments, what the message holds
REFUSED = [
    (simulate, ("x.toml",), 'simulate: scenario: found "x.toml"; allowed: a scenario'),
    (simulate, ("x.toml",), "load_scenario("),
    (simulate, (Path("x.toml"),), 'found "x.toml"'),
    (simulate, (None,), "found nothing"),
    (simulate, (SCENARIO, {"seed": 1.0}), "simulate: seed: found 1; allowed: a whole number"),
    (simulate, (SCENARIO, {"seed": "3"}), 'found "3"'),
    (simulate, (SCENARIO, {"seed": True}), "found true"),
    (simulate, (SCENARIO, {"seed": np.bool_(True)}), "found true"),
    (simulate, (SCENARIO, {"seed": -1}), "run.seed"),
    (simulate, (SCENARIO, {"seed": 2**32}), "run.seed"),
    (simulate, (SCENARIO, {"threads": 1.5}), "simulate: threads: found 1.5; allowed: a whole"),
    (simulate, (SCENARIO, {"threads": 0}), "found 0; allowed: a whole number of 1 or more"),
    (simulate, (SCENARIO, {"threads": True}), "found true"),
    (simulate, (SCENARIO, {"threads": "2"}), 'found "2"'),
    (simulate, (SCENARIO, {"progress": 5}), "progress: found 5; allowed: a function"),
    (simulate, (SCENARIO, {"first_replicate": -1}), "first_replicate"),
    (simulate, (BAD_PEOPLE,), "population.subjects: found -5; allowed: a whole number from 1"),
    (explain, (BAD_PEOPLE,), "population.subjects: found -5"),
    (explain, ("x.toml",), "explain: scenario"),
    (explain, (SCENARIO, 5), "explain: arm: found 5; allowed: the label of an arm"),
    (culture_prior, (5,), "culture_prior: treatment: found 5; allowed: a text"),
    (culture_prior, ("prp_injecton",), 'did you mean "prp_injection"?'),
    (describe, ("x.toml",), "describe: scenario"),
    (resolve, ("x.toml",), "resolve: scenario"),
    (fit_scenario, ("x.toml",), "fit_scenario: scenario"),
    (fit_follicles, ("x.toml", "x.csv"), "fit_follicles: scenario"),
    (fit_follicles, (SCENARIO, 5), "fit_follicles: path: found 5; allowed: the path of a file"),
    (fit_follicles, (SCENARIO, "none.csv"), "none.csv: cannot be read: no such file"),
    (fit_follicles, (SCENARIO, "x", 5), "name: found 5; allowed: a text"),
    (phase_durations, (SCENARIO,), "phase_durations: dataset: found"),
    (phase_durations, (RESULT,), "record.tracked_follicles: no follicle was tracked"),
    (phase_durations, (RESULT, 2.0), "level: found 2; allowed: from 0 to below 1"),
    (power, ("x.toml", [10]), "power: scenario"),
    (power, (TRIAL, 10), "power: sizes: found 10; allowed: a list of whole numbers"),
    (power, (TRIAL, "10,20"), "power: sizes"),
    (power, (TRIAL, [10, 2.5]), "power: sizes[1]: found 2.5"),
    (power, (TRIAL, [10], 2.5), "power: replicates: found 2.5"),
    (power, (TRIAL, [10], 20, "ancova"), "power: plan"),
    (power, (TRIAL, [10], {"threads": 1.5}), "power: threads"),
    (power, (TRIAL, [10], {"report": 3}), "power: report"),
    (predictive_bands, (3,), "predictive_bands: scenario"),
    (predictive_bands, (SCENARIO, 3), "predictive_bands: study: found 3"),
    (predictive_bands, (SCENARIO, "", 1.5), "predictive_bands: replicates"),
    (predictive_bands, (SCENARIO, {"threads": 0}), "predictive_bands: threads"),
    (compare, ("result.nc",), "compare: dataset"),
    (compare, (xr.Dataset({"a": ("arms", [1.0])}),), 'no dimension "arm"; did you mean "arms"?'),
    (compare, (RESULT, "kaufman_1998"), "comparison: comparisons"),
    (compare, (RESULT, ["kaufman_1998"]), "comparison: compare[0]"),
    (summarise, ({},), "summarise: dataset"),
    (summarise, (RESULT, 5), "summarise: variables: found 5; allowed: a list of texts"),
    (summarise, (RESULT, [5]), "summarise: variables[0]: found 5"),
    (summarise, (RESULT, None, "0.9"), "summarise: level"),
    (summarise, (RESULT, None, float("nan")), "summarise: level"),
    (to_dataframe, ("result.nc",), "to_dataframe: dataset"),
    (to_dataframe, (xr.Dataset({"a": ("arm", [1.0])}),), 'no dimension "subject"'),
    (patient_scales, ("result.nc",), "patient_scales: dataset"),
    (patient_scales, (RESULT, 5), "patient_scales: scales"),
    (patient_scales, (RESULT, {"length": "long"}), "patient_scales: length"),
    (patient_scales, (RESULT, {"contrast": True}), "patient_scales: contrast"),
    (who_responds, ("result.nc",), "who_responds: dataset"),
    (who_responds, (xr.Dataset({"a": ("arm", [1.0])}),), 'no dimension "subject"'),
    (who_responds, (RESULT, 5), "who_responds: variable: found 5; allowed: a text"),
    (who_responds, (RESULT, {"week": "12"}), "who_responds: week"),
    (who_responds, (RESULT, {"level": True}), "who_responds: level"),
    (scenario_of, (5,), "scenario_of: result: found 5; allowed: what simulate or load_result"),
    (scenario_of, ("",), "scenario_of: result"),
    (scenario_of, ("none.nc",), "none.nc: no such file; give the result.nc of a run"),
    (scenario_of, (RESULT,), "dataset: provenance: has no provenance record"),
    (load_scenario, (5,), "load_scenario: path: found 5; allowed: the path of a file"),
    (load_scenario, ("",), "load_scenario: path"),
    (load_scenario, ("x.toml", 5), "load_scenario: overrides"),
    (parse_scenario, (b"x",), "parse_scenario: text"),
    (parse_scenario, (SMALLEST, 5), "parse_scenario: source"),
    (parse_scenario, (SMALLEST, "x", [5]), "parse_scenario: overrides[0]: found 5"),
    (with_overrides, ("x.toml", []), "with_overrides: scenario"),
    (with_overrides, (SCENARIO, 5), "with_overrides: overrides"),
    (with_overrides, (SCENARIO, {"run.seed": 1}), "with_overrides: overrides: found a table"),
    (dump_scenario, ("x.toml",), "dump_scenario: scenario"),
    (dump_scenario, (BAD_PEOPLE,), "population.subjects: found -5"),
    (save_result, (SCENARIO, "x.nc"), "save_result: dataset"),
    (save_result, (RESULT, 5), "save_result: path: found 5"),
    (load_result, (5,), "load_result: path: found 5"),
    (load_result, ("",), "load_result: path"),
    (analyse, ("result.nc",), "analyse: dataset"),
    (make_question, ("x.toml",), "plausible: scenario"),
    (plausible, ("x.toml",), "plausible: question"),
    (make_question, (TRIAL, (1.0,), 2.5), "plausible: replicates"),
    (optimise, ("x.toml",), "optimise: scenario"),
    (run_scoreboard, ("fitted",), "run_scoreboard: use: found"),
    (run_scoreboard, ("all", {"threads": 1.5}), "run_scoreboard: threads"),
    (run_scoreboard, ("all", {"report": 3}), "run_scoreboard: report"),
    (run_scoreboard, ("all", {"designs": 5}), "run_scoreboard: designs"),
    (run_scoreboard, ("all", {"designs": ["kaufmann_1998"]}), 'did you mean "kaufman_1998"?'),
    (run_scoreboard, ("all", {"overrides": 5}), "run_scoreboard: overrides"),
    (optimise, (TRIAL, {"trials": 1.5}), "optimise: trials"),
    (calibrate, ("posterior",), "calibrate: job"),
]
REFUSED += [
    (npde, ("x.toml",), "npde: scenario"),
    (npde, (SCENARIO, 3), "npde: study: found 3; allowed: a text"),
    (npde, (SCENARIO, {"against": "result.nc"}), "npde: dataset"),
    (npde, (SCENARIO, {"endpoints": 5}), "npde: endpoints: found 5; allowed: a list of texts"),
    (npde, (SCENARIO, {"replicates": 2.5}), "npde: replicates"),
    (npde, (SCENARIO, {"threads": 0}), "npde: threads"),
    (npde, (SCENARIO, {"report": 3}), "npde: report"),
    (exposure_response, ("result.nc",), "exposure_response: dataset"),
    (exposure_response, (RESULT, 5), "exposure_response: endpoint: found 5; allowed: a text"),
    (exposure_response, (RESULT, {"treatment": 5}), "exposure_response: treatment"),
    (exposure_response, (RESULT, {"week": "12"}), "exposure_response: week"),
    (exposure_response, (RESULT, {"groups": 0}), "exposure_response: groups: found 0"),
    (event_table, ("x.toml",), "event_table: scenario"),
    (event_table, (SCENARIO, {"result": "result.nc"}), "event_table: dataset"),
    (event_table, (SCENARIO, {"endpoint": 5}), "event_table: endpoint: found 5"),
    (read_event_table, (5,), "read_event_table: path: found 5; allowed: the path of a file"),
    (read_event_table, ("",), "read_event_table: path"),
    (read_event_table, ("x.csv", {"since": "1 year"}), "read_event_table: since"),
    (arms_text, ("events.csv",), "arms_text: doses"),
]
NAMES_ALONE = {"load_studies", "load_treatments", "load_conditions", "load_health"}
NOTHING_TO_CHECK = {*NAMES_ALONE, "Scenario", "Protocol", "InputError", "FollicleSimError"}


def given(arguments):
    named = arguments[-1] if isinstance(arguments[-1], dict) and len(arguments) > 1 else {}
    known = {
        "seed",
        "threads",
        "progress",
        "first_replicate",
        "follicles",
        "report",
        "trials",
        "designs",
        "overrides",
        "week",
        "level",
        "against",
        "endpoints",
        "replicates",
        "treatment",
        "groups",
        "result",
        "endpoint",
        "since",
        "length",
        "contrast",
    }
    return (arguments[:-1], named) if named and set(named) <= known else (arguments, {})


@pytest.mark.parametrize(("function", "arguments", "told"), REFUSED)
def test_wrong_arguments_are_refused_in_words(function, arguments, told):
    plain, named = given(arguments)
    with pytest.raises(InputError) as caught:
        function(*plain, **named)
    assert told in str(caught.value)


def test_every_public_function_is_tested_here():
    tested = {function.__name__ for function, _, _ in REFUSED}
    assert set(follicle_sim.__all__) - NOTHING_TO_CHECK <= tested
    for name in follicle_sim.__all__:
        each = getattr(follicle_sim, name)
        if inspect.isfunction(each) and name not in NOTHING_TO_CHECK:
            assert inspect.signature(each).parameters, name
    for name in NAMES_ALONE:
        assert not inspect.signature(getattr(follicle_sim, name)).parameters


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": ""}, "title"),
        ({"title": 5}, "title"),
        ({"arms": ()}, "arms"),
        ({"arms": "drug"}, "no file could hold"),
        ({"population": None}, "population"),
        ({"population": "many"}, "population"),
        ({"run": SCENARIO.run.model_copy(update={"seed": 2.5})}, "run.seed"),
        ({"run": SCENARIO.run.model_copy(update={"history": -1.0})}, "run.history"),
        ({"design": SCENARIO.design.model_copy(update={"visits": ()})}, "no file could hold"),
        ({"design": SCENARIO.design.model_copy(update={"visits": (7.0, 0.0)})}, "design.visits"),
        ({"population": SCENARIO.population.model_copy(update={"condition": "flu"})}, "condition"),
        ({"biology": {"anagen_mean": -5.0}}, "biology"),
    ],
)
def test_a_copy_with_wrong_values_is_refused(changes, told):
    copy = SCENARIO.model_copy(update=changes)
    with pytest.raises(InputError) as caught:
        simulate(copy)
    assert told in str(caught.value)


def test_a_copy_with_right_values_is_the_scenario_that_a_file_would_give():
    population = SCENARIO.population.model_copy(update={"subjects": 3})
    copy = SCENARIO.model_copy(update={"population": population})
    assert not copy.background.checked
    other = with_overrides(SCENARIO, "population.subjects=3")
    assert other.background.checked
    assert copy == other
    # that a value was changed, and how, is told by the result and changes no number of it
    assert simulate(copy).identical(simulate(other.remembering(overrides=())))
    assert simulate(copy).equals(simulate(other))


@pytest.mark.parametrize("seed", [np.int64(7), np.uint8(7)])
def test_whole_numbers_of_numpy_are_whole_numbers(seed):
    assert simulate(SCENARIO, seed=seed).identical(simulate(SCENARIO, seed=7))


def test_where_a_scenario_comes_from_is_no_part_of_it(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(SMALLEST)
    loaded = load_scenario(path)
    assert loaded == SCENARIO
    assert hash(loaded) == hash(SCENARIO)
    assert (loaded.origin, SCENARIO.origin) == (str(path), SCENARIO.title)
    assert with_overrides(loaded, "run.seed=3").origin == str(path)
    assert loaded.model_copy(update={"title": "b"}).origin == str(path)


@pytest.mark.parametrize("named", [True, False])
def test_late_errors_name_the_file_where_there_is_one(tmp_path, named):
    from follicle_sim.reporting.report import check_trial
    from follicle_sim.simulation.simulate import check_memory

    text = PARALLEL.replace('"parallel"', '"counterfactual"')
    path = tmp_path / "mine.toml"
    path.write_text(text)
    scenario = load_scenario(path) if named else parse_scenario(text)
    start = f"{path}: " if named else f"{scenario.title}: "
    small = with_overrides(scenario, 'record.memory_limit="1 kB"')
    late = [
        lambda: check_trial(scenario),
        lambda: check_memory(planned(small)),
        lambda: simulate(small),
        lambda: explain(scenario, "nobody"),
        lambda: power(scenario, [10], 20),
        lambda: predictive_bands(scenario, "", 5),
        lambda: make_question(scenario),
        lambda: with_overrides(scenario, "population.subjects=0"),
    ]
    for number, call in enumerate(late):
        with pytest.raises(InputError) as caught:
            call()
        wanted = start if named or number < len(late) - 1 else "<scenario>: "
        assert all(line.startswith(wanted) for line in str(caught.value).splitlines()), number


def test_no_error_of_the_package_is_named_by_a_title():
    root = Path(follicle_sim.__file__).parent
    found = [
        f"{path.name}: {line.strip()}"
        for path in root.rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if "InputError(" in line and ".title" in line
    ]
    assert found == []
