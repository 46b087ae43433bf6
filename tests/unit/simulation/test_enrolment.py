"""Candidates asked in turn, with a count that is said and not simulated: who comes in."""

from dataclasses import replace

import numpy as np
import pytest
from people_examples import people
from planned import drawn_by_name, planned

from follicle_sim.base.errors import InputError
from follicle_sim.biology.conditions import load_condition
from follicle_sim.protocol.traits import grade_of
from follicle_sim.simulation.people.enrolment import COUNTED, enrol

ASKED = 'inclusion = { hair_density = ["100 cm-2", "180 cm-2"] }'
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


def found(wanted: int, more: str = ASKED, count=None, tell=None):
    protocol = planned(people(more))
    arm = replace(protocol.arms[0], sought=wanted)
    return enrol(protocol, arm, 0, count or Count(), tell)


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
    who = drawn_by_name(people(VARIED + ALL), last)
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


@pytest.mark.parametrize("wanted", [1, 200, 500, 9000])
def test_candidates_are_drawn_a_little_more_than_needed_at_a_time(wanted):
    count = Count()
    found(wanted, count=count)
    first, *others = (names.size for names in count.asked)
    # nothing is known of the rate yet
    assert first == min(max(wanted, 64), 256)
    seen, eligible = first, sum(1 for n in range(first) if 1 <= n % 12 <= 9)
    for size in others:
        needed = 1.1 * (wanted - eligible) * (seen + 1) / (eligible + 1)
        assert size == min(max(np.ceil(needed), 64), 4096)
        eligible += sum(1 for n in range(seen, seen + size) if 1 <= n % 12 <= 9)
        seen += size
    assert eligible >= wanted


def test_the_search_tells_how_many_it_has_found_and_never_more_than_are_wanted():
    told, count = [], Count()
    found(300, count=count, tell=told.append)
    eligible = np.cumsum([sum(1 <= n % 12 <= 9 for n in names) for names in count.asked])
    assert told == [min(int(n), 300) for n in eligible]
    assert len(told) > 1


class Rare:
    """One candidate in `period` is eligible, beginning with candidate number `start`."""

    def __init__(self, period: int, start: int = 100) -> None:
        self.period, self.start, self.asked = period, start, []

    def __call__(self, cohort) -> np.ndarray:
        self.asked.append(cohort.subject.size)
        return np.where(cohort.subject % self.period == self.start, 150.0, 0.0)


def test_one_in_a_thousand_is_enough_and_fewer_are_not():
    assert found(25, count=Rare(900)).subject.tolist() == [100 + 900 * k for k in range(25)]
    rare = Rare(1500)
    with pytest.raises(InputError, match="candidates 7 are eligible, fewer than one in 1,000") as e:
        found(25, count=rare)
    assert "hair_density 10," in str(e.value)
    # judged as soon as ten thousand were asked
    assert 10_000 <= sum(rare.asked) < 10_000 + 4096
    # but who is complete is not refused, however rare
    assert found(7, count=Rare(1500)).flow.screened == 9101


def test_a_count_that_nobody_has_is_refused_before_thousands_are_simulated():
    nobody = Rare(10**9, 10**9 - 1)
    with pytest.raises(InputError, match="of 512 candidates 0 are eligible; left out by"):
        found(25, count=nobody)
    # as many at once as were asked in vain before
    assert nobody.asked == [64, 64, 128, 256]
    late = found(1, count=Rare(10**9, COUNTED - 1))
    assert late.subject.tolist() == [COUNTED - 1]


def test_a_trait_that_is_rare_is_looked_for_further_than_a_count():
    """Asking for an age costs nothing: the only one of it among the first 700 comes in."""
    ages = drawn_by_name(people(VARIED), 2000).age / 365.25
    after = np.flatnonzero(np.abs(ages[600:, None] - ages[:600]).min(axis=1) > 0.01)
    wanted = 600 + int(after[0])
    low, high = (float(ages[wanted]) + step for step in (-0.001, 0.001))
    asked = f'["{low!r} years", "{high!r} years"]'
    enrolled = found(1, f"{VARIED}[population.inclusion]\nage = {asked}")
    assert enrolled.subject.tolist() == [wanted]
