"""The scoreboard in the terminal: rows by treatment, fit statistics, what is not expressed."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from follicle_sim.cli.printing.run import number_of_week
from follicle_sim.cli.printing.text import (
    Column,
    counted,
    decimals,
    make_console,
    number,
    plain_unit,
    plain_words,
    print_groups,
    print_indented,
)
from follicle_sim.experiments.scoreboard.run import Scoreboard, Worsened, summary
from follicle_sim.experiments.scoreboard.scoring import ScoreRow

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
    console = make_console()
    groups = board.by_treatment()
    titled = {_title(name, rows): [_cells(row) for row in rows] for name, rows in groups.items()}
    if titled:
        print_groups(console, _COLUMNS, titled)
        _print_notes(console, board.rows)
    _print_summary(console, summary(board.rows))
    _print_misses(console, board)
    _print_missing(console, board)


def print_worsened(found: Sequence[Worsened]) -> None:
    """Print the rows that fit worse than in an earlier scoreboard."""
    console = make_console()
    for each in found:
        now = "no longer counted" if each.now is None else f"now {each.now:+.2f}"
        luck = "" if each.now is None else f" (luck allows {each.allowed:.2f})"
        console.print(f"worse: {each.key}: z {each.before:+.2f}, {now}{luck}", soft_wrap=True)


def _title(name: str, rows: Sequence[ScoreRow]) -> str:
    scored = [row for row in rows if row.counted]
    within = sum(not row.missed for row in scored)
    score = f": {within} of {len(scored)} within 2 SE" if scored else ": nothing counted"
    return f"{plain_words(name)}{score}"


def _cells(row: ScoreRow) -> list[str]:
    share = row.kind.startswith("percent")
    unit = "% of baseline" if share else plain_unit(row.unit)
    scale = 100.0 if share else 1.0
    values = [scale * value for value in (row.observed, row.predicted)]
    digits = decimals(values)
    sign = row.kind != "level"
    against = f" minus {row.control}" if row.control else ""
    se = "" if row.observed_se is None else f" ({number(scale * row.observed_se, digits)})"
    mark = "" if row.counted else "·"
    z = "" if row.z is None else number(row.z, 1, sign=True) + ("!" if row.missed else "")
    return [
        f"{row.study}: {row.arm}{against}\n{plain_words(row.endpoint)}"
        + (f" ({unit})" if unit else ""),
        number_of_week(row.week),
        f"{mark}{number(values[0], digits, sign=sign)}{se}",
        number(values[1], digits, sign=sign),
        z,
        row.compared,
        _SHORT[row.use],
    ]


def _print_notes(console: Console, rows: Sequence[ScoreRow]) -> None:
    console.print(
        "\nz: predicted minus published, in joint standard errors (SE) of the observation, Monte "
        "Carlo and, for an arm's own change, the drift of the trial; ! beyond 2."
    )
    console.print("·: shown, not counted. Every number is scored once; see scoreboard.csv for why.")
    if any(row.offset_sd for row in rows):
        console.print(
            "uncontrolled, control arm: no control is taken off; the drift of a trial (mean +3, SD "
            "6 hairs/cm2) is added to the prediction and to its error."
        )


def _print_summary(console: Console, told: Mapping[str, Any]) -> None:
    def line(name: str, part: Mapping[str, Any]) -> str:
        if not part["rows"]:
            return f"{name}: no rows"
        return (
            f"{name}: {part['within_2_se']} of {part['rows']} within 2 SE "
            f"({100 * part['share_within_2_se']:.0f} %), 90 % intervals cover "
            f"{100 * part['coverage_90']:.0f} % "
            f"({100 * part['coverage_90_parameters_held']:.0f} % with parameters held)"
        )

    console.print(Text("\nFit\n", style="bold"))
    console.print(line("counted rows", told["counted"]))
    for part in ("by_use", "by_comparison"):
        for name, found in told[part].items():
            print_indented(console, line(name, found), 2)
    console.print(line("display only, not counted", told["display_only"]))
    print_indented(
        console,
        "The intervals hold the spread of the observation, Monte Carlo error, drift, and what the "
        "fits left open of biology and potencies; z holds parameters at their fitted values.",
        2,
    )


def _print_misses(console: Console, board: Scoreboard) -> None:
    if board.misses:
        console.print(Text(f"\nMissed by more than 2 SE ({len(board.misses)})\n", style="bold"))
    for row in board.misses:
        z = number(row.z, 1, sign=True)
        print_indented(console, f"{row.observation} (z {z}): {row.explanation or 'unexplained'}", 2)


def _studies(count: int) -> str:
    return f"{count} stud{'y' if count == 1 else 'ies'}"


def _print_missing(console: Console, board: Scoreboard) -> None:
    studies = [each for each in board.missing if not each.name]
    numbers = [each for each in board.missing if each.name]
    console.print(
        Text(
            f"\nNot expressed: {_studies(len(studies))}, "
            f"{counted(len(numbers), 'single number')}\n",
            style="bold",
        )
    )
    for each in studies:
        print_indented(console, f"{each.study}: {each.reason}", 2)
    reasons: dict[tuple[str, str], list[str]] = {}
    for each in numbers:
        reasons.setdefault((each.study, each.reason), []).append(each.name.split(":")[1])
    for (study, reason), names in reasons.items():
        print_indented(console, f"{study}, row {', '.join(names)}: {reason}", 2)
