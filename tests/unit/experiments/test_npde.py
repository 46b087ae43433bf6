"""Single people against trials of a scenario: its own look right, those of another do not."""

import json

import numpy as np
import pytest
from scipy.stats import kstest

from follicle_sim import InputError, npde, parse_scenario, simulate
from follicle_sim.experiments.planning.npde import ShapeRow
from follicle_sim.experiments.planning.npde_people import of_table
from follicle_sim.figures.npde import plot_npde
from follicle_sim.reporting.folders.npde import write_npde

MODEL = """schema_version = 1
title = "minoxidil against vehicle"
[population]
subjects = 12
follicles = 150
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iii"
spread = { follicle_density = 0.15, severity = 0.3, potency = 0.5 }
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
[[arms]]
label = "nothing"
role = "untreated"
[design]
kind = "parallel"
visits = ["0 weeks", "12 weeks", "24 weeks"]
[instrument]
method = "trichoscan"
[run]
history = "1 year"
"""
SPLIT = MODEL.replace("parallel", "split_scalp")


def table_of(data, endpoint="hair_density", names=None):
    """Return the people of a run as rows of a table, in hairs/cm2."""
    rows = []
    for arm in data["arm"].values.tolist():
        for person, values in enumerate(data[endpoint].sel(arm=arm).values.tolist()):
            for day, value in zip(data["time"].values.tolist(), values, strict=True):
                rows.append(
                    {
                        "subject": f"{arm}-{person}",
                        "arm": (names or {}).get(arm, arm),
                        "week": day / 7.0,
                        "endpoint": "hair density",
                        "unit": "hairs/cm2",
                        "value": value,
                    }
                )
    return rows


def with_table(text, rows, arms=None):
    """Return a scenario that names a table of people, in its own text."""
    lines = [f"{{{', '.join(f'{k} = {json.dumps(v)}' for k, v in row.items())}}}" for row in rows]
    pairs = "" if arms is None else f"arms = {arms}\n"
    return parse_scenario(
        f'{text}\n[[compare]]\nstudy = "mine"\n{pairs}rows = [{",".join(lines)}]\n'
    )


@pytest.fixture(scope="module")
def observed():
    return simulate(parse_scenario(MODEL), seed=77)


@pytest.fixture(scope="module")
def own(observed):
    return npde(parse_scenario(MODEL), against=observed, replicates=60)


def test_the_models_own_people_have_standard_normal_errors() -> None:
    """Many people, so that the limits of chance are narrow: mean, variance and distance."""
    many = MODEL.replace("subjects = 12", "subjects = 150")
    data = simulate(parse_scenario(many), seed=78)
    check = npde(parse_scenario(many), against=data, endpoints=["hair_density"], replicates=20)
    scores = np.array([row.npde for row in check.rows])
    assert scores.size == 2 * 150 * 3
    assert abs(scores.mean()) < 3.0 / np.sqrt(scores.size)
    assert abs(scores.var(ddof=1) - 1.0) < 3.0 * np.sqrt(2.0 / scores.size)
    assert kstest(scores, "norm").pvalue > 0.01
    (shape,) = check.shapes
    assert shape.fits
    assert (shape.people, shape.values, shape.trials) == (300, 900, 20)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('amount = "1 mL"', 'amount = "0 mL"'),
        ('follicle_density = "250 cm-2"', 'follicle_density = "300 cm-2"'),
    ],
    ids=["no drug", "more follicles"],
)
def test_a_wrong_model_fails(observed, own, old, new) -> None:
    assert all(shape.fits for shape in own.shapes)
    wrong = npde(parse_scenario(MODEL.replace(old, new)), against=observed, replicates=60)
    assert not any(shape.fits for shape in wrong.shapes)
    assert wrong.shapes[0].p == pytest.approx(3.0 / 61.0)


def test_a_table_of_people_is_the_run_it_was_made_of(observed, own) -> None:
    scenario = with_table(MODEL, table_of(observed))
    check = npde(scenario, replicates=60)
    ours = [row for row in own.rows if row.endpoint == "hair_density"]
    assert [row.observed for row in check.rows] == pytest.approx([row.observed for row in ours])
    np.testing.assert_allclose(
        [row.expected for row in check.rows], [row.expected for row in ours], rtol=1e-9
    )
    # names of people draw what parts ties, and nothing else
    together = np.corrcoef([row.npde for row in check.rows], [row.npde for row in ours])[0, 1]
    assert together > 0.98
    assert check.source == "mine"
    assert all(row.week in (0.0, 12.0, 24.0) for row in check.rows)


def test_the_order_of_rows_and_the_last_bits_change_nothing(observed) -> None:
    rows = table_of(observed)
    rng = np.random.default_rng(1)
    first = npde(with_table(MODEL, rows), replicates=20)
    mixed = [rows[k] for k in rng.permutation(len(rows))]
    assert npde(with_table(MODEL, mixed), replicates=20).rows == first.rows
    shaken = [row | {"value": row["value"] * (1.0 + 2e-16)} for row in rows]
    again = npde(with_table(MODEL, shaken), replicates=20)
    assert [row.npde for row in again.rows] == [row.npde for row in first.rows]
    assert again.shapes == first.shapes


def test_who_was_not_seen_is_ranked_by_what_was(observed) -> None:
    rows = [row for row in table_of(observed) if not (row["week"] == 12 and "3" in row["subject"])]
    check = npde(with_table(MODEL, rows), replicates=20)
    assert check.shapes[0].values == len(rows)
    absent = [row for row in check.rows if row.subject == "drug-3"]
    assert [row.week for row in absent] == [0.0, 24.0]


def test_arms_may_have_other_names_and_units(observed) -> None:
    rows = table_of(observed, names={"drug": "A", "nothing": "B"})
    per_mm2 = [
        row | {"unit": "hairs/mm2", "value": row["value"] / 100.0} if row["week"] else row
        for row in rows
    ]
    arms = '{ drug = "A", nothing = "B" }'
    check = npde(with_table(MODEL, rows, arms), replicates=20)
    converted = of_table(per_mm2, {"drug": "A", "nothing": "B"}, [0.0, 84.0, 168.0])
    values = [value for person in converted.people["hair_density"] for value in person.values]
    assert values == pytest.approx([row.observed for row in check.rows])


def test_two_halves_of_a_person_go_together() -> None:
    model = parse_scenario(SPLIT)
    check = npde(model, against=simulate(model, seed=79), endpoints=["hair_density"], replicates=40)
    assert check.shapes[0].fits
    assert check.shapes[0].people == 12
    arms = [row.arm for row in check.rows if row.subject == "0"]
    assert arms == ["drug"] * 3 + ["nothing"] * 3


def test_two_sides_in_one_arm_are_their_mean() -> None:
    row = {"subject": "P1", "arm": "a", "week": 0, "endpoint": "hair density", "unit": "hairs/cm2"}
    sides = [row | {"value": 100.0}, row | {"value": 110.0}, row | {"value": None}]
    observed = of_table(sides, {"a": "a"}, [0.0])
    (person,) = observed.people["hair_density"]
    assert person.values == (105.0,)


def test_what_is_left_out_is_told() -> None:
    row = {
        "subject": "P1",
        "arm": "a",
        "endpoint": "hair density",
        "unit": "hairs/cm2",
        "value": 9.0,
    }
    rows = [row | {"week": 0}, row | {"week": 5}, row | {"week": 0, "arm": "b"}]
    observed = of_table(rows, {"a": "a"}, [0.0, 84.0])
    assert observed.left_out == (
        "week 5: no visit of the simulation: 1 values left out",
        'arm "b": not simulated: 1 values left out',
    )


def test_the_envelope_holds_the_models_own_scores(own, tmp_path) -> None:
    low, high = own.envelopes["hair_density"]
    scores = np.sort([row.npde for row in own.rows if row.endpoint == "hair_density"])
    assert low.shape == high.shape == scores.shape
    assert (low < high).all()
    assert ((scores >= low) & (scores <= high)).mean() > 0.6
    files = write_npde(own, parse_scenario(MODEL), tmp_path, "follicle-sim npde x.toml")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)
    stored = json.loads((tmp_path / "npde.json").read_text())
    assert stored["shapes"][0]["fits"] is True
    assert len((tmp_path / "npde.csv").read_text().splitlines()) == 1 + len(own.rows)
    assert len(plot_npde(own).axes) == 4


@pytest.mark.parametrize(
    ("change", "arguments", "text"),
    [
        ("", {"replicates": 5}, "found 5; 20 trials or more"),
        ("", {"endpoints": ["salt"]}, "endpoints: salt: the data have hair_density"),
        ('label = "drug"', {}, "arms are drug, nothing; the scenario has others"),
        ('"24 weeks"]', {}, "was seen on days that the scenario has not"),
    ],
)
def test_what_is_refused(observed, change, arguments, text) -> None:
    other = {'label = "drug"': 'label = "x"', '"24 weeks"]': '"23 weeks"]'}.get(change, change)
    with pytest.raises(InputError, match=text):
        npde(parse_scenario(MODEL.replace(change, other)), against=observed, **arguments)


def test_a_single_value_has_no_shape_and_is_refused(observed) -> None:
    with pytest.raises(InputError, match="hair_density: the data have a single value"):
        npde(with_table(MODEL, table_of(observed)[:1]), replicates=20)


@pytest.mark.parametrize(("trials", "tells"), [(20, False), (59, False), (60, True), (200, True)])
def test_few_trials_tell_nothing(trials, tells) -> None:
    """(1 + none as far) / (1 + trials), three times: 60 trials are the first below 5 %."""
    lowest = 3.0 / (1.0 + trials)
    row = ShapeRow("x", 1, 7, trials, -9.0, lowest / 3.0, 1.0, 1.0, 1.0, lowest / 3.0, lowest)
    assert (row.lowest_p, row.tells, row.fits) == (lowest, tells, not tells)


def test_a_table_of_groups_or_none_is_refused() -> None:
    with pytest.raises(InputError, match="no \\[\\[compare\\]\\] table"):
        npde(parse_scenario(MODEL))
    group = {"arm": "drug", "week": 0, "endpoint": "hair density", "unit": "hairs/cm2", "mean": 1.0}
    with pytest.raises(InputError, match="mine is no table of single people"):
        npde(with_table(MODEL, [group]))
