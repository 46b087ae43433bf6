"""How much simulated people differ, beside how much those of published studies did.

    python -m follicle_sim.experiments.calibration.measure_spread

solves for the two spreads that set the telogen share of healthy people, then simulates the typical
spreads of `biology/spread.toml`: density, telogen share and growth of healthy people (Loussouarn
2005), and the change of one person's count over 48 weeks with and without minoxidil (model section
5.8: SD 20-25 hairs/cm2 in men, 15-20 in women; Olsen 2002 and Lucky 2004 in the registry).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.optimize import root

from follicle_sim.base.types import Floats
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.people_spread import typical_spread
from follicle_sim.scenario.load import parse_scenario
from follicle_sim.simulation.simulate import simulate

TELOGEN = (0.12, 0.08)
"""Mean and SD of the telogen share: Loussouarn 2005, Caucasian volunteers."""

HAIRS = 226
"""Hairs on the square centimetre looked at, Loussouarn 2005."""

VISIBLE_LENGTH = 1.0  # mm, the default instrument's
READER_ERROR = 0.07
"""Of one count: a published error of a count change is 7-12 % (model section 5.8), over root 2."""

HEALTHY = """
schema_version = 1
title = "healthy volunteers"
arms = [{{ label = "untreated", role = "untreated" }}]
design = {{ kind = "parallel", visits = ["0 days"] }}
run = {{ seed = {seed} }}
[population]
subjects = {subjects}
target_area = "1 cm2"
follicle_density = "240 cm-2"
condition = "healthy"
spread = "typical"
"""

TRIAL = """
schema_version = 1
title = "minoxidil 5 % against vehicle over 48 weeks"
run = {{ seed = {seed} }}
instrument = {{ reader_error = {reader_error} }}
[population]
subjects = {subjects}
target_area = "{area}"
follicle_density = "{density} cm-2"
condition = "{condition}"
spread = "typical"
[design]
kind = "counterfactual"
visits = ["0 weeks", "48 weeks"]
[[arms]]
label = "drug"
role = "treatment"
[[arms.doses]]
treatment = "minoxidil_topical_5"
amount = "1 mL"
every = "12 hours"
until = "48 weeks"
[[arms]]
label = "vehicle"
role = "placebo"
"""

DENSITY = {"aga_male": 268, "aga_female": 200}
"""Follicles per cm2. Men: those of the design of van_neste_2000, for its 196-200 hairs/cm2. Women:
assumption, for about 155 hairs/cm2; no baseline of a minoxidil trial in women was read."""

AREAS = ("1 cm2", "5.067 cm2")
PUBLISHED_SD = {"aga_male": (20.0, 25.0), "aga_female": (15.0, 20.0)}


@dataclass(frozen=True)
class Spread:
    """Mean and SD between people, with the standard error of the SD."""

    mean: float
    sd: float
    sd_error: float


def spread_of(values: Floats) -> Spread:
    """Return the spread of one value a person, (S,).

    The variance of a sample variance is (m4 - m2^2) / n, with the central moments m; that of its
    root follows by the delta method.
    """
    gap = values - values.mean()
    second, fourth = (gap**2).mean(), (gap**4).mean()
    error = np.sqrt((fourth - second**2) / values.size) / (2.0 * np.sqrt(second))
    return Spread(float(values.mean()), float(values.std(ddof=1)), float(error))


def healthy(subjects: int, seed: int = 1) -> Mapping[str, Spread]:
    """Return density (cm-2), telogen share and growth (um/day) of healthy people."""
    data = simulate(parse_scenario(HEALTHY.format(subjects=subjects, seed=seed)))
    variables = {
        "density": data["hair_density"],
        "telogen": 1.0 - data["anagen_fraction"],
        "growth": 1000.0 * data["growth_rate"],
    }
    return {name: spread_of(values.values.ravel()) for name, values in variables.items()}


def changes(
    condition: str,
    area: str,
    subjects: int,
    *,
    reader_error: float = READER_ERROR,
    seed: int = 1,
    variable: str = "hair_density",
) -> Mapping[str, Spread]:
    """Return the change (cm-2) over 48 weeks of one person's count, by arm: "drug", "vehicle"."""
    text = TRIAL.format(
        subjects=subjects,
        area=area,
        density=DENSITY[condition],
        condition=condition,
        reader_error=reader_error,
        seed=seed,
    )
    counts = simulate(parse_scenario(text))[variable]
    change = counts.isel(time=1) - counts.isel(time=0)
    return {str(arm): spread_of(change.sel(arm=arm).values) for arm in change["arm"].values}


def telogen_share(anagen_cv: float, telogen_cv: float) -> tuple[float, float]:
    """Return mean and SD between people of the counted telogen share, on `HAIRS` hairs each.

    In a person whose anagen and telogen last A and T times the mean, hairs not growing are
    (catagen + T telogen) of (A anagen - hidden + catagen + T telogen); the luck of a count of n
    hairs adds p (1 - p) / n to its variance. Means over log-normal A and T by Gauss-Hermite
    quadrature.
    """
    p = load_parameters()
    hidden = (p["follicle_depth"] + VISIBLE_LENGTH) / p["growth_rate"]
    node, weight = np.polynomial.hermite_e.hermegauss(40)
    weight = weight / weight.sum()

    def times(cv: float) -> Floats:
        variance = np.log1p(cv * cv)
        return np.asarray(np.exp(np.sqrt(variance) * node - 0.5 * variance))

    growing = p["anagen_mean"] * times(anagen_cv)[:, None]
    resting = p["catagen_mean"] + p["telogen_mean"] * times(telogen_cv)[None, :]
    # of a person with a short anagen, what is left of it above the skin
    visible = np.maximum(growing - hidden, 0.1 * growing)
    share = resting / (visible + resting)
    joint = weight[:, None] * weight[None, :]
    mean = float((joint * share).sum())
    luck = float((joint * share * (1.0 - share)).sum()) / HAIRS
    return mean, float(np.sqrt((joint * (share - mean) ** 2).sum() + luck))


def solve_lengths() -> tuple[float, float]:
    """Return the spreads of anagen and telogen that give the published telogen share."""

    def miss(cv: Floats) -> Floats:
        mean, sd = telogen_share(float(cv[0]), float(cv[1]))
        return np.array([mean - TELOGEN[0], sd - TELOGEN[1]])

    anagen, telogen = root(miss, [0.4, 0.6]).x
    return float(anagen), float(telogen)


def main(subjects: int = 1000) -> None:
    """Print what the typical spreads give, beside what was published."""
    anagen, telogen = solve_lengths()
    stored = typical_spread("healthy")
    print(f"spread of anagen {anagen:.3f}, of telogen {telogen:.3f} solve for the telogen share")
    print(f"kept: {stored['anagen'].value:g}, {stored['telogen'].value:g}\n")
    measured = healthy(2 * subjects)
    for name, published in (
        ("density", "226 (73) hairs/cm2"),
        ("telogen", "0.12 (0.08)"),
        ("growth", "367 (56) um/day"),
    ):
        row = measured[name]
        print(f"{name:10s} {row.mean:8.4g} (SD {row.sd:.3g} +- {row.sd_error:.2g})  {published}")
    print(f"\nchange over 48 weeks, hairs/cm2, {READER_ERROR:.0%} error a reading: mean (SD)")
    for condition, (low, high) in PUBLISHED_SD.items():
        for area in AREAS:
            for variable in ("hair_density", "terminal_density"):
                arms = changes(condition, area, subjects, variable=variable)
                arms_text = ", ".join(
                    f"{arm} {row.mean:+5.1f} ({row.sd:.1f} +- {row.sd_error:.1f})"
                    for arm, row in arms.items()
                )
                print(f"{condition:10s} {area:9s} {variable:16s} {arms_text}  SD {low:g}-{high:g}")


if __name__ == "__main__":
    main()
