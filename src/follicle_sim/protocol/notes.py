"""Notes on what a scenario asks for that will never happen, although nothing in it is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from follicle_sim.base.units import format_quantity
from follicle_sim.pharmacology.dosing import expand
from follicle_sim.protocol.arm_notes import arm_notes
from follicle_sim.protocol.baseline.words import baseline_sentence
from follicle_sim.protocol.before import lead_of_doses, same_before
from follicle_sim.protocol.data_notes import data_notes
from follicle_sim.protocol.donor import donor_notes
from follicle_sim.protocol.unfold import between, unfold
from follicle_sim.scenario.fields.parts import Series
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.design import CONTROLS
from follicle_sim.scenario.tables.arms import Dose


def notes(scenario: Scenario) -> tuple[str, ...]:
    """Return a sentence for everything in a scenario that changes nothing, place first.

    Of transplants they say what is left in the donor area. Of a trial of one's own they say who is
    missing from it, which of its weeks are no visits and where it has more people; of a baseline as
    it was counted, what was set so that it is.
    """
    sentences = [
        *_baseline(scenario),
        *_visits(scenario),
        *_doses(scenario),
        *_early(scenario),
        *_parts(scenario),
        *_people(scenario),
        *arm_notes(scenario),
        *donor_notes(scenario),
        *data_notes(scenario),
    ]
    return tuple(f"{place}: {text}" for place, text in sentences)


Notes = Iterator[tuple[str, str]]


def _baseline(scenario: Scenario) -> Notes:
    stated = scenario.population.stated
    if stated is not None:
        yield f"population.{stated.key}", baseline_sentence(scenario)


def _visits(scenario: Scenario) -> Notes:
    visits = scenario.design.visits
    if isinstance(visits, Series) and visits[-1] < visits.until - 1e-6:
        last, until = _time(visits[-1]), _time(visits.until)
        text = f"every {_time(visits[1])} until {until} ends with the visit at {last}"
        yield "design.visits", f"{text}; nobody is seen at {until}"


def _doses(scenario: Scenario) -> Notes:
    """Yield the lines of dosing that are never given, each in its own place."""
    design, count = scenario.design, 0
    last = unfold(scenario).visits.last_day
    for i, arm in enumerate(scenario.arms):
        end, what = last, "the last visit"
        if design.period is not None:
            end, what = design.period, "the end of the period"
        elif design.switch is not None and arm.role in CONTROLS:
            end, what = design.switch, "the switch"
        for j, dose in enumerate(arm.doses):
            place = f"arms[{i}].doses[{j}]"
            if _falls(dose, end) and dose.adherence == 0.0:
                text = f'{dose.treatment} in "{arm.label}" has an adherence of 0'
                yield place, f"{text}: it is never taken"
                continue
            if _falls(dose, end):
                count += 1
                continue
            text = f'{dose.treatment} in "{arm.label}" would begin at {_time(dose.start)}'
            yield place, f"{text}, not before {what} ({_time(end)}): it is never given"
    if count == 0 and any(arm.doses for arm in scenario.arms):
        yield "arms", "nothing is given to anybody: arms differ by luck alone"


def _early(scenario: Scenario) -> Notes:
    """Yield who arrives treated, and what that means for a change from baseline."""
    treated = [arm for arm in scenario.arms if any(dose.start < 0.0 for dose in arm.doses)]
    if not treated:
        return
    names = ", ".join(f'"{arm.label}"' for arm in treated)
    since = _time(-lead_of_doses(treated))
    text = f"people of {names} arrive treated (from {since} on): their baseline is counted under it"
    yield "arms", f"{text}, and doses before it are in no cost, side effect or share taken"
    if not same_before(unfold(scenario).arms):
        text = "arms have different doses before baseline, so that their baselines differ too"
        yield "arms", f"{text}: a change from baseline does not start alike in all of them"


def _parts(scenario: Scenario) -> Notes:
    design, arms = scenario.design, scenario.arms
    if design.run_in is not None and design.run_in_arm is not None:
        doses = next(arm.doses for arm in arms if arm.label == design.run_in_arm)
        if doses and not list(between(doses, -design.run_in, 0.0)):
            text = f'no dose of "{design.run_in_arm}" falls in the run-in of {_time(design.run_in)}'
            yield "design.run_in_arm", text
    if design.switch is not None:
        doses = next(arm.doses for arm in arms if arm.role == "treatment")
        left = unfold(scenario).visits.last_day - design.switch
        if doses and not any(_falls(dose, left) for dose in doses):
            text = "no dose of the treatment falls between the switch and the last visit"
            yield "design.switch", f"{text}: controls never begin it"
    if design.washout == 0.0:
        text = "the second period begins where the first treatment has just ended"
        yield "design.washout", f"0 days: {text}, and its baseline carries that effect"


def _people(scenario: Scenario) -> Notes:
    design = scenario.design
    doses = [dose for arm in unfold(scenario).arms for dose in arm.doses]
    rule = design.dropout.lack_of_effect if design.dropout else None
    if rule is not None and rule.after >= scenario.end:
        text = f"nobody leaves before {_time(rule.after)}, and the last visit is no later"
        yield "design.dropout.lack_of_effect.after", text
    if design.early_stop is not None and not doses:
        yield "design.early_stop", "no arm is given anything, so nobody can stop it early"
    if design.adherence_spread > 0.0 and all(dose.adherence in (0.0, 1.0) for dose in doses):
        text = "every dose is taken by everybody (or by nobody): people do not differ in that"
        yield "design.adherence_spread", f"{text}; give doses an adherence between 0 and 1"
    still = scenario.biology.get("season_anagen") == 0.0
    still = still and scenario.biology.get("season_telogen", 0.0) == 0.0
    if design.recruitment is not None and still:
        yield "design.recruitment", "dates change nothing where biology.season_anagen = 0"


def _falls(dose: Dose, end: float) -> bool:
    """Return whether any dose of a line falls before a day."""
    return expand(dose, end).times.size > 0


def _time(days: float) -> str:
    return format_quantity(days, "time")
