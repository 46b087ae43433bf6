"""Gain against traits: slopes of the textbook, groups that no order and no last bit moves."""

import numpy as np
import pytest
import statsmodels.api as sm
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.backends.backend_agg import FigureCanvasAgg
from people_examples import people

from follicle_sim import parse_scenario, simulate
from follicle_sim.analysis.outcomes.who_responds import (
    FEWEST,
    group_means,
    is_telling,
    straight_line,
    who_responds,
)
from follicle_sim.base.errors import InputError
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.figures import plot_who_responds
from follicle_sim.figures.parts.style import style
from follicle_sim.figures.who_responds import slope_text

RNG = np.random.default_rng(20261127)


def result(traits, change, kind="parallel", arms=("drug",), roles=("treatment",)):
    """Return a result in which people go from 150 to 150 + change (arm, subject) in 12 weeks."""
    change = np.atleast_2d(change)
    hairs = np.stack([np.full(change.shape, 150.0), 150.0 + change], axis=-1)
    data = {"hair_density": (("arm", "subject", "time"), hairs, {"units": "cm-2"})}
    for name, values in traits.items():
        shaped = np.broadcast_to(values, change.shape)
        data[name] = (("arm", "subject"), shaped, {"units": "1"})
    coords = {"arm": list(arms), "role": ("arm", list(roles)), "time": [0.0, 84.0]}
    coords["subject"] = np.arange(change.shape[1])
    return xr.Dataset(data, coords=coords, attrs={"design_kind": kind, "title": "made by hand"})


def scattered(n=200):
    x = RNG.lognormal(0.0, 0.6, n)
    return x, 3.0 + 2.0 * x + RNG.normal(0.0, 1.0 + x, n)


def test_slopes_and_their_errors_are_those_of_statsmodels():
    x, y = scattered()
    line = straight_line(x, y, 0.9)
    fit = sm.OLS(y, sm.add_constant(x)).fit(cov_type="HC3", use_t=True)
    assert line.slope == pytest.approx(fit.params[1], rel=1e-10)
    assert (line.low, line.high) == pytest.approx(tuple(fit.conf_int(0.1)[1]), rel=1e-8)
    assert line.explained == pytest.approx(fit.rsquared, rel=1e-10)
    sd = x.std(ddof=1)
    assert line.per_sd == pytest.approx(sd * line.slope, rel=1e-12)
    assert line.per_sd_low == pytest.approx(sd * line.low, rel=1e-12)


def test_nine_in_ten_intervals_hold_the_truth():
    held = 0
    for _ in range(400):
        x, y = scattered(60)
        line = straight_line(x, y, 0.9)
        held += line.low <= 2.0 <= line.high
    assert 0.86 <= held / 400 <= 0.95


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, 80, elements=st.floats(0.01, 100.0)),
    arrays(np.float64, 80, elements=st.floats(-50.0, 50.0)),
    st.randoms(),
)
def test_order_moves_no_bit_and_the_last_bit_moves_nobody(x, y, luck):
    order = np.array(luck.sample(range(80), 80))
    first = who_responds(result({"age": x}, y))
    second = who_responds(result({"age": x[order]}, y[order]))
    assert first.rows == second.rows
    assert first.groups == second.groups
    # the last bits of traits and gains decide nothing
    nudged = who_responds(result({"age": np.nextafter(x, np.inf)}, np.nextafter(y, -np.inf)))
    assert len(nudged.rows) == len(first.rows)
    for key, groups in first.groups.items():
        assert [g.n for g in groups] == [g.n for g in nudged.groups[key]]
        assert [g.mean for g in groups] == pytest.approx([g.mean for g in nudged.groups[key]])


def test_people_alike_are_never_parted_and_groups_are_of_equal_size():
    ages = np.repeat(np.arange(20.0, 60.0), 5)
    gains = np.arange(200.0)
    groups = group_means(ages, gains, 0.9)
    assert len(groups) == 8
    assert [group.n for group in groups] == [25] * 8
    assert all(group.low < group.mean < group.high for group in groups)
    # four kinds and less: each by itself
    kinds = np.repeat([1.0, 2.0, 5.0], [10, 150, 40])
    assert [(g.trait, g.n) for g in group_means(kinds, gains, 0.9)] == [(1, 10), (2, 150), (5, 40)]
    assert group_means(kinds, gains, 0.9)[0].mean == gains[:10].mean()
    alone = group_means(np.array([0.0] * 11 + [1.0]), np.arange(12.0), 0.9)
    assert alone[1].n == 1
    assert alone[1].high == np.inf


def test_gains_are_against_oneself_where_arms_hold_the_same_people():
    ages, luck = RNG.uniform(20, 60, 50), RNG.normal(0.0, 20.0, 50)
    change = np.stack([luck, luck + 0.5 * ages])
    arms = {"arms": ("nothing", "drug"), "roles": ("untreated", "treatment")}
    paired = who_responds(result({"age": ages}, change, "counterfactual", **arms))
    (row,) = paired.rows
    assert (row.arm, row.against, row.n) == ("drug", "nothing", 50)
    assert row.slope == pytest.approx(0.5, rel=1e-9)
    assert row.slope_high - row.slope_low < 1e-6
    apart = who_responds(result({"age": ages}, change, **arms))
    assert [row.arm for row in apart.rows] == ["nothing", "drug"]
    assert apart.against == ""
    assert apart.control == "nothing"
    difference = apart.rows[1].slope - apart.rows[0].slope
    assert difference == pytest.approx(0.5, rel=1e-9)


def test_who_misses_a_visit_is_not_counted_and_two_kinds_are_compared():
    sex = np.array(["male"] * 20 + ["female"] * 20 + [""])
    gains = np.r_[np.zeros(20), np.full(20, 7.0), np.nan]
    gains[:3] = np.nan
    (row,) = who_responds(result({"sex": sex}, gains)).rows
    assert (row.n, row.slope) == (37, pytest.approx(7.0))
    assert slope_text(row).startswith("women less men +7.0")
    few = result({"age": np.arange(FEWEST - 1.0)}, np.arange(FEWEST - 1.0))
    assert who_responds(few).rows == ()
    same = result({"age": np.full(40, 30.0)}, np.arange(40.0))
    assert who_responds(same).rows == ()
    one_apart = result({"age": np.r_[np.full(39, 30.0), 90.0]}, np.arange(40.0))
    assert who_responds(one_apart).rows == ()  # a line through one person says nothing


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"variable": "hair_densty"}, 'did you mean "hair_density"?'),
        ({"week": 13}, "no visit after baseline at week 13; there are: 12"),
        ({"week": 0}, "no visit after baseline at week 0"),
        ({"level": 1.0}, "allowed: 0.5 to 1"),
    ],
)
def test_what_is_not_there_is_said(how, words):
    with pytest.raises(InputError, match="who_responds") as caught:
        who_responds(result({"age": np.arange(40.0)}, np.arange(40.0)), **how)
    assert words in str(caught.value)
    no_baseline = result({}, np.arange(40.0)).isel(time=[1])
    with pytest.raises(InputError, match="no visit at baseline"):
        who_responds(no_baseline)
    with pytest.raises(InputError, match="traits = true"):
        plot_who_responds(result({}, np.arange(40.0)))


TEXT = """
schema_version = 1
title = "Three ways to be treated"
[population]
subjects = 60
follicles = 60
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
age = ["20 years", "70 years"]
sex = "male"
spread = {{ severity = 0.4, progression = 0.3, potency = 0.4, growth = 0.1 }}
record = {record}
[[arms]]
label = "untreated"
role = "untreated"
[[arms]]
label = "minoxidil"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
variants = ["responders"]
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
[[arms]]
label = "plasma"
role = "treatment"
[[arms.doses]]
treatment = "prp_injection"
variants = ["donor_age"]
amount = "1 session"
every = "4 weeks"
count = 3
[design]
kind = "counterfactual"
visits = ["0 days", "24 weeks"]
[run]
history = "90 days"
"""


@pytest.fixture(scope="module")
def treated():
    text = TEXT.format(record="R").replace("record = R\n", "")
    plain = parse_scenario(text)
    return simulate(plain), simulate(parse_scenario(text + "[record]\ntraits = true\n")), plain


def test_keeping_traits_adds_columns_and_changes_nothing(treated):
    plain, kept, _ = treated
    more = set(kept.data_vars) - set(plain.data_vars)
    assert more == {"severity", "duration", "progression", "growth", "potency", "donor"}
    assert kept.drop_vars(more).drop_attrs().identical(plain.drop_attrs())


def test_traits_are_those_that_act(treated):
    _, kept, _ = treated
    parameters = load_parameters({})
    year = 365.25
    expected = (
        parameters["severity"] * kept["severity"] / parameters["progression"] / kept["progression"]
    )
    assert kept["duration"].values == pytest.approx(expected.values / year, rel=1e-12)
    donor = (1.0 - 0.0367) ** ((kept["age"].values - 33.0) / 10.0)
    assert kept["donor"].values == pytest.approx(donor, rel=1e-12)
    factor = kept["factor_level"].sel(factor="FGF7").isel(time=1).values
    plasma = factor[2] - 1.0
    strength = (kept["potency"] * kept["donor"]).values[2]
    # person_cv of PRP is a draw of its own, so not all of it
    assert np.corrcoef(plasma, strength)[0, 1] > 0.7


def test_the_model_knows_who_responds(treated):
    _, kept, _ = treated
    rows = {(row.arm, row.trait): row for row in who_responds(kept).rows}
    enzyme = rows["minoxidil", "responder"]
    assert enzyme.slope_low > 0.0
    assert rows["plasma", "potency"].slope_low > 0.0
    # who has the enzyme of minoxidil gains no more of plasma
    plasma = rows["plasma", "responder"]
    assert plasma.slope_low < 0.0 < plasma.slope_high or abs(plasma.slope) < 0.5 * enzyme.slope
    assert is_telling(kept, "hair_density")
    assert not is_telling(kept.isel(subject=slice(0, 20)), "hair_density")
    assert not is_telling(kept, "phase_count")
    assert not is_telling(kept, "hair_density", 12.0)


def words(figure):
    with style():
        FigureCanvasAgg(figure).draw()
        box = figure.bbox
        texts = figure.findobj(match=lambda artist: hasattr(artist, "get_text"))
        shown = [t for t in texts if t.get_text().strip() and t.get_visible()]
        for text in shown:
            extent = text.get_window_extent()
            if len(text.get_text()) > 8:  # labels of ticks beyond the axes are not drawn
                assert extent.x0 >= box.x0 - 1.0, text.get_text()
                assert extent.x1 <= box.x1 + 1.0, text.get_text()
    return " ".join(" ".join(t.get_text() for t in shown).split())


def test_the_figure_says_what_a_gain_is(treated):
    _, kept, _ = treated
    text = words(plot_who_responds(kept))
    assert "neither the natural course nor regression to the mean is in it" in text
    assert "sulfotransferase" in text
    assert "each person against themselves on untreated" in text
    single = kept.isel(arm=[1]).assign_attrs(design_kind="parallel")
    assert "no arm is a control" in words(plot_who_responds(single))
    apart = kept.assign_attrs(design_kind="parallel")
    assert "on untreated as in the others" in words(plot_who_responds(apart))


def test_identical_people_are_told_apart_by_nothing():
    data = simulate(people('age = "40 years"', subjects=45, visits='["0 days", "4 weeks"]'))
    assert not is_telling(data, "hair_density")
