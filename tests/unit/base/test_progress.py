"""How far a run has got: parts told as one whole, and lines for whoever reads a file."""

import pytest

from follicle_sim.base.progress import LIVING, SCREENING, Parts
from follicle_sim.cli.progress import Lines


def test_parts_add_up_and_screening_has_a_count_of_its_own():
    told = []
    parts = Parts("trials", 9, lambda *each: told.append(each))
    for size in (2, 4, 3):
        part = parts.part()
        for stage in (SCREENING, LIVING):
            for done in range(size + 1):
                part(stage, done, size)
    whole = [done for stage, done, _ in told if stage == "trials"]
    search = [done for stage, done, _ in told if stage == "trials: screening"]
    assert whole == search == sorted(whole)
    assert (whole[0], whole[-1]) == (0, 9)
    assert {of for _, _, of in told} == {9}


def test_what_an_earlier_run_did_is_done():
    told = []
    parts = Parts("studies", 10, lambda *each: told.append(each))
    parts.skip(6)
    part = parts.part()
    part(SCREENING, 1, 4)
    part(LIVING, 4, 4)
    assert told == [("studies", 6, 10), ("studies: screening", 7, 10), ("studies", 10, 10)]


def test_parts_of_parts_keep_the_name_of_the_whole():
    told = []
    outer = Parts("repeats", 8, lambda *each: told.append(each))
    for _ in range(2):
        inner = Parts("trials", 4, outer.part())
        for _ in range(2):
            part = inner.part()
            part(SCREENING, 2, 2)
            part(LIVING, 2, 2)
    assert told[-1] == ("repeats", 8, 8)
    assert [each for each in told if each[0] != "repeats"][-1] == ("repeats: screening", 8, 8)


def test_nobody_need_be_told():
    Parts("trials", 3, None).part()(LIVING, 3, 3)


class Clock:
    """A clock that goes on when it is told to."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def written():
    clock, lines = Clock(), []
    return clock, lines, Lines("subjects", lines.append, every=10.0, clock=clock)


def test_a_line_is_written_from_time_to_time(written):
    clock, lines, report = written
    for second in range(61):
        clock.now = 100.0 + second
        report("trials", 50 * second, 3000)
    assert len(lines) == 6
    assert lines[0] == "trials: 500 of 3,000 subjects, 10 s gone, about 50 s left"
    assert lines[-1] == "trials: 3,000 of 3,000 subjects, 1 min 00 s gone"


def test_every_stage_ends_in_one_line(written):
    clock, lines, report = written
    report("simulating", 0, 8)
    clock.now += 9.9
    report("simulating", 8, 8)
    report("simulating", 8, 8)
    assert lines == ["simulating: 8 of 8 subjects, 10 s gone"]
    report("trials", 0, 100)
    clock.now += 10.0
    report("trials", 40, 100)
    clock.now += 1.0
    report("trials", 100, 100)
    clock.now += 20.0
    report("trials", 100, 100)
    assert lines[2:] == ["trials: 100 of 100 subjects, 11 s gone"]


def test_the_time_left_is_of_what_this_run_did(written):
    clock, lines, report = written
    report("studies", 600, 1000)  # done before
    clock.now += 10.0
    report("studies", 700, 1000)
    assert lines == ["studies: 700 of 1,000 subjects, 10 s gone, about 30 s left"]
