"""What the people of an arm are exposed to: reported side effects and the doses behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from follicle_sim.analysis.outcomes.exposures import ArmExposure, Exposure
from follicle_sim.analysis.outcomes.reactions.doses import Doses, doses_of, throughout
from follicle_sim.analysis.outcomes.reactions.reported import PLACEBO, Reported, load_reported
from follicle_sim.analysis.outcomes.reactions.ways import Way, way_of
from follicle_sim.scenario.model import Scenario


def exposed_to(
    role: str, exposure: ArmExposure, scenario: Scenario
) -> Iterator[tuple[Reported, Doses]]:
    """Yield the side effects that an arm may have, each with the doses it comes from.

    Those counted with a treatment first, then those of the way it is given in, but for events of
    the same name.
    """
    table = load_reported()
    by_treatment: dict[str, list[Exposure]] = {}
    by_way: dict[str, tuple[Way, list[Exposure]]] = {}
    own: dict[str, set[str]] = {}
    for line in exposure.lines:
        # what came of doses before the first visit was over, or known, when people came
        if line.dose.start < 0.0 and not line.times.size:
            continue
        name = line.dose.treatment
        by_treatment.setdefault(name, []).append(line)
        way = way_of(line.dose, scenario)
        if way is not None:
            by_way.setdefault(way.name, (way, []))[1].append(line)
            own.setdefault(way.name, set()).update(row.event for row in table.get(name, ()))
    if role == PLACEBO and not set(by_treatment) & set(table):
        yield from ((row, throughout(exposure.last)) for row in table.get(PLACEBO, ()))
    for name, lines in by_treatment.items():
        yield from ((row, doses_of(lines, exposure.last)) for row in table.get(name, ()))
    for name, (way, lines) in by_way.items():
        others = (row for row in way.reactions if row.event not in own[name])
        yield from ((row, doses_of(lines, exposure.last)) for row in others)


def unreported(scenario: Scenario) -> tuple[str, ...]:
    """Return the treatments whose side effects nobody counted, but perhaps those of their way."""
    names = dict.fromkeys(dose.treatment for arm in scenario.arms for dose in arm.doses)
    return tuple(name for name in names if name not in load_reported())


def ways_given(scenario: Scenario) -> Mapping[str, str]:
    """Return the titles of the ways in which anything is given, by treatment."""
    doses = [dose for arm in scenario.arms for dose in arm.doses]
    given = ((dose.treatment, way_of(dose, scenario)) for dose in doses)
    return {treatment: way.title for treatment, way in given if way is not None}
