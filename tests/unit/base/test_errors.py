import pickle

import pytest

from follicle_sim.base import errors
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.likeness import nearest
from follicle_sim.biology.conditions import load_conditions


def test_every_problem_is_one_line_with_its_source():
    error = InputError(
        "x.toml", [Problem("a.b", "one"), Problem("", "two"), Problem("c", "three", "base.toml")]
    )
    assert str(error).splitlines() == ["x.toml: a.b: one", "x.toml: two", "base.toml: c: three"]


def test_input_error_survives_pickling():
    error = pickle.loads(pickle.dumps(InputError("x.toml", [Problem("a", "b")])))
    assert (error.source, error.problems) == ("x.toml", (Problem("a", "b"),))
    assert str(error) == "x.toml: a: b"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("FollicleSimError", 1),
        ("InputError", 2),
        ("UnitError", 2),
        ("MismatchError", 3),
        ("OutputError", 4),
        ("Interrupted", 130),
    ],
)
def test_exit_codes(name, code):
    kind = getattr(errors, name)
    assert kind.exit_code == code
    assert issubclass(kind, errors.FollicleSimError)


def test_nearest_ignores_case_and_far_words():
    assert nearest("Finastride", ["minoxidil", "finasteride"]) == "finasteride"
    assert nearest("zzz", ["minoxidil", "finasteride"]) is None
    assert nearest("", ["a"]) is None
    assert nearest("x" * 10**6, ["a"]) is None


def test_did_you_mean_names_the_nearest_else_the_menu():
    assert did_you_mean("intervl", ["interval"]) == '; did you mean "interval"?'
    assert did_you_mean("zzz", ["b", "a"]) == "; allowed: b, a"
    assert did_you_mean("zzz", []) == ""


def test_long_menus_are_cut():
    tail = did_you_mean("zzz", [f"name{i}" for i in range(30)])
    assert tail.endswith("and 18 more")


GRADES = [
    (name, list(condition.severities), grade)
    for name, condition in load_conditions().items()
    for grade in condition.severities
    if "_" in grade and condition.patches is None  # their classes are no numerals
]
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7}


@pytest.mark.parametrize(("condition", "grades", "grade"), GRADES)
def test_a_grade_may_be_asked_for_in_either_numerals(condition, grades, grade):
    scale, numeral = grade.split("_")
    number = ROMAN[numeral]
    words = (f"{scale}_{number}", f"{scale}{number}", f"{scale} {number}", f"{scale}-{numeral}")
    for word in (*words, f"{scale.upper()} {numeral.upper()}", f"{scale[:-1]}_{number}"):
        assert nearest(word, grades) == grade, word


@pytest.mark.parametrize("word", ["norwood_1", "norwood_8", "norwood_vii", "norwood_12"])
def test_no_other_grade_is_suggested(word):
    grades = list(load_conditions()["aga_male"].severities)
    assert nearest(word, grades) is None
    assert did_you_mean(word, grades).startswith("; allowed: norwood_ii, norwood_iii")


def test_a_year_is_not_a_grade():
    assert nearest("kaufman_1989", ["kaufman_1998", "tak_2020"]) == "kaufman_1998"
    assert nearest("tak_2002", ["tak_2020"]) == "tak_2020"
    assert nearest("mix", ["max", "mi_x"]) == "mi_x"
    assert nearest("effect.ec5", ["effect.ec50", "effect.hill"]) == "effect.ec50"
