"""A suggestion is made for a slip of the pen and for nothing else."""

import pytest

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.likeness import count_edits, family, nearest, same_name


@pytest.mark.parametrize(
    ("word", "options"),
    [
        ("control", ["treatment", "placebo", "active_control"]),
        ("potency_exosome", ["potency_laser_comb", "potency_prp_injection"]),
        ("nope", ["pyproject", "scenario"]),
        ("visits", ["limits"]),
        ("sex", ["set", "sd"]),
        ("minoxidil_topical_3", ["minoxidil_topical_2", "minoxidil_topical_5"]),
        ("finasteride_5mg", ["finasteride_1mg"]),
        ("norwood_iv", ["norwood_v", "norwood_vi"]),
        ("anagen", ["anagen_mean", "anagen_cv"]),
        ("", ["a", "b"]),
        ("?!", ["a", "b"]),
        ("x" * 100_000, ["xx", "y"]),
    ],
)
def test_another_word_is_not_near(word, options):
    assert nearest(word, options) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("placbo", "placebo"),
        ("plcaebo", "placebo"),
        ("Placebo", "placebo"),
        ("kaufman_1989", "kaufman_1998"),
        ("hair densty", "hair_density"),
        ("density hair", "hair_density"),
        ("dutasteride", "dutasteride_oral"),
        ("norwood 3", "norwood_iii"),
        ("dya", "day"),
    ],
)
def test_a_slip_is_near(word, meant):
    others = ["treatment", "tak_2020", "norwood_v", "week", "dosing"]
    assert nearest(word, [*others, meant]) == meant


def test_the_same_name_must_be_one_only():
    assert same_name("Split-Scalp", ["split_scalp", "parallel"]) == "split_scalp"
    assert same_name("a b", ["a_b", "a-b"]) is None


def test_edits_are_counted_as_a_typist_makes_them():
    assert [count_edits("male", word) for word in ("male", "mael", "mal", "males", "mole")] == [
        0,
        1,
        1,
        1,
        1,
    ]
    assert count_edits("kitten", "sitting") == 3


def test_options_that_go_on_so_are_listed():
    options = ["exosomes_a", "exosomes_b", "laser_comb"]
    assert family("exosome", options) == ["exosomes_a", "exosomes_b"]
    assert did_you_mean("exosome", options) == '; which one: "exosomes_a", "exosomes_b"?'
    assert family("las", options) == []
