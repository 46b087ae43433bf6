"""Matrix products in slices, each too small for a BLAS library to share among threads.

Models of one small trial are fitted thousands of times, and a product of matrices of a hundred rows
is just large enough for threads to be called in: waiting for each other they take many times as
long as the product itself, above all on a machine that does something else besides.
"""

from __future__ import annotations

import numpy as np

from follicle_sim.base.types import Floats

ALONE = 200_000
"""Multiplications of one slice at most. OpenBLAS works with one thread up to 262,144 (its
interface/gemm.c: SMP_THRESHOLD_MIN x GEMM_MULTITHREAD_THRESHOLD); other libraries are similar."""


def product(a: Floats, b: Floats) -> Floats:
    """Return a @ b for matrices a (m, k) and b (k, n).

    Examples
    --------
    >>> product(np.ones((300, 400)), np.ones((400, 2))).tolist()[0]
    [400.0, 400.0]
    """
    (m, k), n = a.shape, b.shape[1]
    wide = max(1, ALONE // max(m * n, 1))
    if wide >= k:
        return np.asarray(a @ b)
    even = k - k % wide
    first = a[:, :even].reshape(m, -1, wide).transpose(1, 0, 2)
    total = (first @ b[:even].reshape(-1, wide, n)).sum(axis=0)
    return np.asarray(total + a[:, even:] @ b[even:])
