"""Doses survive the way through an event table of NONMEM, to the last bit."""

import csv
import io
import tomllib

import numpy as np
import pytest
from clinic_example import CLINIC
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim import InputError, load_scenario, parse_scenario, simulate
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.reporting.event_table import (
    NOT_CARRIED,
    arms_text,
    event_table,
    not_carried,
    read_event_table,
    write_event_table,
)

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
        start = draw(st.floats(0.0, 100.0, allow_subnormal=False))
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
    path.write_text("ID,TIME,AMT,CMT,EVID,II,ADDL\n1,0,1,2,1,7,3\n1,3,.,0,0,.,.\n")
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
        (HEAD + "1,-3,1,1,,,,microneedling,\n", "line 2, column TIME"),
        (HEAD + "1,0,1,4,,,,microneedling,\n", "line 2, column EVID: found 4"),
        (HEAD + "1,0,1,1,7,3,1,microneedling,\n", "line 2, column SS: found 1; steady state"),
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
