"""What must hold of the SALT score of any scalp."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.simulation.instrument.extent import misread, salt_of

COVER = st.floats(-0.2, 2.0, allow_nan=False)
WEIGHT = st.floats(0.001, 1.0, allow_nan=False)
LIMITS = st.tuples(st.floats(0.5, 1.0), st.floats(0.0, 0.4))


@st.composite
def scalps(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    pieces = draw(st.integers(1, 12))
    rows = draw(st.integers(1, 4))
    cover = draw(
        st.lists(st.lists(COVER, min_size=pieces, max_size=pieces), min_size=rows, max_size=rows)
    )
    weight = draw(st.lists(WEIGHT, min_size=pieces, max_size=pieces))
    return np.array(cover), np.array(weight)


@settings(deadline=None)
@given(scalps(), LIMITS, st.floats(0.0, 50.0), st.floats(-6.0, 6.0))
def test_a_score_is_never_outside_0_to_100(scalp, limits, error, scatter) -> None:
    cover, weight = scalp
    score = salt_of(cover, weight, *limits)
    assert ((score >= 0.0) & (score <= 100.0)).all()
    read = misread(score, error, np.full(score.shape, scatter))
    assert ((read >= 0.0) & (read <= 100.0)).all()
    certain = (score == 0.0) | (score == 100.0)
    assert (read[certain] == score[certain]).all()


@settings(deadline=None)
@given(scalps(), LIMITS, st.floats(0.0, 1.0))
def test_more_hair_never_scores_higher(scalp, limits, more) -> None:
    cover, weight = scalp
    # rounding of a sum of twelve products of at most 100
    assert (salt_of(cover + more, weight, *limits) <= salt_of(cover, weight, *limits) + 1e-11).all()


@settings(deadline=None)
@given(scalps(), LIMITS)
def test_health_is_none_and_bareness_all(scalp, limits) -> None:
    cover, weight = scalp
    full, bare = limits
    assert (salt_of(np.maximum(cover, full), weight, full, bare) == 0.0).all()
    assert (salt_of(np.minimum(cover, bare), weight, full, bare) == 100.0).all()
