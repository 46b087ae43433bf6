"""The search for a schedule: known optima, limits, luck, resuming."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from search_examples import cocktail_scenario, formula, search_scenario

from follicle_sim.base.errors import InputError, Interrupted
from follicle_sim.base.numerics import normals
from follicle_sim.cli.optimise import print_schedules
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.schedules.candidates import OVER_VISITS, TOO_LATE, make_space
from follicle_sim.experiments.schedules.gain import Gain, Trials, mean_gain, prices
from follicle_sim.experiments.schedules.optimise import optimise
from follicle_sim.experiments.schedules.retest import front_of, winner_of
from follicle_sim.experiments.schedules.search import search, search_key
from follicle_sim.pharmacology.bills import Bill
from follicle_sim.scenario import dump_scenario, parse_scenario
from follicle_sim.simulation.simulate import simulate

needs_optuna = pytest.mark.skipif(find_spec("optuna") is None, reason="an extra")


def doses(schedule):
    return sum((dose.count or 1) * dose.amount for dose in schedule.doses)


def spacing(schedule):
    return schedule.doses[0].every or 0.0


@pytest.fixture
def more_is_better(monkeypatch):
    truth = formula(lambda schedule: doses(schedule) + 1e-3 * spacing(schedule), noise=1e-6)
    monkeypatch.setattr(Trials, "gains", truth)


def trials_of(scenario, seed=1, subjects=4):
    return Trials(make_space(scenario), subjects, seed, threads=1)


# -- what is simulated -----------------------------------------------------------------------------


def test_an_arm_alone_has_the_bits_it_has_beside_its_control():
    trials = trials_of(search_scenario())
    small = trials.small
    both = simulate(small)["hair_density"].transpose("arm", "subject", "time").values
    assert np.array_equal(trials.density(small.arms[0]), both[0])
    assert np.array_equal(trials.untreated, both[1])
    gains = trials.gains(trials.space.as_written())
    assert np.array_equal(gains, both[0, :, -1] - both[1, :, -1])


def test_an_area_is_the_sum_of_gains_over_weeks():
    scenario = search_scenario(('"density_gain"', '"area_under_gain"'))
    trials = trials_of(scenario)
    days = np.array(trials.visits)
    assert days[0] == 0.0
    assert days[-1] == 168.0
    arm = trials.density(trials.space.arm) - trials.untreated
    assert trials.gains(trials.space.as_written()) == pytest.approx(
        np.trapezoid(arm, days / 7.0, axis=1)
    )


@needs_optuna
def test_a_treatment_of_no_potency_gains_nothing_and_has_no_luck():
    scenario = search_scenario(extra="[biology]\npotency_exosomes_adipose_microneedling = 0.0\n")
    found = optimise(scenario, trials=3)
    assert found.best.again.fresh.value == 0.0
    assert found.best.again.luck == 0.0
    assert found.best.winner.bill.cost == min(t.bill.cost for t in found.best.searched.tried)


# -- known optima ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("budget", "sessions"), [(2300, 1), (5000, 2), (9000, 4), (99000, 6)])
def test_where_more_is_better_the_largest_affordable_course_wins(more_is_better, budget, sessions):
    scenario = search_scenario(overrides=[f"optimise.budget={budget} USD"])
    found = optimise(scenario, trials=30)
    winner = found.best.winner.schedule
    assert winner.doses[0].count == sessions
    if sessions > 1:
        assert winner.doses[0].every == 28.0
    costs = [each.bill.cost for each in found.best.front]
    assert costs == sorted(set(costs))
    assert all(cost <= budget for cost in costs)


@needs_optuna
@pytest.mark.parametrize("second", [[], ["optimise.second=cost"]])
def test_a_grid_too_large_to_try_is_searched_to_near_its_optimum(more_is_better, second):
    amounts = '{least="0.1 sessions", most="2 sessions", step="0.1 sessions"}'
    grid = [f"optimise.doses[0].amount={amounts}", "optimise.budget=9000 USD", *second]
    scenario = search_scenario(overrides=grid)
    best = optimise(scenario, trials=120 if second else 60).best
    assert not best.searched.whole
    assert best.searched.method == ("NSGA-II" if second else "TPE")
    # six sessions of a third each cost 9,000: half for the visits
    space = best.space
    every = [space.schedule(point) for point in space.points()]
    possible = [doses(s) for s in every if not space.refusal(s, space.bill(s))]
    assert doses(best.winner.schedule) >= 0.9 * max(possible)
    assert len(best.searched.tried) <= (120 if second else 60)
    assert all(t.bill.cost <= 9000 for t in best.searched.tried)


def test_the_engine_finds_that_three_sessions_beat_fewer():
    found = optimise(
        search_scenario(
            overrides=[
                "optimise.budget=7000 USD",
                "optimise.subjects=24",
                'optimise.doses[0].every={least="4 weeks",most="4 weeks",step="1 week"}',
            ]
        )
    )
    assert found.best.winner.schedule.doses[0].count == 3
    assert found.best.again.fresh.low > 5.0


def test_the_cheapest_hair_is_not_the_most_hair(monkeypatch):
    monkeypatch.setattr(Trials, "gains", formula(lambda s: doses(s) ** 0.5, noise=1e-6))
    wide = ["optimise.budget=99000 USD", "optimise.objective=cost_per_hair"]
    classes = '[[optimise.classes]]\nlabel = "severe"\nchanges = ["population.severity=3.0"]\n'
    found = optimise(search_scenario(extra=classes, overrides=wide), trials=30)
    best = found.best
    assert best.winner.schedule.doses[0].count == 1
    assert best.as_good is best.again
    assert found.classes[0].loss.value == 0.0
    assert max(t.mean for t in best.searched.tried) > best.winner.mean


def test_a_class_in_which_the_search_missed_the_best_is_told(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(Trials, "gains", formula(lambda s: doses(s) ** 0.5, noise=1e-6))
    classes = '[[optimise.classes]]\nlabel = "severe"\nchanges = ["population.severity=3.0"]\n'
    scenario = search_scenario(extra=classes, overrides=["optimise.budget=99000 USD"])
    found = optimise(scenario, trials=30)
    print_schedules(found, tmp_path, ())
    assert "missed" not in capsys.readouterr().out
    row = found.classes[0]
    row = replace(row, loss=Gain(-1.6, -2.0, -1.2, 0.2))
    print_schedules(replace(found, classes=(row,)), tmp_path, ())
    told = " ".join(capsys.readouterr().out.split())
    assert "missed a better schedule among severe: the common one is" in told


def test_the_composition_of_a_cocktail_is_searched_within_its_total(monkeypatch):
    def truth(schedule):
        held = dict(schedule.factors)
        return 2.0 * held["WNT"] + held["IGF1"]

    monkeypatch.setattr(Trials, "gains", formula(truth, noise=1e-9))
    found = optimise(cocktail_scenario(), trials=500)
    best = found.best
    assert best.searched.whole
    assert dict(best.winner.schedule.factors) == {"WNT": 0.6, "IGF1": 0.0}
    assert best.searched.left_out["the cocktail holds more than allowed"] > 0
    scenario = best.space.scenario_with(best.winner.schedule)
    again = parse_scenario(dump_scenario(scenario))
    assert again.treatments["mix"]["signature"]["WNT"]["value"] == 0.6
    assert again == scenario


def test_a_cocktail_acts_on_what_is_simulated():
    trials = trials_of(cocktail_scenario())
    space = trials.space
    weak, strong = (
        next(s for p in space.points() if dict((s := space.schedule(p)).factors)["WNT"] == wnt)
        for wnt in (0.0, 0.6)
    )
    assert trials.gains(strong).mean() > trials.gains(weak).mean()


def test_classes_may_need_another_schedule(monkeypatch):
    def gains(self, schedule):
        # the severe gain from many sessions, the others lose by them
        severe = self.space.scenario.population.severity == 3.0
        value = doses(schedule) if severe else -doses(schedule)
        return np.full(self.subjects, value) + np.arange(self.subjects) * 1e-9

    monkeypatch.setattr(Trials, "gains", gains)
    extra = '[[optimise.classes]]\nlabel = "severe"\nchanges = ["population.severity=3.0"]\n'
    found = optimise(search_scenario(extra=extra), trials=30)
    (row,) = found.classes
    assert found.best.winner.schedule.doses[0].count == 1
    assert row.best.winner.schedule.doses[0].count == 4
    assert row.loss.value == pytest.approx(3.0)
    assert row.common_bill == Bill(2250.0, 1.0, 1)


def test_a_price_of_a_hair_has_the_error_of_a_ratio():
    z = np.asarray(normals(1, 0, 0, np.arange(2000), 0, 0, 24)).reshape(40, 50)
    found = [mean_gain(prices(20.0 + 4.0 * people, 3000.0)) for people in z]
    spread = np.std([each.value for each in found], ddof=1)
    assert np.mean([each.se for each in found]) == pytest.approx(spread, rel=0.3)
    assert np.mean([each.value for each in found]) == pytest.approx(150.0, rel=0.02)
    assert np.isnan(prices(np.array([-1.0, 0.0]), 100.0)).all()


# -- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("optimise.budget=1000 USD", ["no schedule meets it", "costs 2,250 USD"]),
        ("optimise.most_visits=0", ["takes 1 visits or more"]),
        ("arms[0].doses[0].start=30 weeks", ["even the shortest", "30 weeks"]),
    ],
)
def test_what_no_schedule_meets_is_refused_before_anything_is_simulated(
    override, words, monkeypatch
):
    monkeypatch.setattr(Trials, "gains", None)
    with pytest.raises(InputError) as caught:
        optimise(search_scenario(overrides=[override]))
    for word in words:
        assert word in str(caught.value)


def test_a_course_that_must_be_long_needs_its_visits(monkeypatch):
    monkeypatch.setattr(Trials, "gains", None)
    overrides = [
        "optimise.doses[0].count={least=2,most=6,step=1}",
        'optimise.doses[0].every={least="23 weeks",most="25 weeks",step="1 week"}',
        "optimise.most_visits=1",
    ]
    with pytest.raises(InputError, match="2 visits or more"):
        optimise(search_scenario(overrides=overrides))


def test_where_nothing_proposed_can_be_followed_the_reasons_are_told(monkeypatch):
    monkeypatch.setattr(Trials, "gains", None)
    rich = "optimise.cocktail.factors.WNT={least=0.4, most=0.6, step=0.1}"
    with pytest.raises(InputError, match=r"can be followed \(the cocktail holds more.*: \d+"):
        optimise(cocktail_scenario([rich, "optimise.cocktail.most_total=0.3"]))


def test_doses_after_the_judgement_and_over_a_limit_are_left_out(more_is_better):
    limits = ["optimise.most_visits=4", "optimise.budget=99000 USD"]
    late = 'optimise.doses[0].every={least="4 weeks",most="12 weeks",step="4 weeks"}'
    found = search(trials_of(search_scenario(overrides=[*limits, late])), 50)
    assert found.whole
    assert set(found.left_out) == {TOO_LATE, OVER_VISITS}
    for each in found.tried:
        (dose,) = each.schedule.doses
        assert dose.count <= 4
        assert (dose.count - 1) * (dose.every or 0.0) < 168.0


def test_a_scenario_without_a_search_says_what_is_missing():
    scenario = search_scenario().model_copy(update={"optimise": None})
    with pytest.raises(InputError, match=r"\[optimise\] table"):
        optimise(scenario)


def test_a_missing_library_names_its_extra(monkeypatch, more_is_better):
    import sys

    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(Exception, match=r"follicle-sim\[inference\]"):
        optimise(search_scenario(), trials=3)


# -- luck ------------------------------------------------------------------------------------------


def test_the_winner_of_equals_was_lucky_and_the_fresh_people_say_so(monkeypatch):
    # every schedule is worth 10; the best of about twenty looks better by nearly two errors
    monkeypatch.setattr(Trials, "gains", formula(lambda schedule: 10.0, noise=4.0))
    luck, fresh = [], []
    for seed in range(20):
        found = optimise(search_scenario(overrides=[f"run.seed={100 * seed}"]), trials=30)
        luck.append(found.best.again.luck)
        fresh.append(found.best.again.fresh.value)
    error = 4.0 / np.sqrt(6)
    assert 1.0 * error < np.mean(luck) < 2.5 * error
    # people the search has not seen are not lucky: 20 means of 12 people
    assert abs(np.mean(fresh) - 10.0) < 3 * 4.0 / np.sqrt(12 * 20)


def test_a_retest_on_the_same_people_would_hide_the_luck(monkeypatch):
    monkeypatch.setattr(Trials, "gains", formula(lambda schedule: 10.0, noise=4.0))
    trials = trials_of(search_scenario(), seed=3, subjects=6)
    searched = search(trials, 30)
    winner = winner_of(searched.tried, "density_gain")
    assert mean_gain(trials.gains(winner.schedule)).value == winner.mean > 11.0


def test_the_engine_has_a_winners_curse_too():
    # What a search promises of its winner beyond what it promises of a schedule nobody chose: the
    # luck of the people is in both, that of being chosen in one.
    chosen = []
    for seed in range(1, 9):
        scenario = search_scenario(
            overrides=[
                "optimise.follicles=40",
                "optimise.doses[0].count={least=4,most=4,step=1}",
                'optimise.doses[0].every={least="5 days",most="12 days",step="1 day"}',
            ]
        )
        space = make_space(scenario)
        few, fresh = Trials(space, 2, seed), Trials(space, 16, 1000 + seed)
        tried = search(few, 8).tried
        luck = {t.schedule: t.mean - fresh.gains(t.schedule).mean() for t in tried}
        winner = winner_of(tried, "density_gain")
        chosen.append(luck[winner.schedule] - np.mean(list(luck.values())))
    assert np.mean(chosen) > 2 * np.std(chosen, ddof=1) / np.sqrt(len(chosen)) > 0


# -- the same again --------------------------------------------------------------------------------


def summary(searched):
    return [(t.schedule, t.bill, t.gains.tobytes()) for t in searched.tried]


@needs_optuna
def test_threads_change_nothing_and_a_seed_everything():
    one = search(Trials(make_space(search_scenario()), 6, 1, threads=1), 12)
    two = search(Trials(make_space(search_scenario()), 6, 1, threads=2), 12)
    other = search(Trials(make_space(search_scenario()), 6, 2, threads=1), 12)
    assert summary(one) == summary(two) != summary(other)


@needs_optuna
@pytest.mark.parametrize("limit", [12, 4000])
def test_progress_of_a_search_ends_at_what_there_was(limit, more_is_better):
    told = []
    found = search(trials_of(search_scenario()), limit, report=lambda _, *each: told.append(each))
    assert all(done <= of for done, of in told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (len(found.tried), len(found.tried))


@needs_optuna
@pytest.mark.parametrize("second", [[], ["optimise.second=cost"]])
def test_a_search_stopped_and_resumed_is_the_same_search(second, tmp_path, more_is_better):
    amounts = '{least="0.1 sessions", most="2 sessions", step="0.1 sessions"}'
    grid = [f"optimise.doses[0].amount={amounts}", *second]
    trials = trials_of(search_scenario(overrides=grid))
    whole = search(trials, 24)
    path, key = tmp_path / "evaluations.npz", search_key(trials)
    calls = []

    def stop(_, done, of):
        calls.append(done)
        if done == 14:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="stopped after 14 of 24 schedules; go on with --resume"):
        search(trials, 24, Checkpoint(path, key), stop)
    simulated = []
    before = Trials.gains

    def counted(self, schedule):
        simulated.append(schedule)
        return before(self, schedule)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trials, "gains", counted)
        again = search(trials, 24, Checkpoint(path, key, resume=True))
    assert summary(again) == summary(whole)
    assert len(simulated) == len(whole.tried) - 14
    # and a shorter search goes on to be the longer one
    longer = search(trials, 30, Checkpoint(path, key, resume=True))
    assert summary(longer) == summary(search(trials, 30))


@needs_optuna
def test_what_was_kept_for_other_people_is_refused(tmp_path, more_is_better):
    path = tmp_path / "evaluations.npz"
    one, two = (trials_of(search_scenario(), seed=seed) for seed in (1, 2))
    search(one, 5, Checkpoint(path, search_key(one)))
    with pytest.raises(InputError, match="other settings"):
        search(two, 5, Checkpoint(path, search_key(two), resume=True))
    # a budget leaves what was simulated as it is
    poor = trials_of(search_scenario(overrides=["optimise.budget=5000 USD"]))
    assert search_key(poor) == search_key(one)


def test_fronts_hold_what_nothing_cheaper_equals(more_is_better):
    found = search(trials_of(search_scenario()), 30)
    front = front_of(found.tried)
    for each in found.tried:
        assert any(f.bill.cost <= each.bill.cost and f.mean >= each.mean for f in front)
    for one in front:
        assert not any(t.bill.cost <= one.bill.cost and t.mean > one.mean for t in found.tried)
