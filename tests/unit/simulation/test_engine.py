"""Parts of the engine one by one: tables and their inverse, traits, hazards, blocks and threads."""

import os
import signal
import threading
import time

import numpy as np
import pytest
from engine_by_hand import (
    NO_COUNTS,
    NOBODY,
    clocks_of,
    forcing_on,
    healthy_rules,
    live_through,
    started,
    synchronised,
)
from scipy.stats import gamma, lognorm

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.codes import CYCLE, Phase
from follicle_sim.base.errors import Interrupted
from follicle_sim.biology.conditions import load_condition
from follicle_sim.biology.strata import sensitivities
from follicle_sim.protocol.timeline import time_grid
from follicle_sim.simulation.engine.agents.clocks import (
    ATTACK_HAZARD,
    GROWN,
    LOG_CALIBRE,
    cell_of,
    inverse,
)
from follicle_sim.simulation.engine.agents.events import advance, refresh
from follicle_sim.simulation.engine.agents.grafts import no_grafts
from follicle_sim.simulation.engine.agents.kernel import Person, Sightings, live
from follicle_sim.simulation.engine.agents.sight import PHASES, TALLY_COLUMNS
from follicle_sim.simulation.engine.interrupts import noted
from follicle_sim.simulation.engine.run import (
    FOLLICLES_PER_BLOCK,
    NODES_PER_BLOCK,
    blocks,
    default_threads,
    run_jobs,
)

GRID = np.concatenate([np.linspace(-60.0, 0.0, 3), np.arange(1.0, 401.0)])
SENSITIVITY = (0.0, 0.5, 1.7)


def drifting():
    """Return forcing in which everything moves."""
    t = GRID / 100.0
    log_rho = np.stack([0.2 * np.sin(t), 0.1 * t, -0.3 * np.cos(t)])
    return forcing_on(
        GRID,
        miniaturisation=0.2 + 0.05 * t,
        reversible=1.0 - 0.3 * np.tanh(t),
        brake=np.exp(-np.maximum(t, 0.0)),
        gain=0.1 * np.sin(t),
        log_rho=log_rho,
        growth_scale=1.3,
        pace=np.array([0.2, -0.1, 0.3]),
    )


def test_clocks_follow_the_model_equations() -> None:
    rules, forcing = healthy_rules(), drifting()
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    for g, a in enumerate(SENSITIVITY):
        x = -a * forcing.miniaturisation - 0.15 * np.sqrt(a) * forcing.reversible + forcing.gain
        x = np.clip(x, -2.0, 0.2)
        np.testing.assert_allclose(clocks.table[LOG_CALIBRE, g], x, rtol=1e-14)
        q = np.sqrt(a) * forcing.brake
        speed = {
            Phase.ANAGEN: np.exp(-4.0 * x + 0.19 * q + forcing.log_rho[0] + 0.2),
            Phase.CATAGEN: np.ones(GRID.size),
            Phase.TELOGEN: np.exp(0.15 * x - 0.14 * q + forcing.log_rho[1] - 0.1),
            Phase.KENOGEN: np.exp(0.55 * x - 0.46 * q + forcing.log_rho[2] + 0.3),
            GROWN: 0.37 * 1.3 * np.exp(x),
        }
        for row, v in speed.items():
            total = np.append(0.0, np.cumsum(0.5 * (v[1:] + v[:-1]) * np.diff(GRID)))
            np.testing.assert_allclose(clocks.table[row, g], total, rtol=1e-12, err_msg=str(row))


def inverted(row: np.ndarray, grid: np.ndarray, cell: int, level: float) -> tuple[float, int]:
    """Call the engine's inverse, which takes the addresses of a row and of the grid."""
    return inverse(row.ctypes.data, grid.ctypes.data, grid.size, cell, level)


def test_inverse_finds_the_same_from_every_starting_cell() -> None:
    clocks = clocks_of(drifting(), healthy_rules(), SENSITIVITY)
    row = clocks.table[Phase.KENOGEN, 2]
    for level in np.linspace(0.0, row[-1], 37)[:-1]:
        found = {inverted(row, GRID, cell, level) for cell in range(0, 402, 13)}
        assert len(found) == 1
        time, cell = found.pop()
        assert GRID[cell] <= time <= GRID[cell + 1]
        assert time == pytest.approx(np.interp(level, row, GRID), abs=1e-9)


def test_inverse_passes_over_flat_stretches_and_knows_what_is_never_reached() -> None:
    row = np.array([0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 3.0])
    grid = np.arange(7.0)
    for start in range(6):
        assert inverted(row, grid, start, 0.5)[0] == 2.5
        assert inverted(row, grid, start, 1.0)[0] == 5.0  # the end of the plateau
        assert inverted(row, grid, start, 2.0)[0] == 5.5
        # never within the grid: the last cell, in which nothing happens any more
        assert inverted(row, grid, start, 3.0) == (np.inf, 5)
        assert inverted(row, grid, start, np.inf) == (np.inf, 5)


def test_cell_of_brackets_every_time() -> None:
    for t in (-60.0, -59.0, 0.0, 0.5, 1.0, 399.0, 399.5):
        i = cell_of(t, GRID)
        assert GRID[i] <= t < GRID[i + 1]
    assert cell_of(400.0, GRID) == GRID.size - 2


def test_traits_follow_their_laws() -> None:
    n = 20_000
    rules = healthy_rules(full_calibre_sigma=0.2)
    clocks = clocks_of(forcing_on(GRID), rules, tuple(range(32)))
    state = started(clocks, rules, n)
    share = np.bincount(state["stratum"], minlength=32) / n
    assert np.abs(share - 1.0 / 32.0).max() < 4.0 * np.sqrt(1.0 / 32.0 / n)
    assert state["full_calibre"].mean() == pytest.approx(80.0, rel=0.005)
    assert np.log(state["full_calibre"]).std() == pytest.approx(0.2, rel=0.02)


def test_durations_follow_their_laws() -> None:
    """From a synchronised start the first phases are met whole."""
    rules = healthy_rules((100.0, 18.0, 60.0, 48.0))
    clocks = clocks_of(forcing_on(np.array([0.0, 500.0, 2000.0])), rules)
    state = started(clocks, rules, 5000, start=synchronised)
    whole = np.full((4, state.size), np.nan)
    follicle = np.arange(state.size)
    day = 0.0
    while np.isnan(whole).any():
        first = np.isnan(whole[state["phase"], follicle])
        length = state["next"] - state["entered"]
        whole[state["phase"][first], follicle[first]] = length[first]
        day += 1.0  # shorter than any phase, so none is passed by
        advance(state, clocks, rules, NOBODY, day)
    rank = (follicle + 0.5) / state.size
    for phase in CYCLE:
        sigma = rules.sigma[phase]
        law = lognorm(s=sigma, scale=rules.mean[phase] * np.exp(-0.5 * sigma**2))
        assert np.abs(np.sort(law.cdf(whole[phase])) - rank).max() < 1.63 / np.sqrt(state.size)


def test_sensitivities_are_mean_1_gamma_quantiles() -> None:
    a = sensitivities(load_condition("aga_male"), 1.13)
    assert a.size == 32
    assert a.mean() == pytest.approx(1.0, abs=1e-12)
    expected = gamma.ppf((np.arange(32) + 0.5) / 32, 1.13)
    np.testing.assert_allclose(a / a[0], expected / expected[0], rtol=1e-9)
    assert sensitivities(load_condition("healthy"), 1.13).tolist() == [0.0]


def test_the_grid_is_coarse_before_baseline_and_a_later_end_moves_no_node() -> None:
    grid = time_grid(365.0, 100.0, 0.25)
    assert grid[0] == -365.0
    assert 0.0 in grid
    assert grid[-1] > 100.0
    longer = time_grid(365.0, 200.0, 0.25)
    np.testing.assert_array_equal(longer[: grid.size], grid)
    assert time_grid(0.0, 10.0, 1.0)[0] == -28.0  # room for the shed window


def test_refresh_moves_only_what_is_to_come() -> None:
    """Clocks rewritten from day 100 on: events before stay, kenogen left over halves."""
    rules = healthy_rules()
    grid = np.union1d(np.arange(0.0, 601.0), [100.0 + 1e-9])
    slow = clocks_of(forcing_on(grid), rules)
    log_rho = np.zeros((3, grid.size))
    log_rho[2, grid > 100.0] = np.log(2.0)
    fast = clocks_of(forcing_on(grid, log_rho=log_rho), rules)
    state = started(slow, rules, 3000)
    advance(state, slow, rules, NOBODY, 100.0)
    before = state.copy()
    refresh(state, slow, NOBODY, 100.0)
    np.testing.assert_array_equal(state, before)
    refresh(state, fast, NOBODY, 100.0)
    empty = state["phase"] == Phase.KENOGEN
    assert empty.sum() > 50
    left, used = state["next"][empty] - 100.0, before["next"][empty] - 100.0
    np.testing.assert_allclose(left, used / 2.0, atol=1e-6)
    np.testing.assert_allclose(state["next"][~empty], before["next"][~empty], rtol=1e-12)
    whole = started(fast, rules, 3000)
    for each in (state, whole):
        advance(each, fast, rules, NOBODY, 500.0)
    np.testing.assert_allclose(state["entered"], whole["entered"], atol=1e-9)


def test_a_phase_of_no_length_is_passed_through() -> None:
    rules = healthy_rules((100.0, 0.0, 50.0, 0.0))
    clocks = clocks_of(forcing_on(np.array([0.0, 500.0, 2000.0])), rules)
    state = started(clocks, rules, 2000)
    assert set(state["phase"]) == {Phase.ANAGEN, Phase.TELOGEN}
    advance(state, clocks, rules, NOBODY, 1500.0)
    assert set(state["phase"]) == {Phase.ANAGEN, Phase.TELOGEN}
    assert state["cycle"].mean() == pytest.approx(10.0, rel=0.02)


def test_a_hazard_is_constant_within_a_cell_and_starts_on_its_node() -> None:
    hazard = np.where((GRID >= 0.0) & (GRID < 14.0), 0.03, 0.0)
    clocks = clocks_of(forcing_on(GRID, attack=hazard), healthy_rules())
    total = clocks.hazard[ATTACK_HAZARD, 0]
    assert clocks.attacked
    assert not clocks.destroyed
    np.testing.assert_allclose(total, 0.03 * np.clip(GRID, 0.0, 14.0), atol=1e-15)


EFFLUVIUM = """
schema_version = 1
title = "attack from day 0 to 14"
arms = [{ label = "untreated", role = "untreated" }]
design = { kind = "parallel", visits = ["0 days", "14 days"] }
record = { follicles = true }
[population]
subjects = 4
follicles = 5000
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "telogen_effluvium"
"""


def test_a_pulse_of_attack_begins_on_its_day_and_has_its_size() -> None:
    """Nothing before baseline, although the grid of natural history is coarse there."""
    sick = simulate(parse_scenario(EFFLUVIUM)).follicle_phase.values
    well = simulate(parse_scenario(EFFLUVIUM.replace("telogen_effluvium", "healthy")))
    well = well.follicle_phase.values
    np.testing.assert_array_equal(sick[:, :, 0], well[:, :, 0])
    growing = (well == Phase.ANAGEN).all(axis=2)
    spared = (sick[:, :, 1] == Phase.ANAGEN)[growing]
    expected = np.exp(-14.0 * 0.03)
    assert abs(spared.mean() - expected) < 3.0 * np.sqrt(expected * (1 - expected) / spared.size)


def test_what_is_seen_is_what_the_rules_allow() -> None:
    rules = healthy_rules((1000.0, 18.0, 100.0, 300.0), emergence_length=5.0)
    clocks = clocks_of(forcing_on(GRID), rules)
    state = started(clocks, rules, 2000)
    visits = np.array([200.0])
    tally = np.empty((1, TALLY_COLUMNS))
    live_through(state, clocks, rules, NOBODY, visits, tally)
    length = 0.37 * (200.0 - state["entered"])
    growing = state["phase"] == Phase.ANAGEN
    club = np.isin(state["phase"], [Phase.CATAGEN, Phase.TELOGEN])
    shown = club | (growing & (length >= 5.0))
    thick = state["full_calibre"]
    assert tally[0, PHASES:].sum() == 2000
    assert tally[0, 0] == shown.sum()
    assert tally[0, 1] == (shown & (thick >= 30.0)).sum()
    assert tally[0, 2] == (shown & growing).sum()
    np.testing.assert_allclose(tally[0, 3], thick[shown].sum())
    np.testing.assert_allclose(tally[0, 4], 0.37 * (shown & growing).sum())
    np.testing.assert_allclose(tally[0, 5], ((thick[shown & growing] / 80.0) ** 2).sum())
    assert tally[0, 6] == (200.0 - state["shed"] <= 28.0).sum()


def test_blocks_cover_everyone_once() -> None:
    for subjects, follicles in [(1, 10), (100, 1000), (7, 1_000_000), (5, 0)]:
        people = [s for part in blocks(subjects, follicles) for s in range(subjects)[part]]
        assert people == list(range(subjects))


def test_blocks_are_as_large_as_the_work_and_the_memory_allow() -> None:
    work = [
        (1, 0),
        (10, 0),
        (300, 0),
        (20_000, 0),
        (10, 300),
        (10, 1000),
        (300, 50_000),
        (9, 500_000),
    ]
    for follicles, nodes in work:
        (first, *_) = blocks(100_000, follicles, nodes)
        size = first.stop - first.start

        def fits(people: int, follicles: int = follicles, nodes: int = nodes) -> bool:
            return people * follicles <= FOLLICLES_PER_BLOCK and people * nodes <= NODES_PER_BLOCK

        assert fits(size) or size == 1
        assert not fits(size + 1)
    assert list(blocks(5000, 10)) == list(blocks(5000, 10, 0)), "forcing is shared unless told"


def test_a_process_uses_the_processors_it_may_use(monkeypatch) -> None:
    mine = {0: {0, 3, 5}}
    monkeypatch.setattr(os, "sched_getaffinity", mine.__getitem__, raising=False)
    assert default_threads() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert default_threads() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert default_threads() == 1


@pytest.mark.parametrize("threads", [1, 3])
def test_jobs_wait_for_a_thread_and_are_made_just_before(threads: int) -> None:
    """As many at a time as there are threads, and at most as many again made ahead."""
    lock, now, most, begun, ahead = threading.Lock(), 0, 0, 0, []
    together = threading.Barrier(threads, timeout=60.0)

    def work(stop) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
        return 1

    def made():
        nonlocal begun
        for k in range(12):
            ahead.append(k - begun)
            yield work

    def finished(done: int, total: int) -> None:
        nonlocal begun
        begun = done

    run_jobs(made(), 12, threads=threads, progress=finished)
    assert most == threads
    assert max(ahead) == 2 * threads - 1
    assert now == 0


@pytest.mark.parametrize(("total", "people"), [(1, 1), (6, 3), (0, 0)])
def test_progress_counts_people_and_ends_with_all_of_them(total: int, people: int) -> None:
    """Somebody who lives in two arms is one; a run of nobody ends as well."""
    told: list[tuple[int, int]] = []
    jobs = [lambda stop: 1] * total or [lambda stop: 0]
    run_jobs(jobs, total, threads=1, people=people, progress=lambda *at: told.append(at))
    assert told[-1] == (people, people)
    assert all(0 <= done <= people for done, _ in told)


def test_jobs_report_progress_and_raise_what_went_wrong() -> None:
    told: list[tuple[int, int]] = []
    jobs = ((lambda stop: 2) for _ in range(5))
    run_jobs(jobs, 10, threads=2, progress=lambda *at: told.append(at))
    assert told[-1] == (10, 10)
    assert [done for done, _ in told] == sorted(done for done, _ in told)

    def broken(stop) -> int:
        raise RuntimeError("a job failed")

    with pytest.raises(RuntimeError, match="a job failed"):
        run_jobs(iter([broken]), 1, threads=1)


def test_an_interrupt_stops_running_blocks_and_says_how_far_it_came() -> None:
    running = threading.Event()

    def endless(stop) -> int:
        running.set()
        while stop[0] == 0:
            threading.Event().wait(0.001)
        return 0

    def impatient(done: int, total: int) -> None:
        assert running.wait(5.0)
        raise KeyboardInterrupt

    with pytest.raises(Interrupted, match="after 0 of 3 subjects"):
        run_jobs(iter([endless]), 3, threads=1, progress=impatient)


def test_a_stopped_block_gives_up_between_follicles() -> None:
    rules = healthy_rules()
    clocks = clocks_of(forcing_on(GRID), rules)
    state = started(clocks, rules, 10)
    none = np.empty((1, 0), np.uint8), np.empty((1, 0), np.float32)
    stop = np.ones(1, np.uint8)
    person = Person(NOBODY, 1.0, np.array([300.0]), NO_COUNTS)
    seen = Sightings(np.empty((1, TALLY_COLUMNS)), *none)
    assert live(state, clocks, rules, person, no_grafts(), seen, stop) == 0


def test_an_insensitive_scalp_ignores_androgens() -> None:
    """Donor area: sensitivity 0 in the same forcing gives the clocks of a healthy scalp."""
    rules = healthy_rules()
    on = np.ones(GRID.size)
    androgens = forcing_on(GRID, miniaturisation=0.5 * on, reversible=on, brake=on)
    with_androgens, without = (clocks_of(f, rules) for f in (androgens, forcing_on(GRID)))
    np.testing.assert_array_equal(with_androgens.table, without.table)


def test_refresh_onto_a_new_hazard_gives_every_follicle_its_budget() -> None:
    """Calm until day 100, then a hazard: the same as if it had been known from the start."""
    rules = healthy_rules()
    grid = np.arange(0.0, 401.0)
    hazard = np.where(grid >= 100.0, 0.05, 0.0)
    calm = clocks_of(forcing_on(grid), rules)
    risky = clocks_of(forcing_on(grid, attack=hazard, destruction=hazard / 10), rules)
    warned, surprised = started(risky, rules, 2000), started(calm, rules, 2000)
    advance(warned, risky, rules, NOBODY, 100.0)
    advance(surprised, calm, rules, NOBODY, 100.0)
    refresh(surprised, risky, NOBODY, 100.0)
    for each in (warned, surprised):
        advance(each, risky, rules, NOBODY, 300.0)
    np.testing.assert_array_equal(surprised["phase"], warned["phase"])
    np.testing.assert_allclose(surprised["entered"], warned["entered"], atol=1e-9)
    assert (surprised["phase"] == Phase.LOST).sum() > 500


def test_ctrl_c_is_noted_and_the_handler_comes_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with noted() as stopped:
            assert not stopped.is_set()
            signal.raise_signal(signal.SIGINT)
            assert stopped.is_set()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        # a handler of somebody else, such as a notebook's, is left alone
        signal.signal(signal.SIGINT, print)
        with noted():
            assert signal.getsignal(signal.SIGINT) is print
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_blocks_run_ends_in_interrupted_and_stops_them() -> None:
    began = threading.Event()

    def work(stop: np.ndarray) -> int:
        began.set()
        while not stop[0]:
            time.sleep(0.001)
        return 1

    def press() -> None:
        began.wait(10)
        signal.raise_signal(signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=press).start()
    try:
        with pytest.raises(Interrupted, match="after 0 of 9 subjects"):
            run_jobs(iter([work] * 9), 9, threads=2)
    finally:
        signal.signal(signal.SIGINT, before)
