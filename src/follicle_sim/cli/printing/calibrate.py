"""Calibration and sensitivity in the terminal: tables."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from rich.console import Console

from follicle_sim.biology.parameters import parameter_table
from follicle_sim.cli.printing.text import Column, make_console, plain_words, print_groups
from follicle_sim.experiments.calibration.calibrate import Calibrated
from follicle_sim.experiments.calibration.posterior import Posterior
from follicle_sim.experiments.calibration.problem import describe, shown_unit
from follicle_sim.experiments.sensitivity import Ranking

GOOD_R_HAT, ENOUGH = 1.01, 400
"""From here on a chain is said to have converged (Vehtari 2021)."""

MOST_LUCK = 0.2

SHOWN = 8
"""Parameters of an outcome shown; the rest are in the table on disk."""


def print_calibration(found: Calibrated, folder: Path, files: Sequence[str]) -> None:
    """Print what a calibration found, its diagnostics, and where the files are."""
    console = make_console()
    if found.optimum is not None:
        console.print("\nbest values, as [biology] of a scenario takes them:")
        for name, text in describe(found.calibration.values(found.optimum.x)).items():
            console.print(f'  {name} = "{text}"')
    if found.posterior is not None:
        _print_parameters(console, found, found.posterior)
    for curve in found.profiles:
        scale, unit = shown_unit(parameter_table()[curve.name].dimension)
        low = "below range" if curve.low is None else f"{scale * curve.low:.3g}"
        high = "above range" if curve.high is None else f"{scale * curve.high:.3g}"
        console.print(
            f"{plain_words(curve.name)}: {curve.verdict}; best {scale * curve.best:.3g} {unit}, "
            f"90 % interval {low} to {high}"
        )
    if found.targets:
        _print_targets(console, found)
    if found.rough:
        console.print(
            f"\nThe emulator errs by more than the trial at {', '.join(found.rough)}: its error is "
            "counted, so nothing is overstated, but much is left unsaid. Free fewer --parameter."
        )
    console.print(
        f"\n{found.simulations:,} simulations, {found.seconds:.0f} s. Written to {folder}:"
    )
    console.print("  " + "  ".join(files))


def _print_parameters(console: Console, found: Calibrated, posterior: Posterior) -> None:
    columns = [Column("parameter"), Column("default", True), Column("mean", True)]
    columns += [Column("90 % interval", True), Column("under the prior", True)]
    columns += [Column("draws", True), Column("r-hat", True)]
    table = parameter_table()
    rows = []
    for row in found.parameters:
        scale, unit = shown_unit(table[row.parameter].dimension)
        rows.append(
            [
                plain_words(row.parameter) + (f" ({unit})" if unit else ""),
                f"{scale * row.default:.3g}",
                f"{scale * row.mean:.3g}",
                f"{scale * row.low:.3g} to {scale * row.high:.3g}",
                f"{scale * row.prior_low:.3g} to {scale * row.prior_high:.3g}",
                f"{row.ess:,.0f}",
                f"{row.r_hat:.3f}",
            ]
        )
    console.print()
    print_groups(console, columns, {"posterior": rows})
    worst = max(row.r_hat for row in found.parameters)
    fewest = min(row.ess for row in found.parameters)
    good = worst <= GOOD_R_HAT and fewest >= ENOUGH
    console.print(
        f"\nacceptance {posterior.acceptance:.2f}; draws: effective number of independent ones. "
        + (
            "The chains agree."
            if good
            else f"The chains do NOT agree well (r-hat above {GOOD_R_HAT} or fewer than {ENOUGH} "
            "draws): take more --steps with --resume."
        )
    )
    for row in found.parameters:
        if row.edge > 0.02:
            console.print(
                f"{plain_words(row.parameter)}: {row.edge:.0%} of the draws lie at an end of the "
                "range; the data do not hold it there, the prior does."
            )


def _print_targets(console: Console, found: Calibrated) -> None:
    columns = [Column("week", True), Column("what"), Column("published (SE)", True)]
    columns += [Column("fitted", True), Column("90 % interval", True), Column("z", True)]
    groups: dict[str, list[list[str]]] = {}
    for row in found.targets:
        mark = "~" if row.imputed else ""
        between = "" if row.low is None or row.high is None else f"{row.low:.3f} to {row.high:.3f}"
        groups.setdefault(row.observation.partition(":")[0], []).append(
            [
                f"{row.week:g}",
                f"{plain_words(row.variable)}, {row.quantity}",
                f"{row.published:.3f} ({mark}{row.se:.3f})",
                f"{row.fitted:.3f}",
                between,
                f"{row.z:+.1f}",
            ]
        )
    console.print("\nAgainst the targets, shares of baseline or of hairs\n")
    print_groups(console, columns, groups)
    console.print(
        "\nz: fitted minus published in joint errors of data, trial offset and emulator; "
        "~: no spread was published."
    )


def print_sensitivity(found: Ranking, folder: Path, files: Sequence[str]) -> None:
    """Print the parameters that matter most for each outcome, and where the files are."""
    console = make_console()
    columns = [Column("week", True), Column("parameter"), Column("first", True)]
    columns += [Column("total", True)]
    groups: dict[str, list[list[str]]] = {}
    noisy = False
    for (arm, control), rows in groupby(found.rows, key=lambda row: (row.arm, row.control)):
        title = f"{arm} minus {control}" if control else f"{arm}, own change"
        for week, each in groupby(rows, key=lambda row: row.week):
            best = sorted(each, key=lambda row: -row.total)[:SHOWN]
            one = best[0]
            head = (
                f"{title}, week {week}: {one.mean:+.1f} (SD {one.sd:.1f}) hairs/cm2, "
                f"{one.luck:.0%} of the variance is luck"
            )
            noisy = noisy or one.luck > MOST_LUCK
            groups[head] = [
                [
                    f"{week}",
                    plain_words(row.parameter),
                    f"{row.first:.2f} ±{row.first_interval:.2f}",
                    f"{row.total:.2f} ±{row.total_interval:.2f}",
                ]
                for row in best
            ]
    print_groups(console, columns, groups)
    console.print(
        "\nshares of variance with 90 % intervals; every parameter within a factor of two"
    )
    if noisy:
        console.print(
            f"Where more than {MOST_LUCK:.0%} of the variance is luck, total indices are too high."
        )
    console.print(f"{found.runs:,} simulations, {found.seconds:.0f} s. Written to {folder}:")
    console.print("  " + "  ".join(files))
