"""Side effects: counts and what they leave open, who has which when, downtime, bad data files."""

import copy
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given, settings
from hypothesis import strategies as hs
from scenario_examples import SMALL
from trial_data import dataset, people

from follicle_sim import parse_scenario
from follicle_sim.analysis.outcomes.adverse import adverse_events, reactions
from follicle_sim.analysis.outcomes.exposures import Exposure
from follicle_sim.analysis.outcomes.reactions.counts import Count
from follicle_sim.analysis.outcomes.reactions.doses import Doses, doses_of
from follicle_sim.analysis.outcomes.reactions.downtime import downtime_days
from follicle_sim.analysis.outcomes.reactions.draws import Events, draw_events
from follicle_sim.analysis.outcomes.reactions.exposed import unreported, ways_given
from follicle_sim.analysis.outcomes.reactions.kinds import KINDS, load_kinds, parse_kinds
from follicle_sim.analysis.outcomes.reactions.names import Names
from follicle_sim.analysis.outcomes.reactions.reported import (
    Reported,
    load_reported,
    parse_reported,
)
from follicle_sim.analysis.outcomes.reactions.ways import load_ways, parse_ways, way_of
from follicle_sim.analysis.outcomes.reactions.words import counted_words
from follicle_sim.analysis.statistics.exact import exact_limits
from follicle_sim.base.codes import Decision
from follicle_sim.base.errors import InputError
from follicle_sim.base.numerics import normals, uniforms
from follicle_sim.base.quantity import read_toml
from follicle_sim.pharmacology.dosing import word
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.vial import load_deliveries
from follicle_sim.reporting.page.reactions import downtime_words
from follicle_sim.results.provenance import result_attrs

TRIAL = """\
schema_version = 1
title = "A trial of two"
[population]
subjects = 200
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "treatment"
doses = [{treatment = "finasteride_oral", amount = "1 mg", every = "1 day", until = "52 weeks"}]
[[arms]]
label = "control"
role = "placebo"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks", "48 weeks"]
[analysis]
adverse_events = true
"""
DOSE = 'treatment = "finasteride_oral", amount = "1 mg", every = "1 day", until = "52 weeks"'


def sessions_of(treatment, amount, count=6, every="4 weeks", more=""):
    text = f'treatment = "{treatment}", amount = "{amount}", every = "{every}", count = {count}'
    return TRIAL.replace(DOSE, text + more)


def run_of(text, count=200, replicates=None):
    """Return the dataset of a trial whose hair is made up and whose people are the scenario's."""
    text = text.replace("subjects = 200", f"subjects = {count}")
    if replicates is not None:
        text += f"[run]\nreplicates = {replicates}\n"
    scenario = parse_scenario(text)
    data = dataset(
        people(1, len(scenario.arms), count, gains=(20.0, 0.0, 0.0), replicates=replicates),
        labels=[arm.label for arm in scenario.arms],
        roles=[arm.role for arm in scenario.arms],
    )
    names = np.broadcast_to(np.arange(count), (len(scenario.arms), count))
    data["person"] = (("arm", "subject"), names)
    return data.assign_attrs(provenance=result_attrs(scenario)["provenance"])


def of_count(count, *, kind="itch", sessions=1, weeks=None, amount=np.inf, event="e"):
    counts = count if isinstance(count, tuple) else ((amount, count),)
    return Reported(
        "t", event, kind, load_kinds()[kind], counts, "made up", "assumption", sessions, weeks
    )


def reported_event(treatment, event):
    (found,) = [row for row in load_reported()[treatment] if row.event == event]
    return found


def doses(times, took, last=1000.0, amounts=None):
    took = np.asarray(took, dtype=bool)
    times = np.asarray(times, dtype=float)
    given_amounts = np.ones(times.size) if amounts is None else np.asarray(amounts, dtype=float)
    begins = np.where(took, times, np.inf).min(axis=1, initial=np.inf)
    ends = np.where(took, times + 1.0, -np.inf).max(axis=1, initial=-np.inf)
    return Doses(times, given_amounts * took, took, begins, ends, np.full(len(took), last))


def names(size, replicate=0, stream=7):
    return Names(1, replicate, stream, np.arange(size, dtype=np.uint32))


# -- counts ----------------------------------------------------------------------------------------


def test_none_of_n_is_at_most_the_share_that_would_show_none_in_one_trial_of_twenty():
    for n in (5, 30, 300, 3000):
        low, high = exact_limits(0, n, 0.95)
        assert low == 0.0
        assert (1.0 - high) ** n == pytest.approx(0.05, rel=1e-9)
        assert exact_limits(n, n, 0.95) == pytest.approx((1.0 - high, 1.0))
    assert exact_limits(0, 300, 0.95)[1] == pytest.approx(3.0 / 300, rel=0.01)  # rule of three
    assert np.isnan(exact_limits(0, 0, 0.95)).all()


def test_exact_limits_are_those_of_scipy():
    for count, n in ((1, 20), (6, 157), (246, 541), (19, 20)):
        theirs = st.binomtest(count, n).proportion_ci(0.9, method="exact")
        assert exact_limits(count, n, 0.9) == pytest.approx((theirs.low, theirs.high), rel=1e-9)


def test_exact_limits_hold_the_truth_at_least_as_often_as_they_say():
    rng = np.random.default_rng(3)
    for rate in (0.01, 0.1, 0.5):
        held = 0
        for count in rng.binomial(40, rate, 2000):
            low, high = exact_limits(int(count), 40, 0.95)
            held += low <= rate <= high
        assert held / 2000 > 0.94


def test_a_rate_is_never_nothing_and_follows_jeffreys():
    count = Count(events=0, of=30)
    assert Count(events=5, of=5).quantile(0.999) < 1.0  # all of five do not show that all will
    law = st.beta(0.5, 30.5)
    for u in (1e-6, 0.1, 0.5, 0.99):
        assert count.quantile(u) == pytest.approx(law.ppf(u), rel=1e-9)
        assert count.quantile(u) > 0.0
    assert count.mean == pytest.approx(0.5 / 31.0)
    u = (np.arange(20_000) + 0.5) / 20_000
    by_hand = np.mean((1.0 - law.ppf(u)) ** 6)
    assert count.survives(6.0) == pytest.approx(by_hand, rel=1e-3)


def test_a_printed_interval_comes_back_and_a_highest_share_leaves_all_below_open():
    printed = Count(share=0.0385, low=0.0127, high=0.1401)
    assert printed.limits(0.95) == pytest.approx((0.0127, 0.1401), rel=1e-3)
    assert printed.quantile(0.5) == pytest.approx(0.0385)
    most = Count(at_most=0.8)
    assert [most.quantile(u) for u in (0.25, 0.5)] == pytest.approx([0.2, 0.4])
    assert most.mean == pytest.approx(0.4)
    assert most.limits(0.95) == (0.0, 0.8)
    assert (printed.center, most.center, Count(events=3, of=12).center) == (0.0385, 0.8, 0.25)
    assert (printed.counted, most.counted) == (None, None)
    # the mean of a printed share is that of its law, by another way
    z = np.random.default_rng(1).standard_normal(200_000)
    logit, low, high = (np.log(p / (1 - p)) for p in (0.0385, 0.0127, 0.1401))
    drawn = logit + z * np.where(z < 0, logit - low, high - logit) / 1.96
    assert printed.mean == pytest.approx(np.mean(1 / (1 + np.exp(-drawn))), rel=0.01)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "one of these"),
        ({"events": 3}, "one of these"),
        ({"events": 3, "of": 30, "at_most": 0.5}, "one of these"),
        ({"share": 0.1, "low": 0.05}, "one of these"),
        ({"at_most": 0.5, "share": 0.1, "low": 0.05, "high": 0.2}, "one of these"),
        ({"of": 30}, "one of these"),
        ({"events": 31, "of": 30}, "31 among 30"),
        ({"events": 0, "of": 0}, "nobody was looked at"),
        ({"share": 0.1, "low": 0.2, "high": 0.3}, "must rise"),
        ({"at_most": 1.5}, "less than or equal to 1"),
    ],
)
def test_a_count_is_one_thing(table, message):
    with pytest.raises(ValueError, match=message):
        Count(**table)


def test_what_was_counted_is_told_in_words():
    assert counted_words(of_count(Count(events=0, of=300)), 1.0) == "0 of 300: at most 0.99 %"
    assert counted_words(of_count(Count(events=6, of=157)), 1.0) == "6 of 157: 3.8 % (1.4 to 8.1 %)"
    assert counted_words(of_count(Count(at_most=1.0)), 1.0) == "at most 100 % printed"
    shares = of_count(Count(share=0.1, low=0.05, high=0.2))
    assert counted_words(shares, 1.0) == "10 % (5 to 20 %)"


# -- rates by session, time and amount -------------------------------------------------------------


def test_sessions_and_days_add_up_to_the_share_that_was_counted():
    count = Count(events=11, of=27)
    by_session = of_count(count, sessions=26)
    u = 0.3
    once = by_session.per_session(u, np.ones(1))[0]
    assert 1.0 - (1.0 - once) ** 26 == pytest.approx(count.quantile(u), rel=1e-12)
    in_use = of_count(count, sessions=None, weeks=10.0)
    rate = in_use.per_day(u, 1.0)
    assert 1.0 - np.exp(-rate * 70.0) == pytest.approx(count.quantile(u), rel=1e-12)
    mean, low, high = by_session.course(1.0, 26.0, 0.95)
    assert mean == pytest.approx(count.mean)
    assert (low, high) == pytest.approx(count.limits(0.95))
    assert by_session.course(1.0, 0.0, 0.95) == pytest.approx((0.0, 0.0, 0.0))
    assert by_session.course(1.0, 52.0, 0.95)[0] > mean


@pytest.mark.parametrize(("amount", "share"), [(0.25, 0.0385), (0.5, 0.1149), (1.0, 0.1805)])
def test_the_skin_thins_more_often_under_a_stronger_injection(amount, share):
    atrophy = reported_event("triamcinolone_intralesional", "skin_atrophy")
    once = atrophy.per_session(0.5, np.array([amount]))[0]
    assert 1.0 - (1.0 - once) ** 4 == pytest.approx(share, rel=1e-9)
    assert atrophy.shares(0.5, np.array([0.0]))[0] == 0.0
    assert atrophy.shares(0.5, np.array([0.375]))[0] == pytest.approx((0.0385 + 0.1149) / 2.0)
    assert atrophy.shares(0.5, np.array([5.0]))[0] == pytest.approx(0.1805)


@settings(max_examples=60, deadline=None)
@given(u=hs.floats(1e-4, 0.9999), pair=hs.tuples(hs.floats(0.0, 3.0), hs.floats(0.0, 3.0)))
def test_more_never_lowers_a_rate(u, pair):
    atrophy = reported_event("triamcinolone_intralesional", "skin_atrophy")
    low, high = atrophy.shares(u, np.array(sorted(pair)))
    assert low <= high < 1.0


def test_the_rate_of_a_trial_goes_by_the_amount_of_each_session():
    # acne on upadacitinib: 12 of 91 on 15 mg, 18 of 91 on 30 mg, in 16 weeks
    def mean_share(amount):
        use = f'treatment = "upadacitinib_oral", amount = "{amount}", every = "1 day"'
        use += ', until = "16 weeks"'
        data = run_of(TRIAL.replace(DOSE, use), 400, replicates=40)
        rows = [row for row in adverse_events(data) if row.event == "acne"]
        return np.mean([row.affected / row.people for row in rows])

    low, high = mean_share("15 mg"), mean_share("30 mg")
    assert low == pytest.approx(12.5 / 92, abs=0.02)
    assert high == pytest.approx(18.5 / 92, abs=0.02)
    # and within one arm: the sessions of a stronger injection strike more often
    atrophy = reported_event("triamcinolone_intralesional", "skin_atrophy")
    took = np.ones((20_000, 2), bool)
    drawn = draw_events(atrophy, doses([0.0, 21.0], took, amounts=[0.25, 1.0]), names(20_000))
    weak, strong = ((drawn.session == day).mean() * drawn.person.size for day in (0.0, 21.0))
    assert strong > 1.5 * weak


# -- draws -----------------------------------------------------------------------------------------


def test_a_trial_is_drawn_from_what_the_count_leaves_open():
    """Over many trials the share is beta-binomial: wider than a known rate would make it."""
    size, trials = 60, 3000
    reported = of_count(Count(events=1, of=30), kind="pain")
    took = np.ones((size, 1), bool)
    counts = np.array(
        [
            draw_events(reported, doses([0.0], took), names(size, replicate)).person.size
            for replicate in range(trials)
        ]
    )
    law = st.betabinom(size, 1.5, 29.5)
    assert counts.mean() == pytest.approx(law.mean(), rel=0.06)
    assert counts.std() == pytest.approx(law.std(), rel=0.08)
    assert counts.std() > 1.3 * np.sqrt(size * 1.5 / 31 * (1 - 1.5 / 31))
    shares = [(counts == k).mean() for k in range(4)]
    assert shares == pytest.approx(law.pmf(np.arange(4)).tolist(), abs=0.025)


def test_every_arm_of_a_trial_has_the_same_rate_and_its_own_luck():
    reported = of_count(Count(at_most=1.0), kind="pain")
    took = np.ones((4000, 1), bool)
    found = []
    for replicate in range(30):
        one, other = (
            draw_events(reported, doses([0.0], took), names(4000, replicate, stream)).person
            for stream in (3, 4)
        )
        found.append((one.size / 4000, other.size / 4000))
        assert not np.array_equal(one, other)
    first, second = np.array(found).T
    assert np.abs(first - second).max() < 0.04
    assert first.std() > 0.2


def test_an_event_is_that_of_its_session_and_who_was_not_there_has_none():
    sure = of_count(Count(share=0.999999, low=0.99999, high=0.9999999), kind="pain")
    took = np.array([[1, 1, 1], [1, 0, 0], [0, 0, 0]], bool)
    drawn = draw_events(sure, doses([0.0, 7.0, 14.0], took), names(3))
    assert drawn.person.tolist() == [0, 0, 0, 1]
    assert drawn.session.tolist() == [0.0, 7.0, 14.0, 0.0]
    assert (drawn.start > drawn.session).all()
    assert (drawn.start < drawn.session + 0.1).all()
    # in use: the first event alone, never before the first dose nor after the last
    daily = of_count(Count(share=0.999999, low=0.99999, high=0.9999999), sessions=None, weeks=0.1)
    drawn = draw_events(daily, doses(np.arange(10.0, 40.0), took.repeat(10, axis=1)), names(3))
    assert sorted(drawn.person.tolist()) == [0, 1]
    assert (drawn.start >= 10.0).all()


def test_what_begins_after_the_last_visit_is_not_seen_and_what_goes_on_has_no_end():
    slow = of_count(Count(at_most=1.0), kind="granuloma")
    took = np.ones((4000, 1), bool)
    long = draw_events(slow, doses([0.0], took, last=5000.0), names(4000))
    short = draw_events(slow, doses([0.0], took, last=30.0), names(4000))
    assert (short.start <= 30.0).all()
    assert 0 < short.person.size < long.person.size
    kept = np.isin(long.person, short.person)
    assert np.array_equal(short.start, long.start[kept])
    assert np.isinf(short.end[long.end[kept] >= 30.0]).all()
    assert np.isfinite(short.end[long.end[kept] < 30.0]).all()


def test_severity_onset_and_duration_follow_their_laws():
    reported = of_count(Count(at_most=1.0), kind="granuloma")
    took = np.ones((40_000, 1), bool)
    drawn = draw_events(reported, doses([10.0], took, last=1e6), names(40_000))
    kind = reported.kind
    shares = [(drawn.severity == grade).mean() for grade in (1, 2, 3)]
    told = kind.severity
    assert shares == pytest.approx([told.mild, told.moderate, told.severe], abs=0.01)
    for days, law in ((drawn.start - 10.0, kind.onset), (drawn.end - drawn.start, kind.duration)):
        assert np.median(days) == pytest.approx(law.median, rel=0.03)
        assert np.log(days).std() == pytest.approx(law.spread, rel=0.03)
    # the three are drawn apart
    logs = np.log([drawn.start - 10.0, drawn.end - drawn.start])
    assert abs(np.corrcoef(logs)[0, 1]) < 0.03
    assert abs(np.corrcoef(drawn.severity, logs[0])[0, 1]) < 0.03


def by_hand(reported, given_doses, seed, replicate, stream):
    """Return the events of sessions person by person and session by session, by names alone."""
    cause = word(f"{reported.treatment} {reported.event}")

    def draw(who, minute, what, law=uniforms, own=stream):
        return float(law(seed, replicate, own, who, minute, cause, int(what)))

    everybody = 0xFFFFFFFF
    u = draw(everybody, everybody, Decision.ADVERSE_RATE, own=0)
    share = reported.counts[0][1].quantile(u)
    chance = 1.0 - (1.0 - share) ** (1.0 / reported.sessions)
    kind, found = reported.kind, []
    for who, took in enumerate(given_doses.took):
        for day in given_doses.times[took]:
            minute = round(1440 * day)
            if draw(who, minute, Decision.ADVERSE_EVENT) >= chance:
                continue
            onset, lasts = (
                law.median * np.exp(law.spread * draw(who, minute, what, normals))
                for law, what in (
                    (kind.onset, Decision.ADVERSE_ONSET),
                    (kind.duration, Decision.ADVERSE_DURATION),
                )
            )
            worse = draw(who, minute, Decision.ADVERSE_SEVERITY)
            grade = 1 + (worse > kind.severity.mild) + (worse > 1.0 - kind.severity.severe)
            start, last = day + onset, given_doses.last[who]
            if start <= last:
                end = start + lasts
                found.append((who, day, start, end if end < last else np.inf, grade))
    return found


def test_a_slow_second_count_by_names_gives_the_same_events():
    reported = of_count(Count(share=0.6, low=0.5, high=0.7), kind="infection", sessions=2)
    took = np.random.default_rng(2).random((40, 3)) < 0.7
    given_doses = doses([3.5, 10.0, 24.0], took, last=30.0)
    drawn = draw_events(reported, given_doses, names(40, replicate=4))
    told = list(
        zip(drawn.person, drawn.session, drawn.start, drawn.end, drawn.severity, strict=True)
    )
    slow = by_hand(reported, given_doses, 1, 4, 7)
    assert len(told) == len(slow) > 20
    np.testing.assert_allclose(np.array(told), np.array(slow), rtol=1e-12)


def test_in_use_the_first_event_comes_at_a_constant_rate_and_may_go_on():
    reported = of_count(Count(share=0.6, low=0.5, high=0.7), kind="sexual", sessions=None, weeks=4)
    took = np.ones((6000, 56), bool)
    took[:, :14] = False
    given_doses = doses(np.arange(56.0), took, last=80.0)
    drawn = draw_events(reported, given_doses, names(6000))
    cause = word("t e")
    rate = reported.per_day(float(names(1).of_trial(cause, Decision.ADVERSE_RATE)), 1.0)
    u = uniforms(1, 0, 7, np.arange(6000), 0, cause, int(Decision.ADVERSE_EVENT))
    start = 14.0 - np.log1p(-u) / rate
    np.testing.assert_array_equal(drawn.person, np.flatnonzero(start < 56.0))
    np.testing.assert_allclose(drawn.start, start[drawn.person], rtol=1e-12)
    assert (drawn.session == 14.0).all()
    assert (drawn.end == 56.0).all()  # it lasts as long as the treatment is used
    cut = draw_events(reported, replace(given_doses, last=np.full(6000, 56.0)), names(6000))
    assert np.isinf(cut.end).all()  # used to the end: nobody saw it pass
    # 15 mg for one half of the people, 30 mg for the other, and nothing for the last
    (acne,) = load_reported()["upadacitinib_oral"]
    amounts = np.where(np.arange(6000)[:, None] < 3000, 15.0, 30.0) * took
    mixed = replace(given_doses, amounts=amounts)
    mixed.took[-1] = False
    mixed.begins[-1], mixed.ends[-1] = np.inf, -np.inf
    struck = draw_events(acne, mixed, names(6000)).person
    u = names(1).of_trial(word("upadacitinib_oral acne"), Decision.ADVERSE_RATE)
    for some, amount in ((struck < 3000, 15.0), (struck >= 3000, 30.0)):
        expected = 1.0 - np.exp(-acne.per_day(u, amount) * 42.0)
        assert some.sum() / 3000 == pytest.approx(expected, abs=0.025)
    assert 5999 not in struck


def line(times, took, amount=1.0, every=7.0):
    dose = parse_scenario(sessions_of("microneedling", "1 session")).arms[0].doses[0]
    dose = dose.model_copy(update={"amount": amount, "every": every})
    times = np.asarray(times, dtype=float)
    took = np.asarray(took, dtype=bool)
    return Exposure(dose, times, np.ones_like(took), took)


def test_two_half_sessions_at_once_are_one_and_the_order_of_lines_moves_nothing():
    last = np.array([100.0, 100.0])
    took = np.array([[1, 0], [1, 1]], bool)
    halves = [line([0.0, 7.0], took, 0.5), line([0.0, 7.0], took, 0.5)]
    whole = doses_of([line([0.0, 7.0], took)], last)
    for name in ("times", "amounts", "took", "begins", "ends"):
        np.testing.assert_array_equal(getattr(doses_of(halves, last), name), getattr(whole, name))
    late = line([14.0], took[:, :1])
    one, other = (doses_of(lines, last) for lines in ([halves[0], late], [late, halves[0]]))
    np.testing.assert_array_equal(one.times, [0.0, 7.0, 14.0])
    np.testing.assert_array_equal(one.amounts, other.amounts)
    assert one.begins.tolist() == [0.0, 0.0]
    assert doses_of([line([0.0], [[0], [0]])], last).begins.tolist() == [np.inf, np.inf]


def permuted(data):
    """Return a dataset with its people and its arms in another order."""
    rng = np.random.default_rng(5)
    order = rng.permutation(data.sizes["subject"])
    return data.isel(subject=order, arm=[1, 0]), order


@pytest.mark.parametrize("treatment", ["exosomes_adipose_microneedling", "finasteride_oral"])
def test_draws_go_by_name_and_never_by_order(treatment):
    text = TRIAL if treatment == "finasteride_oral" else sessions_of(treatment, "1 session")
    data = run_of(text, 300)
    data["left_day"] = (("arm", "subject"), np.full((2, 300), np.nan))
    data["left_day"][0, :50] = 30.0
    other, order = permuted(data)
    before = {arm.arm: arm for arm in reactions(data)}
    for arm in reactions(other):
        for one, same in zip(arm.rows, before[arm.arm].rows, strict=True):
            # means over people are added in another order
            assert one.downtime == pytest.approx(same.downtime, rel=1e-12)
            assert one.course == pytest.approx(same.course, rel=1e-12)
            changes = {"downtime": 0.0, "course": (0.0, 0.0, 0.0)}
            assert replace(one, **changes) == replace(same, **changes)
        np.testing.assert_array_equal(arm.downtime, before[arm.arm].downtime[order])
    # fewer people are the first of more, and another arm moves nobody
    fewer = reactions(run_of(text, 100))[0]
    whole = reactions(run_of(text, 300))[0]
    for small, large in zip(fewer.events, whole.events, strict=True):
        kept = large.person < 100
        np.testing.assert_array_equal(small.person, large.person[kept])
        np.testing.assert_array_equal(small.start, large.start[kept])
        np.testing.assert_array_equal(small.severity, large.severity[kept])


def test_another_session_moves_no_event_of_an_earlier_one():
    few, many = (
        reactions(run_of(sessions_of("microneedling", "1 session", count=n), 200))[0]
        for n in (2, 5)
    )
    for one, other in zip(few.events, many.events, strict=True):
        early = other.session < 50.0
        np.testing.assert_array_equal(one.person, other.person[early])
        np.testing.assert_array_equal(one.start, other.start[early])


# -- treatments and ways ---------------------------------------------------------------------------


def test_side_effects_come_at_the_reported_rate_over_many_trials():
    data = run_of(TRIAL, 500, replicates=100)
    rows = adverse_events(data)
    assert {(row.arm, row.event) for row in rows} == {("drug", "sexual"), ("control", "sexual")}
    for arm, reported in (("drug", 36.5 / 946), ("control", 20.5 / 935)):
        shares = [row.affected / row.people for row in rows if row.arm == arm]
        assert np.mean(shares) == pytest.approx(reported * 48 / 52, abs=0.003)
    drug = next(row for row in rows if row.arm == "drug")
    assert drug.low < drug.affected / drug.people < drug.high
    assert drug.sessions is None
    assert drug.per_session is None


def test_an_arm_treated_before_baseline_alone_is_given_nothing_in_the_trial():
    """Needles were counted by studies: what is told is that none was used from baseline on."""
    needles = 'treatment = "microneedling", amount = "1 session", every = "3 weeks"'
    text = TRIAL.replace(DOSE, f'{needles}, start = "-12 weeks", until = "baseline"')
    before = reactions(run_of(text))[0]
    assert (before.rows, before.given) == ((), False)
    assert downtime_words(before).endswith(": nothing is given while people are in the trial.")
    uncounted = replace(before, given=True)
    assert downtime_words(uncounted).endswith("was counted by any study read.")


def test_a_session_has_what_was_counted_with_it_and_what_its_way_does():
    rows = adverse_events(run_of(sessions_of("exosomes_foreskin_injection", "1e9 particles/cm2")))
    drug = {row.event: row for row in rows if row.arm == "drug"}
    assert set(drug) == {"any_local_reaction", "granuloma", "pain", "serious"}
    assert drug["pain"].treatment == "injection"
    assert drug["pain"].sessions == 6 * 200
    assert drug["pain"].per_session[0] == pytest.approx(0.18, abs=0.01)
    assert "not believable" in drug["any_local_reaction"].unverified
    assert drug["any_local_reaction"].counted == "0 of 30: at most 9.5 %"
    assert drug["granuloma"].course[0] > 0.0
    for row in drug.values():
        assert row.mild + row.moderate + row.severe == row.events
        assert row.affected <= min(row.events, row.people)


def test_the_delivery_that_a_chain_names_decides_what_the_way_does():
    treatment = "exosomes_umbilical_microneedling"

    def way(delivery):
        chain = f', chain = {{ delivery = "{delivery}" }}' if delivery else ""
        text = sessions_of(treatment, "1e9 particles/cm2", more=chain)
        scenario = parse_scenario(text)
        found = way_of(scenario.arms[0].doses[0], scenario)
        return found and found.name

    assert [way(name) for name in (None, "laser_then_dabbing", "injection", "dabbing")] == [
        "needles",
        "laser",
        "injection",
        None,
    ]


def test_a_placebo_injection_hurts_like_an_injection_and_is_a_placebo():
    text = TRIAL.replace(
        'role = "placebo"\n',
        'role = "placebo"\ndoses = [{treatment = "saline_injection", amount = "1 session", '
        'every = "4 weeks", count = 3}]\n',
    )
    control = [row for row in adverse_events(run_of(text)) if row.arm == "control"]
    assert len(control) == 3
    # of a drug that nobody asked about this, placebo is not asked either
    other = run_of(text.replace("finasteride_oral", "minoxidil_oral"))
    told = {row.treatment for row in adverse_events(other) if row.arm == "control"}
    assert told == {"injection"}
    assert {(row.treatment, row.event) for row in control} == {
        ("placebo", "sexual"),
        ("injection", "pain"),
        ("injection", "serious"),
    }


def test_ways_know_the_routes_and_deliveries_that_there_are():
    routes = {load_treatment(name).route for name in treatment_names()}
    seen = []
    for way in load_ways():
        assert set(way.routes) <= routes
        assert set(way.deliveries) <= set(load_deliveries())
        seen += [*way.routes, *way.deliveries]
        for row in way.reactions:
            assert (row.sessions is None) != (row.weeks is None)
            assert len(row.source) > 20
    assert len(seen) == len(set(seen))


def test_reported_side_effects_name_treatments_of_the_library_and_sources():
    table = load_reported()
    assert set(table) <= {*treatment_names(), "placebo"}
    kinds = {row.group for rows in table.values() for row in rows}
    kinds |= {row.group for way in load_ways() for row in way.reactions}
    asked = {"redness", "swelling", "pain", "itch", "bleeding", "infection", "allergic"}
    assert asked | {"granuloma", "pigment"} <= kinds <= set(load_kinds())
    for row in (row for rows in table.values() for row in rows):
        assert len(row.source) > 20
        assert (row.sessions is None) != (row.weeks is None)
        if row.grade in ("abstract", "assumption"):
            assert row.unverified


def test_treatments_without_a_count_are_named():
    plain = parse_scenario(TRIAL.replace("finasteride_oral", "hydroxychloroquine_oral"))
    assert unreported(plain) == ("hydroxychloroquine_oral",)
    assert dict(ways_given(plain)) == {}
    needled = parse_scenario(sessions_of("microneedling", "1 session"))
    assert unreported(needled) == ("microneedling",)
    assert dict(ways_given(needled)) == {"microneedling": "needles"}
    assert unreported(parse_scenario(SMALL)) == ()
    with pytest.raises(InputError, match="does not hold the scenario"):
        adverse_events(dataset(people(1)))


# -- downtime --------------------------------------------------------------------------------------


def some_events(kind, rows):
    person, start, end, severity = (np.array(part) for part in zip(*rows, strict=True))
    reported = of_count(Count(at_most=1.0), kind=kind)
    return Events(reported, person, start, start, end.astype(float), severity)


def test_a_day_under_two_events_counts_once_and_mild_ones_do_not():
    swollen = some_events(
        "swelling",
        [(0, 1.0, 4.0, 2), (0, 10.0, 12.0, 1), (1, 0.0, np.inf, 3), (2, 5.0, 6.0, 2)],
    )
    red = some_events("redness", [(0, 3.0, 6.0, 3), (2, 5.5, 5.75, 2)])
    last = np.array([20.0, 8.0, 20.0, 20.0])
    assert downtime_days([swollen, red], last).tolist() == [5.0, 8.0, 1.0, 0.0]
    assert downtime_days([red, swollen], last).tolist() == [5.0, 8.0, 1.0, 0.0]
    assert downtime_days([], last).tolist() == [0.0] * 4
    # a pimple keeps nobody at home unless it is severe
    acne = some_events("acne", [(0, 1.0, 4.0, 2), (1, 1.0, 4.0, 3)])
    assert downtime_days([acne], last).tolist() == [0.0, 3.0, 0.0, 0.0]


@settings(max_examples=60, deadline=None)
@given(
    hs.lists(
        hs.tuples(hs.integers(0, 3), hs.integers(0, 40), hs.integers(0, 20)),
        min_size=1,
        max_size=12,
    )
)
def test_downtime_is_the_length_of_the_union(spans):
    rows = [(who, float(start), float(start + size), 2) for who, start, size in spans]
    days = downtime_days([some_events("pain", rows)], np.full(4, 50.0))
    for who in range(4):
        covered = {
            day
            for person, start, size in spans
            if person == who
            for day in range(start, min(start + size, 50))
        }
        assert days[who] == pytest.approx(len(covered))


# -- data files ------------------------------------------------------------------------------------

ROW = {
    "kind": "itch",
    "events": 1,
    "of": 30,
    "sessions": 1,
    "source": "a study of thirty people, made up",
    "grade": "journal",
}


def broken(**changes):
    row = copy.deepcopy(ROW)
    for key, value in changes.items():
        if value is None:
            row.pop(key)
        else:
            row[key] = value
    return {"burning": row}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "ich"}, 'did you mean "itch"'),
        ({"weeks": 4}, "not both"),
        ({"sessions": None}, "give sessions"),
        ({"grade": "abstract"}, "unverified: missing"),
        ({"grade": "hearsay"}, "grade"),
        ({"sorce": "x"}, 'did you mean "source"'),
        ({"events": None}, "one of these"),
        ({"at_most": 0.5}, "one of these"),
        ({"by_amount": [{"amount": "1 mg", "events": 1, "of": 2}]}, "not both"),
        ({"events": 40}, "40 among 30"),
        ({"severity": {"mild": 0.5, "moderate": 0.2, "severe": 0.2}}, "severity"),
    ],
)
def test_a_broken_row_names_its_place(changes, message):
    with pytest.raises(InputError, match=message) as refused:
        parse_reported("mine", broken(**changes), "mine.toml")
    assert refused.value.source == "mine.toml, mine.burning"


def test_amounts_rise_and_have_units():
    def parsed(*amounts):
        rows = [{"amount": amount, "events": 1, "of": 9} for amount in amounts]
        return parse_reported("x", broken(events=None, of=None, by_amount=rows), "x.toml")

    (row,) = parsed("1 mg", "2 mg")
    assert [amount for amount, _ in row.counts] == [1.0, 2.0]
    for amounts, message in ((("2 mg", "1 mg"), "must rise"), (("2 parsec",), "by_amount")):
        with pytest.raises(InputError, match=message):
            parsed(*amounts)


def test_a_broken_kind_names_its_place():
    tables = read_toml(KINDS)
    for change, message in (
        ({"severity": {**tables["any"]["severity"], "mild": 0.5}}, "add up to 0.6"),
        ({"use": "yes"}, "true or false"),
        ({"use": True, "duration": tables["any"]["duration"]}, "excludes duration"),
        ({"tittle": "x"}, 'did you mean "title"'),
        ({"downtime": {"from": "sometimes", "source": "x", "grade": "user"}}, "downtime"),
    ):
        with pytest.raises(InputError, match=message):
            parse_kinds({**tables, "itch": {**tables["itch"], **change}}, "kinds.toml")
    with pytest.raises(InputError, match="any: missing"):
        parse_kinds({"itch": tables["itch"]}, "kinds.toml")


def test_a_broken_way_names_its_place():
    table = {"title": "x", "routes": [], "deliveries": [], "reactions": broken()}
    assert parse_ways({"needles": table}, "w.toml")[0].reactions[0].event == "burning"
    with pytest.raises(InputError, match="reactions"):
        parse_ways({"needles": {**table, "reactions": {}}}, "w.toml")
    with pytest.raises(InputError, match='did you mean "routes"'):
        parse_ways({"needles": {**table, "rutes": []}}, "w.toml")
