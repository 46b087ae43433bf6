"""The registry of observed trials in the terminal."""

from rich.table import Table
from rich.text import Text

from follicle_sim.cli.printing.run import number_of_week
from follicle_sim.cli.printing.text import (
    Column,
    counted,
    make_console,
    plain_unit,
    plain_words,
    print_groups,
)
from follicle_sim.evidence.observed import Observation, observations
from follicle_sim.evidence.studies import load_studies, load_study

_COLUMNS = (
    Column("row", number=True),
    Column("week", number=True),
    Column("what"),
    Column("value", number=True),
    Column("SE", number=True),
)


def print_studies() -> None:
    """Print the registry of observed studies: id, title, design, use, how many numbers."""
    console = make_console()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("study")
    for study in load_studies().values():
        count = counted(len(observations(study.id)), "number")
        about = Text(study.title)
        about.append(f"\n{study.controlled}, {count}, for {study.use}", style="dim")
        table.add_row(Text(study.id), about)
    console.print(table)
    console.print("\n`follicle-sim trials show ID` prints the numbers and where they were read.")


def print_study(study_id: str) -> None:
    """Print what is held of one study."""
    study = load_study(study_id)
    rows = observations(study.id)
    console = make_console()
    console.print(Text(f"{study.id}: {study.title}", style="bold"))
    console.print(", ".join([study.citation, *study.ids, *([study.doi] if study.doi else [])]))
    console.print(f"{study.controlled}; for {study.use}. {study.reason}")
    arms = ", ".join(f"{arm.id} ({plain_words(arm.role)})" for arm in study.arms)
    console.print(f"arms: {arms}\n")
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        unit = plain_unit(row.unit)
        arm = row.arm + (f" minus {row.control}" if row.control else "")
        groups.setdefault(arm, []).append(
            [
                row.id.removeprefix(f"{study.id}:"),
                number_of_week(row.week),
                f"{plain_words(row.endpoint)}, {plain_words(row.kind)}\n{_origin(row, study.use)}",
                f"{row.value:.4g} {unit}".strip(),
                _error(row),
            ]
        )
    print_groups(console, _COLUMNS, groups)
    console.print()
    notes = {
        "conversion": [row.conversion for row in rows if row.conversion not in ("", "none")],
        "~SE, imputed": [row.se_source for row in rows if row.se is None and row.imputed_se],
        "note": [row.reason for row in rows if row.reason != study.reason],
    }
    for kind, texts in notes.items():
        for text in dict.fromkeys(texts):
            console.print(f"{kind}: {text.removeprefix('imputed: ')}")
    for source in dict.fromkeys(row.seen_at for row in rows):
        console.print(f"read at: {source}", soft_wrap=True)


def _origin(row: Observation, usual: str) -> str:
    """Return how the number was printed, how far to trust it, and its use where not the study's."""
    parts = [f"printed: {row.raw_mean:g} {row.raw_unit}", row.grade]
    if row.unverified:
        parts.append("unverified")
    if row.use != usual:
        parts.append(f"for {row.use}")
    return "; ".join(parts)


def _error(row: Observation) -> str:
    if row.se is not None:
        return f"{row.se:.3g}"
    return "" if row.imputed_se is None else f"~{row.imputed_se:.3g}"
