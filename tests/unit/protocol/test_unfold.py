"""What a design makes of arms, doses and visits, and how it is read back."""

import pytest
from scenario_examples import FULL, KNOWN

from follicle_sim import parse_scenario
from follicle_sim.protocol.describe import describe
from follicle_sim.protocol.describe_design import timeline
from follicle_sim.protocol.unfold import between, unfold
from follicle_sim.results.provenance import result_attrs
from follicle_sim.scenario import dump_scenario, scenario_hash
from follicle_sim.scenario.fields.design import CalendarDay

TEXT = """
schema_version = 1
title = "three arms"
[population]
subjects = 10
follicles = 50
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[[arms]]
label = "laser"
role = "treatment"
[[arms.doses]]
treatment = "laser_comb"
amount = "1 session"
every = "1 week"
until = "1 year"
[[arms]]
label = "weekly needling"
role = "active_control"
[[arms.doses]]
treatment = "microneedling"
amount = "1 session"
start = "2 weeks"
every = "1 week"
count = 20
[[arms]]
label = "nothing"
role = "untreated"
"""
VISITS = 'visits = ["0 days", "6 weeks", "12 weeks"]'
CROSS = f'kind = "crossover"\nperiod = "12 weeks"\nwashout = "4 weeks"\n{VISITS}'
DELAYED = f'kind = "delayed_start"\nswitch = "6 weeks"\n{VISITS}'


def scenario(design: str):
    return parse_scenario(f"{TEXT}[design]\n{design}")


def test_a_crossover_turns_the_arms_through_all_periods():
    turns = unfold(scenario(CROSS))
    assert [arm.label for arm in turns.arms] == [
        "laser then weekly needling then nothing",
        "weekly needling then nothing then laser",
        "nothing then laser then weekly needling",
    ]
    assert turns.visits.starts == (0.0, 112.0, 224.0)
    assert turns.visits.days == (0, 42, 84, 112, 154, 196, 224, 266, 308)
    laser, needling = turns.arms[0].doses
    assert (laser.start, laser.until) == (0.0, 84.0)  # dosing ends with the period
    assert (needling.start, needling.count) == (126.0, 10)
    assert [dose.start for dose in turns.arms[2].doses] == [112.0, 238.0]
    assert scenario(CROSS).end == turns.visits.end == 308.0
    assert turns.visits.exact == (0.0, 112.0, 224.0)


def test_a_period_may_begin_where_the_last_one_ends():
    turns = unfold(scenario(CROSS.replace("4 weeks", "0 days")))
    assert turns.visits.days == (0, 42, 84, 126, 168, 210, 252)


def test_a_sequence_is_drawn_by_the_ids_of_its_arms_where_one_has_an_id():
    assert [arm.id for arm in unfold(scenario(CROSS)).arms] == [None] * 3
    one = TEXT.replace('label = "laser"', 'label = "laser"\nid = "light"')
    ids = [arm.id for arm in unfold(parse_scenario(f"{one}[design]\n{CROSS}")).arms]
    assert ids[0] == "light then weekly needling then nothing"
    assert ids[1] == "weekly needling then nothing then light"
    every = one.replace('"weekly needling"', '"weekly needling"\nid = "needles"').replace(
        'label = "nothing"', 'label = "nothing"\nid = "none"'
    )
    first = unfold(parse_scenario(f"{every}[design]\n{CROSS}")).arms[0]
    assert first.id == first.drawn_as == "light then needles then none"
    assert first.label == "laser then weekly needling then nothing"


def test_after_the_switch_controls_have_the_doses_of_the_treatment():
    arms = unfold(scenario(DELAYED)).arms
    assert arms[:2] == scenario(DELAYED).arms[:2]
    (late,) = arms[2].doses
    assert (late.treatment, late.start, late.until) == ("laser_comb", 42.0, 365.25 + 42.0)


def test_until_the_switch_controls_have_their_own_doses():
    sham = (
        TEXT.replace('role = "untreated"', 'role = "placebo"')
        + """
[[arms.doses]]
treatment = "microneedling"
amount = "1 session"
start = "3 days"
every = "1 week"
count = 20
"""
    )
    own, late = unfold(parse_scenario(f"{sham}[design]\n{DELAYED}")).arms[2].doses
    # on days 3, 10, ... 38
    assert (own.treatment, own.start, own.count) == ("microneedling", 3.0, 6)
    assert (late.treatment, late.start) == ("laser_comb", 42.0)


def test_a_run_in_adds_a_screening_visit_and_doses_before_baseline():
    run_in = f'kind = "parallel"\nrun_in = "5 weeks"\nrun_in_arm = "weekly needling"\n{VISITS}'
    early = unfold(scenario(run_in))
    assert early.visits.days == (-35, 0, 42, 84)
    (needling,) = early.arms[2].doses
    # due two weeks after the start of the run-in, and weekly until baseline
    assert (needling.start, needling.count) == (-21.0, 3)
    assert early.arms[1].doses[0] == needling
    assert early.arms[1].doses[1] == scenario(run_in).arms[1].doses[0]
    assert early.visits.exact == (-35, 0)


def test_doses_of_a_run_in_go_on_up_to_baseline():
    early = unfold(
        scenario(f'kind = "parallel"\nrun_in = "5 weeks"\nrun_in_arm = "laser"\n{VISITS}')
    )
    before, own = early.arms[0].doses
    assert (before.start, before.until) == (-35.0, 0.0)
    assert (own.start, own.until) == (0.0, 365.25)


def test_a_run_in_without_doses_adds_a_visit_and_nothing_else():
    plain = scenario(f'kind = "parallel"\nrun_in = "5 weeks"\n{VISITS}')
    early = unfold(plain)
    assert early.arms == plain.arms
    assert early.visits.days == (-35, 0, 42, 84)


def test_other_kinds_stay_as_they_stand():
    plain = scenario(f'kind = "parallel"\n{VISITS}')
    assert unfold(plain).arms == plain.arms
    assert unfold(plain).visits.days == plain.design.visits
    assert unfold(plain).visits.starts == (0.0,)
    assert unfold(plain).given == (("laser",), ("weekly needling",), ("nothing",))


def test_a_dose_outside_its_time_is_not_given():
    doses = scenario(CROSS).arms[1].doses
    assert list(between(doses, 0.0, 14.0)) == []
    (kept,) = between(doses, 100.0, None)
    assert (kept.start, kept.count) == (114.0, 20)
    # one that is not given takes no other with it
    (laser,) = scenario(CROSS).arms[0].doses
    assert [dose.treatment for dose in between((*doses, laser), 0.0, 14.0)] == ["laser_comb"]


def test_doses_end_with_the_time_or_before_it():
    (laser,) = scenario(CROSS).arms[0].doses
    short = laser.model_copy(update={"until": 30.0})
    for last, until in ((150.0, 130.0), (130.0, 130.0), (120.0, 120.0), (None, 130.0)):
        (kept,) = between([short], 100.0, last)
        assert (kept.start, kept.until) == (100.0, until)


def test_arm_sizes_are_subjects_times_ratio():
    ratios = f'kind = "parallel"\nallocation = {{ laser = 3, nothing = 2 }}\n{VISITS}'
    assert unfold(scenario(ratios)).sizes == (30, 10, 20)
    assert unfold(scenario(CROSS)).sizes == (10, 10, 10)


def test_keys_that_are_not_used_leave_the_hash_alone():
    plain, dated = (
        scenario(f'kind = "parallel"\n{more}{VISITS}')
        for more in ("", 'recruitment = { opens = "1 March" }\n')
    )
    # of this scenario before designs had more than a kind and visits
    assert scenario_hash(plain) == (
        "7a68fb6e542aa7055c3b2a74463791e31bee52730a868c80cef6dc91731002dc"
    )
    assert scenario_hash(dated) != scenario_hash(plain)
    assert parse_scenario(dump_scenario(dated)) == dated


@pytest.mark.parametrize("text", ["1 January", "28 February", "1 March", "31 December"])
def test_days_of_the_year_come_back(text):
    day = CalendarDay().check(text, None)
    assert CalendarDay().write(day) == text
    assert 0.0 <= day <= 364.0


def test_a_design_is_read_back():
    full = parse_scenario(FULL, known=KNOWN)
    text = describe(full)
    for line in (
        "run-in: 4 weeks before baseline, everybody on the doses of placebo",
        "recruitment: from 1 March over 26 weeks",
        "visits: up to 1 day from their day, 10 % up to 2 days late, 5 % missed, 1 % of baselines",
        "dropout: 10 % within a year at random; up to 20 % a visit for a change below 5 cm-2",
        "early stop: 10 % stop taking doses within a year and still come",
        "adherence: log odds of a dose differ with an SD of 0.5",
    ):
        assert line in text


def test_a_timeline_names_the_parts():
    turns = scenario(CROSS)
    _, parts, *_, visits = timeline(turns, unfold(turns), 2, width=45).splitlines()
    assert parts == "  parts  |nothing    |was|laser      |was|weekly needl"
    assert visits.count("V") == 9
    assert "begins the doses of laser at 6 weeks" in describe(scenario(DELAYED))


def test_a_result_keeps_the_scenario_as_it_was_written():
    assert "then" not in result_attrs(scenario(CROSS))["provenance"]
