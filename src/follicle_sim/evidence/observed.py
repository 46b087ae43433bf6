"""The observed numbers as one tidy table: those published, and those derived from them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from follicle_sim.base.csv_text import write_rows
from follicle_sim.evidence.derived import with_derived
from follicle_sim.evidence.observation import Observation, observation_of
from follicle_sim.evidence.studies import load_studies, load_study, raw_rows


def observations(study: str | None = None, *, derived: bool = False) -> tuple[Observation, ...]:
    """Return the observed numbers of one study, or of all of them.

    Parameters
    ----------
    study
        Study id; None for every study, in file order.
    derived
        Add changes computed from levels and differences computed from changes, where the paper
        prints only the parts. They are for display and name the rows they exclude.

    Raises
    ------
    InputError
        No such study; names the nearest one.

    Examples
    --------
    >>> first = observations("kaufman_1998")[0]
    >>> first.raw_mean, first.raw_unit, round(first.value, 1), first.unit
    (876.0, 'hairs per 1-inch circle (5.1 cm2)', 172.9, 'cm-2')
    """
    table = _table()
    if study is None:
        rows: Iterable[Observation] = table.values()
    else:
        load_study(study)
        rows = (row for row in table.values() if row.study == study)
    return tuple(row for row in rows if derived or not row.derived_from)


def write_observations(
    path: str | os.PathLike[str], rows: Sequence[Observation] | None = None
) -> None:
    """Write the tidy table as CSV, every published row unless `rows` says otherwise.

    Raises
    ------
    OutputError
        The file cannot be written; an earlier file stays as it was.
    """
    write_rows(path, Observation, observations() if rows is None else rows)


@cache
def _table() -> Mapping[str, Observation]:
    studies = load_studies()
    counts: defaultdict[str, int] = defaultdict(int)
    published: list[Observation] = []
    for raw in raw_rows():
        study = next(study for study in studies.values() if study.owns(raw))
        counts[study.id] += 1
        published.append(observation_of(f"{study.id}:{counts[study.id]}", study, raw))
    return with_derived(published, studies)
