"""Shedding and loss by condition: when it comes, how much falls, what grows again (model 5.6)."""

from functools import cache
from typing import Any

import numpy as np
import pytest

from follicle_sim import parse_scenario, simulate
from follicle_sim.base.errors import InputError
from follicle_sim.results import courses

SCENARIO = """
schema_version = 1
title = "a condition"
{arms}
[population]
subjects = {people}
follicles = {hairs}
target_area = "{area:.3f} cm2"
follicle_density = "240 cm-2"
condition = "{condition}"
also = {also}
[design]
kind = "counterfactual"
visits = {{ every = "{every} days", until = "{until} days" }}
[run]
seed = 11
{more}
"""
UNTREATED = 'arms = [{ label = "untreated", role = "untreated" }]'
MONTH = 30.4375


@cache
def lived(
    condition: str,
    *,
    also: tuple[str, ...] = (),
    arms: str = UNTREATED,
    people: int = 30,
    hairs: int = 12000,
    every: int = 7,
    until: int = 420,
    more: str = "",
) -> Any:
    text = SCENARIO.format(
        arms=arms,
        people=people,
        hairs=hairs,
        area=hairs / 240.0,
        condition=condition,
        also=list(also),
        every=every,
        until=until,
        more=more,
    ).replace("'", '"')
    return simulate(parse_scenario(text))


def shedding(data: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return days and the mean shed rate relative to that of healthy people."""
    usual = lived("healthy")["shed_rate"].mean().item()
    return data["time"].values, data["shed_rate"].values[0].mean(axis=0) / usual


def test_a_change_of_a_clock_does_not_reach_back_before_its_start() -> None:
    data = lived("effluvium_immediate_telogen_release")
    usual = lived("healthy")["shed_rate"].values[0, :, 0]
    np.testing.assert_array_equal(data["shed_rate"].values[0, :, 0], usual)


@pytest.mark.parametrize(
    ("condition", "first", "last"),
    [
        # months after the trigger; a reading holds the four weeks before it
        ("telogen_effluvium", 2.0, 4.0),
        ("postcovid", 2.0, 4.0),
        ("effluvium_lasting_trigger", 3.0, 6.0),
        ("postpartum", 4.0, 6.0),  # hirose_2023: 5.1 months
        ("effluvium_immediate_telogen_release", 0.5, 1.5),
        ("effluvium_delayed_telogen_release", 0.5, 1.5),
    ],
)
def test_shedding_peaks_when_its_form_says(condition: str, first: float, last: float) -> None:
    day, rate = shedding(lived(condition))
    peak = day[np.argmax(rate)] / MONTH
    assert first <= peak <= last
    assert rate.max() > 2.0
    # and it ends: ten months later nobody sheds half more than usual
    assert rate[day >= 380.0].max() < 1.5


def test_a_short_anagen_sheds_more_for_good() -> None:
    usual = lived("healthy")["shed_rate"].mean().item()
    short = lived("effluvium_short_anagen")
    rate = short["shed_rate"].values[0].mean(axis=0)
    # one cycle of 500 + 18 + 100 + 44 days for one of 1000 + 162
    assert rate.mean() / usual == pytest.approx(1162.3 / 662.3, rel=0.03)
    assert rate.std() / rate.mean() < 0.03


COOLED = """
[[arms]]
label = "untreated"
role = "untreated"
[[arms]]
label = "cooled"
role = "treatment"
[[arms.doses]]
treatment = "scalp_cooling"
amount = "1 session"
every = "21 days"
count = 4
"""


def chemotherapy(**more: Any) -> Any:
    return lived("chemotherapy", arms=COOLED, people=150, hairs=400, every=3, until=420, **more)


def test_chemotherapy_takes_nine_tenths_and_hair_returns_within_half_a_year() -> None:
    data = chemotherapy()
    density, day = data["hair_density"].values[0], data["time"].values
    left = density / density[:, :1]
    # two weeks nothing falls, and within seven nine tenths have: two infusions
    assert left[:, day <= 12.0].mean(axis=0).min() > 0.95
    assert left.mean(axis=0).min() < 0.15
    last = 63.0
    regrown = courses.regrowth_day(density, day) - last
    assert 3.0 * MONTH <= np.nanmean(regrown) <= 6.0 * MONTH
    assert np.median(left[:, day >= last + 6.0 * MONTH][:, 0]) > 0.7


def test_cooling_keeps_the_hair_of_half_and_no_cooling_of_none() -> None:
    data = chemotherapy()
    density, day = data["hair_density"].values, data["time"].values
    during = day <= 91.0
    kept = courses.preserved(density[:, :, during], day[during]).mean(axis=1)
    assert kept[0] < 0.03
    # 50.5 % of 95 (scalp_2017): three binomial errors
    assert abs(kept[1] - 0.505) < 3.0 * np.sqrt(0.25 / 150.0 + 0.25 / 95.0)


def test_cooled_follicles_are_harmed_less_and_grow_again_sooner() -> None:
    data = chemotherapy()
    day = data["time"].values
    bare, cooled = (
        np.nanmean(courses.regrowth_day(density, day)) for density in data["hair_density"].values
    )
    assert cooled < bare - 0.5 * MONTH


def test_a_day_of_cooling_meets_a_day_of_the_drug_whatever_the_step() -> None:
    means = [
        chemotherapy(more=f'forcing_step = "{step} days"')["hair_density"].mean("subject").values[1]
        for step in (1.0, 0.25)
    ]
    # a power of a mean is not the mean of the powers: a tenth of the hairs that fall
    assert np.abs(means[0] / means[1] - 1.0).max() < 0.1


SCARRING = """
[[arms]]
label = "untreated"
role = "untreated"
[[arms]]
label = "calmed late"
role = "treatment"
[[arms.doses]]
treatment = "prednisolone_oral"
amount = "40 mg"
every = "1 day"
start = "720 days"
until = "1440 days"
"""


def test_what_became_scar_stays_lost_and_calming_saves_the_rest() -> None:
    data = lived("lichen_planopilaris", arms=SCARRING, people=60, hairs=500, every=60, until=2400)
    lost = data["phase_count"].sel(phase="lost").values  # (arm, person, visit)
    assert (np.diff(lost, axis=2) >= 0.0).all()
    day = data["time"].values
    before, during = day <= 720.0, (day >= 840.0) & (day <= 1440.0)
    np.testing.assert_array_equal(lost[0][:, before], lost[1][:, before])
    added = [np.diff(arm[:, during][:, [0, -1]]).sum() for arm in lost]
    assert added[1] < 0.5 * added[0]
    # burnt out: nothing is lost any more, and nothing comes back
    late = day >= 1830.0
    assert (np.diff(lost[:, :, late], axis=2) == 0.0).all()
    assert (lost[0][:, -1] > 0.0).all()


def _left(condition: str, also: tuple[str, ...], until: int = 300) -> float:
    data = lived(condition, also=also, people=40, hairs=10000, every=100, until=until)
    lost = data["phase_count"].sel(phase="lost").values[0]
    return float(1.0 - lost[:, -1].sum() / (40 * 10000))


def test_losses_of_two_conditions_are_rivals_neither_doubled_nor_halved() -> None:
    one, other = _left("frontal_fibrosing_alopecia", ()), _left("lichen_planopilaris", ())
    both = _left("frontal_fibrosing_alopecia", ("lichen_planopilaris",))
    # survival under rival hazards is the product, person by person; here of person means that are
    # drawn apart, so that the mean of products is the product of means within 3 errors of 40 people
    assert both == pytest.approx(one * other, abs=0.05)
    assert both < min(one, other) - 0.05
    assert both == pytest.approx(
        _left("lichen_planopilaris", ("frontal_fibrosing_alopecia",)), abs=0.05
    )


OWN = """
[conditions.first]
title = "a pulse"
source = "a test"
androgen_sensitive = false
default_severity = "none"
severities = {{ none = 0.0 }}
typical_spread = "healthy"
follicle_density = {{ value = 240.0, unit = "1/cm2", source = "x", grade = "assumption" }}
[[conditions.first.attacks]]
about = "a pulse"
share = {{ value = {share}, unit = "1", source = "x", grade = "assumption" }}
start = {{ value = 0.0, unit = "d", source = "x", grade = "assumption" }}
duration = {{ value = 10.0, unit = "d", source = "x", grade = "assumption" }}
"""


def _struck(share: float, other: float | None = None) -> float:
    """Return the share of growing hairs that one pulse, or two at once, end within ten days."""
    more, also = OWN.format(share=share), ()
    if other is not None:
        more += OWN.format(share=other).replace("first", "second")
        also = ("second",)
    data = lived("first", also=also, people=20, hairs=10000, every=10, until=10, more=more)
    growing = data["phase_count"].sel(phase="anagen").values[0].sum(axis=0)
    return float(1.0 - growing[1] / growing[0])


def test_attacks_of_two_conditions_are_rivals_neither_doubled_nor_halved() -> None:
    usual = _struck(1e-9)  # some end and some begin to grow in ten days
    both, single = _struck(0.3, 0.4), _struck(1.0 - 0.7 * 0.6)
    # two pulses at once are one of the summed hazard: the same draws spend it, to the last bit
    assert both == single
    error = np.sqrt(0.58 * 0.42 / (20 * 10000 * 0.86))
    assert both - usual == pytest.approx(0.58, abs=4.0 * error + 0.01)


def test_a_condition_twice_is_refused() -> None:
    for also in (("telogen_effluvium",), ("ageing", "ageing")):
        with pytest.raises(InputError, match="twice; a condition acts once"):
            lived("telogen_effluvium", also=also)


def test_h6_shorter_anagen_thins_and_even_anagen_sheds_in_waves() -> None:
    """Gilmore 2010: a lower mean thins without waves, a lower variance makes waves."""

    def years(condition: str, more: str = "") -> tuple[np.ndarray, float]:
        data = lived(condition, people=20, hairs=12000, every=28, until=3640, more=more)
        rate = data["shed_rate"].values[0]
        return rate * 28.0 * 12000 / 240.0, float(data["hair_density"].mean())

    usual, density = years("healthy")
    shorter, thinner = years("healthy", "[biology]\nanagen_mean = '400 days'\n")
    even, dense = years("chronic_telogen_effluvium")
    # a hair is seen but for kenogen (44.3 d) and its way out of the skin (5 mm at 0.37 mm a day)
    hidden = 44.3 + 5.0 / 0.37
    theory = (1.0 - hidden / 562.3) / (1.0 - hidden / 1162.3)
    assert thinner / density == pytest.approx(theory, abs=0.005)
    assert dense > 0.97 * density

    def dispersion(counts: np.ndarray) -> float:
        """Return the variance over the mean of a person's counts of four weeks."""
        return float((counts.var(axis=1, ddof=1) / counts.mean(axis=1)).mean())

    # a stationary count of many follicles is Poisson's: 1, with an error of root 2 / (20 * 129)
    assert dispersion(usual) == pytest.approx(1.0, abs=0.12)
    assert dispersion(shorter) == pytest.approx(1.0, abs=0.12)
    assert dispersion(even) > 5.0
    mean = even.mean(axis=0)
    # waves one cycle apart: what is one period later is alike, half a period later unlike
    cycle = round((1000.0 + 18.0 + 100.0 + 44.3) / 28.0)
    middle = mean - mean.mean()
    assert np.corrcoef(middle[:-cycle], middle[cycle:])[0, 1] > 0.5
    half = cycle // 2
    assert np.corrcoef(middle[:-half], middle[half:])[0, 1] < 0.0
