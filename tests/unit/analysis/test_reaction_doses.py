"""Doses as side effects ask for them, and which side effects an arm can have: by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from follicle_sim.analysis.outcomes.exposures import ArmExposure, Exposure
from follicle_sim.analysis.outcomes.reactions.doses import doses_of, throughout
from follicle_sim.analysis.outcomes.reactions.exposed import exposed_to
from follicle_sim.analysis.outcomes.reactions.reported import PLACEBO, load_reported

NOTHING = SimpleNamespace(products={}, treatments={})


def line(name="finasteride_oral", times=(0.0,), took=None, amount=1.0, every=None, start=0.0):
    """Return a dose line of two people; both took all of it unless it is said."""
    days = np.array(times, float)
    taken = np.ones((2, days.size), bool) if took is None else np.array(took, bool)
    dose = SimpleNamespace(
        treatment=name, amount=amount, every=every, start=start, chain=None, route=""
    )
    return Exposure(dose, days, np.ones_like(taken), taken)


LAST = np.array([100.0, 9.0])


def test_two_lines_of_one_minute_are_one_session() -> None:
    ours = doses_of(
        [
            line(times=(0.0, 7.0), amount=2.0, every=7.0),
            line(times=(7.0 + 1e-5, 14.0), amount=3.0, took=[[1, 0], [0, 1]]),
        ],
        LAST,
    )
    np.testing.assert_allclose(ours.times, [0.0, 7.0, 14.0])
    np.testing.assert_allclose(ours.amounts, [[2.0, 5.0, 0.0], [2.0, 2.0, 3.0]])
    np.testing.assert_array_equal(ours.took, [[True, True, False], [True, True, True]])


def test_use_lasts_until_the_next_dose_was_due_and_no_longer_than_people_are_seen() -> None:
    ours = doses_of([line(times=(0.0, 7.0), every=7.0, took=[[1, 1], [0, 1]])], LAST)
    np.testing.assert_array_equal(ours.begins, [0.0, 7.0])
    np.testing.assert_array_equal(ours.ends, [14.0, 9.0])
    once = doses_of([line(times=(3.0,), took=[[1], [0]])], LAST)
    np.testing.assert_array_equal(once.begins, [3.0, np.inf])
    np.testing.assert_array_equal(once.ends, [3.0, -np.inf])


def test_placebo_is_one_dose_of_nothing_from_baseline_to_the_end() -> None:
    ours = throughout(LAST)
    np.testing.assert_array_equal(ours.times, [0.0])
    np.testing.assert_array_equal(ours.amounts, [[0.0], [0.0]])
    np.testing.assert_array_equal(ours.took, [[True], [True]])
    np.testing.assert_array_equal(ours.begins, [0.0, 0.0])
    np.testing.assert_array_equal(ours.ends, LAST)


def sorts(role, *lines) -> list[str]:
    arm = ArmExposure("A", SimpleNamespace(), LAST, list(lines))
    return [row.treatment for row, _ in exposed_to(role, arm, NOTHING)]


BEFORE = line(times=(), start=-28.0)


@pytest.mark.parametrize(
    ("role", "lines", "told"),
    [
        (PLACEBO, (), {PLACEBO}),
        ("untreated", (), set()),
        ("treatment", (line(),), {"finasteride_oral"}),
        # a placebo arm that gets something counted has that thing's side effects
        (PLACEBO, (line(),), {"finasteride_oral"}),
        # what was over before the first visit is nothing; what goes on is
        (PLACEBO, (BEFORE,), {PLACEBO}),
        ("treatment", (BEFORE, line("minoxidil_topical_5")), {"minoxidil_topical_5"}),
        ("treatment", (line(start=-28.0),), {"finasteride_oral"}),
        # a dose of the trial that nobody was there for is one that could have been
        ("treatment", (line(times=()),), {"finasteride_oral"}),
    ],
)
def test_which_side_effects_an_arm_can_have(role, lines, told) -> None:
    assert {"finasteride_oral", "minoxidil_topical_5", PLACEBO} <= set(load_reported())
    assert set(sorts(role, *lines)) == told
