"""A published outcome in the terminal: with the drug, without it, and what a repeat would need."""

from collections.abc import Sequence

from follicle_sim.cli.printing.text import (
    Column,
    make_console,
    number,
    print_groups,
    print_indented,
)
from follicle_sim.experiments.planning.plausible import Plausible
from follicle_sim.experiments.planning.plausible_rows import (
    ALL,
    ALONE,
    NOTHING,
    SURROUNDED,
    TOGETHER,
    ChanceRow,
)
from follicle_sim.experiments.planning.repeat import RepeatRow
from follicle_sim.figures.power import people_needed
from follicle_sim.reporting.folders.plausible import describe_outcome

Rows = Sequence[RepeatRow]


def print_plausible(found: Plausible, repeats: Rows) -> None:
    """Print how probable the outcome is, the likelihood ratios, the repeat, and the answers."""
    console = make_console()
    console.print(f"\n{describe_outcome(found)}; {found.subjects} people, {found.plan.method}\n")
    weeks = [f"week {week:g}" for week in found.plan.weeks]
    several = len(found.plan.pairs) > 1
    columns = [Column(""), Column("outcome (%)", True), Column("in one alone (%)", True)]
    columns += [Column(week, True) for week in weeks]
    groups = {
        "without the drug": [_cells(row, row.text, several) for row in found.nulls],
        ALONE: [_cells(row, f"potency {row.potency:g}", several) for row in found.alone],
        SURROUNDED: [_cells(row, f"potency {row.potency:g}", several) for row in found.surrounded],
    }
    print_groups(console, columns, groups)
    columns = [Column("potency", True), Column("outcome likelier than without", True)]
    groups = {
        cause: [
            [f"{row.potency:g}", _ratio(row.ratio, row.low, row.high, row.bound)]
            for row in found.ratios
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
        print_groups(console, columns, _repeat_groups(repeats))
        console.print("* outside the numbers tried: rests on the fitted curve")
    console.print("")
    for line in answers(found, repeats):
        print_indented(console, line, 0)


def _cells(row: ChanceRow, text: str, several: bool) -> list[str]:
    share = f"{100 * row.chance:.1f} [{100 * row.low:.1f}, {100 * row.high:.1f}]"
    one = f"{100 * row.one_arm:.1f}" if several else ""
    return [text, share, one, *(number(change, 1, sign=True) for change in row.changes)]


def _ratio(ratio: float, low: float, high: float, bound: bool) -> str:
    if bound and low < 1.0:
        return "too rare in both to tell"
    return f"more than {low:.2g}" if bound else f"{ratio:.3g} [{low:.2g}, {high:.2g}]"


def _repeat_groups(repeats: Rows) -> dict[str, list[list[str]]]:
    names = {
        "parallel": "two arms: people an arm, in all twice as many",
        "split_scalp": "split scalp: people in all, each with both sides",
    }
    groups: dict[str, list[list[str]]] = {}
    for row in repeats:
        key = f"{row.potency:g}", f"{row.week:g}"
        group = groups.setdefault(names[row.kind], [])
        if not group or tuple(group[-1][:2]) != key:
            group.append([*key, number(row.effect, 1, sign=True)])
        group[-1].append(people_needed(row))
    return groups


def answers(found: Plausible, repeats: Rows) -> list[str]:
    """Return the three answers in words."""
    nulls = {row.cause: row for row in found.nulls}
    alone = min(found.alone, key=lambda row: abs((row.potency or 0.0) - found.default))
    strongest = found.alone[-1]
    least = next((row for row in found.alone if row.chance >= 0.5), None)
    reach = (
        f"from potency {least.potency:g} on"
        if least
        else f"at no potency up to {strongest.potency:g}"
    )
    lines = [
        f"1. With nothing but the drug the outcome is likelier than not {reach}; at potency "
        f"{alone.potency:g} it comes in {_percent(alone)} of studies.",
        f"2. With no effect of the drug it comes in {_percent(nulls[NOTHING])} of studies if "
        "nothing else moves",
    ]
    for cause in (TOGETHER, ALL):
        if cause in nulls:
            lines[-1] += f", in {_percent(nulls[cause])} with {nulls[cause].text}"
    lines[-1] += "."
    ratios = [row for row in found.ratios if row.cause == SURROUNDED]
    if ratios:
        few = min(row.ratio for row in ratios), max(row.ratio for row in ratios)
        lines[-1] += (
            f" Where all of that is there, the outcome is {few[0]:.2g} to {few[1]:.2g} times as "
            "likely with the drug as without."
        )
    last = [row for row in repeats if row.potency == alone.potency and row.target == 0.8]
    if last:
        told = [
            f"{people_needed(row)} {'an arm' if row.kind == 'parallel' else 'on a split scalp'} at "
            f"week {row.week:g}"
            for row in last
        ]
        lines.append(
            f"3. At potency {alone.potency:g} a controlled repeat needs {', '.join(told)} for 80 %."
        )
    return lines


def _percent(row: ChanceRow) -> str:
    return f"{100 * row.chance:.{0 if row.chance >= 0.1 else 1}f} %"
