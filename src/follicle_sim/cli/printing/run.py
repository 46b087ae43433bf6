"""The result of a run in the terminal: arms by visit, the trials beside them, the files."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from follicle_sim.cli.printing.text import (
    Column,
    decimals,
    make_console,
    number,
    plain_unit,
    plain_words,
    print_groups,
    print_indented,
    with_interval,
)
from follicle_sim.evidence.studies import load_studies
from follicle_sim.reporting.folders.run import Written
from follicle_sim.results.compare import ComparisonRow
from follicle_sim.results.endpoints import EndpointRow
from follicle_sim.scenario.model import Scenario

MOST_VISITS = 9
"""Visits of an arm shown in the run's table; the rest are in endpoints.csv."""

MOST_REASONS = 6

_RUN_COLUMNS = (
    Column("week", number=True),
    Column("mean", number=True),
    Column("change from\nbaseline", number=True),
    Column("difference\nfrom control", number=True),
    Column("published", number=True),
    Column("z", number=True),
)
_TRIAL_COLUMNS = (
    Column("week", number=True),
    Column("what"),
    Column("published\n(SE)", number=True),
    Column("simulated\n(SE)", number=True),
    Column("z", number=True),
)


def print_run(scenario: Scenario, written: Written, folder: Path) -> None:
    """Print a run's result: a table arm by visit, the comparison, and where the files are."""
    console = make_console()
    console.print(Text(f"\n{scenario.title}", style="bold"))
    _print_course(console, written)
    rows = written.comparison.rows
    if rows:
        _print_comparison(console, rows)
    elif not scenario.compare:
        console.print("\nThe scenario names no study to compare with.")
    _print_unmatched(console, written)
    # A path must stay in one piece, to be clicked on or copied.
    console.print(f"\nWritten to {folder}:", soft_wrap=True)
    print_indented(console, "  ".join(written.files), 2)


def _print_course(console: Console, written: Written) -> None:
    endpoints, name = written.endpoints, written.variable
    rows = [row for row in endpoints.rows if row.variable == name]
    if not rows:
        return
    published = [row for row in written.comparison.rows if row.endpoint == name]
    digits = decimals(row.mean for row in rows)
    groups: dict[str, list[list[str]]] = {}
    for row in _chosen(rows, published):
        matches = [p for p in published if _meets(row, p)]
        values = [f"{_words(p)} {number(p.observed, digits, sign=_signed(p))}" for p in matches]
        groups.setdefault(_arm_title(row), []).append(
            [
                number_of_week(row.week),
                number(row.mean, digits),
                with_interval(row.change, row.change_low, row.change_high, digits),
                with_interval(row.difference, row.difference_low, row.difference_high, digits),
                "\n".join(values),
                "\n".join(z_score(p) for p in matches),
            ]
        )
    unit = plain_unit(rows[0].unit)
    console.print(
        f"\n{plain_words(name).capitalize()}{f' ({unit})' if unit else ''}: mean; "
        f"changes with {endpoints.level * 100:g} % interval"
    )
    if "credible" in endpoints.interval:
        console.print(endpoints.interval)
    if endpoints.control and len(groups) > 1:
        console.print(f"control: {endpoints.control}")
    console.print()
    print_groups(console, _RUN_COLUMNS, groups)


def _arm_title(row: EndpointRow) -> str:
    role = plain_words(row.role)
    return row.arm if not role or role in row.arm.lower() else f"{row.arm} ({role})"


def number_of_week(week: float | None) -> str:
    """Return a week as short as it can be said."""
    return "" if week is None else f"{round(week, 1):g}"


def _chosen(
    rows: Sequence[EndpointRow], published: Sequence[ComparisonRow]
) -> Iterator[EndpointRow]:
    """Pass visits with a published number, and enough others to see the course."""
    days = sorted({row.day for row in rows})
    step = max(1, -(-len(days) // MOST_VISITS))
    kept = {*days[::step], days[-1]}
    # in every arm, so that what a trial published of one can be read beside the others
    kept |= {row.day for row in rows if any(_meets(row, p) for p in published)}
    yield from (row for row in rows if row.day in kept)


def _meets(row: EndpointRow, published: ComparisonRow) -> bool:
    arms = published.arm.split(" + ")
    return row.arm == arms[0] and abs(row.day - published.day) < 0.5 and _shown(published)


def _shown(row: ComparisonRow) -> bool:
    return row.kind in ("level", "change", "difference")


def _signed(row: ComparisonRow) -> bool:
    return row.kind != "level"


def _words(row: ComparisonRow) -> str:
    if " + " in row.arm:
        return "all arms"
    return {"level": "mean", "change": "change", "difference": "difference"}[row.kind]


def _print_comparison(console: Console, rows: Sequence[ComparisonRow]) -> None:
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        against = f" minus {row.control}" if row.control else ""
        se = row.observed_se if row.observed_se is not None else row.imputed_se
        digits, sign = decimals([row.observed, row.simulated]), _signed(row)
        mark = "" if row.observed_se is not None else "~"
        unit = plain_unit(row.unit)
        what = f"{plain_words(row.endpoint)}, {plain_words(row.kind)}"
        groups.setdefault(f"{row.study}: {row.arm}{against} (for {row.use})", []).append(
            [
                number_of_week(row.week),
                what + (f" ({unit})" if unit else ""),
                _with_se(row.observed, se, mark, digits, sign),
                _with_se(row.simulated, row.simulated_se, "", digits, sign),
                z_score(row),
            ]
        )
    console.print(Text("\nAgainst published trials\n", style="bold"))
    print_groups(console, _TRIAL_COLUMNS, groups)
    console.print("\nz: simulated minus published, in joint standard errors (SE).")
    if any(row.observed_se is None and row.imputed_se is not None for row in rows):
        console.print("~: no spread was published; the SE stands on an assumption.")
    studies = load_studies()
    for study in dict.fromkeys(row.study for row in rows):
        if study in studies and studies[study].controlled == "uncontrolled":
            console.print(
                f"{study} had no control arm: its change holds whatever time, season, handling and "
                "regression to the mean added."
            )


def _print_unmatched(console: Console, written: Written) -> None:
    unmatched = written.comparison.unmatched
    if not unmatched:
        return
    # One reason often holds for many numbers: it is said once, after all their names.
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in unmatched:
        week = "" if each.week is None else f" week {number_of_week(each.week)}"
        what = f"{plain_words(each.endpoint)}{week}".strip() or each.name
        reasons.setdefault((each.study, each.reason), []).append(what)
    console.print(f"\nWithout a counterpart ({len(unmatched)}):")
    for (study, reason), names in list(reasons.items())[:MOST_REASONS]:
        print_indented(console, f"{study}: {', '.join(names)}: {reason}", 2)
    if len(reasons) > MOST_REASONS:
        left = sum(len(names) for names in list(reasons.values())[MOST_REASONS:])
        print_indented(console, f"and {left} more", 2)


def _with_se(value: float, se: float | None, mark: str, digits: int, sign: bool) -> str:
    return number(value, digits, sign=sign) + (
        "" if se is None else f" ({mark}{number(se, digits)})"
    )


def z_score(row: ComparisonRow) -> str:
    """Return the z score of a row, marked ~ where its standard error was imputed."""
    if row.z is not None:
        return number(row.z, 1, sign=True)
    return "" if row.z_imputed is None else "~" + number(row.z_imputed, 1, sign=True)
