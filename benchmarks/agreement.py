"""Is a peer the same biology? Bit for bit if it is the same algorithm, within noise if not."""

import numpy as np
from numpy.typing import NDArray

from follicle_sim.simulation.engine.agents.sight import (
    CALIBRE_SUM,
    PHASES,
    SEEN,
    SEEN_ANAGEN,
    TERMINAL,
    WEIGHT_SUM,
)

COUNTS = (SEEN, TERMINAL, SEEN_ANAGEN, *range(PHASES, PHASES + 5))
SUMS = (SEEN, TERMINAL, SEEN_ANAGEN, CALIBRE_SUM, WEIGHT_SUM)
NAMES = ("visible", "terminal", "visible in anagen", "calibre", "hair weight")


def assert_same_numbers(ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> None:
    """Require equal counts, and sums equal to 1e-9."""
    np.testing.assert_array_equal(ours[..., COUNTS], theirs[..., COUNTS])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


def differences(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], follicles: tuple[int, int]
) -> dict[str, float]:
    """Return relative differences of what is seen, mean of all people and visits.

    ours, theirs : tallies (people, V, columns) of `follicles` follicles in all, respectively
    """
    means = [
        tally.sum(axis=0).mean(axis=0) / n
        for tally, n in zip((ours, theirs), follicles, strict=True)
    ]
    share = means[1] / np.where(means[0] == 0.0, 1.0, means[0]) - 1.0
    return dict(zip(NAMES, share[list(SUMS)].tolist(), strict=True))


def assert_same_biology(found: dict[str, float], tolerance: float) -> None:
    """Require every difference to be within `tolerance`."""
    far = {name: value for name, value in found.items() if abs(value) > tolerance}
    assert not far, f"more than {tolerance:.0%} from the engine: {far}"
