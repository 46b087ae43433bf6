"""What must hold of expected values whatever the biology: agents scatter around, mass stays."""

from __future__ import annotations

import numpy as np
from engine_by_hand import clocks_of, healthy_rules
from expected_by_hand import expected
from hypothesis import given, settings
from hypothesis import strategies as st
from test_engine_properties import END, SENSITIVITY, forcings

from follicle_sim.simulation.engine.agents.birth import initialise
from follicle_sim.simulation.engine.agents.grafts import no_grafts
from follicle_sim.simulation.engine.agents.kernel import Person, Sightings, live
from follicle_sim.simulation.engine.agents.sight import (
    PHASES,
    SEEN,
    SEEN_ANAGEN,
    TALLY_COLUMNS,
    TERMINAL,
)
from follicle_sim.simulation.engine.agents.state import STATE

FOLLICLES = 20_000
VISITS = np.array([0.0, 20.0, 61.0, 150.0, 333.3, 490.0])
STOP = np.zeros(1, np.uint8)

# Chance alone must not fail a run of the tests: the same seeds every time.
few = settings(deadline=None, max_examples=25, derandomize=True)


@st.composite
def biologies(draw):
    """Return rules whose phases vary and last for more than the solver's step, but for catagen.

    One that never varies ends in jumps, which nothing smooths.
    """
    mean = [
        draw(st.floats(100.0, 2000.0)),
        draw(st.sampled_from([0.0, 18.0])),
        draw(st.floats(30.0, 300.0)),
        draw(st.floats(20.0, 300.0)),
    ]
    cv = [draw(st.floats(0.2, 1.2)) for _ in range(4)]
    return healthy_rules(mean, cv, detection_calibre=draw(st.sampled_from([0.0, 30.0])))


def lived(clocks, rules, seed: int) -> np.ndarray:
    """Return the tally (V, TALLY_COLUMNS) of one agent-based subject, per follicle."""
    name = (seed, 0, 0, 0)
    state = np.empty(FOLLICLES, STATE)
    initialise(state, clocks, rules, name, True)
    tally = np.empty((VISITS.size, TALLY_COLUMNS))
    room = np.empty((VISITS.size, 0))
    sightings = Sightings(tally, room.astype(np.uint8), room.astype(np.float32))
    person = Person(name, 1.0, VISITS, np.zeros(0, np.int64))
    live(state, clocks, rules, person, no_grafts(), sightings, STOP)
    return tally / FOLLICLES


@few
@given(biologies(), forcings(), st.integers(0, 2**20))
def test_agents_scatter_around_expected_counts(rules, forcing, seed) -> None:
    """Within 5 SE and a hundredth of all follicles, whatever drives them."""
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    luck, mean = lived(clocks, rules, seed), expected(clocks, rules, VISITS)[0]
    for column in (SEEN, TERMINAL, SEEN_ANAGEN, PHASES, PHASES + 2, PHASES + 3, PHASES + 4):
        share = np.clip(mean[:, column], 0.0, 1.0)
        error = np.sqrt(share * (1.0 - share) / FOLLICLES)
        off = np.abs(luck[:, column] - mean[:, column])
        assert (off <= 5.0 * error + 0.01).all(), (column, off.max())


@few
@given(biologies(), forcings())
def test_no_follicle_is_made_or_lost_on_the_way(rules, forcing) -> None:
    tally = expected(clocks_of(forcing, rules, SENSITIVITY), rules, VISITS)[0]
    np.testing.assert_allclose(tally[:, PHASES:].sum(axis=1), 1.0, atol=1e-9)
    assert (tally[:, PHASES:] > -1e-9).all()
    assert (tally[:, TERMINAL] <= tally[:, SEEN] + 1e-9).all()


@few
@given(biologies(), forcings(hazards=False), st.floats(-0.3, 0.3))
def test_it_is_smooth_in_what_drives_it(rules, forcing, drift) -> None:
    """The slope over a step and over half of it agree: no luck, and no kinks."""

    def seen(shift: float) -> np.ndarray:
        changed = forcing._replace(log_rho=forcing.log_rho + shift * (forcing.grid > 0.0))
        return expected(clocks_of(changed, rules, SENSITIVITY), rules, VISITS[1:])[0][:, SEEN]

    slopes = [(seen(drift + h) - seen(drift - h)) / (2.0 * h) for h in (0.02, 0.01)]
    np.testing.assert_allclose(slopes[0], slopes[1], atol=0.006)


@few
@given(biologies(), forcings(), st.lists(st.floats(0.0, END), min_size=1, max_size=5))
def test_another_visit_moves_no_visit(rules, forcing, more) -> None:
    """More visits are more nodes, which moves an expected value by its error and no further."""
    clocks = clocks_of(forcing, rules, SENSITIVITY)
    with_more = np.unique(np.concatenate([VISITS, more]))
    one = expected(clocks, rules, VISITS)[0]
    other = expected(clocks, rules, with_more)[0][np.searchsorted(with_more, VISITS)]
    np.testing.assert_allclose(one[:, SEEN], other[:, SEEN], atol=0.004)
