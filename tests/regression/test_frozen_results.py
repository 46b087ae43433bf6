"""Numbers that must not change unnoticed: digests of two small runs.

If a test here fails and the change is meant (a better equation, another order of draws):

1. say in CHANGELOG.md, section "Numbers changed", which results move, by how much, and why;
2. run `python tests/regression/test_frozen_results.py` and copy the digests it prints to FROZEN.

If it is not meant, something broke: the same scenario and seed must give the same bits on every
machine, for ever. Every fitted parameter is set here by hand, so a new fit changes nothing.
"""

import hashlib

import numpy as np
import pytest
import xarray as xr

from follicle_sim import parse_scenario, simulate
from follicle_sim.biology.parameters import parameter_table

BIOLOGY = """
[biology]
anagen_mean = "900 days"
anagen_cv = 0.4
catagen_mean = "18 days"
catagen_cv = 0.2
telogen_mean = "95 days"
telogen_cv = 0.3
kenogen_mean = "60 days"
kenogen_cv = 0.8
progression = "0.05 per year"
severity = 0.3
sensitivity_shape = 1.2
reversible_scale = 0.17
reversible_time = "420 days"
brake_time = "20 days"
calibre_time = "60 days"
gamma_anagen = 3.5
gamma_telogen = 0.15
gamma_kenogen = 0.6
brake_anagen = 0.2
brake_telogen = 0.14
brake_kenogen = 0.45
full_calibre = "80 um"
full_calibre_cv = 0.2
calibre_log_min = -2.0
calibre_log_max = 0.2
growth_rate = "0.37 mm/day"
follicle_depth = "4 mm"
season_anagen = 0.6
season_anagen_peak = "190 days"
season_telogen = 0
season_telogen_peak = "211 days"
"""

# No treatment: what a drug does is fitted too. The engine, the draws and the forcing are all here.
SCENARIOS = {
    "androgens, people that differ": """
schema_version = 1
title = "untreated androgenetic alopecia, two parallel arms"
arms = [{ label = "one", role = "untreated" }, { label = "two", role = "placebo" }]
design = { kind = "parallel", visits = ["0 days", "12 weeks", "24 weeks", "2 years"] }
run = { seed = 20261122, history = "3 years" }
instrument = { detection_calibre = "20 um", terminal_calibre = "40 um", reader_error = 0.05 }
record = { follicles = true }
[population]
subjects = 6
target_area = "1 cm2"
follicle_density = "200 cm-2"
condition = "aga_male"
severity = "norwood_iv"
[population.spread]
follicle_density = 0.2
severity = 0.4
progression = 0.3
growth = 0.1
""",
    "attack on healthy scalp, two replicates": """
schema_version = 1
title = "telogen effluvium"
arms = [{ label = "one", role = "untreated" }]
design = { kind = "counterfactual", visits = { every = "28 days", until = "252 days" } }
run = { seed = 7, history = "1 year", replicates = 2, forcing_step = "0.5 days" }
record = { follicles = true }
[population]
subjects = 3
follicles = 300
target_area = "1 cm2"
follicle_density = "250 cm-2"
condition = "telogen_effluvium"
""",
}

FROZEN = {
    "androgens, people that differ": (
        "8bad570bbce50a49b8a7f8922d35f36beb4be087a6f34bfc269620bcfbb7995a"
    ),
    "attack on healthy scalp, two replicates": (
        "f3d26e5d119f50b8b2210f713bbb0e65f82d13eed2f57e3fa4a1751859ec3848"
    ),
}


def digest(data: xr.Dataset) -> str:
    """Return a hash of the names, shapes and bits of all variables."""
    total = hashlib.sha256()
    for name in sorted(data.data_vars):
        values = data[name].values
        if values.dtype.kind == "f":
            # said, not left to a numpy's rules of promotion; float32 fits into float64 exactly
            values = values.astype(np.float64)
            values[np.isnan(values)] = np.nan  # one NaN for all
        little = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<")))
        total.update(f"{name}{values.shape}{little.dtype.str}".encode())
        total.update(little.tobytes())
    return total.hexdigest()


def result(name: str) -> xr.Dataset:
    return simulate(parse_scenario(SCENARIOS[name] + BIOLOGY))


@pytest.mark.parametrize("name", SCENARIOS)
def test_results_are_those_frozen(name: str) -> None:
    data = result(name)
    if digest(data) != FROZEN[name]:
        means = {v: float(data[v].mean()) for v in data.data_vars}
        pytest.fail(
            f'the numbers of "{name}" changed. If that is meant, follow the steps at the top of '
            f'{__file__} and add to "Numbers changed" in CHANGELOG.md. Means now: {means}'
        )


def test_one_bit_changes_the_digest() -> None:
    data = result("attack on healthy scalp, two replicates")
    changed = data.copy(deep=True)
    changed["hair_density"].values[0, 0, 0, 0] += 2.0**-40
    assert digest(changed) != digest(data)


def test_digests_do_not_hang_on_rules_of_promotion() -> None:
    # NumPy 1 kept single precision where NumPy 2 makes it double
    single = xr.Dataset({"calibre": ("x", np.array([0.1, np.nan, 80.0], np.float32))})
    double = single.astype(np.float64)
    other_nan = single.copy(deep=True)
    other_nan["calibre"].values.view(np.uint32)[1] ^= 1
    assert np.isnan(other_nan["calibre"].values[1])
    assert digest(single) == digest(double) == digest(other_nan)
    assert digest(single) != digest(single + np.float32(2.0**-20))


def test_every_number_of_a_result_has_the_type_that_is_stated() -> None:
    # what is neither stated here nor double would follow a library's rules
    data = result("androgens, people that differ")
    stated = {"follicle_phase": "uint8", "follicle_calibre": "float32"}
    found = {
        str(name): str(values.dtype)
        for name, values in data.variables.items()
        if values.dtype.kind in "fiu" and values.dtype != np.float64
    }
    assert found == stated | {"subject": "int64"}


def test_no_fitted_parameter_is_left_to_its_default() -> None:
    scenario = parse_scenario(SCENARIOS["androgens, people that differ"] + BIOLOGY)
    fitted = {name for name, row in parameter_table().items() if row.grade == "fitted"}
    assert fitted <= set(scenario.biology)
    assert set(parameter_table()) <= set(scenario.biology), "a new parameter: set it here too"


if __name__ == "__main__":
    for each in SCENARIOS:
        print(f"{each}: {digest(result(each))}")
