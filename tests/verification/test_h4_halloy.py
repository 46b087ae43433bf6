"""H4: phase means of 3.6, 2.4 and 2.0 months give shares 0.45, 0.30 and 0.25 (Halloy 2002)."""

import numpy as np
import pytest
from engine_by_hand import Lived, clocks_of, forcing_on, healthy_rules, lived, synchronised

MONTH = 365.25 / 12.0
EXPECTED = (0.45, 0.0, 0.30, 0.25)


def check_h4(result: Lived) -> None:
    """Raise AssertionError unless the shares are Halloy's within 0.005 at every visit."""
    off = np.abs(result.pooled - EXPECTED).max()
    assert off <= 0.005, f"a share is off by {off:.4f}"


def run(anagen: float, catagen: float, telogen: float, kenogen: float, **options) -> Lived:
    """Live two years with 100,000 follicles; phase means in months."""
    means = MONTH * np.array([anagen, catagen, telogen, kenogen])
    rules = healthy_rules(means, (0.3, 0.3, 0.3, 0.3))
    clocks = clocks_of(forcing_on(np.array([0.0, 400.0, 800.0])), rules)
    visits = MONTH * np.arange(0.0, 25.0, 3.0)
    return lived(clocks, rules, visits, follicles=100_000, **options)


def test_h4() -> None:
    check_h4(run(3.6, 0.0, 2.4, 2.0))


def test_h4_fails_with_swapped_means() -> None:
    with pytest.raises(AssertionError, match=r"off by 0\.05"):
        check_h4(run(3.6, 0.0, 2.0, 2.4))


def test_h4_fails_with_a_catagen_that_halloy_does_not_have() -> None:
    with pytest.raises(AssertionError, match="off by"):
        check_h4(run(3.6, 0.25, 2.4, 2.0))


def test_h4_fails_from_a_synchronised_start() -> None:
    with pytest.raises(AssertionError, match="off by"):
        check_h4(run(3.6, 0.0, 2.4, 2.0, start=synchronised))
