"""What `follicle-sim calibrate SCENARIO` prints: the value, what else would do, the numbers."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from follicle_sim.cli.text import (
    Column,
    choose_decimals,
    format_number,
    make_console,
    print_groups,
    print_heading,
    print_indented,
)

if TYPE_CHECKING:
    from follicle_sim.experiments.calibration.fit_scenario import FittedRow, ScenarioFit
    from follicle_sim.scenario.model import Scenario

TOLD_APART = 4.0
"""Rise of -2 log-likelihood from which an explanation is said to fit worse: two standard errors."""

APART = 1.5
"""Factor between two SDs from which they are said to differ."""

MISFIT = 0.05
"""Chance below which the model is said not to meet the numbers."""


def print_fit(fit: ScenarioFit, title: str, caveat: str = "") -> None:
    """Print what the numbers of a scenario say of its free numbers, and what else would do."""
    from follicle_sim.figures.fit import interval_text, short_name

    console = make_console()
    print_heading(console, f"\n{title}")
    level = f"{100 * fit.level:.0f} % interval"
    console.print(f"\n{short_name(fit.names[0])}: {interval_text(fit)} ({level}), {fit.verdict}")
    for name, value in zip(fit.names[1:], fit.best[1:], strict=True):
        console.print(f"{short_name(name)}: {value:.3g}, at the best fit")
    console.print()
    print_groups(console, _COLUMNS, _groups(fit))
    for line in [*_conclude(fit), *([caveat] if caveat else [])]:
        console.print()
        print_indented(console, line, 0)


def print_next_commands(fit: ScenarioFit, scenario: Scenario, words: Sequence[str]) -> None:
    """Print commands that go on with the fitted values, ready to be copied.

    Parameters
    ----------
    words
        File and options that follow the name of each command.
    """
    from follicle_sim.protocol.potency_notes import override_of

    if fit.verdict == "not identified":
        return
    settings = [
        word
        for name, value in zip(fit.names, fit.best, strict=True)
        for word in ("--set", override_of(scenario, name, value))
    ]
    console = make_console()
    console.print("\nThe file is as it was. To go on with what was fitted:")
    for command in ("power", "run"):
        line = shlex.join(["follicle-sim", command, *words, *settings])
        console.print(f"  {line}", soft_wrap=True)


_COLUMNS = (
    Column("week", True),
    Column("what"),
    Column("observed (SE)", True),
    Column("fitted", True),
    Column("without it", True),
)


def _groups(fit: ScenarioFit) -> dict[str, list[list[str]]]:
    groups: dict[str, list[list[str]]] = {}
    for row in fit.rows:
        if row.used:
            head = f"{row.arm} minus {row.control}" if row.control else row.arm
            like = [other.observed for other in fit.rows if other.endpoint == row.endpoint]
            groups.setdefault(head, []).append(_cells(row, choose_decimals(like)))
    return groups


def _cells(row: FittedRow, digits: int) -> list[str]:
    sign = row.kind != "level"
    return [
        f"{row.week:g}",
        f"{row.endpoint.replace('_', ' ')}, {row.kind.replace('_', ' ')}",
        f"{format_number(row.observed, digits, sign=sign)} ({format_number(row.se, digits)})",
        format_number(row.fitted, digits, sign=sign),
        format_number(row.untreated, digits, sign=sign),
    ]


def _drift_text(endpoint: str) -> str:
    from follicle_sim.experiments.scoreboard.designs import offset_of

    rule = offset_of(endpoint)
    assert rule is not None  # or nothing had been shifted
    if rule.relative:
        return f"{100 * rule.mean:+g} %, SD {100 * rule.sd:g} %"
    return f"{rule.mean:+g} hairs/cm2, SD {rule.sd:g}"


def _not_asked(fit: ScenarioFit) -> str:
    """Return the sentence on what may have moved the numbers and was not tried."""
    if all(row.control for row in fit.rows if row.used and row.week):
        return (
            "Season, choice of the spot and regression to the mean act on both arms alike. Not "
            "asked here: arms that drift apart, drop-out, a reader who knows the arm. follicle-sim "
            "plausible asks these."
        )
    return (
        "Not asked here: regression to the mean, the choice of the spot, a reader who knows the "
        "arm. follicle-sim plausible asks the first two."
    )


def _compare_spreads(fit: ScenarioFit) -> list[str]:
    """Return a sentence where people differ otherwise in the trial than in the simulation."""
    apart = []
    for row in fit.rows:
        if row.observed_sd and row.simulated_sd:
            ratio = row.observed_sd / row.simulated_sd
            if max(ratio, 1.0 / ratio) > APART:
                digits = choose_decimals([row.observed_sd, row.simulated_sd])
                observed, simulated = (
                    format_number(sd, digits) for sd in (row.observed_sd, row.simulated_sd)
                )
                what = f"{row.arm}, {row.kind.replace('_', ' ')}, week {row.week:g}"
                apart.append(f"{what}: {observed} observed, {simulated} simulated")
    if not apart:
        return []
    return [f"People differ otherwise than simulated ones. SD of {'; '.join(apart)}."]


def _conclude(fit: ScenarioFit) -> list[str]:
    lines = []
    left = sum(not row.used for row in fit.rows)
    if left:
        lines.append(f"{left} numbers were not fitted; fit.csv says why of each.")
    if fit.chance < MISFIT:
        lines.append(
            f"The model does not meet these numbers: a misfit of {fit.misfit:.1f} over "
            f"{fit.numbers} numbers comes by chance in {fit.chance:.2g} of trials. The interval "
            "takes for granted that it does."
        )
    if moved := [row.endpoint for row in fit.rows if row.used and row.shift]:
        lines.append(
            "What arms of published trials move by themselves is part of both columns "
            f"({_drift_text(moved[0])}); --no-drift leaves it out."
        )
    close = [name for name, rise in fit.explanations.items() if rise < TOLD_APART]
    far = [name for name, rise in fit.explanations.items() if rise >= TOLD_APART]
    if close:
        lines.append(
            f"Not told apart from the drug: {'; '.join(close)}. Though the drug does nothing, each "
            "fits within two standard errors of the best."
        )
    if far:
        lines.append(
            "These alone do not explain the numbers (worse by more than two standard errors): "
            f"{'; '.join(far)}."
        )
    lines += _compare_spreads(fit)
    lines.append(_not_asked(fit))
    return lines
