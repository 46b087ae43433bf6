"""People on whom a treatment failed before: they are let in, and they keep what made it fail."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.pharmacology.earlier import as_taken, load_earlier
from follicle_sim.protocol.resolve import resolve
from follicle_sim.simulation.people.enrolment import strength_of
from follicle_sim.simulation.simulate import recruit

TEXT = """
schema_version = 1
title = "after minoxidil failed"
[population]
subjects = 300
follicles = 60
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iii"
[population.inclusion]
failed = ["minoxidil_topical_5"]
[[arms]]
label = "again"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
variants = ["responders"]
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "counterfactual"
visits = ["0 days", "24 weeks"]
[run]
history = "1 year"
"""


def strengths(text: str) -> np.ndarray:
    protocol = resolve(parse_scenario(text))[0]
    arm = recruit([protocol]).arms[0][0]
    return strength_of(protocol, arm.arm, arm.cohort, "minoxidil_topical_5")


def test_only_those_without_the_enzyme_are_let_in() -> None:
    treatment = as_taken("minoxidil_topical_5", resolve(parse_scenario(TEXT))[0].arms)
    mixture = treatment.responders
    low = mixture.others.value / mixture.mean
    assert low < load_earlier().failed.value
    np.testing.assert_allclose(strengths(TEXT), low)


def test_a_spread_of_people_is_cut_where_failure_begins() -> None:
    """By hand: the log-normal strength of mean 1, cut at the limit; its mean below the cut."""
    cv, limit = 0.4, load_earlier().failed.value
    text = TEXT.replace('variants = ["responders"]\n', "").replace(
        "[population.inclusion]", "[population.spread]\npotency = 0.4\n[population.inclusion]"
    )
    own = strengths(text.replace("subjects = 300", "subjects = 2000"))
    sigma = np.sqrt(np.log1p(cv**2))
    z = (np.log(limit) + 0.5 * sigma**2) / sigma
    mean = norm.cdf(z - sigma) / norm.cdf(z)
    assert own.max() < limit
    assert own.mean() == pytest.approx(mean, rel=0.01)


def test_the_treatment_that_failed_fails_again_and_others_need_not() -> None:
    """Gain of those let in against that of everybody, the same dose; a second drug is untouched."""

    def gain(text: str) -> float:
        data = simulate(parse_scenario(text)).hair_density.isel(time=1).mean("subject")
        return float(data.sel(arm="again") - data.sel(arm="nothing"))

    everybody = TEXT.replace('failed = ["minoxidil_topical_5"]', "")
    assert gain(TEXT) < 0.6 * gain(everybody)
    other = 'treatment = "finasteride_oral"\namount = "1 mg"\nevery = "1 day"'
    old = TEXT[TEXT.index("treatment = ") : TEXT.index('until = "24')]
    ones = [text.replace(old, other + "\n") for text in (TEXT, everybody)]
    assert gain(ones[0]) == pytest.approx(gain(ones[1]), rel=0.2)


def test_one_who_failed_is_the_same_person_in_every_trial() -> None:
    """Who is let in depends on the person alone: more people wanted changes none of the first."""
    people = [
        recruit([resolve(parse_scenario(TEXT, overrides=[f"population.subjects={n}"]))[0]])
        .arms[0][0]
        .cohort.subject
        for n in (20, 60)
    ]
    np.testing.assert_array_equal(people[0], people[1][:20])


def test_the_flow_says_whom_it_helped() -> None:
    flow = simulate(parse_scenario(TEXT)).attrs["flow"]
    assert '"helped_by_minoxidil_topical_5"' in flow


@pytest.mark.parametrize(
    ("failed", "message"),
    [
        ('["minoxidil_topicl_5"]', r'failed\[0\]: found "minoxidil_topicl_5".*minoxidil_topical_5'),
        ('"minoxidil_topical_5"', "allowed: a list of treatments"),
        ('["finasteride_oral"]', "moves everybody with one strength here"),
        ('["minoxidil_topical_5", "minoxidil_topical_5"]', "twice"),
    ],
)
def test_bad_names_are_told(failed, message) -> None:
    with pytest.raises(InputError, match=message):
        resolve(parse_scenario(TEXT.replace('["minoxidil_topical_5"]', failed, 1)))


def test_a_failure_of_a_drug_that_no_arm_gives_is_known_from_its_file() -> None:
    """Its trait is the person's: another strength would fail on the same people."""
    given = 'treatment = "minoxidil_topical_5"\nvariants = ["responders"]'
    text = TEXT.replace(given, 'treatment = "minoxidil_topical_2"')
    assert (strengths(text) < load_earlier().failed.value).all()


def test_what_they_took_before_is_given_as_doses_before_baseline() -> None:
    """Half a year of it, stopped twelve weeks ago, is little for people on whom it failed."""
    dose = '{ treatment = "minoxidil_topical_5", variants = ["responders"], amount = "1 mL", '
    dose += 'every = "12 hours", start = "-38 weeks", until = "-12 weeks" }'
    before = TEXT.replace('role = "untreated"', f'role = "untreated"\ndoses = [{dose}]')
    came = simulate(parse_scenario(before)).hair_density.isel(time=0).mean("subject")
    everybody = (
        simulate(parse_scenario(before.replace('failed = ["minoxidil_topical_5"]', "")))
        .hair_density.isel(time=0)
        .mean("subject")
    )
    left = [float(data.sel(arm="nothing") - data.sel(arm="again")) for data in (came, everybody)]
    assert 0.0 <= left[0] < left[1]
