"""The engine of expected values: its laws, what it shows, and what cannot be asked of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats
from engine_by_hand import clocks_of, forcing_on, healthy_rules

from follicle_sim import load_scenario, parse_scenario, power, resolve, simulate
from follicle_sim.analysis.values import scenario_of
from follicle_sim.base.errors import InputError
from follicle_sim.experiments.planning.predictive import predictive_bands
from follicle_sim.reporting.report import check_trial
from follicle_sim.simulation.engine.agents.grafts import Grafts, no_grafts
from follicle_sim.simulation.engine.agents.kernel import Sightings
from follicle_sim.simulation.engine.agents.sight import SEEN, TALLY_COLUMNS
from follicle_sim.simulation.engine.engine import AGENTS, Work
from follicle_sim.simulation.engine.expected.engine import EXPECTED, by_law
from follicle_sim.simulation.engine.expected.laws import law_of
from follicle_sim.simulation.engine.expected.nodes import STEP, nodes_of
from follicle_sim.simulation.engine.expected.visible import partial_moment
from follicle_sim.simulation.simulate import recruit

TEXT = """
schema_version = 1
title = "expected"
arms = [{ label = "nobody treated", role = "untreated" }, { label = "B", role = "placebo" }]
[population]
subjects = 8
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "aga_male"
severity = "norwood_iii"
spread = "typical"
[design]
kind = "parallel"
visits = ["0 days", "12 weeks", "24 weeks"]
[run]
engine = "expected"
"""


@pytest.mark.parametrize(("mean", "cv"), [(1000.0, 0.35), (18.0, 0.2), (44.0, 0.8), (5.0, 1.2)])
def test_a_law_in_bins_keeps_mean_and_shape(mean, cv) -> None:
    sigma = np.sqrt(np.log1p(cv**2))
    law = law_of(mean, sigma, 40)
    middle = (np.arange(law.share.size) + 0.5) * law.width
    assert law.share.sum() == pytest.approx(1.0)
    assert law.residual.sum() == pytest.approx(1.0)
    assert law.share @ middle == pytest.approx(mean, rel=1e-9)
    exact = scipy.stats.lognorm(sigma, scale=mean * np.exp(-0.5 * sigma**2))
    edges = np.arange(1, law.share.size + 1) * law.width
    assert np.abs(np.cumsum(law.share) - exact.cdf(edges)).max() < 0.01
    # what is left of a phase met at random: mean (1 + cv^2) / 2
    assert law.residual @ middle == pytest.approx(0.5 * mean * (1.0 + cv**2), rel=0.03)


def test_a_phase_without_spread_or_of_no_length() -> None:
    law = law_of(100.0, 0.0, 30)
    middle = (np.arange(law.share.size) + 0.5) * law.width
    assert law.share @ middle == pytest.approx(100.0)
    assert np.sqrt(law.share @ (middle - 100.0) ** 2) < law.width
    assert law_of(0.0, 0.2, 18).share.tolist() == [1.0, 0.0]


@pytest.mark.parametrize("power_of", [0, 1, 2])
@pytest.mark.parametrize("least", [0.0, 30.0, 70.0])
def test_partial_moments_are_integrals_of_the_law(power_of, least) -> None:
    rules = healthy_rules()
    sigma, relative = rules.full_calibre_sigma, 0.6
    law = scipy.stats.lognorm(sigma, scale=np.exp(-0.5 * sigma**2))
    low = least / relative / rules.full_calibre
    wanted = law.expect(lambda d: d**power_of, lb=low, ub=20.0)
    assert partial_moment(rules, relative, least, power_of) == pytest.approx(wanted, rel=1e-6)


def test_nodes_hold_every_visit_and_session_and_are_dense_under_attack() -> None:
    grid = np.arange(-800.0, 401.0)
    attack = np.where((grid >= 100.0) & (grid < 102.0), 1.0, 0.0)
    rules = healthy_rules()
    clocks = clocks_of(forcing_on(grid, attack=attack), rules)
    visits, sessions = np.array([0.0, 33.3, 350.0]), np.array([70.5])
    nodes = nodes_of(clocks, rules, visits, sessions).day
    assert np.isin([*visits, *sessions, grid[0]], nodes).all()
    assert nodes[-1] == 350.0
    assert (np.diff(nodes) > 0.0).all()
    assert np.diff(nodes[nodes >= -728.0]).max() <= STEP
    assert np.diff(nodes[(nodes >= 98.0) & (nodes <= 105.0)]).max() <= 1.0 + 1e-9


def test_it_has_no_luck_and_reads_without_error() -> None:
    """With one kind of people, another seed changes nothing at all."""
    alike = TEXT.replace('spread = "typical"', "")
    text = alike + '[instrument]\nname = "clinical_phototrichogram"\nreader_error = 0.05\n'
    one, other = (simulate(parse_scenario(text), seed=seed) for seed in (1, 2))
    np.testing.assert_array_equal(one.hair_density.values, other.hair_density.values)
    assert float(one.hair_density.std("subject").max()) < 1e-12


def test_threads_change_no_bit() -> None:
    scenario = parse_scenario(TEXT)
    one, other = (simulate(scenario, threads=threads) for threads in (1, 2))
    assert one.hair_density.values.tobytes() == other.hair_density.values.tobytes()


def test_few_people_spread_evenly_stand_for_many_drawn_ones() -> None:
    """Sixty-four people by expected value are nearer the mean than 3,000 agents could be asked."""
    few = parse_scenario(TEXT, overrides=["population.subjects=64"])
    means = [
        float(simulate(few, seed=seed).hair_density.isel(arm=0, time=1).mean()) for seed in range(4)
    ]
    many = simulate(
        parse_scenario(TEXT, overrides=["population.subjects=3000", "run.engine=agents"])
    ).hair_density.isel(arm=0, time=1)
    error = float(many.std() / np.sqrt(many.size))
    assert max(means) - min(means) < 4.0 * error
    assert abs(np.mean(means) - float(many.mean())) < 4.0 * error


def test_an_argument_chooses_the_engine_and_is_remembered() -> None:
    agents = parse_scenario(TEXT.replace('engine = "expected"', ""))
    result = simulate(agents, engine="expected")
    np.testing.assert_array_equal(
        result.hair_density.values, simulate(parse_scenario(TEXT)).hair_density.values
    )
    assert scenario_of(result) == parse_scenario(TEXT)
    with pytest.raises(InputError, match=r'run.engine: found "agent"; did you mean "agents"'):
        simulate(agents, engine="agent")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[record]\nfollicles = true", "record.follicles: an expected value has no single"),
        ("[record]\ntracked_follicles = 5", "record.tracked_follicles: an expected value has no"),
        (
            "[population.inclusion]\nhair_density = ['100 cm-2', '220 cm-2']",
            "population.inclusion.hair_density: who is let in by a count is let in by luck",
        ),
    ],
)
def test_what_needs_luck_is_refused(more, message) -> None:
    with pytest.raises(InputError, match=message):
        parse_scenario(TEXT + more)


def test_trials_and_their_tests_are_refused() -> None:
    scenario = parse_scenario(TEXT)
    message = 'run.engine: found "expected", which has no luck'
    with pytest.raises(InputError, match=message):
        check_trial(scenario)
    with pytest.raises(InputError, match=message):
        power(scenario, [4], replicates=2)
    with pytest.raises(InputError, match=message):
        predictive_bands(scenario, replicates=20)


def transplanted() -> Work:
    """Return the work of one person of the transplant arm of the shipped scenario."""
    caught = []

    class Spy:
        def live(self, work, sightings, stop) -> None:
            caught.append(work)
            sightings.tally[:] = 0.0

    words = ["population.subjects=1", "population.follicles=200"]
    protocol = resolve(load_scenario("scenarios/hair_transplant.toml", words))[0]
    arms = {run.arm.label: run for run in recruit([protocol]).arms[0]}
    for job in replace(arms["transplant"], engine=Spy()).jobs():
        job(np.zeros(1, np.uint8))
    return caught[0]


def lived(work: Work) -> np.ndarray:
    tally = np.empty((1, work.people.visits.shape[1], TALLY_COLUMNS))
    none = np.empty((*tally.shape[:2], 0))
    sightings = Sightings(tally, none.astype(np.uint8), none.astype(np.float32))
    EXPECTED.live(work, sightings, np.zeros(1, np.uint8))
    return tally


def test_sessions_of_two_kinds_of_grafts_keep_each_its_own_rest() -> None:
    """Together they show what each shows alone, less the natives that both have."""
    grafts = Grafts(
        day=np.array([7.0, 60.0]),
        survival=np.array([0.9, 0.9]),
        shaft=np.array([21.0, 5.0]),
        shaft_sigma=np.array([0.3, 0.3]),
        rest=np.array([90.0, 20.0]),
        rest_sigma=np.array([0.3, 0.3]),
        number=np.array([[50, 80]]),
    )
    assert [part.day.tolist() for part in by_law(grafts)] == [[60.0], [7.0]]
    same = grafts._replace(shaft=np.array([5.0, 5.0]), rest=np.array([20.0, 20.0]))
    assert [part.day.tolist() for part in by_law(same)] == [[7.0, 60.0]]
    assert len(by_law(no_grafts())) == 1
    work = transplanted()._replace(grafts=grafts)
    alone = [lived(work._replace(grafts=part)) for part in by_law(grafts)]
    natives = lived(work._replace(grafts=grafts._replace(number=np.zeros((1, 2), np.int64))))
    # other sessions are other nodes of time, which moves natives by the solver's error
    np.testing.assert_allclose(lived(work)[..., SEEN], (alone[0] + alone[1] - natives)[..., SEEN],
                               rtol=1e-3)  # fmt: skip
    # each as a thousand agents of it have it
    for part in by_law(grafts):
        many = part._replace(number=part.number * 400)
        luck, mean = np.empty_like(natives), lived(work._replace(grafts=many))
        none = np.empty((*luck.shape[:2], 0))
        AGENTS.live(
            work._replace(grafts=many),
            Sightings(luck, none.astype(np.uint8), none.astype(np.float32)),
            np.zeros(1, np.uint8),
        )
        total = 0.9 * many.number.sum()
        np.testing.assert_allclose(luck[..., SEEN] / total, mean[..., SEEN] / total, atol=0.02)
