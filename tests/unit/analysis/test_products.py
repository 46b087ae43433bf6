"""Products in slices: the same numbers, in pieces that one thread works on."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from follicle_sim.analysis.statistics import products
from follicle_sim.analysis.statistics.products import product

SIDE = st.integers(1, 40)


@settings(max_examples=50, deadline=None)
@given(m=SIDE, k=SIDE, n=SIDE, alone=st.integers(1, 5000), seed=st.integers(0, 99))
def test_slices_add_up_to_the_whole_product(m, k, n, alone, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((m, k)), rng.standard_normal((k, n))
    before = products.ALONE
    products.ALONE = alone
    try:
        assert np.allclose(product(a, b), a @ b, rtol=1e-12, atol=1e-12)
        assert np.allclose(product(a.T.copy().T, b), a @ b, rtol=1e-12, atol=1e-12)
    finally:
        products.ALONE = before
