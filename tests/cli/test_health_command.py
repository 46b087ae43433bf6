"""`follicle-sim health`, what `treatments show` and `check` say of whom a treatment is not for."""

import pytest


def test_the_list_has_every_state_and_says_what_is_not_known(cli):
    outcome = cli("health", "list")
    assert outcome.code == 0
    for name in ("pregnancy", "autoimmune_disease", "anticoagulants", "low_platelets"):
        assert name in outcome.out
    assert "5.5 % of people; female alone" in outcome.out
    assert "population.health says it" in outcome.out


def test_a_state_is_shown_with_its_sources_and_the_treatments_that_are_not_given(cli):
    said = " ".join(cli("health", "show", "pregnancy").out.split())
    assert "prevalence[0].share = 0.055" in said
    assert "nvsr56_15" in said
    assert "finasteride_oral" in said
    assert "label" in said
    outcome = cli("health", "show", "pregnacy")
    assert outcome.code == 2
    assert 'did you mean "pregnancy"?' in outcome.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("prp_injection", ["the person's own blood", "anticoagulants", "Not given with"]),
        ("exosomes_foreskin_injection", ["a donor's cells", "No exosome product is approved"]),
        ("exosomes_adipose_microneedling", ["early_washing.delivered = 0.7", "assumption: three"]),
        ("hyaluronic_booster", ["No trial against saline was read", "same_session"]),
        ("finasteride_oral", ["pregnancy", "secondary"]),
    ],
)
def test_a_treatment_says_whom_it_is_not_for_and_what_is_assumed(cli, name, words):
    said = " ".join(cli("treatments", "show", name).out.split())
    for word in words:
        assert word in said
