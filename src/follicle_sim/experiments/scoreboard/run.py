"""One parameter set held against every published number that the model can express.

Runs every design of `scoreboard/designs`, scores each number once (`scoring`) and sums up:
share within two standard errors, the coverage of 90 % predictive intervals, by treatment and by
what was compared. The intervals hold the spread of the observation, the Monte Carlo error, the
drift of a trial without a control and the spread of the prediction over draws of the fitted biology
and potencies (`designs/spread.csv`). z holds the first three only, for every row: a number that was
fitted to is not independent of the parameters, and one rule for all is the stricter one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np
import xarray as xr

from follicle_sim.base.arguments import check_call, check_texts, check_threads, refused
from follicle_sim.base.progress import Report
from follicle_sim.evidence.observed import observations
from follicle_sim.experiments.scoreboard.designs import design_names, load_design, not_expressed
from follicle_sim.experiments.scoreboard.score_rows import ScoreRow, tally
from follicle_sim.experiments.scoreboard.scoring import Baseline, effective_use, score
from follicle_sim.results.compare import compare
from follicle_sim.results.counterparts import course
from follicle_sim.scenario.model import Scenario
from follicle_sim.simulation.simulate import simulate

Scored = Literal["calibration", "validation", "all"]


@dataclass(frozen=True, slots=True)
class Missing:
    """A published number, or a whole study, that no design expresses, and why."""

    study: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """Scores of published numbers, those that count and those that are only shown."""

    rows: tuple[ScoreRow, ...]
    missing: tuple[Missing, ...]
    use: Scored = "all"

    @property
    def counted(self) -> tuple[ScoreRow, ...]:
        """The rows that count in the fit statistics."""
        return tuple(row for row in self.rows if row.counted)

    @property
    def misses(self) -> tuple[ScoreRow, ...]:
        """Counted rows farther off than two standard errors."""
        return tuple(row for row in self.counted if row.missed)

    def by_treatment(self) -> dict[str, list[ScoreRow]]:
        """Return the rows under the names of treatments, in alphabetical order."""
        groups: dict[str, list[ScoreRow]] = {}
        for row in sorted(self.rows, key=lambda row: row.treatment):
            groups.setdefault(row.treatment, []).append(row)
        return groups

    def to_json(self) -> str:
        """Return the scoreboard as JSON text: rows, statistics, and what is not expressed."""
        document = {
            "use": self.use,
            "summary": summary(self.rows),
            "rows": [_round_values(row) for row in self.rows],
            "not_expressed": [asdict(missing) for missing in self.missing],
        }
        return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def run_scoreboard(
    use: Scored = "all",
    *,
    designs: Sequence[str] | None = None,
    overrides: Sequence[str] = (),
    threads: int | None = None,
    report: Report | None = None,
) -> Scoreboard:
    """Simulate every design and score what was published.

    Parameters
    ----------
    use
        Only numbers for calibration, only those for validation, or all; numbers for display are
        shown with "all" and never counted.
    designs
        Names of designs; None for all of them.
    overrides
        For every scenario, for example ``["population.subjects=20"]``.
    threads
        Processors to use; does not change results.
    report
        Called before each design and once at the end.

    Raises
    ------
    InputError
        If there is no such design, or an override does not fit.
    Interrupted
        On Ctrl-C.

    Examples
    --------
    >>> few = ["population.subjects=5", "population.follicles=100"]
    >>> board = run_scoreboard(designs=["kaufman_1998"], overrides=few)
    >>> {row.study for row in board.rows}
    {'kaufman_1998'}
    """
    where = "run_scoreboard"
    if use not in get_args(Scored):
        raise refused(where, "use", use, f"one of {', '.join(get_args(Scored))}")
    designs = None if designs is None else check_texts(where, "designs", designs)
    overrides = check_texts(where, "overrides", overrides)
    check_threads(where, threads)
    check_call(where, "report", report)
    names = [name for name in designs or design_names() if use == "all" or _has_use(name, use)]
    rows: list[ScoreRow] = []
    unmet: dict[str, Missing] = {}
    for position, name in enumerate(names):
        scenario = load_design(name, overrides)
        if report is not None:
            report("studies", position, len(names))
        scored, not_matched = _score_design(name, scenario, threads)
        rows += [row for row in scored if use in ("all", row.use)]
        unmet.update((absent.name, absent) for absent in not_matched)
    if report is not None:
        report("studies", len(names), len(names))
    met = {row.observation for row in rows}
    missing = [Missing(study, "", reason) for study, reason in not_expressed().items()]
    # A study with two populations has two designs: what one lacks the other may have.
    missing += [absent for name, absent in unmet.items() if name not in met]
    return Scoreboard(tuple(rows), tuple(missing), use)


def _has_use(name: str, use: Scored) -> bool:
    return any(
        effective_use(row)[0] == use
        for comparison in load_design(name).compare
        for row in observations(comparison.study, derived=True)
    )


def _score_design(
    name: str, scenario: Scenario, threads: int | None
) -> tuple[list[ScoreRow], list[Missing]]:
    data = simulate(scenario, threads=threads)
    table = compare(data)
    rows = score(table.rows, scenario, name, baselines(data))
    not_matched = [
        Missing(number.study, number.name, number.reason)
        for number in table.unmatched
        if number.what == "observation" and not number.reason.startswith("second reading")
    ]
    return rows, not_matched


def baselines(data: xr.Dataset) -> Baseline:
    """Return the function that gives the mean simulated baseline of an endpoint in an arm."""
    labels = [str(label) for label in data["arm"].values]

    def mean(arm: str, endpoint: str) -> float:
        simulated = course(data, endpoint)
        if isinstance(simulated, str) or simulated.base is None:
            return math.nan
        base = simulated.base[labels.index(arm)]
        return float(np.nanmean(base)) if np.isfinite(base).any() else math.nan

    return mean


def summary(rows: Sequence[ScoreRow]) -> dict[str, Any]:
    """Return the fit statistics: over all counted rows, by use, by what is compared, and so on."""
    counted_rows = [row for row in rows if row.counted]

    def statistics_of(some: Sequence[ScoreRow]) -> dict[str, Any]:
        totals = tally(some)
        shares = {
            "share_within_2_se": totals.share_within,
            "coverage_90": totals.coverage,
            "coverage_90_parameters_held": totals.coverage_alone,
        }
        rounded = {key: None if math.isnan(x) else round(x, 4) for key, x in shares.items()}
        return {"rows": totals.rows, "within_2_se": totals.within, **rounded}

    def split(key: Callable[[ScoreRow], str]) -> dict[str, Any]:
        return {
            k: statistics_of([r for r in counted_rows if key(r) == k])
            for k in sorted({key(r) for r in counted_rows})
        }

    return {
        "counted": statistics_of(counted_rows),
        "by_use": split(lambda row: row.use),
        "by_comparison": split(lambda row: row.compared),
        "by_treatment": split(lambda row: row.treatment),
        "not_counted": statistics_of([row for row in rows if not row.counted]),
        "display_only": statistics_of([row for row in rows if row.use == "display"]),
    }


def _round_values(row: ScoreRow) -> dict[str, Any]:
    values = {**asdict(row), "mc_z": row.mc_z}
    for key, value in values.items():
        if isinstance(value, float):
            digits = 3 if key in ("z", "mc_z") else 6
            values[key] = None if math.isnan(value) else round(value, digits)
    return values
