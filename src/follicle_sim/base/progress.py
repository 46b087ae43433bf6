"""How far a long run has got: one kind of report for whoever runs and whoever shows it."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[str, int, int], None]
"""Called with the name of a stage, what of it is done and what there is in all.

Of one stage what there is in all stays the same (a search may find at its end that there was less),
what is done never falls and ends at it.
"""

SCREENING = "screening"
"""Stage of finding people who may take part: counts those let in, not those asked."""

LIVING = "simulating"
"""Stage of living through the trial: counts people."""


class Parts:
    """A stage that is done in parts, reported as one whole.

    Every part reports stages of its own. Its `SCREENING`, also at the end of a longer name, is
    reported as the screening of the whole, any other stage as the whole itself.

    Examples
    --------
    >>> parts = Parts("trials", 6, print)
    >>> parts.part()(LIVING, 2, 2)
    trials 2 6
    >>> parts.part()(LIVING, 4, 4)
    trials 6 6
    >>> parts.part()(SCREENING, 1, 4)
    trials: screening 1 6
    """

    def __init__(self, stage: str, total: int, report: Report | None) -> None:
        self.stage, self.total, self.report = stage, total, report
        self._skipped = 0
        self._before: dict[str, int] = {}
        self._now: dict[str, int] = {}

    def part(self) -> Report:
        """Return the function that the next part reports to; the part before is done."""
        for name, count in self._now.items():
            self._before[name] = self._before.get(name, 0) + count
        self._now = {}
        return self._note

    def skip(self, count: int) -> None:
        """Take note of what was done in an earlier run."""
        self._skipped += count
        self._tell(self.stage)

    def _note(self, stage: str, count: int, of: int) -> None:
        name = f"{self.stage}: {SCREENING}" if stage.endswith(SCREENING) else self.stage
        self._now[name] = count
        self._tell(name)

    def _tell(self, name: str) -> None:
        if self.report is not None:
            count = self._skipped + self._before.get(name, 0) + self._now.get(name, 0)
            self.report(name, count, self.total)
