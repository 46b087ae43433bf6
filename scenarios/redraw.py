"""Draw the figures of scenarios/figures again, or check that they are those of this code.

    python scenarios/redraw.py                      # all of them: half an hour of one processor
    python scenarios/redraw.py exosome_park_2022    # this one
    python scenarios/redraw.py --check              # the same work, but nothing is written
    python scenarios/redraw.py --check --quick      # a small run in place of each long one

Every figure is what a command of `follicle-sim` writes, byte for byte. `figures/manifest.json` says
which command, the hash of its scenario, and digests of the table the figure was drawn from and of
the files. The table of a long run is checked by a small run of the same command, whose digest is
stored beside it. Exit code 1: a figure is not that of this code. `optimise`, `sensitivity` and
`calibrate` need `pip install -e ".[inference]"`.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import shlex
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from follicle_sim import load_scenario
from follicle_sim.cli.app import main as follicle_sim
from follicle_sim.scenario.hashing import scenario_hash

HERE = Path(__file__).parent
FIGURES = HERE / "figures"
MANIFEST = FIGURES / "manifest.json"


@dataclass(frozen=True)
class Drawing:
    """A command and what is kept of the files it writes.

    Parameters
    ----------
    name
        First word of the files kept.
    command
        As a user types it, without `follicle-sim` and without `--out`.
    table
        The table it writes, from which the figure was drawn.
    kept
        Name of the file it writes, by the name it gets in figures/. A table is kept rounded.
    small
        A small command like it, for a check, where the whole takes more than a few seconds.
    variable
        The rows of a table that are kept; "" for all of them.
    """

    name: str
    command: tuple[str, ...]
    table: str
    kept: Mapping[str, str]
    small: tuple[str, ...] = ()
    variable: str = ""

    @property
    def scenario(self) -> Path | None:
        """The scenario file of the command, if it has one."""
        return next((HERE.parent / word for word in self.command if word.endswith(".toml")), None)


def _set(*changes: str) -> tuple[str, ...]:
    return tuple(word for change in changes for word in ("--set", change))


_FEW = ("population.subjects=2", "population.follicles=100")
_SENSITIVITY = "sensitivity_exosomes_weekly_x_12_minus_untreated_not_in_the_study.png"

DRAWINGS = (
    Drawing(
        "exosome_park_2022",
        ("run", "scenarios/exosome_park_2022.toml"),
        "endpoints.csv",
        {"exosome_park_2022.png": "density.png"},
    ),
    Drawing(
        "exosome_vs_standard_care",
        ("run", "scenarios/exosome_vs_standard_care.toml"),
        "endpoints.csv",
        {
            "exosome_vs_standard_care.png": "density.png",
            "exosome_vs_standard_care.csv": "endpoints.csv",
        },
        ("run", "scenarios/exosome_vs_standard_care.toml", *_set(*_FEW, "run.replicates=4")),
        variable="hair_density",
    ),
    Drawing(
        "exosome_sessions",
        ("run", "scenarios/exosome_sessions.toml"),
        "endpoints.csv",
        {"exosome_sessions.png": "density.png"},
        ("run", "scenarios/exosome_sessions.toml", *_set(*_FEW, "run.replicates=4")),
    ),
    Drawing(
        "trial_minoxidil_vs_placebo",
        ("trial", "scenarios/trial_minoxidil_vs_placebo.toml"),
        "analysis.csv",
        {"trial_minoxidil_vs_placebo.png": "trial.png"},
    ),
    Drawing(
        "side_effects",
        ("trial", "scenarios/side_effects.toml"),
        "analysis.csv",
        {"side_effects.png": "reactions.png"},
    ),
    Drawing(
        "exosome_ersan_2024",
        ("plausible", "scenarios/exosome_ersan_2024.toml"),
        "chances.csv",
        {"exosome_ersan_2024.png": "plausible.png"},
        (
            *("plausible", "scenarios/exosome_ersan_2024.toml"),
            *("--replicates", "2", "--potency", "1", "--no-repeat", "--spots", "1"),
            *_set("population.subjects=6"),
        ),
    ),
    *(
        Drawing(
            name,
            ("run", f"scenarios/{name}.toml"),
            "endpoints.csv",
            {f"{name}.png": "density.png"},
            ("run", f"scenarios/{name}.toml", *_set(*_FEW)),
        )
        for name in (
            "chemotherapy_scalp_cooling",
            "postcovid",
            "postpartum",
            "scarring",
            "several_causes",
            "sixty_years",
            "sixty_years_women",
            "vial_to_follicle",
        )
    ),
    Drawing(
        "receding_hairline",
        ("run", "scenarios/receding_hairline.toml"),
        "endpoints.csv",
        {"receding_hairline.png": "hairline.png"},
        ("run", "scenarios/receding_hairline.toml", *_set(*_FEW)),
    ),
    Drawing(
        "organ_culture",
        ("run", "scenarios/organ_culture.toml"),
        "endpoints.csv",
        {"organ_culture.png": "culture.png"},
    ),
    Drawing(
        "who_responds",
        ("run", "scenarios/who_responds.toml"),
        "who_responds.csv",
        {"who_responds.png": "who_responds.png", "who_responds.csv": "who_responds.csv"},
        (
            *("run", "scenarios/who_responds.toml"),
            *_set("population.subjects=40", "population.follicles=20"),
        ),
    ),
    Drawing(
        "alopecia_areata_brave",
        ("run", "scenarios/alopecia_areata_brave.toml"),
        "endpoints.csv",
        {"alopecia_areata_brave.png": "salt.png", "alopecia_areata_heads.png": "heads.png"},
        ("run", "scenarios/alopecia_areata_brave.toml", *_set(_FEW[0], "population.follicles=10")),
    ),
    Drawing(
        "alopecia_areata_steroid_vs_exosomes",
        ("run", "scenarios/alopecia_areata_steroid_vs_exosomes.toml"),
        "endpoints.csv",
        {"alopecia_areata_steroid_vs_exosomes.png": "density.png"},
        ("run", "scenarios/alopecia_areata_steroid_vs_exosomes.toml", *_set(*_FEW)),
    ),
    *(
        Drawing(
            name,
            ("run", f"scenarios/{name}.toml"),
            "endpoints.csv",
            {f"{name}.png": "heads.png"},
            ("run", f"scenarios/{name}.toml", *_set(*_FEW)),
        )
        for name in ("norwood_map", "transplant_whole_scalp")
    ),
    # Its table is compared with the whole by tests/regression/test_scoreboard.py.
    Drawing(
        "scoreboard",
        ("validate",),
        "scoreboard.csv",
        {"scoreboard.png": "scoreboard.png", "scoreboard.csv": "scoreboard.csv"},
    ),
    Drawing(
        "exosome_schedule",
        ("optimise", "scenarios/exosome_schedule.toml"),
        "schedules.csv",
        {"exosome_schedule.png": "pareto.png"},
        (
            *("optimise", "scenarios/exosome_schedule.toml", "--trials", "6"),
            *_set(*_FEW, "optimise.classes=[]"),
        ),
    ),
    Drawing(
        "sensitivity_exosome_park_2022",
        ("sensitivity", "scenarios/exosome_park_2022.toml"),
        "sensitivity.csv",
        {
            "sensitivity_exosome_park_2022.png": _SENSITIVITY,
            "sensitivity_exosome_park_2022.csv": "sensitivity.csv",
        },
        ("sensitivity", "scenarios/exosome_park_2022.toml", "--samples", "2", *_set(*_FEW)),
    ),
    # No run of it is small: an emulator of two parameters alone takes a minute of one processor.
    Drawing(
        "profile_ten_parameters",
        ("calibrate", "--method", "profile", "--every-parameter", "--within", "2"),
        "profile.csv",
        {
            "profile_ten_parameters.png": "profile.png",
            "profile_ten_parameters.csv": "profile.csv",
        },
    ),
)


def in_words(command: Sequence[str]) -> str:
    """Return a command as a user types it.

    Examples
    --------
    >>> in_words(("run", "x.toml", "--set", "optimise.classes=[]"))
    "follicle-sim run x.toml --set 'optimise.classes=[]'"
    """
    return f"follicle-sim {shlex.join(command)}"


def make(drawing: Drawing, folder: Path, *, small: bool = False) -> None:
    """Run the command of a drawing, or its small one, with `folder` for its output."""
    command = drawing.small if small else drawing.command
    words = [str(HERE.parent / w) if w.endswith(".toml") else w for w in command]
    try:
        follicle_sim([*words, "--out", str(folder), "--quiet"])
    except SystemExit as end:
        if end.code:
            raise SystemExit(f"{drawing.name}: the command ended with {end.code}") from None


def read_table(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table, comment lines left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def rounded(text: str, digits: int) -> str:
    """Return a number with so many significant digits, and other words as they are.

    What is left of a difference of equal numbers is no number: below 1e-9 it is 0.
    """
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{0.0 if abs(value) < 1e-9 else value:.{digits}g}"


def digest(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """Return a hash of some columns of a table, numbers to six digits.

    Six, since the last bits of a mean may differ between processors.
    """
    cells = [[rounded(row.get(column) or "", 6) for column in columns] for row in rows]
    return hashlib.sha256(json.dumps([list(columns), cells]).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def hash_of(drawing: Drawing) -> str:
    """Return the hash of what the scenario of a drawing asks, "" without a scenario."""
    return scenario_hash(load_scenario(drawing.scenario)) if drawing.scenario else ""


def read_manifest() -> dict[str, Any]:
    """Return what is stored of each figure, by name; empty where nothing is yet."""
    return dict(json.loads(MANIFEST.read_text("utf-8"))) if MANIFEST.exists() else {}


def keep(drawing: Drawing, folder: Path) -> None:
    """Copy what is kept of a command's output into figures/."""
    for name, written in drawing.kept.items():
        if not name.endswith(".csv"):
            (FIGURES / name).write_bytes((folder / written).read_bytes())
            continue
        rows = read_table(folder / written)
        rows = [row for row in rows if drawing.variable in ("", row.get("variable"))]
        text = f"# {written} of `{in_words(drawing.command)}`, numbers to four digits\n"
        with (FIGURES / name).open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows({key: rounded(row[key], 4) for key in row} for row in rows)


def redraw(drawing: Drawing) -> dict[str, Any]:
    """Draw a figure again and return what the manifest says of it."""
    with tempfile.TemporaryDirectory() as place:
        whole, part = Path(place) / "whole", Path(place) / "part"
        make(drawing, whole)
        rows = read_table(whole / drawing.table)
        keep(drawing, whole)
        entry: dict[str, Any] = {
            "command": in_words(drawing.command),
            "scenario_hash": hash_of(drawing),
            "table": drawing.table,
            "columns": list(rows[0]),
            "digest": digest(rows, list(rows[0])),
            "files": {name: file_digest(FIGURES / name) for name in sorted(drawing.kept)},
            "versions": {name: version(name) for name in ("follicle-sim", "matplotlib")},
        }
        if drawing.small:
            make(drawing, part, small=True)
            small = digest(read_table(part / drawing.table), entry["columns"])
            entry["small"] = {"command": in_words(drawing.small), "digest": small}
    return entry


def stale_files(drawing: Drawing, entry: Mapping[str, Any]) -> list[str]:
    """Return what can be told without a run: other files, another scenario, another command."""
    found = []
    if entry["command"] != in_words(drawing.command):
        found.append("drawn by another command")
    if drawing.small and entry["small"]["command"] != in_words(drawing.small):
        found.append("checked by another small run")
    if entry["scenario_hash"] != hash_of(drawing):
        found.append("the scenario asks for something else now")
    for name in sorted({*drawing.kept, *entry["files"]}):
        path = FIGURES / name
        if not path.exists() or file_digest(path) != entry["files"].get(name):
            found.append(f"{name} is not the file that was drawn")
    return found


def stale_numbers(drawing: Drawing, entry: Mapping[str, Any], *, quick: bool) -> list[str]:
    """Run a drawing, or its small version, and return how it differs from what is stored."""
    small = quick and bool(drawing.small)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        make(drawing, folder, small=small)
        rows = read_table(folder / drawing.table)
        expected = entry["small"]["digest"] if small else entry["digest"]
        if digest(rows, entry["columns"]) != expected:
            what = in_words(drawing.small if small else drawing.command)
            return [f"`{what}` gives other numbers in {drawing.table}"]
        if small or entry["versions"]["matplotlib"] != version("matplotlib"):
            return []  # nothing drawn, or by another version, which may set letters otherwise
        return [
            f"{name} is drawn otherwise now"
            for name, written in drawing.kept.items()
            if name.endswith(".png") and file_digest(folder / written) != entry["files"][name]
        ]


def check(drawing: Drawing, *, quick: bool) -> list[str]:
    """Return why a figure is not that of this code; empty where it is."""
    entry = read_manifest().get(drawing.name)
    if entry is None:
        return ["not in manifest.json"]
    return stale_files(drawing, entry) or stale_numbers(drawing, entry, quick=quick)


def main() -> int:
    """Redraw or check the figures named, all of them where none is."""
    names = [drawing.name for drawing in DRAWINGS]
    parser = argparse.ArgumentParser(description="Redraw the figures of scenarios/figures.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(names)}")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if stale")
    parser.add_argument("--quick", action="store_true", help="small runs for the long ones")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.names) - set(names)):
        parser.error(f"no figure {unknown[0]}; there are {', '.join(names)}")
    if asked.quick and not asked.check:
        parser.error("--quick goes with --check: a figure is drawn from the whole run")
    stale = False
    for drawing in DRAWINGS:
        if asked.names and drawing.name not in asked.names:
            continue
        if asked.check:
            found = check(drawing, quick=asked.quick)
            stale = stale or bool(found)
            print(f"{drawing.name}: {'; '.join(found) or 'as drawn'}", flush=True)
            continue
        entry = redraw(drawing)  # takes long: another may write the manifest meanwhile
        manifest = {**read_manifest(), drawing.name: entry}
        text = json.dumps(dict(sorted(manifest.items())), indent=1, ensure_ascii=False)
        MANIFEST.write_text(text + "\n", encoding="utf-8")
        print(f"{drawing.name}: {', '.join(drawing.kept)}", flush=True)
    return int(stale)


if __name__ == "__main__":
    sys.exit(main())
