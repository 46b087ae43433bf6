import pickle

import pytest

from follicle_sim import errors
from follicle_sim.errors import InputError, Problem, did_you_mean, nearest


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
