"""Find the biology defaults and rewrite `biology/fitted.toml`.

    python -m follicle_sim.experiments.calibration.fit_biology

Least squares on the logarithms of the parameters, from several starts, on common random numbers:
the same follicles meet the same luck at every trial value, so the objective is nearly smooth. A
weak log-normal prior around the rough fit of the model description keeps what the data do not
identify where it was.

`--without-brake` fits the same data with the direct androgen brake switched off (h = 0 on every
clock) and says what shift towards anagen that reaches: the evidence for the brake. It never writes.

A command of developers, the one kind of experiment that writes: it rewrites data of the package.
"""

import argparse
import datetime
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from follicle_sim import biology
from follicle_sim.base.files import write_text_atomic
from follicle_sim.base.frozen import FrozenMap
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR, format_quantity
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.experiments.calibration.targets import Target, load_targets, predict
from follicle_sim.scenario.load import parse_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import simulate

COMMAND = "python -m follicle_sim.experiments.calibration.fit_biology"

PRIOR = {
    "kenogen_mean": (62.0, 40.0),
    "progression": (0.046 / YEAR, 0.069 / YEAR),
    "severity": (0.27, 0.49),
    "sensitivity_shape": (1.13, 1.22),
    "reversible_scale": (0.15, 0.19),
    "reversible_time": (459.0, 349.0),
    "gamma_anagen": (4.0, 2.3),
    "gamma_kenogen": (0.55, 0.62),
    "brake_anagen": (0.19, 0.23),
    "brake_kenogen": (0.46, 0.50),
}
"""The two optima of the rough fit (model section 7), canonical units: starts, and prior centre."""

BRAKES = ("brake_anagen", "brake_telogen", "brake_kenogen")
"""The direct androgen brake on each clock (model section 5.3)."""

ANAGEN_SHIFT = "van_neste_2000:12"
"""Anagen hairs on finasteride minus placebo at 48 weeks, a share of baseline."""

ONE_YEAR = "kaufman_1998:4"
HALF_YEAR = 24.0
"""The gain at one year, and the week at which the share of it already there is asked."""

PRIOR_SD = 0.7
"""Standard deviation of the log of a parameter under the prior: a factor of two either way."""

OFFSET = 10.0
STEP = 0.05
"""The search takes derivatives over steps relative to its variable: with the variables all near
OFFSET that is STEP in the logarithm of every parameter, wide enough to see past single hairs."""

SCENARIO = """
schema_version = 1
title = "Finasteride 1 mg and placebo, for the fit"
[population]
subjects = {subjects}
follicles = {follicles}
target_area = "5.067 cm2"
follicle_density = "285 cm-2"
condition = "aga_male"
spread = {{ severity = 0.3, progression = 0.3 }}
[[arms]]
label = "finasteride"
role = "treatment"
[[arms.doses]]
treatment = "finasteride_oral"
amount = "1 mg"
every = "1 day"
until = "105 weeks"
[[arms]]
label = "placebo"
role = "placebo"
[design]
kind = "counterfactual"
visits = ["0 weeks", "48 weeks", "52 weeks", "96 weeks", "104 weeks"]
[run]
seed = {seed}
"""


def fit_scenario(subjects: int = 64, follicles: int = 800, seed: int = 20260) -> Scenario:
    """Return the two-arm scenario on which the objective is computed."""
    text = SCENARIO.format(subjects=subjects, follicles=follicles, seed=seed)
    return parse_scenario(text, "<fit>")


def with_biology(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """Return the scenario with biology parameters replaced (canonical units)."""
    return scenario.model_copy(update={"biology": FrozenMap({**scenario.biology, **values})})


def predictions(
    values: Mapping[str, float], targets: Sequence[Target], scenario: Scenario
) -> Floats:
    """Return the simulated counterpart of each target at the given parameter values."""
    data = simulate(with_biology(scenario, values))
    return np.array([predict(target, data) for target in targets])


def centre(names: Sequence[str]) -> Floats:
    """Return the centre of the prior, the geometric mean of the two rough optima."""
    return np.array([np.sqrt(np.prod(PRIOR[name])) for name in names])


def encode(values: Mapping[str, float]) -> Floats:
    """Return the search variables of parameter values: OFFSET + log(value / centre)."""
    names = list(values)
    return OFFSET + np.log(np.array([values[name] for name in names]) / centre(names))


def decode(x: Floats, names: Sequence[str]) -> dict[str, float]:
    """Return the parameter values of search variables."""
    return dict(zip(names, centre(names) * np.exp(x - OFFSET), strict=True))


def residuals(
    x: Floats, names: Sequence[str], targets: Sequence[Target], scenario: Scenario
) -> Floats:
    """Return standardised misfits of the targets, then of the prior.

    Parameters that `names` leaves out stay as the scenario has them.
    """
    predicted = predictions(decode(x, names), targets, scenario)
    misfit = [(f - t.value) / t.se for f, t in zip(predicted, targets, strict=True)]
    return np.concatenate([misfit, (x - OFFSET) / PRIOR_SD])


def fit(
    targets: Sequence[Target],
    scenario: Scenario,
    evaluations: int,
    names: Sequence[str] = tuple(PRIOR),
) -> dict[str, float]:
    """Return the best values of the named parameters, by least squares from both rough optima."""
    best = None
    for start in (0, 1):
        result = least_squares(
            residuals,
            encode({name: PRIOR[name][start] for name in names}),
            args=(names, targets, scenario),
            diff_step=[STEP / OFFSET] * len(names),
            max_nfev=evaluations,
            xtol=1e-5,
            ftol=1e-4,
        )
        print(f"start {start + 1}: cost {result.cost:.3f} after {result.nfev} steps", flush=True)
        if best is None or result.cost < best.cost:
            best = result
    assert best is not None
    return decode(best.x, names)


def report(values: Mapping[str, float], targets: Sequence[Target], scenario: Scenario) -> str:
    """Return a table of targets, observed, fitted and z."""
    fitted = predictions(values, targets, scenario)
    lines = ["observation          variable          quantity    week  observed  fitted      z"]
    for target, value in zip(targets, fitted, strict=True):
        z = (value - target.value) / target.se
        lines.append(
            f"{target.observation:20s} {target.variable:17s} {target.quantity:10s} "
            f"{target.week:5g}  {target.value:8.4f}  {value:7.4f}  {z:+5.2f}"
        )
    return "\n".join(lines)


def without_brake(scenario: Scenario) -> Scenario:
    """Return the scenario with the direct androgen brake switched off."""
    return with_biology(scenario, dict.fromkeys(BRAKES, 0.0))


def brake_evidence(
    values: Mapping[str, float], targets: Sequence[Target], scenario: Scenario
) -> str:
    """Return what the brake is there for: the shift towards anagen, and how early hairs come."""
    shift = next(target for target in targets if target.observation == ANAGEN_SHIFT)
    year = next(target for target in targets if target.observation == ONE_YEAR)
    # one visit more moves no other
    visits = tuple(sorted({*scenario.design.visits, 7.0 * HALF_YEAR}))
    design = scenario.design.model_copy(update={"visits": visits})
    questions = [shift, replace(year, week=HALF_YEAR), year]
    reached, early, late = predictions(
        values, questions, scenario.model_copy(update={"design": design})
    )
    z = (reached - shift.value) / shift.se
    return (
        f"anagen hairs, finasteride minus placebo, week 48: {reached:+.1%} of baseline; "
        f"{ANAGEN_SHIFT} has {shift.value:+.1%} (SE {shift.se:.1%}), z {z:+.1f}\n"
        f"terminal hairs, finasteride minus placebo: {early:+.1%} at week {HALF_YEAR:g}, "
        f"{late:+.1%} at week {year.week:g}: {early / late:.0%} of the one-year gain by then"
    )


def compare_brakes(targets: Sequence[Target], evaluations: int) -> str:
    """Fit without the brake, and return both fits side by side: tables, and the anagen shift."""
    free = [name for name in PRIOR if name not in BRAKES]
    values = fit(targets, without_brake(fit_scenario()), evaluations, free)
    # on other people and other luck than those of the fit
    people = fit_scenario(subjects=200, seed=7)
    stored = {name: parameter_table()[name].value for name in PRIOR}
    parts = [
        ("with the brake (fitted.toml)", stored, people),
        ("without the brake (h = 0), fitted anew", values, without_brake(people)),
    ]
    lines = []
    for title, fitted, scenario in parts:
        lines += [
            title,
            report(fitted, targets, scenario),
            brake_evidence(fitted, targets, scenario),
        ]
        lines += ["  ".join(f"{name} {value:.4g}" for name, value in fitted.items()), ""]
    return "\n".join(lines)


def fitted_text(values: Mapping[str, float], table: str, targets: Sequence[Target]) -> str:
    """Return the text of fitted.toml."""
    parameters = parameter_table()
    rounded = {name: float(f"{value:.4g}") for name, value in values.items()}
    lines = [f"# Written by `{COMMAND}`; do not edit.", "#"]
    lines += [f"# {line}".rstrip() for line in table.splitlines()]
    lines += ["", "[fit]", f'command = "{COMMAND}"', f'date = "{datetime.date.today()}"']
    lines.append(f"data = {[target.observation for target in targets]}".replace("'", '"'))
    libraries = ", ".join(
        f'{name} = "{version(name)}"' for name in ("follicle-sim", "numpy", "scipy")
    )
    lines += [f"versions = {{ {libraries} }}", "", "[values]"]
    for name, value in rounded.items():
        lines.append(f'{name} = "{format_quantity(value, parameters[name].dimension)}"')
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write; `--dry-run` prints what would be written."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--steps", type=int, default=25, help="steps of each search")
    parser.add_argument("--dry-run", action="store_true", help="print, do not write")
    parser.add_argument(
        "--without-brake", action="store_true", help="fit with h = 0, print beside the stored fit"
    )
    options = parser.parse_args(arguments)
    if options.without_brake:
        print(compare_brakes(load_targets(), options.steps))
        return 0
    targets, scenario = load_targets(), fit_scenario()
    values = fit(targets, scenario, options.steps)
    # on other people and other luck than those of the fit
    table = report(values, targets, fit_scenario(subjects=200, seed=7))
    text = fitted_text(values, table, targets)
    print(text)
    if not options.dry_run:
        write_text_atomic(Path(biology.__file__).parent / "fitted.toml", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
