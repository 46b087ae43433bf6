"""What a count can rise by although the drug does nothing: season, choice of the spot, the needle.

Each circumstance is a change of the scenario, of the trials that come out of it, or of both, so
that any study can be asked what it would have found with nothing but that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.trial import Trial
from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.errors import InputError, Problem, did_you_mean
from follicle_sim.base.numerics import normals
from follicle_sim.experiments.planning.trial_sources import Trials, TrialSource
from follicle_sim.experiments.scoreboard.designs import Offset
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX, potency_parameters
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.scenario.load import with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.treatments import parse_own
from follicle_sim.scenario.vary import with_other_arms

NEEDLES = {
    "intradermal_injection": "saline_injection",
    "intralesional_injection": "saline_injection",
    "microneedling": "microneedling",
}
"""What a treatment of a route leaves when its drug is left out."""

MONTHS = (
    ("January", 0.0),
    ("February", 31.0),
    ("March", 59.0),
    ("April", 90.0),
    ("May", 120.0),
    ("June", 151.0),
    ("July", 181.0),
    ("August", 212.0),
    ("September", 243.0),
    ("October", 273.0),
    ("November", 304.0),
    ("December", 334.0),
)
"""Months and the day of the year they begin on, in years of 365 days."""


def find_treatment(scenario: Scenario, choice: str = "") -> str:
    """Return the treatment whose potency is in question.

    Raises
    ------
    InputError
        Not given in the scenario, no choice among several, or a potency true by definition.
    """
    names = dict.fromkeys(
        dose.treatment for arm in scenario.arms if arm.role == "treatment" for dose in arm.doses
    )
    drugs = [name for name in names if name not in NEEDLES.values()] or list(names)
    if choice and choice not in names:
        message = f'no treatment arm is given "{choice}"{did_you_mean(choice, drugs)}'
    elif not choice and len(drugs) != 1:
        listed = ", ".join(drugs) or "none"
        message = f"treatment arms are given: {listed}; name the one whose potency is in question"
    else:
        name = choice or drugs[0]
        if f"{POTENCY_PREFIX}{name}" in potency_parameters(known_treatments(scenario)):
            return name
        message = f"the potency of {name} is true by definition; it cannot be varied"
    raise InputError(scenario.origin, [Problem("treatment", message)])


def known_treatments(scenario: Scenario) -> dict[str, Treatment]:
    """Return every treatment that a scenario may give, by name: the library's and its own."""
    library = {name: load_treatment(name) for name in treatment_names()}
    return library | dict(parse_own(scenario.treatments))


def default_potency(scenario: Scenario, treatment: str) -> float:
    """Return the potency a scenario uses."""
    own = scenario.biology.get(f"{POTENCY_PREFIX}{treatment}")
    return potency_of(scenario, treatment) if own is None else float(own)


def potency_of(scenario: Scenario, treatment: str) -> float:
    """Return the potency of a treatment before a scenario changes it."""
    return float(
        potency_parameters(known_treatments(scenario))[f"{POTENCY_PREFIX}{treatment}"].value
    )


def with_potency(scenario: Scenario, treatment: str, potency: float) -> Scenario:
    """Return a scenario in which a treatment has another potency."""
    return with_overrides(scenario, [f"biology.{POTENCY_PREFIX}{treatment}={potency:g}"])


def needle_of(scenario: Scenario, treatment: str) -> str:
    """Return what is left of a treatment without its drug; "" where that is nothing."""
    route = known_treatments(scenario)[treatment].route
    needle = NEEDLES.get(route, "")
    return "" if needle == treatment else needle


def with_needle(scenario: Scenario, treatment: str) -> Scenario:
    """Return a scenario in which every dose of a treatment is its needle alone."""
    needle = needle_of(scenario, treatment)
    same: dict[str, Any] = {"treatment": needle, "amount": 1.0, "amount_dimension": "sessions"}
    more: dict[str, Any] = {"variants": (), "route": None}
    arms = []
    for arm in scenario.arms:
        doses = tuple(
            dose.model_copy(update=same | more) if dose.treatment == treatment else dose
            for dose in arm.doses
        )
        arms.append(arm.model_copy(update={"doses": doses if needle else ()}))
    # a search varies doses by their place in an arm, which may be empty now
    return scenario.model_copy(update={"arms": tuple(arms), "optimise": None})


def with_season(scenario: Scenario, opens: float | None) -> Scenario:
    """Return a scenario that recruits from a day of the year, as long as its own; None: never."""
    recruitment = scenario.design.recruitment
    if opens is None or recruitment is None:
        recruitment = None
    else:
        recruitment = recruitment.model_copy(update={"opens": opens})
    design = scenario.design.model_copy(update={"recruitment": recruitment})
    return scenario.model_copy(update={"design": design})


def can_choose_spots(scenario: Scenario) -> bool:
    """Tell whether several spots of the same people can be simulated."""
    return scenario.design.kind == "split_scalp" or len(scenario.arms) == 1


def spot_scenarios(scenario: Scenario, spots: int) -> tuple[Scenario, ...]:
    """Return scenarios whose arms, one after the other, are the spots of all arms.

    The first A arms are the first spots, the next A the second ones, and so on; the people are the
    same, their follicles and readings are not. Of a single arm two spots go into one scenario, so
    that an odd number leaves one over at the end.
    """
    if spots == 1:
        return (scenario,)
    per = 1 if len(scenario.arms) > 1 else 2
    design = scenario.design.model_copy(update={"kind": "split_scalp"})
    scenarios = []
    for first in range(0, spots, per):
        arms = tuple(
            arm.model_copy(update={"label": arm.label if not k else f"{arm.label}, spot {k + 1}"})
            for k in range(first, first + per)
            for arm in scenario.arms
        )
        scenarios.append(with_other_arms(scenario, arms).model_copy(update={"design": design}))
    return tuple(scenarios)


@dataclass(frozen=True)
class SpotTrials:
    """Trials of several scenarios of the same people, their arms side by side."""

    sources: tuple[TrialSource, ...]

    def draw(self, replicates: range, n: int) -> Trials:
        """Return the trials; see `TrialSource`."""
        parts = [source.draw(replicates, n) for source in self.sources]
        if len(parts) == 1:
            return parts[0]
        first = parts[0].trial
        trials = [part.trial for part in parts]
        whole = replace(
            first,
            arms=tuple(label for trial in trials for label in trial.arms),
            roles=tuple(role for trial in trials for role in trial.roles),
            values=np.concatenate([trial.values for trial in trials], axis=1),
            known={
                name: np.concatenate([trial.known[name] for trial in trials], axis=1)
                for name in first.known
            },
        )
        turn = np.concatenate([part.turn for part in parts], axis=1)
        share = tuple(value for part in parts for value in part.share)
        return Trials(whole, turn, share, parts[0].people)


def choose_spot(trials: Trials, arms: int, spots: int, *, thinnest: bool) -> Trials:
    """Return trials with one spot an arm: the first, or each person's thinnest at baseline.

    The count that decides is the baseline itself, with its error: what is then seen again at the
    next visit has regressed to the mean by itself.
    """
    trial = trials.trial
    if trial.values.shape[1] == arms:
        return trials
    values = trial.values[:, :arms]
    if thinnest:
        shape = (trial.values.shape[0], spots, arms, *trial.values.shape[2:])
        every = trial.values[:, : spots * arms].reshape(shape)
        counts = every[..., baseline_of(trial)]
        least = np.argmin(np.where(np.isfinite(counts), counts, np.inf), axis=1)
        values = np.take_along_axis(every, least[:, None, ..., None], axis=1)[:, 0]
    known = {name: array[:, :arms] for name, array in trial.known.items()}
    first = replace(
        trial, arms=trial.arms[:arms], roles=trial.roles[:arms], values=values, known=known
    )
    return Trials(first, trials.turn[:, :arms], trials.share[:arms], trials.people)


def baseline_of(trial: Trial) -> int:
    """Return the position of the baseline visit."""
    return int(np.flatnonzero(trial.days == 0.0)[0])


def with_drift(trials: Trials, replicates: range, drift: Offset) -> Trials:
    """Return trials whose every count after baseline is off by the trial's own drift.

    One draw a trial, the same in all arms and at all visits: nobody has published its course.
    """
    trial = trials.trial
    luck = np.array(
        [
            float(normals(trial.seed, name, 0, 0, SUBJECT_LEVEL, 0, int(Decision.TRIAL_DRIFT)))
            for name in replicates
        ]
    )
    size: NDArray[np.float64] = (drift.mean + drift.sd * luck)[:, None, None, None]
    if drift.relative:
        size = size * trial.values[..., [baseline_of(trial)]]
    later = (trial.days > 0.0).astype(np.float64)
    return replace(trials, trial=replace(trial, values=trial.values + size * later))
