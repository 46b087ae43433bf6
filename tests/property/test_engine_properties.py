"""What must hold of the engine whatever the biology: splitting, scaling, counting, hazards."""

from typing import Any

import numpy as np
from engine_by_hand import (
    NO_COUNTS,
    clocks_of,
    forcing_on,
    healthy_rules,
    live_through,
    started,
    synchronised,
)
from engine_by_hand import stationary as stationary_start
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.base.codes import Phase
from follicle_sim.simulation.engine.agents.clocks import Forcing, Rules
from follicle_sim.simulation.engine.agents.events import advance, refresh
from follicle_sim.simulation.engine.agents.grafts import no_grafts
from follicle_sim.simulation.engine.agents.kernel import Person, Sightings, live, observe
from follicle_sim.simulation.engine.agents.sight import (
    PHASES,
    SEEN,
    SEEN_ANAGEN,
    SHED,
    TALLY_COLUMNS,
    TERMINAL,
)

FOLLICLES = 150
START, END = -100.0, 500.0
SENSITIVITY = (0.0, 0.4, 1.1, 2.5)
TIMES = ("next", "entered", "shed")

few = settings(deadline=None, max_examples=20)
# Chance alone must not fail a run of the tests: the same twenty seeds every time.
few_seeds = settings(few, derandomize=True)


@st.composite
def biologies(draw) -> Rules:
    """Return rules with short or long, regular or irregular phases; catagen may be absent."""
    mean = [
        draw(st.floats(20.0, 2000.0)),
        draw(st.sampled_from([0.0, 2.0, 18.0])),
        draw(st.floats(5.0, 300.0)),
        draw(st.floats(0.5, 300.0)),
    ]
    cv = [draw(st.floats(0.0, 1.2)) for _ in range(4)]
    return healthy_rules(mean, cv, detection_calibre=draw(st.sampled_from([0.0, 30.0])))


@st.composite
def forcings(draw, hazards: bool = True) -> Forcing:
    """Return drifting forcing on an uneven grid, with steps and perhaps hazards."""
    step = draw(st.sampled_from([0.5, 1.0, 7.0]))
    count = draw(st.integers(2, 10))
    coarse = np.linspace(START, 0.0, count)
    grid = np.concatenate([coarse, np.arange(step, END + 2 * step, step)])
    a, b, c, d = (draw(st.floats(-0.7, 0.7)) for _ in range(4))
    after = grid > 0.0
    attack = draw(st.sampled_from([0.0, 0.002, 0.05])) if hazards else 0.0
    destruction = draw(st.sampled_from([0.0, 0.001])) if hazards else 0.0
    return forcing_on(
        grid,
        miniaturisation=np.maximum(0.0, 0.3 + a * grid / 500.0),
        reversible=1.0 + b * after,
        brake=1.0 + c * after,
        gain=0.1 * d * np.sin(grid / 50.0),
        log_rho=np.stack([a * after, b * np.cos(grid / 30.0), d * after]),
        attack=np.where(after & (grid < 60.0), attack, 0.0),
        destruction=np.full(grid.size, destruction),
    )


names = st.tuples(*[st.integers(0, 2**32 - 1)] * 2, st.integers(0, 2**24 - 1),
                  st.integers(0, 2**32 - 1))  # fmt: skip
moments = st.lists(st.floats(START, END), max_size=5).map(sorted)
starts = st.sampled_from([stationary_start, synchronised])


def same(one: Any, other: Any) -> None:
    """Raise AssertionError unless two states are equal field by field, bit for bit.

    A lost follicle has no next event, so where that would be and why may differ.
    """
    for field in one.dtype.names:
        kept = one["phase"] != Phase.LOST if field in ("cell", "cause") else slice(None)
        assert one[field][kept].tobytes() == other[field][kept].tobytes(), field


@few
@given(biologies(), forcings(), names, starts, moments, st.booleans())
def test_splitting_a_run_equals_the_whole(rules, forcing, name, start, stops, again) -> None:
    """Also when clocks that did not change are reread between the pieces."""
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    whole = started(clocks, rules, FOLLICLES, name, start)
    pieces = whole.copy()
    events = advance(whole, clocks, rules, name, END)
    parts = 0
    for stop in [*stops, END]:
        parts += advance(pieces, clocks, rules, name, stop)
        if again:
            refresh(pieces, clocks, name, stop)
    assert parts == events
    same(pieces, whole)


@few
@given(biologies(), forcings(), names, moments)
def test_living_through_visits_equals_advancing_and_observing(rules, forcing, name, visits) -> None:
    visits = np.unique([*visits, END])
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    state = started(clocks, rules, FOLLICLES, name)
    stepped = state.copy()
    tally = np.empty((visits.size, TALLY_COLUMNS))
    live_through(state, clocks, rules, name, visits, tally)
    for v, visit in enumerate(visits):
        row = np.empty((1, TALLY_COLUMNS))
        advance(stepped, clocks, rules, name, visit)
        observe(stepped, clocks, rules, 1.0, visit, row)
        assert row.tobytes() == tally[v : v + 1].tobytes()
    same(stepped, state)


@few
@given(biologies(), forcings(), names, moments)
def test_phases_sum_to_follicles_and_parts_are_not_more_than_wholes(
    rules, forcing, name, visits
) -> None:
    visits = np.unique([*visits, END])
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    state = started(clocks, rules, FOLLICLES, name)
    tally = np.empty((visits.size, TALLY_COLUMNS))
    phases = np.empty((visits.size, FOLLICLES), np.uint8)
    calibres = np.empty((visits.size, FOLLICLES), np.float32)
    stop = np.zeros(1, np.uint8)
    person, seen = Person(name, 1.0, visits, NO_COUNTS), Sightings(tally, phases, calibres)
    live(state, clocks, rules, person, no_grafts(), seen, stop)
    assert (tally[:, PHASES:].sum(axis=1) == FOLLICLES).all()
    for phase in Phase:
        np.testing.assert_array_equal(tally[:, PHASES + phase], (phases == phase).sum(axis=1))
    np.testing.assert_array_equal(tally[:, SEEN], (calibres > 0.0).sum(axis=1))
    assert (tally[:, TERMINAL] <= tally[:, SEEN]).all()
    assert (tally[:, SEEN_ANAGEN] <= tally[:, PHASES + Phase.ANAGEN]).all()
    assert (tally[:, SHED] <= FOLLICLES).all()
    lost = phases == Phase.LOST
    assert (lost[1:] >= lost[:-1]).all(), "a lost follicle came back"
    assert (calibres[lost | (phases == Phase.KENOGEN)] == 0.0).all()


def rescaled(rules: Rules, forcing: Forcing, factor: float) -> tuple[Rules, Forcing]:
    """Return the same biology told in another unit of time."""
    return (
        rules._replace(
            mean=rules.mean * factor,
            growth=rules.growth / factor,
            shed_window=rules.shed_window * factor,
        ),
        forcing._replace(
            grid=forcing.grid * factor,
            attack=forcing.attack / factor,
            destruction=forcing.destruction / factor,
        ),
    )


@few
@given(biologies(), forcings(), names, st.sampled_from([0.25, 0.5, 2.0, 8.0, 3.0, 0.7]))
def test_scaling_all_times_scales_all_events(rules, forcing, name, factor) -> None:
    """Exactly for powers of two; to rounding for other factors."""
    exact = np.log2(factor).is_integer()
    visits = np.array([0.0, 84.0, END])
    seen, ends = [], []
    for unit in (1.0, factor):
        told_rules, told_forcing = rescaled(rules, forcing, unit)
        clocks = clocks_of(told_forcing, told_rules, SENSITIVITY)
        state = started(clocks, told_rules, FOLLICLES, name)
        tally = np.empty((visits.size, TALLY_COLUMNS))
        live_through(state, clocks, told_rules, name, visits * unit, tally)
        seen.append(tally[:, PHASES:])
        ends.append({field: state[field] / unit for field in TIMES})
    for field in TIMES:
        if exact:
            np.testing.assert_array_equal(ends[1][field], ends[0][field])
        else:
            np.testing.assert_allclose(ends[1][field], ends[0][field], rtol=1e-9, atol=1e-6)
    np.testing.assert_array_equal(seen[1], seen[0])


@few
@given(biologies(), forcings(), names, st.integers(1, FOLLICLES - 1))
def test_more_follicles_change_nothing_of_the_first(rules, forcing, name, few_follicles) -> None:
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    many = started(clocks, rules, FOLLICLES, name)
    some = started(clocks, rules, few_follicles, name)
    for state in (many, some):
        advance(state, clocks, rules, name, END)
    same(many[:few_follicles].copy(), some)


@few
@given(biologies(), forcings(hazards=False), names)
def test_a_longer_grid_changes_no_earlier_event(rules, forcing, name) -> None:
    """As a later visit, with hazards that only begin after the first grid ends, makes it."""
    grid = forcing.grid
    later = grid[-1] + np.arange(1.0, 200.0)
    longer = {"grid": np.append(grid, later)}
    for field in ("miniaturisation", "reversible", "brake", "gain"):
        row = getattr(forcing, field)
        longer[field] = np.append(row, np.full(later.size, row[-1]))
    row = forcing.log_rho
    longer["log_rho"] = np.concatenate([row, np.repeat(row[:, -1:], later.size, axis=1)], axis=1)
    hazard = np.append(np.zeros(grid.size), np.full(later.size, 0.01))
    extended = forcing_on(longer["grid"], attack=hazard, destruction=hazard)._replace(**longer)
    states = []
    for each in (forcing, extended):
        clocks = clocks_of(each, rules, SENSITIVITY)
        states.append(started(clocks, rules, FOLLICLES, name))
        advance(states[-1], clocks, rules, name, END)
    for field in ("phase", "cycle", "entered", "due", "mark", "club", "shed", "stratum"):
        assert states[0][field].tobytes() == states[1][field].tobytes(), field
    soon = states[0]["next"] <= grid[-1]
    np.testing.assert_array_equal(states[1]["next"][soon], states[0]["next"][soon])


@few_seeds
@given(st.floats(0.001, 0.2), st.floats(1.0, 30.0), st.integers(0, 2**32 - 1))
def test_an_attack_ends_its_share_of_anagen(hazard: float, days: float, seed: int) -> None:
    """Of hairs that would have grown on, 1 - exp(-H) enter catagen early."""
    n = 4000
    grid = np.union1d(np.array([-10.0, 0.0, days, 400.0]), np.arange(0.0, 31.0))
    attack = np.where((grid >= 0.0) & (grid < days), hazard, 0.0)
    rules = healthy_rules()
    name = (seed, 0, 0, 0)
    ends = []
    for pulse in (np.zeros(grid.size), attack):
        clocks = clocks_of(forcing_on(grid, attack=pulse), rules)
        state = started(clocks, rules, n, name)
        advance(state, clocks, rules, name, days)
        ends.append(state)
    calm, attacked = ends
    grown_on = (calm["phase"] == Phase.ANAGEN) & (calm["entered"] < 0.0)
    share = (attacked["phase"][grown_on] != Phase.ANAGEN).mean()
    expected = 1.0 - np.exp(-hazard * days)
    error = np.sqrt(expected * (1.0 - expected) / grown_on.sum())
    assert abs(share - expected) <= 4.0 * error
    others = (calm["phase"] != Phase.ANAGEN) & (calm["entered"] < 0.0)
    for field in ("phase", "entered", "cycle", "due"):
        np.testing.assert_array_equal(attacked[field][others], calm[field][others])


@few_seeds
@given(st.floats(1e-4, 0.01), st.integers(0, 2**32 - 1))
def test_destruction_takes_its_share_for_good(hazard: float, seed: int) -> None:
    """Of all follicles, in any phase, 1 - exp(-H) are lost; the others live as if nothing was."""
    n, days = 4000, 300.0
    grid = np.arange(0.0, 401.0, 50.0)
    rules = healthy_rules()
    name = (seed, 0, 0, 0)
    states = []
    for rate in (0.0, hazard):
        clocks = clocks_of(forcing_on(grid, destruction=np.full(grid.size, rate)), rules)
        state = started(clocks, rules, n, name)
        advance(state, clocks, rules, name, days)
        states.append(state)
    calm, after = states
    lost = after["phase"] == Phase.LOST
    expected = 1.0 - np.exp(-hazard * days)
    error = np.sqrt(expected * (1.0 - expected) / n)
    assert abs(lost.mean() - expected) <= 4.0 * error
    assert np.isinf(after["next"][lost]).all()
    for field in ("phase", "entered", "cycle", "due"):
        np.testing.assert_array_equal(after[field][~lost], calm[field][~lost])
    then = after.copy()
    assert advance(then, clocks, rules, name, 400.0) > 0
    np.testing.assert_array_equal(then[lost], after[lost])
