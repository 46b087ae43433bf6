"""Time the engine beside its peers in one run, on one processor, and write the table.

    python benchmarks/compare_peers.py [--quick] [--write]

How each peer was written is said at the top of its file in `peers/`. In short: `event_driven.c` is
the engine's own algorithm in C, translated by hand, with the same draws and event times;
`numpy_daily.py` and `mesa_daily.py` are the same biology with a step of one day, each written as an
experienced user of that tool would. All have the same strata, parameters, people, six years of
natural history, two years of weekly visits, and a step in DHT at baseline. The run begins by
checking that they agree.
"""

import argparse
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agreement import assert_same_biology, assert_same_numbers, differences
from measure import exponent, interleaved, load_average, processor_name, processors, versions, wall
from peers import c_engine
from peers.mesa_daily import run_mesa
from peers.numpy_daily import run_numpy
from repository import HERE, RESULTS, ROOT, SCENARIOS
from workload import run_engine, weekly, workload

from follicle_sim.simulation.simulate import simulate


@dataclass(frozen=True)
class Sizes:
    """How much work to time; `rounds` for one-processor ratios, `few` for what takes seconds."""

    subjects: int
    many_subjects: int
    mesa_follicles: int
    scaling_subjects: tuple[int, ...]
    scaling_follicles: tuple[int, ...]
    rounds: int
    few: int


FULL = Sizes(40, 200, 500, (100, 200, 400, 800), (1000, 2000, 4000, 8000), 11, 5)
QUICK = Sizes(10, 100, 100, (50, 100, 200), (1000, 2000, 4000), 5, 3)


@dataclass(frozen=True)
class Row:
    """One line of the table; `met` is None where there is no target or nothing was measured."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Return the last cell."""
        return {True: "met", False: "MISSED", None: ""}[self.met]


def at_least(what: str, value: float, limit: float) -> Row:
    """Return a row whose value, a ratio, should reach a limit."""
    return Row(what, f"{value:.3g}", f"at least {limit:g}", value >= limit)


def below(what: str, value: float, limit: float, unit: str) -> Row:
    """Return a row whose value should stay below a limit."""
    return Row(what, f"{value:.3g}{unit}", f"below {limit:g}{unit}", value < limit)


def memory(sizes: Sizes) -> Iterator[Row]:
    """Peak memory of a large run, in a process of its own."""
    people = 1000 if sizes is FULL else 200
    command = [sys.executable, str(HERE / "memory_probe.py"), str(people), "1000"]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    what = f"peak memory, {people:,} subjects x 1,000 follicles x 105 visits"
    yield below(what, float(said), 600.0, " MB")


def peers(sizes: Sizes) -> Iterator[Row]:
    """Ratios of processor time on one processor."""
    work = workload(sizes.subjects, 1000, step=True)
    crowd = workload(sizes.many_subjects, 1000, step=True)
    few = workload(1, sizes.mesa_follicles, step=True)
    translated = c_engine.build()
    native = c_engine.build(*c_engine.NATIVE)
    ours = run_engine(crowd)
    assert_same_numbers(run_engine(work), translated(work))
    assert_same_numbers(run_engine(work), native(work))
    found = differences(ours, run_numpy(crowd), (int(crowd.follicles.sum()),) * 2)
    assert_same_biology(found, 0.02)
    sample = workload(1, 2000, step=True)
    found = differences(ours, run_mesa(sample), (int(crowd.follicles.sum()), 2000))
    assert_same_biology(found, 0.05)

    c = interleaved(
        {
            "engine": partial(run_engine, work),
            "c": partial(translated, work),
            "native": partial(native, work),
        },
        sizes.rounds,
    )
    name = "engine time / plain C, -O3"
    yield Row(name, f"{c['engine'] / c['c']:.3g}", "at most 1.5", c["engine"] <= 1.5 * c["c"])
    yield Row("engine time / plain C, -O3 -march=native", f"{c['engine'] / c['native']:.3g}")
    daily = interleaved(
        {"engine": partial(run_engine, crowd), "numpy": partial(run_numpy, crowd)}, sizes.few
    )
    yield at_least("NumPy with a daily step / engine", daily["numpy"] / daily["engine"], 5.0)
    agents = interleaved(
        {"engine": partial(run_engine, work), "mesa": partial(run_mesa, few)}, sizes.few
    )
    per_day = agents["mesa"] / few.follicle_days, agents["engine"] / work.follicle_days
    yield at_least(
        f"Mesa ({sizes.mesa_follicles} follicles) / engine, per follicle and day",
        per_day[0] / per_day[1],
        300.0,
    )
    yield Row("engine, per follicle and simulated year", f"{per_day[1] * 365.25e9:.3g} ns")


def scaling(sizes: Sizes) -> Iterator[Row]:
    """Exponents of simulate() on one thread: 1 is linear."""
    cases = {
        "subjects": {n: weekly(n, 1000) for n in sizes.scaling_subjects},
        "follicles": {n: weekly(100, n) for n in sizes.scaling_follicles},
    }
    for name, scenarios in cases.items():
        tasks = {str(n): partial(simulate, one, threads=1) for n, one in scenarios.items()}
        taken = interleaved(tasks, sizes.few)
        slope = exponent(list(scenarios), list(taken.values()))
        what = f"exponent of time in {name}, {min(scenarios)} to {max(scenarios)}"
        yield Row(what, f"{slope:.3f}", "0.95 to 1.05", 0.95 <= slope <= 1.05)


def threads(sizes: Sizes) -> Iterator[Row]:
    """Wall time of simulate() on one thread and on two."""
    scenario = weekly(max(200, sizes.many_subjects), 1000)
    with processors(2) as enough:
        if not enough:
            yield Row("two threads", "skipped: two processors are needed", "at least 1.6")
            return
        tasks = {str(n): partial(simulate, scenario, threads=n) for n in (1, 2)}
        taken = interleaved(tasks, sizes.rounds, time.perf_counter)
    yield at_least("one thread / two threads, wall", taken["1"] / taken["2"], 1.6)


def command_line(sizes: Sizes) -> Iterator[Row]:
    """Wall time of the command, on all processors, compiled code cached."""
    command = shutil.which("follicle-sim", path=str(Path(sys.executable).parent))
    if command is None or not (ROOT / "src" / "follicle_sim" / "cli.py").is_file():
        yield Row("follicle-sim --version", "skipped: not installed", "below 0.4 s")
        yield Row("follicle-sim run, Kaufman", "skipped: not installed", "below 8 s")
        return
    seconds = wall([command, "--version"], 2 * sizes.few, ROOT)
    yield below("follicle-sim --version", seconds, 0.4, " s")
    with tempfile.TemporaryDirectory() as folder:
        scenario = str(SCENARIOS / "finasteride_kaufman_1998.toml")
        run = [command, "run", scenario, "--quiet", "--out", str(Path(folder) / "out")]
        yield below("follicle-sim run, Kaufman", wall(run, sizes.few, ROOT), 8.0, " s")


def measure(sizes: Sizes) -> Iterator[Row]:
    """Yield every row, as soon as it is known."""
    alone: tuple[Callable[[Sizes], Iterator[Row]], ...] = (peers, scaling)
    yield from memory(sizes)
    with processors(1):
        for part in alone:
            yield from part(sizes)
    yield from threads(sizes)
    yield from command_line(sizes)


def report(rows: list[Row], load: str, quick: bool) -> str:
    """Return the table and what is needed to read it, as Markdown."""
    cells = "\n".join(f"| {r.what} | {r.measured} | {r.target} | {r.verdict} |" for r in rows)
    cores = os.cpu_count()
    return f"""# Speed

Made by `python benchmarks/compare_peers.py{" --quick" if quick else ""} --write`, one run.

- {datetime.date.today().isoformat()}; {cores} cores, {processor_name()}{load}
- {versions(c_engine.compiler_version())}
- Ratios and exponents are of processor time on one core, two threads and commands of wall time;
  medians of interleaved runs. Androgenetic alopecia in 32 strata, six years of natural history,
  a step in DHT at baseline, two years of weekly visits.
- The C is the engine's algorithm with the same draws: equal counts at every visit, sums to 1e-9.
  NumPy and Mesa step day by day and agree with the engine on what is seen within 2 % and 5 %. All
  build tables once for subjects who are alike. Mesa runs few follicles and is scaled by
  follicle-days.

| what | measured | target | |
|---|---|---|---|
{cells}
"""


def main() -> int:
    """Measure, print, and write if asked; return 1 if a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less work, noisier numbers")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    asked = parser.parse_args()
    rows, load = [], load_average()
    for row in measure(QUICK if asked.quick else FULL):
        target = f"(target: {row.target})" if row.target else ""
        print(f"{row.what}: {row.measured} {target} {row.verdict}".rstrip(), flush=True)
        rows.append(row)
    text = report(rows, load, asked.quick)
    if asked.write:
        RESULTS.write_text(text, encoding="utf-8")
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
