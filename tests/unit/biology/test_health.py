"""States of health: how many people have each, by age and sex, and what an entry must say."""

import numpy as np
import pytest

from follicle_sim.base.errors import InputError
from follicle_sim.biology.health import load_health, parse_state
from follicle_sim.pharmacology.library import load_treatments

YEAR = 365.25


def number(value, unit="1"):
    return {"value": value, "unit": unit, "source": "our clinic", "grade": "user"}


def state(**tables):
    return parse_state("gout", {"title": "gout", **tables}, "file")


def row(share, age=None, sex=None):
    out = {"share": number(share)}
    out |= {} if age is None else {"age": number(age, "year")}
    return out | ({} if sex is None else {"sex": sex})


def test_between_two_ages_the_share_is_a_straight_line_and_outside_it_stays():
    gout = state(prevalence=[row(0.1, 40.0), row(0.3, 60.0)])
    ages = np.array([10.0, 40.0, 45.0, 60.0, 90.0]) * YEAR
    assert gout.share_of(5, ages, None) == pytest.approx([0.1, 0.1, 0.15, 0.3, 0.3], rel=1e-12)


def test_a_share_of_each_sex_is_that_of_the_sex():
    gout = state(prevalence=[row(0.1, sex="female"), row(0.4, sex="male")])
    sex = np.array(["male", "female", "male"])
    assert gout.share_of(3, None, sex).tolist() == [0.4, 0.1, 0.4]
    assert gout.needs(stated=False) == ("sex",)
    assert gout.needs(stated=True) == ()


def test_nobody_has_it_of_the_other_sex_or_outside_of_the_ages():
    pregnancy = load_health()["pregnancy"]
    sex = np.array(["female", "female", "female", "male"])
    ages = np.array([14.9, 15.0, 45.0, 30.0]) * YEAR
    assert (pregnancy.share_of(4, ages, sex) > 0.0).tolist() == [False, True, False, False]
    # who can have it is known too where a scenario says how many do
    assert pregnancy.needs(stated=True) == ("age", "sex")


def test_shares_of_the_library_are_those_of_their_sources():
    """Cancer: 15 % of people from 65 on (the line was drawn through other ages)."""
    old = np.linspace(65.0, 85.0, 200) * YEAR
    assert load_health()["cancer"].share_of(200, old, None).mean() == pytest.approx(0.15, abs=0.01)
    sex = np.array(["female", "male"])
    both = load_health()["autoimmune_disease"].share_of(2, None, sex)
    assert both.mean() == pytest.approx(0.046, abs=5e-4)
    assert both[0] / both.sum() == pytest.approx(0.63, abs=5e-3)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"prevalence": [row(0.1), row(0.2, sex="male")]}, "every row names a sex or none"),
        ({"prevalence": [row(0.1), row(0.2, 40.0)]}, "of several rows each needs an age"),
        ({"prevalence": [row(0.1, 50.0), row(0.2, 40.0)]}, "ages must rise"),
        ({"youngest": number(50.0, "year"), "oldest": number(40.0, "year")}, "above youngest"),
        ({"prevalence": [row(1.2)]}, "out of bounds"),
        ({"prevalence": [row(0.2, 130.0)]}, "out of bounds"),
        ({"prevalnce": []}, 'did you mean "prevalence"?'),
        ({"prevalence": [{"shar": number(0.1)}]}, 'did you mean "share"?'),
    ],
)
def test_an_entry_that_is_wrong_is_refused_in_words(tables, words):
    with pytest.raises(InputError, match=r"file") as caught:
        state(**tables)
    assert any(words in problem.message for problem in caught.value.problems)


def test_treatments_of_the_library_name_states_that_there_are():
    known = set(load_health())
    for name, treatment in load_treatments().items():
        assert set(treatment.contraindications) <= known, name
        for part in (treatment, *treatment.variants.values()):
            assert set(part.donor_health or ()) <= known, name


def test_what_the_issue_asks_of_the_library():
    library = load_treatments()
    assert "pregnancy" in library["finasteride_oral"].contraindications
    assert {"anticoagulants", "low_platelets", "infection", "cancer"} <= set(
        library["prp_injection"].contraindications
    )
    for name, treatment in library.items():
        if "infection" in treatment.contraindications and name.endswith("citinib_oral"):
            assert {"cancer", "pregnancy"} <= set(treatment.contraindications), name
        if name.startswith("exosomes"):
            assert "approved" in treatment.not_known
            assert treatment.donor == "other"


def test_what_is_known_of_hair_is_told_and_moves_nothing() -> None:
    from follicle_sim import parse_scenario
    from follicle_sim.protocol.suitability import health_notes

    text = """
    schema_version = 1
    title = "smokers"
    arms = [{ label = "A", role = "untreated" }]
    [population]
    subjects = 2
    target_area = "1 cm2"
    follicle_density = "200 cm-2"
    condition = "aga_male"
    health = { smoking = 0.3, lupus = 0.01 }
    [design]
    kind = "counterfactual"
    visits = ["0 days"]
    """
    smoking, lupus = health_notes(parse_scenario(text))
    assert "population.health.smoking: moves no hair here" in smoking
    assert "1.82" in smoking
    assert "nothing acts" in lupus
