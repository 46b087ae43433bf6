"""The flagship scenario, smaller: what its figure and README say, as bounds on effect sizes.

Wrong siblings must fail: exosomes that do nothing, and a run that draws nothing.
"""

from pathlib import Path

import pytest

from follicle_sim import load_scenario, simulate
from follicle_sim.results.endpoints import EndpointRow, control_arm, summarise

FILE = Path(__file__).parents[2] / "scenarios" / "exosome_vs_standard_care.toml"
SMALLER = ["population.subjects=8", "population.follicles=300", "run.replicates=16"]
SMALLER += ['design.visits=["0 weeks", "20 weeks", "52 weeks", "104 weeks"]']


def rows_of(*changes: str) -> dict[tuple[str, float], EndpointRow]:
    data = simulate(load_scenario(FILE, [*SMALLER, *changes]))
    assert control_arm(data) == "untreated"
    return {(row.arm, row.week): row for row in summarise(data, ["hair_density"]).rows}


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, float], EndpointRow]:
    return rows_of()


def gains_and_fades(rows: dict[tuple[str, float], EndpointRow], arm: str) -> bool:
    """Tell whether a course is clearly above untreated at week 20 and not at two years."""
    early, late = rows[arm, 20.0], rows[arm, 104.0]
    return early.difference_low > 5.0 and abs(late.difference) < 3.0


def test_exosomes_gain_and_leave_nothing(rows) -> None:
    for arm in ("exosomes monthly x 3", "exosomes weekly x 12", "platelet-rich plasma x 3"):
        assert gains_and_fades(rows, arm)
    assert not gains_and_fades(rows, "saline + needling")
    few = ['arms."exosomes weekly x 12".doses[0].amount=0 sessions']
    assert not gains_and_fades(rows_of(*few), "exosomes weekly x 12")


def test_what_is_taken_for_good_keeps_its_gain(rows) -> None:
    for arm, least in (("minoxidil 5 %", 8), ("finasteride 1 mg", 18), ("dutasteride 0.5 mg", 22)):
        assert least < rows[arm, 104.0].difference < least + 14
    both = rows["exosomes + minoxidil + finasteride", 104.0].difference
    assert both > rows["finasteride 1 mg", 104.0].difference


def test_bands_hold_the_potency(rows) -> None:
    def width(found: dict[tuple[str, float], EndpointRow]) -> float:
        row = found["exosomes weekly x 12", 20.0]
        return float(row.difference_high - row.difference_low)

    assert width(rows) > 15.0  # hairs/cm2; the README has 20 to 50
    assert width(rows_of("run.uncertainty=none")) < 8.0
