"""What a reader must know before believing a virtual trial."""

from __future__ import annotations

from collections.abc import Iterator

from follicle_sim.analysis.outcomes.adverse import NOT_KNOWN
from follicle_sim.analysis.outcomes.flow import SubjectFlow
from follicle_sim.analysis.result import TrialResult
from follicle_sim.pharmacology.library import load_treatment, treatment_names
from follicle_sim.protocol.notes import notes
from follicle_sim.protocol.potency_notes import describe_origin, fitted_elsewhere
from follicle_sim.scenario.fields.methods import PLAIN
from follicle_sim.scenario.model import Scenario

NO_SPREAD = (
    "spread is not given: people are identical, and only the luck of single hairs tells them "
    'apart. Intervals are far narrower than in a real trial; try population.spread = "typical"'
)
NO_ERROR = "The instrument sees every hair and never errs; choose one with [instrument] method."
NO_CONTROL = (
    "There is no control arm: whatever else moved hair in that time (the natural course, the "
    "season, regression to the mean, the procedure itself) is inside the change."
)


def caveats(scenario: Scenario, result: TrialResult, flow: SubjectFlow) -> list[str]:
    """Return the warnings of a trial, the most important first."""
    # The same is said here, and first, of a trial without a control arm; of side effects above.
    said = ("without a control arm", NOT_KNOWN)
    notes = [note for note in result.notes if not any(text in note for text in said)]
    return [*_design(scenario, result, flow), *_model(scenario), *notes]


def _design(scenario: Scenario, result: TrialResult, flow: SubjectFlow) -> Iterator[str]:
    tested = [row for row in result.rows if row.purpose == "primary"]
    if not any(row.control for row in tested):
        yield NO_CONTROL
    if not is_spread(scenario):
        yield NO_SPREAD
    for note in notes(scenario):
        yield f"{note.partition(': ')[2]}."
    people = {arm.label: arm.allocated for arm in flow.arms}
    analysed = sum(arm.analysed["intention_to_treat"] for arm in flow.arms)
    planned = sum(people.values())
    if analysed < planned:
        gone = planned - analysed
        what = "halves" if flow.shared else "people"
        leaving = scenario.design.dropout
        better = ". Who leaves for lack of effect makes those who stay look better."
        yield (
            f"{gone} of {planned} {what} ({100 * gone / planned:.0f} %) lack a value needed at "
            f"week {flow.week:g}{better if leaving and leaving.lack_of_effect else '.'}"
        )
    inclusion = scenario.population.inclusion
    if inclusion is not None and inclusion.hair_density is not None:
        yield (
            "People were let in on a count that errs: part of every change from baseline is "
            "regression to the mean. The difference between arms is free of it."
        )


def _model(scenario: Scenario) -> Iterator[str]:
    who = scenario.population
    if is_spread(scenario):
        traits = [
            f"{trait.replace('_', ' ')} {100 * cv:.3g} %"
            for trait, cv in who.variation.items()
            if cv > 0.0
        ]
        source = " (typical of the condition)" if who.spread.typical else ""
        if traits:
            yield f"Assumed differences between people, coefficients of variation{source}: " + (
                ", ".join(traits) + "."
            )
    if origins := list(_potency_origins(scenario)):
        yield (
            f"The effect is put in, not found out: potency of {', '.join(origins)}. The interval "
            "holds the luck of people, hairs and readings, not what is unknown of the drug."
        )
    if cares := dict.fromkeys(
        name for arm in scenario.arms for dose in arm.doses for name in dose.aftercare
    ):
        yield (
            f"What {', '.join(name.replace('_', ' ') for name in cares)} after a session takes "
            "from its effect is assumed; nobody has measured it on hair."
        )
    if linked := list(dict.fromkeys(_linked(scenario))):
        yield (
            f"What gets in of {', '.join(linked)} goes by links from the vial to the skin, whose "
            "shares are assumptions: nobody has measured them in human scalp."
        )
    if NO_ERROR in alike(scenario):
        yield NO_ERROR
    yield (
        f"This is one trial of many that could have been (seed {scenario.run.seed}): another seed "
        "gives other people and other luck, and follicle-sim power shows how far trials differ."
    )


def _linked(scenario: Scenario) -> Iterator[str]:
    """Yield the treatments of which a dose names a way of giving or a needle."""
    for arm in scenario.arms:
        for dose in arm.doses:
            chain = dose.chain
            if chain is not None and (chain.delivery or chain.depth or chain.punctures):
                yield dose.treatment


def _potency_origins(scenario: Scenario) -> Iterator[str]:
    """Yield every treatment given, each with where its potency is from."""
    for name in dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses):
        if f"potency_{name}" in scenario.biology:
            yield f"{name} set in this scenario"
        elif name in scenario.treatments:
            yield f"{name} of this scenario's own"
        elif name in treatment_names():
            origin = describe_origin(scenario, name, load_treatment(name))
            elsewhere = " (not to this trial)" if fitted_elsewhere(scenario, origin) else ""
            yield f"{name} {origin}{elsewhere}"


def alike(scenario: Scenario) -> list[str]:
    """Return the warnings of a scenario whose people or readings are more alike than real ones."""
    notes = [] if is_spread(scenario) else [NO_SPREAD]
    if scenario.instrument.method == PLAIN and scenario.instrument.reader_error == 0.0:
        notes.append(NO_ERROR)
    return notes


def note_identical_people(scenario: Scenario) -> str:
    """Return a warning where own data have an SD and simulated people are identical, else ""."""
    has_sd = any(
        row.get("sd") not in (None, "") for table in scenario.compare for row in table.rows
    )
    if not has_sd or is_spread(scenario):
        return ""
    return f"Your data have an SD, but {NO_SPREAD}."


def is_spread(scenario: Scenario) -> bool:
    """Return whether people differ in anything that drives their hair."""
    who = scenario.population
    return any(cv > 0.0 for cv in who.variation.values()) or who.varies("severity")
