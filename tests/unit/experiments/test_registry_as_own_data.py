"""Every study that the model expresses, taken out of the registry and given as a table of one's
own, is compared and scored alike to the last bit."""

import re
import tomllib
from dataclasses import asdict, replace
from functools import cache

import pytest
import xarray as xr
from numpy.testing import assert_equal

from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.errors import InputError
from follicle_sim.evidence.observation import Observation
from follicle_sim.evidence.observed import observations
from follicle_sim.evidence.own.rows import read_rows
from follicle_sim.evidence.standard_errors import is_share_of_people
from follicle_sim.evidence.studies import load_study
from follicle_sim.experiments.scoreboard import sources
from follicle_sim.experiments.scoreboard.designs import design_names, load_design
from follicle_sim.experiments.scoreboard.run import baselines
from follicle_sim.experiments.scoreboard.scoring import score
from follicle_sim.results.compare import compare
from follicle_sim.scenario.fields.known import Known, default_known
from follicle_sim.scenario.load import dump_scenario, from_document
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import simulate

SMALL = [
    "population.subjects=3",
    "population.follicles=40",
    "run.history=30 days",
    "run.replicates=1",
    "run.uncertainty=none",
]
COLUMNS = [
    "arm",
    "control",
    "week",
    "endpoint",
    "unit",
    "mean",
    "n",
    "sd",
    "se",
    "ci_low",
    "ci_high",
    "spread",
    "spread_kind",
    "is_change_from_baseline",
    "treatment",
    "dose",
    "route",
    "sex",
    "population",
    "year",
    "seen_at",
    "role",
    "use",
    "reason",
    "grade",
    "unverified",
    "duplicate_of",
]


@cache
def simulated(name: str) -> tuple[Scenario, xr.Dataset]:
    scenario = load_design(name, SMALL)
    return scenario, simulate(scenario)


def table_of(study: str) -> str:
    """Return a study as a researcher would write it down: a CSV file."""
    return csv_text(COLUMNS, [cells(row) for row in observations(study)])


def cells(row: Observation) -> list[object]:
    spread, kind = row.raw_spread, row.spread_kind
    ends = re.findall(r"-?\d+\.?\d*", spread) if kind == "CI95" else ["", ""]
    # A pooled share has no error from the people of all its studies, and its table would not say n.
    pooled = load_study(row.study).controlled == "meta-analysis" and is_share_of_people(
        row.endpoint
    )
    given = {
        "arm": row.arm,
        "control": row.control,
        "week": row.week,
        "endpoint": row.raw_endpoint,
        # A unit found out elsewhere (see `RowException.unit`) is one that a researcher would write.
        "unit": row.unit if "://" in row.conversion else row.raw_unit,
        "mean": repr(row.raw_mean),
        "n": None if pooled else row.n,
        "sd": spread if kind == "SD" else "",
        "se": spread if kind == "SE" else "",
        "ci_low": ends[0],
        "ci_high": ends[1],
        "spread": spread if kind == "none" else "",
        "spread_kind": kind if kind == "none" else "",
        "is_change_from_baseline": int(row.kind not in ("level",)),
        "role": row.role,
    }
    rest = {name: getattr(row, name) for name in COLUMNS if name not in given}
    return [(given | rest)[name] for name in COLUMNS]


def out_of_the_registry(study: str) -> Known:
    known = default_known()
    left = {name: arms for name, arms in known.studies.items() if name != study}
    return replace(known, studies=left)


def as_own(scenario: Scenario) -> Scenario:
    """Return a design whose study stands in its own rows."""
    text = dump_scenario(scenario)
    (comparison,) = scenario.compare
    rows = read_rows(table_of(comparison.study).encode(), f"{comparison.study}.csv")
    values = tomllib.loads(text)
    values["compare"][0]["rows"] = [dict(row) for row in rows]
    values["compare"][0]["within_person"] = load_study(comparison.study).within_person
    return from_document(values, known=out_of_the_registry(comparison.study))


NO_TABLE = {
    "telogen_by_age": "the same arm, week and endpoint",  # both ends of the range of one group
    "whiting_ageing": "for a change from baseline; allowed: a later week",  # between two ages
}
"""Designs whose numbers a table of one's own cannot hold, and what it says to them."""


@pytest.mark.parametrize("name", NO_TABLE)
def test_what_a_table_cannot_hold_is_refused(name: str) -> None:
    (comparison,) = load_design(name, SMALL).compare
    with pytest.raises(InputError, match=NO_TABLE[name]):
        read_rows(table_of(comparison.study).encode(), "mine.csv")


@pytest.mark.parametrize("name", [name for name in design_names() if name not in NO_TABLE])
def test_a_study_given_as_own_data_scores_alike(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, data = simulated(name)
    (comparison,) = scenario.compare
    published = compare(data)
    expected = [asdict(row) for row in score(published.rows, scenario, name, baselines(data))]
    own = as_own(scenario)
    known = sources.registry()
    without = sources.Sources(
        {key: row for key, row in known.observations.items() if row.study != comparison.study},
        {key: study for key, study in known.studies.items() if key != comparison.study},
    )
    monkeypatch.setattr(sources, "registry", lambda: without)
    found = compare(data, own.compare)
    assert found.rows == published.rows
    assert found.unmatched == published.unmatched
    # NaN is a start that an endpoint does not have, and the same as itself here
    assert_equal([asdict(row) for row in score(found.rows, own, name, baselines(data))], expected)
