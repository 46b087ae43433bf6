"""Who is in an arm: how many follicles, which names in the draws, whose people are shared."""

import hashlib

import numpy as np
import pytest
from people_examples import people
from planned import drawn_by_name, drawn_people, planned

from follicle_sim.base.errors import InputError
from follicle_sim.biology.conditions import load_condition
from follicle_sim.protocol import streams as module
from follicle_sim.protocol.streams import Streams, check_streams, stream_of, streams_of
from follicle_sim.protocol.traits import grade_of
from follicle_sim.simulation.people.cohort import allocate

SPREAD = "[population.spread]\nfollicle_density = 0.3\nseverity = 0.6"


def arms_of(kind: str = "parallel", *, stratify: str | None = None, subjects: int = 20):
    """Return a scenario of three untreated arms of equal size."""
    made = people(SPREAD, subjects=subjects)
    (arm,) = made.arms
    arms = tuple(arm.model_copy(update={"label": label}) for label in ("a", "b", "c"))
    design = made.design.model_copy(update={"kind": kind, "stratify": stratify})
    return made.model_copy(update={"arms": arms, "design": design})


def of_an_area(area: float, density: float):
    made = people(SPREAD, subjects=30, density=density)
    size = {"follicles": None, "target_area": area}
    return made.model_copy(update={"population": made.population.model_copy(update=size)})


def test_an_area_holds_whole_follicles_and_at_least_one() -> None:
    for area in (0.5, 2.0):
        who = drawn_by_name(of_an_area(area, 200.0), 30)
        same = drawn_by_name(people(SPREAD, density=200.0), 30)
        density = 1.0 / same.area  # one follicle each
        assert who.follicles.tolist() == np.rint(density * area).tolist()
        assert (who.area == area).all()
    assert (drawn_by_name(of_an_area(0.01, 1.0), 30).follicles == 1).all()


def test_a_number_of_follicles_lies_on_an_area_of_ones_own_density() -> None:
    few, many = (drawn_by_name(people(SPREAD, follicles=n), 30) for n in (10, 40))
    assert (few.follicles == 10).all()
    assert few.area.tolist() == (many.area / 4.0).tolist()
    assert np.unique(few.area).size == 30


def test_the_name_of_an_arm_is_24_bits_of_its_hash() -> None:
    for label in ("drug", "placebo", "Placebo", ""):
        expected = int(hashlib.sha256(label.encode()).hexdigest()[:6], 16)
        assert stream_of(label) == expected


def test_no_arm_has_the_name_that_shared_people_have(monkeypatch) -> None:
    class Zero:
        def __init__(self, text: bytes) -> None: ...

        def digest(self) -> bytes:
            return bytes(32)

    monkeypatch.setattr(module.hashlib, "sha256", Zero)
    assert stream_of("drug") == 1


def test_arms_whose_names_coincide_are_refused(monkeypatch) -> None:
    check_streams(("one", "other", "longer"))
    monkeypatch.setattr(module, "stream_of", len)
    check_streams(("one", "other"))
    with pytest.raises(InputError, match=r'arms\[2\]\.label: "two" and "one" would share'):
        check_streams(("one", "three", "two"))
    monkeypatch.setattr(module, "stream_of", lambda label: 5 * (label not in ("", "x")))
    with pytest.raises(InputError, match=r"arms\[0\]\.label"):
        check_streams(("x", "y"))


def test_which_arms_share_their_people_and_which_their_follicles() -> None:
    own = stream_of("b")
    expected = {"counterfactual": (0, 0), "split_scalp": (0, own), "parallel": (own, own)}
    for kind, names in expected.items():
        assert streams_of(kind, "b", pooled=False) == Streams(*names)
        assert planned(arms_of(kind)).arms[1].streams == Streams(*names)
    pool = Streams(stream_of(""), stream_of(""))
    assert streams_of("parallel", "b", pooled=True) == pool
    assert [arm.streams for arm in planned(arms_of(stratify="severity")).arms] == [pool] * 3
    # who is the same in every arm needs no pool
    assert streams_of("counterfactual", "b", pooled=True) == Streams(0, 0)


def test_a_person_has_one_name_in_all_arms_that_share_them() -> None:
    split = arms_of("split_scalp")
    one, other = (drawn_people(split, arm) for arm in (0, 1))
    assert one.person.tolist() == other.person.tolist() == list(range(20))
    apart = drawn_people(arms_of(), 1)
    assert apart.person.tolist() == [stream_of("b") * 2**29 + n for n in range(20)]


def test_a_stratified_trial_shares_out_one_pool() -> None:
    made = arms_of(stratify="severity", subjects=8)
    assert [(arm.size, arm.sought) for arm in planned(made).arms] == [(8, 24)] * 3
    assert [(arm.size, arm.sought) for arm in planned(arms_of(subjects=8)).arms] == [(8, 8)] * 3
    arms = [drawn_people(made, arm) for arm in range(3)]
    together = np.concatenate([arm.subject for arm in arms])
    assert sorted(together) == list(range(24))
    pool = drawn_by_name(made, 24)
    for arm in arms:
        # everything of a person goes along
        for field in ("severity", "follicles", "area", "pace", "growth"):
            assert np.array_equal(getattr(arm, field), getattr(pool, field)[arm.subject]), field


def test_an_arm_to_which_nobody_was_allocated_is_refused() -> None:
    """Three candidates of several grades: each grade begins a block of its own, in any order."""
    made = arms_of(stratify="severity", subjects=1)
    lonely = 0
    for seed in range(12):
        pool = drawn_by_name(made, 3, seed=seed)
        grades = np.unique(grade_of(load_condition("aga_male"), pool.severity), return_inverse=True)
        names = list(load_condition("aga_male").severities)
        classes = np.array([names.index(grades[0][k]) for k in grades[1]])
        arms = allocate(classes, [1, 1, 1], seed=seed, replicate=0)
        for arm in range(3):
            if (arms == arm).any():
                got = drawn_people(made, arm, seed=seed).subject
                assert got.tolist() == np.flatnonzero(arms == arm).tolist()
                continue
            lonely += 1
            with pytest.raises(InputError, match=rf"allocated to arms\[{arm}\] in replicate 0"):
                drawn_people(made, arm, seed=seed)
    assert lonely > 0
