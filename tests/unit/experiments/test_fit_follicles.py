"""A number of a scenario fitted to follicles followed at visits."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2
from tracked import HEADER, HEALTHY, PHASES, healthy_law, phases_at, write_table

from follicle_sim import InputError, fit_follicles, parse_scenario, simulate, with_overrides
from follicle_sim.biology.path_law import agreement, path_probability
from follicle_sim.experiments.calibration.follicle_likelihood import law_of
from follicle_sim.experiments.calibration.follicle_profile import find_profile
from follicle_sim.experiments.explain import typical_scenario
from follicle_sim.protocol.resolve import resolve

PLAIN = parse_scenario(HEALTHY)
TWO = parse_scenario(
    HEALTHY.replace("[design]", '[[arms]]\nlabel = "new"\nrole = "treatment"\n[design]')
)


@pytest.fixture(scope="module")
def shorter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A healthy scalp whose anagen lasts 600 days."""
    data = simulate(with_overrides(PLAIN, ['biology.anagen_mean="600 days"']))
    return write_table(data, tmp_path_factory.mktemp("hairs") / "hairs.csv")


def test_a_known_anagen_is_found(shorter: Path) -> None:
    fit = fit_follicles(PLAIN, shorter)
    assert (fit.name, fit.verdict) == ("anagen_mean", "identified")
    assert fit.low < 600.0 < fit.high < 1000.0
    assert fit.high / fit.low < 1.4
    assert (fit.follicles, fit.people, fit.visits) == (600, 30, 4)
    assert fit.unlikely == ()
    assert sum(row.observed for row in fit.transitions) == 3 * 600
    assert sum(row.fitted for row in fit.transitions) == pytest.approx(3 * 600)
    big = [row for row in fit.transitions if row.fitted > 20]
    assert all(abs(row.observed - row.fitted) <= 4 * np.sqrt(row.fitted) for row in big)


def test_a_shift_in_one_arm_is_found_beside_a_control(tmp_path: Path, shorter: Path) -> None:
    """Rows of a scalp in another equilibrium: not a shift from day 0, but anagen ends sooner."""
    control = write_table(simulate(PLAIN), tmp_path / "control.csv", "c").read_text()
    other = shorter.read_text().removeprefix(HEADER).replace("nobody,", "new,n")
    (tmp_path / "both.csv").write_text(control + other)
    fit = fit_follicles(TWO, tmp_path / "both.csv")
    assert fit.name == "anagen_shift"
    assert fit.high < 0.9


def test_the_order_of_rows_is_of_no_concern(tmp_path: Path, shorter: Path) -> None:
    lines = shorter.read_text().splitlines()[1:]
    blocks = [lines[k : k + 4] for k in range(0, len(lines), 4)]
    order = np.random.Generator(np.random.Philox(5)).permutation(len(blocks))
    mixed = tmp_path / "mixed.csv"
    mixed.write_text(HEADER + "".join("\n".join(blocks[k]) + "\n" for k in order))
    first, second = fit_follicles(PLAIN, shorter), fit_follicles(PLAIN, mixed)
    assert (first.best, first.low, first.high) == (second.best, second.low, second.high)
    assert first.values.tolist() == second.values.tolist()


def test_the_laws_of_the_scenario_are_the_engines_and_a_shift_begins_on_day_0() -> None:
    days = np.array([-20.0, 0.0, 40.0])
    protocol = resolve(typical_scenario(TWO, list(TWO.arms), (-20.0, 0.0, 40.0)))[0]
    law, nodes = law_of(protocol, protocol.arms[1], days, ("anagen_shift", 2.0))
    plain = healthy_law(nodes[-1] + 1)
    np.testing.assert_allclose(law.mean, plain.mean)
    np.testing.assert_allclose(law.sigma, plain.sigma)
    assert law.hidden[0] == round(5.0 / 0.37)
    assert nodes[0] >= law.hidden[0]
    steps = np.diff(law.reading[0], axis=1)
    np.testing.assert_allclose(steps[1:], 1.0)
    np.testing.assert_allclose(steps[0, : nodes[1]], 1.0)
    np.testing.assert_allclose(steps[0, nodes[1] :], 0.5)


@pytest.mark.parametrize("alike", [1, 4])
def test_the_profile_of_a_normal_law_is_a_parabola_and_copies_within_people_widen_it(alike) -> None:
    """-2 log-likelihood of normal x is (x - log v)^2 / s^2; copies of a person say nothing new."""
    x = np.repeat(np.random.Generator(np.random.Philox(6)).normal(0.3, 0.5, 80), alike)

    def of_people(value: float) -> np.ndarray:
        each = -0.5 * np.square((x - np.log(value)) / 0.5)
        return each.reshape(80, alike).sum(axis=1)

    found = find_profile(of_people, (1.0, 1e-3, 1e3))
    assert found.best == pytest.approx(np.exp(x.mean()), rel=1e-3)
    spread = x[::alike].std(ddof=1) ** 2 / 0.5**2
    assert found.between == pytest.approx(max(1.0, alike * spread), rel=1e-3)
    half = np.sqrt(2.7055 * found.between / (80 * alike)) * 0.5
    assert np.log(found.high / found.best) == pytest.approx(half, rel=0.01)
    assert np.log(found.best / found.low) == pytest.approx(half, rel=0.01)


def test_where_nothing_is_told_both_ends_are_open() -> None:
    flat = find_profile(lambda value: np.zeros(10), (1.0, 0.1, 10.0))
    assert (flat.low, flat.high) == (None, None)
    assert find_profile(lambda value: np.full(10, -np.inf), (1.0, 0.1, 10.0)) is None


@pytest.mark.parametrize(
    ("rows", "name", "message"),
    [
        ("nobdy,1,1,0,hair\n", "", 'line 2: no arm "nobdy"; did you mean "nobody"?'),
        ("nobody,1,1,0,hair\n", "anagen_men", 'no number "anagen_men" to fit; did you mean'),
        ("nobody,1,1,0,hair\n", "anagen_shift", 'no arm has the role "treatment"'),
        ("nobody,1,1,0,catagen\nnobody,1,1,1,kenogen\nnobody,1,1,2,catagen\n", "",
         "line 2: no follicle of the model can show catagen, kenogen, catagen"),
        ("nobody,1,1,0,catagen\nnobody,1,1,1,kenogen\nnobody,1,1,2,catagen\n", "",
         "allow for misread visits (misread=0.01, on the command line --misread 0.01)"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_told(tmp_path: Path, rows, name, message) -> None:
    file = tmp_path / "hairs.csv"
    file.write_text(HEADER + rows)
    with pytest.raises(InputError) as refused:
        fit_follicles(PLAIN, file, name)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"misread": 0.5}, "misread: found 0.5; allowed: from 0 to below 0.5"),
        ({"misread": -0.1}, "misread: found -0.1"),
        ({"level": 1.0}, "level: found 1; allowed: from 0 to below 1"),
        ({"level": "a"}, 'level: found "a"; allowed: a number'),
    ],
)
def test_options_out_of_range_are_refused(shorter: Path, options, message) -> None:
    with pytest.raises(InputError) as refused:
        fit_follicles(PLAIN, shorter, **options)
    assert message in str(refused.value)


def test_a_misreading_is_named_or_allowed_for(tmp_path: Path, shorter: Path) -> None:
    file = tmp_path / "hairs.csv"
    odd = [("0", "telogen"), ("28", "catagen"), ("84", "anagen")]
    rows = "".join(f"nobody,odd,1,{day},{seen}\n" for day, seen in odd)
    file.write_text(shorter.read_text() + rows)
    strict = fit_follicles(PLAIN, file)
    assert len(strict.unlikely) == 1
    assert "telogen, catagen, anagen" in strict.unlikely[0]
    assert f"line {len(shorter.read_text().splitlines()) + 1}" in strict.unlikely[0]
    assert fit_follicles(PLAIN, file, misread=0.01).unlikely == ()


def test_a_condition_that_attacks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hairs.csv"
    file.write_text(HEADER + "nobody,1,1,0,hair\nnobody,1,1,28,hair\n")
    sick = with_overrides(PLAIN, ['population.condition="telogen_effluvium"'])
    with pytest.raises(InputError, match="ends phases before their time"):
        fit_follicles(sick, file)


TREATED = HEALTHY.replace('"healthy"', '"aga_male"\nseverity = "norwood_iv"').replace(
    "[design]",
    """[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "24 weeks"
[design]""",
).replace("30 days", "6 years")  # fmt: skip


@pytest.mark.parametrize("arm", [0, 1])
def test_pairs_of_visits_are_as_frequent_as_in_the_engine_with_androgens_and_a_drug(arm) -> None:
    """30,000 follicles in 32 strata after six years of history, against 12 in equilibrium."""
    scenario = parse_scenario(TREATED)
    many = ["population.subjects=500", "record.tracked_follicles=60"]
    data = simulate(with_overrides(scenario, many))
    days = data["time"].values
    typical = typical_scenario(scenario, list(scenario.arms), tuple(days.tolist()))
    protocol = resolve(typical)[0]
    law, nodes = law_of(protocol, protocol.arms[arm], days)
    seen = phases_at(data)[arm].reshape(-1, days.size)
    pairs = list(product(range(4), repeat=2))
    chances = np.stack([agreement([PHASES[a], PHASES[b]]) for a, b in pairs])
    for last in (1, 3):
        expected = len(seen) * path_probability(law, nodes[[0, last]], chances)
        counts = np.array([((seen[:, [0, last]] == pair).all(axis=1)).sum() for pair in pairs])
        frequent = expected > 20.0
        off = ((counts - expected) / np.sqrt(expected))[frequent]
        assert frequent.sum() >= 10
        assert np.abs(off).max() <= 4.0, off
        assert np.square(off).sum() <= chi2.ppf(0.9999, frequent.sum()), off


def test_what_an_arm_is_given_is_in_its_law_alone() -> None:
    scenario = parse_scenario(TREATED)
    days = np.array([0.0, 84.0])
    protocol = resolve(typical_scenario(scenario, list(scenario.arms), (0.0, 84.0)))[0]
    (plain, _), (drug, nodes) = (law_of(protocol, arm, days) for arm in protocol.arms)
    before = slice(0, nodes[0] + 1)
    np.testing.assert_array_equal(plain.reading[..., before], drug.reading[..., before])
    empty, sooner = (law.reading[:, 3, -1] - law.reading[:, 3, nodes[0]] for law in (plain, drug))
    assert (sooner > 1.2 * empty).all()
