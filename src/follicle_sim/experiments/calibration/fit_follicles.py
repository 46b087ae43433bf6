"""Which value of one number explains single follicles seen at visits: a profile likelihood.

What the likelihood is stands in `follicle_likelihood.py`, how the profile is found in
`follicle_profile.py`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import chi2

from follicle_sim.base.arguments import check_call, check_number, check_path, check_text
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.evidence.own.follicles import read_follicles
from follicle_sim.experiments.calibration.follicle_likelihood import (
    SHIFTS,
    FollicleLikelihood,
    known_numbers,
)
from follicle_sim.experiments.calibration.follicle_patterns import patterns_of
from follicle_sim.experiments.calibration.follicle_profile import find_profile
from follicle_sim.experiments.calibration.follicle_transitions import (
    Transition,
    impossible,
    transitions,
    unlikely,
)
from follicle_sim.experiments.calibration.profile import Verdict, judge
from follicle_sim.scenario.load import check_scenario
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import biology_of

SHIFT_BOUNDS = (0.02, 50.0)


@dataclass(frozen=True)
class FollicleFit:
    """What tracked follicles say of one number.

    Parameters
    ----------
    name
        The number: a biology parameter, a potency, or a shift of a phase in treatment arms.
    best, low, high
        Best value, and the ends of the interval; None where the search ends first.
    level, limit
        Of the interval, and the rise that ends it.
    verdict
        Whether the data pin the number down.
    values, rise : (p,)
        The profile: values, and -2 log-likelihood above its least, divided by `between`.
    curve : (2, m)
        Values and rise between them.
    between
        By what the rise is divided because people differ; 1 where they do not.
    follicles, people, visits
        In the data.
    transitions
        Seen beside expected.
    unlikely
        Sentences about follicles that the model can hardly explain.
    evaluations, seconds
        Work that was done.
    """

    name: str
    best: float
    low: float | None
    high: float | None
    level: float
    limit: float
    verdict: Verdict
    values: Floats
    rise: Floats
    curve: Floats
    between: float
    follicles: int
    people: int
    visits: int
    transitions: tuple[Transition, ...]
    unlikely: tuple[str, ...]
    evaluations: int
    seconds: float


def fit_follicles(
    scenario: Scenario,
    path: str | os.PathLike[str],
    name: str = "",
    *,
    level: float = 0.90,
    misread: float = 0.0,
    report: Report | None = None,
) -> FollicleFit:
    """Return which value of a number explains single follicles seen at visits.

    Parameters
    ----------
    scenario
        Whose arms the table names; what it says of people's differences is not used.
    path
        A table as `evidence/own/follicles.py` describes it.
    name
        A biology parameter such as ``"anagen_mean"``, a potency such as
        ``"potency_minoxidil_topical_5"``, or ``"anagen_shift"``, ``"telogen_shift"``,
        ``"kenogen_shift"``: what multiplies the duration in treatment arms from day 0. Default: the
        shift of anagen, or its mean where no arm has the role "treatment".
    level
        Of the interval, 0 to 1.
    misread
        Chance that a visit shows a wrong word, 0 to below 0.5.
    report
        Called with a stage, evaluations done and expected.

    Raises
    ------
    InputError
        For a bad row, with its line; an arm that is not in the scenario; no such number; a
        condition that attacks or destroys follicles; a follicle that cannot be.

    Examples
    --------
    >>> import tempfile
    >>> from follicle_sim import fit_follicles, load_scenario
    >>> rows = [f"untreated,A,{n},{day},hair" for n in range(90) for day in (0, 84)]
    >>> rows += [f"untreated,A,{n},{day},empty" for n in range(90, 100) for day in (0, 84)]
    >>> with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
    ...     _ = file.write("\\n".join(["arm,subject,follicle,day,seen", *rows]) + "\\n")
    ...     file.flush()
    ...     fit = fit_follicles(load_scenario("scenarios/healthy_scalp.toml"), file.name)
    >>> fit.name, fit.verdict
    ('anagen_mean', 'identified')
    """
    scenario = check_scenario("fit_follicles", scenario)
    check_path("fit_follicles", "path", path)
    check_text("fit_follicles", "name", name)
    check_call("fit_follicles", "report", report)
    for key, value, most in (("level", level, 1.0), ("misread", misread, 0.5)):
        if not 0.0 <= check_number("fit_follicles", key, value) < most:
            message = f"found {value:g}; allowed: from 0 to below {most:g}"
            raise InputError("fit_follicles", [Problem(key, message)])
    began = time.perf_counter()
    source = str(path)
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(source, [Problem("", f"cannot be read: {reason}")]) from None
    series = read_follicles(data, source)
    patterns = patterns_of(scenario, series, source)
    free = name or _usual_number(scenario)
    bounds = _bounds(scenario, free)
    likelihood = FollicleLikelihood(scenario, free, patterns, misread)
    found = find_profile(likelihood.of_people, bounds, level, report)
    if found is None:
        raise InputError(source, [Problem("", impossible(likelihood, bounds[0]))])
    return FollicleFit(
        name=free,
        best=found.best,
        low=found.low,
        high=found.high,
        level=level,
        limit=float(chi2.ppf(level, 1)),
        verdict=judge(found.low, found.high),
        values=found.values,
        rise=found.rise,
        curve=found.curve,
        between=found.between,
        follicles=len(series),
        people=len({one.subject for one in series}),
        visits=len({day for one in series for day in one.days}),
        transitions=transitions(likelihood, found.best),
        unlikely=unlikely(likelihood, found.best, source),
        evaluations=len(likelihood.kept),
        seconds=time.perf_counter() - began,
    )


def _usual_number(scenario: Scenario) -> str:
    treated = any(arm.role == "treatment" for arm in scenario.arms)
    return "anagen_shift" if treated else "anagen_mean"


def _bounds(scenario: Scenario, name: str) -> tuple[float, float, float]:
    """Return the present value of a number and its bounds."""
    if name in SHIFTS:
        if not any(arm.role == "treatment" for arm in scenario.arms):
            message = f'{name} is that of treatment arms; no arm has the role "treatment"'
            raise InputError(scenario.origin, [Problem("calibrate", message)])
        return 1.0, *SHIFT_BOUNDS
    known = known_numbers(scenario)
    if name not in known:
        hint = did_you_mean(name, [*SHIFTS, *known])
        message = f'no number "{name}" to fit{hint}'
        raise InputError(scenario.origin, [Problem("calibrate", message)])
    present = biology_of(scenario).get(name, known[name].value)
    return present if present > 0.0 else 1.0, known[name].lower, known[name].upper
