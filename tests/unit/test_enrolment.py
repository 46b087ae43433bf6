"""Candidates asked in turn, with a count that is said and not simulated: who comes in."""

import numpy as np
import pytest
from people_examples import people

from follicle_sim.biology.conditions import load_condition
from follicle_sim.cohort import draw_people
from follicle_sim.enrolment import FEWEST, MOST, enrol
from follicle_sim.errors import InputError
from follicle_sim.traits import grade_of

COUNTED = 'inclusion = { hair_density = ["100 cm-2", "180 cm-2"] }'
VARIED = """
age = ["20 years", "60 years"]
sex = { female = 0.4, male = 0.6 }
severity = { norwood_ii = 0.25, norwood_iii = 0.25, norwood_iv = 0.25, norwood_v = 0.25 }
"""
ALL = """
[population.inclusion]
age = ["30 years", "50 years"]
sex = "male"
severity = ["norwood_iii", "norwood_iv"]
hair_density = ["100 cm-2", "180 cm-2"]
"""


class Count:
    """Counts 90, 100, ... by name, so that 100 to 180 are nine in `period`; keeps who was asked."""

    def __init__(self, period: int = 12) -> None:
        self.period, self.asked = period, []

    def __call__(self, cohort) -> np.ndarray:
        self.asked.append(cohort.subject)
        return 90.0 + 10.0 * (cohort.subject % self.period)


def found(wanted: int, more: str = COUNTED, count=None):
    return enrol(people(more), 0, 0, 1, wanted, count or Count())


def test_the_first_eligible_come_in_and_both_ends_are_eligible():
    """Of twelve candidates the second counts 100 and the tenth 180."""
    enrolled = found(20)
    names = [n for n in range(100) if 1 <= n % 12 <= 9][:20]
    assert enrolled.subject.tolist() == names
    # asked up to the last who came in; the others were not needed
    assert enrolled.flow.screened == names[-1] + 1
    assert enrolled.flow.excluded == {"hair_density": names[-1] + 1 - 20}
    assert enrolled.flow.enrolled == 20


def test_nobody_is_asked_where_nobody_is_wanted():
    count = Count()
    enrolled = found(0, count=count)
    assert enrolled.subject.size == enrolled.flow.screened == enrolled.flow.enrolled == 0
    assert count.asked == []


def test_candidates_fail_the_first_criterion_they_do_not_meet():
    """Traits are asked first; hairs are counted only on those who meet all of them."""
    count = Count()
    enrolled = found(15, VARIED + ALL, count)
    last = enrolled.flow.screened
    who = draw_people(people(VARIED + ALL), 0, 0, 1, np.arange(last))
    year = 365.25
    grade = grade_of(load_condition("aga_male"), who.severity)
    meets = {
        "age": (who.age >= 30 * year) & (who.age <= 50 * year),
        "sex": who.sex == "male",
        "severity": np.isin(grade, ["norwood_iii", "norwood_iv"]),
        "hair_density": np.isin(np.arange(last) % 12, np.arange(1, 10)),
    }
    left = np.ones(last, bool)
    for name, fits in meets.items():
        assert enrolled.flow.excluded[name] == (left & ~fits).sum(), name
        if name == "severity":
            asked = np.concatenate(count.asked)
            assert asked[asked < last].tolist() == np.flatnonzero(left & fits).tolist()
        left &= fits
    assert enrolled.subject.tolist() == np.flatnonzero(left).tolist()
    assert left.sum() == 15


@pytest.mark.parametrize("wanted", [1, 500, 9000])
def test_candidates_are_drawn_a_little_more_than_needed_at_a_time(wanted):
    count = Count()
    found(wanted, count=count)
    first, *others = (names.size for names in count.asked)
    assert first == min(max(wanted, FEWEST), MOST)
    seen, eligible = first, sum(1 for n in range(first) if 1 <= n % 12 <= 9)
    for size in others:
        needed = 1.1 * (wanted - eligible) * (seen + 1) / (eligible + 1)
        assert size == min(max(np.ceil(needed), FEWEST), MOST)
        eligible += sum(1 for n in range(seen, seen + size) if 1 <= n % 12 <= 9)
        seen += size
    assert eligible >= wanted


class Rare:
    """One candidate in `period` is eligible."""

    def __init__(self, period: int) -> None:
        self.period, self.asked = period, 0

    def __call__(self, cohort) -> np.ndarray:
        self.asked += cohort.subject.size
        return np.where(cohort.subject % self.period == self.period - 1, 150.0, 0.0)


def test_one_in_a_thousand_is_enough_and_fewer_are_not():
    assert found(25, count=Rare(900)).subject.tolist() == [900 * k - 1 for k in range(1, 26)]
    rare = Rare(1500)
    with pytest.raises(InputError, match="candidates 6 are eligible, fewer than one in 1,000") as e:
        found(25, count=rare)
    assert "hair_density 10," in str(e.value)
    # judged as soon as ten thousand were asked
    assert 10_000 <= rare.asked < 10_000 + MOST
    # but who is complete is not refused, however rare
    assert found(6, count=Rare(1500)).flow.screened == 9000
