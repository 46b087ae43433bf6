"""Tables of CDISC: keys, joins, types, and the values of the dataset."""

import json

import numpy as np
import pandas as pd
import pytest
from virtual_trials import DESIGNS

from follicle_sim import parse_scenario, simulate
from follicle_sim.reporting.cdisc import write_cdisc
from follicle_sim.reporting.report import make_report

TABLES = ("ADSL", "EX", "ADHC")


@pytest.fixture(scope="module", params=["parallel", "split_scalp", "crossover", "delayed_start"])
def tables(request, tmp_path_factory):
    """The tables of a trial of each design, by name, with its dataset and definition."""
    out = tmp_path_factory.mktemp("cdisc")
    data = simulate(parse_scenario(DESIGNS[request.param]))
    report = make_report(data)
    write_cdisc(report, out)
    report.result.write_json(out / "analysis.json")
    exactly = {"dtype": {"SUBJID": str}, "float_precision": "round_trip"}  # not every pandas does
    read = {name: pd.read_csv(out / f"{name}.csv", **exactly) for name in TABLES}
    read["define"] = json.loads((out / "define.json").read_text())
    return request.param, data, read, out


def test_keys_join_and_everything_is_described(tables):
    kind, data, read, _ = tables
    subjects, doses, counts = (read[name] for name in TABLES)
    assert subjects["USUBJID"].is_unique
    assert not doses.duplicated(["USUBJID", "EXSEQ"]).any()
    assert not counts.duplicated(["USUBJID", "PARAMCD", "AVISITN"]).any()
    for table in (doses, counts):
        assert set(table["USUBJID"]) <= set(subjects["USUBJID"])
        assert set(table["STUDYID"]) == set(subjects["STUDYID"])
    for name in TABLES:
        assert (read[name]["SYNTHFL"] == "Y").all()
        told = read["define"]["datasets"][name]
        assert list(read[name].columns) == [each["name"] for each in told["variables"]]
        for each in told["variables"]:
            column = read[name][each["name"]].dropna()
            assert len(each["name"]) <= 8
            assert len(each["label"]) <= 40
            if each["type"] != "text":
                assert pd.api.types.is_numeric_dtype(column), each
            if each["type"] == "integer":
                assert (column % 1 == 0).all(), each
    assert read["define"]["synthetic"] is True
    assert (counts["PARAMCD"].str.len() <= 8).all()
    people = 10 if kind == "split_scalp" else int(np.isfinite(data.hair_density[:, :, 0]).sum())
    assert len(subjects) == people


def test_values_are_those_of_the_dataset(tables):
    kind, data, read, _ = tables
    subjects, _, counts = (read[name] for name in TABLES)
    counted = counts[counts["PARAMCD"].str.startswith("HAIRDEN") & counts["DTYPE"].isna()]
    values = data["hair_density"].values
    wanted = np.sort(values[np.isfinite(values)])
    np.testing.assert_array_equal(np.sort(counted["AVAL"].to_numpy()), wanted)
    changed = counted.dropna(subset=["BASE", "CHG"])
    np.testing.assert_allclose(changed["CHG"], changed["AVAL"] - changed["BASE"], atol=1e-12)
    baseline = counted[counted["ABLFL"] == "Y"]
    assert (baseline["AVAL"] == baseline["BASE"]).all()
    assert baseline["CHG"].isna().all()
    assert not (counts["ADY"] == 0).any()
    if "age" in data and kind == "parallel":
        ages = data["age"].values
        np.testing.assert_allclose(subjects["AGE"], ages[np.isfinite(ages)], atol=0.005)
    if "left_reason" in data and kind == "parallel":
        gone = (data["left_reason"].values > 0).sum()
        assert (subjects["EOSSTT"] == "DISCONTINUED").sum() == gone
        assert (subjects["COMPLFL"] == "N").sum() == gone == subjects["DCSREAS"].notna().sum()


def test_analysis_flags_name_the_people_of_the_primary_test(tables):
    kind, _, read, out = tables
    row = json.loads((out / "analysis.json").read_text())["rows"][0]
    counts = read["ADHC"]
    used = counts[counts["PARAMCD"].str.startswith("HAIRDEN") & (counts["ANL01FL"] == "Y")]
    used = used[used["ABLFL"].isna()]
    used = used[(used["AVISITN"] - row["week"]) % 1000.0 == 0.0]
    people = used["USUBJID"].nunique()
    assert people == row["n_treated"] + row["n_control"]
    if kind in ("split_scalp", "crossover"):
        assert len(used) == 2 * people


def test_doses_are_those_taken(tables):
    kind, data, read, _ = tables
    subjects, doses, _ = (read[name] for name in TABLES)
    oral = kind != "split_scalp"
    assert set(doses["EXTRT"]) == {"finasteride_oral" if oral else "minoxidil_topical_5"}
    assert set(doses["EXROUTE"]) == {"ORAL" if oral else "TOPICAL"}
    assert set(doses["EXDOSU"]) == {"mg" if oral else "mL"}
    assert set(doses["EXGRPID"].dropna()) == (set() if oral else {"drug"})
    assert (doses["EXENDY"] >= doses["EXSTDY"]).all()
    daily = doses["EXENDY"] - doses["EXSTDY"] + 1
    assert (daily == doses["EXNDOSE"]).all()
    if kind == "parallel":
        taken = doses.groupby("USUBJID")["EXNDOSE"].sum()
        drug = subjects[subjects["ARM"] == "drug"].set_index("USUBJID")
        share = data["doses_taken"].sel(arm="drug").values[: len(drug)]
        np.testing.assert_allclose(drug["DOSEPCT"], 100 * share, rtol=1e-3)
        assert set(taken.index) == set(drug.index[drug["SAFFL"] == "Y"])


def test_imputed_values_are_marked(tmp_path):
    rule = ["analysis.missing=last_observation_carried_forward"]
    report = make_report(simulate(parse_scenario(DESIGNS["parallel"], overrides=rule)))
    write_cdisc(report, tmp_path)
    counts = pd.read_csv(tmp_path / "ADHC.csv")
    carried = counts[counts["DTYPE"] == "LOCF"]
    assert len(carried) > 0
    assert set(carried["PARAMCD"]) <= {"HAIRDEN", "SHAFTCA"}
    assert carried["ADY"].isna().all()
    row = report.result.rows[0]
    at = counts[(counts["PARAMCD"] == "HAIRDEN") & (counts["AVISITN"] == row.week)]
    assert (at["ANL01FL"] == "Y").sum() == row.n_treated + row.n_control


def test_tables_of_an_earlier_trial_do_not_stay(cli, tmp_path):
    scenario = tmp_path / "mine.toml"
    scenario.write_text(DESIGNS["one_arm"], encoding="utf-8")
    out = tmp_path / "out"
    assert cli("trial", scenario, "--out", out, "--cdisc", "-q").code == 0
    assert {f"{name}.csv" for name in TABLES} < {path.name for path in out.iterdir()}
    assert cli("analyse", out, "--out", out, "-q").code == 0
    assert not {"ADSL.csv", "define.json"} & {path.name for path in out.iterdir()}


NEEDLED = """\
schema_version = 1
title = "Needles on both halves"
[population]
subjects = 40
follicles = 40
target_area = "1 cm2"
follicle_density = "100 cm-2"
condition = "aga_male"
[[arms]]
label = "exosomes"
role = "treatment"
[[arms.doses]]
treatment = "exosomes_adipose_microneedling"
amount = "1 session"
every = "4 weeks"
count = 3
adherence = 0.7
[[arms]]
label = "saline"
role = "active_control"
doses = [{ treatment = "microneedling", amount = "1 session", every = "4 weeks", count = 3 }]
[design]
kind = "KIND"
visits = ["0 days", "12 weeks", "24 weeks"]
dropout = { per_year = 0.5 }
[analysis]
adverse_events = true
"""


@pytest.mark.parametrize("kind", ["parallel", "split_scalp"])
def test_every_adverse_event_follows_a_session_that_was_taken(tmp_path, kind):
    report = make_report(simulate(parse_scenario(NEEDLED.replace("KIND", kind))))
    assert "AE.csv" in write_cdisc(report, tmp_path)
    events, doses, subjects = (
        pd.read_csv(tmp_path / f"{name}.csv") for name in ("AE", "EX", "ADSL")
    )
    assert len(events) == sum(row.events for row in report.events) > 50
    assert not events.duplicated(["USUBJID", "AESEQ"]).any()
    told = json.loads((tmp_path / "define.json").read_text())
    columns = told["datasets"]["AE"]["variables"]
    assert list(events.columns) == [each["name"] for each in columns]
    assert all(len(each["name"]) <= 8 and len(each["label"]) <= 40 for each in columns)
    assert "long-term safety are not known" in told["side_effects"]
    half = ["AEGRPID"] if kind == "split_scalp" else []
    if half:
        assert set(events["AEGRPID"]) == {"exosomes", "saline"}
    taken = set(
        doses[["USUBJID", "EXSTDY", *(["EXGRPID"] if half else [])]].itertuples(
            index=False, name=None
        )
    )
    behind = set(events[["USUBJID", "AESESDY", *half]].itertuples(index=False, name=None))
    assert behind <= taken
    assert (events["AESTDY"] >= events["AESESDY"]).all()
    over = events["AEOUT"] == "RECOVERED/RESOLVED"
    assert (over == events["AEENDY"].notna()).all()
    assert (events.loc[over, "AEENDY"] >= events.loc[over, "AESTDY"]).all()
    ends = events.merge(subjects[["USUBJID", "EOSDY"]], on="USUBJID")
    assert (ends["AESTDY"] <= ends["EOSDY"] + 1).all()
    grades = {"MILD": 1, "MODERATE": 2, "SEVERE": 3}
    assert (events["AESEV"].map(grades) == events["AETOXGR"]).all()
    assert set(events["AEREL"]) == {"RELATED"}
    assert (events["AESER"] == "Y").equals(events["AECAT"] == "SERIOUS")


def test_no_table_says_that_there_were_no_events_where_nobody_asked(tmp_path):
    asked = simulate(parse_scenario(NEEDLED.replace("KIND", "parallel")))
    write_cdisc(make_report(asked), tmp_path)
    plan = make_report(asked).plan.model_copy(update={"adverse_events": False})
    names = write_cdisc(make_report(asked, plan), tmp_path)
    assert "AE.csv" not in names
    assert not (tmp_path / "AE.csv").exists()
    assert "AE" not in json.loads((tmp_path / "define.json").read_text())["datasets"]
