"""`follicle-sim power`: size by size, people needed, and what to keep in mind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.base.errors import InputError, Interrupted, Problem
from follicle_sim.cli.options import (
    Alpha,
    Json,
    Measure,
    Quiet,
    Replicates,
    ScenarioFile,
    Seed,
    Settings,
    Threads,
    default_folder,
    make_folder_option,
    quote_command,
    read_scenario,
)
from follicle_sim.cli.progress import watch_progress
from follicle_sim.cli.text import (
    Column,
    choose_decimals,
    format_number,
    make_console,
    print_files_with_time,
    print_groups,
    print_json,
    print_potencies,
    spell_out,
)

if TYPE_CHECKING:
    from rich.console import Console

    from follicle_sim.experiments.planning.power import PowerResult
    from follicle_sim.experiments.planning.power_plan import Plan
    from follicle_sim.experiments.planning.power_rows import PowerRow
    from follicle_sim.protocol.headcount import Headcount
    from follicle_sim.scenario.model import Scenario


def parse_sizes(text: str) -> tuple[int, ...]:
    """Read "10,20,30" as numbers of people, in order and without repetition.

    Raises
    ------
    InputError
        Where a part is no whole number.

    Examples
    --------
    >>> parse_sizes("30, 10,20")
    (10, 20, 30)
    """
    try:
        return tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        message = f'found "{text}"; allowed: whole numbers with commas, such as 10,20,30'
        raise InputError("--n", [Problem("", message)]) from None


Sizes = Annotated[
    str,
    typer.Option(
        "--n",
        metavar="N,N,...",
        help="Sizes to try, in people an arm (the answer counts people in all): times its ratio "
        "where [design] allocation gives one (n = 24 at 2 : 1 is 48 and 24, 72 in all); people a "
        "sequence of a crossover; people in all on a split scalp or in a single arm.",
    ),
]
Endpoint = Annotated[
    str, typer.Option("--endpoint", help="What is tested. Default: as [analysis] says.")
]
Weeks = Annotated[
    list[float] | None,
    typer.Option(
        "--week", help="Visit to test; repeat it to ask for all at once too. Default: the last."
    ),
]
Method = Annotated[
    str,
    typer.Option(
        "--method",
        help="t_test, welch, wilcoxon, ancova, mmrm, mixed_model; within persons paired_t, "
        "signed_rank. Default: ancova, or paired_t.",
    ),
]
Sided = Annotated[
    int | None, typer.Option("--sided", min=1, max=2, help="1: only a gain of hair counts.")
]
Control = Annotated[str, typer.Option("--control", metavar="LABEL", help="Arm to compare with.")]
OwnChange = Annotated[
    bool, typer.Option("--own-change", help="Test each arm's own change from baseline.")
]
TypeOne = Annotated[
    bool, typer.Option("--type-one/--no-type-one", help="As many trials with the drug off.")
]
Out = Annotated[Path | None, make_folder_option("power")]


def power(
    file: ScenarioFile,
    n: Sizes = "10,20,30,60",
    replicates: Replicates = 500,
    endpoint: Endpoint = "",
    week: Weeks = None,
    method: Method = "",
    measure: Measure = "",
    alpha: Alpha = None,
    sided: Sided = None,
    control: Control = "",
    own_change: OwnChange = False,
    type_one: TypeOne = True,
    settings: Settings = None,
    out: Out = None,
    seed: Seed = None,
    threads: Threads = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find how often trials would find the effect, and the fewest people for 80 and 90 %.

    Every trial is simulated whole and analysed as planned; a trial of fewer people is the first
    people of a larger one. Ctrl-C stops and reports the trials done so far.
    """
    from follicle_sim.experiments.planning.power import power as run_power
    from follicle_sim.experiments.planning.power_plan import Plan, complete_plan
    from follicle_sim.reporting.folders.power import as_record, write_power
    from follicle_sim.reporting.folders.run import make_folder
    from follicle_sim.reporting.page.caveats import alike

    scenario = read_scenario(file, settings, seed)
    sizes = parse_sizes(n)
    weeks = tuple(week or ())
    draft = Plan(endpoint, weeks, method, alpha, sided, control, own_change, measure)
    plan = complete_plan(scenario, draft, sizes, replicates)
    folder = make_folder(out or default_folder(file, "power"))
    silent = quiet or json
    if not silent:
        print_forecast(scenario, plan, sizes, replicates, type_one=type_one)
    with watch_progress(silent, "subjects") as report:
        result = run_power(
            scenario, sizes, replicates, plan, type_one=type_one, threads=threads, report=report
        )
    files = write_power(result, scenario, folder, quote_command())
    if json:
        print_json(as_record(result, scenario, quote_command()))
    elif not quiet:
        print_power(result, alike(scenario), scenario)
        print_files_with_time(folder, files, result.seconds)
    if result.stopped:
        raise Interrupted(f"stopped by Ctrl-C; the trials done so far are in {folder}")


def print_forecast(
    scenario: Scenario, plan: Plan, sizes: tuple[int, ...], replicates: int, *, type_one: bool
) -> None:
    """Say on standard error how many trials of how many people it will be, and for how long."""
    from follicle_sim.experiments.planning.lots import other_lots
    from follicle_sim.experiments.planning.power import expected_seconds
    from follicle_sim.protocol.headcount import people_of

    trials = replicates * (1 + type_one + len(other_lots(scenario)))
    seconds = expected_seconds(scenario, sizes, trials)
    both = " for both, drug on and off" if type_one else ""
    both += ", and for other lots" if other_lots(scenario) else ""
    people = people_of(scenario, sizes[-1]).text()
    typer.echo(f"{trials:,} trials of up to {people}; about {seconds:.0f} s{both}", err=True)
    for note in plan.notes:
        typer.echo(f"Note: {note}.", err=True)


def print_power(
    result: PowerResult, caveats: Sequence[str] = (), scenario: Scenario | None = None
) -> None:
    """Print how often trials found the effect, what their estimates were, and the people needed.

    Parameters
    ----------
    caveats
        What makes the power look better than it is.
    scenario
        Whose potencies are named; None names none.
    """
    from follicle_sim.experiments.planning.power_rows import OFF

    console = make_console()
    plan = result.plan
    sides = "two-sided" if plan.sides == 2 else "one-sided"
    measure = "" if plan.measured == "change" else f" ({plan.measured})"
    what = f"{spell_out(plan.endpoint)}{measure}, {spell_out(plan.method)}"
    console.print(f"\n{what}, alpha {plan.level_of_error:g} {sides}")
    if scenario is not None:
        print_potencies(console, scenario)
    console.print(f"--{result.people.meaning()}.")
    if result.stopped:
        done = _count_trials(result).items()
        parts = [f"{n:,} of {result.wanted:,} with the drug {drug}" for drug, n in done]
        console.print(f"Stopped by the user; trials done: {', '.join(parts)}.")
    digits = choose_decimals(row.estimate_sd for row in result.rows)
    columns = [Column("week", True), Column("people\nin all", True)]
    columns += [Column(result.people.group_heading, True)]
    columns += [
        Column("power (%)", True),
        Column("estimate\n(SD)", True),
        Column("CI\nwidth", True),
    ]
    columns += [Column("exagg.", True), Column("wrong\nsign", True)]
    groups: dict[str, list[list[str]]] = {}
    for row in result.rows:
        title = f"{row.comparison}{', drug switched off' if row.drug == OFF else ''}"
        groups.setdefault(title, []).append(_format_row(row, digits, result.people))
    print_groups(console, columns, groups)
    failed = max(row.failed for row in result.rows)
    if failed:
        console.print(
            f"Up to {failed} trials could not be analysed; they count as not significant."
        )
    _print_smallest(console, result)
    _print_lots(console, result)
    console.print(
        "\npeople in all: of all arms, each counted once. power: share of significant trials "
        "[95 % Monte Carlo interval]; with the drug switched off it is the type-I error. exagg.: "
        "size of significant estimates over the mean of all."
    )
    for note in plan.notes:
        console.print(f"! {note[:1].upper()}{note[1:]}.")
    for caveat in caveats:
        console.print(f"! {caveat[:1].upper()}{caveat[1:].rstrip('.')}. Power is then too high.")


def _count_trials(result: PowerResult) -> dict[str, int]:
    """Return how many trials were done with the drug on and with it off."""
    done = result.trials["done"]
    return {str(drug): int(n) for drug, n in zip(done["drug"].values, done.values, strict=True)}


def _format_row(row: PowerRow, digits: int, people: Headcount) -> list[str]:
    def percent(value: float) -> str:
        return f"{100 * value:.1f}"

    estimate = ""
    if row.estimate is not None:
        spread = format_number(row.estimate_sd, digits)
        estimate = f"{format_number(row.estimate, digits, sign=True)} ({spread})"
    return [
        row.week,
        f"{row.people:,}",
        people.times(row.n).group_sizes,
        f"{percent(row.power)} [{percent(row.power_low)}, {percent(row.power_high)}]",
        estimate,
        format_number(row.width, digits),
        "" if row.exaggeration is None else f"{row.exaggeration:.2f}",
        "" if row.wrong_sign is None else f"{percent(row.wrong_sign)} %",
    ]


def _print_lots(console: Console, result: PowerResult) -> None:
    """Print the same trials with other lots, where the scenario has lots that differ."""
    from follicle_sim.experiments.planning.lots import cost_in_words

    if not result.lots:
        return
    columns = [Column("lots"), Column("week", True), Column("people\nin all", True)]
    columns += [Column("power (%)", True), Column("estimate\n(SD)", True)]
    columns += [Column("for 80 %", True), Column("for 90 %", True)]
    digits = choose_decimals(row.estimate_sd for row in result.lots)
    groups: dict[str, list[list[str]]] = {}
    for row in result.lots:
        limits = f"[{100 * row.power_low:.1f}, {100 * row.power_high:.1f}]"
        estimate = ""
        if row.estimate is not None:
            spread = format_number(row.estimate_sd, digits)
            estimate = f"{format_number(row.estimate, digits, sign=True)} ({spread})"
        needed = ["" if n is None else f"{n:,}" for n in (row.for_80, row.for_90)]
        power = f"{100 * row.power:.1f} {limits}"
        groups.setdefault(row.comparison, []).append(
            [row.lots, row.week, f"{row.people:,}", power, estimate, *needed]
        )
    console.print("\nWhat lots of the product cost: the same people with other lots\n")
    print_groups(console, columns, groups)
    for sentence in cost_in_words(result.lots):
        console.print(f"{sentence}.")


def _print_smallest(console: Console, result: PowerResult) -> None:
    from follicle_sim.figures.power import beside_people, people_needed

    columns = [Column("week", True), Column("for 80 %", True), Column("for 90 %", True)]
    groups: dict[str, list[list[str]]] = {}
    weeks: dict[tuple[str, str], list[str]] = {}
    for row in result.smallest:
        text = people_needed(row) + beside_people(row, result.people)
        weeks.setdefault((row.comparison, row.week), [row.week]).append(text)
    for (comparison, _), cells in weeks.items():
        groups.setdefault(comparison, []).append(cells)
    beside = f", and people {result.people.group_heading}" if result.people.group_heading else ""
    console.print(f"\nPeople needed in all (95 % Monte Carlo interval){beside}\n")
    print_groups(console, columns, groups)
    if any(row.extrapolated and row.n is not None for row in result.smallest):
        console.print("* outside the numbers tried: rests on the fitted curve")
