"""What never happens is said by check, or refused where nothing is left to compare."""

import copy
import pickle

import pytest

from follicle_sim import parse_scenario
from follicle_sim.base.errors import InputError
from follicle_sim.cli.app import make_app
from follicle_sim.protocol.notes import notes
from follicle_sim.scenario.load import dump_scenario

TEXT = """\
schema_version = 1
title = "a drug and nothing"
[population]
subjects = 4
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "1 day"
start = "{start}"
count = 5
{dose}
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "{kind}"
visits = {visits}
{design}
"""


def scenario(
    start="0 days",
    visits='["0 days", "12 weeks", "24 weeks"]',
    kind="parallel",
    design="",
    dose="",
    more="",
):
    text = TEXT.format(start=start, visits=visits, kind=kind, design=design, dose=dose) + more
    return parse_scenario(text)


CROSSOVER = 'period = "24 weeks"\nwashout = "4 weeks"'
SERIES = '{{ every = "{} weeks", until = "24 weeks" }}'


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"start": "24 weeks"}, "arms[0].doses[0]", "not before the last visit (24 weeks)"),
        ({"start": "30 weeks"}, "arms", "nothing is given to anybody"),
        (
            {"start": "24 weeks", "kind": "crossover", "design": CROSSOVER},
            "arms[0].doses[0]",
            "not before the end of the period (24 weeks)",
        ),
        ({"visits": SERIES.format(5)}, "design.visits", "ends with the visit at 20 weeks"),
        (
            {"kind": "delayed_start", "design": 'switch = "20 weeks"', "start": "6 weeks"},
            "design.switch",
            "controls never begin it",
        ),
        (
            {"design": 'run_in = "2 weeks"\nrun_in_arm = "drug"', "start": "3 weeks"},
            "design.run_in_arm",
            'no dose of "drug" falls in the run-in',
        ),
        (
            {"kind": "crossover", "design": 'period = "24 weeks"\nwashout = "0 days"'},
            "design.washout",
            "its baseline carries that effect",
        ),
        ({"design": "adherence_spread = 0.5"}, "design.adherence_spread", "do not differ in that"),
        (
            {"design": 'dropout = { lack_of_effect = { per_visit = 0.5, after = "24 weeks" } }'},
            "design.dropout.lack_of_effect.after",
            "nobody leaves before 24 weeks",
        ),
        (
            {"design": 'recruitment = { opens = "1 March" }',
             "more": "[biology]\nseason_anagen = 0\n"},
            "design.recruitment",
            "dates change nothing",
        ),
    ],
)  # fmt: skip
def test_what_never_happens_is_named_with_its_place(changes, place, words):
    found = [note for note in notes(scenario(**changes)) if note.startswith(f"{place}: ")]
    assert len(found) == 1
    assert words in found[0]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"start": "23 weeks"},
        {"visits": SERIES.format(4)},
        {"design": "adherence_spread = 0.5", "dose": "adherence = 0.7"},
        {"design": 'run_in = "2 weeks"\nrun_in_arm = "drug"'},
        {"kind": "crossover", "design": CROSSOVER},
        {"kind": "delayed_start", "design": 'switch = "12 weeks"'},
    ],
)
def test_what_happens_is_not_named(changes):
    assert notes(scenario(**changes)) == ()


def test_visits_of_which_only_the_first_is_left_are_refused():
    with pytest.raises(InputError, match=r"design.visits: .*only the visit at 0 days falls inside"):
        scenario(visits=SERIES.format(30))


def test_visits_remember_their_end_and_are_plain_otherwise():
    odd = scenario(visits=SERIES.format(5))
    assert odd.design.visits == tuple(35.0 * k for k in range(5))
    assert notes(copy.deepcopy(odd)) == notes(pickle.loads(pickle.dumps(odd))) == notes(odd) != ()
    # written back it is what it is: visits up to the last
    again = parse_scenario(dump_scenario(odd))
    assert again == odd
    assert notes(again) == ()


def test_check_prints_notes_and_refuses_what_a_run_would(tmp_path, capsys):
    file = tmp_path / "mine.toml"
    values = {"kind": "parallel", "design": "", "dose": "", "visits": SERIES.format(5)}
    file.write_text(TEXT.format(start="30 weeks", **values), "utf-8")
    make_app()(["check", str(file)], standalone_mode=False)
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith("2 arms, 8 subjects, 5 visits")
    assert [line.partition(":")[0] for line in said[1:]] == ["note"] * 3
    graft = TEXT.replace("minoxidil_topical_5", "hair_transplant").replace("1 mL", "{amount}")
    values["visits"] = '["0 days"]'
    graft = graft.replace('every = "1 day"', 'every = "30 days"')
    file.write_text(graft.format(start="0 days", amount="900 grafts/cm2", **values), "utf-8")
    with pytest.raises(InputError) as caught:
        make_app()(["check", str(file)], standalone_mode=False)
    assert str(caught.value).startswith(f"{file}: arms[0].doses[0].amount: 900 grafts/cm2; allowed")
    few = graft.format(start="0 days", amount="30 grafts/cm2", **values)
    file.write_text(f'{few}[analysis]\nendpoint = "terminal_density"\n', "utf-8")
    with pytest.raises(InputError) as caught:
        make_app()(["check", str(file)], standalone_mode=False)
    assert str(caught.value) == f"{file}: analysis.at: no visit after baseline"
