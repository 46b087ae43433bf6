"""Mutation testing: changes a line of a file in memory and asks whether its tests notice.

    python tests/mutation/run.py                       every mutant of every file that is listed
    python tests/mutation/run.py --one-in 4            a quarter of them, chosen by their names
    python tests/mutation/run.py screening reml        files whose path holds one of these words
    python tests/mutation/run.py --touched             what the last commits touched, in a minute
    python tests/mutation/run.py --only 1a2b3c4d5e6f   single mutants, by name

Which tests judge a file stands in targets.toml, which survivors are known, and why, in
survivors.toml. Exits with 1 where less than `LEAST` of the mutants that ran were killed; in the
short mode, which runs a few of them, where that is no luck.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LEAST = 0.85
SHORT = 60.0
"""Seconds that the short mode may take, about."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and print what survived; return the exit code."""
    asked = _parser().parse_args(arguments)
    if not hasattr(os, "fork"):
        print("mutation testing forks a process for each mutant: run it on Linux or macOS")
        return 0 if asked.touched else 2
    began = time.monotonic()
    targets = _read("targets.toml")
    chosen = [file for file in targets if not asked.files or any(w in file for w in asked.files)]
    if asked.touched:
        touched, against = touched_files()
        chosen = [file for file in chosen if file in touched]
        if not chosen:
            print(f"no file listed in targets.toml was touched {against}")
            return 0
        print(f"touched {against}: {', '.join(chosen)}", flush=True)
    until = began + SHORT if asked.touched else float("inf")
    total = {"ran": 0, "killed": 0}
    for left, file in enumerate(chosen):
        share = (until - time.monotonic()) / (len(chosen) - left)
        if share < 1.0:
            print(f"{file}: no time left")
            continue
        found = _in_a_process(file, targets[file], asked, time.monotonic() + share)
        for key in total:
            total[key] += found[key]
    if not total["ran"]:
        print("no mutant ran")
        return 0
    rate = total["killed"] / total["ran"]
    told = f"{total['killed']} of {total['ran']} mutants killed: {100 * rate:.1f} %"
    print(f"{told}; at least {100 * LEAST:g} % are asked for")
    if asked.touched and rate < LEAST and by_luck(total["killed"], total["ran"]):
        print("so few mutants ran in that time that it may be luck")
        return 0
    return 0 if rate >= LEAST else 1


def by_luck(killed: int, ran: int) -> bool:
    """Tell whether so few can be killed, one time in twenty, where `LEAST` of all would be."""
    chances = (math.comb(ran, k) * LEAST**k * (1.0 - LEAST) ** (ran - k) for k in range(killed + 1))
    return sum(chances) > 0.05


def touched_files() -> tuple[set[str], str]:
    """Return the files changed since the branch left main, or in main's last commit, and since."""
    head = _git("rev-parse", "HEAD")
    for main_line in ("origin/main", "main"):
        base = _git("merge-base", "HEAD", main_line)
        if base and base != head:
            return set(_git("diff", "--name-only", base).splitlines()), f"since {main_line}"
    if not _git("rev-parse", "--verify", "-q", "HEAD~1"):
        return set(), "(no earlier commit to compare with)"
    return set(_git("diff", "--name-only", "HEAD~1").splitlines()), "since HEAD~1"


def _git(*words: str) -> str:
    try:
        found = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True)
    except OSError:
        return ""
    return found.stdout.strip() if found.returncode == 0 else ""


def _in_a_process(file: str, target: dict[str, Any], asked: Any, until: float) -> dict[str, int]:
    """Judge one file in a process of its own, which imports and patches what it likes."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(reading)
            found = _judge(file, target, asked, until)
            os.write(writing, json.dumps(found).encode())
            code = 0
        except SystemExit as stop:
            print(stop, flush=True)
        finally:
            sys.stdout.flush()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(2)
    return dict(json.loads(told))


def _judge(file: str, target: dict[str, Any], asked: Any, until: float) -> dict[str, int]:
    from judge import Judge
    from mutants import every, mutants_of

    known = _read("survivors.toml").get(file, {})
    mutants = mutants_of(file)
    gone = set(known) - {mutant.key for mutant in mutants}
    if gone:
        raise SystemExit(f"{file}: survivors.toml names mutants that are gone: {sorted(gone)}")
    equivalent = {key for key, row in known.items() if row["kind"] == "equivalent"}
    if asked.only:
        mutants = [mutant for mutant in mutants if mutant.key in asked.only]
    else:
        mutants = every([m for m in mutants if m.key not in equivalent], asked.one_in)
    if asked.list:
        for mutant in mutants:
            print(_told(mutant))
    if asked.list or not mutants:
        return {"ran": 0, "killed": 0}
    judge = Judge(file, target["tests"], compiled=target.get("compiled", True))
    ran = killed = 0

    def told(mutant: Any, verdict: str) -> None:
        nonlocal ran, killed
        ran += 1
        killed += verdict != "survived"
        if verdict == "survived":
            reason = known.get(mutant.key, {}).get("reason", "")
            print(_told(mutant) + (f"\n    known: {reason}" if reason else ""), flush=True)
        if asked.log:
            with open(asked.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(mutant) | {"verdict": verdict}) + "\n")

    judge.judge(mutants, asked.jobs, until, told)
    rate = f"{killed} of {ran} killed" + (f", {100 * killed / ran:.1f} %" if ran else "")
    left = f"; {len(equivalent)} equivalent ones left out" if equivalent else ""
    print(f"{file}: {rate} ({len(mutants)} chosen{left}; tests {judge.seconds:.1f} s)", flush=True)
    return {"ran": ran, "killed": killed}


def _told(mutant: Any) -> str:
    """Return a mutant in words and as the lines it changes."""
    import difflib

    from mutants import source_of

    before = source_of(mutant.file)
    changed = difflib.unified_diff(
        before.splitlines(), mutant.code(before).splitlines(), lineterm="", n=0
    )
    lines = [line for line in list(changed)[3:] if not line.startswith("@@")]
    place = f"{mutant.file}:{mutant.line} {mutant.function} {mutant.operator} [{mutant.key}]"
    return "\n".join([place, *(f"    {line}" for line in lines)])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="words in the paths of the files to change")
    parser.add_argument("--one-in", type=int, default=1, metavar="K", help="one mutant in K")
    parser.add_argument("--touched", action="store_true", help="only touched files, in a minute")
    parser.add_argument("--only", nargs="+", default=(), metavar="NAME", help="single mutants")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    parser.add_argument("--list", action="store_true", help="print the mutants and run none")
    parser.add_argument("--log", metavar="FILE", help="append a line of JSON for each verdict")
    return parser


if __name__ == "__main__":
    sys.exit(main())
