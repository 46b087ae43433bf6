"""The error of a change of a count, as published for each way of counting (Bokhari 2022).

Untreated people, two visits four weeks apart; the same biology read by a perfect instrument of the
same limits is subtracted, so that only the instrument is left.
"""

from functools import cache

import numpy as np
import pytest

from follicle_sim import parse_scenario, simulate

TEXT = """
schema_version = 1
title = "two visits"
arms = [{ label = "untreated", role = "untreated" }]
design = { kind = "parallel", visits = ["0 days", "4 weeks"] }
run = { seed = 4, history = "1 year" }
[population]
subjects = 500
target_area = "1 cm2"
follicle_density = "275 cm-2"
condition = "aga_male"
[instrument]
"""

# least and most SD of the relative change
PUBLISHED = {
    "macrophotography": (0.07, 0.12),
    "phototrichogram": (0.063, 0.077),
    "trichoscopy": (0.08, 0.10),
    "trichoscan": (0.108, 0.132),
    "matched_phototrichogram": (0.0053, 0.0067),
    "matched_trichoscopy": (0.0035, 0.0046),
}


@cache
def change(lines: str, perfect: bool) -> np.ndarray:
    """Return the relative change of density of each person."""
    scenario = parse_scenario(TEXT + lines)
    if perfect:
        tool = scenario.instrument.perfected()
        scenario = scenario.model_copy(update={"instrument": tool})
    hairs = simulate(scenario).hair_density.values[0]
    return hairs[:, 1] / hairs[:, 0] - 1.0


def check_error(method: str, more: str = "") -> float:
    """Raise AssertionError unless a method errs as published; return the SD of its error."""
    lines = f'method = "{method}"{more}'
    error = change(lines, False) - change(f'method = "{method}"', True)
    low, high = PUBLISHED[method]
    assert low <= error.std() <= high, f"{error.std():.4f}"
    # a ratio of two readings is too large by their variance, on average
    assert abs(error.mean()) <= 4.0 * error.std() / np.sqrt(error.size) + error.var()
    return float(error.std())


@pytest.mark.parametrize("method", PUBLISHED)
def test_the_error_of_a_change_is_as_published(method: str) -> None:
    check_error(method)


@pytest.mark.parametrize("method", ["phototrichogram", "trichoscopy"])
def test_errors_common_to_all_visits_would_be_too_small(method: str) -> None:
    with pytest.raises(AssertionError, match=r"0\.00"):
        check_error(method, "\nmatched = true")


@pytest.mark.parametrize("method", ["matched_phototrichogram", "matched_trichoscopy"])
def test_unmatched_errors_would_be_too_large(method: str) -> None:
    with pytest.raises(AssertionError, match=r"0\.0[789]|0\.1"):
        check_error(method, "\nmatched = false\nreader_error = 0.06")


def test_matching_leaves_the_error_of_a_level() -> None:
    """It is the change that is exact; how many hairs are found at all is as uncertain as before."""
    once, matched = (
        simulate(parse_scenario(TEXT + f'method = "{m}"')).hair_density.values[0, :, 0]
        for m in ("phototrichogram", "matched_phototrichogram")
    )
    assert matched.std() == pytest.approx(once.std(), rel=0.15)
