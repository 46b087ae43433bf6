"""What can be wrong with a design: keys that do not belong together, and people that run out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from follicle_sim.errors import did_you_mean
from follicle_sim.scenario.checks import Path
from follicle_sim.units import format_quantity

if TYPE_CHECKING:
    from follicle_sim.scenario.arms import Arm
    from follicle_sim.scenario.design import Design

Problems = Iterator[tuple[Path, str]]

CONTROLS = ("placebo", "untreated")
YEAR = 365.25
FEWEST = 2.0
"""People with a last visit, expected in an arm, below which no spread could be estimated."""

SEASONED = 2 * YEAR
"""History before a dated baseline, day. The season sets in over the first year of a run. After two,
the share of anagen at baseline is within 0.3 points of what ten years give; after one, within 0.6
of it on a healthy scalp and 3 on an androgenetic one. Two years may be written as 730 days, too."""

# Keys that only mean something in some kinds.
_BELONGS = {
    "allocation": ("parallel", "delayed_start"),
    "stratify": ("parallel", "crossover", "delayed_start"),
    "period": ("crossover",),
    "washout": ("crossover",),
    "switch": ("delayed_start",),
}


def own_problems(design: Design) -> list[tuple[Path, str]]:
    """Return what is wrong with a design whatever its arms, with places below `design`."""
    return [
        *_keys_of_kind(design),
        *_period_problems(design),
        *_switch_problems(design),
        *_window_problems(design),
        *_needs(design),
    ]


def _keys_of_kind(design: Design) -> Problems:
    for key, kinds in _BELONGS.items():
        if getattr(design, key) is not None and design.kind not in kinds:
            where = " or ".join(kinds) if len(kinds) < 3 else ", ".join(kinds)
            yield (key,), f"does not belong to a {design.kind} design, only to {where}"


def _period_problems(design: Design) -> Problems:
    if design.kind != "crossover":
        return
    if design.period is None:
        yield ("period",), 'missing; a crossover needs the length of a period, such as "24 weeks"'
    elif design.visits[-1] > design.period:
        last, length = (format_quantity(x, "time") for x in (design.visits[-1], design.period))
        message = (
            f"the last visit ({last}) is after the end of the period ({length}); visits are given "
            "within a period and repeated in the next"
        )
        yield ("visits",), message
    if design.washout is None:
        message = 'missing; a crossover needs the time between periods, such as "8 weeks"'
        yield ("washout",), f'{message}, or "0 days" for none'


def _switch_problems(design: Design) -> Problems:
    if design.kind != "delayed_start":
        return
    if design.switch is None:
        message = "missing; a delayed_start design needs the time the controls begin the treatment"
        yield ("switch",), message
    elif design.switch >= design.visits[-1]:
        found, last = (format_quantity(x, "time") for x in (design.switch, design.visits[-1]))
        message = f"found {found}; allowed: before the last visit ({last}), or nobody would see it"
        yield ("switch",), message


def _needs(design: Design) -> Problems:
    if design.run_in_arm is not None and design.run_in is None:
        yield ("run_in_arm",), '"run_in_arm" needs "run_in", the time before baseline'
    if design.missed_visits == 1.0 and len(design.visits) > 1:
        yield ("missed_visits",), "every visit after baseline would be missed; allowed: below 1"
    if design.missed_baseline == 1.0:
        yield ("missed_baseline",), "nobody would have a baseline; allowed: below 1"
    if design.dropout and not design.dropout.per_year and not design.dropout.lack_of_effect:
        yield ("dropout",), "nobody would leave; give per_year, lack_of_effect, or leave it out"


def _window_problems(design: Design) -> Problems:
    key = "late_visits" if design.slack > design.visit_window else "visit_window"
    for before, after, gap in _gaps(design):
        needed = (design.slack if before > 0.0 else 0.0) + design.visit_window
        if needed > gap:
            one, two = (format_quantity(day, "time") for day in (before, after))
            message = (
                f"the windows of the visits at {one} and {two} overlap: together they reach "
                f"{format_quantity(needed, 'time')}, the visits are "
                f"{format_quantity(gap, 'time')} apart"
            )
            yield (key,), message
            return  # one pair is enough to show it


def _gaps(design: Design) -> Iterator[tuple[float, float, float]]:
    """Yield neighbouring visits and the time between them that windows may fill."""
    days: Sequence[float] = design.visits
    for before, after in pairwise(days):
        yield before, after, after - before
    if design.kind == "crossover" and design.period is not None and design.washout is not None:
        # The start of a period is on its day, so that only the window before it may reach there.
        start = design.period + design.washout
        if days[-1] > 0.0 and start > days[-1]:
            yield days[-1], start, start - days[-1] + design.visit_window


def calendar_problems(
    design: Design, history: float, biology: Mapping[str, float]
) -> list[tuple[Path, str]]:
    """Return what is wrong with a calendar whose season has no time to set in before baseline."""
    seasonal = design.recruitment is not None and biology.get("season_anagen") != 0.0
    if not seasonal or history >= math.floor(SEASONED):
        return []
    found, least = (format_quantity(day, "time") for day in (history, SEASONED))
    message = (
        f"found {found}; allowed with design.recruitment: {least} or more, as the season sets in "
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
        *_number_of_arms(design, arms),
        *_label_problems(design, [arm.label for arm in arms]),
        *_whole_scalp(design, arms, routes),
        *_too_few_left(design, subjects, len(arms)),
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


def _label_problems(design: Design, labels: Sequence[str]) -> Problems:
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
    given = [
        {dose.model_copy(update={"route": None}): index for index, dose in enumerate(arm.doses)}
        for arm in arms
    ]
    for i in (0, 1):
        for dose, index in given[i].items():
            if routes.get(dose.treatment) == "oral" and dose not in given[1 - i]:
                message = (
                    f'{dose.treatment} is swallowed and reaches both halves of a scalp, but "'
                    f'{arms[1 - i].label}" does not have the same dose; give it to both arms or '
                    "choose another kind"
                )
                yield ("arms", i, "doses", index), message


def _too_few_left(design: Design, subjects: int, arms: int) -> Problems:
    """Refuse a design in which fewer than FEWEST of an arm are expected at the last visit."""
    end = design.end(arms)
    leaving = design.dropout.per_year if design.dropout else 0.0
    kept = (1.0 - design.missed_baseline) * (1.0 - leaving) ** (end / YEAR)
    if len(design.visits) > 1:
        kept *= 1.0 - design.missed_visits
    if kept < 1.0 and subjects * kept < FEWEST:
        message = (
            f"more missing than subjects: of {subjects} people an arm about {subjects * kept:.2g} "
            "are expected at baseline and at the last visit; allowed: 2 or more, so raise "
            "population.subjects or lower missed_visits or dropout"
        )
        yield ("design",), message
