"""What `check` accepts goes all the way: run, trial, tables, files, explain and power.

The default sizes are for every run of the suite. A longer look, by hand:

    JOURNEYS=3000 python -m pytest -n 0 tests/property/test_journeys.py
"""

import os
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from random_scenarios import Told, checked, documents, explained, journey, powered

from follicle_sim.analysis.sets import SETS, Rules, members_at
from follicle_sim.reporting.cdisc.doses import dose_rows
from follicle_sim.reporting.cdisc.subjects import subject_rows

MANY = int(os.environ.get("JOURNEYS", "150"))


def few(share: float) -> settings:
    """Return settings for a part of the examples; documents are large."""
    return settings(
        deadline=None,
        max_examples=max(5, int(MANY * share)),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


@few(1.0)
@given(documents())
def test_a_scenario_that_check_accepts_is_run_and_reported(document: dict[str, Any]) -> None:
    told = journey(document)
    if told.report is not None:
        agrees(told)


@few(0.05)
@given(documents())
def test_its_files_and_figures_are_written(document: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = journey(document, folder)
        if "run" in told.stages:
            assert (folder / "result.nc").stat().st_size > 0
        if "trial" in told.stages:
            assert (folder / "trial.png").stat().st_size > 0
            assert (folder / "ADSL.csv").stat().st_size > 0


@few(0.15)
@given(documents())
def test_it_is_explained_and_has_a_power(document: dict[str, Any]) -> None:
    told = checked(document)
    if told.scenario is not None:
        explained(told)
        powered(told)


def test_most_documents_are_valid_and_every_stage_is_reached() -> None:
    """A property that nothing reaches would always hold.

    Documents of one run are alike, as they are made from each other: many are asked whether they
    are valid, which is quick, and some go all the way.
    """
    valid: list[bool] = []
    reached: dict[str, int] = {}

    @settings(deadline=None, max_examples=240, derandomize=True, database=None)
    @given(documents())
    def count(document: dict[str, Any]) -> None:
        valid.append(bool(checked(document).stages))

    @settings(deadline=None, max_examples=60, derandomize=True, database=None)
    @given(documents())
    def follow(document: dict[str, Any]) -> None:
        for stage in journey(document).stages:
            reached[stage] = reached.get(stage, 0) + 1

    count()
    follow()
    assert sum(valid) > len(valid) / 3
    assert reached["run"] >= 10
    assert reached["trial"] >= 5


def agrees(told: Told) -> None:
    """Raise AssertionError unless sets, page and tables say the same of every person."""
    report = told.report
    assert report is not None
    trial, plan, flow = report.trial(report.primary.endpoint), report.plan, report.flow
    people = subject_rows(report)
    doses: dict[Any, int] = {}
    for row in dose_rows(report):
        doses[row["USUBJID"]] = doses.get(row["USUBJID"], 0) + int(row["EXNDOSE"])  # type: ignore[arg-type]
    rules = Rules(plan.least_doses, plan.most_late)
    protocol = members_at("per_protocol", trial, report.primary.day, rules)[0]
    assert set(flow.arms[0].analysed) == set(SETS)
    by_arm: dict[str, list[dict[str, Any]]] = {}
    for row in people:
        labels = str(row["ARM"]).split(" | ") if trial.paired else [str(row["ARM"])]
        for label in labels:
            by_arm.setdefault(label, []).append(row)
    data = report.dataset
    for index, arm in enumerate(flow.arms):
        rows = by_arm.get(arm.label, [])
        assert len(rows) == arm.allocated
        assert sum(row["COMPLFL"] == "Y" for row in rows) == arm.completed
        assert sum(row["EOSSTT"] == "DISCONTINUED" for row in rows) == sum(arm.lost.values())
        assert sum(row["PPROTFL"] == "Y" for row in rows) == int(protocol[index].sum())
        assert arm.analysed["per_protocol"] <= int(protocol[index].sum())
        for place, row in enumerate(rows):
            person(report, row, index, place, doses.get(row["USUBJID"], 0))
        if trial.paired:
            continue  # a person of a split scalp is in two arms, and has one row
        if arm.received is not None:
            assert arm.received == sum(row["USUBJID"] in doses for row in rows)
            assert arm.received == sum(row["SAFFL"] == "Y" for row in rows)
        share = data["doses_taken"].values[index] if "doses_taken" in data else None
        if share is not None:
            told_share = [np.nan if row["DOSEPCT"] is None else row["DOSEPCT"] for row in rows]
            np.testing.assert_allclose(told_share, 100.0 * share[: len(rows)], rtol=1e-3)


def person(report: Any, row: dict[str, Any], arm: int, place: int, doses: int) -> None:
    """Raise AssertionError unless a row of ADSL fits what the person took, and until when."""
    due = row["DOSEPCT"] is not None
    took = doses > 0
    assert (row["ACTARM"] != "") == (row["SAFFL"] == "Y") == (row["TRT01A"] != "")
    assert (row["TRTSDY"] is not None) == took
    if due:
        assert (row["DOSEPCT"] > 0.0) == took
    if took:
        assert row["SAFFL"] == "Y"
        assert row["EOTSTT"] in ("COMPLETED", "DISCONTINUED")
    if due and not took:
        # nobody who never began has completed a treatment, or is safe to say so
        assert row["SAFFL"] == "N"
        assert row["EOTSTT"] == ""
    if row["DOSEPCT"] == 100.0 and row["EOSSTT"] == "COMPLETED":
        assert row["EOTSTT"] == "COMPLETED"
    if row["PPROTFL"] == "Y":
        assert not due or row["DOSEPCT"] >= 100.0 * report.plan.least_doses - 0.01


DOSED = """\
schema_version = 1
title = "half of the doses"
[population]
subjects = 4
follicles = 30
target_area = "0.2 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
spread = "typical"
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "1 day"
until = "12 weeks"
adherence = {adherence}
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks"]
[run]
history = "30 days"
"""


@pytest.mark.parametrize(("adherence", "kept"), [(1.0, 4), (0.5, 0), (0.0, 0)])
def test_who_takes_too_few_doses_keeps_no_protocol(adherence: float, kept: int) -> None:
    told = journey(tomllib.loads(DOSED.format(adherence=adherence)))
    assert told.report is not None
    agrees(told)
    rows = [row for row in subject_rows(told.report) if row["ARM"] == "drug"]
    assert sum(row["PPROTFL"] == "Y" for row in rows) == kept
    assert told.report.flow.arms[0].analysed["per_protocol"] == kept
    assert told.report.flow.arms[1].analysed["per_protocol"] == 4
    safe = {row["SAFFL"] for row in rows}
    assert safe == ({"N"} if adherence == 0.0 else {"Y"})


def test_who_has_had_every_dose_stops_nothing_early() -> None:
    text = DOSED.format(adherence=1.0).replace('every = "1 day"\nuntil = "12 weeks"\n', "")
    text = text.replace('kind = "parallel"', 'kind = "parallel"\nearly_stop = { per_year = 0.99 }')
    told = journey(tomllib.loads(text))
    assert told.data is not None
    assert told.report is not None
    assert np.isnan(told.data["stopped_day"]).all()
    assert (told.data["doses_taken"].sel(arm="drug") == 1.0).all()
    agrees(told)
    rows = subject_rows(told.report)
    assert {row["EOTSTT"] for row in rows} == {"COMPLETED"}
    assert {row["PPROTFL"] for row in rows} == {"Y"}
    # the same people stop what is given daily
    daily = DOSED.format(adherence=1.0).replace(
        'kind = "parallel"', 'kind = "parallel"\nearly_stop = { per_year = 0.99 }'
    )
    stopping = journey(tomllib.loads(daily)).data
    assert stopping is not None
    assert np.isfinite(stopping["stopped_day"].sel(arm="drug")).any()
    assert np.isnan(stopping["stopped_day"].sel(arm="nothing")).all()
