"""The empty table for a trial of one's own, with the arms and visits of a scenario filled in."""

from __future__ import annotations

import os
from pathlib import Path

from follicle_sim.base.errors import OutputError
from follicle_sim.base.files import write_text_atomic
from follicle_sim.evidence.own.template import groups_template, numbered, people_template
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.tables.instrument import observable


def own_table(scenario: Scenario | None = None, *, people: bool = False) -> str:
    """Return an empty table as CSV text.

    Parameters
    ----------
    scenario
        Whose arms, visits and people are filled in; None for a treatment and a control.
    people
        A row for every person and visit, in place of one for every arm and visit.
    """
    if scenario is None:
        return people_template() if people else groups_template()
    weeks = [day / 7.0 for day in scenario.design.visits if day >= 0.0]
    variables = observable(scenario.instrument)
    endpoint = "hair density" if "hair_density" in variables else "terminal hair density"
    labels = [arm.label for arm in scenario.arms]
    if not people:
        return groups_template(labels, weeks, endpoint)
    codes: dict[str, list[str]] = {}
    numbered_so_far = 0
    for label in labels:
        count = scenario.population.subjects * scenario.design.ratio(label)
        # Two sides of a scalp are the same people, and so are the periods of a crossover.
        shared = scenario.design.kind in ("split_scalp", "crossover")
        codes[label] = numbered(count, 0 if shared else numbered_so_far)
        numbered_so_far += count
    return people_template(codes, weeks, endpoint)


def write_own_table(
    path: str | os.PathLike[str], scenario: Scenario | None = None, *, people: bool = False
) -> None:
    """Write an empty table; a file that is there already is left alone: it may be filled in.

    Raises
    ------
    OutputError
        The file is there already, or cannot be written.
    """
    if Path(path).exists():
        message = f"{path}: is there already and may hold numbers; name another file with --out"
        raise OutputError(message)
    write_text_atomic(path, own_table(scenario, people=people))
