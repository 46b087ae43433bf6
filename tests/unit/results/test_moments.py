"""Groups of several ages as moments of one arm, what sections show, and rates by age."""

from pathlib import Path

import numpy as np
import pytest

from follicle_sim import compare, parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.experiments.scoreboard.designs import load_design
from follicle_sim.results.compare import ComparisonTable
from follicle_sim.results.counterparts import course
from follicle_sim.results.moments import Moments, at_moments
from follicle_sim.results.storage import load_result, save_result

BODY = """\
schema_version = 1
title = "women of several ages"
[population]
subjects = 8
follicles = 300
target_area = "1 cm2"
follicle_density = "300 cm-2"
condition = "ageing_female"
age = "25 years"
[instrument]
method = "histology"
[[arms]]
label = "nobody treated"
role = "untreated"
[design]
kind = "counterfactual"
visits = { every = "522 weeks", until = "3132 weeks" }
[record]
follicles = true
[run]
history = "1 year"
forcing_step = "30 days"
[[compare]]
study = "whiting_ageing"
arms = { young = "age_20_29", old = "age_70_79" }
moments = { young = "0 weeks", old = "2610 weeks" }
"""


@pytest.fixture(scope="module")
def data():
    return simulate(parse_scenario(BODY))


def rows_by_id(table: ComparisonTable):
    return {row.observation: row for row in table.rows}


def test_the_old_are_held_against_the_young_person_by_person(data):
    row = rows_by_id(compare(data))["whiting_ageing:1"]
    follicles = data.follicle_density.values[0]
    days = data.time.values
    young, old = follicles[:, days == 0.0], follicles[:, days == 2610.0 * 7.0]
    assert row.simulated == pytest.approx(old.mean() / young.mean() - 1.0)
    assert -0.16 < row.simulated < -0.06
    assert (row.arm, row.day) == ("nobody treated", 2610.0 * 7.0)
    assert [other.name for other in compare(data).unmatched] == ["whiting_ageing:2"]


def test_moments_are_those_of_their_own_arm(data):
    second = '[[arms]]\nlabel = "again"\nrole = "untreated"\n[design]'
    both = BODY.replace("[design]", second).replace("moments =", 'of = "again"\nmoments =')
    row = rows_by_id(compare(simulate(parse_scenario(both))))["whiting_ageing:1"]
    assert row.arm == "again"
    assert row.simulated == rows_by_id(compare(data))["whiting_ageing:1"].simulated


def test_a_stored_result_is_compared_alike(data, tmp_path: Path):
    save_result(data, tmp_path / "result.nc")
    again = load_result(tmp_path / "result.nc")
    assert compare(again).rows == compare(data).rows


def test_a_moment_between_visits_is_linear_and_one_outside_is_none(data):
    labels = ["nobody treated"]
    seen = course(data, "follicle_density")
    halfway = at_moments(seen, Moments(labels[0], {"a": 0.0, "b": 261.0 * 7.0}), labels)
    first, later = seen.values[0, :2]
    np.testing.assert_allclose(halfway.values[1, 0], 0.5 * (first + later))
    np.testing.assert_allclose(halfway.reference("change"), np.stack([first, first]))
    assert not halfway.reference("level").any()
    outside = at_moments(seen, Moments(labels[0], {"a": 1e6}), labels)
    assert outside == "a moment is outside the run"


def test_sections_hold_every_follicle_and_tell_catagen_from_telogen(data):
    shares = [
        course(data, f"{phase}_fraction").values for phase in ("anagen", "catagen", "telogen")
    ]
    np.testing.assert_allclose(sum(shares), 1.0)
    counts = data.phase_count.sel(arm="nobody treated").transpose("phase", "time", "subject").values
    np.testing.assert_allclose(shares[2][0], counts[2] / counts[:3].sum(axis=0))
    alive = data.follicle_density.sel(arm="nobody treated").transpose("time", "subject").values
    np.testing.assert_allclose(alive, counts[:4].sum(axis=0))  # on 1 cm2
    plain = simulate(parse_scenario(BODY.replace('method = "histology"\n', "")))
    assert "follicle_density" not in plain
    assert course(plain, "follicle_density") == "the model does not simulate follicle_density"
    two = course(plain, "anagen_fraction").values + course(plain, "telogen_fraction").values
    np.testing.assert_allclose(two, 1.0)


def test_three_classes_of_hair_are_all_hairs(data):
    parts = [course(data, f"{kind}_density").values for kind in
             ("terminal", "intermediate", "vellus")]  # fmt: skip
    np.testing.assert_allclose(sum(parts), course(data, "hair_density").values)
    assert parts[0].min() > parts[1].max() > 0.0


def test_a_rate_is_the_change_per_year_around_a_visit(data):
    rate = course(data, "calibre_change_rate").values[0]
    calibre, years = course(data, "shaft_calibre").values[0], data.time.values / 365.25
    expected = (calibre[2] - calibre[0]) / (years[2] - years[0])
    np.testing.assert_allclose(rate[1], expected)
    loss = course(data, "follicle_loss_rate").values[0, 1:-1]
    assert loss.mean() == pytest.approx(-0.0022, abs=0.0006)


def refusal(old: str, new: str) -> list[str]:
    assert old in BODY
    with pytest.raises(InputError) as caught:
        parse_scenario(BODY.replace(old, new))
    return [f"{problem.where}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('old = "2610 weeks"', 'old = "2610"', "compare[0].moments.old: "),
        ('old = "2610 weeks"', 'odl = "2610 weeks"',
         'compare[0].moments.odl: no such key in `arms`; did you mean "old"?'),
        ('old = "2610 weeks"', 'old = "80 years"',
         "compare[0].moments.old: found 80 years; allowed: up to the last visit, 3132 weeks"),
        ('moments = {', 'of = "nobody"\nmoments = {',
         'compare[0].of: unknown arm of this scenario; did you mean "nobody treated"?'),
        ("[design]", '[[arms]]\nlabel = "again"\nrole = "untreated"\n[design]',
         "compare[0].of: missing; whose moments: the label of an arm"),
    ],
)  # fmt: skip
def test_moments_that_do_not_fit_are_refused_where_they_stand(old, new, told):
    assert any(line.startswith(told) for line in refusal(old, new)), refusal(old, new)


def test_designs_of_ages_follow_one_arm():
    for name in ("messenger_2011", "whiting_ageing", "telogen_by_age", "robbins_2012"):
        design = load_design(name)
        (table,) = design.compare
        assert len(design.arms) == 1
        assert table.moments.keys() == table.arms.keys()
        assert design.population.age is not None
