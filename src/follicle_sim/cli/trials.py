"""`follicle-sim trials list | show`: the registry of observed studies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from follicle_sim.base.units import format_unit
from follicle_sim.cli.text import (
    Column,
    format_count,
    format_week,
    make_console,
    print_groups,
    print_heading,
    print_index,
    spell_out,
)

if TYPE_CHECKING:
    from follicle_sim.evidence.observation import Observation
    from follicle_sim.evidence.studies import Study

_COLUMNS = (
    Column("row", number=True),
    Column("week", number=True),
    Column("what"),
    Column("value", number=True),
    Column("SE", number=True),
)


StudyName = Annotated[str, typer.Argument(metavar="ID", help="Study id, see `trials list`.")]


def list_studies() -> None:
    """List the observed studies."""
    from follicle_sim.evidence.observed import observations
    from follicle_sim.evidence.studies import load_studies

    console = make_console()
    entries = []
    for study in load_studies().values():
        count = format_count(len(observations(study.id)), "number")
        entries.append((study.id, study.title, f"{study.controlled}, {count}, for {study.use}"))
    print_index(console, ("id", "study"), entries)
    console.print("\n`follicle-sim trials show ID` prints the numbers and where they were read.")


def show_study(study: StudyName) -> None:
    """Show every number held of one study, with its source, grade and use."""
    from follicle_sim.evidence.observed import observations
    from follicle_sim.evidence.studies import load_study

    print_study(load_study(study), observations(study))


def print_study(study: Study, rows: Sequence[Observation]) -> None:
    """Print what is held of one study: its design, every number, and where each was read."""
    console = make_console()
    print_heading(console, f"{study.id}: {study.title}")
    console.print(", ".join([study.citation, *study.ids, *([study.doi] if study.doi else [])]))
    console.print(f"{study.controlled}; for {study.use}. {study.reason}")
    arms = ", ".join(f"{arm.id} ({spell_out(arm.role)})" for arm in study.arms)
    console.print(f"arms: {arms}\n")
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        unit = format_unit(row.unit)
        what = f"{spell_out(row.endpoint)}, {spell_out(row.kind)}"
        arm = row.arm + (f" minus {row.control}" if row.control else "")
        groups.setdefault(arm, []).append(
            [
                row.id.removeprefix(f"{study.id}:"),
                format_week(row.week),
                f"{what}\n{_describe_origin(row, study.use)}",
                f"{row.value:.4g} {unit}".strip(),
                _format_error(row),
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


def _describe_origin(row: Observation, usual: str) -> str:
    """Return how the number was printed, how far to trust it, and its use where not the study's."""
    parts = [f"printed: {row.raw_mean:g} {row.raw_unit}", row.grade]
    if row.unverified:
        parts.append("unverified")
    if row.use != usual:
        parts.append(f"for {row.use}")
    return "; ".join(parts)


def _format_error(row: Observation) -> str:
    if row.se is not None:
        return f"{row.se:.3g}"
    return "" if row.imputed_se is None else f"~{row.imputed_se:.3g}"
