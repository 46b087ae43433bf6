"""Maps of the scalp: what a file may say, and how severe each piece is."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.base.errors import InputError
from follicle_sim.base.quantity import read_toml
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.scalps import (
    FOLDER,
    TARGET_AREA,
    load_regions,
    load_scalps,
    parse_scalp,
)
from follicle_sim.biology.severity_map import severity_map

REGIONS = load_scalps()["regions"]
TABLES = read_toml(FOLDER / "regions.toml")
MEN, WOMEN = load_condition("aga_male"), load_condition("aga_female")
NAMES = ("frontal", "midscalp", "vertex", "temporal", "parietal", "occipital")


@pytest.mark.parametrize("name", load_scalps())
def test_shares_make_a_scalp_and_pictures_are_true_to_them(name):
    scalp = load_scalps()[name]
    assert sum(scalp.share) == pytest.approx(1.0, abs=1e-12)
    drawn = {}
    for area, rings in scalp.outlines.items():
        drawn[area] = 0.0
        for ring in rings:
            x, y = np.array(ring).T
            drawn[area] += 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))
    whole = sum(drawn.values())
    for area, size in drawn.items():
        assert size / whole == pytest.approx(scalp.share_of(area), abs=0.015), area


def test_the_six_regions_and_what_they_are_like():
    assert REGIONS.pieces == REGIONS.areas == NAMES
    mean = np.dot([row["density"]["value"] for row in TABLES["areas"]], REGIONS.share)
    assert mean == pytest.approx(1.0, abs=0.002)
    # counted: 138 hairs/cm2 on the vertex of the least bald, 127 on the occiput (Vecchio 2002)
    assert 1.0 / REGIONS.density_in("occipital") == pytest.approx(138.0 / 127.0, abs=0.002)
    vertex, occiput = load_regions()["vertex"], load_regions()["occipital"]
    assert (vertex.density, vertex.sensitivity) == ((1.0,), (1.0,))
    assert occiput.sensitivity == (0.0,)
    assert REGIONS.donor.area == "occipital"
    graded = {"journal", "abstract", "review", "secondary", "assumption", "definition"}
    for area in TABLES["areas"]:
        for key in ("share", "density", "sensitivity"):
            assert len(area[key]["source"]) > 20, (area["name"], key)
            assert area[key]["grade"] in graded


def test_every_grade_of_norwood_and_ludwig_is_a_map():
    assert set(REGIONS.severity) == {*MEN.grades, *WOMEN.grades}
    assert {"norwood_iii_vertex", "norwood_vii"} <= set(MEN.patterns)
    for condition in (MEN, WOMEN):
        for grade, severity in condition.grades.items():
            row = dict(zip(NAMES, REGIONS.severity[grade], strict=True))
            assert row["occipital"] == 0.0
            # III proper spares the vertex; in every other grade it is the fitted target area's
            if grade != "norwood_iii":
                assert row["vertex"] == severity
    assert max(REGIONS.severity["norwood_vii"]) == 4.6


@pytest.mark.parametrize("condition", [MEN, WOMEN])
@pytest.mark.parametrize("named", [(), ("norwood_iii",)])
def test_nothing_gets_better_while_a_person_gets_worse(condition, named):
    thinned = severity_map(REGIONS, condition.grades, named)
    worse = np.linspace(0.0, 8.0, 801)
    for piece, name in enumerate(NAMES):
        assert (np.diff(thinned.of_piece(piece, worse)) >= -1e-12).all(), name


def test_a_pattern_that_is_named_counts_and_else_the_vertex_is_the_target_area():
    at_one, vertex = np.ones(1), NAMES.index("vertex")
    assert severity_map(REGIONS, MEN.grades).of_piece(vertex, at_one)[0] == 1.0
    named = severity_map(REGIONS, MEN.grades, {"norwood_iii"})
    assert named.of_piece(vertex, at_one)[0] == 0.7
    other = severity_map(REGIONS, MEN.grades, {"norwood_iii_vertex", "norwood_v"})
    assert other.of_piece(vertex, at_one)[0] == 1.0


def test_less_sensitive_follicles_have_seen_more_of_androgens_to_be_as_thin():
    thinned = severity_map(REGIONS, MEN.grades)
    for piece, sensitivity in enumerate(REGIONS.sensitivity):
        seen = thinned.exposure(piece, np.array([2.2]))[0]
        expected = REGIONS.severity["norwood_v"][piece]
        assert sensitivity * seen == pytest.approx(expected, rel=1e-12)
    assert severity_map(TARGET_AREA, MEN.grades).exposure(0, np.array([0.77]))[0] == 0.77


SEVERITIES = st.lists(
    st.floats(0.05, 9.0).map(lambda x: round(x, 4)), min_size=1, max_size=6, unique=True
)


@settings(deadline=None)
@given(SEVERITIES, st.data())
def test_random_maps_meet_their_grades_and_stay_between_them(severities, data):
    grades = {f"g{i}": value for i, value in enumerate(sorted(severities))}
    rows = {name: [data.draw(st.floats(0.0, 10.0)) for _ in range(3)] + [0.0] for name in grades}
    tables = {
        "title": "random",
        "source": "drawn",
        "reference": "a",
        "areas": [
            _area(name, 0.25, k) for name, k in zip("abcd", (1.0, 0.5, 0.1, 0.0), strict=True)
        ],
        "severity": {
            "source": "drawn",
            "grade": "user",
            "grades": {name: dict(zip("abcd", row, strict=True)) for name, row in rows.items()},
        },
    }
    scalp = parse_scalp(tables, "random")
    thinned = severity_map(scalp, grades)
    at = np.array(list(grades.values()))
    for piece in range(4):
        of_grades = [row[piece] for row in rows.values()]
        np.testing.assert_allclose(thinned.of_piece(piece, at), of_grades, rtol=1e-9, atol=1e-12)
        below = np.linspace(0.0, at[-1], 50)
        found = thinned.of_piece(piece, below)
        for severity, value in zip(below, found, strict=True):
            k = int(np.searchsorted(at, severity))
            ends = (0.0, *of_grades)[k : k + 2]
            assert min(ends) - 1e-9 <= value <= max(ends) + 1e-9
        beyond = thinned.of_piece(piece, 3.0 * at[-1:])
        assert beyond == pytest.approx(3.0 * of_grades[-1], rel=1e-9, abs=1e-9)
        assert np.isfinite(thinned.exposure(piece, below)).all()


def _area(name, share, sensitivity):
    def number(value):
        return {"value": value, "unit": "1", "source": "drawn", "grade": "user"}

    return {
        "name": name,
        "pieces": 1,
        "share": number(share),
        "density": number(1.0),
        "sensitivity": number(sensitivity),
        "lies": "middle",
        "outline": [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5)],
    }


def changed(*path, value):
    tables = copy.deepcopy(TABLES)
    place = tables
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return tables


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        (changed("areas", 0, "share", "value", value=0.2), "shares add up to 1.06; needed: 1"),
        (changed("areas", 0, "density", "value", value=2.0), "mean of 1.136 over the scalp"),
        (changed("areas", 0, "density", value=None), "frontal: density and sensitivity are needed"),
        (changed("areas", 0, "sensitivity", "value", value=1.5), "out of bounds"),
        (changed("areas", 0, "name", value="vertex"), "two have the same name"),
        (changed("areas", 0, "pieces", value=0), "greater than or equal to 1"),
        (changed("areas", 2, "sensitivity", "value", value=0.9), "the reference has a sensitivity"),
        (changed("reference", value="vertx"), 'reference: no area "vertx"; did you mean "vertex"'),
        (changed("reference", value=None), "reference is missing"),
        (changed("surface", value=None), "surface is missing"),
        (changed("donor", "area", value="occiput"), 'donor.area: no area "occiput"'),
        (
            changed("severity", "grades", "norwood_v", "occipital", value=1.0),
            "severity.grades.norwood_v.occipital: found 1; allowed: 0",
        ),
        (
            changed("severity", "grades", "norwood_v", "parietal", value=None),
            "severity.grades.norwood_v: parietal is missing",
        ),
        (
            changed("severity", "grades", "norwood_v", "pariettal", value=1.0),
            'no area "pariettal"; did you mean "parietal"',
        ),
        (changed("donors", value={}), "Extra inputs are not permitted"),
    ],
)
def test_what_is_wrong_with_a_map_is_told(tables, said):
    with pytest.raises(InputError) as caught:
        parse_scalp(tables, "my_map.toml")
    assert "my_map.toml" in str(caught.value)
    assert said in str(caught.value)
