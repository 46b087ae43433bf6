"""A calibration: which parameters are free, within which range, and held against which numbers.

Free parameters are searched on a scale on which their prior is simple: x = log(value / centre)
over two prior standard deviations, kept within -1 and 1. The prior is that of `fit_biology`, a
log-normal around the two rough optima of the model description, cut off at two standard deviations
(a factor of four either way), beyond which nothing is believed and no simulation was made.

With ten free parameters that box is too wide for the emulator (it errs by 0.01-0.14 of baseline);
`within` then keeps the search within a factor of the stored defaults instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.types import Floats
from follicle_sim.base.units import YEAR, canonical_unit, format_quantity
from follicle_sim.biology.parameters import parameter_table
from follicle_sim.experiments.calibration.fit_biology import (
    PRIOR,
    PRIOR_SD,
    centre,
    fit_scenario,
    with_biology,
)
from follicle_sim.experiments.calibration.likelihood import Rules, load_rules
from follicle_sim.experiments.calibration.targets import Target, load_targets, predict
from follicle_sim.results.provenance import package_version
from follicle_sim.scenario.hashing import scenario_hash
from follicle_sim.simulation.simulate import simulate

FREE = ("progression", "severity", "gamma_anagen", "brake_anagen", "brake_kenogen")
"""The parameters that a calibration frees unless told otherwise."""

REACH = 2.0
"""Prior standard deviations from the centre to either end of the range."""

PEOPLE, FOLLICLES = 64, 400
"""Size of one simulation of a calibration, in each arm; about 0.2 s on one core."""


@dataclass(frozen=True)
class Calibration:
    """What is being calibrated; two equal ones give equal results."""

    names: tuple[str, ...]
    targets: tuple[Target, ...]
    rules: Rules
    seed: int
    people: int = PEOPLE
    follicles: int = FOLLICLES
    within: float | None = None  # factor of the defaults; None for the range of the prior

    @property
    def scale(self) -> float:
        """Change of the log of a parameter from the middle of its range to the end."""
        return REACH * PRIOR_SD if self.within is None else float(np.log(self.within))

    @property
    def middle(self) -> Floats:
        """Return the middle (d,) of each range, in canonical units."""
        if self.within is None:
            return centre(self.names)
        return np.array([parameter_table()[name].value for name in self.names])

    def values(self, x: Floats) -> dict[str, float]:
        """Return parameter values (canonical units) at x (d,), each within -1 and 1."""
        decoded = self.decode(x)
        return {name: float(value) for name, value in zip(self.names, decoded, strict=True)}

    def decode(self, x: Floats) -> Floats:
        """Return values (..., d) in canonical units at x (..., d)."""
        return np.asarray(self.middle * np.exp(self.scale * x))

    def from_prior(self, x: Floats) -> Floats:
        """Return the distance (..., d) from the centre of the prior, in its standard deviations."""
        away = np.log(self.middle / centre(self.names)) / PRIOR_SD
        return np.asarray(away + self.scale / PRIOR_SD * x)

    def log_prior(self, x: Floats) -> Floats:
        """Return the log prior density (...,) of x (..., d), up to a constant."""
        inside = (np.abs(x) <= 1.0).all(axis=-1)
        return np.where(inside, -0.5 * np.sum(self.from_prior(x) ** 2, axis=-1), -np.inf)

    def simulate(self, x: Floats, seed: int, times: int = 1) -> Floats:
        """Return the simulated targets (n,) at x, with `times` as many people."""
        scenario = fit_scenario(self.people * times, self.follicles, seed)
        data = simulate(with_biology(scenario, self.values(x)), threads=1)
        return np.array([predict(target, data) for target in self.targets])

    def settings(self) -> dict[str, object]:
        """Return everything that results depend on, for the name of a checkpoint."""
        return {
            "names": self.names,
            "targets": [asdict(target) for target in self.targets],
            "rules": asdict(self.rules),
            "seed": self.seed,
            "scenario": scenario_hash(fit_scenario(self.people, self.follicles, self.seed)),
            "prior": {name: PRIOR[name] for name in self.names},
            "reach": (REACH, PRIOR_SD, self.within),
            "version": package_version(),
        }


def make_calibration(
    names: Sequence[str] = FREE,
    trials: Sequence[str] = (),
    seed: int = 20260,
    within: float | None = None,
) -> Calibration:
    """Return the calibration of some biology parameters against some trials, all of them if none.

    `within` keeps each parameter within that factor of its default; None: the range of the prior.

    Raises
    ------
    InputError
        If a parameter has no prior or a trial has no targets; names the nearest.
    """
    targets = load_targets()
    studies = {target.study for target in targets}
    problems = [
        Problem(name, f"cannot be calibrated{did_you_mean(name, PRIOR)}")
        for name in names
        if name not in PRIOR
    ]
    problems += [
        Problem(trial, f"no target of that trial{did_you_mean(trial, sorted(studies))}")
        for trial in trials
        if trial not in studies
    ]
    if len(set(names)) < len(names) or not names:
        problems.append(Problem("parameters", "name each parameter once, and at least one"))
    if within is not None and not 1.0 < within <= 4.0:
        problems.append(Problem("within", f"found {within:g}; allowed: above 1, at most 4"))
    if problems:
        raise InputError("calibration", problems)
    chosen_targets = tuple(target for target in targets if not trials or target.study in trials)
    return Calibration(tuple(names), chosen_targets, load_rules(), seed, within=within)


def shown_unit(dimension: str) -> tuple[float, str]:
    """Return the factor from the canonical unit to the one people read, and that unit."""
    if dimension == "rate":
        return YEAR, "per year"
    return 1.0, canonical_unit(dimension)


def describe(values: Mapping[str, float]) -> dict[str, str]:
    """Return parameter values with their units, as a scenario's [biology] takes them."""
    table = parameter_table()
    return {
        name: format_quantity(float(f"{value:.4g}"), table[name].dimension)
        for name, value in values.items()
    }
