"""What can be wrong between a design and its arms, its calendar and its people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from follicle_sim.base.errors import did_you_mean
from follicle_sim.base.units import YEAR, format_quantity
from follicle_sim.scenario.fields.refusals import Path
from follicle_sim.scenario.fields.unjudged import judge
from follicle_sim.scenario.tables.arms import Arm
from follicle_sim.scenario.tables.design import Design

Problems = Iterator[tuple[Path, str]]

CONTROLS = ("placebo", "untreated")
FEWEST = 2.0
"""People with a last visit, expected in an arm, below which no spread could be estimated."""

SEASONED = 2 * YEAR
"""History before a dated baseline, day. The season sets in over the first year of a run. After two,
the share of anagen at baseline is within 0.3 points of what ten years give; after one, within 0.6
of it on a healthy scalp and 3 on an androgenetic one. Two years may be written as 730 days, too."""


def calendar_problems(
    design: Design, history: float, biology: Mapping[str, float]
) -> list[tuple[Path, str]]:
    """Return what is wrong with a calendar whose season has no time to set in before baseline."""
    waves = biology.get("season_anagen") != 0.0 or biology.get("season_telogen", 0.0) != 0.0
    seasonal = design.recruitment is not None and waves
    if not seasonal or history >= math.floor(SEASONED):
        return []
    length, least = (format_quantity(day, "time") for day in (history, SEASONED))
    message = (
        f"found {length}; allowed with design.recruitment: {least} or more, as the season sets in "
        "over the first years of a run; lengthen it, or set biology.season_anagen = 0"
    )
    return [(("run", "history"), message)]


def arm_problems(
    design: Design, arms: Sequence[Arm], subjects: int, routes: Mapping[str, str]
) -> list[tuple[Path, str]]:
    """Return what is wrong between a design and the arms, with places from the top of the file.

    `routes` are those of the known treatments: a tablet reaches both halves of a scalp.
    """
    return [
        *judge(_number_of_arms, design, arms),
        *judge(_label_problems, design, arms),
        *judge(_whole_scalp, design, arms, routes),
        *judge(_too_few_left, design, subjects, arms),
    ]


def _number_of_arms(design: Design, arms: Sequence[Arm]) -> Problems:
    if design.kind == "split_scalp" and len(arms) != 2:
        yield ("arms",), f"a split_scalp design needs exactly two arms; found {len(arms)}"
    if design.kind == "crossover" and len(arms) < 2:
        yield ("arms",), f"a crossover needs at least two arms; found {len(arms)}"
    if design.kind == "delayed_start":
        roles = [arm.role for arm in arms]
        if "treatment" not in roles:
            yield ("arms",), "a delayed_start design needs an arm of role treatment"
        if not set(CONTROLS) & set(roles):
            message = "a delayed_start design needs an arm of role placebo or untreated to switch"
            yield ("arms",), message


def _label_problems(design: Design, arms: Sequence[Arm]) -> Problems:
    labels = [arm.label for arm in arms]
    for label in design.allocation or ():
        if label not in labels:
            message = f"unknown arm of this scenario{did_you_mean(label, labels)}"
            yield ("design", "allocation", label), message
    if design.run_in_arm is not None and design.run_in_arm not in labels:
        message = (
            f'found "{design.run_in_arm}"; unknown arm{did_you_mean(design.run_in_arm, labels)}'
        )
        yield ("design", "run_in_arm"), message
    if design.kind == "crossover":
        turned = [" then ".join([*labels[k:], *labels[:k]]) for k in range(len(labels))]
        if len(set(turned)) < len(turned):
            yield ("arms",), "two sequences of the crossover would have one name; rename an arm"


def _whole_scalp(design: Design, arms: Sequence[Arm], routes: Mapping[str, str]) -> Problems:
    if design.kind != "split_scalp" or len(arms) != 2:
        return
    # Without its place in the file: the other half may list the same doses in another order.
    doses_of = [
        {dose.model_copy(update={"route": None}): index for index, dose in enumerate(arm.doses)}
        for arm in arms
    ]
    for i in (0, 1):
        for dose, index in doses_of[i].items():
            if routes.get(dose.treatment) == "oral" and dose not in doses_of[1 - i]:
                message = (
                    f'{dose.treatment} is swallowed and reaches both halves of a scalp, but "'
                    f'{arms[1 - i].label}" does not have the same dose; give it to both arms or '
                    "choose another kind"
                )
                yield ("arms", i, "doses", index), message


def _too_few_left(design: Design, subjects: int, arms: Sequence[Arm]) -> Problems:
    """Refuse a design in which fewer than FEWEST of an arm are expected at the last visit."""
    end = design.end(len(arms))
    leaving = design.dropout.per_year if design.dropout else 0.0
    share = (1.0 - design.missed_baseline) * (1.0 - leaving) ** (end / YEAR)
    if len(design.visits) > 1:
        share *= 1.0 - design.missed_visits
    if share < 1.0 and subjects * share < FEWEST:
        message = (
            f"more missing than subjects: of {subjects} people an arm about {subjects * share:.2g} "
            "are expected at baseline and at the last visit; allowed: 2 or more, so raise "
            "population.subjects or lower missed_visits or dropout"
        )
        yield ("design",), message
