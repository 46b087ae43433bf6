"""Exposure of single people, a second way, and groups that no order decides."""

import math

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from follicle_sim import InputError, explain, exposure_response, parse_scenario, simulate
from follicle_sim.analysis.outcomes import exposure_response as module
from follicle_sim.analysis.outcomes.exposure_response import PersonRow
from follicle_sim.analysis.outcomes.exposures import exposures
from follicle_sim.figures.exposure_response import plot_exposure_response

TEXT = """schema_version = 1
title = "who got more"
[population]
subjects = 30
follicles = 120
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iii"
SPREAD
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
KEYS
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks", "24 weeks"]
[run]
history = "1 year"
"""


def run(keys="", spread="", *more):
    text = TEXT.replace("KEYS", keys).replace("SPREAD", spread)
    return simulate(parse_scenario(text, overrides=list(more)))


def of_arm(found, arm="drug"):
    return np.array([row.exposure for row in found.people if row.arm == arm])


def test_without_spread_everybody_has_the_effect_that_explain_shows() -> None:
    data = run()
    found = exposure_response(data)
    own = of_arm(found)
    assert own == pytest.approx(np.full(30, own[0]))
    chain = explain(parse_scenario(TEXT.replace("KEYS", "").replace("SPREAD", "")), "drug")
    effect = chain["effect"].sel(treatment="minoxidil_topical_5")
    inside = effect.sel(time=slice(0.0, 168.0 - 1.0)).values
    assert own[0] == pytest.approx(inside.mean(), rel=1e-6)
    assert (of_arm(found, "nothing") == 0.0).all()


def test_the_amount_is_what_the_draws_say_was_taken() -> None:
    data = run("adherence = 0.7", "", "design.adherence_spread=1.0")
    found = exposure_response(data, measure="amount")
    scenario = parse_scenario(
        TEXT.replace("KEYS", "adherence = 0.7").replace("SPREAD", ""),
        overrides=["design.adherence_spread=1.0"],
    )
    (line,) = exposures(data, scenario)[0]
    np.testing.assert_array_equal(of_arm(found), line.took.sum(axis=1))
    assert found.exposure_unit == "mL"
    early = exposure_response(data, measure="amount", week=12)
    assert (of_arm(early) < of_arm(found)).all()


def test_own_response_multiplies_the_effect() -> None:
    spread = "spread = { potency = 0.5 }"
    base, varied = exposure_response(run()), exposure_response(run("", spread))
    ratio = of_arm(varied) / of_arm(base)
    assert ratio.std() > 0.2
    more = exposure_response(run("adherence = 0.5", spread))
    assert (of_arm(more) < of_arm(varied)).all()


def test_doses_before_baseline_are_taken_no_more_but_still_act() -> None:
    late = 'start = "-8 weeks"'
    data = simulate(
        parse_scenario(
            TEXT.replace("KEYS", late)
            .replace("SPREAD", "")
            .replace('"24 weeks"\n', '"0 weeks"\n', 1)
        )
    )
    assert (of_arm(exposure_response(data, measure="amount")) == 0.0).all()
    left = of_arm(exposure_response(data))
    assert (left > 0.0).all()
    assert (left < 0.05 * of_arm(exposure_response(run()))).all()


def test_who_got_more_gained_more() -> None:
    data = run("adherence = 0.5", "spread = { potency = 0.6 }", "population.subjects=200")
    found = exposure_response(data)
    assert [row.people for row in found.groups] == [200, 50, 50, 50, 50]
    assert found.groups[0].most == 0.0
    assert found.groups[-1].change > found.groups[1].change > found.groups[0].change
    x, y = (np.array([getattr(row, k) for row in found.people]) for k in ("exposure", "change"))
    line = linregress(x, y)
    assert (found.slope, found.slope_error) == pytest.approx((line.slope, line.stderr))
    last = found.groups[-1]
    own = y[(x >= last.least) & (x <= last.most)]
    half = student.ppf(0.975, own.size - 1) * own.std(ddof=1) / np.sqrt(own.size)
    assert (last.change, last.high - last.change) == pytest.approx((own.mean(), half))
    ax = plot_exposure_response(data, found=found)
    assert "full potency" in ax.get_xlabel()
    assert "400 people" in ax.get_title("left")


def test_other_drugs_people_are_no_controls() -> None:
    other = """[[arms]]
label = "tablet"
role = "active_control"
doses = [{ treatment = "finasteride_oral", amount = "1 mg", every = "1 day", until = "24 weeks" }]
"""
    text = TEXT.replace("KEYS", "").replace("SPREAD", "").replace("[design]", f"{other}[design]")
    data = simulate(parse_scenario(text))
    assert {row.arm for row in exposure_response(data).people} == {"drug", "nothing"}
    tablets = exposure_response(data, treatment="finasteride_oral")
    assert {row.arm for row in tablets.people} == {"tablet", "nothing"}


def test_neither_order_nor_last_bits_decide() -> None:
    rng = np.random.default_rng(1)
    x = np.concatenate([np.zeros(5), np.repeat([0.1, 0.2, 0.3], 7)])
    y = 10.0 * x + rng.standard_normal(x.size)
    rows = [PersonRow("a", k, *pair) for k, pair in enumerate(zip(x, y, strict=True))]
    groups = module._groups(rows, 3)
    assert [row.people for row in groups] == [5, 7, 7, 7]
    mixed = [rows[k] for k in rng.permutation(len(rows))]
    assert module._groups(mixed, 3) == groups
    assert module._slope(mixed) == pytest.approx(module._slope(rows), rel=1e-12)
    shaken = [
        PersonRow(
            "a", row.subject, row.exposure * (1.0 + 1e-15 * rng.standard_normal()), row.change
        )
        for row in rows
    ]
    assert [row.people for row in module._groups(shaken, 3)] == [5, 7, 7, 7]
    # ties stay together, also where that leaves a group empty
    same = [PersonRow("a", k, 1.0, 2.0) for k in range(6)]
    (group,) = module._groups(same, 4)
    assert (group.people, group.low, group.high) == (6, 2.0, 2.0)
    assert math.isnan(module._slope(same)[0])
    (alone,) = module._groups(same[:1], 4)
    assert math.isnan(alone.low)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"treatment": "finasteride_orl"}, "finasteride_orl"),
        ({"measure": "dose"}, 'measure "dose"'),
        ({"week": 13}, "nobody is seen at week 13"),
        ({"week": 0}, "allowed: after baseline"),
        ({"groups": 0}, "groups: found 0"),
        ({"endpoint": "hair_densty"}, "hair_density"),
    ],
)
def test_what_is_refused(arguments, text) -> None:
    data = run("", "", "population.subjects=2", "population.follicles=20")
    with pytest.raises(InputError, match=text):
        exposure_response(data, **arguments)


def test_a_run_without_a_drug_is_refused() -> None:
    data = run("", "", "arms[0].doses=[]", "population.subjects=2", "population.follicles=20")
    with pytest.raises(InputError, match="no arm is given anything that acts"):
        exposure_response(data)
