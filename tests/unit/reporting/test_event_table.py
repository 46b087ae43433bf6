"""Doses survive the way through an event table of NONMEM, to the last bit."""

import csv
import io
import math
import tomllib

import numpy as np
import pytest
from clinic_example import CLINIC
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import InputError, load_scenario, parse_scenario, simulate
from follicle_sim.pharmacology.disposition import concentration
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.pharmacology.library import load_treatment
from follicle_sim.pharmacology.steady_state import doses_to_steady_state, slowest_half_life
from follicle_sim.reporting.event_notes import NOT_CARRIED, before_baseline, not_carried
from follicle_sim.reporting.event_reading import arms_text, read_event_table, steady_states
from follicle_sim.reporting.event_table import event_table, write_event_table

TREATED = CLINIC[: CLINIC.index("[[arms]]")]
REST = '[design]\nkind = "counterfactual"\nvisits = ["0 weeks", "12 weeks"]\n'
KINDS = {
    "minoxidil_topical_5": "mL",
    "finasteride_oral": "mg",
    "exosomes_adipose_microneedling": "sessions",
    "exosomes_foreskin_injection": "particles/cm2",
}


@st.composite
def schedules(draw):
    """Draw up to three lines of dosing as they stand in a file."""
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(KINDS)))
        amount = draw(st.floats(1e-3, 1e10, allow_subnormal=False))
        start = draw(st.floats(-100.0, 100.0, allow_subnormal=False))
        line = {
            "treatment": name,
            "amount": f"{amount!r} {KINDS[name]}",
            "start": f"{start!r} days",
        }
        if draw(st.booleans()):
            line["every"] = f"{draw(st.floats(0.01, 60.0))!r} days"
            line["count"] = draw(st.integers(2, 40))
        if draw(st.booleans()):
            line["duration"] = f"{draw(st.floats(0.01, 3.0))!r} days"
        lines.append(line)
    return lines


def scenario_with(text):
    role = '[[arms]]\nlabel = "nothing"\nrole = "untreated"\n' if "untreated" not in text else ""
    return parse_scenario(TREATED + text + role + REST)


def given_to(arm):
    """Return all doses of an arm: time, treatment, amount, duration."""
    rows = []
    for dose in arm.doses:
        events = expand(dose, 1e5)
        rows += [(t, dose.treatment, dose.amount, dose.duration) for t in events.times.tolist()]
    return sorted(rows)


@settings(max_examples=50, deadline=None)
@given(schedules(), st.booleans())
def test_a_schedule_comes_back_as_it_went(tmp_path_factory, lines, unroll) -> None:
    path = tmp_path_factory.mktemp("events") / "events.csv"
    before = scenario_with(arms_text({"drug": lines}))
    write_event_table(path, before, unroll=unroll)
    after = scenario_with(arms_text(read_event_table(path)))
    assert given_to(after.arms[0]) == given_to(before.arms[0])


@pytest.mark.parametrize("unroll", [False, True])
def test_the_same_bytes_with_ii_and_addl_and_unrolled(tmp_path, unroll) -> None:
    text = TREATED + CLINIC[CLINIC.index("[[arms]]") : CLINIC.index("[design]")] + REST
    before = parse_scenario(text.replace("subjects = 24", "subjects = 5"))
    write_event_table(tmp_path / "e.csv", before, unroll=unroll)
    arms = arms_text(read_event_table(tmp_path / "e.csv"))
    assert arms.count("[[arms.doses]]") == (6 if unroll else 1)
    after = scenario_with(arms).model_copy(update={"population": before.population})
    expected = simulate(before)["hair_density"].sel(arm="exosomes").values
    np.testing.assert_array_equal(
        simulate(after)["hair_density"].sel(arm="exosomes").values, expected
    )


def treated(**dose):
    """Return a scenario of one arm that takes something, with keys of its dose."""
    line = {"treatment": "minoxidil_topical_5", "amount": "1 mL", "every": "1 day"} | dose
    return scenario_with(arms_text({"drug": [line]}))


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["minoxidil_topical_5", "dutasteride_oral", "finasteride_oral"]),
    st.sampled_from([0.5, 1.0, 7.0, 28.0]),
    st.floats(1.0, 3.0),
    st.integers(1, 300),
    st.booleans(),
)
def test_a_steady_state_comes_back_as_doses_that_lead_to_it(
    tmp_path_factory, name, every, much, more, unroll
) -> None:
    """After its record the same doses; before it enough that the level differs by a thousandth."""
    treatment = load_treatment(name)
    enough = doses_to_steady_state(treatment, every)
    before = int(enough * much) + 1
    unit = {"minoxidil_topical_5": "mL"}.get(name, "mg")
    scenario = treated(
        treatment=name,
        amount=f"1 {unit}",
        every=f"{every!r} days",
        start=f"{-every * before + 0.25!r} days",
        count=before + more,
    )
    path = tmp_path_factory.mktemp("events") / "events.csv"
    write_event_table(path, scenario, unroll=unroll, steady_state=True)
    rows = rows_of(path.read_text())
    assert (rows[0]["SS"], rows[0]["TIME"], float(rows[0]["II"])) == ("1", "0.25", every)
    assert all(row["SS"] == "0" for row in rows[1:])
    assert sum(int(row["ADDL"]) + 1 for row in rows) == more
    assert all(float(row["TIME"]) > 0.0 for row in rows)
    back = scenario_with(arms_text(read_event_table(path)))
    dose, events = back.arms[0].doses[0], given_to(back.arms[0])
    times = np.array([time for time, *_ in events])
    assert (times < 0.0).sum() == enough
    original = [row for row in given_to(scenario.arms[0]) if row[0] >= 0.0]
    np.testing.assert_allclose(times[times >= 0.0], [row[0] for row in original], atol=1e-6)
    assert (dose.treatment, dose.amount) == (name, 1.0)
    response = treatment.response()
    grid = np.array([0.0, 1e-3])
    exact = expand(scenario.arms[0].doses[0], 1e5)
    old = concentration(exact.times, exact.amounts, exact.durations, response, grid)[0][0, 0]
    new_events = expand(dose, 1e5)
    ones = np.ones(new_events.times.size)
    new = concentration(new_events.times, ones, 0.0 * ones, response, grid)[0][0, 0]
    assert new == pytest.approx(old, rel=1.5e-3)


def test_what_a_steady_state_needs_is_said(tmp_path) -> None:
    """Ten half-lives of a daily drug whose half-life is 20 days are 200 doses, by hand."""
    drug = load_treatment("dutasteride_oral")
    assert slowest_half_life(drug) == pytest.approx(20.0)
    assert doses_to_steady_state(drug, 1.0) == math.ceil(20.0 * math.log2(1000.0)) == 200
    assert doses_to_steady_state(drug, 7.0) == 29
    assert doses_to_steady_state(drug, 7.0, since=364.0) == 52
    assert doses_to_steady_state(load_treatment("vehicle"), 1.0) == 1
    assert doses_to_steady_state(load_treatment("vehicle"), 0.1) == 1
    # 0.9 / 0.3 is a little more than 3, and one dose more would be one too many
    assert doses_to_steady_state(load_treatment("vehicle"), 0.3, since=0.9) == 3
    path = tmp_path / "e.csv"
    path.write_text(HEAD + "1,0,0.5,1,1,27,1,dutasteride_oral,mg\n")
    (dose,) = read_event_table(path)["1"]
    assert (dose["start"], dose["count"]) == ("-200.0 days", 228)
    (sentence,) = steady_states(path)
    assert sentence.startswith("steady state of dutasteride_oral, every 1 day: 200 doses from")
    (dose,) = read_event_table(path, since=365.0)["1"]
    assert (dose["start"], dose["count"]) == ("-365.0 days", 393)
    path.write_text(HEAD + "1,14,0.5,1,7,3,1,dutasteride_oral,mg\n")
    assert "29 doses from -27 weeks on" in steady_states(path)[0]
    path.write_text(HEAD + "1,0,0.5,1,1,27,0,dutasteride_oral,mg\n")
    assert steady_states(path) == ()


def test_rows_say_as_little_as_nonmem_needs(tmp_path) -> None:
    """No EVID: an amount is a dose; ADDL of 1 is two doses; RATE alone gives the duration."""
    path = tmp_path / "e.csv"
    head = "ID,TIME,AMT,II,ADDL,RATE,DUR,TREATMENT\n"
    path.write_text(head + "1,0,0,,,,,\n1,1,2,3,1,4,,microneedling\n1,9,2,,,4,0.25,microneedling\n")
    first, second = read_event_table(path)["1"]
    assert (first["count"], first["every"], first["duration"]) == (2, "3.0 days", "0.5 days")
    assert second["duration"] == "0.25 days"
    path.write_text("TIME,AMT,TREATMENT\n2,1,microneedling\n3,,microneedling\n")
    only = {"treatment": "microneedling", "amount": "1.0 sessions", "start": "2.0 days"}
    assert read_event_table(path)["1"] == (only,)
    path.write_text(head + "1,1,0.5,1,1,0.5,,microneedling\n")
    (slow,) = read_event_table(path)["1"]
    assert (slow["every"], slow["count"], slow["duration"]) == ("1.0 days", 2, "1.0 days")
    for few in ("-0.5", "-1"):
        path.write_text(head + f"1,1,0.5,1,{few},,,microneedling\n")
        with pytest.raises(InputError, match=f"column ADDL: found {few}"):
            read_event_table(path)
    for bad, place in (("1,0,1,,1,,,", "II"), ("1,0,1,,,-1,,", "RATE"), ("1,0,-1,,,,,", "AMT")):
        path.write_text(head.replace("ID,", "EVID,ID,") + f"1,{bad}microneedling\n")
        with pytest.raises(InputError, match=f"line 2, column {place}"):
            read_event_table(path)


def test_an_enzyme_that_renews_slowly_counts_too() -> None:
    drug = load_treatment("finasteride_oral")
    assert slowest_half_life(drug) == pytest.approx(math.log(2.0) / drug.effect.k_deg.value)
    assert slowest_half_life(drug) > 0.25


def test_a_table_without_a_long_history_has_no_column_of_steady_states() -> None:
    late = treated(count=30)
    assert event_table(late, steady_state=True) == event_table(late)
    short = treated(start="-3 days", count=30)
    (row,) = rows_of(event_table(short, steady_state=True))
    assert (row["TIME"], row["ADDL"]) == ("-3.0", "29")
    assert "SS" not in row
    over = treated(start="-300 days", count=300)  # nothing is left to come after baseline
    assert rows_of(event_table(over, steady_state=True))[0]["TIME"] == "-300.0"


def test_a_second_steady_state_is_added_to_the_first(tmp_path) -> None:
    line = {"amount": "1 mL", "every": "1 day", "start": "-300 days", "count": 400}
    names = ("minoxidil_topical_5", "vehicle")
    before = scenario_with(arms_text({"both": [line | {"treatment": name} for name in names]}))
    path = tmp_path / "e.csv"
    write_event_table(path, before, steady_state=True)
    assert [(row["SS"], row["CMT"]) for row in rows_of(path.read_text())] == [
        ("1", "1"),
        ("2", "2"),
    ]
    back = scenario_with(arms_text(read_event_table(path, since=300.0)))
    assert given_to(back.arms[0]) == given_to(before.arms[0])


def test_the_history_stands_before_what_is_seen_at_baseline() -> None:
    scenario = treated(start="-300 days", count=400)
    few = {"subjects": 2, "follicle_density": 20.0}
    scenario = scenario.model_copy(
        update={"population": scenario.population.model_copy(update=few)}
    )
    rows = rows_of(event_table(scenario, steady_state=True, result=simulate(scenario)))
    first = [row for row in rows if row["ID"] == "1"][:2]
    assert [(row["TIME"], row["EVID"], row["SS"]) for row in first] == [
        ("0.0", "1", "1"),
        ("0.0", "0", ""),
    ]


def test_how_early_doses_are_written_is_told() -> None:
    (below,) = before_baseline(treated(start="-300 days", count=400))
    assert "TIME is below 0" in below
    (steady,) = before_baseline(treated(start="-300 days", count=400), steady_state=True)
    assert "written as a steady state (SS), which 10 doses before baseline reach" in steady
    assert before_baseline(treated(count=400), steady_state=True) == ()


def test_the_columns_say_what_nonmem_reads() -> None:
    rows = list(csv.DictReader(io.StringIO(event_table(parse_scenario(CLINIC)))))
    (row,) = rows
    assert (row["TIME"], row["AMT"], row["II"], row["ADDL"]) == ("0.0", "1.0", "21.0", "5")
    assert (row["ID"], row["EVID"], row["MDV"], row["CMT"], row["DV"]) == ("1", "1", "1", "1", "")
    assert row["UNIT"] == "sessions"


def test_an_infusion_has_its_rate() -> None:
    text = CLINIC.replace('every = "3 weeks"', 'duration = "12 hours"\nevery = "3 weeks"')
    (row,) = csv.DictReader(io.StringIO(event_table(parse_scenario(text))))
    assert (row["RATE"], row["DUR"]) == ("2.0", "0.5")


def test_every_person_is_read_at_every_visit() -> None:
    scenario = load_scenario(
        "scenarios/minoxidil_olsen_2002.toml",
        ["population.subjects=3", "population.follicles=50", "run.history=30 days"],
    )
    result = simulate(scenario)
    text = event_table(scenario, result=result, endpoint="terminal_density")
    rows = list(csv.DictReader(io.StringIO(text)))
    seen = [row for row in rows if row["EVID"] == "0"]
    arms, people, visits = result["terminal_density"].shape
    assert len(seen) == arms * people * visits
    values = [float(row["DV"]) for row in seen]
    np.testing.assert_array_equal(values, result["terminal_density"].values.ravel())
    assert len({row["ID"] for row in rows}) == arms * people
    times = [(int(row["ID"]), float(row["TIME"])) for row in rows]
    assert times == sorted(times)


def test_what_a_table_cannot_say_is_told() -> None:
    assert not_carried(parse_scenario(CLINIC)) == ()
    text = CLINIC.replace("count = 6", "count = 6\nadherence = 0.8")
    (sentence,) = not_carried(parse_scenario(text))
    assert sentence.startswith('doses[0] of "exosomes": adherence')
    assert {"into", "aftercare", "chain", "variants", "batches"} <= set(NOT_CARRIED)


def test_compartments_may_be_named_apart(tmp_path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("ID,TIME,AMT,CMT,EVID,II,ADDL\n1,0,1,2,1,7,3\n1,3,.,0,0,.,.\n1,4,1,2,2,.,.\n")
    (dose,) = read_event_table(path, {2: "microneedling"})["1"]
    assert dose == {
        "treatment": "microneedling",
        "amount": "1.0 sessions",
        "start": "0.0 days",
        "every": "7.0 days",
        "count": 4,
    }
    assert tomllib.loads(arms_text({"1": [dose]}))["arms"][0]["role"] == "treatment"


HEAD = "ID,TIME,AMT,EVID,II,ADDL,SS,TREATMENT,UNIT\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ID,TIM,AMT\n1,0,1\n", 'column TIME is missing; did you mean "TIM"?'),
        (HEAD + "1,0,x,1,,,,microneedling,\n", "line 2, column AMT: found 'x'; a number"),
        (HEAD + "1,,1,1,,,,microneedling,\n", "line 2, column TIME"),
        (HEAD + "1,0,1,4,,,,microneedling,\n", "line 2, column EVID: found 4"),
        (HEAD + "1,0,1,1,7,3,3,microneedling,\n", "line 2, column SS: found 3; allowed: 0, 1"),
        (HEAD + "1,0,1,1,,,1,microneedling,\n", "line 2, column II"),
        (HEAD + "1,0,0,1,7,,1,microneedling,\n", "line 2, column AMT"),
        (
            HEAD + "1,-9,1,1,,,,vehicle,\n1,0,1,1,7,3,1,microneedling,\n",
            "line 3, column SS: found 1 after other doses",
        ),
        (HEAD + "1,0,1,1,,3,,microneedling,\n", "line 2, column II"),
        (HEAD + "1,0,1,1,7,2.5,,microneedling,\n", "line 2, column ADDL: found 2.5"),
        (HEAD + "1,0,1,1,,,,microneedle,\n", 'did you mean "microneedling"?'),
        (HEAD + "1,0,1,1,,,,microneedling,mg\n", "microneedling is dosed in sessions"),
        ("ID,TIME,AMT\n1,0,1\n", "nothing says what compartment 1 is"),
        ("ID,ARM,TIME,AMT,TREATMENT\n1,a,0,1,microneedling\n2,a,1,1,microneedling\n", "ID 2 of a"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(tmp_path, text, told) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_event_table(path)
    assert told in str(error.value)
    assert str(error.value).startswith("mine.csv")


def test_a_result_of_other_arms_is_refused() -> None:
    few = ["population.subjects=2", "population.follicles=20", "run.history=30 days"]
    result = simulate(load_scenario("scenarios/minoxidil_olsen_2002.toml", few))
    with pytest.raises(InputError, match="the scenario has others"):
        event_table(parse_scenario(CLINIC), result=result)
    with pytest.raises(InputError, match='no variable "hair_densiti"; did you mean "hair_density"'):
        event_table(parse_scenario(CLINIC), result=result, endpoint="hair_densiti")
