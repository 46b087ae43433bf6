"""A scenario's stated baseline met: the search is asked once for every question of its kind."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from follicle_sim.base.errors import InputError, Problem
from follicle_sim.pharmacology.exposure import made_of_patients
from follicle_sim.pharmacology.potencies import POTENCY_PREFIX, potency_overrides
from follicle_sim.pharmacology.treatment import Treatment
from follicle_sim.protocol.baseline.expect import Before, Question
from follicle_sim.protocol.baseline.settle import Met, search
from follicle_sim.protocol.before import doses_before, lead_of_doses, same_before
from follicle_sim.protocol.operators import read_by_own
from follicle_sim.protocol.unfold import unfold
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import biology_of, factors_of, treatments_of


def meet_baseline(scenario: Scenario, *, part: bool = False) -> Met | None:
    """Return what is set so that a scenario's baseline is counted as it says; None where it says
    nothing.

    A count that was published was read by the operators of its trial. Where the run is one trial,
    the count is met as the operators that its seed draws read it; where it is several, or a part of
    several, each with its own operators, as operators read on average.

    Parameters
    ----------
    scenario
        From `load_scenario`.
    part
        Whether the run is part of several trials, whatever its number of replicates.

    Raises
    ------
    InputError
        Where nothing that may be set would be counted so, or arms have different doses before
        baseline.
    """
    if scenario.population.stated is None:
        return None
    if reason := _not_expected(scenario):
        place = f"population.{scenario.population.stated.key}"
        raise InputError(scenario.origin, [Problem(place, f"{reason}, or give a severity instead")])
    tool = scenario.instrument
    if scenario.run.replicates > 1 or part:
        return _search_once(_SameQuestion(scenario))
    own = read_by_own(tool, scenario.run.seed)
    met = _search_once(_SameQuestion(scenario.model_copy(update={"instrument": own})))
    return replace(met, operators=own.count_bias / tool.count_bias)


def with_baseline(scenario: Scenario, *, part: bool = False) -> Scenario:
    """Return a scenario that gives the severity and follicles that meet its stated baseline.

    part : as in `meet_baseline`
    """
    met = meet_baseline(scenario, part=part)
    if met is None:
        return scenario
    nothing_stated = {"hair_density": None, "terminal_density": None, "hair_count": None}
    population = met.population(scenario.population).model_copy(update=nothing_stated)
    return scenario.model_copy(update={"population": population})


def _not_expected(scenario: Scenario) -> str:
    """Return why no baseline can be expected after the doses before it; "" where one can."""
    arms = unfold(scenario).arms
    if not same_before(arms):
        return (
            "arms have different doses before baseline, so one count cannot be the baseline of all "
            "of them; give all arms the same doses before baseline"
        )
    early = doses_before(arms[0].doses)
    if not any(dose.start < 0.0 for arm in scenario.arms for dose in arm.doses):
        return ""
    if made_of_patients(arms[0].model_copy(update={"doses": early}), treatments_of(scenario)):
        return (
            "what people are given before baseline is made of their own blood, and what that does "
            "to a mean count is not worked out; begin it at baseline"
        )
    if scenario.design.adherence_spread > 0.0 and any(dose.adherence < 1.0 for dose in early):
        return (
            "people differ in how many doses they took before baseline (design.adherence_spread), "
            "and what that does to a mean count is not worked out; leave the spread out"
        )
    return ""


class _SameQuestion:
    """A scenario as a key of the cache: equal where the search for its baseline is the same."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        stored = scenario.background.numbers
        design = scenario.design
        before = doses_before(unfold(scenario).arms[0].doses)
        self.key = (
            scenario.population.model_copy(update={"subjects": 1}),
            scenario.instrument,
            tuple(
                sorted(
                    (name, value)
                    for name, value in scenario.biology.items()
                    if before or not name.startswith(POTENCY_PREFIX)
                )
            ),
            (scenario.run.history, scenario.run.forcing_step, design.run_in, design.recruitment),
            before,
            # own treatments and stored numbers are compared as objects: they are rarely there
            id(scenario.treatments) if before else None,
            None if stored is None else tuple(sorted(stored.biology.items())),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameQuestion) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=64)
def _search_once(question_key: _SameQuestion) -> Met:
    scenario = question_key.scenario
    stated = scenario.population.stated
    assert stated is not None
    question = question_of(scenario)
    try:
        return search(question, stated)
    except ValueError as error:
        problem = Problem(f"population.{stated.key}", str(error))
        raise InputError(scenario.origin, [problem]) from None


def question_of(scenario: Scenario) -> Question:
    """Return whose baseline a scenario asks for."""
    design, treatments = scenario.design, treatments_of(scenario)
    arms = unfold(scenario).arms
    arm = arms[0]
    early = doses_before(arm.doses)
    early_treatments: dict[str, Treatment] = {
        dose.treatment: treatments[dose.treatment] for dose in early
    }
    return Question(
        population=scenario.population,
        condition=scenario.population.disease,
        instrument=scenario.instrument,
        parameters=biology_of(scenario),
        before=Before(
            history=scenario.run.history,
            step=scenario.run.forcing_step,
            run_in=design.run_in,
            lead=max(design.run_in or 0.0, lead_of_doses(arms)),
            recruitment=design.recruitment,
            arm=arm.model_copy(update={"doses": early}),
            treatments=early_treatments,
            potencies=potency_overrides(scenario.biology),
            factors=factors_of(scenario),
        ),
    )
