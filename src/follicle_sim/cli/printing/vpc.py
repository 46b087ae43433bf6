"""A visual predictive check in the terminal: each published change and where trials lie."""

from follicle_sim.cli.printing.text import Column, decimals, make_console, number, plain_words
from follicle_sim.cli.printing.text import print_groups as print_table
from follicle_sim.experiments.planning.predictive import PointRow, PredictiveCheck


def print_check(found: PredictiveCheck) -> None:
    """Print every published number with the band of virtual trials at its week."""
    console = make_console()
    people = ", ".join(f"{label} {n}" for label, n in found.people.items())
    console.print(f"\n{found.study}: {found.bands[0].trials:,} virtual trials; people: {people}")
    if found.assumed:
        told = ", ".join(found.assumed)
        console.print(f"The study's number of people is not held for {told}: the scenario's.")
    columns = [Column("week", True), Column("what"), Column("published", True)]
    columns += [Column("90 % of trials", True), Column("with a trial's own drift", True)]
    groups: dict[str, list[list[str]]] = {}
    for row in found.points:
        title = f"{row.arm} minus {row.control}" if row.control else row.arm
        groups.setdefault(title, []).append(_cells(row))
    print_table(console, columns, groups)
    inside = sum(row.inside for row in found.points)
    wider = sum(row.inside_with_drift for row in found.points)
    console.print(
        f"\n{inside} of {len(found.points)} published numbers lie within the band, {wider} with "
        "what any trial's arm moves by itself (mean +3, SD 6 hairs/cm2). What is not known of "
        "biology and potency is in neither, unless run.uncertainty says so."
    )


def _cells(row: PointRow) -> list[str]:
    scale = 100.0 if row.kind.startswith("percent") else 1.0
    digits = 1 if scale > 1.0 else decimals([row.observed, row.low, row.high])

    def shown(value: float) -> str:
        return number(scale * value, digits, sign=True)

    error = "" if row.observed_se is None else f" (SE {number(scale * row.observed_se, digits)})"
    wider = "" if row.control else f"{shown(row.drift_low)} to {shown(row.drift_high)}"
    if not row.inside_with_drift:
        wider += " outside"
    return [
        f"{row.week:g}",
        f"{plain_words(row.endpoint)}, {plain_words(row.kind)}{' (%)' if scale > 1.0 else ''}",
        f"{shown(row.observed)}{error}",
        f"{shown(row.low)} to {shown(row.high)}",
        wider,
    ]
