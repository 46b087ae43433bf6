"""Papilla cells as an exposure-response of cells alone: the curve, what is not known, bad files."""

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import follicle_sim
from follicle_sim import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.pharmacology.bench import (
    FILE,
    PapillaResponse,
    load_bench,
    load_papilla,
    parse_bench,
    proliferation,
    proliferation_band,
)

TABLES = read_toml(FILE)
NAMES = sorted(load_papilla())


def response(**changes: float) -> PapillaResponse:
    tables = copy.deepcopy(TABLES["papilla"]["minoxidil"])
    for key, value in changes.items():
        tables[key] = {**tables[key], "value": value}
    return PapillaResponse.model_validate(tables)


def test_without_the_agent_cells_are_the_control_to_the_last_bit() -> None:
    for name in NAMES:
        row = load_papilla()[name]
        assert proliferation(row, np.zeros(3)).tolist() == [1.0, 1.0, 1.0]
        assert [part.tolist() for part in proliferation_band(row, np.zeros(1))] == [[1.0], [1.0]]


@given(st.floats(0.01, 5.0), st.floats(1e-4, 1e4), st.floats(0.5, 4.0), st.floats(0.0, 1e6))
def test_the_curve_is_that_of_hill(emax: float, ec50: float, hill: float, dose: float) -> None:
    row = response(emax=emax, ec50=ec50, hill=hill)
    away = 0.0 if dose == 0.0 else hill * (math.log(dose) - math.log(ec50))
    slow = 1.0 if dose == 0.0 or away < -700.0 else 1.0 + emax / (1.0 + math.exp(-away))
    c = np.array([dose, ec50, 2.0 * dose, 1e12 * ec50])
    cells = proliferation(row, c)
    assert cells[0] == pytest.approx(slow, rel=1e-9)
    assert cells[1] == pytest.approx(1.0 + emax / 2.0, rel=1e-12)
    assert cells[2] >= cells[0]
    assert cells[3] == pytest.approx(1.0 + emax, rel=1e-4)
    # a unit a thousand times smaller: the same cells
    other = response(emax=emax, ec50=1000.0 * ec50, hill=hill)
    np.testing.assert_allclose(proliferation(other, 1000.0 * c), cells, rtol=1e-10)


def test_the_band_is_that_of_draws() -> None:
    row = load_papilla()["minoxidil"]
    rng = np.random.default_rng(5)
    emax = row.emax.value * np.exp(row.emax_sd_log.value * rng.standard_normal(200_000))
    ec50 = row.ec50.value * np.exp(row.ec50_sd_log.value * rng.standard_normal(200_000))
    c = np.array([0.01, 0.1, 1.0, 100.0])
    low, high = proliferation_band(row, c, level=0.8)
    for k, dose in enumerate(c):
        drawn = np.quantile(1.0 + emax * dose / (dose + ec50), [0.1, 0.9])
        assert low[k] - 1.0 == pytest.approx(drawn[0] - 1.0, rel=0.015)
        assert high[k] - 1.0 == pytest.approx(drawn[1] - 1.0, rel=0.015)


def test_a_band_holds_its_curve_and_is_wider_the_more_is_asked_of_it() -> None:
    for name in NAMES:
        row = load_papilla()[name]
        c = np.geomspace(1e-4, 1e3, 25) * row.ec50.value
        ends = [proliferation_band(row, c, level) for level in (0.5, 0.9)]
        (low, high), (lower, higher) = ends
        middle = proliferation(row, c)
        assert ((lower <= low) & (low <= middle) & (middle <= high) & (high <= higher)).all()
        np.testing.assert_array_equal(proliferation_band(row, c), (lower, higher))
        order = np.random.default_rng(1).permutation(c.size)
        np.testing.assert_array_equal(proliferation_band(row, c[order], 0.5)[0], low[order])


@pytest.mark.parametrize("bad", [-0.1, math.nan, math.inf])
def test_a_concentration_that_is_none_is_refused(bad: float) -> None:
    with pytest.raises(InputError, match="allowed: 0 or more"):
        proliferation(load_papilla()["minoxidil"], np.array([0.1, bad]))
    with pytest.raises(InputError, match=f"concentration: found {bad:g};"):
        proliferation_band(load_papilla()["minoxidil"], np.array([0.0, 0.5, bad, -7.0]))


def test_every_number_of_the_file_says_where_it_is_from() -> None:
    bench = load_bench()
    assert bench.unread  # what is claimed without a size is told, too
    for row in bench.papilla.values():
        assert row.tried.grade != "assumption"
        for key in ("emax", "emax_sd_log", "ec50", "ec50_sd_log", "hill"):
            part = getattr(row, key)
            assert (part.grade == "assumption") == part.source.startswith("assumption: ")
        assert row.emax_sd_log.value > 0.5  # nobody read a size: a narrow band would be a claim
    assert bench.transfer.sd_log.grade == "assumption"


def test_nobody_changes_what_was_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_papilla()["minoxidil"].title = "another"  # type: ignore[misc]


def test_nothing_of_a_scalp_reads_it() -> None:
    source = Path(follicle_sim.__file__).parent
    rooms = ("scenario", "protocol", "simulation", "results", "analysis", "biology")
    files = [path for room in rooms for path in (source / room).rglob("*.py")]
    assert len(files) > 100
    readers = [p.name for p in files if "pharmacology.bench" in p.read_text("utf-8")]
    assert readers == []


def broken(change: dict[str, Any], name: str = "minoxidil") -> dict[str, Any]:
    tables = copy.deepcopy(TABLES)
    for key, value in change.items():
        if value is None:
            del tables["papilla"][name][key]
        else:
            tables["papilla"][name][key] = value
    return tables


def number(value: float, unit: str = "1") -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "a test", "grade": "user"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"emax": None}, "papilla.minoxidil.emax: missing"),
        ({"emax": number(-0.2)}, "papilla.minoxidil.emax: -0.2 1 is out of bounds: > 0"),
        ({"emax_sd": number(0.2)}, 'papilla.minoxidil.emax_sd: unknown key; did you mean "emax'),
        ({"ec50": number(0.1, "nM")}, 'ec50 is in "nM"; this response is in "uM"'),
        ({"title": ""}, "papilla.minoxidil.title: "),
        ({"unit": ""}, "papilla.minoxidil.unit: "),
        (
            {"tried": {"values": [0.0, 0.1], "source": "a test", "grade": "user"}},
            "papilla.minoxidil.tried.values.0: ",
        ),
        (
            {"tried": {"values": [0.1], "source": "", "grade": "user"}},
            "papilla.minoxidil.tried.source: ",
        ),
        ({"ec50": number(0.0, "uM")}, "ec50: found 0; allowed: above 0"),
        ({"ec50": {**number(1.0, "uM"), "gade": "x"}}, 'gade: unknown key; did you mean "grade"'),
        (
            {"tried": {"values": [1.0, 0.1], "source": "a test", "grade": "user"}},
            "papilla.minoxidil.tried: values: each must be above the one before",
        ),
        (
            {"tried": {"values": [], "source": "a test", "grade": "user"}},
            "papilla.minoxidil.tried.values: ",
        ),
        (
            {"tried": {"value": [1.0], "source": "a test", "grade": "user"}},
            'papilla.minoxidil.tried.value: unknown key; did you mean "values"?',
        ),
    ],
)
def test_a_wrong_file_is_refused_by_its_place(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=r"^mine\.toml") as error:
        parse_bench(broken(change), "mine.toml")
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({**TABLES, "papila": {}}, 'papila: unknown key; did you mean "papilla"?'),
        ({k: v for k, v in TABLES.items() if k != "transfer"}, "transfer: missing"),
        (
            {**TABLES, "transfer": {"sdlog": number(1.0)}},
            'transfer.sdlog: unknown key; did you mean "sd_log"?',
        ),
        ({**TABLES, "unread": {"x": {"title": "a", "source": ""}}}, "unread.x.source: "),
        ({**TABLES, "unread": {"x": {"title": "", "source": "a"}}}, "unread.x.title: "),
        (
            {**TABLES, "unread": {"x": {"title": "a", "sorce": "b"}}},
            'unread.x.sorce: unknown key; did you mean "source"?',
        ),
    ],
)
def test_a_wrong_table_of_the_file_is_refused(tables: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as error:
        parse_bench(tables, "mine.toml")
    assert words in str(error.value)
