"""What an event table cannot say, or says in a way of its own, of the doses of a scenario."""

from __future__ import annotations

from follicle_sim.pharmacology.steady_state import doses_to_steady_state
from follicle_sim.reporting.event_table import events_of
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.numbers import treatments_of
from follicle_sim.scenario.tables.arms import Dose

CARRIED = ("treatment", "amount", "amount_dimension", "route", "start", "every", "count", "until")
NOT_CARRIED = tuple(name for name in Dose.model_fields if name not in (*CARRIED, "duration"))
"""Keys of a dose that an event table has no column for."""


def not_carried(scenario: Scenario) -> tuple[str, ...]:
    """Return a sentence for each thing of the doses that an event table cannot say."""
    usual = {name: Dose.model_fields[name].default for name in NOT_CARRIED}
    told = []
    for arm in scenario.arms:
        for index, dose in enumerate(arm.doses):
            lost = [name for name in NOT_CARRIED if getattr(dose, name) != usual[name]]
            if lost:
                told.append(
                    f'doses[{index}] of "{arm.label}": {", ".join(lost)}: an event table has no '
                    "column for it"
                )
    return tuple(told)


def before_baseline(scenario: Scenario, *, steady_state: bool = False) -> tuple[str, ...]:
    """Return a sentence for each dose that began before baseline: how it stands in the table."""
    treatments, sentences = treatments_of(scenario), []
    for arm in scenario.arms:
        for index, dose in enumerate(arm.doses):
            if dose.start >= 0.0:
                continue
            enough = 0
            if steady_state and dose.every is not None:
                enough = doses_to_steady_state(treatments[dose.treatment], dose.every)
            place = f'doses[{index}] of "{arm.label}"'
            if any(event.steady for event in events_of(dose, enough=enough)):
                text = f"written as a steady state (SS), which {enough} doses before baseline reach"
                sentences.append(f"{place}: {text}; the hair has had more time than that to follow")
            else:
                text = "TIME is below 0, which rxode2 takes, and NONMEM from version 7.4 on"
                sentences.append(f"{place}: {text}")
    return tuple(sentences)
