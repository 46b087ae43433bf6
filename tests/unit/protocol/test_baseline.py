"""A baseline as it was counted: what is set for it, and that a run then counts it so."""

import json
import time

import numpy as np
import pytest

from follicle_sim import parse_scenario, resolve, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.protocol.baseline import people as module
from follicle_sim.protocol.baseline.expect import mean_baseline, sample_of
from follicle_sim.protocol.baseline.meet import meet_baseline, question_of, with_baseline
from follicle_sim.protocol.describe import describe
from follicle_sim.protocol.notes import notes
from follicle_sim.results.provenance import scenario_that_made
from follicle_sim.scenario import Scenario, dump_scenario, scenario_hash
from follicle_sim.scenario.fields.methods import load_methods
from follicle_sim.scenario.model import Instrument
from follicle_sim.simulation.instrument import observable

# Many operators: the bias of a single one is the luck of a trial and no matter of its mean.
TRIAL = """
schema_version = 1
title = "counted"
[population]
subjects = {subjects}
follicles = {follicles}
target_area = "1 cm2"
condition = "{condition}"
{more}
[[arms]]
label = "nobody"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks"]
{design}
[instrument]
method = "{method}"
operators = 1000
{tool}
"""
SURE = 'reader_error = 0.0\noperator_error = 0.0\nrelocation = "0 mm"'
"""Errors that average out left away: a few people then tell the mean."""
COUNTING = [
    name for name in load_methods() if "hair_density" in observable(Instrument(method=name))
]
SPREAD = (
    "spread = { severity = 0.3, progression = 1.0, anagen = 0.47, telogen = 0.76, growth = 0.15 }"
)


def counted(
    more: str,
    *,
    condition: str = "aga_male",
    method: str = "trichoscopy",
    design: str = "",
    tool: str = "",
    subjects: int = 10,
    follicles: int = 200,
) -> Scenario:
    return parse_scenario(
        TRIAL.format(
            more=more,
            condition=condition,
            method=method,
            design=design,
            tool=tool,
            subjects=subjects,
            follicles=follicles,
        )
    )


def off(scenario: Scenario) -> float:
    """Return how far, relatively, the mean at baseline of a run lies from what was stated."""
    stated = scenario.population.stated
    assert stated is not None
    result = simulate(scenario)
    return float(result[stated.variable].sel(time=0).mean()) / stated.density - 1.0


@pytest.mark.parametrize("method", COUNTING)
def test_a_run_with_many_people_is_counted_as_stated_by_each_instrument(method: str) -> None:
    scenario = counted(
        f'hair_density = "140 hairs/cm2"\n{SPREAD}', method=method, subjects=1500, follicles=200
    )
    assert abs(off(scenario)) < 0.01
    assert {"trichoscopy", "trichoscan", "phototrichogram"} <= set(COUNTING)


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("aga_male", 'terminal_density = "120 cm-2"'),
        ("aga_male", 'hair_count = "140 hairs"\nseverity = "Norwood 4"'),
        ("aga_male", 'hair_density = "140 cm-2"\nfollicle_density = "220 cm-2"'),
        ("aga_male", 'hair_density = "240 cm-2"'),
        ("aga_female", 'hair_density = "180 cm-2"'),
        ("aga_female", 'terminal_density = "200 cm-2"'),
        ("healthy", "hair_count = 226"),
        ("ageing", 'hair_density = "190 cm-2"'),
        ("ageing_male", 'terminal_density = "190 cm-2"\nage = "68 years"'),
        ("ageing_female", 'hair_density = "190 cm-2"\nage = ["30 years", "70 years"]'),
        ("androgen_excess", 'hair_density = "200 cm-2"'),
        ("telogen_effluvium", 'hair_density = "200 cm-2"'),
    ],
)
def test_men_women_and_the_healthy_are_counted_as_stated(condition: str, more: str) -> None:
    scenario = counted(more, condition=condition, tool=SURE, subjects=30, follicles=10_000)
    assert abs(off(scenario)) < 0.006


@pytest.mark.parametrize(
    ("more", "design"),
    [
        ('inclusion = { severity = ["norwood_iii", "norwood_iv"] }\nspread.severity = 0.5', ""),
        (
            'inclusion = { hair_density = ["120 cm-2", "400 cm-2"] }\n'
            "spread = { severity = 0.3, follicle_density = 0.3 }",
            "",
        ),
        ("", 'recruitment = { opens = "1 October", lasts = "4 weeks" }'),
    ],
)
def test_those_who_are_let_in_are_counted_as_stated(more: str, design: str) -> None:
    scenario = counted(
        f'hair_density = "150 cm-2"\n{more}', design=design, subjects=2500, follicles=200
    )
    assert abs(off(scenario)) < 0.01


def test_severity_comes_first_and_follicles_where_it_cannot() -> None:
    middle = meet_baseline(counted('hair_density = "140 cm-2"'))
    bare = meet_baseline(counted('hair_density = "40 cm-2"'))
    dense = meet_baseline(counted('hair_density = "250 cm-2"'))
    own = meet_baseline(counted('hair_density = "140 cm-2"\nseverity = "norwood_iii"'))
    assert middle is not None
    assert bare is not None
    assert dense is not None
    assert own is not None
    assert not middle.set_density
    assert 0.6 < (middle.severity or 0.0) < 3.2
    assert (middle.follicle_density, bare.severity, dense.severity) == (250.0, 3.2, 0.6)
    assert bare.follicle_density < 250.0 < dense.follicle_density
    assert own.severity is None
    assert own.set_density
    assert meet_baseline(counted('follicle_density = "250 cm-2"')) is None


def test_without_spread_severity_is_sought_among_the_grades_that_may_take_part() -> None:
    asked = 'inclusion = { severity = ["norwood_iii", "norwood_v"] }'
    met = meet_baseline(counted(f'hair_density = "140 cm-2"\n{asked}'))
    assert met is not None
    assert 1.0 < (met.severity or 0.0) < 2.2
    high = 'inclusion = { hair_density = ["500 cm-2", "900 cm-2"] }'
    nobody = counted(f'hair_density = "600 cm-2"\n{high}')
    with pytest.raises(InputError, match="nobody meets the criteria of inclusion"):
        meet_baseline(nobody)


def test_fewer_hairs_are_a_worse_severity() -> None:
    severities = [
        met.severity
        for count in (170, 150, 130, 115)
        if (met := meet_baseline(counted(f'hair_density = "{count} cm-2"')))
    ]
    assert severities == sorted(severities)
    assert len(set(severities)) == 4


def test_what_was_set_is_said_and_stored() -> None:
    scenario = counted('hair_density = "140 cm-2"', method="trichoscan")
    met = meet_baseline(scenario)
    assert met is not None
    (sentence,) = (note for note in notes(scenario) if note.startswith("population.hair_density"))
    assert f"140 hairs/cm2 met by severity {met.severity:g} (between norwood_" in sentence
    assert (
        "250 follicles/cm2 (usual in the condition); counted by trichoscan from 20 um" in sentence
    )
    assert sentence in describe(scenario)
    assert f"severity {met.severity:g}" in describe(scenario).split("note:")[0]
    result = simulate(scenario)
    stored = json.loads(result.attrs["baseline"])
    assert (stored["set"], stored["severity"]) == ("severity", met.severity)
    assert abs(stored["expected_density"] - 140.0) < 0.1
    again = simulate(scenario_that_made(result, "result"))
    assert again.identical(result)


def test_the_scenario_stays_as_it_was_written() -> None:
    scenario = counted('hair_density = "140 cm-2"')
    plan = resolve(scenario)[0]
    assert plan.source.population.severity is None
    assert plan.population.severity == plan.met.severity  # type: ignore[union-attr]
    assert parse_scenario(dump_scenario(scenario)) == scenario
    given = with_baseline(scenario)
    assert given.population.stated is None
    assert simulate(given).hair_density.equals(simulate(scenario).hair_density)
    plain = counted('follicle_density = "250 cm-2"')
    assert scenario_hash(scenario) != scenario_hash(plain)
    assert with_baseline(plain) is plain


@pytest.mark.parametrize(
    ("more", "condition", "told"),
    [
        (
            'hair_density = "230 cm-2"\nfollicle_density = "250 cm-2"',
            "aga_male",
            "with 250 cm-2 follicles norwood_ii shows",
        ),
        (
            'hair_density = "200 cm-2"\nfollicle_density = "250 cm-2"',
            "healthy",
            "found beside follicle_density; healthy has no grades",
        ),
        ('hair_density = "1990 cm-2"\nseverity = 3.0', "aga_male", "no scalp of up to 2000 cm-2"),
    ],
)
def test_what_cannot_be_met_is_refused_with_the_reason(
    more: str, condition: str, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        resolve(counted(more, condition=condition))
    assert f"population.hair_density: {told}" in str(caught.value)


def test_an_instrument_that_counts_no_hairs_has_no_such_baseline() -> None:
    with pytest.raises(InputError, match=r"population\.hair_density.*does not see hair_density"):
        counted('hair_density = "140 cm-2"', method="hair_pull")


def test_as_many_even_people_as_are_needed_and_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    question = question_of(counted('hair_density = "140 cm-2"\nspread = "typical"', follicles=250))
    began = time.process_time()
    few = mean_baseline(question, sample_of(question, 1.5), 250.0, "hair_density")
    assert time.process_time() - began < 0.5
    monkeypatch.setattr(module, "PEOPLE", 30 * module.PEOPLE)
    many = mean_baseline(question, sample_of(question, 1.5), 250.0, "hair_density")
    assert few == pytest.approx(many, rel=2e-3)
    assert np.isfinite(many)
