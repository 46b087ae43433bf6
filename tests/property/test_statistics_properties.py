"""Tiny trials through every test: refused where there is no answer, and alike on every machine.

Libraries of linear algebra differ between processors in the last bits and in orders of summation.
Here the data are disturbed in just that way, and every answer and every decision has to stay.
"""

import os
import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tiny_trials import columns_of, disturbed, exact_rank, order_of, tiny_trials
from trial_data import dataset

from follicle_sim.analysis.analyse import analyse
from follicle_sim.analysis.imputation import POOLED, Imputations, jump_to_reference
from follicle_sim.analysis.methods import METHODS, compare_groups
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.base.errors import InputError
from follicle_sim.scenario import Analysis

NAN = np.nan
MANY = int(os.environ.get("TINY_TRIALS", "200"))
"""Trials a test draws; 1,000 and more by hand."""
ESTIMATE, P = 1e-9, 1e-7
"""How far an estimate may move as a share of the largest count, and how far p."""


def scale_of(*groups):
    values = np.concatenate([np.append(g.baseline, g.followed.ravel()) for g in groups])
    return float(np.nanmax(np.abs(values), initial=1.0))


def assert_same(one, other, size):
    """Both refused, or both answered alike."""
    assert bool(one.why) == bool(other.why), (one, other)
    for name, near in (("estimate", ESTIMATE * size), ("p", P)):
        mine, theirs = getattr(one, name), getattr(other, name)
        assert np.isnan(mine) == np.isnan(theirs), (name, one, other)
        if not np.isnan(mine):
            assert abs(mine - theirs) <= near, (name, one, other)
    assert (one.p < 0.05) == (other.p < 0.05)


@settings(max_examples=MANY, deadline=None)
@given(tiny=st.sampled_from([4, 4, 9]).flatmap(tiny_trials))
def test_tests_decide_alike_whatever_the_last_bits(tiny):
    visits = order_of(tiny.treated.followed.shape[1], tiny.seed)
    visit = int(np.flatnonzero(visits == tiny.visit)[0])
    twins = [
        disturbed(group, visits, order_of(len(group.baseline), tiny.seed + k), tiny)
        for k, group in enumerate((tiny.treated, tiny.control))
    ]
    size = scale_of(tiny.treated, tiny.control)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name, method in METHODS.items():
            others = (None, None) if method.within else (tiny.control, twins[1])
            one = compare_groups(name, tiny.treated, others[0], visit=tiny.visit)
            other = compare_groups(name, twins[0], others[1], visit=visit)
            assert_same(one, other, size)
            assert np.isnan(one.p) == bool(one.why)
            assert np.isnan(one.p) or 0.0 <= one.p <= 1.0
            assert not one.estimate < one.low - 1e-9 * size
            assert not one.estimate > one.high + 1e-9 * size


@settings(max_examples=MANY, deadline=None)
@given(tiny=tiny_trials())
def test_nothing_is_estimated_where_the_rank_says_there_is_nothing(tiny):
    change = [np.isfinite(group.change) for group in (tiny.treated, tiny.control)]
    at = columns_of(tiny, [each[:, tiny.visit] for each in change])
    rank, without = exact_rank(at), exact_rank([row[1:] for row in at])
    found = compare_groups("ancova", tiny.treated, tiny.control, visit=tiny.visit)
    assert np.isnan(found.estimate) == (rank == without)
    # Without a person to spare there is an estimate at most, and nothing to judge it by.
    assert not (len(at) == rank and not np.isnan(found.p))
    everyone = columns_of(tiny, [each.any(axis=1) for each in change])
    ragged = any(
        (missing.any(axis=1) & ~missing.all(axis=1)).any() for missing in (~each for each in change)
    )
    if not everyone or not ragged:
        return
    whole = exact_rank(everyone)
    for name, spare in (("mmrm", 1), ("mixed_model", 0)):
        found = compare_groups(name, tiny.treated, tiny.control, visit=tiny.visit)
        for visit in range(change[0].shape[1]):
            here = columns_of(tiny, [each[:, visit] for each in change])
            if len(here) < whole + spare or exact_rank(here) < whole:
                assert np.isnan(found.estimate), (name, visit, found)
                assert found.why


@settings(max_examples=MANY // 2, deadline=None)
@given(tiny=tiny_trials(7), method=st.sampled_from(POOLED))
def test_imputation_names_people_and_not_rows(tiny, method):
    visits = np.arange(tiny.treated.followed.shape[1])
    groups = (tiny.treated, tiny.control)
    orders = [order_of(len(group.baseline), tiny.seed + k) for k, group in enumerate(groups)]
    twins = [disturbed(g, visits, order, tiny) for g, order in zip(groups, orders, strict=True)]
    names = [10 * (1 + np.arange(len(order))) for order in orders]
    names[0][-1] = -1 if np.isnan(tiny.treated.baseline[-1]) else names[0][-1]
    three = Imputations(3, seed=1, replicate=0, stream=5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = jump_to_reference(method, *groups, three, names=tuple(names))
        again = tuple(name[order] for name, order in zip(names, orders, strict=True))
        other = jump_to_reference(method, *twins, three, names=again)
    # Amplified by draws that stand far out.
    assert_same(one, other, 10.0 * scale_of(*groups))


def as_dataset(tiny):
    """Return the two groups as the dataset of a trial, padded with places nobody took."""
    most = max(len(tiny.treated.baseline), len(tiny.control.baseline))
    values = np.full((2, most, 1 + tiny.treated.followed.shape[1]), NAN)
    enrolled = np.zeros((2, most), dtype=np.int8)
    for arm, group in enumerate((tiny.treated, tiny.control)):
        count = len(group.baseline)
        values[arm, :count, 0] = group.baseline
        values[arm, :count, 1:] = group.followed
        enrolled[arm, :count] = 1
    weeks = (0, *(12 * (1 + np.arange(values.shape[-1] - 1))))
    return dataset(values, weeks=weeks, enrolled=enrolled)


@settings(max_examples=MANY, deadline=None)
@given(
    tiny=tiny_trials(5),
    method=st.sampled_from([name for name in METHODS if not METHODS[name].within]),
    measure=st.sampled_from(["change", "average", "responders"]),
    rule=st.sampled_from(["available", "jump_to_reference", "last_observation_carried_forward"]),
    chosen=st.sampled_from(["intention_to_treat", "per_protocol"]),
    satisfaction=st.sampled_from([None, "five_point", "seven_point"]),
    sided=st.sampled_from([1, 2]),
)
def test_a_tiny_trial_has_a_result_or_a_reason(
    tiny, method, measure, rule, chosen, satisfaction, sided
):
    plan = {"measure": measure, "missing": rule, "set": chosen, "sided": sided}
    plan |= {"satisfaction": satisfaction, "imputations": 2}
    if measure != "responders":
        plan["method"] = method
    try:
        planned = Analysis(**plan)
    except ValidationError:
        # The file format itself refuses the combination.
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = analyse(as_dataset(tiny), planned)
        except InputError:
            # A measure or a rule that does not go with the method; never the people themselves.
            assert measure != "change" or rule == "jump_to_reference"
            return
    for row in result.rows:
        if row.purpose == "primary":
            assert (row.p is None) == bool(row.why)
            assert not row.why or any(row.why in note for note in result.notes)
        if row.p is None:
            assert row.effect is not True


@settings(max_examples=MANY // 2, deadline=None)
@given(tiny=tiny_trials(5))
def test_a_crossover_of_a_few_decides_alike(tiny):
    """Halves of differences carry the rounding of the counts behind them."""
    pairs = [
        group.followed[:, :1] - group.baseline[:, None] for group in (tiny.treated, tiny.control)
    ]
    size = np.array(scale_of(tiny.treated, tiny.control))
    rng = np.random.default_rng(tiny.seed)
    for name in ("t_test", "welch", "wilcoxon"):
        halves, twins = (
            [
                Group(
                    np.zeros(len(half)),
                    half + dust * size * rng.uniform(-1, 1, half.shape),
                    size=size,
                )
                for half in pairs
            ]
            for dust in (0.0, 1e-12)
        )
        assert_same(compare_groups(name, *halves), compare_groups(name, *twins), float(size))


def test_people_who_changed_alike_give_no_p_out_of_rounding():
    # 0.1 + 0.2 is not 0.3: changes that are equal on paper and not in the machine.
    baseline = np.array([0.1, 0.2, 0.3, 0.4, 0.7])
    treated = Group(baseline, (baseline + 0.2)[:, None])
    control = Group(baseline, (baseline + 0.1)[:, None])
    assert np.ptp(treated.change) > 0.0
    for name in ("t_test", "welch", "ancova", "mmrm"):
        found = compare_groups(name, treated, control)
        assert found.why.startswith("no spread")
        assert np.isnan(found.p)
        assert found.estimate == pytest.approx(0.1)
    assert compare_groups("wilcoxon", treated, replace(treated)).p == 1.0
    for name in ("t_test", "welch", "ancova"):
        assert compare_groups(name, treated, replace(treated)).why.startswith("no spread")
    assert compare_groups("paired_t", treated).why.startswith("no spread")
    tied = scipy.stats.wilcoxon(np.full(5, 0.2), correction=True, method="asymptotic")
    assert compare_groups("signed_rank", treated).p == pytest.approx(tied.pvalue)
