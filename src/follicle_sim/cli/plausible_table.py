"""What `follicle-sim plausible` prints: chances, likelihood ratios, the repeat, the answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from follicle_sim.cli.text import (
    Column,
    format_number,
    make_console,
    print_groups,
    print_indented,
    print_potencies,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.experiments.planning.plausible import Plausible
    from follicle_sim.experiments.planning.plausible_rows import ChanceRow, RatioRow
    from follicle_sim.experiments.planning.repeat import RepeatRow
    from follicle_sim.scenario.model import Scenario


def print_plausible(result: Plausible, repeats: Sequence[RepeatRow], scenario: Scenario) -> None:
    """Print how probable the outcome is, the likelihood ratios, the repeat, and the answers."""
    from follicle_sim.reporting.folders.plausible import describe_outcome

    console = make_console()
    console.print(
        f"\n{describe_outcome(result)}; {result.subjects} people in all, {result.plan.method}"
    )
    print_potencies(console, scenario)
    console.print()
    weeks = [f"week {week:g}" for week in result.plan.weeks]
    several = len(result.plan.pairs) > 1
    columns = [Column(""), Column("outcome (%)", True), Column("in one alone (%)", True)]
    columns += [Column(week, True) for week in weeks]
    groups = {
        "without the drug": [_format_row(row, row.text, several) for row in result.nulls],
    }
    for rows in (result.alone, result.surrounded):
        groups[rows[0].text] = [
            _format_row(row, f"potency {row.potency:g}", several) for row in rows
        ]
    print_groups(console, columns, groups)
    _print_ratios(console, result)
    if repeats:
        console.print("\nPeople a controlled repeat needs, drug against needle\n")
        columns = [Column("potency", True), Column("week", True), Column("effect", True)]
        columns += [Column("for 80 %", True), Column("for 90 %", True)]
        print_groups(console, columns, _group_repeats(repeats))
        console.print("* outside the numbers tried: rests on the fitted curve")
    console.print("")
    for line in list_answers(result, repeats):
        print_indented(console, line, 0)


def _format_row(row: ChanceRow, text: str, several: bool) -> list[str]:
    share = f"{100 * row.chance:.1f} [{100 * row.low:.1f}, {100 * row.high:.1f}]"
    one = f"{100 * row.one_arm:.1f}" if several else ""
    return [text, share, one, *(format_number(change, 1, sign=True) for change in row.changes)]


def _print_ratios(console: Console, result: Plausible) -> None:
    """Print how much likelier the outcome is with the drug, where it was seen without it."""
    columns = [Column("potency", True), Column("outcome likelier than without", True)]
    groups: dict[str, list[list[str]]] = {}
    unseen = []
    for rows in (result.alone, result.surrounded):
        without = rows[0]
        ratios = [row for row in result.ratios if row.cause == without.cause]
        known = [row for row in ratios if row.ratio is not None]
        if known:
            groups[without.text] = [[f"{row.potency:g}", _format_ratio(row)] for row in known]
        else:
            unseen.append(
                f"{without.text}: none, as the outcome was in none of {without.trials} studies "
                f"without the drug (chance {_format_share(without)})"
            )
    console.print("\nLikelihood ratio, drug against none (95 % Monte Carlo interval)\n")
    if groups:
        print_groups(console, columns, groups)
    for line in unseen:
        print_indented(console, line, 2)


def _format_ratio(row: RatioRow) -> str:
    """Return a ratio in plain figures, with its interval.

    Examples
    --------
    >>> from follicle_sim.experiments.planning.plausible_rows import RatioRow
    >>> _format_ratio(RatioRow("x", 2.0, 123.4, 31.7, 480.2))
    '123 [32, 480]'
    >>> _format_ratio(RatioRow("x", 2.0, 2.34, 0.61, 8.9))
    '2.3 [0.61, 8.9]'
    """
    assert row.ratio is not None
    assert row.low is not None
    assert row.high is not None
    ratio, low, high = map(_plain_figure, (row.ratio, row.low, row.high))
    return f"{ratio} [{low}, {high}]"


def _plain_figure(value: float) -> str:
    return f"{value:,.{0 if value >= 10.0 else 1 if value >= 1.0 else 2}f}"


def _group_repeats(repeats: Sequence[RepeatRow]) -> dict[str, list[list[str]]]:
    from follicle_sim.figures.power import people_needed

    names = {
        "parallel": "two arms: people in all, half of them in each arm",
        "split_scalp": "split scalp: people in all, each with both sides",
    }
    groups: dict[str, list[list[str]]] = {}
    for row in repeats:
        key = f"{row.potency:g}", f"{row.week:g}"
        group = groups.setdefault(names[row.kind], [])
        if not group or tuple(group[-1][:2]) != key:
            group.append([*key, format_number(row.effect, 1, sign=True)])
        group[-1].append(people_needed(row))
    return groups


def list_answers(result: Plausible, repeats: Sequence[RepeatRow]) -> list[str]:
    """Return the three answers in words; the third only where there is a repeat."""
    alone = min(result.alone, key=lambda row: abs((row.potency or 0.0) - result.default))
    lines = [_answer_drug(result, alone), _answer_nothing(result)]
    rows = [row for row in repeats if row.potency == alone.potency and row.target == 0.8]
    if rows:
        lines.append(_answer_repeat(rows, alone))
    return lines


def _answer_drug(result: Plausible, alone: ChanceRow) -> str:
    strongest = result.alone[-1]
    least = next((row for row in result.alone if row.chance >= 0.5), None)
    if least is None:
        reach = f"at no potency up to {strongest.potency:g}"
    elif least is next(row for row in result.alone if row.potency):
        reach = f"already at the least potency tried, {least.potency:g}"
    else:
        reach = f"from potency {least.potency:g} on"
    return (
        f"1. With nothing but the drug the outcome is likelier than not {reach}; at potency "
        f"{alone.potency:g} it comes in {_format_share(alone)} of studies."
    )


def _answer_nothing(result: Plausible) -> str:
    from follicle_sim.experiments.planning.plausible_rows import ALL, NOTHING, SURROUNDED, TOGETHER

    nulls = {row.cause: row for row in result.nulls}
    if result.controlled:
        line = f"2. With no effect of the drug it comes in {_format_share(nulls[NOTHING])} of "
        line += "studies by chance alone"
        for cause, row in nulls.items():
            if cause not in (NOTHING, ALL):
                line += f", in {_format_share(row)} with {row.text.partition(' (')[0]}"
        line += f", in {_format_share(nulls[ALL])} with all of these."
    else:
        line = f"2. With no effect of the drug it comes in {_format_share(nulls[NOTHING])} of "
        line += "studies if nothing else moves"
        for cause in (TOGETHER, ALL):
            if cause in nulls:
                line += f", in {_format_share(nulls[cause])} with {nulls[cause].text}"
        line += "."
    rows = [row for row in result.ratios if row.cause == SURROUNDED]
    ratios = [row.ratio for row in rows if row.ratio is not None]
    if ratios:
        ends = dict.fromkeys((_plain_figure(min(ratios)), _plain_figure(max(ratios))))
        line += (
            f" Where all of that is there, the outcome is {' to '.join(ends)} times as likely "
            "with the drug as without."
        )
    return line


_DESIGNS = {"parallel": "in two equal arms", "split_scalp": "on a split scalp"}


def _answer_repeat(rows: Sequence[RepeatRow], alone: ChanceRow) -> str:
    from follicle_sim.figures.power import people_needed

    needs = [
        f"{people_needed(row)} people in all {_DESIGNS[row.kind]} at week {row.week:g}"
        for row in rows
    ]
    return f"3. At potency {alone.potency:g} a controlled repeat needs {', '.join(needs)} for 80 %."


def _format_share(row: ChanceRow) -> str:
    """Return a chance in per cent with its 95 % Monte Carlo interval.

    Examples
    --------
    >>> from follicle_sim.experiments.planning.plausible_rows import ChanceRow
    >>> _format_share(ChanceRow("x", "x", None, 500, 0, 0.0, 0.0, 0.0076, 0.0, ()))
    '0 % (0 to 0.8)'
    """
    values = (100.0 * value for value in (row.chance, row.low, row.high))
    chance, low, high = (
        f"{value:.{0 if value >= 10.0 or value == 0.0 else 1}f}" for value in values
    )
    return f"{chance} % ({low} to {high})"
