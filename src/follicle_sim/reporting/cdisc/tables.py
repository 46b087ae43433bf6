"""The tables of CDISC on disk, with what describes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from follicle_sim.analysis.outcomes.adverse import NOT_KNOWN
from follicle_sim.base.csv_text import csv_text
from follicle_sim.base.files import write_text_atomic
from follicle_sim.reporting.cdisc import counts, doses, events, subjects
from follicle_sim.reporting.cdisc.base import Row, Variable
from follicle_sim.reporting.report import TrialReport
from follicle_sim.results.provenance import package_version

DEFINE = "define.json"

DRAWN = f"drawn from published counts; what each is like is mostly assumed. {NOT_KNOWN}"


@dataclass(frozen=True)
class Dataset:
    """One table.

    Parameters
    ----------
    name, label, keys
        As CDISC has them; the keys name a record.
    columns
        In order.
    rows
        Makes them.
    """

    name: str
    label: str
    keys: tuple[str, ...]
    columns: Sequence[Variable]
    rows: Callable[[TrialReport], list[Row]]


DATASETS = (
    Dataset(
        "ADSL",
        "Subject-Level Analysis Dataset",
        ("USUBJID",),
        subjects.COLUMNS,
        subjects.subject_rows,
    ),
    Dataset("EX", "Exposure", ("USUBJID", "EXSEQ"), doses.COLUMNS, doses.dose_rows),
    Dataset("AE", "Adverse Events", ("USUBJID", "AESEQ"), events.COLUMNS, events.event_rows),
    Dataset(
        "ADHC",
        "Hair Count Analysis Dataset",
        ("USUBJID", "PARAMCD", "AVISITN"),
        counts.COLUMNS,
        counts.count_rows,
    ),
)

CDISC_FILES = (*(f"{table.name}.csv" for table in DATASETS), DEFINE)


def write_cdisc(report: TrialReport, folder: Path) -> tuple[str, ...]:
    """Write ADSL.csv, EX.csv, AE.csv, ADHC.csv and define.json; return their names.

    AE.csv is left out where the plan does not ask for side effects: an empty one would say that
    there were none.

    Raises
    ------
    OutputError
        Naming the file that could not be written; an earlier one stays as it was.
    """
    tables = tables_of(report)
    for table in tables:
        write_text_atomic(folder / f"{table.name}.csv", as_csv(table, table.rows(report)))
    for table in set(DATASETS) - set(tables):
        (folder / f"{table.name}.csv").unlink(missing_ok=True)
    text = json.dumps(definition(report), indent=1, ensure_ascii=False)
    write_text_atomic(folder / DEFINE, text + "\n")
    return (*(f"{table.name}.csv" for table in tables), DEFINE)


def tables_of(report: TrialReport) -> tuple[Dataset, ...]:
    """Return the tables that a trial has."""
    return tuple(table for table in DATASETS if table.name != "AE" or report.reactions)


def as_csv(table: Dataset, rows: Sequence[Row]) -> str:
    """Return rows as CSV; what is not known is empty."""
    names = [column.name for column in table.columns]
    return csv_text(names, ([row[name] for name in names] for row in rows))


def definition(report: TrialReport) -> dict[str, object]:
    """Return what describes the tables: every variable with label, type, unit and origin."""
    return {
        "synthetic": True,
        "warning": "Every record is simulated. No person stands behind it; research use only.",
        "study": report.study,
        "title": report.scenario.title,
        "seed": report.scenario.run.seed,
        "made_by": f"follicle_sim {package_version()}",
        "standards": "names as in ADaM IG 1.1 and SDTM IG 3.3; not validated against their rules",
        "study_days": "the baseline visit is day 1, the day before it day -1; there is no day 0",
        "texts": "a text that begins like a formula (= + - @) has an apostrophe before it",
        "side_effects": DRAWN if report.reactions else "not asked for",
        "multiple_imputation": "values of jump_to_reference are many and not in ADHC"
        if report.plan.missing == "jump_to_reference"
        else "not used",
        "datasets": {
            table.name: {
                "label": table.label,
                "file": f"{table.name}.csv",
                "keys": list(table.keys),
                "variables": [
                    {
                        "name": column.name,
                        "label": column.label,
                        "type": column.kind,
                        "unit": column.unit,
                        "about": column.about,
                        "of_the_standard": not column.added,
                    }
                    for column in table.columns
                ],
            }
            for table in tables_of(report)
        },
    }
