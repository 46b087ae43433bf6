"""The tool that changes the code to see whether tests notice: what it finds, names and chooses."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray")  # an extra of developers

FOLDER = Path(__file__).parent / "mutation"
ROOT = FOLDER.parents[1]
TARGETS = tomllib.loads((FOLDER / "targets.toml").read_text(encoding="utf-8"))
SURVIVORS = tomllib.loads((FOLDER / "survivors.toml").read_text(encoding="utf-8"))
TEXT = '''"""Nothing here is changed: a sum 1 + 1."""
LIMIT: int | None = 3


def share(a: float | None, b: float) -> float:
    return max(0.0, a - b) / 2.0


def alike(a, b):
    return a < LIMIT and b < LIMIT
'''


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(FOLDER)
    import mutants

    return mutants


def changed(tool, text: str = TEXT) -> set[str]:
    """Return the lines that mutants put in the place of others."""
    lines = set(text.splitlines())
    return {
        line.strip()
        for mutant in tool.mutants_of("example.py", text)
        for line in mutant.code(text).splitlines()
        if line not in lines
    }


def test_signs_bounds_numbers_and_terms_are_changed_and_types_are_not(tool) -> None:
    found = {line.replace("  ", " ").replace("( ", "(") for line in changed(tool)}
    assert {
        "return max(0.0, a + b) / 2.0",
        "return max(0.0, a) / 2.0",
        "return max(0.0, b) / 2.0",
        "return max(0.0, a - b) * 2.0",
        "return max(0.0, a - b)",
        "return (a - b) / 2.0",
        "return max(0.0, a - b) / 3.0",
        "return max(1.0, a - b) / 2.0",
        "return a <= LIMIT and b < LIMIT",
        "return a < LIMIT or b < LIMIT",
        "return b < LIMIT",
        "LIMIT: int | None = 4",
    } <= found
    assert not [line for line in found if "&" in line or line.startswith('"""')]


def test_lines_above_rename_no_mutant(tool) -> None:
    names = [mutant.key for mutant in tool.mutants_of("example.py", TEXT)]
    moved = TEXT.replace("\n\n\ndef alike", "\n\n\ndef more(c):\n    return c\n\n\ndef alike")
    assert names == [mutant.key for mutant in tool.mutants_of("example.py", moved)]
    assert len(set(names)) == len(names)


def test_a_choice_of_mutants_is_that_of_their_names(tool) -> None:
    mutants = tool.mutants_of("example.py", TEXT)
    third = tool.every(mutants, 3)
    assert tool.every(mutants, 1) == mutants
    assert set(third) < set(mutants)
    assert tool.every(third, 3) == third


@pytest.mark.parametrize("operator", ["DropTerm", "DropBound"])
def test_operators_do_what_their_examples_say(tool, operator: str) -> None:
    from cosmic_ray.mutating import mutate_code

    made = tool.OPERATORS[operator]
    for example in made.examples():
        text = mutate_code(f"x = {example.pre_mutation_code}\n", made(), example.occurrence)
        assert text.split() == ["x", "=", *example.post_mutation_code.split()]


def test_files_and_tests_that_are_listed_are_there() -> None:
    for file, target in TARGETS.items():
        assert (ROOT / file).is_file(), file
        for test in target["tests"]:
            path, _, name = test.partition("::")
            assert f"def {name.partition('[')[0]}" in (ROOT / path).read_text(encoding="utf-8")
    for file, rows in SURVIVORS.items():
        assert file in TARGETS
        for row in rows.values():
            assert row["kind"] in ("equivalent", "known")
            assert len(row["reason"]) > 8


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_a_changed_bound_is_judged_by_the_tests_of_its_file(tool) -> None:
    """One mutant that the tests of effects kill, and one that they are known not to tell."""
    file = "src/follicle_sim/pharmacology/effect.py"
    (killed,) = (
        mutant
        for mutant in tool.mutants_of(file)
        if mutant.function == "emax" and "+" in mutant.text and "Add_Sub" in mutant.operator
    )
    survived = next(iter(SURVIVORS[file]))
    told = subprocess.run(
        [sys.executable, FOLDER / "run.py", file, "--only", killed.key, survived],
        capture_output=True,
        text=True,
    )
    assert "1 of 2 killed" in told.stdout, told.stdout + told.stderr
    assert survived in told.stdout
    assert killed.key not in told.stdout
    assert told.returncode == 1
