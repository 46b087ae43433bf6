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
)

if TYPE_CHECKING:
    from follicle_sim.experiments.planning.plausible import Plausible
    from follicle_sim.experiments.planning.plausible_rows import ChanceRow
    from follicle_sim.experiments.planning.repeat import RepeatRow


def print_plausible(result: Plausible, repeats: Sequence[RepeatRow]) -> None:
    """Print how probable the outcome is, the likelihood ratios, the repeat, and the answers."""
    from follicle_sim.experiments.planning.plausible_rows import ALONE, SURROUNDED
    from follicle_sim.reporting.folders.plausible import describe_outcome

    console = make_console()
    console.print(f"\n{describe_outcome(result)}; {result.subjects} people, {result.plan.method}\n")
    weeks = [f"week {week:g}" for week in result.plan.weeks]
    several = len(result.plan.pairs) > 1
    columns = [Column(""), Column("outcome (%)", True), Column("in one alone (%)", True)]
    columns += [Column(week, True) for week in weeks]
    groups = {
        "without the drug": [_format_row(row, row.text, several) for row in result.nulls],
        ALONE: [_format_row(row, f"potency {row.potency:g}", several) for row in result.alone],
        SURROUNDED: [
            _format_row(row, f"potency {row.potency:g}", several) for row in result.surrounded
        ],
    }
    print_groups(console, columns, groups)
    columns = [Column("potency", True), Column("outcome likelier than without", True)]
    groups = {
        cause: [
            [f"{row.potency:g}", _format_ratio(row.ratio, row.low, row.high, row.bound)]
            for row in result.ratios
            if row.cause == cause
        ]
        for cause in (ALONE, SURROUNDED)
    }
    console.print("\nLikelihood ratio, drug against none (95 % Monte Carlo interval)\n")
    print_groups(console, columns, groups)
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


def _format_ratio(ratio: float, low: float, high: float, bound: bool) -> str:
    if bound and low < 1.0:
        return "too rare in both to tell"
    return f"more than {low:.2g}" if bound else f"{ratio:.3g} [{low:.2g}, {high:.2g}]"


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
    reach = (
        f"from potency {least.potency:g} on"
        if least
        else f"at no potency up to {strongest.potency:g}"
    )
    return (
        f"1. With nothing but the drug the outcome is likelier than not {reach}; at potency "
        f"{alone.potency:g} it comes in {_format_percent(alone)} of studies."
    )


def _answer_nothing(result: Plausible) -> str:
    from follicle_sim.experiments.planning.plausible_rows import (
        ALL,
        NOTHING,
        SURROUNDED,
        TOGETHER,
    )

    nulls = {row.cause: row for row in result.nulls}
    line = (
        f"2. With no effect of the drug it comes in {_format_percent(nulls[NOTHING])} of studies "
        "if nothing else moves"
    )
    for cause in (TOGETHER, ALL):
        if cause in nulls:
            line += f", in {_format_percent(nulls[cause])} with {nulls[cause].text}"
    line += "."
    ratios = [row.ratio for row in result.ratios if row.cause == SURROUNDED]
    if ratios:
        line += (
            f" Where all of that is there, the outcome is {min(ratios):.2g} to {max(ratios):.2g} "
            "times as likely with the drug as without."
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


def _format_percent(row: ChanceRow) -> str:
    return f"{100 * row.chance:.{0 if row.chance >= 0.1 else 1}f} %"
