"""Broken scenario files: each is refused with exit code 2, its name, its path and a way out."""

import os

import pytest
from broken_design import CROSS, DESIGN
from broken_people import PEOPLE
from broken_rest import REST, TEXTS
from scenario_examples import FULL, KNOWN, SMALL

from follicle_sim.base.errors import InputError
from follicle_sim.scenario import load_scenario

EDITS = PEOPLE | REST | DESIGN


def refused(path, *fragments, overrides=()):
    with pytest.raises(InputError) as caught:
        load_scenario(path, overrides, known=KNOWN)
    message = str(caught.value)
    assert caught.value.exit_code == 2
    assert message.startswith(str(path))
    assert "pydantic" not in message
    for fragment in fragments:
        assert fragment in message
    return message


@pytest.mark.parametrize("name", EDITS)
def test_edited_example(name, tmp_path):
    old, new, fragments = EDITS[name]
    assert FULL.count(old) >= 1
    path = tmp_path / f"{name}.toml"
    path.write_text(FULL.replace(old, new, 1), encoding="utf-8")
    message = refused(path, *fragments)
    assert len(message) < 1000


@pytest.mark.parametrize("name", TEXTS)
def test_whole_text(name, tmp_path):
    for other, (text, _) in TEXTS.items():
        if other in (name, "no_such_key"):
            data = text.encode() if isinstance(text, str) else text
            (tmp_path / f"{other}.toml").write_bytes(data)
    path = tmp_path / f"{name}.toml"
    refused(path, *TEXTS[name][1])


def test_example_itself_is_fine(tmp_path):
    path = tmp_path / "full.toml"
    path.write_text(FULL, encoding="utf-8")
    assert load_scenario(path, known=KNOWN).population.subjects == 50


def test_missing_file_names_the_nearest(tmp_path):
    (tmp_path / "kaufman.toml").write_text(SMALL)
    message = refused(tmp_path / "kaufmann.toml", "no such file")
    assert f'did you mean "{tmp_path / "kaufman.toml"}"?' in message


def test_missing_folder(tmp_path):
    refused(tmp_path / "none" / "x.toml", "no such file", "does not exist")


def test_directory_names_what_it_holds(tmp_path):
    (tmp_path / "kaufman.toml").write_text(SMALL)
    refused(tmp_path, "is a directory", "it holds kaufman.toml")


def test_hundred_megabytes_are_not_read(tmp_path):
    path = tmp_path / "huge.toml"
    path.touch()
    os.truncate(path, 100_000_000)
    refused(path, "is too large: 100.0 MB; allowed: at most 1 MB")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipe_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    refused(tmp_path / "pipe.toml", "not a regular file")


def test_name_too_long(tmp_path):
    refused(tmp_path / ("x" * 300), "cannot be read", "name too long")


def test_cyclic_extends_shows_the_loop(tmp_path):
    for here, there in ("ab", "bc", "ca"):
        (tmp_path / f"{here}.toml").write_text(f'extends = "{there}.toml"\n')
    with pytest.raises(InputError) as caught:
        load_scenario(tmp_path / "a.toml", known=KNOWN)
    assert "a.toml -> b.toml -> c.toml -> a.toml" in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "c.toml"))


def test_extends_a_directory(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text('extends = "."\n')
    with pytest.raises(InputError, match="is a directory"):
        load_scenario(path, known=KNOWN)


def test_endless_chain_of_extends(tmp_path):
    for n in range(40):
        (tmp_path / f"{n}.toml").write_text(f'extends = "{n + 1}.toml"\n')
    with pytest.raises(InputError, match="more than 20 files extend one another"):
        load_scenario(tmp_path / "0.toml", known=KNOWN)


def test_link_to_itself(tmp_path):
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    refused(loop, "cannot be read")


def test_every_problem_comes_at_once(tmp_path):
    text = FULL
    for name in (
        "negative_dose",
        "adherence_above_one",
        "unknown_condition",
        "visits_out_of_order",
        "seed_negative",
        "unknown_study",
        "duplicate_arm_labels",
        "count_zero",
        "unknown_parameter",
        "memory_limit_bare",
    ):
        old, new, _ = EDITS[name]
        text = text.replace(old, new, 1)
    path = tmp_path / "many.toml"
    path.write_text(text)
    lines = refused(path).splitlines()
    places = [line.removeprefix(f"{path}: ").split(": ")[0] for line in lines]
    assert places == [
        "population.condition",
        "arms[1].doses[0].amount",
        "arms[1].doses[0].adherence",
        "arms[1].doses[1].count",
        "design.visits[2]",
        "record.memory_limit",
        "run.seed",
        "compare[0].study",
        "biology.anagen_meen",
        "analysis.comparisons[0].treatment",  # its arm has the label of another one
        "arms[1].label",
        "compare[0].arms.finasteride",
    ]


@pytest.mark.parametrize("arms", [1, 3])
def test_split_scalp_needs_two_arms(tmp_path, arms):
    more = "".join(f'[[arms]]\nlabel = "{k}"\nrole = "untreated"\n' for k in range(1, arms))
    path = tmp_path / "split.toml"
    path.write_text(SMALL.replace('"parallel"', '"split_scalp"') + more)
    refused(path, f"arms: a split_scalp design needs exactly two arms; found {arms}")


def test_crossover_of_one_arm(tmp_path):
    path = tmp_path / "cross.toml"
    path.write_text(SMALL.replace('kind = "parallel"', CROSS))
    refused(path, "arms: a crossover needs at least two arms; found 1")


def test_delayed_start_of_nobody(tmp_path):
    path = tmp_path / "delayed.toml"
    text = SMALL.replace('kind = "parallel"', 'kind = "delayed_start"\nswitch = "1 week"')
    path.write_text(text)
    refused(path, "needs an arm of role treatment")
