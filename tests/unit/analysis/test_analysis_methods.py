"""Each way to compare two groups, against libraries and against printed examples."""

import numpy as np
import pytest
import scipy.stats as st
import statsmodels.api as sm
from analysis_examples import (
    AGES,
    COMPLETE_DEVIANCE,
    DELETED_DEVIANCE,
    DEPRESSION,
    LEPROSY,
    LEPROSY_A,
    LEPROSY_D,
    PERMEABILITY,
    PRESSURE,
    PRESSURE_EFFECT,
    SLEEP,
    potthoff_roy,
)

from follicle_sim.analysis.methods import METHODS, compare_groups, compare_many
from follicle_sim.analysis.statistics import reml
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.base.errors import InputError


def of(values, baseline=None, covariates=None):
    """A group from final values; baseline 0 unless given."""
    values = np.asarray(values, dtype=float)
    baseline = np.zeros_like(values) if baseline is None else np.asarray(baseline, dtype=float)
    return Group(baseline, values[:, None], covariates)


def trials(rng, people, visits=3, missing=0.0, size=4):
    shared = rng.standard_normal((size, people, 1))
    values = shared + rng.standard_normal((size, people, visits + 1))
    followed = values[..., 1:].copy()
    followed[rng.random(followed.shape) < missing] = np.nan
    return Group(values[..., 0], followed)


@pytest.fixture
def groups():
    rng = np.random.default_rng(5)
    return trials(rng, 14, missing=0.1), trials(rng, 11, missing=0.1)


def clean(group, index):
    change = group.change[index, :, -1]
    return change[np.isfinite(change)]


def test_t_tests_are_scipys(groups):
    treated, control = groups
    for method, equal in (("t_test", True), ("welch", False)):
        found = compare_many(method, treated, control)
        for i in range(len(found)):
            theirs = st.ttest_ind(clean(treated, i), clean(control, i), equal_var=equal)
            limits = theirs.confidence_interval()
            assert found[i].p == pytest.approx(theirs.pvalue, abs=1e-10)
            assert found[i].df == pytest.approx(theirs.df, abs=1e-10)
            assert (found[i].low, found[i].high) == pytest.approx(tuple(limits), abs=1e-10)


def test_the_paired_t_is_scipys(groups):
    found = compare_many("paired_t", groups[0])
    for i in range(len(found)):
        theirs = st.ttest_1samp(clean(groups[0], i), 0.0)
        assert found[i].p == pytest.approx(theirs.pvalue, abs=1e-10)
        limits = tuple(theirs.confidence_interval())
        assert (found[i].low, found[i].high) == pytest.approx(limits, abs=1e-10)


def test_ancova_is_statsmodels_least_squares(groups):
    rng = np.random.default_rng(6)
    groups = [Group(g.baseline, g.followed, rng.random((*g.baseline.shape, 2))) for g in groups]
    found = compare_many("ancova", *groups)
    for i in range(len(found)):
        y = np.concatenate([g.change[i, :, -1] for g in groups])
        arm = np.repeat([1.0, 0.0], [g.baseline.shape[1] for g in groups])
        x = [arm, np.ones_like(arm), np.concatenate([g.baseline[i] for g in groups])]
        x = np.column_stack([*x, np.concatenate([g.covariates[i] for g in groups])])
        theirs = sm.OLS(y, x, missing="drop").fit()
        assert found[i].estimate == pytest.approx(theirs.params[0], abs=1e-10)
        assert found[i].se == pytest.approx(theirs.bse[0], abs=1e-10)
        assert found[i].p == pytest.approx(theirs.pvalues[0], abs=1e-10)
        assert found[i].df == theirs.df_resid
        assert (found[i].low, found[i].high) == pytest.approx(
            tuple(theirs.conf_int()[0]), abs=1e-10
        )


def test_who_lacks_a_covariate_is_left_out_of_the_adjusted_comparison():
    """As statsmodels drops the row: not counted, and not as if the covariate were 0."""
    rng = np.random.default_rng(9)
    sizes = (9, 8)
    made = [
        Group(rng.normal(size=n), rng.normal(size=(n, 1)), rng.normal(3.0, 1.0, (n, 1)))
        for n in sizes
    ]
    made[0].covariates[2] = np.nan
    made[1].baseline[5] = np.nan
    effect = compare_groups("ancova", *made)
    y = np.concatenate([g.change[:, 0] for g in made])
    columns = [np.repeat([1.0, 0.0], sizes), np.ones(sum(sizes))]
    columns += [np.concatenate([g.baseline for g in made])]
    columns += [np.concatenate([g.covariates[:, 0] for g in made])]
    theirs = sm.OLS(y, np.column_stack(columns), missing="drop").fit()
    assert (effect.n_treated, effect.n_control) == (8, 7)
    assert effect.df == theirs.df_resid == 11
    assert effect.estimate == pytest.approx(theirs.params[0], abs=1e-10)
    assert effect.se == pytest.approx(theirs.bse[0], abs=1e-10)
    assert [g.complete.sum() for g in made] == [8, 7]


def test_rank_tests_are_scipys(groups):
    treated, control = groups
    found = compare_many("wilcoxon", treated, control)
    within = compare_many("signed_rank", treated)
    for i in range(len(found)):
        x, y = clean(treated, i), clean(control, i)
        theirs = st.mannwhitneyu(x, y, method="exact")
        assert found[i].p == pytest.approx(theirs.pvalue, abs=1e-10)
        assert within[i].p == pytest.approx(st.wilcoxon(x, method="exact").pvalue, abs=1e-10)
        assert found[i].estimate == np.median(np.subtract.outer(x, y))
        assert found[i].low < found[i].estimate < found[i].high


@pytest.mark.parametrize("alternative", ["two_sided", "greater", "less"])
def test_rank_tests_with_ties_and_in_large_groups_are_scipys(alternative):
    rng = np.random.default_rng(8)
    theirs = alternative.replace("_", "-")
    for x, y in (
        (rng.integers(0, 5, 20), rng.integers(1, 6, 15)),
        (rng.normal(size=60), rng.normal(0.2, size=70)),
    ):
        found = compare_groups("wilcoxon", of(x), of(y), alternative=alternative)
        exact = st.mannwhitneyu(x, y, alternative=theirs, method="asymptotic")
        assert found.p == pytest.approx(exact.pvalue, abs=1e-10)
        moved = compare_groups("signed_rank", of(x), alternative=alternative)
        exact = st.wilcoxon(x, alternative=theirs, method="approx", correction=True)
        assert moved.p == pytest.approx(exact.pvalue, abs=2e-3)


def test_many_trials_at_once_are_those_trials_one_by_one(groups):
    for name, method in METHODS.items():
        treated, control = groups
        many = compare_many(name, treated, None if method.within else control)
        for i in range(len(many)):
            one = compare_groups(name, treated[i], None if method.within else control[i])
            for field in ("estimate", "low", "high", "p"):
                assert getattr(one, field) == pytest.approx(getattr(many[i], field), abs=1e-10)


def test_the_printed_analyses_of_covariance():
    effect = compare_groups("ancova", of(PRESSURE[1], AGES[1]), of(PRESSURE[0], AGES[0]))
    assert effect.estimate == pytest.approx(PRESSURE_EFFECT[0], abs=5e-6)
    assert effect.se == pytest.approx(PRESSURE_EFFECT[1], abs=5e-6)
    assert effect.p == pytest.approx(PRESSURE_EFFECT[2], abs=5e-5)
    # Three arms share one slope and one variance: the third joins the control, as a stratum.
    for drug, other, printed in (("A", "D", LEPROSY_A), ("D", "A", LEPROSY_D)):
        before, after = (np.concatenate([LEPROSY["F"][i], LEPROSY[other][i]]) for i in (0, 1))
        stratum = np.repeat([0.0, 1.0], 10)[:, None]
        treated = of(LEPROSY[drug][1], LEPROSY[drug][0], np.zeros((10, 1)))
        effect = compare_groups("ancova", treated, of(after, before, stratum))
        assert effect.estimate == pytest.approx(printed[0], abs=5e-9)
        assert effect.se == pytest.approx(printed[1], abs=5e-9)
        assert effect.p == pytest.approx(printed[2], abs=5e-5)


def test_students_own_example():
    paired = compare_groups("paired_t", of(SLEEP[0]), of(SLEEP[1]))
    assert (paired.p, paired.df) == (pytest.approx(0.002833, abs=5e-7), 9.0)
    assert (paired.low, paired.high) == pytest.approx((-2.4598858, -0.7001142), abs=5e-8)
    welch = compare_groups("welch", of(SLEEP[0]), of(SLEEP[1]))
    assert (welch.p, welch.df) == (
        pytest.approx(0.07939, abs=5e-6),
        pytest.approx(17.776, abs=5e-4),
    )
    assert (welch.low, welch.high) == pytest.approx((-3.3654832, 0.2054832), abs=5e-8)


def test_the_printed_rank_tests():
    before, after = DEPRESSION
    found = compare_groups("signed_rank", of(before), of(after), alternative="greater")
    assert found.p == pytest.approx(0.01953, abs=5e-6)
    found = compare_groups("wilcoxon", *map(of, PERMEABILITY), alternative="greater")
    assert found.p == pytest.approx(0.1272, abs=5e-5)


@pytest.mark.parametrize(
    ("deleted", "deviance"), [(False, COMPLETE_DEVIANCE), (True, DELETED_DEVIANCE)]
)
def test_the_published_likelihoods_of_the_growth_data(deleted, deviance):
    girl, values = potthoff_roy(deleted=deleted)
    x = np.column_stack([girl, np.ones(27)]).astype(float)
    fitted = reml.fit(x, values, restricted=False)
    assert -2 * fitted.log_likelihood == pytest.approx(deviance, abs=5e-4)


def kenward_roger_by_hand(x, y, sigma, weights):
    """Their section 2 with one dense matrix a person, nothing shared with `reml`."""
    visits, q = weights.shape
    entries = [(i, j) for i in range(visits) for j in range(i, visits)]
    parts = []
    for columns, values in zip(x, y, strict=True):
        seen = np.isfinite(values)
        design = np.kron(np.eye(visits), columns)[seen]
        inverse = np.linalg.inv(sigma[np.ix_(seen, seen)])
        slopes = []
        for i, j in entries:
            unit = np.zeros((visits, visits))
            unit[i, j] = unit[j, i] = 1.0
            slopes.append(unit[np.ix_(seen, seen)])
        parts.append((design, inverse, slopes))
    phi = np.linalg.inv(sum(d.T @ a @ d for d, a, _ in parts))
    m = range(len(entries))
    p = [-sum(d.T @ a @ e[i] @ a @ d for d, a, e in parts) for i in m]
    q = [[sum(d.T @ a @ e[i] @ a @ e[j] @ a @ d for d, a, e in parts) for j in m] for i in m]
    information = np.array(
        [
            [
                sum(np.trace(a @ e[i] @ a @ e[j]) for _, a, e in parts)
                - 2 * np.trace(phi @ q[i][j])
                + np.trace(phi @ p[i] @ phi @ p[j])
                for j in m
            ]
            for i in m
        ]
    )
    spread = np.linalg.inv(0.5 * information)
    more = sum(spread[i, j] * (q[i][j] - p[i] @ phi @ p[j]) for i in m for j in m)
    c = weights.reshape(-1)
    slope = np.array([c @ phi @ each @ phi @ c for each in p])
    variance = c @ (phi + 2 * phi @ more @ phi) @ c
    return np.sqrt(variance), 2 * (c @ phi @ c) ** 2 / (slope @ spread @ slope)


def test_kenward_roger_is_its_own_formula():
    girl, values = potthoff_roy(deleted=True)
    x = np.column_stack([girl, np.ones(27)]).astype(float)
    fitted = reml.fit(x, values)
    for visit in range(4):
        weights = np.zeros((4, 2))
        weights[visit, 0] = 1.0
        _, se, df = fitted.contrast(weights)
        assert (se, df) == pytest.approx(
            kenward_roger_by_hand(x, values, fitted.sigma, weights), rel=1e-9
        )


def test_where_nobody_misses_a_visit_the_mixed_model_is_ancova():
    rng = np.random.default_rng(2)
    treated, control = trials(rng, 9, size=1)[0], trials(rng, 12, size=1)[0]
    quick, ancova = (compare_groups(name, treated, control) for name in ("mmrm", "ancova"))
    assert quick.estimate == ancova.estimate
    y = np.concatenate([treated.change, control.change])
    baseline = np.concatenate([treated.baseline, control.baseline])
    x = np.column_stack([np.repeat([1.0, 0.0], [9, 12]), np.ones(21), baseline])
    weights = np.zeros((3, 3))
    weights[-1, 0] = 1.0
    whole = reml.fit(x, y).contrast(weights)
    assert whole == pytest.approx((ancova.estimate, ancova.se, ancova.df), rel=1e-9)


def test_a_random_intercept_is_statsmodels(groups):
    from statsmodels.regression.mixed_linear_model import MixedLM

    treated, control = (group[1] for group in groups)
    found = compare_groups("mixed_model", treated, control)
    y = np.concatenate([treated.change, control.change])
    arm = np.repeat([1.0, 0.0], [14, 11])
    x = np.column_stack([arm, np.ones(25), np.concatenate([treated.baseline, control.baseline])])
    rows = np.einsum("nq,vw->nvwq", x, np.eye(3)).reshape(25, 3, 9)
    seen = np.isfinite(y)
    person = np.broadcast_to(np.arange(25)[:, None], y.shape)
    theirs = MixedLM(y[seen], rows[seen], person[seen]).fit(reml=True)
    assert found.estimate == pytest.approx(theirs.fe_params[6], rel=1e-4)
    # Theirs takes the covariance as known, ours adds a little for its being estimated.
    assert theirs.bse_fe[6] < found.se < 1.05 * theirs.bse_fe[6]


def test_a_baseline_equal_in_all_is_left_out():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=8), rng.normal(size=9)
    plain, adjusted = (compare_groups(name, of(x), of(y)) for name in ("t_test", "ancova"))
    assert adjusted.df == plain.df
    assert adjusted.p == pytest.approx(plain.p, abs=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_groups_too_small_give_nothing(method):
    lone = of([1.0])
    effect = compare_groups(method, lone, None if METHODS[method].within else lone)
    assert np.isnan(effect.se)
    assert not effect.p < 0.05


def test_no_difference_at_all_is_no_evidence():
    same = of(np.zeros(6))
    assert compare_groups("wilcoxon", same, same).p == 1.0
    assert compare_groups("signed_rank", same).p == 1.0
    # Without any spread there is no width of an interval either, and 0 [0, 0] would claim one.
    for method, other in (("t_test", same), ("welch", same), ("ancova", same), ("paired_t", None)):
        found = compare_groups(method, same, other)
        assert found.estimate == 0.0
        assert np.isnan([found.se, found.low, found.high, found.p]).all()
        assert found.why.startswith("no spread")


def test_one_sided_p_values_add_up():
    rng = np.random.default_rng(4)
    x, y = of(rng.normal(size=10)), of(rng.normal(1.0, size=10))
    for method in ("t_test", "welch", "ancova"):
        above, below = (
            compare_groups(method, x, y, alternative=side).p for side in ("greater", "less")
        )
        assert above + below == pytest.approx(1.0)
        assert below < 0.5 < above


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"method": "ancvoa"}, 'did you mean "ancova"'),
        ({"method": "welch", "control": None}, "needs a control arm; without one: paired_t"),
        ({"method": "welch", "level": 95.0}, "not between 0 and 1"),
        ({"method": "welch", "visit": 3}, "found 3; there are 1 visits"),
        ({"method": "welch", "alternative": "grater"}, 'did you mean "greater"'),
        ({"method": "paired_t", "control": of([1.0, 2.0])}, "the same people with themselves"),
        ({"method": "ancova", "control": of([1.0], None, np.zeros((1, 1)))}, "in one group only"),
    ],
)
def test_refusals(arguments, told):
    three = of([1.0, 2.0, 3.0])
    with pytest.raises(InputError, match=told):
        compare_groups(**{"treated": three, "control": three} | arguments)
