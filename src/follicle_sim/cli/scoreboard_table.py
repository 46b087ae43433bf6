"""The scoreboard in a terminal: its rows by treatment, how well they fit, what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from follicle_sim.base.units import format_unit
from follicle_sim.cli.text import (
    Column,
    choose_decimals,
    format_count,
    format_number,
    format_week,
    make_console,
    print_groups,
    print_heading,
    print_indented,
    spell_out,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.experiments.scoreboard.run import Scoreboard
    from follicle_sim.experiments.scoreboard.score_rows import ScoreRow
    from follicle_sim.experiments.scoreboard.worsened import Worsened

_COLUMNS = (
    Column("what"),
    Column("week", number=True),
    Column("published\n(SE)", number=True),
    Column("predicted", number=True),
    Column("z", number=True),
    Column("compared"),
    Column("use"),
)
_SHORT = {"calibration": "fit", "validation": "test", "display": "shown"}


def print_scoreboard(board: Scoreboard) -> None:
    """Print every row under its treatment, then the statistics, misses and what is left out."""
    from follicle_sim.experiments.scoreboard.run import summary

    console = make_console()
    groups = board.by_treatment()
    titled = {
        _format_title(name, rows): [_format_row(row) for row in rows]
        for name, rows in groups.items()
    }
    if titled:
        print_groups(console, _COLUMNS, titled)
        _print_notes(console, board.rows)
    _print_summary(console, summary(board.rows))
    _print_misses(console, board)
    _print_missing(console, board)


def print_worsened(rows: Sequence[Worsened]) -> None:
    """Print the rows that fit worse than in an earlier scoreboard."""
    console = make_console()
    for row in rows:
        now = "the number is no longer counted"
        if row.now is not None:
            now = f"now it is {row.now:+.2f}; by luck it may move by {row.allowed:.2f}"
        console.print(f"worse: {row.key}: z was {row.before:+.2f}, {now}", soft_wrap=True)


def _format_title(name: str, rows: Sequence[ScoreRow]) -> str:
    scored = [row for row in rows if row.counted]
    within = sum(not row.missed for row in scored)
    score = f": {within} of {len(scored)} within 2 SE" if scored else ": nothing counted"
    return f"{spell_out(name)}{score}"


def _format_row(row: ScoreRow) -> list[str]:
    share = row.kind.startswith("percent")
    unit = "% of baseline" if share else format_unit(row.unit)
    scale = 100.0 if share else 1.0
    values = [scale * value for value in (row.observed, row.predicted)]
    digits = choose_decimals(values)
    sign = row.kind != "level"
    against = f" minus {row.control}" if row.control else ""
    se = "" if row.observed_se is None else f" ({format_number(scale * row.observed_se, digits)})"
    mark = "" if row.counted else "·"
    z = "" if row.z is None else format_number(row.z, 1, sign=True) + ("!" if row.missed else "")
    return [
        f"{row.study}: {row.arm}{against}\n{spell_out(row.endpoint)}"
        + (f" ({unit})" if unit else ""),
        format_week(row.week),
        f"{mark}{format_number(values[0], digits, sign=sign)}{se}",
        format_number(values[1], digits, sign=sign),
        z,
        row.compared,
        _SHORT[row.use],
    ]


def _print_notes(console: Console, rows: Sequence[ScoreRow]) -> None:
    console.print(
        "\nz is the predicted number minus the published one, in standard errors (SE): those of "
        "the published number and of the simulation together and, for an arm's own change, of the "
        "trial's drift. A z beyond 2 has the mark !."
    )
    console.print(
        "A published number with the mark · is shown and not counted; scoreboard.csv says why. "
        "Every other number is counted once."
    )
    console.print(
        "Use: a number for fit was used to fit the model, one for test was not, and one that is "
        "shown is not counted."
    )
    if any(row.offset_sd for row in rows):
        console.print(_describe_drift())


def _describe_drift() -> str:
    """Return what is added to the change of an arm from which no control is subtracted."""
    from follicle_sim.experiments.scoreboard.designs import offset_of

    rows = "Rows compared as uncontrolled or control arm have no control subtracted."
    rule = offset_of("hair_density")
    if rule is None:
        return rows
    return (
        f"{rows} Arms of published trials move by themselves: on average by {rule.mean:+g} "
        f"hairs/cm2, with a standard deviation of {rule.sd:g} hairs/cm2 from trial to trial. The "
        "average is added to the prediction, the deviation to its error."
    )


def _describe_fit(name: str, part: Mapping[str, Any]) -> str:
    """Return how well some rows are met, in a sentence or two."""
    if not part["rows"]:
        return f"{name}: no rows"
    return (
        f"{name}: {part['within_2_se']} of {part['rows']} published numbers are within 2 SE of the "
        f"predicted one ({100 * part['share_within_2_se']:.0f} %). The 90 % interval of the "
        f"prediction holds {100 * part['coverage_90']:.0f} % of them, and "
        f"{100 * part['coverage_90_parameters_held']:.0f} % if parameters are held at their fitted "
        "values."
    )


def _print_summary(console: Console, fit: Mapping[str, Any]) -> None:
    print_heading(console, "\nFit\n")
    console.print(_describe_fit("All counted rows", fit["counted"]))
    for part in ("by_use", "by_comparison"):
        for name, rows in fit[part].items():
            print_indented(console, _describe_fit(spell_out(name), rows), 2)
    console.print(_describe_fit("Rows that are shown and not counted", fit["display_only"]))
    print_indented(
        console,
        "An interval holds the error of the published number, of the simulation and of drift, and "
        "what the fits left open of biology and potencies. z holds parameters at their fitted "
        "values.",
        2,
    )


def _print_misses(console: Console, board: Scoreboard) -> None:
    if board.misses:
        print_heading(console, f"\nMissed by more than 2 SE ({len(board.misses)})\n")
    for row in board.misses:
        z = format_number(row.z, 1, sign=True)
        why = row.explanation or "nothing known explains it"
        print_indented(console, f"{row.observation}, z = {z}: {why}", 2)


def _count_studies(count: int) -> str:
    return f"{count} stud{'y' if count == 1 else 'ies'}"


def _print_missing(console: Console, board: Scoreboard) -> None:
    studies = [lost for lost in board.missing if not lost.name]
    numbers = [number for number in board.missing if number.name]
    print_heading(
        console,
        f"\nNot expressed: the model has no counterpart of {_count_studies(len(studies))} and "
        f"{format_count(len(numbers), 'single number')}\n",
    )
    for lost in studies:
        print_indented(console, f"{lost.study}: {lost.reason}", 2)
    reasons: dict[tuple[str, str], list[str]] = {}
    for number in numbers:
        # A table of people one by one has an arm for each: one line tells of all.
        alone = number.reason.startswith('arm "') and number.reason.endswith("is not simulated")
        reason = "of an arm that is not simulated" if alone else number.reason
        reasons.setdefault((number.study, reason), []).append(number.name.split(":")[1])
    for (study, reason), names in reasons.items():
        print_indented(console, f"{study}, row {', '.join(names)}: {reason}", 2)
