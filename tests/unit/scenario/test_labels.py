"""Labels of arms: what readers take for one name, ids, and dots."""

import unicodedata

import numpy as np
import pytest

from follicle_sim import load_scenario, parse_scenario, simulate
from follicle_sim.analysis.outcomes.adverse import adverse_events
from follicle_sim.analysis.outcomes.satisfaction import satisfaction
from follicle_sim.analysis.values import read_trial
from follicle_sim.base.errors import InputError
from follicle_sim.protocol.unfold import unfold
from follicle_sim.scenario import dump_scenario
from follicle_sim.scenario.hashing import scenario_hash

TEXT = """\
schema_version = 1
title = "two arms"
[population]
subjects = 4
follicles = 40
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = "typical"
[[arms]]
label = "{first}"
{first_id}
role = "treatment"
[[arms.doses]]
treatment = "prp_injection"
amount = "1 session"
every = "4 weeks"
count = 3
[[arms]]
label = "{second}"
{second_id}
role = "placebo"
[run]
history = "60 days"
[instrument]
reader_error = 0.1
[design]
{design}
"""
PARALLEL = 'kind = "parallel"\nvisits = ["0 days", "12 weeks"]'
CROSSOVER = (
    'kind = "crossover"\nperiod = "12 weeks"\nwashout = "8 weeks"\nvisits = ["0 days", "12 weeks"]'
)


def text(
    first: str = "drug",
    second: str = "control",
    first_id: str = "",
    second_id: str = "",
    design: str = PARALLEL,
) -> str:
    ids = [f'id = "{each}"' if each else "" for each in (first_id, second_id)]
    return TEXT.format(first=first, second=second, first_id=ids[0], second_id=ids[1], design=design)


CAFE = unicodedata.normalize("NFC", "Café")
DECOMPOSED = unicodedata.normalize("NFD", "Café")


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("Control", "control", "capitals and spaces"),
        ("low dose", "low  dose", "capitals and spaces"),
        ("STRASSE", "straße", "capitals and spaces"),
        (CAFE, DECOMPOSED, "two Unicode forms"),
        ("drug", "drug", "labels must differ"),
    ],
)
def test_labels_that_readers_take_for_one_are_refused(first: str, second: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_scenario(text(first, second))
    message = str(caught.value)
    assert f'arms[1].label: found "{second}"' in message
    assert first in message
    assert "arms[0]" in message
    assert reason in message


def test_ids_must_differ_too_and_from_the_labels_that_name_draws() -> None:
    with pytest.raises(InputError, match=r'arms\[1\].id: found "A1".* "a1", the id of arms\[0\]'):
        parse_scenario(text(first_id="a1", second_id="A1"))
    with pytest.raises(InputError, match=r'arms\[1\].id: found "drug", the label of arms\[0\]'):
        parse_scenario(text(second_id="drug"))
    # an arm whose own id takes the place of its label leaves the label free
    parse_scenario(text(first_id="a", second_id="drug"))


@pytest.mark.parametrize("design", [PARALLEL, CROSSOVER])
def test_an_id_keeps_the_people_when_a_label_is_corrected(design: str) -> None:
    plain = simulate(parse_scenario(text(design=design)))
    named = simulate(parse_scenario(text(first_id="drug", design=design)))
    corrected = simulate(parse_scenario(text("Drug", first_id="drug", design=design)))
    renamed = simulate(parse_scenario(text("Drug", design=design)))
    for name in plain.data_vars:
        # an id equal to the label changes no bit, and keeps every bit under another label
        np.testing.assert_array_equal(named[name].values, plain[name].values)
        np.testing.assert_array_equal(corrected[name].values, plain[name].values)
    assert not np.array_equal(renamed.hair_density.values, plain.hair_density.values)
    assert corrected.arm.values[0].startswith("Drug")


def test_an_id_names_all_that_is_drawn_for_an_arm() -> None:
    plain, corrected = (
        simulate(parse_scenario(text(first, first_id="drug"))) for first in ("drug", "Drug")
    )
    np.testing.assert_array_equal(
        satisfaction(plain, "five_point").values, satisfaction(corrected, "five_point").values
    )
    counts = [[row.events for row in adverse_events(data)] for data in (plain, corrected)]
    assert counts[0] == counts[1]
    assert read_trial(corrected, "hair_density").name("Drug") == "drug"


def test_a_file_that_extends_may_correct_a_label_by_id(tmp_path) -> None:
    (tmp_path / "base.toml").write_text(text(first_id="a"), "utf-8")
    arm = '[[arms]]\nlabel = "Drug, 3 sessions"\nid = "a"\n'
    (tmp_path / "next.toml").write_text(f'extends = "base.toml"\n{arm}', "utf-8")
    found = load_scenario(tmp_path / "next.toml")
    assert [each.label for each in found.arms] == ["Drug, 3 sessions", "control"]
    assert len(found.arms[0].doses) == 1


def test_an_id_is_written_back_and_counts_in_the_hash_only_where_it_is_given() -> None:
    plain, named = parse_scenario(text()), parse_scenario(text(first_id="a"))
    assert parse_scenario(dump_scenario(named)) == named
    assert scenario_hash(plain) != scenario_hash(named)
    assert "id =" not in dump_scenario(plain)
    assert [arm.id for arm in unfold(plain).arms] == [None, None]


def test_a_dotted_label_is_said_to_need_quotes() -> None:
    dotted = text("v1.2")
    with pytest.raises(InputError, match=r'stands in double quotes: "v1\.2"'):
        parse_scenario(dotted, overrides=["arms.v1.2.doses[0].count=2"])
    found = parse_scenario(dotted, overrides=['arms."v1.2".doses[0].count=2'])
    assert found.arms[0].doses[0].count == 2
    with pytest.raises(InputError, match=r'design\.allocation\.v1: .*double quotes: "v1\.2"'):
        parse_scenario(dotted, overrides=["design.allocation.v1.2=2"])
    assert (
        parse_scenario(dotted, overrides=['design.allocation."v1.2"=2']).design.ratio("v1.2") == 2
    )
    pairs = '[[compare]]\nstudy = "kaufman_1998"\narms = { v1.2 = "placebo" }\n'
    with pytest.raises(InputError, match=r'compare\[0\]\.arms\.v1: .*double quotes: "v1\.2"'):
        parse_scenario(dotted + pairs)
