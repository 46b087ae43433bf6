"""What a published outcome says: a toy with a known answer, circumstances one by one, refusals."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from gaussian_trials import GaussianTrials
from plausible_examples import TEXT
from scipy import stats

from follicle_sim import parse_scenario, with_overrides
from follicle_sim.base.errors import InputError, Interrupted
from follicle_sim.experiments.planning import circumstances as made
from follicle_sim.experiments.planning.plausible import outcome, plausible
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    DRIFT,
    NEEDLE,
    NOTHING,
    SEASON,
    SPOT,
    TOGETHER,
    WORST,
    YEAR,
    ChanceRow,
    chance_row,
    without_the_drug,
)
from follicle_sim.experiments.planning.plausible_words import day_in_words
from follicle_sim.experiments.planning.power_plan import Plan
from follicle_sim.experiments.planning.question import make_question
from follicle_sim.experiments.planning.repeat import (
    expected_repeat_seconds,
    make_controlled,
    repeat,
    repeat_key,
)
from follicle_sim.experiments.planning.trial_sources import SimulatedTrials
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.scoreboard.designs import offset_of, scoring_rules
from follicle_sim.figures.plausible import plot_plausible

N, SD = 30, 10.0


def keep(trials, names):
    return trials


def toy(mean, visits, replicates=2000):
    """Return the share of toy studies with a gain at both of two visits, and its error."""
    source = GaussianTrials(
        ("a",), ("treatment",), (mean,), SD, weeks=(4.0, 12.0), visits=visits, seed=3
    )
    plan = Plan("hair_density", (4.0, 12.0), "paired_t", 0.05, 2, pairs=(("a", ""),))
    gained, changes = outcome(source, plan, replicates, N, [("x", keep)])["x"]
    row = chance_row("x", "x", 1.0, gained, changes)
    return row.chance, math.sqrt(row.chance * (1.0 - row.chance) / replicates)


def one_visit(mean):
    """Return the chance of a gain with p < 0.05, two-sided: the upper tail of a t test's power."""
    shift = mean / SD * math.sqrt(N)
    return float(stats.nct.sf(stats.t.isf(0.025, N - 1), N - 1, shift))


@pytest.fixture(scope="module")
def scenario():
    return parse_scenario(TEXT)


@pytest.fixture(scope="module")
def found(scenario):
    return plausible(make_question(scenario, (0.0, 2.0, 8.0), 30))


@pytest.fixture
def in_parts(monkeypatch):
    """Studies are drawn four at a time."""
    monkeypatch.setattr("follicle_sim.experiments.planning.plausible.trials_at_once", lambda *_: 4)


@pytest.fixture
def drawn(monkeypatch):
    """Count the parts drawn; the `stop`-th is interrupted."""
    draw, counts = SimulatedTrials.draw, {"parts": 0, "stop": None}

    def counted(self, replicates, n):
        if counts["parts"] == counts["stop"]:
            raise KeyboardInterrupt
        counts["parts"] += 1
        return draw(self, replicates, n)

    monkeypatch.setattr(SimulatedTrials, "draw", counted)
    return counts


@pytest.mark.parametrize("stop", [1, 3, 12])
def test_after_ctrl_c_it_goes_on_where_it_stopped(scenario, in_parts, drawn, tmp_path, stop):
    question = make_question(scenario, (2.0,), 10)
    key = question.key
    whole = plausible(question)
    every, drawn["parts"], drawn["stop"] = drawn["parts"], 0, stop
    path = tmp_path / "studies.npz"
    with pytest.raises(Interrupted, match=r"stopped after \d+ of \d+ studies; go on with --resume"):
        plausible(question, checkpoint=Checkpoint(path, key))
    drawn["stop"] = None
    told = []
    again = plausible(
        question,
        report=lambda *each: told.append(each),
        checkpoint=Checkpoint(path, key, resume=True),
    )
    assert replace(again, seconds=0.0) == replace(whole, seconds=0.0)
    # a part of two spots takes two draws, of which the interrupted one may have made the first
    assert every <= drawn["parts"] <= every + 1
    done = [done for stage, done, _ in told if stage == "studies"]
    assert done == sorted(done)
    assert told[-1][1] == told[-1][2]
    with pytest.raises(InputError, match="made with other settings"):
        plausible(question, checkpoint=Checkpoint(path, "another", resume=True))


def test_without_a_place_to_keep_them_nothing_is_promised(scenario, in_parts, drawn):
    drawn["stop"] = 2
    with pytest.raises(Interrupted, match=r"studies$"):
        plausible(make_question(scenario, (2.0,), 24))


def test_a_repeat_goes_on_where_it_stopped(scenario, drawn, tmp_path):
    asked = (make_question(scenario, (2.0, 8.0), 100), (12.0,))
    whole = repeat(*asked)
    every, drawn["parts"], drawn["stop"] = drawn["parts"], 0, 2
    assert every == 4
    path = tmp_path / "repeats.npz"
    with pytest.raises(Interrupted, match="stopped after 2 of 4 controlled repeats; go on with"):
        repeat(*asked, checkpoint=Checkpoint(path, "key"))
    drawn["stop"] = None
    assert repeat(*asked, checkpoint=Checkpoint(path, "key", resume=True)) == whole
    assert drawn["parts"] == every


def test_a_key_is_of_everything_asked(scenario):
    first = make_question(scenario, (2.0,), 24)
    others = [
        replace(first, scenario=with_overrides(scenario, ["run.seed=9"])),
        replace(first, plan=replace(first.plan, weeks=(12.0,))),
        replace(first, potencies=(3.0,)),
        replace(first, replicates=25),
        replace(first, spots=1),
    ]
    assert len({first.key, *(other.key for other in others)}) == 6
    assert repeat_key(first, (12.0,)) != repeat_key(first, (24.0,))


@pytest.mark.parametrize("mean", [3.0, 5.0])
def test_visits_without_a_common_part_multiply(mean):
    chance, error = toy(mean, visits=0.0)
    assert chance == pytest.approx(one_visit(mean) ** 2, abs=4 * error)
    assert abs(chance - one_visit(mean)) > 4 * error  # one visit alone is another question


def test_visits_that_are_one_count_once():
    chance, error = toy(4.0, visits=1.0)
    assert chance == pytest.approx(one_visit(4.0), abs=4 * error)


def test_a_larger_effect_never_makes_the_outcome_rarer():
    shares = [toy(mean, visits=0.5, replicates=400)[0] for mean in (0.0, 2.0, 4.0, 6.0, 9.0)]
    assert shares == sorted(shares)
    assert shares[-1] > 0.95


def test_without_an_effect_two_visits_lie_between_their_product_and_one_of_them():
    chance, error = toy(0.0, visits=0.6, replicates=8000)
    assert 0.025**2 < chance < 0.025
    assert error < 0.002


def test_a_fall_is_no_rise():
    assert toy(-9.0, visits=0.5, replicates=50)[0] == 0.0


def test_the_thinner_of_two_spots_regresses_by_itself():
    two = GaussianTrials(("a", "a, spot 2"), ("treatment",) * 2, (0.0, 0.0), 0.0, weeks=(4.0,))
    trials = two.draw(range(400), 20)
    noise = np.random.default_rng(1).normal(0.0, 5.0, trials.trial.values.shape)
    trials.trial.values[:] = 200.0 + noise
    first = made.choose_spot(trials, 1, 2, thinnest=False).trial
    thin = made.choose_spot(trials, 1, 2, thinnest=True).trial
    np.testing.assert_array_equal(first.values, trials.trial.values[:, :1])
    assert (thin.values[..., 0] <= first.values[..., 0]).all()
    rise = thin.values[..., 1] - thin.values[..., 0]
    # the mean of the lesser of two normals lies sd / sqrt(pi) below theirs
    assert rise.mean() == pytest.approx(5.0 / math.sqrt(math.pi), abs=0.3)


def test_drift_is_one_draw_a_trial_from_the_law_of_published_arms():
    source = GaussianTrials(("a", "b"), ("treatment",) * 2, (0.0, 0.0), 0.0, weeks=(4.0, 12.0))
    names = range(5, 605)
    before = source.draw(names, 4)
    offset = offset_of("hair_density")
    after = made.with_drift(before, names, offset)
    moved = after.trial.values - before.trial.values
    assert not moved[..., 0].any()
    assert np.ptp(moved[..., 1:], axis=(1, 2, 3)).max() < 1e-9
    told = scoring_rules().offset["density"]
    shifts = moved[:, 0, 0, 1]
    assert shifts.mean() == pytest.approx(told.mean, abs=4 * told.sd / math.sqrt(600))
    assert shifts.std() == pytest.approx(told.sd, rel=0.12)
    again = made.with_drift(source.draw(range(7, 8), 4), range(7, 8), offset)
    np.testing.assert_array_equal(again.trial.values[0], after.trial.values[2])
    assert offset_of("scalp_dht") is None
    relative = made.with_drift(before, names, offset_of("shaft_calibre")).trial.values
    assert np.ptp((relative / before.trial.values)[:, 0, :, 1], axis=1).max() < 1e-9


def test_spots_are_the_same_people_with_hairs_of_their_own(scenario):
    parts = made.spot_scenarios(scenario, 3)
    source = made.SpotTrials(tuple(SimulatedTrials(each, "hair_density") for each in parts))
    trial = source.draw(range(2), 4).trial
    assert trial.arms[:3] == ("crown", "crown, spot 2", "crown, spot 3")
    counts = trial.values[:, :3, :, 0]
    assert (counts[:, 0] != counts[:, 1]).any()
    assert (counts[:, 0] != counts[:, 2]).any()
    people = trial.known.get("person")
    if people is not None:
        np.testing.assert_array_equal(people[:, 0], people[:, 2])


def test_an_answer_has_every_circumstance_and_curve(found, scenario):
    causes = [row.cause for row in found.nulls]
    worst = [] if "worst month" in found.nulls[4].text else [WORST]
    assert causes == [NOTHING, SPOT, NEEDLE, YEAR, SEASON, *worst, DRIFT, TOGETHER, ALL]
    assert [row.potency for row in found.alone] == [0.0, 2.0, 8.0]
    assert [row.trials for row in found.surrounded] == [30, 20, 20]
    assert found.alone[0].chance == found.nulls[0].chance
    assert found.surrounded[0].chance == found.nulls[-1].chance
    assert found.default == 1.0
    rises = [row.changes[-1] for row in found.alone]
    assert rises == sorted(rises)  # the same people and luck at every potency
    nulls = {row.cause: row for row in found.nulls}
    assert nulls[SPOT].changes[0] > nulls[NOTHING].changes[0] + 1.0
    assert nulls[DRIFT].changes == pytest.approx(
        [
            each + nulls[DRIFT].changes[0] - nulls[NOTHING].changes[0]
            for each in nulls[NOTHING].changes
        ]
    )
    assert len(found.months) == 12
    assert nulls[YEAR].trials == sum(row.trials for row in found.months)
    assert set(found.likely()) <= {2.0, 8.0}
    unseen = {rows[0].cause for rows in (found.alone, found.surrounded) if not rows[0].hits}
    for row in found.ratios:
        assert (row.ratio is None) == (row.cause in unseen)
        assert row.ratio is None or row.low < row.ratio < row.high
    january = next(row for row in found.months if row.cause == "January")
    july = next(row for row in found.months if row.cause == "July")
    assert january.changes[-1] > july.changes[-1] + 1.0
    assert plausible(make_question(scenario, (2.0,), 30)).nulls == found.nulls


def test_the_time_of_a_repeat_grows_with_potencies_and_trials(scenario):
    one = expected_repeat_seconds(make_question(scenario, (8.0,), 1000))
    assert one > 0.0
    two = expected_repeat_seconds(make_question(scenario, (0.0, 2.0, 8.0), 1000))
    assert two == 2.0 * one  # the study without the drug is not repeated
    assert expected_repeat_seconds(make_question(scenario, (8.0,), 9000)) > 3.0 * one


def test_a_figure_is_drawn_of_it(found, scenario):
    repeats = repeat(make_question(scenario, (8.0,), 100), (12.0,))
    assert [(row.kind, row.arms, row.target) for row in repeats] == [
        ("parallel", 2, 0.8),
        ("parallel", 2, 0.9),
        ("split_scalp", 1, 0.8),
        ("split_scalp", 1, 0.9),
    ]
    assert all(row.effect > 0.0 for row in repeats)
    figure = plot_plausible(
        found.alone,
        found.surrounded,
        found.nulls,
        repeats,
        title=scenario.title,
        asked="x",
        default=found.default,
    )
    assert len(figure.axes) == 3
    low, _ = figure.axes[2].get_ylim()
    assert low < min(row.arms * (row.low or row.n or row.high) for row in repeats)
    assert len(figure.axes[1].patches) == len(found.nulls)
    figure.canvas.draw()


def test_a_study_with_nothing_of_its_own_says_so():
    plain = parse_scenario(
        TEXT.replace('recruitment = { opens = "1 January", lasts = "4 weeks" }', "")
    )
    found = plausible(make_question(plain, (2.0,), 4, spots=1))
    assert [row.cause for row in found.nulls] == [NOTHING, NEEDLE, DRIFT, TOGETHER, ALL]
    assert found.nulls[-2].text == "needle"
    assert found.months == ()


def test_a_controlled_repeat_gives_the_needle_to_the_others(scenario):
    study = make_controlled(scenario, "exosomes_foreskin_injection", "split_scalp", (12.0, 24.0))
    assert [arm.label for arm in study.arms] == [
        "exosomes foreskin injection",
        "saline injection alone",
    ]
    assert study.arms[1].doses[0].treatment == "saline_injection"
    assert study.design.visits == (0.0, 28.0, 84.0, 168.0)
    assert study.design.recruitment is None


BOTH = """
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
[design]"""


@pytest.mark.parametrize(
    ("changes", "asked", "message"),
    [
        ([], {"potencies": (-1.0,)}, "found -1; allowed: 0 or more"),
        ([], {"potencies": (math.nan,)}, "allowed: 0 or more"),
        ([], {"potencies": ()}, "none given"),
        ([], {"spots": 0}, "allowed: 1 (no choice) to 10"),
        ([], {"treatment": "exosomes_forskin_injection"}, "did you mean"),
        (['design.visits=["0 days"]'], {}, "no visit after baseline"),
        (["design.kind=counterfactual"], {}, "the same people with the same luck"),
    ],
)
def test_what_cannot_be_asked_is_refused(scenario, changes, asked, message):
    with pytest.raises(InputError) as error:
        make_question(
            with_overrides(scenario, changes), **{"potencies": (1.0,), "replicates": 4, **asked}
        )
    assert message in str(error.value)


def test_the_drug_must_be_one(scenario):
    two = parse_scenario(TEXT.replace("\n[design]", BOTH))
    with pytest.raises(InputError, match="name the one whose potency"):
        made.find_treatment(two)
    assert made.find_treatment(two, "minoxidil_topical_5") == "minoxidil_topical_5"
    with pytest.raises(InputError, match="allowed: above 0"):
        make_controlled(scenario, "exosomes_foreskin_injection", "parallel", (0.0,))


def row_of(cause, hits, trials=100, rise=1.0):
    return chance_row(cause, cause, None, np.arange(trials)[:, None, None] < hits, np.array([rise]))


def test_the_worst_month_is_never_better_than_the_study_s_own():
    months = [row_of(month, 4 if month == "May" else 0) for month, _ in made.MONTHS]
    own = row_of(SEASON, 3)
    nulls, told = without_the_drug([own, *months])
    assert [(row.cause, row.hits) for row in nulls] == [(YEAR, 4), (SEASON, 3), (WORST, 4)]
    assert nulls[0].trials == 1200
    assert len(told) == 12
    may = replace(row_of(SEASON, 9), text="season, from 1 May")
    nulls, _ = without_the_drug([may, *months])
    assert [row.text for row in nulls][1:] == ["season, from 1 May (worst month)"]


def test_months_are_named_by_their_days():
    assert [day_in_words(day) for day in (0.0, 31.0, 364.0)] == [
        "1 January",
        "1 February",
        "31 December",
    ]


def test_a_plan_asks_for_every_visit(scenario):
    plan = make_question(scenario, (1.0,), 10).plan
    assert (plan.weeks, plan.own_change, plan.pairs) == ((4.0, 12.0), True, (("crown", ""),))
    assert (
        json.dumps(ChanceRow("a", "b", None, 2, 1, 0.5, 0.1, 0.9, 0.5, (1.0,)).changes) == "[1.0]"
    )
