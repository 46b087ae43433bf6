"""The count that lets people in: when it is a reading of its own, and what has acted before it."""

import json
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest
from people_examples import people
from planned import drawn_people, planned

from follicle_sim import simulate
from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.errors import Interrupted
from follicle_sim.base.numerics import normals
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.protocol.resolve import resolve
from follicle_sim.protocol.surgery import Session
from follicle_sim.scenario.model import Dose
from follicle_sim.simulation import screening
from follicle_sim.simulation.instrument import SCREENING_MINUTE
from follicle_sim.simulation.people.enrolment import enrol
from follicle_sim.simulation.screening import enrol_all, screening_count

PEOPLE, ERROR = 400, 0.1
SIZE = MappingProxyType({"subjects": PEOPLE, "follicles": 60})
ASKED = 'inclusion = {{ hair_density = ["{} cm-2", "{} cm-2"], screening = "{}" }}'


def asked(low: float = 0, high: float = 2000, screening: str = "0 days") -> str:
    return ASKED.format(low, high, screening)


def counted(scenario) -> np.ndarray:
    """Return what the screening of everybody reads, (S,)."""
    protocol = planned(scenario)
    return screening_count(protocol, protocol.arms[0], 1, drawn_people(scenario))


def with_arm(scenario, **changes):
    (arm,) = scenario.arms
    return scenario.model_copy(update={"arms": (arm.model_copy(update=changes),)})


def with_design(scenario, **changes):
    return scenario.model_copy(update={"design": scenario.design.model_copy(update=changes)})


def laser(start: float, count: int = 20) -> Dose:
    given = {"treatment": "laser_comb", "amount": "3 sessions", "every": "1 day", "count": count}
    return Dose.model_validate(given).model_copy(update={"start": start})


def test_a_screening_on_the_day_of_baseline_is_a_reading_of_its_own():
    """Same day, same hairs: the counts differ by two errors that have nothing in common."""
    scenario = people(asked(), error=ERROR, **SIZE)
    perfect = people(asked(), **SIZE)
    truth = counted(perfect)
    assert np.array_equal(truth, simulate(perfect)["hair_density"].values[0, :, 0])
    screened = counted(scenario) / truth - 1.0
    baseline = simulate(scenario)["hair_density"].values[0, :, 0] / truth - 1.0
    for error in (screened, baseline):
        assert abs(error.std() - ERROR) < 4.5 * ERROR / np.sqrt(2.0 * PEOPLE)
    assert abs(np.corrcoef(screened, baseline)[0, 1]) < 4.5 / np.sqrt(PEOPLE)


def test_who_was_let_in_by_luck_is_back_at_the_true_count_the_same_day():
    scenario = people(asked(high=200), error=ERROR, subjects=100, follicles=60)
    chosen = simulate(scenario)["hair_density"].values[0, :, 0]
    assert (chosen > 200.0).any()


@pytest.mark.parametrize("days", [1.0, 28.0])
def test_the_count_that_begins_a_run_in_is_that_visits(days):
    screening = asked(screening=f"{days:g} days")
    scenario = with_design(people(screening, error=ERROR, **SIZE), run_in=days)
    seen = simulate(scenario)["hair_density"].sel(time=-days).values[0]
    assert np.array_equal(counted(scenario), seen)


def test_doses_after_baseline_have_not_acted_and_those_of_a_run_in_have():
    plain = people(asked(), history="1 year", **SIZE)
    without = counted(plain)
    assert np.array_equal(counted(with_arm(plain, doses=(laser(0.0),))), without)
    run_in = with_design(plain, run_in=84.0)
    before = counted(with_arm(run_in, doses=(laser(-84.0, 80),)))
    assert before.mean() > counted(run_in).mean()


def test_nobody_is_screened_without_a_criterion():
    everybody = enrol_all(resolve(people(**SIZE)))
    assert everybody.people == [[None]]
    assert everybody.attrs == {}


def test_replicates_are_screened_apart_and_told_together():
    scenario = people(asked(high=240), error=ERROR, subjects=12, follicles=60)
    protocols = resolve(scenario) * 2
    both = enrol_all(protocols, 1)
    flow = json.loads(both.attrs["flow"])
    assert flow["screened"] == sum(each["screened"] for each in flow["replicates"])
    assert flow["enrolled"] == 24
    assert not np.array_equal(both.people[0][0], both.people[1][0])
    second = enrol_all(protocols[:1], 1, first_replicate=1)
    assert np.array_equal(second.people[0][0], both.people[1][0])


# -- what a candidate has lived through ------------------------------------------------------------


@pytest.mark.parametrize(("days", "run_in"), [(14.0, None), (14.0, 28.0), (42.0, 28.0)])
def test_a_screening_that_is_no_visit_of_the_trial_has_its_own_name_in_the_draws(days, run_in):
    """Hairs times 1 + 0.1 z, z the reader's draw for a screening, whatever day it is on."""
    screened = asked(screening=f"{days:g} days")
    one, perfect = (
        with_design(people(screened, error=error, history="60 days", **SIZE), run_in=run_in)
        for error in (ERROR, 0.0)
    )
    protocol, who = planned(one), drawn_people(one)
    where = (1, 0, protocol.arms[0].streams.person, who.subject, SUBJECT_LEVEL, SCREENING_MINUTE)
    factor = 1.0 + ERROR * normals(*where, int(Decision.READER))
    truth = counted(perfect)
    assert truth.std() > 0.0
    np.testing.assert_allclose(counted(one), truth * factor, rtol=1e-12)


def test_a_screening_at_baseline_sees_baseline_on_any_grid_and_after_any_run_in():
    """Nothing of the trial after it is needed: the counts are those of the whole trial."""
    plain = people(asked(), **SIZE)
    fine = plain.model_copy(
        update={"run": plain.run.model_copy(update={"forcing_step": 0.25, "history": 90.0})}
    )
    for scenario in (plain, fine, with_design(fine, run_in=28.0, adherence_spread=1.0)):
        seen = simulate(scenario)["hair_density"].sel(time=0.0).values[0]
        assert np.array_equal(counted(scenario), seen)


def test_what_acts_before_baseline_is_all_that_a_candidate_has_had(monkeypatch):
    """Doses and transplants of a run-in up to its last hour; nothing of the trial, not kept."""
    lived = []

    def seen(protocol, arm, cohort):
        lived.append((protocol, arm))
        return prepare_arm(protocol, arm, cohort)

    prepare_arm = screening.prepare_arm
    monkeypatch.setattr(screening, "prepare_arm", seen)

    days = (-84.0, -0.5, 0.0, 0.5, 7.0)
    graft = load_treatment("hair_transplant").graft
    scenario = with_design(people(asked(), subjects=3, follicles=5, history="1 year"), run_in=84.0)
    record = scenario.record.model_copy(update={"follicles": True})
    given = with_arm(scenario.model_copy(update={"record": record}), doses=(laser(0.0),))
    protocol = planned(given)
    arm = replace(
        protocol.arms[0],
        doses=tuple(laser(day, 1) for day in days),
        surgery=tuple(Session(day, 30.0, graft) for day in days),
    )
    screening_count(protocol, arm, 1, drawn_people(given))
    ((early, before),) = lived
    assert [dose.start for dose in before.doses] == [-84.0, -0.5]
    assert [session.day for session in before.surgery] == [-84.0, -0.5]
    assert early.visits.days == (0.0,)
    assert protocol.record.follicles
    assert not early.record.follicles
    # no cell of the grid is made that the day of baseline does not ask for
    assert early.grid[-2] > 0.0 >= early.grid[-3]


def test_grafts_of_a_run_in_are_counted_at_the_end_of_it_and_not_at_its_beginning():
    graft = {"treatment": "hair_transplant", "amount": "30 grafts/cm2", "start": "10 days"}
    dose = Dose.model_validate(graft)
    changes = {"subjects": 40, "follicles": 60, "history": "90 days"}
    late, early = (
        with_design(people(asked(screening=day), **changes), run_in=28.0)
        for day in ("0 days", "28 days")
    )
    grafted_late, grafted_early = (
        with_design(with_arm(each, doses=(dose,)), run_in_arm="nobody treated")
        for each in (late, early)
    )
    counts = counted(grafted_late)
    assert not np.array_equal(counts, counted(late))
    seen = simulate(grafted_late)["hair_density"].sel(time=0.0).values[0]
    assert np.array_equal(counts, seen)
    assert np.array_equal(counted(grafted_early), counted(early))


# -- how the search is told ------------------------------------------------------------------------

MEN = 'sex = { female = 0.4, male = 0.6 }\ninclusion = { sex = "male" }'


def arms_of(kind="parallel", more=MEN, subjects=150, replicates=2, **design):
    """Return a scenario of two untreated arms."""
    made = people(more, subjects=subjects)
    arms = tuple(made.arms[0].model_copy(update={"label": label}) for label in ("a", "b"))
    run = made.run.model_copy(update={"replicates": replicates})
    changed = made.model_copy(update={"arms": arms, "run": run})
    return with_design(changed, kind=kind, **design)


def each_search(protocols, per_replicate: int):
    """Return what one search after the other tells of itself, and its names."""
    told, names = [], []
    for replicate, protocol in enumerate(protocols):
        for arm in protocol.arms[:per_replicate]:
            own = []
            names.append(enrol(protocol, arm, replicate, None, own.append).subject)
            told.append(own)
    return told, names


@pytest.mark.parametrize(
    ("design", "sizes"),
    [
        ({"allocation": {"a": 3, "b": 1}}, [450, 150]),
        ({"kind": "split_scalp"}, [150]),
        ({"kind": "counterfactual"}, [150]),
        ({"stratify": "severity"}, [300]),
    ],
    ids=["own people", "both halves", "the same", "one pool"],
)
def test_the_search_is_told_as_one_over_arms_and_replicates(design, sizes):
    protocols = resolve(arms_of(**design))
    told = []
    everybody = enrol_all(protocols, 1, progress=lambda *each: told.append(each))
    searches, names = each_search(protocols, len(sizes))
    done, before = [0], 0
    for search, size in zip(searches, sizes * 2, strict=True):
        assert search[-1] == size
        done += [before + number for number in search]
        before += size
    assert told == [("screening", number, before) for number in done]
    assert len(done) > len(sizes) * 2 + 1, "some search takes more than one step"
    # arms that hold the same people have them by the same names, and each is asked once
    shared = len(sizes) == 1
    for replicate, row in enumerate(everybody.people):
        for arm, found in enumerate(row):
            expected = names[replicate] if shared else names[2 * replicate + arm]
            assert np.array_equal(found, expected)
    flow = json.loads(everybody.attrs["flow"])
    assert flow["enrolled"] == before
    assert [each["enrolled"] for each in flow["replicates"]] == [sum(sizes)] * 2
    assert flow["screened"] == sum(int(found[-1]) + 1 for found in names)


def test_a_search_that_nobody_asks_about_finds_the_same():
    protocols = resolve(arms_of())
    told, silent = enrol_all(protocols, 1, progress=lambda *each: None), enrol_all(protocols, 1)
    assert told.attrs == silent.attrs
    for one, other in zip(told.people, silent.people, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


class Hairs:
    """Counts a hair on every candidate, in place of `screening_count`; stopped at one of its calls.

    Of every two candidates the second is eligible.
    """

    def __init__(self, stopped_at: int | None = None, how: type = KeyboardInterrupt) -> None:
        self.stopped_at, self.how, self.asked = stopped_at, how, []

    def __call__(self, protocol, arm, threads, cohort) -> np.ndarray:
        if len(self.asked) == self.stopped_at:
            raise self.how("stopped by Ctrl-C after 3 of 64 subjects; nothing was written")
        self.asked.append((arm.index, threads, cohort.replicate, cohort.subject.size))
        return np.where(cohort.subject % 2 == 1, 1.0, 0.0)


@pytest.mark.parametrize("how", [KeyboardInterrupt, Interrupted])
@pytest.mark.parametrize("call", range(7))
def test_ctrl_c_tells_those_let_in_so_far_of_all_that_are_sought(monkeypatch, call, how):
    """Two arms and two replicates of 100: each asks 100 candidates, then what is left of them."""
    scenario = arms_of(more=asked(low=1), subjects=100)
    whole = Hairs()
    monkeypatch.setattr(screening, "screening_count", whole)
    enrol_all(resolve(scenario), 1)
    order = [(arm, replicate) for arm, _, replicate, _ in whole.asked]
    assert order == [(arm, replicate) for replicate in (0, 1) for arm in (0, 1) for _ in range(2)]
    monkeypatch.setattr(screening, "screening_count", Hairs(call, how))
    found = 100 * (call // 2) + 50 * (call % 2)
    with pytest.raises(Interrupted) as caught:
        enrol_all(resolve(scenario), 1)
    told = f"stopped by Ctrl-C while people were screened, {found} of 400 found"
    assert str(caught.value) == f"{told}; nothing was written"


def test_of_a_split_scalp_the_half_of_the_first_arm_is_counted(monkeypatch):
    count = Hairs()
    monkeypatch.setattr(screening, "screening_count", count)
    everybody = enrol_all(resolve(arms_of("split_scalp", asked(low=1), 20)), 3)
    assert {(arm, threads) for arm, threads, _, _ in count.asked} == {(0, 3)}
    for left, right in everybody.people:
        assert left.tolist() == right.tolist() == list(range(1, 41, 2))
