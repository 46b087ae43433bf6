"""Binomial errors of published shares: of whom, how large, and what they leave alone."""

import math

import pytest

from follicle_sim.evidence.normalise import endpoint_wordings, measure, normalisation_tables
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.standard_errors import is_share_of_people, share_error
from follicle_sim.evidence.studies import load_studies

BY_ID = {row.id: row for row in observations(derived=True)}
RULE = normalisation_tables()[0]["binomial"]


def test_the_rule_names_only_what_exists() -> None:
    endpoint_of, _ = endpoint_wordings()
    assert set(RULE["endpoints"]) <= set(endpoint_of.values())
    assert set(RULE["other_n"]) <= set(endpoint_of)
    titles = normalisation_tables()[0]["endpoints"]
    for name in RULE["endpoints"]:
        title = titles[name]["title"]
        # "share of people ..."; the two that papers define themselves are graded person by person
        assert title.startswith("share of") or name == "regrowth", name


def test_an_error_is_the_binomial_one_of_jeffreys_mean() -> None:
    row = BY_ID["thrive_aa1_2024:1"]
    p = (0.296 * 351 + 0.5) / 352
    assert row.se == pytest.approx(math.sqrt(p * (1 - p) / 351))
    assert row.imputed_se is None
    assert row.se_source == "binomial, n = 351"
    none, everybody = BY_ID["thrive_aa1_2024:6"], BY_ID["bajpai_2020:3"]
    assert (none.value, everybody.value) == (0.0, 1.0)
    q = 0.5 / 141
    assert none.se == pytest.approx(math.sqrt(q * (1 - q) / 140))
    assert everybody.se is not None
    assert everybody.se > 0.0


def test_printed_errors_stay_and_what_is_no_share_of_people_has_none() -> None:
    assert BY_ID["martin_2018:1"].se_source == "from CI95"
    assert BY_ID["piraccini_2025:2"].se_source == "from SD and n"
    assert not is_share_of_people("anagen_fraction")
    assert BY_ID["cadaver_histology:1"].se is None  # a share of hairs of 20 people
    assert BY_ID["up_aa_2025:1"].n is None
    assert BY_ID["up_aa_2025:1"].se is None


def test_a_share_of_others_than_n_has_none() -> None:
    assert BY_ID["damevska_2024:1"].se is not None
    assert BY_ID["damevska_2024:2"].n == 77  # all who were asked, not those with an effluvium
    assert BY_ID["damevska_2024:2"].se is None
    assert BY_ID["lee_2018:1"].n == 2227  # 45 studies that differ by more than luck
    assert BY_ID["lee_2018:1"].se is None
    assert load_studies()["lee_2018"].controlled == "meta-analysis"


def test_all_binomial_errors_are_of_shares_with_their_n() -> None:
    rows = [row for row in BY_ID.values() if row.se_source.startswith("binomial")]
    assert len(rows) == 100
    for row in rows:
        assert row.kind == "level"
        assert row.n is not None
        assert row.se is not None
        assert 0.0 < row.se <= 0.5 / math.sqrt(row.n)


def test_a_difference_of_two_shares_has_both_errors() -> None:
    row = BY_ID["thrive_aa1_2024:1-vs-placebo"]
    arms = [BY_ID[name] for name in row.derived_from]
    assert row.kind == "difference"
    assert row.value == pytest.approx(arms[0].value - arms[1].value)
    assert row.se == pytest.approx(math.hypot(arms[0].se, arms[1].se))
    assert set(row.derived_from) <= set(row.excluded_with)
    # printed already, or of two patches of the same people, or without an n
    for name in ("brave_aa1_2022:1", "within_patient_2023:2", "up_aa_2025:1"):
        assert not [other for other in BY_ID if other.startswith(f"{name}-vs-")]


def test_other_units_and_values_are_not_taken_for_shares() -> None:
    salt = measure("SALT<=20 responders", "%")
    assert share_error(salt, "SALT<=20 responders", 120.0, 50).se is None
    assert share_error(salt, "SALT<=20 responders", 30.0, None).se is None
    score = measure("SALT", "points")
    assert share_error(score, "SALT", 0.5, 50).se is None
