"""Random maps and transplants: follicles are kept, nobody gives more than there is."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from regional import REGIONS

from follicle_sim.biology.severity_map import severity_map
from follicle_sim.simulation.surgery import follicles_in, moved_by

COUNT = len(REGIONS.pieces)
DONOR = REGIONS.areas.index("occipital")
INTO = [area for area in REGIONS.areas if area != "occipital"]


@st.composite
def scalps(draw):
    """Draw a map with the six regions, of any sizes, densities and severities."""
    sizes = np.array([draw(st.floats(0.05, 1.0)) for _ in range(COUNT)])
    grades = {f"g{i}": draw(st.floats(0.1, 6.0)) for i in range(draw(st.integers(1, 5)))}
    sensitivity = [draw(st.sampled_from([0.0, 0.1, 0.5, 1.0])) for _ in range(COUNT)]
    scalp = replace(
        REGIONS,
        share=tuple(sizes / sizes.sum()),
        density=tuple(draw(st.floats(0.3, 2.0)) for _ in range(COUNT)),
        sensitivity=tuple(sensitivity),
        severity={
            name: tuple(draw(st.floats(0.0, 8.0)) if k else 0.0 for k in sensitivity)
            for name in grades
        },
    )
    return scalp, grades


@settings(deadline=None)
@given(scalps(), st.floats(0.0, 20.0))
def test_severities_are_finite_and_none_is_below_health(drawn, severity):
    scalp, grades = drawn
    thinned = severity_map(scalp, grades)
    at = np.array([0.0, severity])
    for piece in range(COUNT):
        found = thinned.of_piece(piece, at)
        assert found[0] == 0.0
        assert np.isfinite(thinned.exposure(piece, at)).all()
        assert (found >= 0.0).all()


@settings(deadline=None)
@given(
    scalps(),
    st.lists(st.tuples(st.sampled_from(INTO), st.integers(0, 300)), min_size=1, max_size=6),
    st.integers(1, 600),
)
def test_what_leaves_the_donor_area_is_what_is_set_elsewhere(drawn, sessions, follicles):
    scalp, _ = drawn
    into = [SimpleNamespace(into=area) for area, _ in sessions]
    wanted = np.array([[number for _, number in sessions]])
    got = moved_by(into, scalp, wanted, np.array([follicles]))
    there = follicles_in(scalp, DONOR, np.array([follicles]))[0]
    larger = np.array([scalp.share_of(each.into) for each in into]) / scalp.share_of("occipital")
    assert (np.diff(got.taken[0]) >= 0).all()
    assert 0 <= got.taken[0, -1] <= there
    assert (got.planted <= wanted).all()
    rounded = 0.5 * larger.sum() + 0.5
    assert abs(float(got.planted[0] @ larger) - got.taken[0, -1]) <= rounded + 1e-9
    if float(wanted[0] @ larger) <= there:
        assert (got.planted == wanted).all()
