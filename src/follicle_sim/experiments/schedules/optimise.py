"""The best schedule for the money: search, front, winner, and both tried again on fresh people.

The best of many noisy numbers is too good on average, however it was found: the winner's curse. So
what a search says of its winner is only a promise; it and the front are tried again on more people
whom the search has never seen, and the difference is shown as luck.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from follicle_sim.base.arguments import check_call, check_threads, check_whole
from follicle_sim.base.errors import Interrupted
from follicle_sim.base.progress import Report
from follicle_sim.experiments.running.checkpoint import Checkpoint
from follicle_sim.experiments.schedules.candidates import Schedule, Space, make_space
from follicle_sim.experiments.schedules.gain import Gain, Trials, mean_gain, prices
from follicle_sim.experiments.schedules.retest import Best, retest_search
from follicle_sim.experiments.schedules.search import SEARCHING, search, search_key
from follicle_sim.pharmacology.bills import Bill
from follicle_sim.scenario.load import check_scenario, with_overrides
from follicle_sim.scenario.model import Scenario
from follicle_sim.scenario.rules.search import EVERYBODY

MOST_SEEDS = 2**32


@dataclass(frozen=True)
class ClassRow:
    """The best schedule of a class, and what the schedule that is best for everybody loses in it.

    loss : gain of the class's own schedule less that of the common one, the same fresh people; for
    an objective of cost_per_hair what a hair costs more with the common one, USD
    """

    label: str
    best: Best
    common: Gain
    common_bill: Bill
    loss: Gain


@dataclass(frozen=True)
class Optimised:
    """Everything a search for a schedule found."""

    scenario: Scenario
    best: Best
    classes: tuple[ClassRow, ...]
    seed: int
    retest_seed: int
    trials: int
    seconds: float = field(default=0.0, compare=False)


def make_spaces(scenario: Scenario) -> dict[str, Space]:
    """Return what is searched among everybody and in each class, by label.

    Raises
    ------
    InputError
        As `make_space`, or if a class changes something it cannot.
    """
    spaces = {EVERYBODY: make_space(scenario)}
    for group in spaces[EVERYBODY].search.classes:
        spaces[group.label] = make_space(with_overrides(scenario, group.changes))
    return spaces


def optimise(
    scenario: Scenario,
    *,
    trials: int | None = None,
    folder: Path | None = None,
    resume: bool = False,
    threads: int | None = None,
    report: Report | None = None,
) -> Optimised:
    """Search the schedules of a scenario's `[optimise]` table.

    Parameters
    ----------
    scenario : with an `[optimise]` table; its seed is that of the search
    trials : schedules to simulate, those of the table by default
    folder : where to keep what is found, for `resume`; nowhere by default
    threads : processors; the result does not depend on them
    report : told the stage, what is done of it and what there is

    Raises
    ------
    InputError
        If no schedule meets the budget or the limits, or a class changes something it cannot.
    MissingExtraError
        If optuna is needed and not installed.
    Interrupted
        On Ctrl-C; what was found is kept in the folder.

    Examples
    --------
    >>> from follicle_sim import load_scenario
    >>> few = ["population.subjects=2", "population.follicles=50", "run.history=30 days"]
    >>> few += ["optimise.classes=[]"]
    >>> found = optimise(load_scenario("scenarios/exosome_schedule.toml", few), trials=2)
    >>> found.best.retested[0].bill.cost > 0.0  # USD, of the best of two schedules
    True
    """
    began = time.perf_counter()
    scenario = check_scenario("optimise", scenario)
    if trials is not None:
        check_whole("optimise", "trials", trials)
    check_threads("optimise", threads)
    check_call("optimise", "report", report)
    spaces = make_spaces(scenario)
    table = spaces[EVERYBODY].search
    limit = trials or table.trials
    seed = scenario.run.seed
    fresh_seed = (seed + 1) % MOST_SEEDS
    best: dict[str, Best] = {}
    fresh: dict[str, Trials] = {}
    for number, (label, space) in enumerate(spaces.items()):
        stage = SEARCHING if number == 0 else f"{SEARCHING}: {label}"
        people = Trials(space, table.subjects, seed, threads)
        fresh[label] = Trials(space, table.retest_subjects, fresh_seed, threads)
        path = None if folder is None else folder / f"evaluations_{number}.npz"
        place = Checkpoint(path, search_key(people), resume)
        searched = search(people, limit, place, report, stage)
        with _explain_interrupt(path):
            best[label] = retest_search(label, people, fresh[label], searched, report)
    common = best[EVERYBODY].winner.schedule
    with _explain_interrupt(folder):
        rows = [
            _class_row(best[label], fresh[label], common) for label in spaces if label != EVERYBODY
        ]
    seconds = time.perf_counter() - began
    return Optimised(scenario, best[EVERYBODY], tuple(rows), seed, fresh_seed, limit, seconds)


@contextmanager
def _explain_interrupt(path: Path | None) -> Iterator[None]:
    """Turn Ctrl-C after the search into a message that says what was kept of it."""
    try:
        yield
    except (KeyboardInterrupt, Interrupted):
        what_is_kept = (
            "what was searched is kept; go on with --resume" if path else "nothing is kept"
        )
        raise Interrupted(f"stopped while schedules were tried again; {what_is_kept}") from None


def _class_row(best: Best, fresh: Trials, common: Schedule) -> ClassRow:
    common_gains = fresh.gains(common)
    own_gains = fresh.gains(best.winner.schedule)
    common_bill = best.space.bill(common)
    loss = own_gains - common_gains
    if best.space.search.objective == "cost_per_hair":
        loss = prices(common_gains, common_bill.cost) - prices(own_gains, best.winner.bill.cost)
    return ClassRow(
        label=best.label,
        best=best,
        common=mean_gain(common_gains),
        common_bill=common_bill,
        loss=mean_gain(loss),
    )
