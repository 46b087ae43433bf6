"""The tool that changes the code to see whether tests notice: what it finds, names and chooses."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray")  # an extra of developers

FOLDER = Path(__file__).parent / "mutation"
ROOT = FOLDER.parents[1]
NO_FORK = pytest.mark.skipif(sys.platform == "win32", reason="it forks")
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


@NO_FORK
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


JUDGING = """
import sys
from pathlib import Path

folder, root = sys.argv[1:]
sys.path[:0] = [folder, f"{root}/src"]
import judge
import mutants

judge.ROOT = mutants.ROOT = Path(root)
file = "src/follicle_sim/small.py"
judged = judge.Judge(file, ["tests/test_small.py"], compiled=True)
judged.judge(
    mutants.mutants_of(file), 1, float("inf"), lambda m, said: print(m.operator, m.inside, said)
)
"""
SMALL = """LIMIT = 3


class Answer:
    pass


def add(a, b):
    return a + b
"""


def judged(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Judge the mutants of a made-up module by a made-up test of it."""
    files = {
        "src/follicle_sim/__init__.py": "",
        "src/follicle_sim/small.py": SMALL,
        "tests/test_small.py": test,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    words = [sys.executable, "-c", JUDGING, str(FOLDER), str(folder)]
    return subprocess.run(words, capture_output=True, text=True, cwd=folder)


@NO_FORK
def test_tests_that_change_their_own_cases_judge_nothing(tmp_path: Path) -> None:
    """Run a second time, the case lacks what the first run took out: every mutant would fail."""
    told = judged(
        tmp_path,
        "from follicle_sim.small import add\n"
        "CASE = {'a': 1, 'b': 2}\n\n\n"
        "def test_sum():\n    assert add(CASE.pop('a'), CASE['b']) == 3\n",
    )
    assert told.returncode == 1
    assert "killed" not in told.stdout
    assert "src/follicle_sim/small.py: no mutant was judged" in told.stderr
    assert "its functions are given the code they already have" in told.stderr
    assert "test_small.py::test_sum" in told.stderr


@NO_FORK
def test_tests_that_keep_what_was_imported_before_judge_nothing(tmp_path: Path) -> None:
    told = judged(
        tmp_path,
        "import sys\nfrom follicle_sim.small import Answer\n\n\n"
        "def test_kind():\n"
        "    kept = sys.__dict__.setdefault('kept_by_a_test', Answer())\n"
        "    assert isinstance(kept, Answer)\n",
    )
    assert told.returncode == 1
    assert "killed" not in told.stdout
    assert "it and all that imports from it are imported anew" in told.stderr
    assert "test_small.py::test_kind" in told.stderr


@NO_FORK
def test_a_module_imported_anew_is_that_of_its_package_too(tmp_path: Path) -> None:
    """Its package kept the module of before: a test of both ways failed for every mutant."""
    told = judged(
        tmp_path,
        "from follicle_sim import small\nfrom follicle_sim.small import Answer, add\n\n\n"
        "def test_both_are_one():\n"
        "    assert isinstance(small.Answer(), Answer)\n"
        "    assert small.add is add\n"
        "    assert add(2, 1) == 3\n",
    )
    assert told.returncode == 0, told.stderr
    lines = set(told.stdout.splitlines())
    assert "BinaryOperator_Add_Sub True killed" in lines
    assert {line for line in lines if line.startswith("NumberReplacer False")} == {
        "NumberReplacer False survived"
    }


@NO_FORK
def test_a_changed_line_of_a_module_is_seen_through_its_package(tmp_path: Path) -> None:
    told = judged(
        tmp_path,
        "from follicle_sim import small\n\n\ndef test_limit():\n    assert small.LIMIT == 3\n",
    )
    assert told.returncode == 0, told.stderr
    assert "NumberReplacer False killed" in told.stdout
    assert "NumberReplacer False survived" not in told.stdout
    assert "BinaryOperator_Add_Sub True survived" in told.stdout


@pytest.mark.parametrize(
    ("killed", "ran", "luck"), [(4, 5, True), (0, 1, True), (0, 2, False), (21, 63, False)]
)
def test_few_mutants_may_survive_by_luck(
    monkeypatch: pytest.MonkeyPatch, killed: int, ran: int, luck: bool
) -> None:
    """Where 85 in 100 are killed, 1 of 5 survives more often than not, and both of 2 never."""
    monkeypatch.syspath_prepend(FOLDER)
    import run

    assert run.by_luck(killed, ran) is luck
